"""Which arguments of a call may hold a tensor: a shape made of one is known only when the program runs."""

from __future__ import annotations

import ast

from codemods.tensorflow.indexing.callees import Callees
from migrate.syntax.calls import Given
from migrate.syntax.names import single_value
from migrate.syntax.nodes import nodes
from migrate.syntax.walk import Scope

__all__ = ["tensor_arguments"]

_STATIC = ("tensorflow.TensorShape", "tensorflow.Dimension", "tensorflow.compat.dimension_value")
_HOLDERS = (ast.List, ast.Tuple, ast.Call, ast.BinOp, ast.Subscript, ast.Name)  # what a shape is written as
_MAX_ASSIGNMENTS = 4  # `n = tf.shape(x)[0]; m = n * 2`: how many of those are followed


def tensor_arguments(given: Given, scope: Scope, callees: Callees) -> tuple[int | str, ...]:
    """The positions and keywords of the arguments that may hold a tensor."""
    return tuple([place for place, value in given.items() if _may_be_tensor(value, scope, callees, _MAX_ASSIGNMENTS)])


def _may_be_tensor(node: ast.expr, scope: Scope, callees: Callees, depth: int) -> bool:
    if not isinstance(node, _HOLDERS) or depth == 0:
        return False
    for inner in nodes(node):
        if isinstance(inner, ast.Call):
            name = callees.canonical(inner.func, scope) or ""
            if name.startswith("tensorflow.") and not name.startswith(_STATIC):
                return True
        elif isinstance(inner, ast.Name):
            value = single_value(inner.id, scope)
            if value is not None and value is not node and _may_be_tensor(value, scope, callees, depth - 1):
                return True
    return False
