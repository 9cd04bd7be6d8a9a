"""What a name is bound to where it is used: its values, how often it is used, whether it is a function.

Builds on the scopes that `walk` finds; nothing here follows a value across files.
"""

from __future__ import annotations

import ast
from weakref import WeakKeyDictionary

from migrate.syntax.module import Module
from migrate.syntax.names import resolve, single_value
from migrate.syntax.nodes import nodes
from migrate.syntax.walk import BindingKind, Scope, ScopeKind

__all__ = [
    "assigned_values",
    "attribute_values",
    "is_bound_method",
    "is_function",
    "occurrences",
    "stored_values",
    "used_once",
]

# Any of these may read a name that nothing else reads.
_INTROSPECTION = frozenset({"locals", "vars", "globals", "eval", "exec", "dir"})

_attributes: WeakKeyDictionary[Module, dict[str, list[ast.AST]]] = WeakKeyDictionary()
_stored: WeakKeyDictionary[Module, dict[str, list[ast.expr]]] = WeakKeyDictionary()


def assigned_values(module: Module, name: str, scope: Scope) -> tuple[ast.expr, ...]:
    """Every value that the source shows for `name` where it lives; parameters, loops and results unpacked have none."""
    found = scope.find(name)
    if found is None:
        return ()
    values = (binding.value or _unpacked(module, binding.node) for binding in found[1])
    return tuple(value for value in values if value is not None)


def _unpacked(module: Module, target: ast.AST) -> ast.expr | None:
    """The value of one name in `a, b = 1, 2`, or of an augmented assignment, as far as the source shows it."""
    parent = module.parents.get(target)
    if isinstance(parent, ast.AugAssign):
        return ast.copy_location(ast.BinOp(ast.copy_location(ast.Constant(1), parent), parent.op, parent.value), parent)
    statement = module.parents.get(parent) if isinstance(parent, ast.Tuple | ast.List) else None
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Tuple | ast.List):
        return None
    targets, values = parent.elts, statement.value.elts  # type: ignore[union-attr]
    if len(targets) != len(values) or any(isinstance(item, ast.Starred) for item in (*targets, *values)):
        return None
    return next(value for item, value in zip(targets, values, strict=True) if item is target)


def attribute_values(module: Module, attribute: str) -> tuple[ast.expr, ...]:
    """Every value that the module assigns to an attribute of that name, of whatever object."""
    return tuple(value for value in _attribute_table(module).get(attribute, ()) if isinstance(value, ast.expr))


def stored_values(module: Module, name: str) -> tuple[ast.expr, ...]:
    """Every value that the module stores under a key or index of something called `name`: a name, an attribute."""
    if module not in _stored:
        table: dict[str, list[ast.expr]] = {}
        for node in module.nodes:
            for target in node.targets if isinstance(node, ast.Assign) else ():
                holder = target.value if isinstance(target, ast.Subscript) else None
                if isinstance(holder, ast.Name | ast.Attribute) and isinstance(node, ast.Assign):
                    called = holder.id if isinstance(holder, ast.Name) else holder.attr
                    table.setdefault(called, []).append(node.value)
        _stored[module] = table
    return tuple(_stored[module].get(name, ()))


def _attribute_table(module: Module) -> dict[str, list[ast.AST]]:
    """By attribute: the values that are assigned to it and the methods of that name."""
    if module not in _attributes:
        table: dict[str, list[ast.AST]] = {}
        for node in module.nodes:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                for target in node.targets if isinstance(node, ast.Assign) else (node.target,):
                    if isinstance(target, ast.Attribute):
                        table.setdefault(target.attr, []).append(node.value)
            elif isinstance(node, ast.ClassDef):
                for item in node.body:
                    if isinstance(item, ast.FunctionDef):
                        table.setdefault(item.name, []).append(item)
        _attributes[module] = table
    return _attributes[module]


def occurrences(name: str, scope: Scope) -> int:
    """How often `name` stands in a scope's code, nested scopes and declarations included; no fewer than its uses."""
    count = 0
    for node in nodes(scope.node):
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


def is_function(module: Module, node: ast.expr, scope: Scope) -> bool:
    """Whether an expression is certainly a function: a lambda, a `partial`, a name of one, a method."""
    if isinstance(node, ast.Name):
        found = scope.find(node.id)
        return found is not None and all(
            item.kind is BindingKind.DEF or (item.value is not None and _makes_function(item.value, found[0]))
            for item in found[1]
        )
    return _makes_function(node, scope) or _method(module, node) is not None


def _makes_function(node: ast.expr, scope: Scope) -> bool:
    if isinstance(node, ast.Call):
        return resolve(node.func, scope) == "functools.partial"
    return isinstance(node, ast.Lambda)


def is_bound_method(module: Module, node: ast.expr, scope: Scope) -> bool:
    """Whether a call of an expression certainly has a parameter that it does not show: it is a method, or an object."""
    if isinstance(node, ast.Name):
        value = single_value(node.id, scope)
        return value is not None and not isinstance(value, ast.Name) and is_bound_method(module, value, scope)
    if isinstance(node, ast.Call):
        return _is_callable_class(node.func, scope)
    method = _method(module, node)
    return method is not None and "staticmethod" not in _decorators(method)


def _is_callable_class(node: ast.expr, scope: Scope) -> bool:
    """Whether an expression is a class of the module's that has `__call__`."""
    found = scope.find(node.id) if isinstance(node, ast.Name) else None
    classes = [item.node for item in found[1] if item.kind is BindingKind.CLASS] if found else []
    return any(
        isinstance(part, ast.FunctionDef) and part.name == "__call__"
        for one in classes
        if isinstance(one, ast.ClassDef)
        for part in one.body
    )


def _method(module: Module, node: ast.expr) -> ast.FunctionDef | None:
    """The method that `x.name` means, if only one class of the module has it and nothing is assigned to it."""
    found = _attribute_table(module).get(node.attr, []) if isinstance(node, ast.Attribute) else []
    if len(found) != 1 or not isinstance(found[0], ast.FunctionDef):
        return None
    # Any other decorator, such as `property`, may make something else of it.
    return found[0] if _decorators(found[0]) <= {"staticmethod", "classmethod"} else None


def _decorators(function: ast.FunctionDef) -> set[str]:
    return {ast.unparse(item) for item in function.decorator_list}
