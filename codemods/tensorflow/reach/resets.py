"""Where the default graph is surely reset before something happens, so that it meets nothing older."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from codemods.tensorflow.facts import At, BodyFacts, Call, Creation, Event, FrameFacts, Reset, StoreUse
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.callgraph import CallGraph

__all__ = ["Resets"]

_MAKING = (Call, Creation, StoreUse)  # what makes variables, or may lead to some
_Frames = tuple[FrameFacts, ...]
_Used = tuple[int, At]  # the first event that makes something in the graph of a reset, and where the frame is


@dataclass(slots=True)
class _Left:
    """The resets within frames that stand side by side, the last first, each with what is used first from there on."""

    places: list[int] = field(default_factory=list)  # counted from the end, so as to be sorted
    firsts: list[tuple[_Used, ...]] = field(default_factory=list)  # in two frames: one may be an event's own

    def add(self, place: int, used: int, at: At) -> None:
        """Takes in a reset ahead of all others."""
        before = {at: used for used, at in self.firsts[-1]} if self.firsts else {}
        before[at] = min(used, before.get(at, used))
        self.places.append(-place)
        self.firsts.append(tuple(sorted((used, at) for at, used in before.items())[:2]))

    def behind(self, since: int) -> tuple[_Used, ...]:
        """What is used first in the graphs of the resets behind an event, in each of two frames."""
        count = bisect_left(self.places, -since)
        return self.firsts[count - 1] if count else ()


class Resets:
    """Finds `tf.reset_default_graph()`, also in a function that does just that."""

    def __init__(self, graph: CallGraph) -> None:
        self.tree = graph.tree
        self.graph = graph
        self._places: dict[BodyKey, list[int]] = {}
        self._calls: dict[BodyKey, list[int]] = {}
        self._lefts: dict[BodyKey, dict[_Frames, _Left]] = {}

    def last(self, key: BodyKey, number: int) -> tuple[int, int] | None:
        """The last reset before an event that surely happened in the same round: its number, and how deep it stands."""
        body = self.tree.body(key)
        event = body.events[number]
        for before in reversed(self._in(key)):
            frames = body.events[before].frames
            ahead = before < number and frames == event.frames[: len(frames)]
            if ahead and (not body.is_module or self._runs_with(key[0], body.events[before], event)):
                return before, len(frames)
        return None

    def may_go_on(self, key: BodyKey, number: int) -> bool:
        """Whether an event may come into a graph that a loop, a branch or a call ahead of it has begun and used."""
        if not self._all:
            return False
        sure = self.last(key, number) if self._in(key) else None
        since = sure[0] if sure else -1
        using = self._using(key)
        calls = range(bisect_left(using, since), bisect_left(using, number))
        return self._is_in_left(key, since, number) or any(
            not self._are_in_arms(key, using[call], number) for call in calls
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
        return self.graph.leading_to(key for key, body in self.tree.bodies() if self._goes_on(key, body))

    def _goes_on(self, key: BodyKey, body: BodyFacts) -> bool:
        """Whether a body makes things behind a reset of its own."""
        begun = min(self._in(key), default=len(body.events))
        return any(isinstance(one, _MAKING) for one in body.events[begun + 1 :])

    def _are_in_arms(self, key: BodyKey, place: int, number: int) -> bool:
        """Whether two events of a body stand in other arms of a branch."""
        events = self.tree.body(key).events
        arms = {frame.at: frame.arm for frame in events[place].frames}
        return any(arms.get(frame.at, frame.arm) != frame.arm for frame in events[number].frames)

    def _is_in_left(self, key: BodyKey, since: int, number: int) -> bool:
        """Whether what a reset behind another has begun in frames of its own may be the graph where an event stands."""
        frames = self.tree.body(key).events[number].frames
        for depth in range(len(frames) + 1):
            left = self._left(key).get(frames[:depth])
            if left is None:
                return False
            own = frames[depth].at if depth < len(frames) else None  # that, or another arm of it
            if any(at != own and used < number for used, at in left.behind(since)):
                return True
        return False

    def _left(self, key: BodyKey) -> dict[_Frames, _Left]:
        """The frames of a body in which a reset has begun a graph that is used there, by what is around the frames."""
        if key not in self._lefts:
            self._lefts[key] = {}
            made = self._made(key)
            for place in reversed(self._in(key)):
                frames = self.tree.body(key).events[place].frames
                for depth, frame in enumerate(frames):
                    makes = made[frames[: depth + 1]]
                    after = bisect_right(makes, place)
                    if after < len(makes):
                        self._lefts[key].setdefault(frames[:depth], _Left()).add(place, makes[after], frame.at)
        return self._lefts[key]

    def _made(self, key: BodyKey) -> dict[_Frames, list[int]]:
        """The numbers of the events of a body that may make variables, by the frames around them, and around resets."""
        events = self.tree.body(key).events
        starts = (events[place].frames for place in self._in(key))
        made: dict[_Frames, list[int]] = {frames[: depth + 1]: [] for frames in starts for depth in range(len(frames))}
        for number, event in enumerate(events):
            for depth in range(len(event.frames) if isinstance(event, _MAKING) else 0):
                makes = made.get(event.frames[: depth + 1])
                if makes is None:
                    break
                makes.append(number)
        return made

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

        Who calls a lambda is not known in other files, nor when a module does so that they import, or who is handed
        a function that leads there.
        """
        leading = self.graph.leading_to(key for key, _ in self._all)
        unseen = (self.graph.is_referred_to(key) or self._goes_on_unseen(key, self.tree.body(key)) for key in leading)
        return any(unseen)

    def _goes_on_unseen(self, key: BodyKey, body: BodyFacts) -> bool:
        if body.is_module:
            return bool(self.tree.imports.importers[key[0]])
        return body.is_lambda or key not in self._resetting

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
        return len(targets) == 1 and targets[0] in self._resetting

    @cached_property
    def _resetting(self) -> frozenset[BodyKey]:
        """The functions that surely reset the default graph, `def clean(): tf.reset_default_graph()`, or call such."""
        found = {key for key, event in self._all if self._is_sure(key, event)}
        waiting = [*found]
        while waiting:
            for caller, number in self.graph.callers(waiting.pop()):
                event = self.tree.body(caller).events[number]
                alone = isinstance(event, Call) and len(self.tree.targets(event, caller)) == 1
                if alone and caller not in found and self._is_sure(caller, event):
                    found.add(caller)
                    waiting.append(caller)
        return frozenset(found)

    def _is_sure(self, key: BodyKey, event: Event) -> bool:
        """Whether a function, which makes no variable itself, surely comes to an event."""
        body = self.tree.body(key)
        return not event.frames and _comes_to(event, body) and not any(isinstance(one, Creation) for one in body.events)


def _comes_to(event: Event, body: BodyFacts) -> bool:
    """Whether a call of a function comes to an event: not behind a `return`, nor in what a decorator may skip."""
    if isinstance(event, Reset):
        return body.resets_until is None or event.at <= body.resets_until
    return not body.decorated and (body.leaves is None or event.at <= body.leaves)
