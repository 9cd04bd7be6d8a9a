"""The calls that made what an initial value is made of, by the names in it: in another graph, perhaps."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from codemods.tensorflow.facts import Lent, Origins
from codemods.tensorflow.indexing.bodies import first_parameter, method_class, position
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.indexing.lookups.name_lists import bindings_of, filled, is_empty
from codemods.tensorflow.indexing.strings.nones import iterated
from codemods.tensorflow.initializers import OPS
from codemods.tensorflow.knowledge import KNOWN_MODULES, NAME_PLACES
from migrate.syntax.calls import Given
from migrate.syntax.names import resolve
from migrate.syntax.nodes import names_in, nodes, statements
from migrate.syntax.walk import Binding, BindingKind, Scope, Walk

__all__ = ["Tracing", "parameters"]

_STATIC = frozenset({"shape", "get_shape", "dtype", "name"})  # what is known of a tensor in whatever graph
_MAX_ASSIGNMENTS = 4  # `half = w / 2; start = half + 1`: how many of those are followed
_Calls: TypeAlias = dict[ast.Call, Scope]


class Tracing:
    """Follows names, attributes, elements and results of one module to the calls behind them."""

    def __init__(self, callees: Callees, walk: Walk) -> None:
        self.callees = callees
        self.withs = walk.withs
        self._known: dict[tuple[ast.expr, int], _Calls] = {}

    def origins(self, values: Iterable[ast.expr], scope: Scope) -> Origins:
        """The calls whose results some expressions of a scope read."""
        values = [*values]
        calls = {call: owner for value in values for call, owner in self._calls(value, scope, _MAX_ASSIGNMENTS).items()}
        own = self.callees.body(scope)
        ops = [(self.callees.body(owner), call) for call, owner in calls.items() if self._makes_op(call, owner)]
        return Origins(
            tuple(map(position, calls)),
            tuple(position(call) for body, call in ops if body == own),
            tuple(dict.fromkeys(body for body, call in ops if body != own and not self._is_in_a_with(body, call))),
            tuple(dict.fromkeys(name for value in values for name in _imported(value, scope))),
        )

    def lent(self, given: Given, scope: Scope) -> Iterator[Lent]:
        """The arguments of a call that read what other calls have made, with these."""
        for argument, value in given.items():
            origins = self.origins((value,), scope) if not isinstance(value, ast.Constant) else Origins()
            if origins.calls or origins.imported:
                yield Lent(argument, origins)

    def _is_in_a_with(self, body: int, call: ast.Call) -> bool:
        own = (one for one, scope in self.withs if self.callees.body(scope) == body)
        blocks = (one for one in own if isinstance(one, ast.With))
        return any(position(one) <= position(call) <= (one.end_lineno or 0, one.end_col_offset or 0) for one in blocks)

    def _makes_op(self, call: ast.Call, scope: Scope) -> bool:
        name = self.callees.canonical(call.func, scope)
        return name in OPS or name in NAME_PLACES

    def _calls(self, node: ast.expr, scope: Scope, depth: int) -> _Calls:
        """The calls in what the names of an expression stand for, with the scopes of these."""
        if (node, depth) not in self._known:
            found = self._known[node, depth] = {}
            for value, owner in self._behind(node, scope) if depth else ():
                found.update((one, owner) for one in nodes(value) if isinstance(one, ast.Call))
                found.update(self._calls(value, owner, depth - 1))
        return self._known[node, depth]

    def _behind(self, node: ast.expr, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
        """What an expression reads: by names, in attributes, as what functions return."""
        for name in _reads(node):
            found = scope.find(name.id)
            if found is not None:
                yield from ((value, found[0]) for value in _values(name, scope, *found))
        for one in nodes(node):
            if isinstance(one, ast.Attribute) and one.attr not in _STATIC:
                yield from self._kept(one, scope)
            elif isinstance(one, ast.Call) and isinstance(one.func, ast.Name):
                yield from self._returned(one.func, scope)

    def _kept(self, node: ast.Attribute, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
        """What the methods of its own class assign to an attribute of `self`."""
        owner = method_class(scope)
        if owner is not None and isinstance(node.value, ast.Name) and node.value.id == first_parameter(scope):
            kept = self.callees.assigned_to_attribute(node.attr)
            yield from ((value, method) for value, method in kept if method_class(method) is owner)

    def _returned(self, name: ast.Name, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
        """What a function of the file returns that is called by its name."""
        for binding in bindings_of(name.id, scope):
            if isinstance(binding.node, ast.FunctionDef):
                body = self.callees.scopes[binding.node]
                made = (one.value for one in statements(binding.node) if isinstance(one, ast.Return))
                yield from ((value, body) for value in made if value is not None and not isinstance(value, ast.Call))


def _imported(value: ast.expr, scope: Scope) -> Iterator[str]:
    """What an expression reads of other files, other than to call it: `lib.ONE`."""
    called = {one.func for one in nodes(value) if isinstance(one, ast.Call)}
    for one in nodes(value):
        dotted = resolve(one, scope) if isinstance(one, ast.Name | ast.Attribute) and one not in called else None
        if dotted is not None and "." in dotted and dotted.partition(".")[0] not in KNOWN_MODULES:
            yield dotted


def parameters(node: ast.expr, scope: Scope) -> tuple[str, ...]:
    """The parameters of its function that an expression reads."""
    passed = (one.id for one in _reads(node) if _is_parameter(one.id, scope))
    return tuple(dict.fromkeys(passed))


def _is_parameter(name: str, scope: Scope) -> bool:
    return any(one.kind is BindingKind.PARAMETER for one in bindings_of(name, scope))


def _reads(node: ast.expr) -> Iterator[ast.Name]:
    """The names whose values an expression is made of: not those of which it asks for the shape alone."""
    asked = {one.value for one in nodes(node) if isinstance(one, ast.Attribute) and one.attr in _STATIC}
    yield from (one for one in names_in(node) if one not in asked)


def _values(name: ast.Name, scope: Scope, owner: Scope, bindings: list[Binding]) -> Iterator[ast.expr]:
    """What a name is assigned where it is read: by the last of the assignments before that, or else by any."""
    count = bisect_left(bindings, position(name), key=lambda one: position(one.node)) if owner is scope else 0
    for one in bindings[count - 1 : count] if count else bindings:
        if one.value is None:
            yield from iterated(one.node, owner)
        else:
            yield one.value
            yield from filled(name.id, owner) if is_empty(one.value) else ()
