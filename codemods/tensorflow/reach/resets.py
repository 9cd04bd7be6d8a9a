"""Where the default graph is surely reset before something happens, so that it meets nothing older."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from codemods.tensorflow.facts import BodyFacts, Call, Creation, Event, Reset
from codemods.tensorflow.program.tree import BodyKey, Tree

__all__ = ["Resets"]


class Resets:
    """Finds `tf.reset_default_graph()`, also in a function that does just that."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._places: dict[BodyKey, list[int]] = {}
        self._resetting: dict[BodyKey, bool] = {}

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
