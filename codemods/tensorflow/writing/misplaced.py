"""What stands where `trainable` belongs by mistake: an element type, or the name that was meant for the variable."""

from __future__ import annotations

import ast
import enum

from codemods.tensorflow.dtypes import is_dtype
from codemods.tensorflow.indexing.strings.strings import text_of
from codemods.tensorflow.request import CallRequest
from codemods.tensorflow.text import UNKNOWN
from migrate.syntax.nodes import nodes

__all__ = ["Misplaced", "misplaced"]


class Misplaced(enum.Enum):
    """What it is; each counts as true, which `trainable` is anyway."""

    DTYPE = "it never set the element type, and is dropped"
    NAME = "it names nothing, and is dropped"
    CALLED_NAME = "it names nothing, and counts as true"  # to leave it out might be to leave out what its calls do


def misplaced(node: ast.expr, request: CallRequest) -> Misplaced | None:
    """What an argument for `trainable` is that can only stand there by mistake; None for any other."""
    if is_dtype(node, request):
        return Misplaced.DTYPE
    if not any(isinstance(part, str) for part in text_of(node, lambda _: UNKNOWN).parts):
        return None
    calls = any(isinstance(one, ast.Call | ast.NamedExpr | ast.Await) for one in nodes(node))
    return Misplaced.CALLED_NAME if calls else Misplaced.NAME
