"""Which expressions read the name of a variable or an op: `v.name`, `v.op.name`."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from migrate.syntax.names import resolve
from migrate.syntax.nodes import names_in, nodes, statements
from migrate.syntax.walk import Scope

__all__ = ["GIVEN_NAME", "holds_name", "is_getter", "is_name", "orders_name", "returns_name"]

GIVEN_NAME = "name"  # the parameter of a custom getter that the name of a variable is passed to

_NO_VARIABLES = frozenset({"self", "cls", "args", "flags", "FLAGS", "os"})  # whose `name` is not one's


def is_name(node: ast.AST, scope: Scope) -> bool:
    """Whether an expression may be such a name: what it is read of is bound in the file, and no module."""
    if not isinstance(node, ast.Attribute) or node.attr != "name" or not _may_be_variable(node.value):
        return False
    holder = node.value
    if not isinstance(holder, ast.Name):
        return True
    return scope.find(holder.id) is not None and resolve(holder, scope) is None


def holds_name(node: ast.expr) -> bool:
    """Whether an expression holds what may be such a name, or what the graph finds beside them, whatever is bound."""
    return any(_may_bear(part) for part in nodes(node) if isinstance(part, ast.Attribute))


def orders_name(node: ast.expr) -> bool:
    """Whether an expression that is put into order holds one, that of an element as well: `pair[1].name`."""
    picked = (part for part in nodes(node) if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Subscript))
    return holds_name(node) or any(part.attr == "name" for part in picked)


def returns_name(function: ast.FunctionDef) -> bool:
    """Whether all that a function returns is made of such a name, by whatever names of its own."""
    made: dict[str, list[ast.expr]] = {}
    returned: list[ast.expr | None] = []
    for one in statements(function):
        match one:
            case ast.Return(value=value):
                returned.append(value)
            case ast.Assign(targets=[ast.Name(id=target)], value=value):
                made.setdefault(target, []).append(value)
    return bool(returned) and all(one is not None and _is_made_of_name(one, made) for one in returned)


def _is_made_of_name(value: ast.expr, made: Mapping[str, list[ast.expr]]) -> bool:
    waiting, seen = [value], set[str]()
    for one in waiting:  # which grows meanwhile
        if holds_name(one):
            return True
        names = {part.id for part in names_in(one)} - seen
        seen |= names
        waiting += [source for name in sorted(names) for source in made.get(name, ())]
    return False


def is_getter(function: ast.AST) -> bool:
    """Whether a function is a custom getter by its parameters: `get_variable` hands it the name of its variable."""
    if not isinstance(function, ast.FunctionDef | ast.Lambda):
        return False
    passed = [one.arg for one in function.args.args if one.arg != "self"]
    return passed[:2] == ["getter", GIVEN_NAME]


def _may_bear(part: ast.Attribute) -> bool:
    return part.attr == "unique_name" or (part.attr == "name" and _may_be_variable(part.value))


def _may_be_variable(holder: ast.expr) -> bool:
    """Whether what a name is read of looks like a variable or an op."""
    if isinstance(holder, ast.Attribute):
        return holder.attr == "op"
    return isinstance(holder, ast.Name) and holder.id not in _NO_VARIABLES
