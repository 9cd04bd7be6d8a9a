"""Scopes that are alike: what holds of one of them beside others holds of each, so that it is found once for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from codemods.tensorflow.reach.ways import SCOPES, Instance, Stand, circumstances
from codemods.tensorflow.scopes.items import Item, ItemKey

__all__ = ["Kinds", "Row"]


class Kinds:
    """Numbers the kinds of scopes: those of one kind answer alike beside any other, whatever their order."""

    def __init__(self, items: Collection[Item]) -> None:
        self._items = items
        self._numbers: dict[object, int] = {}
        self._known: dict[ItemKey, int] = {}

    def of(self, item: Item) -> int:
        """The number of a scope's kind; what goes back to another scope depends on the order, and is like no other."""
        kind = self._known.get(item.key)
        if kind is None:
            named = item.scope.kind, item.scope.name, item.texts
            own = item.key if item.goes_back else (*named, *map(self._place, item.instances))
            kind = self._known[item.key] = self._numbers.setdefault(own, len(self._numbers))
        return kind

    def _place(self, instance: Instance) -> object:
        """All of an instance by which scopes are compared, as they are before any is converted."""
        around = tuple(filter(None, map(self._part, instance.way.stands)))
        return around, instance.conditional, *circumstances(instance)

    def _part(self, stand: Stand) -> object:
        """What a construct around a scope tells: which one it is counts where another scope may be told by that."""
        if stand.frame.kind == "branch":
            return (stand.key, stand.frame.arm) if stand.key in self._forks else None
        scope = stand.frame.scope
        if scope is None or scope.kind not in SCOPES:
            return None
        return stand.name, stand.resets, stand.key if scope.name is None else None

    @cached_property
    def _forks(self) -> frozenset[object]:
        """The branches that have scopes in several of their arms, of which at most one is entered."""
        instances = (one for item in self._items for one in item.instances)
        arms = {(stand.key, stand.frame.arm) for one in instances for stand in one.way.branches}
        counts = Counter(key for key, _ in arms)
        return frozenset(key for key, count in counts.items() if count > 1)

    def first_of_each(self, items: Iterable[Item]) -> list[Item]:
        """The first of some scopes of each kind."""
        first: dict[int, Item] = {}
        for item in items:
            first.setdefault(self.of(item), item)
        return list(first.values())


@dataclass(frozen=True, eq=False)  # with room for what is asked by each of its scopes
class Row:
    """The scopes that may bear one name in one place with a scope, itself included, and one of each kind of them."""

    items: list[Item]
    kinds: list[Item]
    _outside: dict[frozenset[ItemKey], list[Item]] = field(default_factory=dict)

    def outside(self, chosen: frozenset[ItemKey]) -> list[Item]:
        """Those that are not among some."""
        known = self._outside.get(chosen)
        if known is None:
            known = self._outside[chosen] = [one for one in self.items if one.key not in chosen]
        return known

    def nearest(self, item: Item, among: Container[ItemKey]) -> list[Item] | None:
        """Of the others among some that do not surely come after a scope one that all of these are nearest to, in turn.

        Those that come in no known order are all of them before one another: they stand in a ring. None where not all
        are of one kind, so that each has others before it.
        """
        place = self._places.get(item.key)
        if place is None:
            return None
        before = range(place - 1, -1 if self._is_ordered else place - len(self._row), -1)
        return [*islice((one for one in map(self._row.__getitem__, before) if one.key in among), 1)]

    @cached_property
    def _row(self) -> list[Item]:
        """All of them in the order of the program, if they are of one kind that answers for each pair."""
        alike = len(self.kinds) == 1 and (len(self.items[0].instances) == 1 or not self._is_ordered)
        return sorted(self.items, key=lambda item: item.instances[0].way.order) if alike else []

    @cached_property
    def _places(self) -> dict[ItemKey, int]:
        return {item.key: place for place, item in enumerate(self._row)}

    @cached_property
    def _is_ordered(self) -> bool:
        """Whether each is surely entered, and once."""
        return all(one.way.runs_once and not one.conditional for one in self.items[0].instances)
