"""What each scope does to a variable's name.

A variable scope is in step where its name scope carries the same name: then `tf.Variable` and `get_variable` agree.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from codemods.tensorflow.facts import Call, Callee, CalleeKind, ScopeKind
from codemods.tensorflow.plan import ScopeForm
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.extent import Extent
from codemods.tensorflow.reach.meeting import Meeting
from codemods.tensorflow.reach.table import ReachTable
from codemods.tensorflow.reach.ways import Instance, Stand
from codemods.tensorflow.scopes.bearers import Bearers
from codemods.tensorflow.scopes.items import Item, find_items, scopes_around
from codemods.tensorflow.scopes.places import Places, numbers
from codemods.tensorflow.scopes.rivals import Rivals
from codemods.tensorflow.text import Text, is_no_folder, may_be_one_path, overlaps

__all__ = ["ScopeTable", "Step"]


class Step(enum.Enum):
    """What entering a scope means for the names inside, once the migration is made."""

    FRESH = "fresh"  # a variable scope that no other run or block shares
    IN_STEP = "in step"  # a variable scope that is entered once
    NAME = "name"  # stays a name scope, entered once
    NAME_MANY = "name many"  # stays a name scope, entered again or uncertain
    BROKEN = "broken"  # a variable scope whose name scope has another name, or an unknown one

    @property
    def is_name(self) -> bool:
        """Whether it stays a name scope, which `get_variable` does not see."""
        return self in (Step.NAME, Step.NAME_MANY)


class ScopeTable:
    """All scopes of a tree and what is known of them."""

    def __init__(self, reach: ReachTable, extent: Extent, meeting: Meeting) -> None:
        self.reach = reach
        self.extent = extent
        self.meeting = meeting
        self.items = {item.key: item for item in find_items(reach, extent)}
        self.bearers = Bearers(reach)
        self.places = Places(self.items, meeting)
        self.rivals = Rivals(self.places, self.bearers)

    def step(self, stand: Stand) -> Step:
        """What a scope around an instance means for names."""
        scope = stand.frame.scope
        assert scope is not None
        item = self.items.get((stand.path, scope.at))
        if item is None:
            stays = scope.kind is ScopeKind.NAME and not self._is_converted(stand.path, scope.opener)
            return Step.NAME_MANY if stays else Step.BROKEN
        if self.places.is_fresh(stand):
            return Step.BROKEN if item.fresh_by_itself and self._is_counted_apart(item) else Step.FRESH
        if self.places.forms.get(item.key) is ScopeForm.PLAIN:
            return Step.IN_STEP
        once = self.places.enters_once(item) and not self.rivals.is_later(item) and not self.rivals.meets_an_op(item)
        if scope.kind is ScopeKind.NAME:
            return Step.NAME if once and scope.plain and not stand.resets else Step.NAME_MANY
        sure = scope.name is not None and not stand.resets and not is_no_folder(stand.name)
        return Step.IN_STEP if once and sure else Step.BROKEN

    def is_sure(self, stand: Stand) -> bool:
        """Whether a scope's name in the graph is surely the one that it passes."""
        return self.step(stand) in (Step.IN_STEP, Step.NAME)

    def _is_converted(self, path: str, opener: Callee | None) -> bool:
        """Whether a scope in the code of a context manager becomes a variable scope."""
        if opener is None:
            return True
        bodies = (self.items[key].body for key in self.places.forms)
        return any(
            body[0] == path and opener.index == (body[1] if opener.kind is CalleeKind.BODY else self._owner(body))
            for body in bodies
        )

    def _owner(self, body: BodyKey) -> int:
        return self.reach.tree.body(body).owner

    def _is_counted_apart(self, item: Item) -> bool:
        """Whether a scope with a default name may have one number in the graph and another one in the store."""
        return self.places.remembered(
            "counted apart", item.key, lambda: self.rivals.meets_an_op(item) or not self._counts_alike(item)
        )

    def _counts_alike(self, item: Item) -> bool:
        """Whether a fresh scope gets the number that its name scope gets: the one counts variable scopes, once each."""
        if self.rivals.mixes_case(item):
            return False
        forms = self.places.forms
        standing = [
            one
            for one in self.rivals.of(item)
            if not one.fresh_by_itself and forms.get(one.key) in (None, ScopeForm.PLAIN)
        ]
        if any(one.scope.kind is ScopeKind.NAME and one.key not in forms for one in standing):
            return False
        return not standing or (len(standing) == 1 and self.places.enters_once(standing[0]))

    @cached_property
    def below_converted(self) -> frozenset[BodyKey]:
        """The bodies that can run, through calls, within a name scope that becomes a variable scope."""
        tree, forms = self.reach.tree, self.places.forms
        if not forms:
            return frozenset()
        lambdas: dict[BodyKey, list[BodyKey]] = defaultdict(list)
        waiting = [key for key, body in tree.bodies() if any((key[0], frame.at) in forms for frame in body.frames)]
        read: dict[BodyKey, list[BodyKey]] = defaultdict(list)  # as properties, by who reads them
        for key, _ in tree.bodies():
            waiting += [key] if self.reach.graph.is_implicit(key) else []
            for reader in self.reach.graph.readers(key):
                read[reader].append(key)
        waiting += [key for item in forms for key in read[self.items[item].body]]
        waiting += [(path, 0) for path in self.reach.surroundings.late_modules]
        for key, body in tree.bodies():
            if body.is_lambda:
                lambdas[key[0], body.parent].append(key)
            inside = (one for one in body.events if any((key[0], frame.at) in forms for frame in one.frames))
            waiting += [target for call in inside if isinstance(call, Call) for target in tree.targets(call, key)]
        found: set[BodyKey] = set()
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                calls = (one for one in tree.body(key).events if isinstance(one, Call))
                waiting += [*lambdas[key], *read[key], *(one for call in calls for one in tree.targets(call, key))]
        return frozenset(found)

    def same(self, first: Instance, second: Instance) -> bool:
        """Whether two instances can stand under the same scopes, for the graph or for the store."""
        if self.places.same(first, second):
            return True
        return any(map(self._is_counted_otherwise, (first, second))) and self.places.same(first, second, in_order=False)

    def _is_counted_otherwise(self, instance: Instance) -> bool:
        """Whether a default name around an instance may have one number in the store and another one in the graph."""
        fresh = (stand for stand in scopes_around(instance) if self.places.has_default_name(stand))
        return any(self.step(stand) is Step.BROKEN for stand in fresh)

    def store_path(self, instance: Instance) -> list[Text]:
        """The names of the variable scopes around an instance, those that name scopes become included."""
        return [stand.name for stand in scopes_around(instance) if not self.step(stand).is_name]

    def same_store(self, first: Instance, second: Instance) -> bool:
        """Whether two instances can stand under the same scopes for the variable store, which knows variable scopes."""
        if self._is_elsewhere(first) or self._is_elsewhere(second):
            return True
        return may_be_one_path(self.store_path(first), self.store_path(second))

    def may_be_given(self, made: Instance, stored: Instance) -> bool:
        """Whether an instance may have scopes in front in the graph that are called as those of another in the store.

        A scope that is entered again gets a number: `a_1`, as another one may be called by itself.
        """
        around, path = scopes_around(made), self.store_path(stored)
        return len(around) == len(path) and all(map(self._may_be_called, around, path))

    def _may_be_called(self, stand: Stand, name: Text) -> bool:
        if overlaps(stand.name, name):
            return True
        return self.step(stand) in (Step.BROKEN, Step.NAME_MANY) and overlaps(numbers(stand.name), name)

    def is_above(self, name: Text, instance: Instance, depth: int) -> bool:
        """Whether the name that an instance bears in the store surely has fewer folders than `depth`."""
        way = instance.way
        if way.partial or way.unknown or self._is_elsewhere(instance):
            return False
        parts = [one.literal for one in (*self.store_path(instance), name)]
        return None not in parts and "/".join(filter(None, parts)).count("/") < depth

    def _is_elsewhere(self, instance: Instance) -> bool:
        """Whether a variable scope that is entered again puts what it holds where its own way does not tell."""
        return any(stand.resets and not self.step(stand).is_name for stand in scopes_around(instance))

    def known(self, instances: Iterable[Instance]) -> bool:
        """Whether every scope around some instances is seen being made, and is called in the store as in the graph."""
        if ScopeKind.VARIABLE in self.reach.tree.by_hand:
            return False
        keys = {(stand.path, stand.frame.at) for one in instances for stand in scopes_around(one)}
        return all(key in self.items and not self.rivals.mixes_case(self.items[key]) for key in keys)
