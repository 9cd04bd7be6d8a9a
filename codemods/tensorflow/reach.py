"""How often, and by which ways, code can run in one graph: once, many times, or unknown, which counts as many.

A `Way` is one chain of calls from where a program starts down to a body. Ways are found from the body upwards, so that
only code that leads to variables is looked at; they are bounded, and whatever is past the bound runs many times.
"""

from __future__ import annotations

import enum
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from codemods.tensorflow.facts import (
    BodyFacts,
    Call,
    CalleeKind,
    Creation,
    Event,
    FrameFacts,
    Reset,
    ScopeKind,
    StoreUse,
)
from codemods.tensorflow.graphs import components
from codemods.tensorflow.text import Hole, Text, substitute
from codemods.tensorflow.tree import BodyKey, Tree

__all__ = ["Instance", "Reach", "ReachTable", "Stand", "Way", "dynamic_parameters", "exclusive"]

_MAX_WAYS = 24
_COMPUTES = re.compile(r"act|nonlin|relu|sigm|tanh|init|regul", re.IGNORECASE)  # parameters that make no variable


class Reach(enum.Enum):
    """How often a creation runs in one graph."""

    ONCE = "once"
    MANY = "many"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Stand:
    """A frame at run time: the file that it stands in, and the calls (event numbers) that led there."""

    path: str
    order: tuple[int, ...]
    frame: FrameFacts
    name: Text  # of a scope, with the arguments of its body filled in

    @property
    def key(self) -> tuple[str, tuple[int, ...], tuple[int, int]]:
        """Names the construct in this chain of calls, whichever of its arms."""
        return self.path, self.order, self.frame.at


@dataclass(frozen=True, slots=True)
class Way:
    """A chain of calls to a body: where it starts, what it is within, and what is known of the body's arguments."""

    root: str  # the path of the module that starts it, "" where nobody in the tree does
    order: tuple[int, ...]
    stands: tuple[Stand, ...]
    arguments: Mapping[str, Text]
    repeats: bool = False
    unknown: bool = False
    partial: bool = False  # stands for more ways than were followed: what is around them is not in `stands`
    graph: tuple[object, ...] = ("default",)
    calls: tuple[tuple[BodyKey, int], ...] = ()  # the body and the number of the call event, outermost first

    @property
    def runs_once(self) -> bool:
        """Whether it happens at most once in its graph."""
        return not self.repeats and not self.unknown


@dataclass(frozen=True, slots=True)
class Instance:
    """One way to one creation."""

    way: Way
    body: BodyKey
    event: int

    @property
    def conditional(self) -> bool:
        """Whether it may not happen at all."""
        return any(stand.frame.kind in ("branch", "try") for stand in self.way.stands)


def exclusive(first: Instance, second: Instance) -> bool:
    """Whether the two stand in different arms of one branch, so that at most one of them happens."""
    arms = {stand.key: stand.frame.arm for stand in first.way.stands if stand.frame.kind == "branch"}
    return any(
        stand.key in arms and arms[stand.key] != stand.frame.arm
        for stand in second.way.stands
        if stand.frame.kind == "branch"
    )


