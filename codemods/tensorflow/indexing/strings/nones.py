"""Whether a name that a call passes may be None, for which `tf.Variable` finds a name and `get_variable` raises."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from codemods.tensorflow.indexing.bodies import attribute_values, behind
from codemods.tensorflow.indexing.leaving import falls_off
from codemods.tensorflow.indexing.signatures import none_defaults
from migrate.syntax.calls import called_name, keyword_or_place
from migrate.syntax.names import last_name, single_value
from migrate.syntax.nodes import nodes, statements
from migrate.syntax.walk import Binding, BindingKind, CallSite, Scope, ScopeKind

__all__ = ["Nones", "holds_none", "iterated"]

_MAX_DEPTH = 8  # names that stand for names: deeper than this is a loop
_DISPLAYS = (ast.List, ast.Tuple, ast.Dict, ast.Set)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp)


class Nones:
    """Judges by what the file shows; what it does not show is taken for a string, as nearly every name is one."""

    def __init__(self, scopes: Iterable[Scope], calls: Sequence[CallSite]) -> None:
        self._scopes = tuple(scopes)
        self._calls = calls
        self._attributes: frozenset[str] | None = None
        self._passed: dict[tuple[Scope, str], bool] = {}
        self._returning: dict[ast.FunctionDef, bool] = {}
        self._met: list[ast.FunctionDef] | None = None  # those that are asked for while another one is looked at
        self._asked: set[tuple[str, Scope]] = set()

    def may_be(self, node: ast.expr, scope: Scope, depth: int = 0) -> bool:
        """Whether an expression may be None. A parameter of the body itself is not judged: its calls tell."""
        match node:
            case ast.Constant(value=value):
                return value is None
            case ast.IfExp(body=one, orelse=other):
                return self.may_be(one, scope, depth) or self.may_be(other, scope, depth)
            case ast.BoolOp(op=ast.Or(), values=[*_, last]):
                return self.may_be(last, scope, depth)
            case ast.BoolOp():
                return True  # `name and name + "_w"`
            case ast.Call():
                default = _default(node)
                return self._of_call(node, scope, depth) if default is None else self.may_be(default, scope, depth)
            case ast.Attribute(value=ast.Name() | ast.Call() | ast.Subscript(), attr=attribute):
                return attribute in self.attributes or self._computed(attribute)
            case ast.Subscript(value=ast.Name(id=name)):
                return holds_none(single_value(name, scope))
            case ast.Name(id=name) if depth < _MAX_DEPTH:
                return self._named(name, scope, depth)
        return False

    def _of_call(self, call: ast.Call, scope: Scope, depth: int) -> bool:
        """Whether a function of the file that is called may return None, by its `return` statements or its end."""
        if isinstance(call.func, ast.Attribute):
            return any(map(self.returns_none, self._methods.get(call.func.attr, ())))
        found = scope.find(call.func.id) if isinstance(call.func, ast.Name) else None
        made = [one.node for one in found[1] if isinstance(one.node, ast.FunctionDef)] if found else []
        lambdas = [one.value.body for one in found[1] if isinstance(one.value, ast.Lambda)] if found else []
        return any(map(self.returns_none, made)) or any(
            self.may_be(body, scope, depth + 1) for body in lambdas if depth < _MAX_DEPTH
        )

    def _computed(self, attribute: str) -> bool:
        """Whether an attribute is a property of a class of the file, of whatever object, that may return None."""
        return any(one.decorator_list and self.returns_none(one) for one in self._methods.get(attribute, ()))

    def returns_none(self, function: ast.FunctionDef) -> bool:
        """Whether a function of the file may return None; while another one is looked at: whether that is settled."""
        if self._met is not None:
            self._met.append(function)
        elif function not in self._returning:
            self._settle(function)
        return self._returning.get(function, False)

    def _settle(self, function: ast.FunctionDef) -> None:
        """Settles a function and those that it asks for, one by one: a chain of them may be of any length.

        Those that return what each other return never return None, unless one of them shows that it may.
        """
        names, self._asked = self._asked, set()  # those outside have nothing to do with what it returns
        if self._attributes is None:
            self._find_attributes()  # which asks for functions itself
        asked_by: dict[ast.FunctionDef, list[ast.FunctionDef]] = {function: []}
        waiting = [function]
        while waiting:
            one = waiting.pop()
            if one in self._returning:
                continue
            found, met = self._look(one)
            if found:
                self._returning[one] = True
                waiting += asked_by[one]
                continue
            for other in met:
                if other not in asked_by:
                    waiting.append(other)
                asked_by.setdefault(other, []).append(one)
        for one in asked_by:
            self._returning.setdefault(one, False)
        self._asked = names

    def _look(self, function: ast.FunctionDef) -> tuple[bool, list[ast.FunctionDef]]:
        """Whether a function may return None by what is settled, and the functions on which that depends."""
        met: list[ast.FunctionDef] = []
        self._met = met
        values = (node.value or ast.Constant(None) for node in _returned(function))
        found = falls_off(function) or any(self.may_be(one, self._functions[function], 1) for one in values)
        self._met = None
        return found, met

    def yields_none(self, function: ast.FunctionDef) -> bool:
        """Whether what a function of the file gives, one after the other or in a list, has None in it."""
        scope = self._functions[function]
        given = (one.value for one in _yielded(function) if one.value is not None)
        listed = (behind(one.value, scope) for one in _returned(function) if one.value is not None)
        return any(self.may_be(one, scope, 1) or holds_none(one) for one in given) or any(map(holds_none, listed))

    @cached_property
    def _methods(self) -> Mapping[str, list[ast.FunctionDef]]:
        """The functions that stand in classes, by name."""
        found: dict[str, list[ast.FunctionDef]] = {}
        for node, scope in self._functions.items():
            if isinstance(node, ast.FunctionDef) and scope.parent is not None and scope.parent.kind is ScopeKind.CLASS:
                found.setdefault(node.name, []).append(node)
        return found

    @cached_property
    def _functions(self) -> Mapping[ast.AST, Scope]:
        return {scope.node: scope for scope in self._scopes}

    def _named(self, name: str, scope: Scope, depth: int) -> bool:
        found = scope.find(name)
        if found is None:
            return False
        owner, bindings = found
        if (name, owner) in self._asked:  # a name that is assigned itself, by way of others
            return False
        self._asked.add((name, owner))
        try:
            return any(self._bound(name, one, owner, scope, depth) for one in bindings)
        finally:
            self._asked.remove((name, owner))

    def _bound(self, name: str, binding: Binding, owner: Scope, scope: Scope, depth: int) -> bool:
        if binding.kind is BindingKind.PARAMETER:
            return owner is not scope and name in _optional(owner)
        if binding.value is not None:
            return self.may_be(binding.value, owner, depth + 1)
        return any(holds_none(_displayed(one, owner)) for one in iterated(binding.node, owner))

    @property
    def attributes(self) -> frozenset[str]:
        """The attributes to which the file assigns what may be None, of whatever object."""
        return self._find_attributes() if self._attributes is None else self._attributes

    def _find_attributes(self) -> frozenset[str]:
        self._attributes = frozenset()  # for those that are assigned each other
        self._attributes = frozenset(name for scope in self._scopes for name in self._assigned(scope))
        self._returning = {one: True for one, found in self._returning.items() if found}  # others did not know them
        return self._attributes

    def _assigned(self, scope: Scope) -> Iterator[str]:
        if scope.kind is ScopeKind.CLASS:
            for name, bindings in scope.bindings.items():
                if any(one.value is not None and self.may_be(one.value, scope) for one in bindings):
                    yield name
        elif isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (name for name, value in attribute_values(scope.node) if self._is_none_here(value, scope))

    def _is_none_here(self, value: ast.expr, scope: Scope) -> bool:
        """Whether an expression in a function may be None; of its parameters its calls in the file tell."""
        if isinstance(value, ast.Name) and (value.id in _optional(scope) or self._is_passed(value.id, scope)):
            return True
        return self.may_be(value, scope)

    def _is_passed(self, parameter: str, scope: Scope) -> bool:
        """Whether a call of a function that goes by its name, or by its class's, may pass None for a parameter."""
        asked = scope, parameter
        if asked not in self._passed:
            self._passed[asked] = False  # for those that call each other
            self._passed[asked] = any(self._is_none_here(*one) for one in self._passes(parameter, scope))
        return self._passed[asked]

    def _passes(self, parameter: str, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
        """What the calls of a function pass for a parameter, each with the scope that it stands in."""
        if not isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef):
            return
        named = [item.arg for item in (*scope.node.args.posonlyargs, *scope.node.args.args)]
        named = named[scope.parent is not None and scope.parent.kind is ScopeKind.CLASS :]
        if parameter in named:
            called = self._called(scope.node.name, scope.parent)
            for site in (one for name in called for one in self._calls_by_name.get(name, ())):
                value = keyword_or_place(site.node, parameter, named.index(parameter))
                if value is not None:
                    yield value, site.scope

    @cached_property
    def _calls_by_name(self) -> Mapping[str, list[CallSite]]:
        found: dict[str, list[CallSite]] = {}
        for site in self._calls:
            found.setdefault(called_name(site.node), []).append(site)
        return found

    def _called(self, name: str, owner: Scope | None) -> set[str]:
        """By what names a function is called: that of its class and of those that derive from it, for a constructor."""
        if name != "__init__" or owner is None or not isinstance(owner.node, ast.ClassDef):
            return {name}
        found = {owner.node.name}
        for scope in self._scopes:  # a class stands behind those that it derives from
            if isinstance(scope.node, ast.ClassDef) and any(last_name(base) in found for base in scope.node.bases):
                found.add(scope.node.name)
        return {name, *found}


