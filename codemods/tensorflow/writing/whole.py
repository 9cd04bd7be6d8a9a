"""The value form: how an initial value is passed as it stands, so that the variable gets the same type and value."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from codemods.tensorflow.dtypes import dtype_name, is_none, literal_dtype
from codemods.tensorflow.initializers import INITIALIZERS, OPS
from codemods.tensorflow.opnames import takes_name
from codemods.tensorflow.request import CallRequest
from codemods.tensorflow.writing.arrays import array_module, is_array
from codemods.tensorflow.writing.forms import Whole, Why, Wrapping
from migrate.syntax.bindings import is_bound_method, is_function
from migrate.syntax.module import Module
from migrate.syntax.names import resolve
from migrate.syntax.walk import Scope

__all__ = ["hand_on"]

_CAST = frozenset({"float32", "float64"})  # to which NumPy and TensorFlow convert alike
_EXACT = 2**24  # integers up to here are floats of 32 bits, too


def hand_on(module: Module, value: ast.expr, dtype: ast.expr | None, request: CallRequest, why: Why) -> Whole:
    """How a value is passed as it stands: `get_variable` must not see a `dtype=` that the value does not have."""
    method = is_bound_method(module, value, request.scope)
    if dtype is None or is_none(dtype):
        # TensorFlow 1 counts the parameters of an initializer, `self` too.
        return Whole(why, Wrapping.CALLED if method else Wrapping.NONE)
    if isinstance(value, ast.Lambda):
        return Whole(why, Wrapping.BODY_CONVERT)
    if method or is_function(module, value, request.scope):
        return Whole(why, Wrapping.CALLED_CONVERT)
    return _typed(module, value, dtype_name(dtype, request), request, why)


def _typed(module: Module, value: ast.expr, known: str | None, request: CallRequest, why: Why) -> Whole:
    """The same for a value that is no function, and a `dtype=` that is `known` or not."""
    if known is not None and known == (_converted_dtype(value, request) or literal_dtype(value)):
        return Whole(why)
    if known == "float32" and isinstance(value, ast.Constant) and type(value.value) is int and value.value < _EXACT:
        return Whole(why, literal=f"{value.value}.0")
    if known is not None and _is_tensor(value, request):
        return Whole(why, keep_dtype=known != "float32")
    cast = _cast(value, known, request)
    return Whole(why, Wrapping.CAST, cast=cast) if cast else Whole(why, _converted(module, request))


def _cast(value: ast.expr, known: str | None, request: CallRequest) -> str:
    """The element type that an array is given by itself, as the file writes it, "" where it has to be a tensor.

    A value in the body of a loop has to be made by a function.
    """
    if known not in _CAST or request.in_control_flow or not is_array(value, request):
        return ""
    numpy = array_module(value, request)
    return f"{numpy}.{known}" if numpy else ""


def _converted_dtype(value: ast.expr, request: CallRequest) -> str | None:
    """The element type of what Python's own `float(...)` or `bool(...)`, or an array's `astype(...)` gives."""
    match value:
        case ast.Call(func=ast.Name(id="float" | "bool") as function):
            return dtype_name(function, request)
        case ast.Call(func=ast.Attribute(attr="astype"), args=[dtype], keywords=[]):
            return dtype_name(dtype, request)
    return None


def _converted(module: Module, request: CallRequest) -> Wrapping:
    """Inside a function the conversion's op stands under the variable's name, and outside of control flow."""
    inside = request.in_control_flow or takes_name(
        module, request.name, request.default_names, {"const", "packed", "stack"}
    )
    return Wrapping.BODY_CONVERT if inside else Wrapping.CONVERT


def _is_tensor(value: ast.expr, request: CallRequest) -> bool:
    """Whether the value is an op's tensor, or a name of nothing else: beside one, `dtype=` is only checked."""
    if isinstance(value, ast.Call):
        return _makes_tensor(value, request.scope)
    values, owner = _bound(value, request.scope)
    return (
        bool(values)
        and not request.in_control_flow
        and all(isinstance(one, ast.Call) and _makes_tensor(one, owner) for one in values)
    )


def _makes_tensor(call: ast.Call, scope: Scope) -> bool:
    """Whether a call is of an op, or of an initializer, whatever that is called."""
    dotted = resolve(call.func, scope)
    if dotted in OPS or (dotted is not None and dotted.startswith("tensorflow.random.")):
        return True
    makers, owner = ([call.func], scope) if isinstance(call.func, ast.Call) else _bound(call.func, scope)
    return bool(makers) and all(
        isinstance(one, ast.Call) and resolve(one.func, owner) in INITIALIZERS for one in makers
    )


def _bound(node: ast.expr, scope: Scope) -> tuple[Sequence[ast.expr | None], Scope]:
    """All that a name is bound to, None where the source does not show it, and the scope that this is read in."""
    found = scope.find(node.id) if isinstance(node, ast.Name) else None
    return ([one.value for one in found[1]], found[0]) if found else ((), scope)