class ReachTable:
    """The ways to every body of a tree, found on demand and remembered."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._ways: dict[BodyKey, tuple[Way, ...]] = {}
        self._callers = self._call_edges()
        self._escaped = self._escapes()
        self._resetting: dict[BodyKey, bool] = {}
        self._places: dict[BodyKey, list[int]] = {}
        self._switching: dict[BodyKey, list[int]] = {}

    # the call graph

    def _call_edges(self) -> Mapping[BodyKey, list[tuple[BodyKey, int]]]:
        callers: dict[BodyKey, list[tuple[BodyKey, int]]] = defaultdict(list)
        for path, file in self.tree.files.items():
            for body in file.bodies:
                for number, event in enumerate(body.events):
                    if isinstance(event, Call):
                        for target in self.tree.targets(event, (path, body.index)):
                            callers[target].append(((path, body.index), number))
        return callers

    def _escapes(self) -> frozenset[BodyKey]:
        """Bodies that something refers to other than by calling them: who runs them, and how often, is not known."""
        found: set[BodyKey] = set()
        attributes: set[str] = set()
        for path, file in self.tree.files.items():
            found.update((path, index) for index in file.escaped)
            for index in file.escaped_classes:
                found.update(self.tree.method((path, index), "__init__"))
            for dotted in file.escaped_imports:
                found.update(self.tree.targets_of_symbol(dotted, path))
            attributes |= file.escaped_attributes
        for path, file in self.tree.files.items():
            found.update((path, body.index) for body in file.bodies if body.owner >= 0 and body.name in attributes)
        return frozenset(found)

    def above(self, key: BodyKey) -> frozenset[str]:
        """What stands around any chain of calls to a body, however many chains: kinds of scopes, and hazards."""
        return self._above.get(key, frozenset())

    @cached_property
    def _above(self) -> Mapping[BodyKey, frozenset[str]]:
        around: dict[BodyKey, frozenset[str]] = {}
        for component in self._components:  # callers come before what they call
            tags: set[str] = set()
            for origin, frames in (one for key in component for one in self._origins(key)):
                tags |= around.get(origin, frozenset())
                scopes = (frame.scope for frame in frames if frame.scope is not None)
                tags.update(tag for scope in scopes for tag in (scope.kind.value, *scope.hazards))
            around.update(dict.fromkeys(component, frozenset(tags)))
        return around

    def _origins(self, key: BodyKey) -> list[tuple[BodyKey, tuple[FrameFacts, ...]]]:
        """Bodies whose scopes can be around a body, with the frames there: its callers; for a lambda its definition."""
        origins = [(caller, self.tree.body(caller).events[number].frames) for caller, number in self.callers(key)]
        body = self.tree.body(key)
        return [*origins, ((key[0], body.parent), body.frames)] if body.is_lambda else origins

    def callers(self, key: BodyKey) -> list[tuple[BodyKey, int]]:
        """The calls that can run a body: the calling body and the number of its event."""
        return self._callers.get(key, [])

    # ways

    def ways(self, key: BodyKey) -> tuple[Way, ...]:
        """Every way to a body, at most `_MAX_WAYS` of them; one that stands for all where there are more."""
        waiting = [key]
        while waiting:  # callers first, without recursion: chains of calls can be longer than Python's stack
            last = waiting[-1]
            missing = [caller for caller in self._sources(last) if caller not in self._ways]
            if last not in self._ways and not missing:
                self._ways[last] = self._find(last)
            if last in self._ways:
                waiting.pop()
            waiting += missing
        return self._ways[key]

    def _sources(self, key: BodyKey) -> list[BodyKey]:
        """The bodies whose ways go into a body's own."""
        if key in self._ways or key in self._recursive or self.tree.body(key).is_module:
            return []
        return [caller for caller, _ in self.callers(key)]

    def _find(self, key: BodyKey) -> tuple[Way, ...]:
        body = self.tree.body(key)
        if body.is_module:
            return (Way(key[0], (), (), {}, repeats=self.tree.files[key[0]].reruns),)
        if self._is_test(key, body):
            return (Way(key[0], (), (), {}, graph=("test", *key)),)
        if key in self._recursive:
            return (Way("", (), (), {}, repeats=True, unknown=True, partial=True, graph=("unknown",)),)
        return self._through_callers(key, body)

    @cached_property
    def _recursive(self) -> frozenset[BodyKey]:
        """Bodies that can lead back to themselves."""
        return frozenset(
            member
            for component in self._components
            for member in component
            if len(component) > 1 or any(caller == member for caller, _ in self.callers(member))
        )

    @cached_property
    def _components(self) -> list[list[BodyKey]]:
        """The bodies by mutual recursion, callers before what they call."""
        lambdas = [
            (path, body.index) for path, file in self.tree.files.items() for body in file.bodies if body.is_lambda
        ]
        nodes = dict.fromkeys([*self._callers, *lambdas])
        return list(components(list(nodes), lambda key: [origin for origin, _ in self._origins(key)]))

    def _through_callers(self, key: BodyKey, body: BodyFacts) -> tuple[Way, ...]:
        ways: list[Way] = []
        for caller, number in self.callers(key):
            call = self.tree.body(caller).events[number]
            assert isinstance(call, Call)
            for way in self.ways(caller):
                entered = self._descend(way, caller, number)
                ways.append(
                    replace(entered, arguments=_bind(body, call, way.arguments), calls=(*way.calls, (caller, number)))
                )
                if len(ways) > _MAX_WAYS:
                    return (Way("", (), (), {}, repeats=True, unknown=True, partial=True, graph=("unknown",)),)
        if not ways or self._open_ended(key, body):
            roams = body.is_lambda or key in self._escaped  # handed on: it may run within scopes that are not seen here
            ways.append(Way("", (), (), dict(body.defaults), unknown=True, partial=roams, graph=("unknown",)))
        return tuple(ways)

    def _open_ended(self, key: BodyKey, body: BodyFacts) -> bool:
        special = body.name.startswith("__") and body.name.endswith("__") and body.name != "__init__"
        unclear = body.owner >= 0 and self.tree.unclear(key)
        return body.decorated or special or unclear or key in self._escaped

    @cached_property
    def opaque_scopes(self) -> frozenset[ScopeKind]:
        """The kinds of scopes within which the tree calls functions that it does not know, such as a decorator's."""
        return frozenset(
            frame.scope.kind
            for file in self.tree.files.values()
            for body in file.bodies
            for event in body.events
            if isinstance(event, Call) and event.callee.kind is CalleeKind.OPAQUE
            if not _COMPUTES.search(event.callee.name)
            for frame in event.frames
            if frame.scope is not None
        )

    def switches_reuse(self, instance: Instance) -> bool:
        """Whether `reuse_variables()` may have been called in a scope around an instance before it happens."""
        places = (*instance.way.calls, (instance.body, instance.event))
        return any(self._switched(key, number) for key, number in places)

    def _switches(self, event: Event, body: BodyKey) -> bool:
        if isinstance(event, Call):
            return bool(self._switchers) and any(one in self._switchers for one in self.tree.targets(event, body))
        return isinstance(event, StoreUse) and event.switches_reuse

    @cached_property
    def _switchers(self) -> frozenset[BodyKey]:
        """Bodies that switch reuse on for whoever calls them, directly or through calls."""
        found = {
            (path, body.index)
            for path, file in self.tree.files.items()
            for body in file.bodies
            if any(isinstance(one, StoreUse) and one.switches_reuse and not _in_scope(one) for one in body.events)
        }
        queue = list(found)
        while queue:
            for caller, number in self.callers(queue.pop()):
                if caller not in found and not _in_scope(self.tree.body(caller).events[number]):
                    found.add(caller)
                    queue.append(caller)
        return frozenset(found)

    def _switched(self, key: BodyKey, number: int) -> bool:
        body = self.tree.body(key)
        frames = body.events[number].frames
        for place in self._switch_places(key):
            event = body.events[place]
            inner = [one for one in event.frames if one.scope is not None and one.scope.kind is ScopeKind.VARIABLE]
            again = any(one.kind == "loop" and one in frames for one in event.frames)
            if (place < number or again) and (not inner or inner[-1] in frames):
                return True
        return False

    def _switch_places(self, key: BodyKey) -> list[int]:
        """The numbers of the events of a body that may switch reuse on."""
        if key not in self._switching:
            events = self.tree.body(key).events
            self._switching[key] = [number for number, event in enumerate(events) if self._switches(event, key)]
        return self._switching[key]

    def is_handed_on(self, key: BodyKey) -> bool:
        """Whether something in the tree can call a body without naming it: a decorator, or whoever it is passed to."""
        return self.tree.body(key).decorated or key in self._escaped

    def is_closed(self, key: BodyKey) -> bool:
        """Whether every call that runs a body is known."""
        return bool(self.callers(key)) and key not in self._recursive and not self._open_ended(key, self.tree.body(key))

    def _is_test(self, key: BodyKey, body: BodyFacts) -> bool:
        """A test method of `tf.test.TestCase` gets a graph of its own."""
        if body.owner < 0 or not body.name.startswith("test") or self.callers(key):
            return False
        return any(self.tree.class_facts(ancestor).is_test for ancestor in self.tree.ancestors((key[0], body.owner)))

    def instances(self, key: BodyKey, number: int) -> tuple[Instance, ...]:
        """Every way to one event of a body, with the frames around the event."""
        return tuple(Instance(self._descend(way, key, number), key, number) for way in self.ways(key))

    def _descend(self, way: Way, key: BodyKey, number: int) -> Way:
        """The way prolonged by the frames around an event; a new graph or a reset starts afresh."""
        event = self.tree.body(key).events[number]
        stands, order = way.stands, (*way.order, number)
        repeats, unknown, graph = way.repeats, way.unknown, way.graph
        reset = self._last_reset(key, number, event)
        for depth in range(len(event.frames) + 1):
            if reset is not None and depth == reset[1]:
                stands, repeats, unknown, graph = (), False, False, ("reset", *key, way.order, reset[0])
            if depth == len(event.frames):
                break
            frame = event.frames[depth]
            stands = (*stands, Stand(key[0], way.order, frame, _scope_name(frame, way.arguments)))
            repeats = repeats or frame.kind == "loop"
            if frame.scope is not None and frame.scope.kind is ScopeKind.NEW_GRAPH:
                stands, repeats, unknown, graph = (), False, False, ("new", *key, way.order, frame.at)
            elif frame.scope is not None and frame.scope.kind is ScopeKind.OTHER_GRAPH:
                graph = ("other",)
        return replace(way, order=order, stands=stands, repeats=repeats, unknown=unknown, graph=graph)

    def _last_reset(self, key: BodyKey, number: int, event: Event) -> tuple[int, int] | None:
        """The last reset before an event that surely happened in the same round: its number, and how deep it stands."""
        body = self.tree.body(key)
        if body.is_module and self.tree.files[key[0]].reruns:
            return None
        for before in reversed(self._reset_places(key)):
            frames = body.events[before].frames
            if before < number and frames == event.frames[: len(frames)]:
                return before, len(frames)
        return None

    def _reset_places(self, key: BodyKey) -> list[int]:
        """The numbers of the events of a body that reset the graph: nearly always none."""
        if key not in self._places:
            events = self.tree.body(key).events
            self._places[key] = [number for number, event in enumerate(events) if self._resets(key, event)]
        return self._places[key]

    def _resets(self, key: BodyKey, event: Event) -> bool:
        if isinstance(event, Reset):
            return True
        if not isinstance(event, Call):
            return False
        targets = self.tree.targets(event, key)
        return len(targets) == 1 and self._resetting_body(targets[0])

    def _resetting_body(self, key: BodyKey) -> bool:
        """Whether a function surely resets the default graph: `def reset_graph(): tf.reset_default_graph()`."""
        if key not in self._resetting:
            events = self.tree.body(key).events
            self._resetting[key] = any(isinstance(event, Reset) and not event.frames for event in events)
            self._resetting[key] &= not any(isinstance(event, Creation) for event in events)
        return self._resetting[key]


