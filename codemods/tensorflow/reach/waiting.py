"""What may wait for other ops because of a `control_dependencies` around it, or around what leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from codemods.tensorflow.facts import Call, Event
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.surroundings import WAITING, Surroundings
from codemods.tensorflow.reach.ways import Instance

__all__ = ["Waiting"]

_ANYWHERE = ""


class Waiting:
    """Follows ways, and functions that are handed to who calls them there."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self.graph, self.tree = surroundings.graph, surroundings.tree

    def holds(self, instance: Instance) -> bool:
        """Whether an instance may wait."""
        way = instance.way
        if any(stand.frame.scope is not None and stand.frame.scope.waits for stand in way.stands):
            return True
        if way.partial and WAITING in self.surroundings.above(instance.body):
            return True
        bodies = (*(body for body, _ in way.calls), instance.body)
        return bool(self._naming) and any(map(self._is_called, bodies if way.unknown else bodies[1:]))

    def _is_called(self, key: BodyKey) -> bool:
        """Whether a body that is handed on may be called by who waits."""
        if not self.graph.is_handed_on(key) or self.tree.body(key).kept:
            return False
        return any(path == _ANYWHERE or self.graph.refers(path, key) for path in self._naming)

    @cached_property
    def _naming(self) -> frozenset[str]:
        """The files that name what is called there by a parameter; `_ANYWHERE` where nobody knows which do."""
        return frozenset(
            path
            for key, _, event in self.tree.events()
            if isinstance(event, Call) and self._waits(event, key) and self.surroundings.is_opaque(event, key)
            for path in self._named_in(event, key)
        )

    def _waits(self, event: Event, key: BodyKey) -> bool:
        around = any(frame.scope is not None and frame.scope.waits for frame in event.frames)
        return around or WAITING in self.surroundings.above(key)

    def _named_in(self, call: Call, key: BodyKey) -> Iterator[str]:
        if not self.surroundings.is_handed(call.callee, key):
            yield _ANYWHERE
            return
        yield from self._unseen_callers(key)
        for caller, _, names in self.surroundings.handers(key, call.callee.name):
            yield from (caller[0],) if names else self._unseen_callers(caller)

    def _unseen_callers(self, body: BodyKey) -> Iterator[str]:
        """The files of those who may call a body that nobody points at: whoever refers to it, or anybody."""
        if not self.graph.is_open_ended(body):
            return
        referring = [path for path in self.tree.files if self.graph.refers(path, body)]
        yield from referring or (_ANYWHERE,)
