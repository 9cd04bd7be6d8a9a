"""Which variables are made of what another graph holds: TensorFlow makes them there, wherever the call stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from codemods.tensorflow.facts import AT_ONCE, At, Call, Creation, Enter, Event, Origins, Reset, ScopeKind
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.extent import Extent
from codemods.tensorflow.reach.table import ReachTable
from codemods.tensorflow.reach.ways import bound_parameters, handed_through

__all__ = ["Borrowing"]

_Graphs = frozenset[tuple[object, ...]]
_KNOWN = frozenset({"default", "new", "reset"})  # graphs of which it is known where they begin


class Borrowing:
    """Compares the graphs in which a variable is made with those in which its initial value was."""

    def __init__(self, reach: ReachTable, extent: Extent) -> None:
        self.reach, self.extent = reach, extent
        self._by_file: dict[str, Mapping[At, tuple[BodyKey, int]]] = {}

    def borrows(self, key: BodyKey, number: int, creation: Creation) -> bool:
        """Whether what a creation's initial value is made of surely stands in another graph, by some way."""
        return self._differs(key, number, creation.origins) or any(self._lent(key, creation))

    def _lent(self, key: BodyKey, creation: Creation) -> Iterator[bool]:
        """For each argument by which a caller passes what the initial value is made of whether that differs there.

        So it is for what a caller is passed and hands on.
        """
        waiting = [(key, parameter) for parameter in creation.made_of]
        for target, parameter in waiting:  # which grows meanwhile
            body = self.reach.tree.body(target)
            for caller, number in self.reach.graph.callers(target):
                call = self.reach.tree.body(caller).events[number]
                assert isinstance(call, Call)
                for one in call.lent:
                    if _bound(one.argument, bound_parameters(body, call.callee)) == parameter:
                        yield self._differs(caller, number, one.origins)
                handed = ((caller, own) for own in handed_through(body, call, parameter))
                waiting += [one for one in handed if one not in waiting]

    def _within(self, key: BodyKey) -> _Graphs:
        """The graphs in which a body runs; none where it begins one itself."""
        if any(isinstance(event, Reset) for event in self.reach.tree.body(key).events):
            return frozenset()
        return frozenset(way.graph for way in self.reach.ways(key))

    def _differs(self, key: BodyKey, number: int, read: Origins) -> bool:
        """Whether what an event reads surely stands in another graph than the one in which it happens."""
        within = [self._within((key[0], body)) for body in read.ops_within]
        within += [self._within((path, 0)) for name in read.imported for path in self._having(name, key[0])]
        made = [*filter(None, within), *filter(None, (self._made(key[0], at) for at in read.calls))]
        own = self._graphs(key, number) if made else frozenset()
        borrowed = any(not own <= graphs and _are_known(own | graphs) for graphs in made)
        return borrowed or any(at < self._begins(key, number) for at in read.ops_before)

    def _having(self, dotted: str, origin: str) -> Iterator[str]:
        """The files whose top level has a tensor under a dotted name of another file."""
        files = self.reach.tree.files
        readings = self.reach.tree.imports.readings(dotted, origin)
        return (path for path, names in readings if len(names) == 1 and names[0] in files[path].top.tensors)

    def _begins(self, key: BodyKey, number: int) -> At:
        """Where the graph in which an event happens begins in its body; before all else where it does not."""
        events, reset = self.reach.tree.body(key).events, self.reach.resets.last(key, number)
        scopes = (frame.scope for frame in events[number].frames)
        new = [one.at for one in scopes if one is not None and one.kind is ScopeKind.NEW_GRAPH]
        return max([*new, AT_ONCE if reset is None else events[reset[0]].at])

    def _graphs(self, key: BodyKey, number: int) -> _Graphs:
        return frozenset(one.way.graph for one in self.reach.instances(key, number))

    def _made(self, path: str, at: At) -> _Graphs:
        """The graphs in which a call of a file makes something; none where it makes nothing that is known."""
        if path not in self._by_file:
            self._by_file[path] = self._makers(path)
        found = self._by_file[path].get(at)
        return self._graphs(*found) if found is not None else frozenset()

    def _makers(self, path: str) -> Mapping[At, tuple[BodyKey, int]]:
        bodies = (((path, body.index), body.events) for body in self.reach.tree.files[path].bodies)
        return {
            event.at: (key, number)
            for key, events in bodies
            for number, event in enumerate(events)
            if self._makes(event, key)
        }

    def _makes(self, event: Event, key: BodyKey) -> bool:
        """Whether an event puts something into the graph that has a name."""
        if isinstance(event, Call):
            return any(map(self.extent.names_something, self.reach.tree.targets(event, key)))
        return not isinstance(event, Enter | Reset)


def _bound(argument: int | str, parameters: Sequence[str]) -> str:
    """The parameter that an argument is for."""
    if isinstance(argument, str):
        return argument
    return parameters[argument] if argument < len(parameters) else ""


def _are_known(graphs: _Graphs) -> bool:
    return all(graph[0] in _KNOWN for graph in graphs)
