"""What a parameter is behind `if name is None: name = "fc"` or `name = name or "fc"`, as functions with names begin."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrate.syntax.calls import called_name
from migrate.syntax.walk import Binding, BindingKind, Scope

__all__ = ["Default", "default_before"]


class Default(NamedTuple):
    """A parameter, the test that asks whether it is missing, and what stands in its place then.

    Without a test it stands in its place whatever was passed, of which it may be made.
    """

    parameter: Binding
    test: ast.expr | None
    value: ast.expr


def default_before(name: ast.Name, bindings: Sequence[Binding], owner: Scope) -> Default | None:
    """The one that a statement of the function itself gives before `name` is read; None where more binds it."""
    if len(bindings) != 2 or not isinstance(owner.node, ast.FunctionDef):
        return None
    parameters = [one for one in bindings if one.kind is BindingKind.PARAMETER]
    values = [one.value for one in bindings if one.kind is BindingKind.ASSIGN]
    if len(parameters) != 1:
        return None
    for statement in _before(owner.node.body, name.lineno):
        test = statement.test if isinstance(statement, ast.If) and not statement.orelse else None
        for one in statement.body if isinstance(statement, ast.If) and test else [statement]:
            if isinstance(one, ast.Assign) and one.value in values:
                return Default(parameters[0], test, one.value)
    return None


def _before(block: Sequence[ast.stmt], line: int) -> Iterator[ast.stmt]:
    """The statements that run before a line, those in scopes as well, which a `with` enters whatever happens."""
    for statement in block:
        if isinstance(statement, ast.With) and all(_is_scope(item.context_expr) for item in statement.items):
            yield from _before(statement.body, line)
        elif (statement.end_lineno or 0) >= line:
            return
        else:
            yield statement


def _is_scope(entered: ast.expr) -> bool:
    return isinstance(entered, ast.Call) and called_name(entered) in ("name_scope", "variable_scope")
