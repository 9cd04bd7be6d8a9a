"""Which part a variable plays among those of one expression: what is multiplied are weights, what is added biases."""

from __future__ import annotations

import ast

from migrate.syntax.calls import called_name
from migrate.syntax.nodes import nodes

__all__ = ["makes_several", "role_by_value", "used_as"]

_WEIGHTS, _BIASES = "weights", "biases"
_OPS = {
    **dict.fromkeys(("matmul", "conv1d", "conv2d", "conv2d_transpose", "conv3d", "depthwise_conv2d"), _WEIGHTS),
    **dict.fromkeys(("bias_add", "add"), _BIASES),
}
_FILLED = frozenset({"zeros", "ones", "constant", "fill"})
_DRAWN = frozenset({"random_normal", "truncated_normal", "random_uniform", "normal", "uniform"})


def makes_several(statement: ast.stmt, call: ast.Call) -> bool:
    """Whether a statement calls what `call` calls more than once: its target alone does not tell them apart."""
    name = called_name(call)
    calls = (one for one in nodes(statement) if isinstance(one, ast.Call))
    return sum(called_name(one) == name for one in calls) > 1


def used_as(call: ast.Call, holder: ast.AST) -> str:
    """The part of the variable that `call` makes by what `holder` does with it; "" for none."""
    match holder:
        case ast.Call(args=[_, _, *_]) if call in holder.args and called_name(holder) in _OPS:
            return _OPS[called_name(holder)]
        case ast.BinOp(op=ast.Add()):
            return _BIASES
        case ast.BinOp(op=ast.Mult() | ast.MatMult()):
            return _WEIGHTS
    return ""


def role_by_value(call: ast.Call) -> str:
    """The same by the initial value: a row of one number are biases, what is drawn or has more axes are weights."""
    value = call.args[0] if call.args else None
    if not isinstance(value, ast.Call):
        return ""
    words = {word.arg: word.value for word in value.keywords}
    shape = words.get("shape") or (value.args[-1] if called_name(value) == "constant" and value.args else None)
    shape = shape or (value.args[0] if value.args else None)
    axes = len(shape.elts) if isinstance(shape, ast.List | ast.Tuple) else 0
    if called_name(value) in _DRAWN:
        return _WEIGHTS
    if called_name(value) not in _FILLED or not axes:
        return ""
    return _BIASES if axes == 1 else _WEIGHTS
