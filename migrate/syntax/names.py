"""Resolves what an expression refers to, across imports and aliases, as a dotted name."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from migrate.syntax.nodes import statements
from migrate.syntax.walk import Binding, BindingKind, Scope, ScopeKind

__all__ = ["STAR", "is_none", "is_rebound", "last_name", "resolve", "single_value", "visible_imports"]

STAR = "*"
_UNKNOWN = ""  # no name is empty
_MAX_ALIASES = 8  # a longer chain of `a = b = c = ...` aliases is a loop, or nobody's code


def resolve(node: ast.expr, scope: Scope, depth: int = 0) -> str | None:
    """The dotted name that `node` refers to from `scope`, or None where it is no imported thing.

    Follows imports (`import a.b as c`, `from a import b`), aliases that are assigned once (`V = tf.Variable`), and
    imports that go on as a part of themselves (`tf = tf.compat.v1`).
    Relative imports keep their leading dots. Names that nothing binds resolve through a star import, if there is one.
    What has another name in the module's `synonyms` gets that.
    """
    if isinstance(node, ast.Attribute):
        base = resolve(node.value, scope, depth)
        return _truly(f"{base}.{node.attr}", scope) if base else None
    if not isinstance(node, ast.Name):
        return _by_string(node, scope, depth)
    if depth:
        return _of_name(node, scope, depth) if depth <= _MAX_ALIASES else None
    known = scope.resolved.get(node.id, _UNKNOWN)
    return _of_name(node, scope, depth) if known is _UNKNOWN else known


def _of_name(node: ast.Name, scope: Scope, depth: int) -> str | None:
    """The dotted name behind a name; noted in its scope where that is the same for all its places there."""
    found = scope.find(node.id)
    if found is not None and len(found[1]) > 1:
        return _of_bindings(node, scope, *found, depth)
    if found is not None:
        dotted = _of_binding(found[1][0], found[0], depth)
    else:
        star = _star_module(scope)
        dotted = _truly(star + node.id, scope) if star else None
    if not depth:  # at the end of a chain of aliases it may be one of too many
        scope.resolved[node.id] = dotted
    return dotted


def _by_string(node: ast.expr, scope: Scope, depth: int) -> str | None:
    """The dotted name of `getattr(tf, "Variable")`."""
    match node:
        case ast.Call(func=ast.Name(id="getattr"), args=[holder, ast.Constant(value=str() as name)], keywords=[]):
            base = resolve(holder, scope, depth)
            return _truly(f"{base}.{name}", scope) if base and scope.find("getattr") is None else None
    return None


def _of_bindings(node: ast.Name, scope: Scope, owner: Scope, bindings: list[Binding], depth: int) -> str | None:
    """What several bindings of one name agree on: imports win over the `= None` of a failed import."""
    imports, others = _divided(bindings)
    if not imports:
        return _of_binding(others[0], owner, depth) if len(others) == 1 else None
    if scope is owner and all(_stands_before(node, binding.node, owner) for binding in others):
        return _truly(imports[0].dotted, owner)
    dotted = _imported(node.id, imports[0], others)
    return None if dotted is None else _truly(dotted, owner)


def _stands_before(node: ast.Name, other: ast.AST, scope: Scope) -> bool:
    """Whether a name is read ahead of what binds it anew: not where a loop comes back to it."""
    line: int = other.lineno  # type: ignore[attr-defined]
    if node.lineno > line or not isinstance(scope.node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef):
        return node.lineno <= line
    loops = (one for one in statements(scope.node) if isinstance(one, ast.For | ast.While))
    return not any(one.lineno <= node.lineno and line <= (one.end_lineno or 0) for one in loops)


def _divided(bindings: list[Binding]) -> tuple[list[Binding], list[Binding]]:
    """The imports among the bindings of a name, and the others but for `= None`."""
    imports = [binding for binding in bindings if binding.kind is BindingKind.IMPORT]
    return imports, [one for one in bindings if one.kind is not BindingKind.IMPORT and not is_none(one)]


def is_rebound(name: str, scope: Scope) -> bool:
    """Whether a name that a scope imports is something else there at another time: `layers = [Layer()]`."""
    imports, others = _divided(scope.bindings[name])
    return bool(others) and _imported(name, imports[0], others) is None


def _imported(name: str, imported: Binding, others: list[Binding]) -> str | None:
    """What an import and the other bindings of its name come to: `tf = tf.compat.v1` makes it a part of itself."""
    parts = {_part(name, binding) for binding in others} or {""}
    part = parts.pop()
    return None if parts or (others and not part) else imported.dotted + part


def _part(name: str, binding: Binding) -> str:
    """What of itself a name becomes: `.compat.v1` for `tf = tf.compat.v1`; "" for anything else."""
    parts, value = "", binding.value
    while isinstance(value, ast.Attribute):
        parts, value = f".{value.attr}{parts}", value.value
    return parts if isinstance(value, ast.Name) and value.id == name else ""


def _of_binding(binding: Binding, owner: Scope, depth: int) -> str | None:
    if binding.kind is BindingKind.IMPORT:
        return _truly(binding.dotted, owner)
    if binding.kind is BindingKind.ASSIGN and binding.value is not None:
        return resolve(binding.value, owner, depth + 1)
    return None


def _truly(dotted: str, scope: Scope) -> str:
    return scope.synonyms.get(dotted, dotted)


def is_none(binding: Binding) -> bool:
    """Whether a binding is `name = None`, as after a failed import."""
    return isinstance(binding.value, ast.Constant) and binding.value.value is None


def _star_module(scope: Scope) -> str | None:
    root = scope
    while root.parent is not None:
        root = root.parent
    stars = root.bindings.get(STAR, ())
    return stars[0].dotted.removesuffix(STAR) if stars else None


def single_value(name: str, scope: Scope) -> ast.expr | None:
    """The value of a name that is assigned exactly once where it lives, else None."""
    found = scope.find(name)
    if found is None or len(found[1]) != 1:
        return None
    return found[1][0].value


def last_name(node: ast.AST | None) -> str:
    """What an expression is called, whatever it stands for: `c` for `a.b.c` and for `c`; "" for any other."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def visible_imports(scope: Scope) -> Mapping[str, str]:
    """Every name that an import binds and that `scope` sees, with its dotted origin; inner scopes win."""
    if scope.visible is None:
        own = dict(_own_imports(scope))
        outer = _outer_imports(scope)
        if not outer.keys().isdisjoint(scope.bindings):  # a parameter, or what is assigned, hides an import
            hidden = scope.bindings.keys() - scope.outer_names
            outer = {name: dotted for name, dotted in outer.items() if name not in hidden}
        scope.visible = {**own, **{name: dotted for name, dotted in outer.items() if name not in own}} if own else outer
    return scope.visible


def _outer_imports(scope: Scope) -> Mapping[str, str]:
    """What is visible around a scope: of what a class binds its own comprehensions alone see anything."""
    parent = scope.parent
    while parent is not None and parent.kind is ScopeKind.CLASS and scope.kind is not ScopeKind.COMPREHENSION:
        parent = parent.parent
    return {} if parent is None else visible_imports(parent)


def _own_imports(scope: Scope) -> Iterator[tuple[str, str]]:
    """The names that imports bind in a scope itself."""
    for name, bindings in scope.bindings.items():
        imported = next((one for one in bindings if one.kind is BindingKind.IMPORT), None)
        if imported is not None:
            dotted = _imported(name, imported, [one for one in bindings if one.kind is not BindingKind.IMPORT])
            yield from [] if dotted is None else [(name, _truly(dotted, scope))]
