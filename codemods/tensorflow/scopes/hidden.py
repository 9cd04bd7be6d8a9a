"""Scopes that may be around an instance though its way does not show them: of callers that nobody points at."""

from __future__ import annotations

from codemods.tensorflow.facts import ScopeKind
from codemods.tensorflow.reach.ways import Instance
from codemods.tensorflow.scopes.table import ScopeTable

__all__ = ["may_be_hidden", "scopes_above", "scopes_handed"]


def may_be_hidden(instance: Instance, scopes: ScopeTable) -> bool:
    """Whether there may be such scopes."""
    return bool(scopes_above(instance, scopes) or scopes_handed(instance, scopes))


def scopes_above(instance: Instance, scopes: ScopeTable) -> frozenset[ScopeKind]:
    """The kinds of those that callers which were not followed one by one stand in, or that something enters by hand."""
    reach, found = scopes.reach, frozenset[ScopeKind]()
    if ScopeKind.VARIABLE in reach.tree.by_hand:
        return frozenset({ScopeKind.VARIABLE})
    if instance.way.partial:
        above = reach.surroundings.above(instance.body)
        found = frozenset(kind for kind in (ScopeKind.NAME, ScopeKind.VARIABLE) if kind.value in above)
        found |= {ScopeKind.VARIABLE} if instance.body in scopes.below_converted else set()
    return found


def scopes_handed(instance: Instance, scopes: ScopeTable) -> frozenset[ScopeKind]:
    """The kinds of those in which the tree calls what it is handed, where that may be what leads to an instance."""
    opaque, forms = scopes.reach.surroundings.opaque_scopes, scopes.places.forms
    if not opaque or not _is_handed_on(instance, scopes):
        return frozenset()
    found = frozenset(kind for kind in (ScopeKind.NAME, ScopeKind.VARIABLE) if kind in opaque)
    named = opaque.get(ScopeKind.NAME, frozenset())
    converted = any(not path or (path, at) in forms for path, at in named if forms)
    return found | ({ScopeKind.VARIABLE} if converted else set())


def _is_handed_on(instance: Instance, scopes: ScopeTable) -> bool:
    """Whether what its way begins with is handed on, or a decorator gets a body in it to call."""
    graph, way = scopes.reach.graph, instance.way
    first, *others = (*(body for body, _ in way.calls), instance.body)
    if way.unknown and graph.is_handed_on(first):
        return True
    bodies = map(graph.tree.body, others)
    return any(one.decorated and not one.kept for one in bodies)
