"""What a call calls, as far as its own file tells; and what a string expression can be."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from codemods.tensorflow import knowledge
from codemods.tensorflow.aliases import Aliases
from codemods.tensorflow.counting import around, counters, element_texts
from codemods.tensorflow.defaults import default_before
from codemods.tensorflow.facts import ELEMENT, At, Callee, CalleeKind
from codemods.tensorflow.nones import Nones, iterated
from codemods.tensorflow.strings import missing, reads_names, text_of
from codemods.tensorflow.text import NONE, PERHAPS_NONE, Hole, Text, first_of, joined
from migrate.syntax.names import resolve, single_value
from migrate.syntax.nodes import nodes
from migrate.syntax.walk import Binding, BindingKind, Scope, ScopeKind, Walk

__all__ = ["Callees", "behind", "position"]

_BODY_SCOPES = (ScopeKind.MODULE, ScopeKind.FUNCTION, ScopeKind.LAMBDA)
_MAX_DEPTH = 8  # constants that name constants: deeper than this is a loop


def position(node: ast.AST) -> At:
    """What names a node within its file."""
    return _place(node.lineno, node.col_offset)  # type: ignore[attr-defined]


@lru_cache(maxsize=1 << 14)
def _place(line: int, column: int) -> At:
    """A pair that facts of all files share: they hold more places than anything else."""
    return line, column


class Callees:
    """Numbers a module's bodies and classes, and resolves what calls and strings refer to."""

    def __init__(self, walk: Walk) -> None:
        self.scopes = walk.scopes
        self.aliases = Aliases()
        self.body_scopes = [scope for scope in walk.scopes.values() if scope.kind in _BODY_SCOPES]
        self.class_scopes = [scope for scope in walk.scopes.values() if scope.kind is ScopeKind.CLASS]
        self._bodies = {scope: number for number, scope in enumerate(self.body_scopes)}
        self._attributes: dict[ast.AST, dict[str, list[ast.expr]]] = {}
        self._loops: dict[Scope, dict[ast.AST, Hole]] = {}
        self._classes = {scope: number for number, scope in enumerate(self.class_scopes)}
        self._nones = Nones([*self.body_scopes, *self.class_scopes])
        self._following: set[ast.expr] = set()  # what is being resolved: `a = a()` leads to itself

    def body(self, scope: Scope) -> int:
        """The number of the body whose code `scope` belongs to: classes and comprehensions run within one."""
        while scope.kind not in _BODY_SCOPES:
            assert scope.parent is not None
            scope = scope.parent
        return self._bodies[scope]

    def class_number(self, scope: Scope) -> int:
        """The number of a class scope."""
        return self._classes[scope]

    def canonical(self, node: ast.expr, scope: Scope) -> str | None:
        """The canonical TensorFlow (or other imported) name of an expression."""
        if self.is_of_graph(node, scope):
            return "tensorflow.name_scope"
        return knowledge.canonical(resolve(node, scope))

    def is_of_graph(self, node: ast.expr, scope: Scope) -> bool:
        """Whether an expression is `tf.get_default_graph().name_scope`, or that of a name for this graph."""
        if not isinstance(node, ast.Attribute) or node.attr != "name_scope":
            return False
        graph = behind(node.value, scope)
        return isinstance(graph, ast.Call) and self.canonical(graph.func, scope) == "tensorflow.get_default_graph"

    def text(self, node: ast.expr, scope: Scope, depth: int = 0) -> Text:
        """What is known of a string: literals, parameters, loop counters and constants assigned once are followed."""

        def name(reference: ast.Name | ast.Subscript) -> Text:
            if isinstance(reference, ast.Subscript):
                return Text((Hole(choices=element_texts(reference, scope), derived=reads_names(reference)).shown,))
            found = scope.find(reference.id)
            if found is None or depth > _MAX_DEPTH:
                return Text((Hole(),))
            owner, bindings = found
            near = bindings if len(bindings) == 1 else around(reference, bindings, owner)
            looping = len(bindings) == 1 or (len(near) == 1 and near[0].kind is BindingKind.OTHER)
            if len(near) != 1 or not looping:
                if defaulted := self._defaulted(reference, bindings, owner, scope, depth + 1):
                    return defaulted
                return PERHAPS_NONE if any(self._entered(one, owner) for one in bindings) else Text((Hole(),))
            return self._bound_text(reference.id, owner, near[0], scope, depth)

        return text_of(self._parameter_behind(node, scope) or node, name)

    def given(self, node: ast.expr, scope: Scope) -> Text:
        """What is known of a string that may be None as well."""
        parameter = self._parameter_behind(node, scope)
        if parameter is not None and not isinstance(parameter, ast.Constant):
            return self.given(parameter, scope)
        if isinstance(node, ast.Constant) and node.value is None:
            return NONE
        text = self.text(node, scope)
        if text.may_be_none:
            return text
        unknown = len(text.parts) == 1 and isinstance(text.parts[0], Hole) and not text.parts[0].parameter
        if unknown and self._nones.may_be(parameter or node, scope):
            return PERHAPS_NONE
        held = unknown and isinstance(node, ast.Subscript) and _holds_folders(behind(node.value, scope))
        return Text((Hole(folders=True),)) if held else text

    def assigned_to_attribute(self, attribute: str) -> Iterator[tuple[ast.expr, Scope]]:
        """What the functions of the file assign to an attribute, of whatever object, each with its function's scope."""
        for scope in self.body_scopes:
            if isinstance(scope.node, ast.FunctionDef):
                if scope.node not in self._attributes:
                    self._attributes[scope.node] = _assigned_attributes(scope.node)
                yield from ((value, scope) for value in self._attributes[scope.node].get(attribute, ()))

    def _parameter_behind(self, node: ast.expr, scope: Scope) -> ast.expr | None:
        """What `self.name` is assigned in the same method, where that is once: `self.name = name`."""
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            return None
        method = self.body_scopes[self.body(scope)].node
        if not isinstance(method, ast.FunctionDef) or node.value.id != _first_parameter(scope):
            return None
        if method not in self._attributes:
            self._attributes[method] = _assigned_attributes(method)
        values = self._attributes[method].get(node.attr, [])
        return values[0] if len(values) == 1 and isinstance(values[0], ast.Name | ast.Constant) else None

    def _bound_text(self, name: str, owner: Scope, binding: Binding, scope: Scope, depth: int) -> Text:
        if binding.kind is BindingKind.PARAMETER:
            own = owner.kind in _BODY_SCOPES and self.body(scope) == self._bodies[owner]
            return Text((Hole(parameter=name if own else ""),))
        known = self.body(scope) == self.body(owner) or owner.kind is ScopeKind.MODULE
        if binding.kind is BindingKind.ASSIGN and binding.value is not None and known:
            return self.text(binding.value, owner, depth + 1)
        entered = self._entered(binding, owner)
        if entered:
            return Text((Hole(folders=True), "/")) if entered == "tensorflow.name_scope" else PERHAPS_NONE
        sources = [behind(one, owner) for one in iterated(binding.node, owner)]
        derived, folders = any(map(reads_names, sources)), any(map(_holds_folders, sources))
        return Text((replace(self._counter(binding.node, owner), derived=derived, folders=folders),))

    def _defaulted(
        self, name: ast.Name, bindings: Sequence[Binding], owner: Scope, scope: Scope, depth: int
    ) -> Text | None:
        """What is known of a parameter behind `if name is None: name = "fc"`, or `name = name or "fc"`."""
        found = default_before(name, bindings, owner) if self.body(scope) == self.body(owner) else None
        if found is None:
            return None
        passed = self._bound_text(name.id, owner, found.parameter, scope, 0)
        if found.test is None:
            return text_of(found.value, lambda one: passed if _is_name(one, name.id) else self.text(one, owner, depth))
        skips = missing(found.test, name)
        return joined([first_of([passed, self.text(found.value, owner, depth)], skips).shown]) if skips else None

    def _entered(self, binding: Binding, owner: Scope) -> str:
        """The scope that a `with` enters to bind a name: `a/` for a name scope, no string for a variable scope."""
        made = binding.context
        name = self.canonical(made.func, owner) if isinstance(made, ast.Call) else None
        return name if name in knowledge.SCOPE_CALLS else ""

    def _counter(self, target: ast.AST, owner: Scope) -> Hole:
        """What is known of a name that a loop binds."""
        if owner not in self._loops:
            self._loops[owner] = _counting_targets(owner)
        return self._loops[owner].get(target, Hole())

    def callee(self, function: ast.expr, scope: Scope) -> Callee:
        """What a call of `function` calls."""
        if function in self._following:
            return Callee(CalleeKind.OPAQUE)
        self._following.add(function)
        try:
            return self._callee(function, scope)
        finally:
            self._following.remove(function)

    def _callee(self, function: ast.expr, scope: Scope) -> Callee:
        match function:
            case ast.Name():
                return self._named(function, scope)
            case ast.Attribute():
                return self._attribute(function, scope)
            case ast.Subscript(value=held) | ast.Call(func=ast.Attribute(value=held, attr="get")):
                return _element(held)
            case ast.Call(func=maker):
                return Callee(CalleeKind.OPAQUE, receiver=self.callee(maker, scope))
        return Callee(CalleeKind.OPAQUE)

    def _named(self, function: ast.Name, scope: Scope) -> Callee:
        found = scope.find(function.id)
        dotted = resolve(function, scope)
        if dotted is not None or found is None:
            return Callee(CalleeKind.IMPORTED, name=dotted or f"builtins.{function.id}")
        owner, bindings = found
        known = [callee for callee in map(self.definition, bindings) if callee is not None]
        if known:  # defined twice, or defined and assigned: any function of that name
            return known[0] if len(bindings) == 1 else Callee(CalleeKind.ATTRIBUTE, name=function.id)
        value = bindings[0].value if len(bindings) == 1 else None
        if isinstance(value, ast.Lambda):
            return Callee(CalleeKind.BODY, self._bodies[self.scopes[value]])
        if isinstance(value, ast.Name) and value.id != function.id:
            return self.callee(value, owner)
        return self._held(function, bindings, owner)

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
            return Callee(CalleeKind.BODY, self._bodies[self.scopes[binding.node]])
        if binding.kind is BindingKind.CLASS:
            return Callee(CalleeKind.CLASS, self._classes[self.scopes[binding.node]])
        return None

    def _attribute(self, function: ast.Attribute, scope: Scope) -> Callee:
        dotted = resolve(function, scope)
        if dotted is not None:
            return Callee(CalleeKind.IMPORTED, name=dotted)
        owner, value = method_class(scope), function.value
        if owner is not None:
            number = self._classes[owner]
            if isinstance(value, ast.Name) and value.id == _first_parameter(scope):
                return Callee(CalleeKind.METHOD, number, function.attr)
            if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "super":
                return Callee(CalleeKind.SUPER, number, function.attr)
        return Callee(CalleeKind.ATTRIBUTE, name=function.attr, receiver=self._receiver(value, scope))

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


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _element(held: ast.expr) -> Callee:
    """What calling an element of a list or a dictionary calls."""
    name = held.id if isinstance(held, ast.Name) else held.attr if isinstance(held, ast.Attribute) else ""
    return Callee(CalleeKind.OPAQUE, name=f"{name}{ELEMENT}")


