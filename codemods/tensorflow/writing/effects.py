"""Whether it shows which of two arguments Python evaluates first: `f(value(), name=names.pop())`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

__all__ = ["order_shows"]

Resolve = Callable[[ast.expr], "str | None"]

# What these make of their arguments is all that they do; methods of strings among them.
_CALM = frozenset({"str", "repr", "int", "float", "bool", "len", "abs", "min", "max", "sum", "round", "format"})
_CALM |= {"list", "tuple", "range", "sorted", "zip", "isinstance", "getattr"}
_CALM_METHODS = frozenset({"format", "join", "split", "rsplit", "replace", "strip", "lstrip", "rstrip", "lower"})
_CALM_METHODS |= {"upper", "title", "partition", "rpartition", "zfill", "get_shape", "as_list"}
_ACTIVE = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)


def order_shows(name: ast.expr, earlier: Iterable[ast.expr], resolve: Resolve) -> bool:
    """Whether `name` could come out otherwise, or make `earlier` do so, were it evaluated before them."""
    others = [*earlier]
    if any(_acts(name, resolve)):
        return any(isinstance(part, (ast.Call, *_ACTIVE)) for one in others for part in ast.walk(one))
    held = {_root(part) for part in ast.walk(name) if isinstance(part, ast.Attribute | ast.Subscript)} - {""}
    touched = {_root(part) for one in others for act in _acts(one, resolve) for part in ast.walk(act)}
    bound = {part.target.id for one in others for part in ast.walk(one) if isinstance(part, ast.NamedExpr)}
    read = {part.id for part in ast.walk(name) if isinstance(part, ast.Name)}
    return bool(held & touched or read & bound)


def _acts(node: ast.expr, resolve: Resolve) -> Iterator[ast.AST]:
    """The parts that may change what others see; what TensorFlow and NumPy are called for changes no Python value."""
    for part in ast.walk(node):
        if isinstance(part, _ACTIVE) or (isinstance(part, ast.Call) and not _is_calm(part, resolve)):
            yield part


def _is_calm(call: ast.Call, resolve: Resolve) -> bool:
    function = call.func
    known = resolve(function) or ""
    if known.startswith(("tensorflow.", "numpy.")):
        return not known.startswith("numpy.random.")
    if isinstance(function, ast.Attribute):
        return function.attr in _CALM_METHODS
    return isinstance(function, ast.Name) and function.id in _CALM


def _root(node: ast.AST) -> str:
    """The name that an attribute or an element is reached from."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
