"""What a call calls, as far as its own file tells."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

from codemods.tensorflow import knowledge
from codemods.tensorflow.facts import ELEMENT, Callee, CalleeKind
from codemods.tensorflow.indexing.bodies import behind, first_parameter, is_of_class, method_class
from codemods.tensorflow.indexing.contexts.aliases import Aliases
from codemods.tensorflow.indexing.strings.nones import iterated
from codemods.tensorflow.indexing.strings.texts import Texts
from migrate.syntax.names import resolve
from migrate.syntax.walk import Binding, BindingKind, Scope, ScopeKind, Walk

__all__ = ["Callees", "calls_by_class"]


_DEEPEST = 50  # results that are called, `f()()()`: facts of a thousand are too deep to be compared or sent


class Callees(Texts):
    """Resolves what calls between the bodies of a module refer to."""

    def __init__(self, walk: Walk, path: str, cells: Sequence[int] = ()) -> None:
        super().__init__(walk, path)
        self._cells = cells  # the lines at which cells begin that may run again, in any order
        self.aliases = Aliases()
        self._definitions: dict[str, Sequence[ast.AST]] = {}  # the functions that a name of the module stands for
        self._following: set[ast.expr] = set()  # what is being resolved: `a = a()` leads to itself

    def callee(self, function: ast.expr, scope: Scope) -> Callee:
        """What a call of `function` calls."""
        if function in self._following or len(self._following) >= _DEEPEST:
            return Callee(CalleeKind.OPAQUE)
        self._following.add(function)
        try:
            return self._callee(function, scope)
        finally:
            self._following.remove(function)

    def _callee(self, function: ast.expr, scope: Scope) -> Callee:
        if (owner := _own_class(function, scope)) is not None:  # or one that derives from that
            return Callee(CalleeKind.METHOD, self.class_numbers[owner], "__init__")
        match function:
            case ast.Name():
                return self._named(function, scope)
            case ast.Attribute(value=ast.Name() as called, attr="__call__"):
                found = self.callee(called, scope)
                return found if found.kind is CalleeKind.BODY else self._attribute(function, scope)
            case ast.Attribute():
                return self._attribute(function, scope)
            case ast.Subscript(value=held) | ast.Call(func=ast.Attribute(value=held, attr="get")):
                return _element(held)
            case ast.Call(func=maker):
                return Callee(CalleeKind.OPAQUE, receiver=self.callee(maker, scope))
        return Callee(CalleeKind.OPAQUE)

    def _inner_class(self, owner: Scope, name: str) -> Callee | None:
        """The class that the body of another one defines under a name, for what is of no class that derives from it."""
        bindings = owner.bindings.get(name) or []
        return self.definition(bindings[0]) if [one.kind for one in bindings] == [BindingKind.CLASS] else None

    def _named(self, function: ast.Name, scope: Scope) -> Callee:
        found = scope.find(function.id)
        dotted = resolve(function, scope)
        if dotted is not None or found is None:
            return Callee(CalleeKind.IMPORTED, name=dotted or f"builtins.{function.id}")
        owner, bindings = found
        known = [callee for callee in map(self.definition, bindings) if callee is not None]
        if known:  # defined twice, or defined and assigned: any function of that name
            if len(bindings) == 1:
                return known[0]
            return self._defined_last(function, scope, owner) or Callee(CalleeKind.ATTRIBUTE, name=function.id)
        value = bindings[0].value if len(bindings) == 1 else None
        if isinstance(value, ast.Lambda):
            return Callee(CalleeKind.BODY, self.numbers[self.scopes[value]])
        if isinstance(value, ast.Name) and value.id != function.id:
            return self.callee(value, owner)
        return self._held(function, bindings, owner)

    def _defined_last(self, name: ast.Name, scope: Scope, owner: Scope) -> Callee | None:
        """The function that a name means at the top of a module, though it is defined again: the last one before it.

        In another cell it may be any, as those may run in any order.
        """
        if not isinstance(owner.node, ast.Module) or _runs_at_once(scope) is not owner:
            return None
        if name.id not in self._definitions:
            self._definitions[name.id] = self._only_defined(owner.bindings[name.id], owner)
        functions = self._definitions[name.id]
        place = bisect_left(functions, name.lineno, key=attrgetter("lineno"))
        if not place or self._cell(functions[place - 1]) != self._cell(name):
            return None
        return Callee(CalleeKind.BODY, self.numbers[self.scopes[functions[place - 1]]])

    def _only_defined(self, bindings: Sequence[Binding], owner: Scope) -> Sequence[ast.AST]:
        """The functions that a name stands for, where none of them is defined but at times, and nothing else."""
        scopes = [self.scopes[one.node] for one in bindings if one.kind is BindingKind.DEF]
        sure = [scope.node for scope in scopes if scope.parent is owner and not scope.frames]
        return sure if len(sure) == len(bindings) else ()

    def _cell(self, node: ast.AST) -> int:
        return bisect_right(self._cells, node.lineno)  # type: ignore[attr-defined]

    def _held(self, name: ast.Name, bindings: Sequence[Binding], owner: Scope) -> Callee:
        """What is called by a name that is bound to it: `fn = MAKERS[kind]`, `fn = maker(kind)`, `for fn in MAKERS`."""
        value = bindings[0].value if len(bindings) == 1 else None
        if isinstance(value, ast.Subscript | ast.Call):
            found = self.callee(value, owner)
            return found if found.is_element else replace(found, name=name.id)
        if len(bindings) == 1 and any(iterated(bindings[0].node, owner)):
            return _element(name)
        return Callee(CalleeKind.OPAQUE, name=name.id)

    def definition(self, binding: Binding) -> Callee | None:
        """The function or class that a binding defines."""
        if binding.kind is BindingKind.DEF:
            return Callee(CalleeKind.BODY, self.numbers[self.scopes[binding.node]])
        if binding.kind is BindingKind.CLASS:
            return Callee(CalleeKind.CLASS, self.class_numbers[self.scopes[binding.node]])
        return None

    def _attribute(self, function: ast.Attribute, scope: Scope) -> Callee:
        dotted = resolve(function, scope)
        if dotted is not None:
            return Callee(CalleeKind.IMPORTED, name=dotted)
        owner, value = method_class(scope), function.value
        if owner is not None:
            if isinstance(value, ast.Name) and value.id == first_parameter(scope):
                return Callee(CalleeKind.METHOD, self.class_numbers[owner], function.attr)
            if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "super":
                return self._behind_class(value, owner, function.attr, scope)
        receiver = self._receiver(value, scope)
        of_class = receiver is not None and receiver.kind is CalleeKind.CLASS
        inner = self._inner_class(self.class_scopes[receiver.index], function.attr) if receiver and of_class else None
        return inner or Callee(CalleeKind.ATTRIBUTE, name=function.attr, receiver=receiver)

    def _behind_class(self, asked: ast.Call, owner: Scope, name: str, scope: Scope) -> Callee:
        """What `super().name` is; `super(Base, self).name` begins behind that class, which may be TensorFlow's."""
        begun = self.callee(asked.args[0], scope) if asked.args else None
        if begun is not None and begun.kind is CalleeKind.CLASS:
            return Callee(CalleeKind.SUPER, begun.index, name)
        if begun is not None and (knowledge.canonical(begun.name) or "").startswith("tensorflow."):
            return Callee(CalleeKind.OPAQUE)
        return Callee(CalleeKind.SUPER, self.class_numbers[owner], name)

    def _receiver(self, value: ast.expr, scope: Scope) -> Callee | None:
        """The class of `obj` where it is assigned once, from a call of a class; or the class that `value` names."""
        if isinstance(value, ast.Name):
            found = scope.find(value.id)
            if found is None or len(found[1]) != 1:
                return None
            binding, scope = found[1][0], found[0]
            if binding.kind is BindingKind.CLASS or binding.value is None:
                return self.definition(binding)
            value = binding.value
        if not isinstance(value, ast.Call):
            return None
        callee = self.callee(value.func, scope)
        return callee if callee.kind in (CalleeKind.CLASS, CalleeKind.IMPORTED) else None


