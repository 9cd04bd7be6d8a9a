"""The calls that made what an initial value is made of, by the names in it: in another graph, perhaps."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator

from codemods.tensorflow.bodies import position
from codemods.tensorflow.callees import Callees
from codemods.tensorflow.facts import At
from codemods.tensorflow.initializers import OPS
from codemods.tensorflow.knowledge import NAME_PLACES
from migrate.syntax.nodes import nodes
from migrate.syntax.walk import Binding, Scope

__all__ = ["ops_before", "origins"]

_STATIC = frozenset({"shape", "get_shape", "dtype", "name"})  # what is known of a tensor in whatever graph
_MAX_ASSIGNMENTS = 4  # `half = w / 2; start = half + 1`: how many of those are followed


def origins(value: ast.expr, scope: Scope) -> tuple[At, ...]:
    """The places of the calls whose results have the names that an expression reads."""
    return tuple(dict.fromkeys(position(call) for call, _ in _calls(value, scope, _MAX_ASSIGNMENTS)))


def ops_before(value: ast.expr, scope: Scope, callees: Callees) -> tuple[At, ...]:
    """The places of those of them that make an op without more ado, in the body that the expression stands in."""
    body = callees.body(scope)
    found = (one for one in _calls(value, scope, _MAX_ASSIGNMENTS) if callees.body(one[1]) == body)
    return tuple(dict.fromkeys(position(call) for call, owner in found if _makes_op(call, owner, callees)))


def _makes_op(call: ast.Call, scope: Scope, callees: Callees) -> bool:
    name = callees.canonical(call.func, scope)
    return name in OPS or name in NAME_PLACES


def _calls(node: ast.expr, scope: Scope, depth: int) -> Iterator[tuple[ast.Call, Scope]]:
    """The calls in what the names of an expression are assigned, with the scopes of these."""
    for name in _reads(node) if depth else ():
        found = scope.find(name.id)
        if found is None:
            continue
        for value in _values(name, scope, *found):
            yield from ((one, found[0]) for one in nodes(value) if isinstance(one, ast.Call))
            yield from _calls(value, found[0], depth - 1)


def _reads(node: ast.expr) -> Iterator[ast.Name]:
    """The names whose values an expression is made of: not those of which it asks for the shape alone."""
    asked = {one.value for one in nodes(node) if isinstance(one, ast.Attribute) and one.attr in _STATIC}
    yield from (one for one in nodes(node) if isinstance(one, ast.Name) and one not in asked)


def _values(name: ast.Name, scope: Scope, owner: Scope, bindings: list[Binding]) -> list[ast.expr]:
    """What a name is assigned where it is read: by the last of the assignments before that, or else by any."""
    count = bisect_left(bindings, position(name), key=lambda one: position(one.node)) if owner is scope else 0
    return [one.value for one in (bindings[count - 1 : count] if count else bindings) if one.value is not None]