def _returned(function: ast.FunctionDef) -> Iterator[ast.Return]:
    yield from (one for one in statements(function) if isinstance(one, ast.Return))


def _yielded(function: ast.FunctionDef) -> Iterator[ast.Yield]:
    values = (one.value for one in statements(function) if isinstance(one, ast.Expr | ast.Assign))
    yield from (one for one in values if isinstance(one, ast.Yield))


def _default(call: ast.Call) -> ast.expr | None:
    """What a call answers with where a dictionary or an object has no such entry; None where it raises."""
    match call:
        case ast.Call(func=ast.Attribute(attr="get" | "setdefault" | "getenv") | ast.Name(id="getenv"), args=[_]):
            return ast.Constant(None)
        case ast.Call(func=ast.Attribute(attr="get" | "pop" | "setdefault" | "getenv"), args=[_, default]):
            return default
        case ast.Call(func=ast.Name(id="next" | "getenv"), args=[_, default]):
            return default
        case ast.Call(func=ast.Name(id="getattr"), args=[_, _, default]):
            return default
    return None


def _optional(scope: Scope) -> list[str]:
    """The parameters of a function that are None by default."""
    node = scope.node
    return none_defaults(node.args) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) else []


def iterated(target: ast.AST, owner: Scope) -> Iterator[ast.expr]:
    """What the loop runs through of which `target` is, or is a part of, the target."""
    loops = [(loop.target, loop.iter) for loop in owner.loops]
    loops += [(one.target, one.iter) for one in getattr(owner.node, "generators", [])]
    yield from (one for whole, one in loops if any(part is target for part in nodes(whole)))


def _displayed(node: ast.expr, scope: Scope) -> ast.expr | None:
    """A list, a tuple or a dictionary as it is written, behind a name, `enumerate` or `.items()`."""
    match node:
        case ast.Name(id=name):
            return single_value(name, scope)
        case ast.Call(func=ast.Attribute(value=inner)) | ast.Call(func=ast.Name(), args=[inner, *_]):
            return _displayed(inner, scope)
    return node


def holds_none(display: ast.expr | None) -> bool:
    """Whether what is written as a list, a tuple, a set or a dictionary has None in it."""
    shown = display.elt if isinstance(display, _COMPREHENSIONS) else display if isinstance(display, _DISPLAYS) else None
    return shown is not None and any(isinstance(one, ast.Constant) and one.value is None for one in nodes(shown))
