"""Attributes that are read where they may be properties, which run the code of a method without a call."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

from codemods.tensorflow.callees import Callees
from codemods.tensorflow.facts import ScopeKind
from codemods.tensorflow.withs import scope_of
from migrate.syntax.walk import Walk

__all__ = ["reads", "scoped_reads"]


def reads(walk: Walk, callees: Callees) -> Iterator[tuple[str, int]]:
    """The names of decorated methods, as properties are, and the bodies that read an attribute of that name."""
    nodes = (scope.node for scope in callees.body_scopes if not isinstance(scope.node, ast.Lambda))
    decorated = {getattr(node, "name", "") for node in nodes if getattr(node, "decorator_list", ())}
    for node, scope in walk.attributes_of(decorated):
        yield node.attr, callees.body(scope)


def scoped_reads(walk: Walk, callees: Callees) -> Iterator[tuple[ScopeKind, str]]:
    """The attributes that are read within a variable scope or name scope, by the lines that they stand on."""
    within = defaultdict[int, set[ScopeKind]](set)
    for statement, kind in _opened(walk, callees):
        for line in range(statement.lineno, (statement.end_lineno or 0) + 1):
            within[line].add(kind)
    for node, _ in chain.from_iterable(walk.attributes.values()) if within else ():
        yield from ((kind, node.attr) for kind in within.get(node.lineno, ()))


def _opened(walk: Walk, callees: Callees) -> Iterator[tuple[ast.With, ScopeKind]]:
    """The `with` statements that enter what a call makes, which may be such a scope."""
    for statement, scope in walk.withs:
        for item in statement.items:
            if isinstance(statement, ast.With) and isinstance(item.context_expr, ast.Call):
                kind = scope_of(item, statement, scope, callees).kind
                yield from [(statement, kind)] if kind in (ScopeKind.NAME, ScopeKind.VARIABLE) else []
