"""The strings in lists that a file passes, keeps or has as defaults: what functions go over that are passed a list."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain

from migrate.syntax.walk import Walk

__all__ = ["listed"]

_LISTS = (ast.List, ast.Tuple, ast.Set)
_LONGEST = 60  # characters: what is longer is no part of a name


def listed(walk: Walk) -> Iterator[str]:
    """Each such string, perhaps again."""
    for value in chain(_passed(walk), _kept(walk), _defaults(walk)):
        for one in value.elts if isinstance(value, _LISTS) else ():
            if isinstance(one, ast.Constant) and isinstance(one.value, str) and len(one.value) <= _LONGEST:
                yield one.value


def _passed(walk: Walk) -> Iterator[ast.expr]:
    for site in walk.calls:
        yield from site.node.args
        yield from (item.value for item in site.node.keywords)


def _kept(walk: Walk) -> Iterator[ast.expr]:
    bindings = (one for scope in walk.scopes.values() for own in scope.bindings.values() for one in own)
    return (one.value for one in bindings if one.value is not None)


def _defaults(walk: Walk) -> Iterator[ast.expr]:
    for node in walk.scopes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from node.args.defaults
            yield from filter(None, node.args.kw_defaults)
