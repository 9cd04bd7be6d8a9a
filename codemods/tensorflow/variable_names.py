"""Which expressions read the name of a variable or an op: `v.name`, `v.op.name`."""

from __future__ import annotations

import ast

from migrate.syntax.names import resolve
from migrate.syntax.nodes import nodes
from migrate.syntax.walk import Scope

__all__ = ["holds_name", "is_name"]

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


def _may_bear(part: ast.Attribute) -> bool:
    return part.attr == "unique_name" or (part.attr == "name" and _may_be_variable(part.value))


def _may_be_variable(holder: ast.expr) -> bool:
    """Whether what a name is read of looks like a variable or an op."""
    if isinstance(holder, ast.Attribute):
        return holder.attr == "op"
    return isinstance(holder, ast.Name) and holder.id not in _NO_VARIABLES
