"""An initial value that is made on the line above: `initial = tf.truncated_normal(shape)`, then `tf.Variable(initial)`."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from codemods.tensorflow.initializers import OPS
from codemods.tensorflow.request import CallRequest
from migrate.model import Edit, Span
from migrate.syntax.bindings import used_once
from migrate.syntax.module import Module

__all__ = ["Fold", "find_fold"]


@dataclass(frozen=True, slots=True)
class Fold:
    """The value, and the edit that takes its line away."""

    value: ast.Call
    removal: Edit


def find_fold(
    module: Module, value: ast.expr, call: ast.Call, statement: ast.stmt, request: CallRequest
) -> Fold | None:
    """The fold of `value`, a local name that is made by the statement right above and used nowhere else, or None.

    Nothing may run in between, so the statement's own value must be the call; a comment on the line forbids it.
    """
    if not isinstance(value, ast.Name) or getattr(statement, "value", None) is not call:
        return None
    made = used_once(value.id, request.scope)
    above = _above(module, statement)
    if not isinstance(made, ast.Call) or not isinstance(above, ast.Assign) or above.value is not made:
        return None
    if request.resolve(made.func) not in OPS or _creates(made, request):
        return None
    line = _whole_line(module, above)
    return Fold(made, Edit(line, "")) if line is not None else None


def _above(module: Module, statement: ast.stmt) -> ast.stmt | None:
    """The statement right above in the same block."""
    parent = module.parents.get(statement)
    for name in ("body", "orelse", "finalbody"):
        block = getattr(parent, name, None)
        if isinstance(block, Sequence) and statement in block:
            index = block.index(statement)
            return block[index - 1] if index else None
    return None


def _creates(made: ast.Call, request: CallRequest) -> bool:
    return any(
        isinstance(node, ast.Call) and request.resolve(node.func) == "tensorflow.Variable" for node in ast.walk(made)
    )


def _whole_line(module: Module, statement: ast.stmt) -> Span | None:
    """The span of a statement that has one line to itself, line end included; None where it shares the line."""
    source, span = module.source, module.span(statement)
    line, _ = source.position(span.start)
    if statement.lineno != statement.end_lineno or line >= len(source.line_starts):
        return None
    whole = Span(source.line_starts[line - 1], source.line_starts[line])
    alone = source.text[whole.start : whole.end].strip() == source.text[span.start : span.end]
    masked = source.text[whole.start : whole.end] != source.code[whole.start : whole.end]
    return whole if alone and not masked else None
