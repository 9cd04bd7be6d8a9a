"""Element types as they are written: `tf.float32`, `np.int64`, `"float64"`, or a literal whose own type decides."""

from __future__ import annotations

import ast

from codemods.tensorflow.initializers import DTYPES
from codemods.tensorflow.request import CallRequest

__all__ = ["dtype_name", "is_dtype", "is_literal", "is_none", "literal_dtype", "says"]

_PYTHON = {"float": "float32", "bool": "bool"}
_LITERALS: dict[type, str] = {
    bool: "bool",
    float: "float32",
    complex: "complex128",
    str: "string",
    bytes: "string",
}


def dtype_name(node: ast.expr, request: CallRequest) -> str | None:
    """The element type that an expression certainly means, such as `float32`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value if node.value in DTYPES.values() else None
    if isinstance(node, ast.Name) and request.scope.find(node.id) is None and node.id in _PYTHON:
        return _PYTHON[node.id]
    return DTYPES.get(request.resolve(node) or "")


def is_dtype(node: ast.expr, request: CallRequest) -> bool:
    """Whether an expression is an element type for all that is written: a mere name may stand for anything."""
    return not isinstance(node, ast.Name) and dtype_name(node, request) is not None


def says(node: ast.expr, name: str, request: CallRequest) -> bool:
    """Whether an expression names a type in so many words, rather than a variable that holds it."""
    if dtype_name(node, request) != name:
        return False
    if not isinstance(node, ast.Name):
        return True
    resolved = request.resolve(node)
    return resolved is None or resolved.endswith("." + node.id)


def literal_dtype(node: ast.expr) -> str | None:
    """The element type that TensorFlow gives a literal, None where it is none or the type depends on its size."""
    match node:
        case ast.Constant(value=value) if type(value) is int:
            return "int32" if value < 2**31 else None
        case ast.Constant(value=value):
            return _LITERALS.get(type(value))
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant() as operand):
            natural = literal_dtype(operand)
            return natural if natural in ("int32", "float32", "complex128") else None
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return _common({literal_dtype(element) for element in elements})
    return None


def is_literal(node: ast.expr) -> bool:
    """Whether an expression is written out to its last number or string, lists of such included."""
    match node:
        case ast.Constant():
            return True
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            return isinstance(operand, ast.Constant)
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return all(map(is_literal, elements))
    return False


def _common(found: set[str | None]) -> str | None:
    """The type of a list of literals: integers among floats become floats."""
    if found == {"int32", "float32"}:
        return "float32"
    return found.pop() if len(found) == 1 else None


def is_none(node: ast.expr) -> bool:
    """Whether an expression is the literal None."""
    return isinstance(node, ast.Constant) and node.value is None
