"""Where a program puts variables into the order of their names, so that new names are another order."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Set

from codemods.tensorflow.indexing.lookups.name_lists import bindings_of, holds_names, sources
from codemods.tensorflow.indexing.lookups.shown import is_shown
from codemods.tensorflow.indexing.lookups.variable_names import orders_name
from migrate.syntax.calls import called_name
from migrate.syntax.module import Module
from migrate.syntax.nodes import names_in, nodes, statements
from migrate.syntax.walk import BindingKind, CallSite, Scope

__all__ = ["compares_names", "handed", "passed", "sorting", "sorts_the_graph"]

_SORTING = ("sorted", "sort", "min", "max", "argsort", "unique", "nsmallest", "nlargest")
_HOLDING = (ast.Name, ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp, ast.List, ast.Tuple, ast.Starred)
_COMPARED = re.compile(r"name\b.*[<>]")  # most files lack it, and to look around each name takes long
_SORTED_BY = frozenset({"name", "op.name"})  # `key=operator.attrgetter("name")`
_COLLECTIONS = frozenset(
    {
        *("global_variables", "trainable_variables", "local_variables", "model_variables", "all_variables"),
        *("moving_average_variables", "get_collection", "get_collection_ref"),
    }
)


def sorting(module: Module) -> list[CallSite]:
    """The calls that put variables into the order of their names, or names: `sorted(v.name for v in variables)`.

    Not those that only put lines into an order which people read.
    """
    found = (site for site in module.walk.calls_of(_SORTING) if _has_key(site) or _sorts_names(site))
    return [site for site in found if not is_shown(site, module)]


def _sorts_names(site: CallSite) -> bool:
    return any(holds_names(one, site.scope) for one in _sorted(site.node))


def _has_key(site: CallSite) -> bool:
    key = next((item.value for item in site.node.keywords if item.arg == "key"), None)
    if isinstance(key, ast.Call) and any(isinstance(one, ast.Constant) and one.value in _SORTED_BY for one in key.args):
        return True
    return key is not None and any(map(orders_name, _returned(key, site.scope)))


def _returned(key: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """What a key is, or what a function of the file returns that is one."""
    yield key
    for binding in bindings_of(key.id, scope) if isinstance(key, ast.Name) else ():
        body = statements(binding.node) if isinstance(binding.node, ast.FunctionDef) else ()
        made = (one.value for one in body if isinstance(one, ast.Return))
        yield from (one for one in (binding.value, *made) if one is not None)


def sorts_the_graph(site: CallSite) -> bool:
    """Whether a call does so with what the graph holds, which files of all the program may have made."""
    return any(_are_of_the_graph(one, site.scope) for one in _sorted(site.node))


def _sorted(call: ast.Call) -> list[ast.expr]:
    """What a call puts into order."""
    alone = [] if call.args or not isinstance(call.func, ast.Attribute) else [call.func.value]
    return alone or call.args[:2]  # `nsmallest(3, names)`


def _are_of_the_graph(node: ast.expr, scope: Scope) -> bool:
    """Whether an expression, or what a name in it is ever assigned, asks the graph for its variables."""
    parts = (part for value, _ in _behind(node, scope) for part in nodes(value))
    return any(isinstance(part, ast.Call) and called_name(part) in _COLLECTIONS for part in parts)


def _behind(node: ast.expr, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
    """An expression, what the names in it are ever assigned, and so on, each once."""
    waiting, seen = [(node, scope)], set[tuple[str, Scope]]()
    for value, owner in waiting:  # which grows meanwhile
        yield value, owner
        for name in names_in(value):
            if (name.id, owner) not in seen:
                seen.add((name.id, owner))
                waiting += sources(name, owner)


def passed(sites: Iterable[CallSite]) -> Iterator[str]:
    """The functions in which calls do so with what the functions are passed."""
    for site in sites:
        owner = next((one for one in _around(site.scope) if isinstance(one.node, ast.FunctionDef)), None)
        if owner is not None and any(_are_passed(one, site.scope) for one in _sorted(site.node)):
            yield _called_by(owner)


def _are_passed(node: ast.expr, scope: Scope) -> bool:
    """Whether an expression is made of a parameter, by whatever names."""
    names = ((part, owner) for value, owner in _behind(node, scope) for part in names_in(value))
    return any(one.kind is BindingKind.PARAMETER for name, owner in names for one in bindings_of(name.id, owner))


def _around(scope: Scope | None) -> Iterator[Scope]:
    while scope is not None:
        yield scope
        scope = scope.parent


def _called_by(owner: Scope) -> str:
    """The name by which a function is called: for what makes an object that of its class."""
    within = owner.parent.node if owner.parent is not None else None
    node = within if isinstance(within, ast.ClassDef) and getattr(owner.node, "name", "") == "__init__" else owner.node
    return getattr(node, "name", "")


def handed(module: Module) -> Iterator[str]:
    """What a file calls with variables that it asks the graph for, or with what it makes of them, by statements."""
    concerned = {site.statement for site in module.walk.calls_of(_COLLECTIONS)}
    names: set[str] = set()
    while fresh := {name for statement in concerned for name in _assigned(statement)} - names:
        names |= fresh | {name for name, read in _passed_on(module) if not read.isdisjoint(fresh)}
        concerned |= {site.statement for site in module.walk.calls if not names.isdisjoint(_given(site.node))}
    yield from (site.called for site in module.walk.calls if site.statement in concerned)


def _assigned(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement assigns."""
    for target in getattr(statement, "targets", ()):
        yield from (part.id for part in names_in(target))


def _passed_on(module: Module) -> Iterator[tuple[str, Set[str]]]:
    """The names to which a file assigns a list of what others hold, `[v for v in variables if v.name]`, with these."""
    for scope in module.walk.scopes.values():
        for name, bindings in scope.bindings.items():
            for value in (one.value for one in bindings):
                if isinstance(value, _HOLDING):
                    yield name, {part.id for part in names_in(value)}


def _given(call: ast.Call) -> Iterator[str]:
    """The names that a call is given, or out of which a list is made that it is."""
    for value in (*call.args, *(item.value for item in call.keywords)):
        if isinstance(value, _HOLDING):
            yield from (part.id for part in names_in(value))


def _around_name(module: Module, name: ast.Attribute) -> ast.AST:
    """What stands around a name, or what is made of it: `v.name.lower()`."""
    around: ast.AST = module.parents[name]
    while isinstance(around, ast.Attribute | ast.Call):
        around = module.parents[around]
    return around


def compares_names(module: Module) -> bool:
    """Whether a name of a variable is asked which of two comes first: `v.name < w.name`."""
    return _COMPARED.search(module.source.code) is not None and any(
        isinstance(compared := _around_name(module, node), ast.Compare)
        and all(isinstance(one, ast.Lt | ast.Gt | ast.LtE | ast.GtE) for one in compared.ops)
        and all(map(orders_name, (compared.left, *compared.comparators)))
        for node, _ in module.walk.attributes_of(("name",))
    )
