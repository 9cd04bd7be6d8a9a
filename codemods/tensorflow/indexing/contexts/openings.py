"""What a context manager that is not TensorFlow's own may open: a name scope, a variable scope, or neither."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from codemods.tensorflow.facts import CalleeKind, ScopeKind
from codemods.tensorflow.indexing.bodies import behind
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.indexing.contexts.scope_calls import SCOPES
from codemods.tensorflow.indexing.strings.nones import iterated
from codemods.tensorflow.knowledge import KNOWN_MODULES, SAFE_MODULES
from migrate.syntax.calls import called_name
from migrate.syntax.names import last_name, resolve, single_value
from migrate.syntax.nodes import nodes
from migrate.syntax.walk import Binding, BindingKind, Scope

__all__ = ["NO_SCOPES", "arms_of", "opened"]

NO_SCOPES = re.compile(r"sess|graph|lock|file|writer|tape|pool|strategy|device|executor|mutex|stream", re.IGNORECASE)
_NAME_SCOPES = frozenset({"name_scope", "op_scope"})
_MENTIONS = _NAME_SCOPES | {"variable_scope", "variable_op_scope"}
_OPENERS = frozenset({"enter_context", "ExitStack", "__enter__"})
_MOST_SEEN = 60
_Seen: TypeAlias = set[tuple[ast.AST, str]]  # names by what binds them, and what attributes are assigned


def opened(node: ast.expr, scope: Scope, callees: Callees, seen: _Seen | None = None) -> ScopeKind | None:
    """What a context manager that is not TensorFlow's own may open, by what it does, or else by its name.

    It is a variable scope where nothing is known of it but that it is a scope. `seen` is what was looked at before:
    had that been found to open one, nobody would look any further.
    """
    seen = set() if seen is None else seen
    if arms := arms_of(node):
        may = any(_may_open(arm, scope, callees, seen) for arm in arms)
        return ScopeKind.VARIABLE if may else None
    if not isinstance(node, ast.Call):
        return ScopeKind.VARIABLE if _holds_scope(node, scope, callees, seen) else None
    callee = callees.callee(node.func, scope)
    made_by = {CalleeKind.BODY: callees.body_scopes, CalleeKind.CLASS: callees.class_scopes}.get(callee.kind)
    mentioned = _scopes_in(made_by[callee.index].node) if made_by else frozenset()
    if mentioned:
        return ScopeKind.NAME if mentioned <= _NAME_SCOPES else ScopeKind.VARIABLE
    called = called_name(node)
    named = ("scope" in called.lower() or called == "ExitStack") and "arg_scope" not in called
    opaque = callee.kind is CalleeKind.OPAQUE and isinstance(node.func, ast.Name | ast.Subscript)
    opaque = (
        opaque
        or _is_picked(node.func, scope, callees)
        or _is_given_maker(node.func, callees)
        or any(_is_scope(one, scope, callees) for one in (*node.args, *(it.value for it in node.keywords)))
    )
    return ScopeKind.VARIABLE if named or opaque else None


def _is_picked(node: ast.expr, scope: Scope, callees: Callees) -> bool:
    """Whether what is called is TensorFlow's maker of a scope by its name, or what may be: `getattr(tf, kind)`."""
    match node:
        case ast.Call(func=ast.Name(id="getattr"), args=[holder, name, *_]):
            known = callees.text(name, scope).literal
            dotted = callees.canonical(holder, scope)
            named = known is None or (known in _MENTIONS if dotted is None else f"{dotted}.{known}" in SCOPES)
            return named and (dotted or "").partition(".")[0] not in SAFE_MODULES
        case ast.IfExp(body=one, orelse=other):
            return any(_is_scope(arm, scope, callees) or _is_picked(arm, scope, callees) for arm in (one, other))
    return False


def arms_of(node: ast.expr) -> Sequence[ast.expr]:
    """The expressions of which another one is one or the other: `a if c else b`, `a or b`; none for any other."""
    match node:
        case ast.IfExp(body=one, orelse=other):
            return one, other
        case ast.BoolOp(values=values):
            return values
    return ()


def _is_given_maker(node: ast.expr, callees: Callees) -> bool:
    """Whether what is called is kept in an attribute to which a method assigns its parameter, or a maker of scopes."""
    if not isinstance(node, ast.Attribute) or NO_SCOPES.search(node.attr):
        return False
    of_classes = ((one.value, own) for own in callees.class_scopes for one in own.bindings.get(node.attr, ()))
    kept = (*callees.assigned_to_attribute(node.attr), *of_classes)
    return any(value and (_is_parameter(value, owner) or _is_maker(value, owner, callees)) for value, owner in kept)


def _is_maker(node: ast.expr, scope: Scope, callees: Callees) -> bool:
    """Whether an expression is TensorFlow's maker of a scope, or is handed it: `staticmethod(tf.variable_scope)`."""
    parts = node.args if isinstance(node, ast.Call) else [node]
    return any(callees.canonical(one, scope) in SCOPES for one in parts)


def _is_scope(node: ast.expr, scope: Scope, callees: Callees) -> bool:
    """Whether what a context manager is given is TensorFlow's maker of a scope, a scope of its own, or several."""
    if isinstance(node, ast.List | ast.Tuple):
        return any(_is_scope(one, scope, callees) for one in node.elts)
    value = (single_value(node.id, scope) or node) if isinstance(node, ast.Name) else node
    return callees.canonical(value.func if isinstance(value, ast.Call) else value, scope) in SCOPES


