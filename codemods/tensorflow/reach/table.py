"""How often, and by which ways, code can run in one graph; unknown counts as many.

Ways are found from a body upwards, so that only code that leads to variables is looked at; they are bounded, and
whatever is past the bound runs many times.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from codemods.tensorflow.facts import BodyFacts, Call, Lazy, ScopeKind
from codemods.tensorflow.program.tree import BodyKey, Tree
from codemods.tensorflow.reach.callgraph import CallGraph
from codemods.tensorflow.reach.openers import Openers
from codemods.tensorflow.reach.resets import Resets
from codemods.tensorflow.reach.surroundings import Surroundings
from codemods.tensorflow.reach.switches import Switches
from codemods.tensorflow.reach.ways import Instance, Stand, Way, bind, scope_name

__all__ = ["ReachTable"]

_MAX_WAYS = 24
_LAST = 1 << 30  # behind everything that one event leads to
_BY_ANY_WAY = Way("", (), (), {}, repeats=True, unknown=True, partial=True, graph=("unknown",))


class ReachTable:
    """The ways to every body of a tree, found on demand and remembered."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.graph = CallGraph(tree)
        self.surroundings = Surroundings(self.graph)
        self.switches = Switches(self.graph)
        self._resets = Resets(tree)
        self._openers = Openers(self.graph)
        self._ways: dict[BodyKey, tuple[Way, ...]] = {}

    def instances(self, key: BodyKey, number: int) -> tuple[Instance, ...]:
        """Every way to one event of a body, with the frames around the event."""
        return tuple(Instance(self._descend(way, key, number), key, number) for way in self.ways(key))

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
        if key in self._ways or key in self.graph.recursive or self.tree.body(key).is_module:
            return []
        constructor = self.graph.constructor(key)
        if constructor is not None:
            return [constructor]
        return [caller for caller, _ in self.graph.callers(key)]

    def _find(self, key: BodyKey) -> tuple[Way, ...]:
        body = self.tree.body(key)
        if body.is_module:
            return (self._of_module(key[0]),)
        if self.graph.is_test(key):
            return (Way(key[0], (), (), {}, graph=("test", *key)),)
        if key in self.graph.recursive:
            return (_BY_ANY_WAY,)
        constructor = self.graph.constructor(key)
        if constructor is not None and body.lazy is not None:
            return tuple(self._at_first_read(way, body.lazy, constructor) for way in self.ways(constructor))
        return self._through_callers(key, body)

    def _of_module(self, path: str) -> Way:
        """The way to a module. Any cell of a notebook may run again, and in the graph that another cell has begun."""
        reruns = self.tree.files[path].reruns
        graph = ("unknown",) if reruns and self._resets.somewhere(path) else ("default",)
        again = reruns or self.tree.reloads
        return Way(path, (), (), {}, repeats=again, reruns=again, graph=graph)

    def _at_first_read(self, way: Way, lazy: Lazy, constructor: BodyKey) -> Way:
        """A way to a constructor, prolonged to a method that it runs by reading a property."""
        before = sum(event.at < lazy.at for event in self.tree.body(constructor).events)
        return replace(way, order=(*way.order, before - 1, _LAST, lazy.number), arguments={})

    def _through_callers(self, key: BodyKey, body: BodyFacts) -> tuple[Way, ...]:
        ways: list[Way] = []
        for caller, number in self.graph.callers(key):
            call = self.tree.body(caller).events[number]
            assert isinstance(call, Call)
            for way in self.ways(caller):
                arguments, calls = bind(body, call, way.arguments), (*way.calls, (caller, number))
                ways.append(replace(self._descend(way, caller, number), arguments=arguments, calls=calls))
                if len(ways) > _MAX_WAYS:
                    return (_BY_ANY_WAY,)
        if not ways or self.graph.is_open_ended(key):
            roams = body.is_lambda or key in self.graph.escaped  # handed on: perhaps within scopes that are not seen
            known = {} if roams else dict(body.defaults)
            ways.append(Way("", (), (), known, unknown=True, partial=roams, graph=("unknown",)))
        return tuple(ways)

    def _descend(self, way: Way, key: BodyKey, number: int) -> Way:
        """The way prolonged by the frames around an event; a new graph or a reset starts afresh."""
        outer, reset = way.order, self._resets.last(key, number)
        met = _Met(list(way.stands), way.graph, way.repeats, way.unknown)
        frames = self.tree.body(key).events[number].frames
        for depth in range(len(frames) + 1):
            if reset is not None and depth == reset[1]:
                met.begin(("reset", *key, outer, reset[0]))
            if depth == len(frames):
                break
            frame = self._openers.frame(key[0], frames[depth])
            met.enter(Stand(key[0], outer, frame, scope_name(frame, way.arguments)))
        return replace(
            way,
            order=(*outer, number),
            stands=tuple(met.stands),
            graph=met.graph,
            repeats=met.repeats,
            unknown=met.unknown,
            reruns=way.reruns and not met.begun,
        )


@dataclass(slots=True)
class _Met:
    """What a way has met on its way down to an event: a `Way` is made of it only once, as there are many."""

    stands: list[Stand]
    graph: tuple[object, ...]
    repeats: bool
    unknown: bool
    begun: bool = False  # a graph of its own

    def enter(self, stand: Stand) -> None:
        """Goes into one more frame."""
        scope = stand.frame.scope
        self.stands.append(stand)
        self.repeats = self.repeats or stand.frame.kind == "loop"
        if scope is not None and scope.kind is ScopeKind.NEW_GRAPH:
            self.begin(("new", *stand.key))
        elif scope is not None and scope.kind is ScopeKind.OTHER_GRAPH:
            self.graph = ("other",)

    def begin(self, graph: tuple[object, ...]) -> None:
        """Begins a graph in which nothing has happened yet."""
        self.stands, self.graph, self.repeats, self.unknown, self.begun = [], graph, False, False, True
