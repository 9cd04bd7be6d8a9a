"""What can stand around code by any chain of calls, however many chains there are: kinds of scopes, and hazards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import TypeAlias

from codemods.tensorflow.facts import At, Call, Callee, CalleeKind, Enter, FrameFacts, ScopeKind
from codemods.tensorflow.knowledge import EVALUATORS
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.callgraph import CallGraph
from codemods.tensorflow.reach.late_imports import late_modules, run_by
from codemods.tensorflow.reach.unset import Unset
from codemods.tensorflow.reach.ways import SCOPES, handed_through

__all__ = ["DERIVED", "WAITING", "Surroundings", "Where"]

Where: TypeAlias = tuple[str, At] | BodyKey  # the place where a scope is entered, or a body that others run within it

WAITING = "waiting"  # what stands in a scope waits for other ops
DERIVED = "derived"  # a scope whose name is made of a variable's, which may change
_POINTING = (CalleeKind.CLASS, CalleeKind.IMPORTED, CalleeKind.METHOD, CalleeKind.ATTRIBUTE)


class Surroundings:
    """Carries what stands around calls down to what they run."""

    def __init__(self, graph: CallGraph, unset: Unset) -> None:
        self.graph, self.unset = graph, unset
        self.tree = graph.tree
        self._unclear: dict[BodyKey, Collection[tuple[ScopeKind, Where]]] = {}

    def above(self, key: BodyKey) -> frozenset[str]:
        """The kinds and hazards of the scopes around any chain of calls to a body, `DERIVED` and `WAITING`."""
        own = self._above.get(key, frozenset())
        return own | self._anywhere if key in self._run_by_late else own

    @cached_property
    def late_modules(self) -> frozenset[str]:
        """The modules that the tree may import within scopes."""
        return late_modules(self.tree, self._may_run_in_scopes)

    def _may_run_in_scopes(self, key: BodyKey) -> bool:
        tags = self._above.get(key, frozenset())
        handed = bool(self._anywhere) and self.is_below_handed(key)
        return handed or any(kind.value in tags for kind in SCOPES)

    @cached_property
    def _run_by_late(self) -> frozenset[BodyKey]:
        return run_by(self.tree, self.late_modules)

    @cached_property
    def _anywhere(self) -> frozenset[str]:
        """The kinds and hazards of all scopes that the tree has."""
        entered = ((key[0], event.scope) for key, _, event in self.tree.events() if isinstance(event, Enter))
        return frozenset(tag for path, scope in entered for tag in (scope.kind.value, *self.unset.hazards(path, scope)))

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
                    tags |= {WAITING} if scope.waits else set()
            around.update(dict.fromkeys(component, frozenset(tags)))
        return around

    def place_of_hazard(self, key: BodyKey) -> str:
        """`file:line` of the nearest scope around a chain of calls to a body that gives hazards; "" for none."""
        waiting = [key]
        for body in waiting:  # which grows meanwhile
            for origin, frames in self._origins(body):
                for frame in reversed(frames):
                    if frame.scope is not None and self.unset.hazards(origin[0], frame.scope):
                        return f"{origin[0]}:{frame.at[0]}"
                waiting += [] if origin in waiting else [origin]
        return ""

    def is_below_handed(self, key: BodyKey) -> bool:
        """Whether some chain of calls to a body begins with, or leads through, what is handed on or decorated."""
        return key in self._below_handed

    @cached_property
    def _below_handed(self) -> frozenset[BodyKey]:
        below: set[BodyKey] = set()
        for component in self.graph.components:  # callers come before what they call
            origins = (origin for key in component for origin, _ in self._origins(key))
            if any(map(self.graph.is_handed_on, component)) or not below.isdisjoint(origins):
                below.update(component)
        return frozenset(below)

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
    def opaque_scopes(self) -> Mapping[ScopeKind, frozenset[Where]]:
        """The scopes within which the tree calls functions that it does not know, such as a decorator's, by their kind.

        They go by the places where they are entered; where others enter them, by the body that they are around.
        """
        found: dict[ScopeKind, set[Where]] = defaultdict(set)
        for key, _, event in self.tree.events():
            if isinstance(event, Call) and self.is_opaque(event, key):
                for kind, place in (*_entered(event, key), *self._handing(key, event.callee.name)):
                    found[kind].add(place)
                for kind, below in () if self.is_handed(event.callee, key) else self._kinds_above(key):
                    found[kind].add(below)
        return {kind: frozenset(places) for kind, places in found.items()}

    def unclear_scopes(self, key: BodyKey) -> Collection[tuple[ScopeKind, Where]]:
        """The scopes around the calls that may run a method by its name alone, and around what leads to these calls."""
        if key not in self._unclear:
            self._unclear[key] = dict.fromkeys(self._find_unclear(key))
        return self._unclear[key]

    def _find_unclear(self, key: BodyKey) -> Iterator[tuple[ScopeKind, Where]]:
        waiting = self.graph.unclear_callers(key)
        if self.tree.body(key).name == "__init__":  # it is called on classes, by those that derive from them
            waiting = self.tree.namesakes.unclear_of_modules(key)
        seen = set(waiting)
        for caller, number in waiting:  # which grows meanwhile
            call = self.tree.body(caller).events[number]
            assert isinstance(call, Call)
            yield from _entered(call, caller)
            waiting += [one for one in self.graph.callers(caller) if one not in seen]
            seen.update(self.graph.callers(caller))

    def branch_scopes(self, key: BodyKey) -> Iterator[tuple[ScopeKind, Where]]:
        """The scopes in which a function is defined that `tf.cond` or the like runs: there, as good as always."""
        body = self.tree.body(key)
        if body.in_control_flow:
            yield from ((frame.scope.kind, (key[0], frame.at)) for frame in body.frames if frame.scope is not None)
            yield from self._kinds_above((key[0], body.parent))

    def is_handed(self, callee: Callee, caller: BodyKey) -> bool:
        """Whether a callee is a parameter of the body that calls it, which others hand to that."""
        return callee.kind is CalleeKind.OPAQUE and callee.name in self.tree.body(caller).parameters

    def _kinds_above(self, key: BodyKey) -> Iterator[tuple[ScopeKind, Where]]:
        yield from ((kind, key) for kind in ScopeKind if kind.value in self.above(key))

    def _handing(self, key: BodyKey, parameter: str) -> Iterator[tuple[ScopeKind, Where]]:
        """The scopes around the calls by which a body is handed what it calls, up to who names that."""
        for caller, call, names in self.handers(key, parameter) if parameter in self.tree.body(key).parameters else ():
            yield from _entered(call, caller)
            yield from self._kinds_above(caller) if names else ()

    def handers(self, key: BodyKey, parameter: str) -> Iterator[tuple[BodyKey, Call, bool]]:
        """The calls by which a body is handed its parameter, with who calls, and whether that names what it hands."""
        waiting = [(key, parameter)]
        for body, name in waiting:  # which grows meanwhile
            for caller, number in self.graph.callers(body):
                call = self.tree.body(caller).events[number]
                assert isinstance(call, Call)
                handed = [(caller, one) for one in handed_through(self.tree.body(body), call, name)]
                waiting += [one for one in handed if one not in waiting]
                yield caller, call, not handed

    def read_scopes(self, key: BodyKey) -> Iterator[tuple[ScopeKind, Where]]:
        """The scopes within which a body is read as a property: name scopes there, and what its readers are in."""
        yield from ((ScopeKind.NAME, place) for place in self.graph.read_in_names(key))
        for reader in self.graph.readers(key):
            yield from self._kinds_above(reader)

    def is_opaque(self, call: Call, caller: BodyKey) -> bool:
        """Whether a call can run a function that it does not name."""
        callee, path = call.callee, caller[0]
        if callee.kind is CalleeKind.OPAQUE or self._is_of_replaced(callee, path):
            return True
        if callee.kind is CalleeKind.IMPORTED and callee.name.rpartition(".")[2] in EVALUATORS:
            return True  # also where a star import hides it
        if callee.kind not in _POINTING or self.tree.targets(call, caller):
            return False
        match callee.kind, callee.receiver:
            case CalleeKind.CLASS, _:
                return True  # a data class makes the default values of its fields
            case CalleeKind.IMPORTED, _:
                return self.tree.symbols.holds(callee.name, path) or self._may_be_handed_some(callee, path)
            case CalleeKind.METHOD, _:
                return self.tree.classes.is_whole((path, callee.index))
            case CalleeKind.ATTRIBUTE, Callee(kind=CalleeKind.BODY):
                return True  # a function has no methods but what it is given
            case CalleeKind.ATTRIBUTE, Callee() as receiver:
                classes = self.tree.symbols.classes(receiver, path)
                return bool(classes) and all(map(self.tree.classes.is_whole, classes))
        return False

    def _is_of_replaced(self, callee: Callee, path: str) -> bool:
        """Whether a call is one of a class that stands in another one, in whose place there may be something else."""
        classes, key = self.tree.classes, (path, callee.index)
        if callee.kind is CalleeKind.CLASS:
            return classes.is_replaced(key)
        return callee.kind is CalleeKind.METHOD and classes.may_be_another(key, callee.name)

    @cached_property
    def _registrars(self) -> frozenset[str]:
        """The modules whose decorators get functions of the tree: who calls one of theirs may run any of these."""
        return frozenset(name for file in self.tree.files.values() for name in file.registrars)

    def _may_be_handed_some(self, callee: Callee, path: str) -> bool:
        """Whether a function that is not the tree's may be handed one that is, and call it."""
        file = self.tree.files[path]
        handing = bool(file.escapes.bodies or file.escapes.imports or file.escapes.attributes)
        handing = handing or callee.name.rpartition(".")[0].rpartition(".")[2] in self._registrars
        return handing and callee.name.partition(".")[0] not in ("tensorflow", "builtins")


def _entered(call: Call, caller: BodyKey) -> Iterator[tuple[ScopeKind, Where]]:
    """The scopes around a call within its body: their kinds and places."""
    yield from ((frame.scope.kind, (caller[0], frame.at)) for frame in call.frames if frame.scope is not None)
