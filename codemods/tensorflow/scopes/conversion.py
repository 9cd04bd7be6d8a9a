"""Which name scopes, and which variable scopes that are entered again, become variable scopes of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from codemods.tensorflow.facts import Call, Creation, ScopeKind
from codemods.tensorflow.plan import ScopeForm
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.extent import Extent
from codemods.tensorflow.reach.ways import scope_name
from codemods.tensorflow.scopes.items import Item, ItemKey, scopes_around
from codemods.tensorflow.scopes.rivals import surely_before
from codemods.tensorflow.scopes.table import ScopeTable, Step
from codemods.tensorflow.text import Text, is_no_folder, substitute

__all__ = ["convert_scopes"]

_SCOPE_KINDS = {ScopeKind.NAME.value, ScopeKind.VARIABLE.value}


def convert_scopes(scopes: ScopeTable, extent: Extent, migrated: Callable[[BodyKey, int], bool]) -> None:
    """Chooses the scopes to convert and notes their forms; `migrated` says which creations will be rewritten."""
    _Conversion(scopes, extent, migrated).run()


class _Conversion:
    """Candidates, less those whose surroundings or rivals forbid it."""

    def __init__(self, scopes: ScopeTable, extent: Extent, migrated: Callable[[BodyKey, int], bool]) -> None:
        self.scopes = scopes
        self.places = scopes.places
        self.rivals = scopes.rivals
        self.extent = extent
        self.migrated = migrated

    def run(self) -> None:
        items = self.scopes.items
        chosen = {key for key, item in items.items() if self._is_candidate(item)}
        while True:
            kept = {key for key in chosen if self._is_allowed(items[key], chosen)}
            if kept != chosen:
                chosen = kept
                continue
            refused = self._convert(chosen)
            if not refused:
                return
            chosen -= refused

    def _convert(self, chosen: set[ItemKey]) -> set[ItemKey]:
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

    def _is_candidate(self, item: Item) -> bool:
        """Whether a scope holds a creation to migrate and nothing that a new variable scope would rename."""
        scope = item.scope
        name = scope.name or scope.default
        if not scope.plain or scope.alias or name is None or scope.statement == (0, 0):
            return False
        if any(_names_no_scope(text) for text in (name, *item.texts)):
            return False
        if not self._holds_migrated(item):
            return False
        if scope.kind is ScopeKind.VARIABLE and self.places.enters_once(item) and not self.rivals.of(item):
            return False
        held = self.extent.inside(item.body, item.key[1])
        return not self.extent.uses_store((event for _, event in held), item.body)

    def _holds_migrated(self, item: Item) -> bool:
        return any(
            (isinstance(event, Creation) and self.migrated(item.body, number))
            or (isinstance(event, Call) and not self._makers.isdisjoint(self.extent.tree.targets(event, item.body)))
            for number, event in self.extent.inside(item.body, item.key[1])
        )

    @cached_property
    def _makers(self) -> frozenset[BodyKey]:
        """The bodies that make what will be rewritten, directly or through calls."""
        events = self.extent.tree.events()
        return self.extent.graph.leading_to(
            {key for key, number, event in events if isinstance(event, Creation) and self.migrated(key, number)}
        )

    def _is_allowed(self, item: Item, chosen: set[ItemKey]) -> bool:
        return (
            self._suits_rivals(item, chosen)
            and not self.rivals.mixes_case(item)
            and not self.rivals.meets_an_op(item)
            and self._suits_surroundings(item, chosen)
        )

    def _suits_rivals(self, item: Item, chosen: set[ItemKey]) -> bool:
        rivals = self.rivals.of(item)
        standing = [rival for rival in rivals if rival.key not in chosen]
        if any(rival.scope.kind is ScopeKind.NAME for rival in standing):
            return False
        if any(not surely_before(rival, item) for rival in standing):
            return False  # what a variable scope of that name makes later would find its name taken
        if len(standing) > 1 or any(not self.places.enters_once(rival) for rival in standing):
            return False  # a fresh scope is numbered by the variable scopes of its name, each counted once
        namesakes = self.rivals.namesakes(item)
        return all(rival.scope.name == item.scope.name or _are_unknown(rival, item) for rival in namesakes)

    def _suits_surroundings(self, item: Item, chosen: set[ItemKey]) -> bool:
        """Whether every scope around it is converted as well or in step."""
        if self.scopes.reach.tree.threads and any(one.way.partial for one in item.instances):
            return False  # a thread of its own would number variable scopes anew
        if ScopeKind.VARIABLE in self.scopes.reach.tree.by_hand:
            return False
        partial = any(one.way.partial for one in item.instances)
        if partial and self.scopes.reach.surroundings.above(item.body) & _SCOPE_KINDS:
            return False
        for instance in item.instances:
            for stand in scopes_around(instance):
                outer = self.scopes.items.get((stand.path, stand.frame.at))
                if outer is None:
                    return False
                if outer.key not in chosen and self.scopes.step(stand) not in (Step.IN_STEP, Step.FRESH):
                    return False
        return True


def _names_no_scope(name: Text) -> bool:
    """Whether a name may be one that no variable scope can have, or means something else to it: None, `""`, `a/`."""
    return name.may_be_none or is_no_folder(name)


def _are_unknown(*items: Item) -> bool:
    """Whether nothing is known of any name of some scopes: each gets its own number, as their name scopes did."""
    return not any(text.tells for item in items for text in item.texts)


def _depth(item: Item) -> int:
    return min(len(scopes_around(instance)) for instance in item.instances)
