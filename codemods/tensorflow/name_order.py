"""Where a program puts variables into the order of their names, so that new names are another order."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.tensorflow.variable_names import holds_name
from migrate.syntax.calls import called_name
from migrate.syntax.nodes import nodes, statements
from migrate.syntax.walk import CallSite, Scope

__all__ = ["SORTING", "sorts_by_name", "sorts_the_graph"]

SORTING = ("sorted", "sort")
_SORTED_BY = frozenset({"name", "op.name"})  # `key=operator.attrgetter("name")`
_COLLECTIONS = frozenset(
    {
        *("global_variables", "trainable_variables", "local_variables", "model_variables", "all_variables"),
        *("moving_average_variables", "get_collection", "get_collection_ref"),
    }
)
_MAX_DEPTH = 4  # names that name what holds them


def sorts_by_name(site: CallSite) -> bool:
    """Whether a call puts variables into the order of their names: `sorted(variables, key=lambda v: v.name)`."""
    return _has_key(site) or any(map(holds_name, site.node.args))


def _has_key(site: CallSite) -> bool:
    key = next((item.value for item in site.node.keywords if item.arg == "key"), None)
    if isinstance(key, ast.Call) and any(isinstance(one, ast.Constant) and one.value in _SORTED_BY for one in key.args):
        return True
    return key is not None and any(map(holds_name, _returned(key, site.scope)))


def _returned(key: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """What a key is, or what a function of the file returns that is one."""
    yield key
    found = scope.find(key.id) if isinstance(key, ast.Name) else None
    for binding in found[1] if found is not None else ():
        body = statements(binding.node) if isinstance(binding.node, ast.FunctionDef) else ()
        made = (one.value for one in body if isinstance(one, ast.Return))
        yield from (one for one in (binding.value, *made) if one is not None)


def sorts_the_graph(site: CallSite) -> bool:
    """Whether a call does so with what the graph holds, which files of all the program may have made."""
    return _has_key(site) and any(_are_of_the_graph(one, site.scope) for one in _sorted(site.node))


def _sorted(call: ast.Call) -> list[ast.expr]:
    """What a call puts into order."""
    return [call.func.value] if isinstance(call.func, ast.Attribute) and not call.args else call.args[:1]


def _are_of_the_graph(node: ast.expr, scope: Scope, depth: int = 0) -> bool:
    """Whether an expression, or what a name in it is ever assigned, asks the graph for its variables."""
    if any(isinstance(one, ast.Call) and called_name(one) in _COLLECTIONS for one in nodes(node)):
        return True
    names = {one.id for one in nodes(node) if isinstance(one, ast.Name)} if depth < _MAX_DEPTH else ()
    return any(_are_of_the_graph(value, owner, depth + 1) for name in names for value, owner in _values(name, scope))


def _values(name: str, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
    found = scope.find(name)
    if found is not None:
        yield from ((one.value, found[0]) for one in found[1] if one.value is not None)
