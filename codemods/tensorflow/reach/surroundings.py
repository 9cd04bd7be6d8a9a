"""What can stand around code by any chain of calls, however many chains there are: kinds of scopes, and hazards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from codemods.tensorflow.facts import Call, CalleeKind, Enter, FrameFacts, ScopeKind
from codemods.tensorflow.knowledge import EVALUATORS
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.callgraph import CallGraph

__all__ = ["Surroundings"]

_COMPUTES = re.compile(r"act|nonlin|relu|sigm|tanh|init|regul", re.IGNORECASE)  # parameters that make no variable


class Surroundings:
    """Carries what stands around calls down to what they run."""

    def __init__(self, graph: CallGraph) -> None:
        self.graph = graph
        self.tree = graph.tree

    def above(self, key: BodyKey) -> frozenset[str]:
        """The kinds and hazards of the scopes around any chain of calls to a body."""
        return self._above.get(key, frozenset())

    @cached_property
    def _above(self) -> Mapping[BodyKey, frozenset[str]]:
        around: dict[BodyKey, frozenset[str]] = {}
        for component in self.graph.components:  # callers come before what they call
            tags: set[str] = {ScopeKind.VARIABLE.value} if self._within_any(component) else set()
            for origin, frames in (one for key in component for one in self._origins(key)):
                tags |= around.get(origin, frozenset())
                scopes = (frame.scope for frame in frames if frame.scope is not None)
                tags.update(tag for scope in scopes for tag in (scope.kind.value, *scope.hazards))
            around.update(dict.fromkeys(component, frozenset(tags)))
        return around

    def _origins(self, key: BodyKey) -> Iterator[tuple[BodyKey, tuple[FrameFacts, ...]]]:
        """The bodies within whose scopes a body can run, with the frames there."""
        for caller, number in self.graph.callers(key):
            yield caller, self.tree.body(caller).events[number].frames
        for reader in self.graph.readers(key):
            yield reader, ()
        body = self.tree.body(key)
        if body.is_lambda:
            yield (key[0], body.parent), body.frames

    def _within_any(self, component: list[BodyKey]) -> bool:
        """Whether a body may run within whatever variable scope the tree has."""
        return self._has_scopes and any(map(self.graph.is_implicit, component))

    @cached_property
    def _has_scopes(self) -> bool:
        return any(
            isinstance(event, Enter) and event.scope.kind is ScopeKind.VARIABLE for _, _, event in self.tree.events()
        )

    @cached_property
    def opaque_scopes(self) -> frozenset[ScopeKind]:
        """The kinds of scopes within which the tree calls functions that it does not know, such as a decorator's."""
        kinds = {kind.value: kind for kind in ScopeKind}
        found: set[ScopeKind] = set()
        for key, _, event in self.tree.events():
            if isinstance(event, Call) and self._is_opaque(event, key):
                found.update(frame.scope.kind for frame in event.frames if frame.scope is not None)
                found.update(kinds[tag] for tag in self.above(key) if tag in kinds)
        return frozenset(found)

    def _is_opaque(self, call: Call, caller: BodyKey) -> bool:
        """Whether a call can run a function that it does not name."""
        match call.callee.kind:
            case CalleeKind.OPAQUE:
                return not _COMPUTES.search(call.callee.name)
            case CalleeKind.IMPORTED:
                return call.callee.name.rpartition(".")[2] in EVALUATORS  # also where a star import hides it
            case CalleeKind.CLASS:
                return not self.tree.targets(call, caller)  # a data class makes the default values of its fields
        return False
