"""What can stand around code by any chain of calls, however many chains there are: kinds of scopes, and hazards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from codemods.tensorflow.facts import Call, CalleeKind, FrameFacts, ScopeKind
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.callgraph import CallGraph
from codemods.tensorflow.reach.unset import Unset

__all__ = ["Surroundings"]

_COMPUTES = re.compile(r"act|nonlin|relu|sigm|tanh|init|regul", re.IGNORECASE)  # parameters that make no variable


class Surroundings:
    """Carries what stands around calls down to what they run."""

    def __init__(self, graph: CallGraph, unset: Unset) -> None:
        self.graph, self.unset = graph, unset
        self.tree = graph.tree

    def above(self, key: BodyKey) -> frozenset[str]:
        """The kinds and hazards of the scopes around any chain of calls to a body."""
        return self._above.get(key, frozenset())

    @cached_property
    def _above(self) -> Mapping[BodyKey, frozenset[str]]:
        around: dict[BodyKey, frozenset[str]] = {}
        for component in self.graph.components:  # callers come before what they call
            tags: set[str] = set()
            for origin, frames in (one for key in component for one in self._origins(key)):
                tags |= around.get(origin, frozenset())
                for scope in (frame.scope for frame in frames if frame.scope is not None):
                    tags.update((scope.kind.value, *self.unset.hazards(origin[0], scope)))
            around.update(dict.fromkeys(component, frozenset(tags)))
        return around

    def _origins(self, key: BodyKey) -> Iterator[tuple[BodyKey, tuple[FrameFacts, ...]]]:
        """The bodies within whose scopes a body can run, with the frames there."""
        for caller, number in self.graph.callers(key):
            yield caller, self.tree.body(caller).events[number].frames
        body = self.tree.body(key)
        if body.is_lambda:
            yield (key[0], body.parent), body.frames

    @cached_property
    def opaque_scopes(self) -> frozenset[ScopeKind]:
        """The kinds of scopes within which the tree calls functions that it does not know, such as a decorator's."""
        return frozenset(
            frame.scope.kind
            for _, _, event in self.tree.events()
            if isinstance(event, Call) and event.callee.kind is CalleeKind.OPAQUE
            if not _COMPUTES.search(event.callee.name)
            for frame in event.frames
            if frame.scope is not None
        )
