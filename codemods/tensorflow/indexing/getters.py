"""`tf.get_variable` and its like where a module keeps them, gets them ready or hands them on.

Each such place counts as a function that makes a variable of any name: one at the top of the module that other files
call by its name, or one that goes to nobody knows whom.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from codemods.tensorflow import knowledge
from codemods.tensorflow.facts import BodyFacts, Call, Callee, CalleeKind, FrameFacts, StoreUse
from codemods.tensorflow.indexing.bodies import behind, position
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.indexing.frames import Frames
from codemods.tensorflow.text import Text, parameter
from migrate.syntax.calls import Unbound, arguments, called_name, keyword_or_place
from migrate.syntax.module import Module
from migrate.syntax.names import single_value
from migrate.syntax.walk import CallSite, Scope, ScopeKind

__all__ = ["Getters"]

_MAKERS = knowledge.VARIABLE_MAKERS
# What takes a function without calling it.
_ASKING = frozenset({"arg_scope", "callable", "getattr", "hasattr", "isinstance", "issubclass", "type", "wraps"})
_HOLDING = (ast.List, ast.Tuple, ast.Set)
_NAME = "name"


@dataclass(frozen=True, slots=True)
class _Getter:
    """One place: `ready` is the `partial` that passes some arguments in advance, `name` what it is assigned to."""

    node: ast.expr
    scope: Scope
    ready: ast.Call | None
    name: str

    @property
    def value(self) -> ast.expr:
        return self.ready or self.node

    @property
    def is_at_top(self) -> bool:
        """Whether other files can have it by its name."""
        return bool(self.name) and self.scope.kind is ScopeKind.MODULE

    @property
    def is_plain(self) -> bool:
        """Whether it is an alias that only its own function has, whose calls are those of what it stands for."""
        return bool(self.name) and self.ready is None and not self.is_at_top

    @property
    def passes_name(self) -> bool:
        """Whether calls cannot pass a name any more."""
        return self.ready is not None and len(self.ready.args) > 1


class Getters:
    """Those of one module, found once."""

    def __init__(self, module: Module, callees: Callees, frames: Frames) -> None:
        self.module = module
        self.walk = module.walk
        self.callees = callees
        self.frames = frames
        self._named: dict[ast.expr, _Getter] = {}
        self._functions = [one for one in self._find() if not one.is_plain]
        numbered = enumerate(self._functions, len(callees.body_scopes))
        self._numbers = {one.value: number for number, one in numbered}

    def call(self, site: CallSite) -> Call | None:
        """The call of such a function by its name: `zeros("w", [2])`, of `zeros = partial(tf.get_variable, ...)`."""
        value = behind(site.node.func, site.scope) if self._named else None
        getter = self._named.get(value) if value is not None else None
        if getter is None or getter.is_plain:
            return None
        name = self.callees.named(site.node, _NAME, 99 if getter.passes_name else 0, site.scope)
        return Call(
            position(site.node),
            self.frames.facts(site.frames, site.scope),
            Callee(CalleeKind.BODY, self._numbers[getter.value]),
            keywords=((_NAME, name),) if name else (),
            opaque_arguments=arguments(site.node) is Unbound.STAR,
        )

    def bodies(self) -> Iterator[BodyFacts]:
        """The functions that they count as, numbered behind the bodies of the module."""
        for one in self._functions:
            at, name = position(one.value), self._name(one)
            yield BodyFacts(
                self._numbers[one.value],
                one.name or "<lambda>",
                (_NAME,),
                {} if name is None else {_NAME: name},
                parent=self.callees.body(one.scope),
                at=at,
                is_lambda=not one.name,
                events=(StoreUse(at, (), name if name and one.passes_name else parameter(_NAME)),),
                frames=self._around(one.node),
            )

    @property
    def tops(self) -> Mapping[str, tuple[Callee, ...]]:
        """Those that other files can have by the names that they are assigned to."""
        named = ((one.name, self._numbers[one.value]) for one in self._functions if one.is_at_top)
        return {name: (Callee(CalleeKind.BODY, number),) for name, number in named}

    def _name(self, getter: _Getter) -> Text | None:
        """The name that is passed in advance."""
        given = keyword_or_place(getter.ready, _NAME, 1) if getter.ready else None
        return None if given is None else self.callees.given(given, getter.scope)

    def _find(self) -> Iterator[_Getter]:
        imported = {name for name, one, _ in self.walk.imported if one.dotted.rpartition(".")[2] in _MAKERS}
        waiting = [*self.walk.attributes_of(_MAKERS), *self.walk.reads_of(imported)]
        seen = set[ast.expr]()
        while waiting:
            node, scope = waiting.pop()
            if node in seen or not self._is_getter(node, scope) or self._is_asked(node):
                continue
            seen.add(node)
            getter = self._getter(node, scope)
            if getter.name:
                self._named[getter.value] = getter
                waiting += self.walk.reads_of([getter.name])
            yield getter

    def _is_getter(self, node: ast.expr, scope: Scope) -> bool:
        """Whether an expression makes variables of the store when it is called: by what it is, or what it got ready."""
        name = self.callees.canonical(node, scope)
        if name is None:
            return behind(node, scope) in self._named
        return knowledge.makes_store_variables(name) and name.rpartition(".")[2] in _MAKERS

    def _is_asked(self, node: ast.expr) -> bool:
        """Whether it is compared with something, or given to what only asks what it is."""
        holder = self.module.parents[node]
        while isinstance(holder, _HOLDING):
            holder = self.module.parents[holder]
        return isinstance(holder, ast.Compare) or (isinstance(holder, ast.Call) and called_name(holder) in _ASKING)

    def _getter(self, node: ast.expr, scope: Scope) -> _Getter:
        holder = self.module.parents[node]
        gets_ready = isinstance(holder, ast.Call) and holder.args[:1] == [node] and called_name(holder) == "partial"
        ready = holder if gets_ready and isinstance(holder, ast.Call) else None
        return _Getter(node, scope, ready, self._bound(ready or node, scope))

    def _bound(self, value: ast.expr, scope: Scope) -> str:
        """The name by which calls of a value are known to be its own, in no class; "" where there is none."""
        match self.module.parents[value]:
            case ast.Assign(targets=[ast.Name(id=name)]) if scope.kind is not ScopeKind.CLASS:
                return name if single_value(name, scope) is value else ""
        return ""

    def _around(self, node: ast.expr) -> tuple[FrameFacts, ...]:
        """What is around the call that is given it."""
        holder: ast.AST = node
        while isinstance(holder, ast.expr | ast.keyword):
            holder = self.module.parents[holder]
            if isinstance(holder, ast.Call):
                site = self._sites[holder]
                return self.frames.facts(site.frames, site.scope)
        return ()

    @cached_property
    def _sites(self) -> Mapping[ast.Call, CallSite]:
        return {site.node: site for site in self.walk.calls}