def behind(node: ast.expr, scope: Scope) -> ast.expr:
    """What a name is assigned, where that is once; any other expression itself."""
    return (single_value(node.id, scope) if isinstance(node, ast.Name) else None) or node


def _holds_folders(node: ast.expr) -> bool:
    """Whether what is written somewhere holds a string with a `/`."""
    return any(isinstance(one, ast.Constant) and isinstance(one.value, str) and "/" in one.value for one in nodes(node))


def method_class(scope: Scope) -> Scope | None:
    """The class whose method `scope` stands in, also from a lambda or a comprehension within the method."""
    current: Scope | None = scope
    while current is not None and current.kind is not ScopeKind.MODULE:
        if current.kind is ScopeKind.FUNCTION and current.parent and current.parent.kind is ScopeKind.CLASS:
            return current.parent
        current = current.parent
    return None


def _first_parameter(scope: Scope) -> str:
    current: Scope | None = scope
    while current is not None:
        if isinstance(current.node, ast.FunctionDef) and current.parent and current.parent.kind is ScopeKind.CLASS:
            arguments = [*current.node.args.posonlyargs, *current.node.args.args]
            return arguments[0].arg if arguments else ""
        current = current.parent
    return ""


def _assigned_attributes(method: ast.FunctionDef) -> dict[str, list[ast.expr]]:
    """The values that a method assigns to each attribute, of whatever object."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes(method):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute):
                    found.setdefault(target.attr, []).append(node.value)
    return found


def _counting_targets(scope: Scope) -> dict[ast.AST, Hole]:
    """The names that loops of a scope bind, with what is known of each."""
    loops: list[tuple[ast.expr, ast.expr, ast.AST]] = [(loop.target, loop.iter, loop) for loop in scope.loops]
    generators = getattr(scope.node, "generators", [])
    if len(generators) == 1:
        loops.append((generators[0].target, generators[0].iter, scope.node))
    return {
        one.name: Hole("", position(loop) if one.distinct else (0, 0), one.choices, one.number, signed=one.signed)
        for target, iterated, loop in loops
        for one in counters(target, iterated, scope)
    }
