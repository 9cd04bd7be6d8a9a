"""Which name scopes, and which variable scopes that are entered again, become variable scopes of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from codemods.tensorflow.facts import ScopeKind
from codemods.tensorflow.plan import ScopeForm, ScopePlan
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.extent import Extent
from codemods.tensorflow.reach.ways import scope_name
from codemods.tensorflow.scopes.items import Item, ItemKey, scopes_around
from codemods.tensorflow.scopes.makers import Makers
from codemods.tensorflow.scopes.own_layers import OwnLayers
from codemods.tensorflow.scopes.table import ScopeTable
from codemods.tensorflow.scopes.vetoes import OF_ITSELF, OF_OTHERS, Case, forbids
from codemods.tensorflow.text import substitute

__all__ = ["convert_scopes", "scope_plans"]


def convert_scopes(scopes: ScopeTable, extent: Extent, migrated: Callable[[BodyKey, int], bool]) -> None:
    """Chooses the scopes to convert and notes their forms; `migrated` says which creations will be rewritten."""
    _Conversion(scopes, extent, migrated).run()


def scope_plans(scopes: ScopeTable, needed: Collection[ItemKey]) -> dict[ItemKey, ScopePlan]:
    """What becomes of the scopes that are `needed`, and of the others that each of them takes for granted."""
    forms, rivals = scopes.places.forms, scopes.rivals
    plans: dict[ItemKey, ScopePlan] = {}
    waiting = [key for key in forms if key in needed]
    while waiting:
        key = waiting.pop()
        if key in plans:
            continue
        earlier = rivals.earlier(scopes.items[key], forms) if forms[key].is_fresh else ()
        keys = [one.key for one in earlier]
        plans[key] = ScopePlan(key[1], forms[key], tuple((path, ScopePlan(at, forms[path, at])) for path, at in keys))
        waiting += keys
    return plans


class _Conversion:
    """Candidates, less those that a veto forbids, until those that are left suffice for one another."""

    def __init__(self, scopes: ScopeTable, extent: Extent, migrated: Callable[[BodyKey, int], bool]) -> None:
        self.scopes = scopes
        self.places = scopes.places
        self.rivals = scopes.rivals
        self.makers = Makers(extent, migrated)
        self.layers = OwnLayers(scopes)

    def run(self) -> None:
        items = self.scopes.items
        chosen = frozenset(key for key, item in items.items() if not forbids(OF_ITSELF, self._case(item)))
        while True:
            kept = frozenset(key for key in chosen if not forbids(OF_OTHERS, self._case(items[key], chosen)))
            if kept != chosen:
                chosen = kept
                continue
            refused = self._convert(chosen)
            if not refused:
                return
            chosen -= refused

    def _convert(self, chosen: frozenset[ItemKey]) -> set[ItemKey]:
        """Notes the form of each scope; those whose numbers could be others are given back, and nothing is noted."""
        items, refused = self.scopes.items, set[ItemKey]()
        for key in sorted(chosen, key=lambda key: _depth(items[key])):
            form = self._form(items[key])
            if form is ScopeForm.UNIQUE and self.rivals.may_mix_case(items[key]):
                refused.add(key)
            elif form is not None:
                self.places.convert(items[key], form)
        if refused:
            self.places.forget_forms()
        return refused

    def _form(self, item: Item) -> ScopeForm | None:
        """A scope of its own each time, but for a name scope that is entered once."""
        if self._tells_itself(item):
            return ScopeForm.WHOLE
        if not self.places.enters_once(item) or self.rivals.is_later(item):
            return ScopeForm.UNIQUE
        return ScopeForm.PLAIN if item.scope.kind is ScopeKind.NAME else None

    def _tells_itself(self, item: Item) -> bool:
        """Whether a scope with a default name makes another one each time: a name that it is passed comes but once."""
        scope, ways = item.scope, [one.way for one in item.instances]
        if scope.default is None:
            return False
        if scope.name is None:
            return True
        default = substitute(scope.default, {}).literal
        if default is None or self.rivals.of(item) or any(way.unknown or way.partial or way.reruns for way in ways):
            return False
        named = [one for one in item.instances if not substitute(scope.name, one.way.arguments).is_none]
        names = [(scope_name(scope, one.way.arguments).literal or "").lower() for one in named]
        numbered = re.compile(rf"{re.escape(default)}(?:_\d+)?", re.IGNORECASE)
        distinct = len(set(names)) == len(names) and all(names) and not any(map(numbered.fullmatch, names))
        return distinct and not any(map(self.places.repeats, named))

    def _case(self, item: Item, chosen: frozenset[ItemKey] = frozenset()) -> Case:
        return Case(item, self.scopes, self.makers, self.layers, chosen)


def _depth(item: Item) -> int:
    return min(len(scopes_around(instance)) for instance in item.instances)
