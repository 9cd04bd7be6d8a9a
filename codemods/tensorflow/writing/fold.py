"""An initial value made on the line above: `initial = tf.truncated_normal(shape)`, then `tf.Variable(initial)`."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from codemods.tensorflow.initializers import OPS
from codemods.tensorflow.request import CallRequest
from migrate.model import Edit, Span
from migrate.syntax.bindings import used_once
from migrate.syntax.module import Module
from migrate.syntax.walk import CallSite

__all__ = ["Fold", "find_fold"]


@dataclass(frozen=True, slots=True)
class Fold:
    """The value, and the edit that takes its line away."""

    value: ast.Call
    removal: Edit


def find_fold(module: Module, value: ast.expr, site: CallSite, request: CallRequest) -> Fold | None:
    """The fold of `value`, a local name that is made by the statement right above and used nowhere else, or None.

    Nothing may run in between, so the statement's own value must be the call; a comment on the line forbids it.
    """
    if not isinstance(value, ast.Name) or getattr(site.statement, "value", None) is not site.node:
        return None
    made = used_once(value.id, request.scope)
    above = _above(site)
    if not isinstance(made, ast.Call) or not isinstance(above, ast.Assign) or above.value is not made:
        return None
    if request.resolve(made.func) not in OPS or request.creates(made) or not _one_line_each(made):
        return None
    lines = _whole_lines(module, above)
    return Fold(made, Edit(lines, "")) if lines is not None else None


def _above(site: CallSite) -> ast.stmt | None:
    """The statement right above in the same block."""
    index = site.block.index(site.statement)
    return site.block[index - 1] if index else None


def _whole_lines(module: Module, statement: ast.Assign) -> Span | None:
    """The lines that a statement has to itself, line ends included; None where they hold more, or a comment."""
    source, span = module.source, module.span(statement)
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    if last >= len(source.line_starts):
        return None
    whole = Span(source.line_starts[first - 1], source.line_starts[last])
    text = source.text[whole.start : whole.end]
    alone = text.strip() == source.text[span.start : span.end] and "#" not in text
    return whole if alone and text == source.code[whole.start : whole.end] else None


def _one_line_each(call: ast.Call) -> bool:
    """Whether no argument goes over several lines: it would stand oddly elsewhere."""
    values = (*call.args, *(word.value for word in call.keywords))
    return all(value.lineno == value.end_lineno for value in values)
