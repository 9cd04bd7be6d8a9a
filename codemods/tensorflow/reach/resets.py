"""Where the default graph is surely reset before something happens, so that it meets nothing older."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from functools import cached_property
from itertools import takewhile

from codemods.tensorflow.facts import BodyFacts, Call, Creation, Event, Reset, StoreUse
from codemods.tensorflow.program.tree import BodyKey, Tree

__all__ = ["Resets"]

_MAKING = (Call, Creation, StoreUse)  # what makes variables, or may lead to some


class Resets:
    """Finds `tf.reset_default_graph()`, also in a function that does just that."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._places: dict[BodyKey, list[int]] = {}
        self._resetting: dict[BodyKey, bool] = {}
        self._calls: dict[BodyKey, list[int]] = {}

    def last(self, key: BodyKey, number: int) -> tuple[int, int] | None:
        """The last reset before an event that surely happened in the same round: its number, and how deep it stands."""
        body = self.tree.body(key)
        event = body.events[number]
        for before in reversed(self._in(key)):
            frames = body.events[before].frames
            again = body.is_module and not self._runs_with(key[0], body.events[before], event)
            if before < number and not again and frames == event.frames[: len(frames)]:
                return before, len(frames)
        return None

    def may_go_on(self, key: BodyKey, number: int) -> bool:
        """Whether an event may come into a graph that a loop, a branch or a call ahead of it has begun and used."""
        if not self._all:
            return False
        sure = self.last(key, number) if self._in(key) else None
        since = sure[0] if sure else -1
        places = [place for place in self._in(key) if since < place < number]
        calls = [place for place in self._using(key) if since <= place < number]
        return any(self._leaves_graph(key, place, number) for place in places) or any(
            not self._are_in_arms(key, place, number) for place in calls
        )

    def _using(self, key: BodyKey) -> list[int]:
        """The numbers of the calls in a body of what begins a graph and makes things in it."""
        if key not in self._calls:
            calls = ((number, one) for number, one in enumerate(self.tree.body(key).events) if isinstance(one, Call))
            self._calls[key] = [
                number for number, one in calls if not self._users.isdisjoint(self.tree.targets(one, key))
            ]
        return self._calls[key]

    @cached_property
    def _users(self) -> frozenset[BodyKey]:
        """The bodies that begin a graph and make things in it, or may, by themselves or by what they call."""
        callers: dict[BodyKey, list[BodyKey]] = defaultdict(list)
        for key, _, event in self.tree.events():
            for target in self.tree.targets(event, key) if isinstance(event, Call) else ():
                callers[target].append(key)
        waiting = [key for key, body in self.tree.bodies() if self._goes_on(key, body)]
        found = set(waiting)
        for key in waiting:  # which grows meanwhile
            fresh = {caller for caller in callers[key] if caller not in found}
            found |= fresh
            waiting += fresh
        return frozenset(found)

    def _goes_on(self, key: BodyKey, body: BodyFacts) -> bool:
        """Whether a body makes things behind a reset of its own."""
        begun = min(self._in(key), default=len(body.events))
        return any(isinstance(one, _MAKING) for one in body.events[begun + 1 :])

    def _are_in_arms(self, key: BodyKey, place: int, number: int) -> bool:
        """Whether two events of a body stand in other arms of a branch."""
        events = self.tree.body(key).events
        arms = {frame.at: frame.arm for frame in events[place].frames}
        return any(arms.get(frame.at, frame.arm) != frame.arm for frame in events[number].frames)

    def _leaves_graph(self, key: BodyKey, place: int, number: int) -> bool:
        """Whether what a reset has begun in frames of its own may still be the graph where an event stands."""
        events = self.tree.body(key).events
        inner, outer = events[place].frames, events[number].frames
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(inner, outer, strict=False)))
        if shared == len(inner) or self._are_in_arms(key, place, number):
            return False
        within = (one for one in events[place + 1 : number] if one.frames[: shared + 1] == inner[: shared + 1])
        return any(isinstance(one, _MAKING) for one in within)

    def somewhere(self, path: str) -> bool:
        """Whether the top level of a file resets the graph."""
        return any(self._in((path, body.index)) for body in self.tree.files[path].bodies if body.is_module)

    @cached_property
    def may_be_skipped(self) -> bool:
        """Whether the program resets the graph in some runs, and in others does not: `if fresh: ...`."""
        return any(frame.may_be_skipped for _, event in self._all for frame in event.frames)

    @cached_property
    def may_be_unseen(self) -> bool:
        """Whether a function does more than reset the graph, so that its callers go on in one that nobody follows.

        Who calls a lambda is not known in other files, nor when a module does so that they import.
        """
        return any(self._goes_on_unseen(key, self.tree.body(key)) for key, _ in self._all)

    def _goes_on_unseen(self, key: BodyKey, body: BodyFacts) -> bool:
        if body.is_module:
            return bool(self.tree.imports.importers[key[0]])
        return body.is_lambda or not self._resets(key)

    @cached_property
    def _all(self) -> list[tuple[BodyKey, Reset]]:
        return [(key, event) for key, _, event in self.tree.events() if isinstance(event, Reset)]

    def _runs_with(self, path: str, one: Event, other: Event) -> bool:
        """Whether what happens in one place of a module runs whenever the other does: not in two cells."""
        file = self.tree.files[path]
        cells = {bisect_right(file.cells, event.at[0]) for event in (one, other)}
        return not file.reruns or (len(cells) == 1 and bool(file.cells))

    def _in(self, key: BodyKey) -> list[int]:
        """The numbers of the events of a body that reset the graph: nearly always none."""
        if key not in self._places:
            events = self.tree.body(key).events
            self._places[key] = [number for number, event in enumerate(events) if self._is_reset(key, event)]
        return self._places[key]

    def _is_reset(self, key: BodyKey, event: Event) -> bool:
        if not isinstance(event, Call):
            return isinstance(event, Reset)
        targets = self.tree.targets(event, key)
        return len(targets) == 1 and self._resets(targets[0])

    def _resets(self, key: BodyKey) -> bool:
        """Whether a function surely resets the default graph: `def reset_graph(): tf.reset_default_graph()`."""
        if key not in self._resetting:
            body = self.tree.body(key)
            sure = (one for one in body.events if not one.frames and _is_sure(one, body))
            self._resetting[key] = any(isinstance(one, Reset) for one in sure)
            self._resetting[key] &= not any(isinstance(event, Creation) for event in body.events)
        return self._resetting[key]


def _is_sure(event: Event, body: BodyFacts) -> bool:
    """Whether a call of a function comes to an event: not behind a `return`, nor in what a decorator may skip."""
    return body.resets_until is None or event.at <= body.resets_until
