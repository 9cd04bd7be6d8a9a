"""What string a module's expressions can be: by what names, attributes, loops and defaults stand for."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from codemods.tensorflow import knowledge
from codemods.tensorflow.indexing.bodies import BODY_SCOPES, Bodies, behind, first_parameter, method_class, position
from codemods.tensorflow.indexing.leaving import falls_off
from codemods.tensorflow.indexing.lookups.variable_names import GIVEN_NAME, holds_name, is_getter, returns_name
from codemods.tensorflow.indexing.strings.counting import Counter, around, counters, element_texts
from codemods.tensorflow.indexing.strings.defaults import default_before
from codemods.tensorflow.indexing.strings.kept_attributes import kept_value
from codemods.tensorflow.indexing.strings.nones import Nones, iterated
from codemods.tensorflow.indexing.strings.strings import is_handed_slash, missing, text_of
from codemods.tensorflow.text import (
    ANYTHING,
    NONE,
    PERHAPS_NONE,
    UNKNOWN,
    Hole,
    Loop,
    Text,
    first_of,
    is_no_folder,
    joined,
    literal,
    parameter,
)
from migrate.syntax.calls import keyword_or_place
from migrate.syntax.nodes import nodes, statements
from migrate.syntax.walk import Binding, BindingKind, Scope, ScopeKind, Walk

__all__ = ["Texts"]

_MAX_DEPTH = 8  # constants that name constants: deeper than this is a loop


class Texts(Bodies):
    """Follows what strings are made of through the bodies of a module."""

    def __init__(self, walk: Walk, path: str) -> None:
        super().__init__(walk)
        self._path = path
        self._loops: dict[Scope, dict[ast.AST, Hole]] = {}
        self._given_by_name: dict[tuple[str, Scope], Text] = {}
        self._none_by_name: dict[tuple[str, Scope], bool] = {}
        self.nones = Nones([*self.body_scopes, *self.class_scopes], walk.calls)

    def text(self, node: ast.expr, scope: Scope, depth: int = 0) -> Text:
        """What is known of a string: literals, parameters, loop counters and constants assigned once are followed."""
        return self._text(self._parameter_behind(node, scope) or node, scope, depth)

    def _text(self, node: ast.expr, scope: Scope, depth: int = 0) -> Text:
        if isinstance(node, ast.Name):
            return self._of_name(node, scope, depth)

        def name(reference: ast.Name | ast.Subscript | ast.Call) -> Text:
            if isinstance(reference, ast.Name):
                return self._of_name(reference, scope, depth)
            if isinstance(reference, ast.Call):
                return Text((self._called_for(reference, scope),))
            return Text((Hole(choices=element_texts(reference, scope), derived=holds_name(reference)).shown,))

        return text_of(node, name)

    def _of_name(self, reference: ast.Name, scope: Scope, depth: int) -> Text:
        """What is known of a string by the name that it has."""
        found = scope.find(reference.id)
        if found is None or depth > _MAX_DEPTH:
            return UNKNOWN
        owner, bindings = found
        if len(bindings) == 1:
            return self._bound_text(reference.id, owner, bindings[0], scope, depth)
        near = around(reference, bindings, owner)
        if len(near) == 1 and near[0].kind is BindingKind.OTHER:
            return self._bound_text(reference.id, owner, near[0], scope, depth)
        if defaulted := self._defaulted(reference, bindings, owner, scope, depth + 1):
            return defaulted
        return PERHAPS_NONE if any(one.context and self._entered(one, owner) for one in bindings) else UNKNOWN

    def given(self, node: ast.expr, scope: Scope) -> Text:
        """What is known of a string that may be None as well."""
        found = scope.find(node.id) if isinstance(node, ast.Name) else None
        if found is None or len(found[1]) > 1:  # where several bind a name, it is for its place which of them counts
            return self._given(node, scope)
        name = node.id, scope  # type: ignore[attr-defined]
        if name not in self._given_by_name:
            self._given_by_name[name] = self._given(node, scope)
        return self._given_by_name[name]

    def _given(self, node: ast.expr, scope: Scope) -> Text:
        source = self._parameter_behind(node, scope)
        if source is not None and not isinstance(source, ast.Constant):
            return self.given(source, scope)
        if isinstance(node, ast.Constant) and node.value is None:
            return NONE
        text = self._returned(node, scope) if isinstance(node, ast.Call) else None
        text = text or self._text(source or node, scope)
        if len(text.parts) != 1 or not isinstance(text.parts[0], Hole) or text.may_be_none:
            return text
        unknown = not text.parts[0].parameter
        if unknown and self._may_be_none(source or node, scope):
            return PERHAPS_NONE
        held = unknown and isinstance(node, ast.Subscript) and _holds_folders(behind(node.value, scope))
        return Text((replace(text.parts[0], folders=True),)) if held else text

    def _may_be_none(self, node: ast.expr, scope: Scope) -> bool:
        """Whether an expression may be None; a name by any of its bindings, which are gone through once."""
        if not isinstance(node, ast.Name):
            return self.nones.may_be(node, scope)
        name = node.id, scope
        if name not in self._none_by_name:
            self._none_by_name[name] = self.nones.may_be(node, scope)
        return self._none_by_name[name]

    def named(self, call: ast.Call, keyword: str, place: int, scope: Scope) -> Text | None:
        """What is known of the name that a call passes by keyword or at a position; None where it passes no string."""
        node = keyword_or_place(call, keyword, place)
        if node is None or (isinstance(node, ast.Constant) and not isinstance(node.value, str)):
            return None
        return self.given(node, scope)

    def _returned(self, call: ast.Call, scope: Scope) -> Text | None:
        """What a function of the file returns that is called, where that is a string which is written out in it."""
        function = _called(call, scope)
        if function is None or function.decorator_list or falls_off(function):
            return None
        values = [one.value or ast.Constant(None) for one in statements(function) if isinstance(one, ast.Return)]
        strings = {one.value if isinstance(one, ast.Constant) else None for one in values}
        return literal(text) if len(strings) == 1 and isinstance(text := strings.pop(), str) else None

    def _called_for(self, call: ast.Call, scope: Scope) -> Hole:
        """What a call gives: a function of the file may make it of a variable's name, or end it in `/`."""
        function = _called(call, scope)
        derived = function is not None and returns_name(function)
        slashed = is_handed_slash(call) or (function is not None and _returns_slash(function))
        return replace(ANYTHING, derived=derived, slashed=slashed)

    def _parameter_behind(self, node: ast.expr, scope: Scope) -> ast.expr | None:
        """What `self.name` is assigned in the same method, where it stays that: `self.name = name`."""
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            return None
        method, owner = self.body_scopes[self.body(scope)].node, method_class(scope)
        if not isinstance(method, ast.FunctionDef) or owner is None or node.value.id != first_parameter(scope):
            return None
        classes = (one.node for one in self.class_scopes if isinstance(one.node, ast.ClassDef))
        assert isinstance(owner.node, ast.ClassDef)
        value = kept_value(node, method, owner.node, classes)
        return value if isinstance(value, ast.Name | ast.Constant) else None

    def _bound_text(self, name: str, owner: Scope, binding: Binding, scope: Scope, depth: int) -> Text:
        if binding.kind is BindingKind.PARAMETER:
            own = owner.kind in BODY_SCOPES and self.body(scope) == self.numbers[owner]
            return self._passed(name, owner) if own else UNKNOWN
        if binding.dotted in ("os.sep", "os.path.sep"):
            return literal("/")
        known = self.body(scope) == self.body(owner) or owner.kind is ScopeKind.MODULE
        if binding.kind is BindingKind.ASSIGN and binding.value is not None and known:
            return self.text(binding.value, owner, depth + 1)
        entered = self._entered(binding, owner)
        if entered:
            return Text((Hole(folders=True), "/")) if entered == "tensorflow.name_scope" else PERHAPS_NONE
        sources = [behind(one, owner) for one in iterated(binding.node, owner)]
        derived, folders = any(map(holds_name, sources)), any(map(_holds_folders, sources))
        counter = self._counter(binding.node, owner)
        return Text((replace(counter, derived=derived, folders=folders) if derived or folders else counter,))

    def _passed(self, name: str, owner: Scope) -> Text:
        """What stands for a parameter, which may be the name of another variable."""
        if name == GIVEN_NAME and is_getter(owner.node):
            return Text((Hole(parameter=name, derived=True),))
        return parameter(name)

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
            self._loops[owner] = _counting_targets(owner, self._path)
        return self._loops[owner].get(target, ANYTHING)