def _in_scope(event: Event) -> bool:
    """Whether an event stands in a variable scope of its own body."""
    return any(frame.scope is not None and frame.scope.kind is ScopeKind.VARIABLE for frame in event.frames)


def dynamic_parameters(reach: ReachTable) -> Mapping[BodyKey, frozenset[str]]:
    """The parameters of each body that some call passes what may be a tensor."""
    found: dict[BodyKey, set[str]] = defaultdict(set)
    for path, file in reach.tree.files.items():
        for body in file.bodies:
            for event in body.events:
                if isinstance(event, Call) and event.tensors:
                    for target in reach.tree.targets(event, (path, body.index)):
                        found[target].update(_parameter_names(reach.tree.body(target), event.tensors))
    return {key: frozenset(names) for key, names in found.items()}


def _parameter_names(body: BodyFacts, passed: tuple[int | str, ...]) -> Iterator[str]:
    """The parameters that positions and keywords of a call mean."""
    own = _bound_parameters(body)
    for place in passed:
        if isinstance(place, str):
            yield place
        elif place < len(own):
            yield own[place]


def _bound_parameters(body: BodyFacts) -> tuple[str, ...]:
    """The parameters that a call's arguments are bound to: those of a method without its `self`."""
    return body.parameters[1:] if body.owner >= 0 and not body.static else body.parameters


def _scope_name(frame: FrameFacts, arguments: Mapping[str, Text]) -> Text:
    scope = frame.scope
    return substitute(scope.name or scope.default or Text(()), arguments) if scope is not None else Text(())


def _bind(body: BodyFacts, call: Call, outer: Mapping[str, Text]) -> Mapping[str, Text]:
    """What is known of a body's parameters in one call; a parameter that is passed something else is a plain hole."""
    if call.opaque_arguments:
        return {}
    parameters = _bound_parameters(body)
    bound: dict[str, Text] = dict(body.defaults)
    for name, text in zip(parameters, call.positional, strict=False):
        bound[name] = substitute(text, outer) if text is not None else Text((Hole(),))
    for name, text in call.keywords:
        bound[name] = substitute(text, outer)
    return bound
