"""Which context managers of other files, or of a class's own methods, open scopes: by what their code does."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from codemods.tensorflow.facts import Call, Callee, CalleeKind, Enter, FrameFacts, ScopeKind
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.callgraph import CallGraph

__all__ = ["Openers"]


class Openers:
    """Tells frames that enter a scope of which only the whole tree knows."""

    def __init__(self, graph: CallGraph) -> None:
        self.graph = graph
        self.tree = graph.tree
        self._known: dict[tuple[str, Callee], bool] = {}

    def frame(self, path: str, frame: FrameFacts) -> FrameFacts:
        """The frame as it is, or as that of a scope of which nothing else is known."""
        scope = frame.scope
        if scope is None or scope.opener is None or scope.kind is not ScopeKind.OTHER:
            return frame
        key = path, scope.opener
        if key not in self._known:
            self._known[key] = any(body in self._bodies for body in self._run(scope.opener, path))
        return replace(frame, scope=replace(scope, kind=ScopeKind.VARIABLE, plain=False)) if self._known[key] else frame

    def _run(self, callee: Callee, path: str) -> list[BodyKey]:
        """The bodies that making and entering the context manager runs."""
        found = list(self.tree.targets(Call((0, 0), (), callee), (path, 0)))
        if callee.kind is CalleeKind.IMPORTED:
            for key in self.tree.symbols.classes(callee, path):
                found += self.tree.classes.method(key, "__enter__")
        return found

    @cached_property
    def _bodies(self) -> frozenset[BodyKey]:
        """The bodies that make a scope, directly or through calls."""
        return self.graph.leading_to({key for key, _, event in self.tree.events() if isinstance(event, Enter)})
