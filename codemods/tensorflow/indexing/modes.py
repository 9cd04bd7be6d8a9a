"""What a file shows of how its code runs, in a graph or eagerly: all of it, its functions, its branches."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from functools import lru_cache

from codemods.tensorflow import evidence
from codemods.tensorflow.facts import CalleeKind
from codemods.tensorflow.indexing.callees import Callees
from migrate.syntax.names import last_name, resolve
from migrate.syntax.walk import CallSite, Frame, FrameKind, Scope, Walk

__all__ = ["Modes", "decorating", "frame_mode", "function_reason", "shows_eager", "shows_graph"]

_TRACED = "it stands in a tf.function"
_TESTED = "its test runs eagerly as well"
_TAPED = "its function takes gradients with tf.GradientTape"


def shows_eager(names: Iterable[str]) -> bool:
    """Whether names that a file calls are those of TensorFlow 2 code."""
    return any(name.startswith(evidence.EAGER_ONLY) for name in names)


def shows_graph(names: Iterable[str]) -> bool:
    """Whether names that a file calls are those of graph code."""
    return any(map(_shows_graph, names))


@lru_cache(maxsize=4096)
def _shows_graph(name: str) -> bool:
    told = name not in evidence.IN_BOTH and not shows_eager([name])
    return told and name.startswith(evidence.GRAPH_ONLY)


def frame_mode(frame: Frame, scope: Scope, callees: Callees) -> bool | None:
    """Whether the code in a frame runs eagerly, for what the frame enters or asks; None where that tells nothing."""
    if frame.kind is FrameKind.WITH:
        assert frame.item is not None
        node = frame.item.context_expr
        name = callees.canonical(node.func, scope) if isinstance(node, ast.Call) else None
        return evidence.MODES.get(name or "")
    if frame.kind is FrameKind.BRANCH and isinstance(frame.node, ast.If | ast.IfExp):
        return _asked(frame.node.test, scope, callees, holds=frame.arm == 0)
    return None


def _asked(test: ast.expr, scope: Scope, callees: Callees, *, holds: bool) -> bool | None:
    """What is known of the mode where a test holds, or does not."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _asked(operand, scope, callees, holds=not holds)
        case ast.BoolOp(op=operator, values=values) if holds is isinstance(operator, ast.And):
            parts = (_asked(value, scope, callees, holds=holds) for value in values)
            return next((part for part in parts if part is not None), None)
        case ast.Call(func=function) if callees.canonical(function, scope) in evidence.EAGER_QUESTIONS:
            return holds
    return None


def function_reason(decorators: Sequence[ast.expr], scope: Scope, callees: Callees) -> str:
    """Why what these decorate is eager; "" where they do not say so."""
    if not decorators:
        return ""
    called = [item for decorator in decorators for item in decorating(decorator)]
    names = {callees.canonical(item, scope) or "" for item in called}
    lasts = set(map(last_name, called))
    if names & evidence.EAGER_DECORATORS:
        return _TRACED
    return _TESTED if lasts & evidence.EAGER_TESTS else ""


def decorating(decorator: ast.expr) -> list[ast.expr]:
    """What decorates, with or without arguments: `tf.function(...)`, `partial(tf.function, ...)`."""
    if not isinstance(decorator, ast.Call):
        return [decorator]
    given = (item for item in decorator.args if isinstance(item, ast.Name | ast.Attribute))
    return [*decorating(decorator.func), *given]


def _reads_value(site: CallSite) -> bool:
    """Whether a call is `x.numpy()`, which only what is eager has."""
    function = site.node.func
    return isinstance(function, ast.Attribute) and not site.node.args and resolve(function, site.scope) is None


class Modes:
    """Which functions of a module are eager by what they call, or by what is done with them; `note` each call."""

    def __init__(self, walk: Walk, callees: Callees) -> None:
        self.walk, self.callees = walk, callees
        self.reads_values = any(map(_reads_value, walk.calls_of(("numpy",))))
        self._traced: set[int] = set()
        self._taped: set[int] = set()
        self._graphs: set[int] = set()

    def note(self, site: CallSite, name: str) -> None:
        """Takes a call of TensorFlow's into account, by its canonical `name`."""
        body = self.callees.body(site.scope)
        if name == evidence.EAGER_TAPE:
            self._taped.update(self._functions_around(body))
        elif name in evidence.EAGER_DECORATORS:
            self._traced.update(self._functions(site))
        elif _shows_graph(name):
            self._graphs.add(body)

    def reason(self, body: int) -> str:
        """Why a function is eager by what it calls, or by what is done with it."""
        if body in self._traced:
            return _TRACED
        return _TAPED if body in self._taped - self._graphs else ""

    def _functions(self, site: CallSite) -> Iterable[int]:
        """The functions that a call is given."""
        for argument in site.node.args:
            if isinstance(argument, ast.Lambda):
                yield self.callees.body(self.walk.scopes[argument])
            elif (callee := self.callees.callee(argument, site.scope)).kind is CalleeKind.BODY:
                yield callee.index

    def _functions_around(self, body: int) -> Iterable[int]:
        """A function and those around it: where gradients are taken, the variables were made outside."""
        scope: Scope | None = self.callees.body_scopes[body]
        while scope is not None and scope.parent is not None:
            yield self.callees.body(scope)
            scope = scope.parent
