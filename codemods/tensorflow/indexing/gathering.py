"""Which generators are gone through where they stand, before anything else happens: `list(f(x) for x in xs)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from codemods.tensorflow import knowledge
from codemods.tensorflow.facts import Callee, CalleeKind
from codemods.tensorflow.indexing.callees import Callees
from migrate.syntax.walk import CallSite, Walk

__all__ = ["Gathering"]


class Gathering:
    """Tells, for one module, what runs at once from what runs wherever somebody goes on with it."""

    def __init__(self, walk: Walk, callees: Callees) -> None:
        self.walk = walk
        self.callees = callees

    def takes(self, node: ast.AST) -> bool:
        """Whether all that an expression gives is taken where it stands."""
        return node in self._taken

    @cached_property
    def _taken(self) -> frozenset[ast.AST]:
        unpacked = (value for site in self.walk.calls for value in _unpacked(site.statement))
        starred = (one.value for site in self.walk.calls for one in site.node.args if isinstance(one, ast.Starred))
        collecting = (site for site in self.walk.calls_of(_GATHERERS) if self._gathers(site))
        return frozenset((*unpacked, *starred, *(given for site in collecting for given in site.node.args)))

    def _gathers(self, site: CallSite) -> bool:
        """Whether a call takes all of what it is given, as a method of lists does by its name, if none else has it."""
        callee = self.callees.callee(site.node.func, site.scope)
        if site.called not in knowledge.GATHERING_METHODS:
            return callee.name in knowledge.GATHERERS
        return callee.kind in _OF_OBJECTS and site.called not in self._own_methods and not _is_foreign(callee.receiver)

    @cached_property
    def _own_methods(self) -> frozenset[str]:
        """The names that classes of the module have, as far as methods of lists are called so."""
        bound = (scope.bindings.keys() for scope in self.callees.class_scopes)
        return knowledge.GATHERING_METHODS.intersection(name for names in bound for name in names)


_GATHERERS = knowledge.GATHERING_METHODS | {name.rpartition(".")[2] for name in knowledge.GATHERERS}

_OF_OBJECTS = (CalleeKind.ATTRIBUTE, CalleeKind.METHOD, CalleeKind.SUPER)


def _is_foreign(maker: Callee | None) -> bool:
    """Whether an object is one that another file makes, which may have a method of its own under any name."""
    if maker is None or maker.kind is not CalleeKind.IMPORTED:
        return False
    return not maker.name.startswith(("builtins.", "collections."))


def _unpacked(statement: ast.stmt) -> Iterator[ast.expr]:
    """What a statement assigns to several targets, one element to each: `w, b = made()`."""
    match statement:
        case ast.Assign(targets=[ast.Tuple() | ast.List(), *_], value=value):
            yield value
