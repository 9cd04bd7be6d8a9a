"""Functions that a program reaches by a name in a string: `getattr(net, "build_" + kind)()`, `globals()[name]()`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.tensorflow.callees import Callees
from codemods.tensorflow.text import Hole, Text, literal
from migrate.syntax.walk import Scope

__all__ = ["asked_names", "run_modules"]

_FILE = re.compile(r"(?:\./)?([\w/]+)\.py|([\w.]+)")
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


def run_modules(call: ast.Call) -> Iterator[str]:
    """The modules that a call such as `runpy.run_path("net/train.py")` runs, as an import would name them."""
    for part in ast.walk(call):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            found = _FILE.fullmatch(part.value)
            if found is not None:
                yield (found.group(1) or found.group(2)).replace("/", ".")
