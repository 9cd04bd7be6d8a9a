"""What a name is bound to where it is used: its values, how often it is used, whether it is a function.

Builds on the scopes that `walk` finds; nothing here follows a value across files.
"""

from __future__ import annotations

import ast
from weakref import WeakKeyDictionary

from migrate.syntax.module import Module
from migrate.syntax.walk import BindingKind, Scope, ScopeKind

__all__ = [
    "assigned_values",
    "attribute_values",
    "is_bound_method",
    "is_function",
    "occurrences",
    "used_once",
]

# Any of these may read a name that nothing else reads.
_INTROSPECTION = frozenset({"locals", "vars", "globals", "eval", "exec", "dir"})

_attributes: WeakKeyDictionary[Module, dict[str, list[ast.expr]]] = WeakKeyDictionary()


def assigned_values(name: str, scope: Scope) -> tuple[ast.expr, ...]:
    """Every value that is assigned to `name` where it lives; parameters, loops and unpackings have none."""
    found = scope.find(name)
    return tuple(binding.value for binding in found[1] if binding.value is not None) if found else ()


def attribute_values(module: Module, attribute: str) -> tuple[ast.expr, ...]:
    """Every value that the module assigns to an attribute of that name, of whatever object."""
    if module not in _attributes:
        table: dict[str, list[ast.expr]] = {}
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Attribute):
                        table.setdefault(target.attr, []).append(node.value)
        _attributes[module] = table
    return tuple(_attributes[module].get(attribute, ()))


def occurrences(name: str, scope: Scope) -> int:
    """How often `name` stands in a scope's code, nested scopes and declarations included; no fewer than its uses."""
    count = 0
    for node in ast.walk(scope.node):
        match node:
            case ast.Name(id=found) | ast.arg(arg=found) if found == name:
                count += 1
            case ast.Global(names=names) | ast.Nonlocal(names=names) if name in names:
                count += 2
            case ast.Call(func=ast.Name(id=function)) if function in _INTROSPECTION:
                count += 2
    return count


def used_once(name: str, scope: Scope) -> ast.expr | None:
    """The value of a function's local name that is assigned once and read once, else None."""
    found = scope.find(name)
    if found is None or found[0] is not scope or scope.kind is not ScopeKind.FUNCTION:
        return None
    bindings = found[1]
    if len(bindings) != 1 or bindings[0].kind is not BindingKind.ASSIGN or occurrences(name, scope) != 2:
        return None
    return bindings[0].value


def is_function(node: ast.expr, scope: Scope) -> bool:
    """Whether an expression is certainly a function or a method: a name bound by `def` or to a lambda, `self.method`."""
    if isinstance(node, ast.Lambda):
        return True
    if isinstance(node, ast.Name):
        found = scope.find(node.id)
        if found is None:
            return False
        return all(item.kind is BindingKind.DEF or isinstance(item.value, ast.Lambda) for item in found[1])
    return _method(node, scope) is not None


def is_bound_method(node: ast.expr, scope: Scope) -> bool:
    """Whether an expression is a bound method, which has a parameter that a call does not show."""
    method = _method(node, scope)
    return method is not None and not any(ast.unparse(item) == "staticmethod" for item in method.decorator_list)


def _method(node: ast.expr, scope: Scope) -> ast.FunctionDef | None:
    """The method that `self.name` or `cls.name` means in its own class, None where it is a property or none."""
    match node:
        case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=attribute):
            pass
        case _:
            return None
    current: Scope | None = scope
    while current is not None and current.kind is not ScopeKind.CLASS:
        current = current.parent
    bindings = current.bindings.get(attribute, []) if current is not None else []
    if len(bindings) != 1 or not isinstance(bindings[0].node, ast.FunctionDef):
        return None
    method = bindings[0].node
    plain = {"staticmethod", "classmethod"}
    return method if all(ast.unparse(item) in plain for item in method.decorator_list) else None
