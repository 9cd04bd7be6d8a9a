"""Functions that a program reaches by a name in a string: `getattr(net, "build_" + kind)()`, `globals()[name]()`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.tensorflow.callees import Callees
from codemods.tensorflow.text import Hole, Text, literal
from migrate.syntax.walk import Scope

__all__ = ["asked_names"]

_NAMESPACES = frozenset({"globals", "locals", "vars"})
_WORD = re.compile(r"\w+")
_CALLERS = frozenset({"operator.methodcaller", "operator.attrgetter"})


def asked_names(call: ast.Call, called: str, scope: Scope, callees: Callees) -> Iterator[Text]:
    """The names that a call asks for, as far as they are known; `called` is its dotted name, or a bare one."""
    match call.func, call.args:
        case ast.Name(id="getattr"), [_, name, *_]:
            yield callees.text(name, scope)
        case ast.Name(id="eval" | "exec"), [code, *_]:
            text = callees.text(code, scope).literal
            yield from [Text((Hole(),))] if text is None else map(literal, _WORD.findall(text))
        case ast.Subscript(value=ast.Call(func=ast.Name(id=asked)), slice=name), _ if asked in _NAMESPACES:
            yield callees.text(name, scope)
        case _, [name, *_] if called in _CALLERS:
            yield callees.text(name, scope)
