"""Where `reuse_variables()` and the like may have changed a scope before something happens in it."""

from __future__ import annotations

from functools import cached_property

from codemods.tensorflow.facts import Call, Event, ScopeKind, StoreUse
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.callgraph import CallGraph
from codemods.tensorflow.reach.ways import Instance

__all__ = ["Switches"]


class Switches:
    """Follows calls to find the switches of variable scopes."""

    def __init__(self, graph: CallGraph) -> None:
        self.graph = graph
        self.tree = graph.tree
        self._places: dict[BodyKey, list[int]] = {}

    def before(self, instance: Instance) -> bool:
        """Whether a scope around an instance may have been switched before it happens."""
        places = (*instance.way.calls, (instance.body, instance.event))
        if instance.way.partial and self._at_top:
            return True
        if self._hands_on_switchers and not instance.way.root and self.graph.is_handed_on(places[0][0]):
            return True
        return self._elsewhere(instance) or any(self._before(key, number) for key, number in places)

    @cached_property
    def _at_top(self) -> bool:
        """Whether a module switches, or calls what does: what is called by who knows whom may come behind that."""
        return any(
            self.tree.body(key).is_module and self._switches(event, key) and not _in_scope(event)
            for key, _, event in self.tree.events()
            if isinstance(event, Call | StoreUse)
        )

    @cached_property
    def _hands_on_switchers(self) -> bool:
        """Whether a function that switches is handed on: whoever runs another such function may have run it."""
        return any(self.graph.is_handed_on(key) for key in self._switchers)

    def _elsewhere(self, instance: Instance) -> bool:
        """Whether another module than the one that runs, when imported, switches the scope that all others stand in."""
        return instance.way.graph[0] != "new" and any(path != instance.way.root for path in self._modules)

    @cached_property
    def _modules(self) -> list[str]:
        """The modules that switch at their top level, or call what does, of those that something imports."""
        importers = self.tree.imports.importers
        modules = (key for key in self._switchers if self.tree.body(key).is_module and importers[key[0]])
        return sorted({key[0] for key in modules if self._switches_imported(key)})

    def _switches_imported(self, module: BodyKey) -> bool:
        """Whether a module switches when it is imported, not only in what it does as the program itself."""
        events = self.tree.body(module).events
        lines = (events[place].at[0] for place in self._in(module) if not _in_scope(events[place]))
        return not all(self.tree.guards(module, line) for line in lines)

    def _before(self, key: BodyKey, number: int) -> bool:
        body = self.tree.body(key)
        frames = body.events[number].frames
        for place in self._in(key):
            event = body.events[place]
            inner = [one for one in event.frames if one.scope is not None and one.scope.kind is ScopeKind.VARIABLE]
            again = any(one.kind == "loop" and one in frames for one in event.frames)
            if (place < number or again) and (not inner or inner[-1] in frames):
                return True
        return False

    def _in(self, key: BodyKey) -> list[int]:
        """The numbers of the events of a body that may switch."""
        if key not in self._places:
            events = self.tree.body(key).events
            self._places[key] = [number for number, event in enumerate(events) if self._switches(event, key)]
        return self._places[key]

    def _switches(self, event: Event, body: BodyKey) -> bool:
        if isinstance(event, Call):
            return bool(self._switchers) and any(one in self._switchers for one in self.tree.targets(event, body))
        return isinstance(event, StoreUse) and event.switches_reuse

    @cached_property
    def _switchers(self) -> frozenset[BodyKey]:
        """Bodies that switch the scope of whoever calls them, directly or through calls."""
        found = {
            key
            for key, _, event in self.tree.events()
            if isinstance(event, StoreUse) and event.switches_reuse and not _in_scope(event)
        }
        queue = list(found)
        while queue:
            for caller, number in self.graph.callers(queue.pop()):
                if caller not in found and not _in_scope(self.tree.body(caller).events[number]):
                    found.add(caller)
                    queue.append(caller)
        return frozenset(found)


def _in_scope(event: Event) -> bool:
    """Whether an event stands in a variable scope of its own body."""
    return any(frame.scope is not None and frame.scope.kind is ScopeKind.VARIABLE for frame in event.frames)