def _own_class(function: ast.expr, scope: Scope) -> Scope | None:
    """The class of the object that a method has, where it calls that: `type(self)(...)`, `self.__class__(...)`."""
    if isinstance(function, ast.Attribute) and function.attr != "__class__":
        return None  # as nearly always
    match behind(function, scope):
        case ast.Name(id="__class__"):
            return method_class(scope)
        case ast.Name(id=name) if name == first_parameter(scope) and is_of_class(scope):
            return method_class(scope)
        case ast.Attribute(value=ast.Name(id=name), attr="__class__") if name == first_parameter(scope):
            return method_class(scope)
        case ast.Call(func=ast.Name(id="type"), args=[ast.Name(id=name)]) if name == first_parameter(scope):
            return method_class(scope)
    return None


def _runs_at_once(scope: Scope) -> Scope | None:
    """The scope in which a comprehension is run, where it stands; None for a generator, which runs later."""
    inner: Scope | None = scope
    while inner is not None and inner.kind is ScopeKind.COMPREHENSION:
        inner = None if isinstance(inner.node, ast.GeneratorExp) else inner.parent
    return inner


def calls_by_class(call: ast.Call, scope: Scope, callee: Callee) -> bool:
    """Whether a call is `Base.method(self, name)`, which is `super().method(name)` by another way.

    Of a class of another file that shows for `__init__` alone: `module.function(self)` looks like others.
    """
    match call:
        case ast.Call(func=ast.Attribute(value=owner, attr=method), args=[first, *_]):
            on_self = isinstance(first, ast.Name) and first.id == first_parameter(scope)
            if callee.kind is CalleeKind.IMPORTED:
                return on_self and method == "__init__"
            return callee.kind is CalleeKind.ATTRIBUTE and _is_method_of_class(owner, method, scope, derived=on_self)
    return False


def _is_method_of_class(owner: ast.expr, name: str, scope: Scope, *, derived: bool) -> bool:
    """Whether an expression names a class, and `name` a method that takes its object; `derived`: of a base as well."""
    found = scope.find(owner.id) if isinstance(owner, ast.Name) else None
    classes = [one.node for one in found[1] if isinstance(one.node, ast.ClassDef)] if found is not None else []
    if found is None or not classes or len(classes) < len(found[1]):
        return False
    methods = [one for node in classes for one in node.body if isinstance(one, ast.FunctionDef) and one.name == name]
    return not any(one.decorator_list for one in methods) if methods else derived


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _element(held: ast.expr) -> Callee:
    """What calling an element of a list or a dictionary calls."""
    name = held.id if isinstance(held, ast.Name) else held.attr if isinstance(held, ast.Attribute) else ""
    return Callee(CalleeKind.OPAQUE, name=f"{name}{ELEMENT}")
