"""The facts of what stands around code within its body: loops, branches, `with` blocks."""

from __future__ import annotations

import ast

from codemods.tensorflow.facts import FrameFacts, ScopeFacts, ScopeKind
from codemods.tensorflow.indexing.bodies import position
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.indexing.contexts.withs import scope_of
from codemods.tensorflow.indexing.gathering import Gathering
from codemods.tensorflow.indexing.modes import frame_mode
from migrate.syntax.walk import Frame, FrameKind, Scope

__all__ = ["Frames"]


class Frames:
    """The frames of one module, each made once: all that stands in them shares them."""

    def __init__(self, callees: Callees, gathering: Gathering) -> None:
        self.callees = callees
        self.gathering = gathering
        self._known: dict[tuple[Frame, ...], tuple[FrameFacts, ...]] = {(): ()}

    def facts(self, frames: tuple[Frame, ...], scope: Scope) -> tuple[FrameFacts, ...]:
        """The facts of frames in a scope, outermost first."""
        known = self._known.get(frames)
        if known is None:
            known = self._known[frames] = (*self.facts(frames[:-1], scope), self._fact(frames[-1], scope))
        return known

    def _fact(self, frame: Frame, scope: Scope) -> FrameFacts:
        eager = frame_mode(frame, scope, self.callees)
        if frame.kind is not FrameKind.WITH:
            at = position(frame.node)
            return FrameFacts(frame.kind.value, at, frame.arm, self._where_it_runs(frame.node), eager)
        assert frame.item is not None
        assert isinstance(frame.node, ast.With | ast.AsyncWith)
        entered = scope_of(frame.item, frame.node, scope, self.callees)
        return FrameFacts("with", entered.at, scope=entered, eager=eager)

    def _where_it_runs(self, node: ast.AST) -> ScopeFacts | None:
        """The scopes of whoever goes on with a generator, of which nothing is known; None for what runs at once."""
        if not isinstance(node, ast.GeneratorExp) or self.gathering.takes(node):
            return None
        return ScopeFacts(ScopeKind.VARIABLE, position(node), plain=False)
