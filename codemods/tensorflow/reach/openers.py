"""Which context managers of other files, or of a class's own methods, open scopes or swallow what is raised in them."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from codemods.tensorflow.facts import Call, Callee, CalleeKind, Enter, FrameFacts, ScopeKind
from codemods.tensorflow.indexing.contexts.openings import NO_SCOPES
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.callgraph import CallGraph

__all__ = ["Openers"]


class Openers:
    """Tells frames that enter a scope of which only the whole tree knows."""

    def __init__(self, graph: CallGraph) -> None:
        self.graph = graph
        self.tree = graph.tree
        self._known: dict[tuple[str, Callee], tuple[bool, bool]] = {}

    def frame(self, path: str, frame: FrameFacts) -> FrameFacts:
        """The frame as it is, or as that of a scope of which nothing else is known; what swallows is marked."""
        scope = frame.scope
        if scope is None or scope.opener is None or scope.kind is not ScopeKind.OTHER:
            return frame
        key = path, scope.opener
        if key not in self._known:
            opens = any(body in self._bodies for body in self._run(scope.opener, path, "__enter__"))
            opens = opens or self._is_held(scope.opener, path)
            exits = self._run(scope.opener, path, "__exit__")
            self._known[key] = opens, any(self.tree.body(body).swallows for body in exits)
        opens, swallows = self._known[key]
        if swallows:
            scope = replace(scope, swallows=True)
        if opens:
            scope = replace(scope, kind=ScopeKind.VARIABLE, plain=False)
        return replace(frame, scope=scope) if opens or swallows else frame

    def _is_held(self, callee: Callee, path: str) -> bool:
        """Whether what makes it is only assigned to its name, and may make anything: `partial(tf.name_scope)`."""
        if NO_SCOPES.search(callee.name.rpartition(".")[2]):
            return False
        if callee.kind is CalleeKind.ATTRIBUTE and callee.receiver is not None:
            return self._is_kept_by_class(callee.receiver, callee.name, path)
        parts = callee.name.split(".") if callee.kind is CalleeKind.IMPORTED else []
        fronts = ((replace(callee, name=".".join(parts[:cut])), parts[cut]) for cut in range(1, len(parts)))
        of_class = any(self._is_kept_by_class(front, name, path) for front, name in fronts)
        return of_class or (bool(parts) and self.tree.symbols.holds(callee.name, path))

    def _is_kept_by_class(self, maker: Callee, name: str, path: str) -> bool:
        """Whether a class of the tree has something under a name that is no method: it may make anything."""
        classes = self.tree.symbols.classes(maker, path)
        return bool(classes) and not any(self.tree.classes.method(key, name) for key in classes)

    def _run(self, callee: Callee, path: str, method: str) -> list[BodyKey]:
        """The bodies that making the context manager, and entering or leaving it, runs."""
        found = list(self.tree.targets(Call((0, 0), (), callee), (path, 0)))
        if callee.kind is CalleeKind.IMPORTED:
            for key in self.tree.symbols.classes(callee, path):
                found += self.tree.classes.method(key, method)
        return found

    @cached_property
    def _bodies(self) -> frozenset[BodyKey]:
        """The bodies that make a scope, directly or through calls."""
        return self.graph.leading_to({key for key, _, event in self.tree.events() if isinstance(event, Enter)})
