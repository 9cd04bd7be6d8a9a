"""Functions that a program reaches by a name in a string: `getattr(net, "build_" + kind)()`, `globals()[name]()`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.tensorflow.indexing.bodies import first_parameter, method_class
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.knowledge import TEMPLATE
from codemods.tensorflow.text import UNKNOWN, Text, literal, overlaps
from migrate.syntax.module import Module
from migrate.syntax.names import resolve
from migrate.syntax.walk import CallSite, Scope

__all__ = [
    "ASKED",
    "LOADED",
    "OWN",
    "asked_names",
    "asks_for_template",
    "asks_for_variable",
    "class_picked_from",
    "evaluates_variable",
    "picked_from",
]

_NAMESPACES = frozenset({"globals", "locals", "vars"})
_EVALUATING = frozenset({"eval", "exec", "compile"})
_VARIABLE = "Variable"
_WORD = re.compile(r"\w+")
OWN = "__name__"  # the module itself
LOADED = "?"  # any module that a string names to be run
_CALLERS = frozenset({"operator.methodcaller", "operator.attrgetter"})
ASKED = _NAMESPACES | _EVALUATING | _CALLERS | {"getattr", "inspect.getmembers"}  # what all of this is about


def asked_names(module: Module, site: CallSite, called: str, callees: Callees) -> Iterator[Text]:
    """The names that a call asks for, as far as they are known; `called` is its dotted name, or a bare one."""
    call, scope = site.node, site.scope
    match call.func, call.args:
        case ast.Name(id="getattr"), [_, name, *_]:
            yield callees.text(name, scope)
        case ast.Name(id="eval" | "exec"), [code, *_]:
            text = callees.text(code, scope).literal
            yield from [UNKNOWN] if text is None else map(literal, _WORD.findall(text))
        case ast.Name(id=asked), _ if asked in _NAMESPACES:
            yield from (callees.text(name, scope) for name in _keys(module, call))
        case _, [name, *_] if called in _CALLERS:
            yield callees.text(name, scope)


def picked_from(module: Module, site: CallSite, called: str, callees: Callees) -> str | None:
    """The module, or what stands in one, of which a call picks something that nobody knows; None where it picks none.

    An object of which nothing is known may be any module that the program has by its name.

    `getattr(nets, name)`, `vars(nets)[name]`, `nets.__dict__[name]()`, `inspect.getmembers(nets)`, `globals()[name]`.
    """
    holder: ast.expr | None
    otherwise = None
    match site.node:
        case ast.Call(func=ast.Name(id="getattr"), args=[holder, name, *_]):
            keys, otherwise = [name], None if _is_self(holder, site.scope) else LOADED
        case ast.Call(func=ast.Name(id="vars"), args=[holder]):
            keys = _keys(module, site.node)
        case ast.Call(func=ast.Subscript(value=ast.Attribute(value=holder, attr="__dict__"), slice=key)):
            keys = [key]
        case ast.Call(func=ast.Name(id="globals")) if keys := _keys(module, site.node):
            holder = None
        case ast.Call(args=[holder, *_]) if called == "inspect.getmembers":
            keys = []
        case _:
            return None
    if keys and all(callees.text(key, site.scope).tells for key in keys):
        return None
    return _module_of(holder, site.scope) or otherwise


def class_picked_from(module: Module, site: CallSite, callees: Callees) -> Scope | None:
    """The class of which a method calls another one that nobody knows: `getattr(self, name)()`."""
    match site.node:
        case ast.Call(func=ast.Name(id="getattr"), args=[holder, name, *_]) as picked:
            of_self = _is_self(holder, site.scope) and not callees.text(name, site.scope).tells
            return method_class(site.scope) if of_self and _is_called(picked, module) else None
    return None


def _is_self(holder: ast.expr, scope: Scope) -> bool:
    return isinstance(holder, ast.Name) and holder.id == first_parameter(scope)


def _is_called(picked: ast.Call, module: Module) -> bool:
    """Whether what a call picks is called, there or by the name that it is given."""
    match module.parents[picked]:
        case ast.Call(func=function):
            return function is picked
        case ast.Assign(targets=[ast.Name(id=name)]):
            return any(True for _ in module.walk.calls_of([name]))
    return False


def _module_of(holder: ast.expr | None, scope: Scope) -> str | None:
    """The dotted name of what is picked from, `OWN` for the file itself."""
    match holder:
        case None | ast.Subscript(value=ast.Attribute(attr="modules"), slice=ast.Name(id="__name__")):
            return OWN
        case ast.Subscript(value=ast.Attribute(attr="modules"), slice=ast.Constant(value=str() as name)):
            return name
    return resolve(holder, scope)


def _keys(module: Module, namespace: ast.Call) -> list[ast.expr]:
    """What is looked up in a namespace: `globals()[name]`, `globals().get(name)`."""
    match module.parents[namespace]:
        case ast.Subscript(slice=name):
            return [name]
        case ast.Attribute(attr="get") as found:
            getting = module.parents[found]
            return getting.args[:1] if isinstance(getting, ast.Call) else []
    return []


def asks_for_template(site: CallSite, callees: Callees) -> bool:
    """Whether a call may have `tf.make_template` by a name of which a part is known: `getattr(tf, "make_" + kind)`."""
    match site.node:
        case ast.Call(func=ast.Name(id="getattr"), args=[holder, name, *_]):
            text = callees.text(name, site.scope)
            module, _, maker = TEMPLATE.rpartition(".")
            return text.tells and callees.canonical(holder, site.scope) == module and overlaps(text, literal(maker))
    return False


def asks_for_variable(module: Module, site: CallSite, called: str, callees: Callees) -> bool:
    """Whether a call may have `tf.Variable` by its name: `getattr(tf, "Variable")`, `exec` of code that calls it."""
    match site.node:
        case ast.Call(func=ast.Name(id="getattr"), args=[holder, name, *_]):
            text = callees.text(name, site.scope)
            return text.literal == _VARIABLE or (
                text.literal is None and callees.canonical(holder, site.scope) == "tensorflow"
            )
        case ast.Call(args=[code, *_]) if called.removeprefix("builtins.") in _EVALUATING:
            known = callees.text(code, site.scope).literal
            return any(_VARIABLE in one for one in ([known] if known is not None else module.walk.strings))
        case ast.Call(func=ast.Subscript(slice=ast.Constant(value=key))):
            return bool(key == _VARIABLE)
    return False


def evaluates_variable(site: CallSite, called: str, callees: Callees) -> bool:
    """Whether a call runs code that is known and has the class in it."""
    if called.removeprefix("builtins.") not in _EVALUATING or not site.node.args:
        return False
    return _VARIABLE in (callees.text(site.node.args[0], site.scope).literal or "")
