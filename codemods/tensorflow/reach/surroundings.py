"""What can stand around code by any chain of calls, however many chains there are: kinds of scopes, and hazards."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from codemods.tensorflow.facts import At, Call, Callee, CalleeKind, Enter, FrameFacts, ScopeKind
from codemods.tensorflow.knowledge import EVALUATORS, GETTERS
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.callgraph import CallGraph
from codemods.tensorflow.reach.unset import Unset
from codemods.tensorflow.reach.ways import handed_through

__all__ = ["DERIVED", "Surroundings"]

DERIVED = "derived"  # a scope whose name is made of a variable's, which may change
_COMPUTES = re.compile(r"act|nonlin|relu|sigm|tanh|init|regul", re.IGNORECASE)  # parameters that make no variable


class Surroundings:
    """Carries what stands around calls down to what they run."""

    def __init__(self, graph: CallGraph, unset: Unset) -> None:
        self.graph, self.unset = graph, unset
        self.tree = graph.tree

    def above(self, key: BodyKey) -> frozenset[str]:
        """The kinds and hazards of the scopes around any chain of calls to a body, and `DERIVED`."""
        return self._above.get(key, frozenset())

    @cached_property
    def _above(self) -> Mapping[BodyKey, frozenset[str]]:
        around: dict[BodyKey, frozenset[str]] = {}
        for component in self.graph.components:  # callers come before what they call
            tags: set[str] = {ScopeKind.VARIABLE.value} if self._within_any(component) else set()
            for origin, frames in (one for key in component for one in self._origins(key)):
                tags |= around.get(origin, frozenset())
                for scope in (frame.scope for frame in frames if frame.scope is not None):
                    tags.update((scope.kind.value, *self.unset.hazards(origin[0], scope)))
                    tags |= {DERIVED} if scope.name is not None and scope.name.is_derived else set()
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
    def opaque_scopes(self) -> Mapping[ScopeKind, frozenset[tuple[str, At]]]:
        """The scopes within which the tree calls functions that it does not know, such as a decorator's, by their kind.

        They go by the places where they are entered; "" and no place stand for some that are entered elsewhere.
        """
        found: dict[ScopeKind, set[tuple[str, At]]] = defaultdict(set)
        for key, _, event in self.tree.events():
            if isinstance(event, Call) and self._is_opaque(event, key):
                for kind, place in (*_entered(event, key), *self._handing(key, event.callee.name)):
                    found[kind].add(place)
                for kind in self._kinds_above(key) if self._calls_any(event.callee, key) else ():
                    found[kind].add(("", (0, 0)))
        return {kind: frozenset(places) for kind, places in found.items()}

    def unclear_scopes(self, key: BodyKey) -> Iterator[tuple[ScopeKind, tuple[str, At]]]:
        """The scopes around the calls that may run a method by its name alone, and around what leads to these calls."""
        if self.tree.body(key).name == "__init__":
            return  # it is called on classes, by those that derive from them
        waiting = self.graph.unclear_callers(key)
        seen = set(waiting)
        for caller, number in waiting:  # which grows meanwhile
            call = self.tree.body(caller).events[number]
            assert isinstance(call, Call)
            yield from _entered(call, caller)
            waiting += [one for one in self.graph.callers(caller) if one not in seen]
            seen.update(self.graph.callers(caller))

    def _calls_any(self, callee: Callee, caller: BodyKey) -> bool:
        """Whether a callee may be whatever a string, a collection or a function of the tree holds."""
        maker = callee.receiver if callee.kind is CalleeKind.OPAQUE else None
        made = maker is not None and (
            maker.name in GETTERS
            or any(self.tree.body(one).name != "__init__" for one in self.tree.bodies_of(maker, caller[0]))
        )
        return callee.name.rpartition(".")[2] in EVALUATORS or callee.is_element or made

    def _kinds_above(self, key: BodyKey) -> frozenset[ScopeKind]:
        return frozenset(kind for kind in ScopeKind if kind.value in self.above(key))

    def _handing(self, key: BodyKey, parameter: str) -> Iterator[tuple[ScopeKind, tuple[str, At]]]:
        """The scopes around the calls by which a body is handed what it calls, up to who names that."""
        for caller, call, _ in self._handers(key, parameter):
            yield from _entered(call, caller)

    def _handers(self, key: BodyKey, parameter: str) -> Iterator[tuple[BodyKey, Call, bool]]:
        """The calls by which a body is handed what it calls, and whether they name that."""
        waiting = [(key, parameter)]
        for body, name in waiting:  # which grows meanwhile
            if name in self.tree.body(body).parameters:
                for caller, number in self.graph.callers(body):
                    call = self.tree.body(caller).events[number]
                    assert isinstance(call, Call)
                    handed = [(caller, one) for one in handed_through(self.tree.body(body), call, name)]
                    yield caller, call, not handed
                    waiting += [one for one in handed if one not in waiting]

    def above_handing(self, key: BodyKey) -> frozenset[ScopeKind]:
        """The kinds of scopes around any chain of calls to what may hand a body on to whoever calls it."""
        found = (kinds for path, kinds in self._above_handing.items() if self.graph.refers(path, key))
        return frozenset().union(*found)

    @cached_property
    def _above_handing(self) -> Mapping[str, frozenset[ScopeKind]]:
        """The same for whatever a file hands on."""
        found: dict[str, set[ScopeKind]] = defaultdict(set)
        for key, _, event in self.tree.events():
            if isinstance(event, Call) and self._is_opaque(event, key):
                for caller, _, names in self._handers(key, event.callee.name):
                    found[caller[0]] |= self._kinds_above(caller) if names else frozenset()
        return {path: frozenset(kinds) for path, kinds in found.items() if kinds}

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


def _entered(call: Call, caller: BodyKey) -> Iterator[tuple[ScopeKind, tuple[str, At]]]:
    """The scopes around a call within its body: their kinds and places."""
    yield from ((frame.scope.kind, (caller[0], frame.at)) for frame in call.frames if frame.scope is not None)
