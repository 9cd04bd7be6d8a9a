"""The calls that made what an initial value is made of, by the names in it: of a graph of their own, perhaps."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.tensorflow.bodies import position
from codemods.tensorflow.facts import At
from migrate.syntax.nodes import nodes
from migrate.syntax.walk import Binding, Scope

__all__ = ["origins"]

_MAX_ASSIGNMENTS = 4  # `half = w / 2; start = half + 1`: how many of those are followed


def origins(value: ast.expr, scope: Scope) -> tuple[At, ...]:
    """The places of the calls whose results have the names that an expression reads."""
    return tuple(dict.fromkeys(_origins(value, scope, _MAX_ASSIGNMENTS)))


def _origins(node: ast.expr, scope: Scope, depth: int) -> Iterator[At]:
    for name in nodes(node) if depth else ():
        found = scope.find(name.id) if isinstance(name, ast.Name) else None
        for value in _values(name, scope, *found) if found is not None else ():
            yield from (position(one) for one in nodes(value) if isinstance(one, ast.Call))
            yield from _origins(value, found[0], depth - 1) if found is not None else ()


def _values(name: ast.AST, scope: Scope, owner: Scope, bindings: list[Binding]) -> list[ast.expr]:
    """What a name is assigned where it is read: by the last of the assignments before that, or else by any."""
    before = [one for one in bindings if owner is scope and position(one.node) < position(name)]
    return [one.value for one in before[-1:] or bindings if one.value is not None]
