"""How often, and by which ways, code can run in one graph; unknown counts as many.

Ways are found from a body upwards, so that only code that leads to variables is looked at; they are bounded, and
whatever is past the bound runs many times.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from codemods.tensorflow.facts import BodyFacts, Call, FrameFacts, Lazy, ScopeKind
from codemods.tensorflow.file_facts import NameTest
from codemods.tensorflow.program.tree import BodyKey, Tree
from codemods.tensorflow.reach.callgraph import CallGraph
from codemods.tensorflow.reach.comparing import compared
from codemods.tensorflow.reach.openers import Openers
from codemods.tensorflow.reach.resets import Resets
from codemods.tensorflow.reach.surroundings import Surroundings
from codemods.tensorflow.reach.switches import Switches
from codemods.tensorflow.reach.unset import Unset
from codemods.tensorflow.reach.waiting import Waiting
from codemods.tensorflow.reach.ways import Instance, Stand, Way, bind, scope_name
from codemods.tensorflow.text import PERHAPS_NONE, Text, joined, one_of

__all__ = ["ReachTable"]

_MAX_WAYS = 24
_LAST = 1 << 30  # behind everything that one event leads to
_BY_ANY_WAY = Way("", (), (), {}, repeats=True, unknown=True, partial=True, graph=("unknown",))


class ReachTable:
    """The ways to every body of a tree, found on demand and remembered."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.graph = CallGraph(tree)
        self.unset = Unset(self.graph)
        self.surroundings = Surroundings(self.graph, self.unset)
        self.waiting = Waiting(self.surroundings)
        self.switches = Switches(self.graph)
        self.resets = Resets(self.graph)
        self._openers = Openers(self.graph)
        self._ways: dict[BodyKey, tuple[Way, ...]] = {}
        self._instances: dict[tuple[BodyKey, int], tuple[Instance, ...]] = {}

    @cached_property
    def name_tests(self) -> Mapping[str, Sequence[NameTest]]:
        """What names of variables are compared with, by the files that do so, in the order of lines."""
        return compared(self.tree, self.ways)

    def instances(self, key: BodyKey, number: int) -> tuple[Instance, ...]:
        """Every way to one event of a body, with the frames around the event."""
        found = self._instances.get((key, number))
        if found is None:
            descent = self._descent(key, number)
            found = tuple(Instance(descent.prolong(way), key, number) for way in self.ways(key))
            self._instances[key, number] = found
        return found

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

    def _runs_again(self, path: str) -> bool:
        return self.tree.files[path].reruns or self.tree.reloads

    def _is_imported_again(self, path: str) -> bool:
        """Whether a file that a program starts with may be imported as well, by what it imports: it runs twice then."""
        return path in self.tree.imports.circular and not path.endswith("__init__.py")

    def _is_guarded(self, key: BodyKey, number: int) -> bool:
        """Whether an event of a module happens in the first of two such runs only."""
        return self.tree.guards(key, self.tree.body(key).events[number].at[0]) and not self._runs_again(key[0])

    def _of_module(self, path: str) -> Way:
        """The way to a module. Any cell of a notebook may run again, and in the graph that another cell has begun."""
        reruns = self.tree.files[path].reruns
        graph = ("unknown",) if reruns and self.resets.somewhere(path) else ("default",)
        again, late = self._runs_again(path), path in self.surroundings.late_modules
        repeats = again or self._is_imported_again(path)
        return Way(path, (), (), {}, repeats=repeats, reruns=again, partial=late, graph=graph)

    def _at_first_read(self, way: Way, lazy: Lazy, constructor: BodyKey) -> Way:
        """A way to a constructor, prolonged to a method that it runs by reading a property."""
        before = sum(event.at < lazy.at for event in self.tree.body(constructor).events)
        return replace(way, order=(*way.order, before - 1, _LAST, lazy.number), arguments={})

    def _through_callers(self, key: BodyKey, body: BodyFacts) -> tuple[Way, ...]:
        ways = self._through_calls(key, body)
        if not ways or self.graph.is_open_ended(key):
            ways.append(self._through_others(key, body))
        return tuple(ways)

    def _through_calls(self, key: BodyKey, body: BodyFacts) -> list[Way]:
        ways: list[Way] = []
        for caller, number in self.graph.callers(key):
            call = self.tree.body(caller).events[number]
            assert isinstance(call, Call)
            descent = self._descent(caller, number)
            perhaps = body.decorated or len(self.tree.targets(call, caller)) > 1  # `lru_cache` may not run it
            for way in self.ways(caller):
                arguments, calls = bind(body, call, way.arguments), (*way.calls, (caller, number))
                ways.append(descent.prolong(way, arguments, calls, perhaps=perhaps))
                if len(ways) > _MAX_WAYS:
                    return [replace(_BY_ANY_WAY, arguments=self._passed_by_any(key, body))]
        return ways

    def _through_others(self, key: BodyKey, body: BodyFacts) -> Way:
        """The way to a body through callers that nobody sees."""
        handed_on = body.is_lambda or key in self.graph.escaped
        roams = handed_on or self.graph.is_implicit(key)  # perhaps within scopes that are not seen
        known = {**dict.fromkeys(body.unset, PERHAPS_NONE), **({} if roams else body.defaults)}
        named = roams and self.graph.is_named(key)
        return Way("", (), (), known, unknown=True, partial=roams, graph=("unknown",), is_seen=named)

    def _passed_by_any(self, key: BodyKey, body: BodyFacts) -> Mapping[str, Text]:
        """What is known of the parameters of a body, over all of its calls."""
        passed = [bind(body, call, way.arguments) for call, way in self._calls(key)]
        names = dict.fromkeys(name for one in passed for name in one)
        return {
            name: joined([one_of(list(dict.fromkeys(one[name] for one in passed))).shown])
            for name in names
            if all(name in one for one in passed)
        }

    def _calls(self, key: BodyKey) -> Iterator[tuple[Call, Way]]:
        """The calls of a body, each by every way to it."""
        for caller, number in self.graph.callers(key):
            call = self.tree.body(caller).events[number]
            assert isinstance(call, Call)
            yield from ((call, way) for way in self.ways(caller))

    def _descent(self, key: BodyKey, number: int) -> _Descent:
        """The way down to an event of a body, the same for every way to the body."""
        body = self.tree.body(key)
        event = body.events[number]
        frames = event.frames
        return _Descent(
            key,
            number,
            tuple(self._openers.frame(key[0], frame) for frame in frames),
            self.resets.last(key, number),
            self._is_guarded(key, number),
            body.leaves is not None and event.at > body.leaves,
            self.resets.may_go_on(key, number),
        )


