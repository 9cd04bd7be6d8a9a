"""Describes the functions and classes of a module: how they are called, what they do, and within what."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Set
from dataclasses import replace

from codemods.tensorflow import evidence
from codemods.tensorflow.facts import AT_ONCE, At, BodyFacts, ClassFacts, Enter, Event, FrameFacts, Reset
from codemods.tensorflow.indexing.bodies import position
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.indexing.contexts.swallowing import EXITS, is_manager, swallows
from codemods.tensorflow.indexing.contexts.withs import decorator_scope
from codemods.tensorflow.indexing.events import Events
from codemods.tensorflow.indexing.inner_classes import inner_classes
from codemods.tensorflow.indexing.lazy import kept_methods
from codemods.tensorflow.indexing.leaving import leaves, sure_until
from codemods.tensorflow.indexing.modes import function_reason
from codemods.tensorflow.indexing.signatures import defaults, unset_defaults
from codemods.tensorflow.spelling import spelled_from
from codemods.tensorflow.text import Text
from migrate.syntax.walk import BindingKind, Scope, ScopeKind, Walk

__all__ = ["Describer"]

_NOTHING: frozenset[str] = frozenset()  # one for all: Python makes a new one each time
_TAKING_NONE = frozenset({"staticmethod", "classmethod"})  # what these decorate is not given its object
_TRANSPARENT_DECORATORS = (*_TAKING_NONE, "abc.abstractmethod")
# What these give back is the function itself, which runs no more often for it; those with `(...)` behind them do, too.
_MARKS = re.compile(
    r"pytest\.mark\.(?!(?:parametrize|flaky|repeat)$)\w+|unittest\.(?:skip|skipIf|skipUnless|expectedFailure)|"
    r"nose\.tools\.(?:nottest|istest)"
)


class Describer:
    """Describes the bodies of a module by their collected events; those `asking` look ops up by names nobody knows."""

    def __init__(self, walk: Walk, callees: Callees, events: Events, asking: Set[int]) -> None:
        self.walk = walk
        self.callees = callees
        self.events = events
        self.asking = asking
        self.kept, self.keepers = kept_methods(callees)

    def bodies(self) -> Iterator[BodyFacts]:
        """All bodies; where only creations count, those without any, which hold no body with one, are left blank."""
        told = self.creating() if self.events.creations else range(len(self.callees.body_scopes))
        for number, scope in enumerate(self.callees.body_scopes):
            yield self.body(number, scope) if number in told else BodyFacts(number, "")

    def creating(self) -> Set[int]:
        """The bodies with events, those around them, and the module's."""
        found = {0}
        for number, events in enumerate(self.events.by_body):
            while events and number not in found:
                found.add(number)
                number = self.parent(number)  # noqa: PLW2901
        return found

    def body(self, number: int, scope: Scope) -> BodyFacts:
        """One body."""
        node = scope.node
        if isinstance(node, ast.Module):
            asks, events = number in self.asking, tuple(self.events.by_body[number])
            line = spelled_from(scope)
            return BodyFacts(number, "", is_module=True, asks=asks, events=events, spelled_from=line)
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        assert scope.parent is not None
        decorators = [self.callees.canonical(item, scope.parent) or _bare(item) for item in _decorators(node)]
        in_class = scope.parent.kind is ScopeKind.CLASS
        own = getattr(node, "name", "<lambda>")
        left = None if isinstance(node, ast.Lambda) else leaves(node)
        return BodyFacts(
            number,
            own,
            tuple(argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)),
            self.defaults(node.args, scope.parent),
            frozenset(unset_defaults(node.args)) or _NOTHING,
            owner=self.callees.class_number(scope.parent) if in_class else -1,
            parent=self.callees.body(scope.parent),
            at=position(node),
            is_lambda=isinstance(node, ast.Lambda),
            decorated=any(not self.is_transparent(item, scope.parent) for item in _decorators(node)),
            implicit=_is_implicit(node, scope.parent) or number in self.events.implicit,
            resumed=left == AT_ONCE and not any(map(is_manager, _decorators(node))),
            static="staticmethod" in decorators,
            of_class=getattr(scope.parent.node, "name", "") if in_class and _TAKING_NONE.isdisjoint(decorators) else "",
            eager=self.eager(node, number, scope.parent),
            in_control_flow=number in self.events.control_flow,
            swallows=(own in EXITS or any(map(is_manager, _decorators(node)))) and swallows(node),
            asks=number in self.asking,
            events=self.in_scope(number),
            frames=self.events.frames.facts(scope.frames, scope.parent),
            kept=number in self.kept,
            lazy=self.kept[number].lazy if number in self.kept else None,
            leaves=left,
            resets_until=self.resets_until(node, number, scope.parent),
            spelled_from=spelled_from(scope),
        )

    def resets_until(self, node: ast.AST, number: int, around: Scope) -> At | None:
        """Where it ends what surely happens when a function that resets the graph is called; None for any other.

        A decorator may skip it, but for `contextlib`'s, whose managers run on to their `yield` where they are entered.
        """
        resetting = any(isinstance(event, Reset) for event in self.events.by_body[number])
        if not resetting or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return None
        changing = [item for item in _decorators(node) if not self.is_transparent(item, around)]
        manages = [self.callees.canonical(item, around) == "contextlib.contextmanager" for item in changing]
        return sure_until(node, manages=bool(manages)) if all(manages) else AT_ONCE

    def is_transparent(self, decorator: ast.expr, scope: Scope) -> bool:
        """Whether a decorator leaves open neither what a function's name stands for nor how often it runs."""
        function = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = self.callees.canonical(function, scope) or _bare(function)
        return (function is decorator and name in _TRANSPARENT_DECORATORS) or _MARKS.fullmatch(name) is not None

    def parent(self, number: int) -> int:
        """The body that defines another one."""
        scope = self.callees.body_scopes[number]
        return -1 if scope.parent is None else self.callees.body(scope.parent)

    def in_scope(self, number: int) -> tuple[Event, ...]:
        """The events of a body, within the scope in which a decorator runs it."""
        events, scope = self.managed(number), self.kept[number].scope if number in self.kept else None
        if self.parent(number) in self.keepers:
            return tuple(
                replace(one, scope=replace(one.scope, told=True)) if isinstance(one, Enter) else one for one in events
            )
        if scope is None:
            return tuple(events)
        frame = FrameFacts("with", scope.at, scope=scope)
        return (
            Enter(scope.at, (), scope),
            *(replace(event, frames=(frame, *event.frames)) for event in events),
        )

    def managed(self, number: int) -> list[Event]:
        """The events of a body, within the context managers that decorate it."""
        events, own = self.events.by_body[number], self.callees.body_scopes[number]
        decorators = getattr(own.node, "decorator_list", ()) if events and own.parent is not None else ()
        scopes = [decorator_scope(one, own.parent, self.callees) for one in decorators if own.parent is not None]
        frames = tuple(FrameFacts("with", one.at, scope=one) for one in scopes if one is not None)
        return [replace(event, frames=(*frames, *event.frames)) for event in events] if frames else events

    def eager(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, number: int, around: Scope) -> str:
        """Why a function is eager: it is decorated so, or its class is, or it does what only eager code does."""
        decorators = list(_decorators(node))
        if around.kind is ScopeKind.CLASS:
            decorators += getattr(around.node, "decorator_list", [])
        return function_reason(decorators, around, self.callees) or self.events.modes.reason(number)

    def defaults(self, arguments: ast.arguments, scope: Scope) -> dict[str, Text]:
        """The strings that parameters are by default."""
        return {
            name: self.callees.text(value, scope)
            for name, value in defaults(arguments)
            if isinstance(value, ast.Constant) and isinstance(value.value, str)
        }

    def classes(self) -> Iterator[ClassFacts]:
        """All classes."""
        yield from (self.class_(number, scope) for number, scope in enumerate(self.callees.class_scopes))

    def class_(self, number: int, scope: Scope) -> ClassFacts:
        """One class."""
        node = scope.node
        assert isinstance(node, ast.ClassDef)
        assert scope.parent is not None
        names = [self.callees.canonical(base, scope.parent) or "" for base in node.bases]
        return ClassFacts(
            number,
            node.name,
            tuple(self.callees.callee(base, scope.parent) for base in node.bases),
            {
                name: self.callees.body(self.walk.scopes[bindings[0].node])
                for name, bindings in scope.bindings.items()
                if len(bindings) == 1 and bindings[0].kind is BindingKind.DEF
            },
            inner_classes(scope, self.callees),
            is_inner=scope.parent.kind is ScopeKind.CLASS,
            eager=any(name.startswith(evidence.EAGER_BASES) for name in names),
            is_made=_has_metaclass(node),
            is_test="tensorflow.test.TestCase" in names,
            is_plain_test="unittest.TestCase" in names,
        )


def _is_implicit(node: ast.AST, owner: Scope) -> bool:
    """Whether Python itself calls a function: a special method, or the `__init__` of a class that a metaclass calls."""
    name = getattr(node, "name", "")
    if name == "__init__":
        return isinstance(owner.node, ast.ClassDef) and _has_metaclass(owner.node)
    return bool(name.startswith("__") and name.endswith("__"))


def _has_metaclass(node: ast.ClassDef) -> bool:
    """Whether a metaclass makes a class that may do more than `ABCMeta` does."""
    return any(item.arg == "metaclass" and "ABC" not in ast.unparse(item.value) for item in node.keywords)


def _decorators(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.expr]:
    return [] if isinstance(node, ast.Lambda) else node.decorator_list


def _bare(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""
