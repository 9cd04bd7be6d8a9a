"""Calls of functions that other calls are given: `tf.scan(step, ...)`, `reduce(f, ...)`, `tf.app.run(main)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.tensorflow import knowledge
from codemods.tensorflow.facts import (
    Call,
    Callee,
    CalleeKind,
    Enter,
    FrameFacts,
    NamedOp,
    ScopeFacts,
    ScopeKind,
    StoreUse,
)
from codemods.tensorflow.indexing.bodies import position
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.indexing.contexts.withs import template_of
from codemods.tensorflow.indexing.frames import Frames
from codemods.tensorflow.indexing.gathering import Gathering
from codemods.tensorflow.indexing.graph_imports import IMPORTING, imported
from codemods.tensorflow.text import UNKNOWN, literal
from migrate.syntax.calls import keyword_or_place
from migrate.syntax.names import single_value
from migrate.syntax.walk import CallSite, Scope

__all__ = ["Handing"]

_CALLERS = frozenset(name.rpartition(".")[2] for name in knowledge.REDUCERS | knowledge.COLLECTORS | knowledge.MAPPERS)


class Handing:
    """Finds, for one module, what its calls have others call."""

    def __init__(self, callees: Callees, frames: Frames, gathering: Gathering) -> None:
        self.callees = callees
        self.frames = frames
        self.gathering = gathering

    def by_tensorflow(self, site: CallSite, name: str) -> Iterator[Call | Enter | NamedOp | StoreUse]:
        """What a function of TensorFlow's calls that the program hands it, in which scope, or takes from elsewhere."""
        if name in IMPORTING:
            yield from imported(site, name, self.frames.facts(site.frames, site.scope), self.callees)
        if name in knowledge.RUNNERS:
            call = self._run_inside(site, *knowledge.RUNNERS[name])
            if name == knowledge.TEMPLATE:
                yield self._enter_template(site, call)
            yield call
        if name in knowledge.ESTIMATORS:
            yield from self._run_in_graphs(site, *knowledge.ESTIMATORS[name])
        for argument in knowledge.BRANCHING.get(name, ()):
            yield from self._run_here(site, *argument)

    def by_template(self, site: CallSite) -> Iterator[Call | Enter | StoreUse]:
        """What `template = partial(tf.make_template, "net")` enters, and what `template(f)` calls in there."""
        if template_of(site.node, site.scope, self.callees) is site.node:
            name = self.callees.named(site.node, "name_", 1, site.scope) or UNKNOWN
            at, frames = position(site.node), self.frames.facts(site.frames, site.scope)
            yield Enter(at, frames, ScopeFacts(ScopeKind.VARIABLE, at, name, plain=False))
            yield StoreUse(at, frames, scoped=True)
        elif made := template_of(site.node.func, site.scope, self.callees):
            keyword, place, hazard = knowledge.RUNNERS[knowledge.TEMPLATE]
            yield self._run_inside(site, keyword, max(0, place + 1 - len(made.args)), hazard)

    def _run_inside(self, site: CallSite, keyword: str, place: int, hazard: str) -> Call:
        """The call of the function that this call is given, again and again, in a scope which it opens."""
        at, frames = position(site.node), self.frames.facts(site.frames, site.scope)
        given = keyword_or_place(site.node, keyword, place) or ast.Constant(None)
        scope = ScopeFacts(ScopeKind.VARIABLE, at, hazards=(hazard,), plain=False)
        inside = (FrameFacts("loop", at), FrameFacts("with", at, scope=scope))
        return Call(at, (*frames, *inside), self._function(given, site.scope), opaque_arguments=True)

    def _run_in_graphs(self, site: CallSite, keyword: str, place: int) -> Iterator[Call | StoreUse]:
        """The step that an estimator makes in each of its graphs, and the call of the function that it is given."""
        at, frames = position(site.node), self.frames.facts(site.frames, site.scope)
        inside = (*frames, FrameFacts("loop", at), FrameFacts("with", at, scope=ScopeFacts(ScopeKind.NEW_GRAPH, at)))
        given = keyword_or_place(site.node, keyword, place) or ast.Constant(None)
        yield StoreUse(at, inside, literal("global_step"))
        yield Call(at, inside, self._function(given, site.scope), opaque_arguments=True)

    def _enter_template(self, site: CallSite, call: Call) -> Enter:
        """The scope of a template, which is entered each time that somebody calls that, in whatever scopes."""
        given = keyword_or_place(site.node, "unique_name_", 3) or keyword_or_place(site.node, "name_", 0)
        name = UNKNOWN if given is None else self.callees.given(given, site.scope)
        return Enter(call.at, call.frames, ScopeFacts(ScopeKind.VARIABLE, call.at, name, plain=False))

    def _run_here(self, site: CallSite, keyword: str, place: int) -> Iterator[Call]:
        """The call of a function that this call is given; a lambda is known by where it stands."""
        given = keyword_or_place(site.node, keyword, place)
        if given is not None and not isinstance(given, ast.Lambda | ast.Constant):
            frames = self.frames.facts(site.frames, site.scope)
            yield Call(position(site.node), frames, self._function(given, site.scope), opaque_arguments=True)

    def at_once(self, site: CallSite) -> Iterator[Call]:
        """The calls of a function by `reduce(f, ...)`, `list(map(f, ...))`, `w, b = map(f, ...)` or a loop over it."""
        if site.called not in _CALLERS or not site.node.args:
            return
        node, name = site.node, self.callees.callee(site.node.func, site.scope).name
        runs = name in knowledge.REDUCERS
        if name in knowledge.COLLECTORS:
            node = self._collected(node.args[0], site.scope)
            runs = self.callees.callee(node.func, site.scope).name in knowledge.MAPPERS
        elif name in knowledge.MAPPERS:  # by itself it says nothing of when
            runs = _goes_through(site.statement, node)
        if runs and node.args:
            at, frames = position(site.node), self.frames.facts(site.frames, site.scope)
            callee = self._function(node.args[0], site.scope)
            yield Call(at, (*frames, FrameFacts("loop", at)), callee, opaque_arguments=True)

    def takes_all(self, site: CallSite) -> bool:
        """Whether a statement takes all that a call gives, element by element, where that is made."""
        return self.gathering.takes(site.node) or _goes_through(site.statement, site.node)

    def _collected(self, given: ast.expr, scope: Scope) -> ast.Call:
        """The call whose result is gone through: what stands there, or what a name is assigned once."""
        value = single_value(given.id, scope) if isinstance(given, ast.Name) else given
        return value if isinstance(value, ast.Call) else ast.Call(ast.Constant(None), [], [])

    def _function(self, given: ast.expr, scope: Scope) -> Callee:
        """The function that a call is given: by its name, as a lambda, or some of its arguments with it."""
        while isinstance(given, ast.Call) and (self.callees.canonical(given.func, scope) or "").endswith("partial"):
            given = given.args[0] if given.args else ast.Constant(None)
        if isinstance(given, ast.Lambda):
            return Callee(CalleeKind.BODY, self.callees.body(self.callees.scopes[given]))
        return self.callees.callee(given, scope)

    def bodies(self, site: CallSite) -> Iterator[int]:
        """The bodies of the functions of this file that a call is given, whatever it does with them."""
        for argument in (*site.node.args, *(item.value for item in site.node.keywords)):
            if isinstance(argument, ast.Lambda):
                yield self.callees.body(self.callees.scopes[argument])
            elif isinstance(argument, ast.Name):
                callee = self.callees.callee(argument, site.scope)
                if callee.kind is CalleeKind.BODY:
                    yield callee.index


def _goes_through(statement: ast.stmt, node: ast.expr) -> bool:
    """Whether a statement takes all elements of what an expression gives: a loop does, and several targets do."""
    match statement:
        case ast.For(iter=value) | ast.Assign(targets=[ast.Tuple() | ast.List(), *_], value=value):
            return value is node
    return False