def _called(call: ast.Call, scope: Scope) -> ast.FunctionDef | None:
    """The one function of the file that a call runs by its name."""
    found = scope.find(call.func.id) if isinstance(call.func, ast.Name) else None
    function = found[1][0].node if found is not None and len(found[1]) == 1 else None
    return function if isinstance(function, ast.FunctionDef) else None


def _returns_slash(function: ast.FunctionDef) -> bool:
    """Whether a function may return a string that is empty or ends in `/`, by what is written behind a `return`."""
    values = (one.value for one in statements(function) if isinstance(one, ast.Return))
    return any(is_no_folder(text_of(one, lambda _: UNKNOWN)) for one in values if one is not None)


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _holds_folders(node: ast.expr) -> bool:
    """Whether what is written somewhere holds a string with a `/`."""
    return any(isinstance(one, ast.Constant) and isinstance(one.value, str) and "/" in one.value for one in nodes(node))


def _hole(counter: Counter, loop: Loop) -> Hole:
    """What a loop fills in for a name that it binds."""
    own = loop if counter.distinct else None
    return Hole("", own, counter.choices, counter.number, signed=counter.signed, least=counter.least)


def _counting_targets(scope: Scope, path: str) -> dict[ast.AST, Hole]:
    """The names that loops of a scope bind, with what is known of each."""
    loops: list[tuple[ast.expr, ast.expr, ast.AST]] = [(loop.target, loop.iter, loop) for loop in scope.loops]
    generators = getattr(scope.node, "generators", [])
    if len(generators) == 1:
        loops.append((generators[0].target, generators[0].iter, scope.node))
    return {
        one.name: _hole(one, (path, position(loop)))
        for target, iterated, loop in loops
        for one in counters(target, iterated, scope)
    }