def _holds_scope(node: ast.expr, scope: Scope, callees: Callees, seen: _Seen) -> bool:
    """Whether a name or attribute may hold a scope: by what it is assigned, or else by what it is called."""
    found = scope.find(node.id) if isinstance(node, ast.Name) else None
    if found and isinstance(node, ast.Name) and _was_seen(seen, found[0].node, node.id):
        found = None  # `scope = scope if scope else made()`
    values = [one.value for one in found[1] if isinstance(one.value, ast.Call | ast.IfExp)] if found else []
    if values:
        return any(_may_open(value, scope, callees, seen) for value in values)
    if found and any(_goes_over(one, found[0], callees) for it in found[1] for one in iterated(it.node, found[0])):
        return True
    given = any(one.kind is BindingKind.PARAMETER for one in found[1]) if found else isinstance(node, ast.Subscript)
    given = given or (found is not None and any(_is_brought(one, node, found[0]) for one in found[1]))
    name = last_name(node)
    if "scope" in name.lower() or name in {"vs", "ns"}:
        return True
    if NO_SCOPES.search(name):
        return False
    return given or (isinstance(node, ast.Attribute) and _keeps_scope(node, scope, callees, seen))


def _goes_over(node: ast.expr, scope: Scope, callees: Callees) -> bool:
    """Whether a loop goes over scopes: what is written there, or what a function of the file makes."""
    shown = behind(node, scope)
    callee = callees.callee(shown.func, scope) if isinstance(shown, ast.Call) else None
    made = callees.body_scopes[callee.index].node if callee and callee.kind is CalleeKind.BODY else shown
    return bool(_scopes_in(made))


def _keeps_scope(node: ast.Attribute, scope: Scope, callees: Callees, seen: _Seen) -> bool:
    """Whether an attribute may hold a scope: by what the file assigns it, or because other files alone may do so."""
    assigned = callees.assigned_to_attribute(node.attr)
    if not assigned or _is_foreign(node, scope) or _is_of_foreign(node.value, scope):
        return True
    return any(_is_given(value, owner, callees, seen) for value, owner in assigned)


def _is_brought(binding: Binding, name: ast.expr, owner: Scope) -> bool:
    """Whether a name is imported from a file that is not a library's, goes over what is, or is a part of something."""
    if binding.kind is BindingKind.IMPORT:
        return _is_foreign(name, owner)
    if binding.kind is BindingKind.OTHER and isinstance(binding.node, ast.Name) and binding.context is None:
        return True  # `size, context = lib.get()`
    return any(_is_foreign(one, owner) for it in iterated(binding.node, owner) for one in _held_in(it))


def _held_in(node: ast.expr) -> Iterator[ast.expr]:
    """What makes or holds the items that something goes through: `lib.scopes()`, `enumerate(lib.SCOPES)`."""
    yield node
    if isinstance(node, ast.Call):
        yield node.func
        for one in node.args:
            yield from _held_in(one)


def _is_foreign(node: ast.expr, scope: Scope) -> bool:
    """Whether an expression names something of another module, which may hold whatever it likes."""
    dotted = resolve(node, scope) if isinstance(node, ast.Name | ast.Attribute) else None
    return dotted is not None and dotted.partition(".")[0] not in KNOWN_MODULES


def _is_of_foreign(node: ast.expr, scope: Scope) -> bool:
    """Whether a name is assigned what another module makes: an object whose attributes are its own affair."""
    made = single_value(node.id, scope) if isinstance(node, ast.Name) else None
    return isinstance(made, ast.Call) and _is_foreign(made.func, scope)


def _is_given(value: ast.expr, owner: Scope, callees: Callees, seen: _Seen) -> bool:
    """Whether what an attribute is assigned is a parameter, or makes a scope."""
    made = isinstance(value, ast.Call | ast.IfExp) and not _was_seen(seen, value)
    return (made and _may_open(value, owner, callees, seen)) or _is_parameter(value, owner)


def _was_seen(seen: _Seen, node: ast.AST, name: str = "") -> bool:
    """Whether something was looked at before; from now on it was."""
    before = (node, name) in seen
    seen.add((node, name))
    return before


def _is_parameter(value: ast.expr, owner: Scope) -> bool:
    found = owner.find(value.id) if isinstance(value, ast.Name) else None
    return found is not None and any(one.kind is BindingKind.PARAMETER for one in found[1])


def _may_open(node: ast.expr, scope: Scope, callees: Callees, seen: _Seen) -> bool:
    """Whether an expression makes a scope, TensorFlow's own or another; nobody follows long chains to their ends."""
    if len(seen) > _MOST_SEEN:
        return True
    made_by = (callees.canonical(node.func, scope) or "") if isinstance(node, ast.Call) else ""
    foreign = not made_by.startswith("tensorflow.")
    return made_by in SCOPES or (foreign and opened(node, scope, callees, seen) is not None)


def _scopes_in(node: ast.AST) -> frozenset[str]:
    """What the code of a context manager mentions of scopes; all that may open one, if it opens any."""
    names = set(map(last_name, nodes(node)))
    if not names & _MENTIONS:
        return frozenset()
    return frozenset(name for name in names if name in _MENTIONS or name in _OPENERS or "make_template" in name)
