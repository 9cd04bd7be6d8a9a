"""Attributes that are read where they may be properties, which run the code of a method without a call."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

from codemods.tensorflow.facts import At, ScopeKind
from codemods.tensorflow.indexing.bodies import position
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.indexing.contexts.withs import scope_of
from migrate.syntax.walk import Walk

__all__ = ["reads", "scoped_reads"]


def reads(walk: Walk, callees: Callees) -> Iterator[tuple[str, int]]:
    """The names of decorated methods, as properties are, and the bodies that read an attribute of that name."""
    nodes = (scope.node for scope in callees.body_scopes if not isinstance(scope.node, ast.Lambda))
    decorated = {getattr(node, "name", "") for node in nodes if getattr(node, "decorator_list", ())}
    for node, scope in walk.attributes_of(decorated):
        yield node.attr, callees.body(scope)


def scoped_reads(walk: Walk, callees: Callees) -> Iterator[tuple[ScopeKind, str, At]]:
    """The attributes that are read within a variable scope or name scope and its place, by their own lines."""
    within = defaultdict[int, set[tuple[ScopeKind, At]]](set)
    for statement, kind, at in _opened(walk, callees):
        for line in range(statement.lineno, (statement.end_lineno or 0) + 1):
            within[line].add((kind, at))
    for node, _ in chain.from_iterable(walk.attributes.values()) if within else ():
        yield from ((kind, node.attr, at) for kind, at in within.get(node.lineno, ()))


def _opened(walk: Walk, callees: Callees) -> Iterator[tuple[ast.With, ScopeKind, At]]:
    """The `with` statements that enter what a call makes, which may be such a scope, and where that stands."""
    for statement, scope in walk.withs:
        for item in statement.items:
            if isinstance(statement, ast.With) and isinstance(item.context_expr, ast.Call):
                kind = scope_of(item, statement, scope, callees).kind
                if kind in (ScopeKind.NAME, ScopeKind.VARIABLE):
                    yield statement, kind, position(item.context_expr)
