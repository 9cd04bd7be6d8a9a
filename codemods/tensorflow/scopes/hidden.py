"""Scopes that may be around an instance though its way does not show them: of callers that nobody points at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from codemods.tensorflow.facts import ScopeKind
from codemods.tensorflow.reach.surroundings import Where
from codemods.tensorflow.reach.ways import SCOPES, Instance
from codemods.tensorflow.scopes.items import Item, ItemKey, scopes_around
from codemods.tensorflow.scopes.table import ScopeTable

__all__ = ["are_held", "may_be_hidden", "may_number_anew", "scopes_above", "scopes_handed", "unseen_items"]


def may_be_hidden(instance: Instance, scopes: ScopeTable) -> bool:
    """Whether there may be such scopes."""
    return bool(scopes_above(instance, scopes) or scopes_handed(instance, scopes))


def unseen_items(instances: Iterable[Instance], scopes: ScopeTable) -> Iterable[Item]:
    """The scopes that may be such: all that the program has where nothing tells which."""
    places: dict[Where, None] = {}
    for instance in instances:
        unseen = dict.fromkeys(place for _, place in _unseen(instance, scopes))
        if instance.way.partial or any(isinstance(at, int) for _, at in unseen):
            return scopes.items.values()
        places.update(unseen)
    if scopes.reach.tree.by_hand:
        return scopes.items.values()
    return [item for place, item in scopes.items.items() if place in places]


def are_held(instances: Iterable[Instance], scopes: ScopeTable) -> bool:
    """Whether a `with` around some instances enters a scope that is made elsewhere: `with held:`."""
    places = ((stand.path, stand.frame.at) for instance in instances for stand in scopes_around(instance))
    return any(place not in scopes.items for place in places)


def scopes_above(instance: Instance, scopes: ScopeTable) -> frozenset[ScopeKind]:
    """The kinds of those that callers which were not followed one by one stand in, or that something enters by hand."""
    reach, found = scopes.reach, frozenset[ScopeKind]()
    if ScopeKind.VARIABLE in reach.tree.by_hand:
        return frozenset({ScopeKind.VARIABLE})
    if instance.way.partial:
        above = reach.surroundings.above(instance.body)
        found = frozenset(kind for kind in SCOPES if kind.value in above)
        found |= {ScopeKind.VARIABLE} if instance.body in scopes.below_converted else set()
    return found


def scopes_handed(instance: Instance, scopes: ScopeTable) -> frozenset[ScopeKind]:
    """The kinds of those in which the tree calls what it does not name, where that may be what leads to an instance."""
    unseen = dict.fromkeys(_unseen(instance, scopes))
    found = {kind for kind, _ in unseen if kind in SCOPES}
    named = (place for kind, place in unseen if kind is ScopeKind.NAME) if scopes.places.forms else ()
    if any(_is_converted(place, scopes) for place in named):
        found.add(ScopeKind.VARIABLE)
    return frozenset(found)


def may_number_anew(instance: Instance, scopes: ScopeTable) -> bool:
    """Whether such a variable scope may be entered again: it forgets the default names that were taken in it."""
    called = _called_unclearly(instance, scopes)
    if any(_may_come_again(place, scopes) for kind, place in called if kind is ScopeKind.VARIABLE):
        return True
    opaque = scopes.reach.surroundings.opaque_scopes.get(ScopeKind.VARIABLE, frozenset())
    return bool(opaque) and _is_handed_on(instance, scopes) and _may_one_come_again(opaque, scopes)


def _may_one_come_again(opaque: frozenset[Where], scopes: ScopeTable) -> bool:
    """The same for those around calls of what is handed on: asked once for all that is."""
    return scopes.places.remembered(
        "one comes again", opaque, lambda: any(_may_come_again(place, scopes) for place in opaque)
    )


def _may_come_again(place: Where, scopes: ScopeTable) -> bool:
    """Whether a variable scope may be entered twice under one name, or one around a body may."""
    path, at = place
    if isinstance(at, int):
        ways = scopes.reach.ways((path, at))
        around = [(stand.path, stand.frame.at) for way in ways for stand in way.scopes]
        return any(way.partial for way in ways) or any(_is_entered_again(key, scopes) for key in around)
    return _is_entered_again((path, at), scopes)


def _is_entered_again(key: ItemKey, scopes: ScopeTable) -> bool:
    item = scopes.items.get(key)
    if item is None:
        return True
    if item.scope.kind is not ScopeKind.VARIABLE or item.fresh_by_itself:
        return False
    return not scopes.places.enters_once(item) or scopes.rivals.is_later(item)


def _is_converted(place: Where, scopes: ScopeTable) -> bool:
    """Whether a name scope becomes a variable scope, or may stand within one that does."""
    path, at = place
    if isinstance(at, int):
        return (path, at) in scopes.below_converted
    item = scopes.items.get((path, at))
    return (path, at) in scopes.places.forms or (item is not None and item.body in scopes.below_converted)


def _unseen(instance: Instance, scopes: ScopeTable) -> Iterator[tuple[ScopeKind, Where]]:
    """The kinds and places of these scopes: around calls by a method's name alone, and of whatever is handed on."""
    yield from _called_unclearly(instance, scopes)
    opaque = scopes.reach.surroundings.opaque_scopes
    if opaque and _is_handed_on(instance, scopes):
        yield from ((kind, place) for kind, places in opaque.items() for place in places)


def _called_unclearly(instance: Instance, scopes: ScopeTable) -> Iterator[tuple[ScopeKind, Where]]:
    """Those of them around calls by a method's name alone, reads of a property, and branches."""
    surroundings, way = scopes.reach.surroundings, instance.way
    if way.unknown:
        first = way.calls[0][0] if way.calls else instance.body
        yield from surroundings.unclear_scopes(first)
        yield from surroundings.read_scopes(first)
        yield from surroundings.branch_scopes(first)


def _is_handed_on(instance: Instance, scopes: ScopeTable) -> bool:
    """Whether what its way begins with is handed on, or a decorator gets a body in it to call."""
    graph, way = scopes.reach.graph, instance.way
    first, *others = (*(body for body, _ in way.calls), instance.body)
    if way.unknown and graph.is_handed_on(first):
        return True
    if way.partial and scopes.reach.surroundings.is_below_handed(first):
        return True
    bodies = map(graph.tree.body, others)
    return any(one.decorated and not one.kept for one in bodies)