@dataclass(frozen=True, slots=True)
class _Descent:
    """The frames around an event within its body, and the last reset before it: its number, and how deep it stands."""

    key: BodyKey
    number: int
    frames: tuple[FrameFacts, ...]
    reset: tuple[int, int] | None
    guarded: bool  # it happens where its module is what the program starts with only
    perhaps: bool  # its body may end before
    goes_on: bool  # perhaps in a graph that a loop or branch before it has begun

    def prolong(
        self,
        way: Way,
        arguments: Mapping[str, Text] | None = None,
        calls: tuple[tuple[BodyKey, int], ...] = (),
        *,
        perhaps: bool = False,
    ) -> Way:
        """A way prolonged by the frames; a new graph or a reset starts afresh. A call goes on with its `arguments`."""
        met = _Met([*way.stands], way.graph, way.repeats and not self.guarded, way.unknown, (way.root, way.calls))
        for depth, frame in enumerate(self.frames):
            self._begin(met, depth, way.order)
            met.enter(Stand(self.key[0], way.order, frame, scope_name(frame.scope, way.arguments)))
        self._begin(met, len(self.frames), way.order)
        if self.goes_on and met.graph[0] != "new":
            met.graph = ("other",)
        return Way(
            way.root,
            (*way.order, self.number),
            tuple(met.stands),
            way.arguments if arguments is None else arguments,
            met.repeats,
            met.unknown,
            way.reruns and not met.begun,
            way.perhaps or perhaps or self.perhaps,
            way.guarded or self.guarded,
            way.partial,
            met.graph,
            calls or way.calls,
            way.is_seen or not met.unknown,
        )

    def _begin(self, met: _Met, depth: int, order: tuple[int, ...]) -> None:
        if self.reset is not None and depth == self.reset[1]:
            met.begin(("reset", *self.key, order, met.outer, self.reset[0]))


@dataclass(slots=True)
class _Met:
    """What a way has met on its way down to an event: a `Way` is made of it only once, as there are many."""

    stands: list[Stand]
    graph: tuple[object, ...]
    repeats: bool
    unknown: bool
    led_by: tuple[object, ...]  # who starts the run, and the calls to the body
    begun: bool = False  # a graph of its own

    @property
    def outer(self) -> tuple[object, ...]:
        """What tells apart the graphs of one place in the code: what leads there, and the graph that it is in."""
        return self.led_by, self.graph

    def enter(self, stand: Stand) -> None:
        """Goes into one more frame."""
        scope = stand.frame.scope
        self.stands.append(stand)
        self.repeats = self.repeats or stand.frame.kind == "loop"
        if scope is not None and scope.kind is ScopeKind.NEW_GRAPH:
            self.begin(("new", stand.path, stand.order, self.outer, stand.frame.at))
        elif scope is not None and scope.kind is ScopeKind.OTHER_GRAPH:
            self.graph = ("other",)

    def begin(self, graph: tuple[object, ...]) -> None:
        """Begins a graph in which nothing has happened yet."""
        self.stands, self.graph, self.repeats, self.unknown, self.begun = [], graph, False, False, True
