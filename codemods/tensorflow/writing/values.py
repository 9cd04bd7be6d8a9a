"""What an initial value is: an op of known shape that an initializer stands for, or a value that stays as it stands.

Every rule here was measured: on TensorFlow 1.15.5 and 2.21 the new call makes the same variable, with the same
initial values under a graph seed. Whatever cannot be proved keeps its own expression, which is always right.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from codemods.tensorflow.dtypes import dtype_name, is_none, literal_dtype, says
from codemods.tensorflow.initializers import INITIALIZERS, OP_NAMES, OPS, Element, Initializer, Op
from codemods.tensorflow.opnames import takes_name
from codemods.tensorflow.request import CallRequest
from codemods.tensorflow.writing.forms import Maker, Shaped, Whole, Why
from codemods.tensorflow.writing.shapes import Doubt, Shape, known_shape
from codemods.tensorflow.writing.whole import hand_on
from migrate.syntax.calls import Argument, Unbound, bind, keyword_or_place
from migrate.syntax.module import Module
from migrate.syntax.names import single_value

__all__ = ["inner_name", "read_value"]


def read_value(
    value: ast.expr, dtype: ast.expr | None, request: CallRequest, module: Module, validated: bool = True
) -> Shaped | Whole:
    """What the initial value becomes; `dtype` is the variable's own; `validated`: its shape stays fixed."""
    if request.form == "value":
        return hand_on(module, value, dtype, request, Why.ASKED)
    if request.held:
        return hand_on(module, value, dtype, request, Why.HELD)
    if not validated:
        return hand_on(module, value, dtype, request, Why.VALIDATE)
    found = _scalar(module, value, dtype, request) or _shaped(module, value, request)
    if isinstance(found, Shaped):
        found = _merge_dtype(found, dtype, request)
    return hand_on(module, value, dtype, request, found) if isinstance(found, Why) else found


def _shaped(module: Module, value: ast.expr, request: CallRequest) -> Shaped | Why:
    if not isinstance(value, ast.Call):
        return Why.NO_OP
    op = OPS.get(request.resolve(value.func) or "")
    if op is not None:
        return _from_op(module, value, op, request)
    made = single_value(value.func.id, request.scope) if isinstance(value.func, ast.Name) else value.func
    return _from_initializer(module, value, made, request) if isinstance(made, ast.Call) else Why.NO_OP


def _from_op(module: Module, call: ast.Call, op: Op, request: CallRequest) -> Shaped | Why:
    bound = bind(call, op.parameters)
    if isinstance(bound, Unbound):
        return Why.ARGUMENTS
    unfit = _unfit(module, call, bound, op, request)
    if unfit is not None:
        return unfit
    shape = known_shape(module, bound[op.shape].value, op, request)
    if isinstance(shape, Doubt):
        return _WHY[shape]
    if request.seeded and not request.in_control_flow and not (op.same_ops and shape.same_ops):
        return Why.SEEDED
    dtype = _op_dtype(op, bound, request)
    if isinstance(dtype, Why):
        return dtype
    maker = Maker(op.initializer, _passed(op, bound, dtype, request), source=call)
    return Shaped(shape, maker, dtype, call)


def _unfit(module: Module, call: ast.Call, bound: Mapping[str, Argument], op: Op, request: CallRequest) -> Why | None:
    """What speaks against the initializer, whatever the shape and the element type."""
    if op.shape not in bound:
        return Why.NO_SHAPE
    if set(bound) - {op.shape, "dtype", "name", *op.passed}:
        return Why.ARGUMENTS
    if inner_name(call, request) is not None:
        return Why.OP_NAME
    return Why.NAME if takes_name(module, request.name, request.default_names, {op.op_name.lower()}) else None


_WHY = {
    Doubt.RUN_TIME: Why.SHAPE_AT_RUN_TIME,
    Doubt.UNPROVED: Why.SHAPE_UNPROVED,
}


def _passed(
    op: Op, bound: Mapping[str, Argument], dtype: ast.expr | str | None, request: CallRequest
) -> tuple[tuple[str | None, ast.expr | str], ...]:
    """The initializer's arguments in the order of the source, by position where the orders agree."""
    passed: list[tuple[str | None, ast.expr | str]] = []
    if op.initializer == "random_uniform_initializer" and "minval" not in bound and (request.seeded or dtype):
        # TensorFlow 2's initializer has the float 0.0 as its default, which adds ops and refuses integers.
        passed.append(("minval", "0"))
    for name, argument in bound.items():
        if name in op.passed:
            index = op.passed.index(name)
            positional = argument.keyword is None and index < op.positional and index == len(passed)
            passed.append((None if positional else name, argument.value))
    return tuple(passed)


def _op_dtype(op: Op, bound: Mapping[str, Argument], request: CallRequest) -> ast.expr | str | Why | None:
    """The element type that the new call passes, None for float32."""
    written = bound["dtype"].value if "dtype" in bound else None
    if op.element is Element.FLOAT32:
        return _written_dtype(written, request) if written is not None else None
    if "value" not in bound:
        return Why.ARGUMENTS
    value = bound["value"].value
    natural = None if isinstance(value, ast.List | ast.Tuple) else literal_dtype(value)
    if written is None or is_none(written):
        return (Why.DTYPE if natural is None else natural) if natural != "float32" else None
    return _written_dtype(written, request) if _fills(value, natural, written, request) else Why.DTYPE


def _fills(value: ast.expr, natural: str | None, written: ast.expr, request: CallRequest) -> bool:
    """Whether an op of a written type fills its shape as the initializer does, which gets value and shape swapped.

    An unknown type may be None, for which the op would ask the value and the initializer take float32. TensorFlow 2's
    own `constant` broadcasts an array.
    """
    if dtype_name(written, request) is None or request.version_2:
        return natural == "float32" or (natural is not None and dtype_name(written, request) is not None)
    return not any(isinstance(node, ast.Call) for node in ast.walk(value))


def _written_dtype(written: ast.expr, request: CallRequest) -> ast.expr | None:
    """The expression to carry over, None where it says float32 in so many words."""
    return None if says(written, "float32", request) else written


def _from_initializer(module: Module, call: ast.Call, made: ast.Call, request: CallRequest) -> Shaped | Why:
    """`tf.random_normal_initializer(stddev=0.1)([3, 2])`: the initializer, or its name, is used as it stands."""
    row = INITIALIZERS.get(request.resolve(made.func) or "")
    if row is None or request.version_2:
        return Why.NO_OP
    bound = bind(call, ("shape", "dtype", "partition_info"))
    if isinstance(bound, Unbound) or "partition_info" in bound or "shape" not in bound:
        return Why.ARGUMENTS
    own = _initializer_dtype(made, row)
    dtype = bound["dtype"].value if "dtype" in bound else own
    if isinstance(dtype, Why) or (dtype is not None and dtype_name(dtype, request) is None):
        return Why.DTYPE
    if takes_name(module, request.name, request.default_names, OP_NAMES):
        return Why.NAME
    shape = known_shape(module, bound["shape"].value, OPS["tensorflow.random_normal"], request)
    if isinstance(shape, Doubt):
        return _WHY[shape]
    carried = _written_dtype(dtype, request) if dtype is not None else None
    return Shaped(shape, Maker(None, expression=call.func), carried, call)


def _initializer_dtype(made: ast.Call, row: Initializer) -> ast.expr | Why | None:
    """The element type that an initializer is made for."""
    if any(isinstance(value, ast.Starred) for value in made.args) or any(word.arg is None for word in made.keywords):
        return Why.ARGUMENTS
    return None if row.drops else keyword_or_place(made, "dtype", 99 if row.dtype is None else row.dtype)


def _scalar(module: Module, value: ast.expr, dtype: ast.expr | None, request: CallRequest) -> Shaped | None:
    """A scalar literal of another type than its own: `tf.Variable(0, dtype=tf.int64)`."""
    natural = literal_dtype(value)
    if dtype is None or natural is None or isinstance(value, ast.List | ast.Tuple):
        return None
    wanted = dtype_name(dtype, request)
    if wanted in (None, natural, "float32") or takes_name(module, request.name, request.default_names, {"const"}):
        return None
    filled = _FILLED.get(value.value) if isinstance(value, ast.Constant) and natural in _NUMBERS else None
    return Shaped(Shape(None), Maker(filled) if filled else Maker("constant_initializer", ((None, value),)))


_FILLED: Mapping[object, str] = {0: "zeros_initializer", 1: "ones_initializer"}
_NUMBERS = ("int32", "float32")


def _merge_dtype(found: Shaped, dtype: ast.expr | None, request: CallRequest) -> Shaped | Why:
    """`found` where the variable's own `dtype=` agrees with the op's, as it must in a program that runs."""
    if found.source is None or dtype is None or is_none(dtype):
        return found
    outer, inner = dtype_name(dtype, request), found.dtype
    if inner is None:
        # The new call carries an unknown `dtype=`: the program runs only where that is float32 or None.
        agree = outer in (None, "float32")
    elif isinstance(inner, str):
        agree = outer == inner
    else:
        agree = ast.dump(inner) == ast.dump(dtype) or (outer is not None and outer == dtype_name(inner, request))
    return found if agree else Why.DTYPE


def inner_name(value: ast.expr, request: CallRequest) -> ast.expr | None:
    """The `name=` that stands on the initial value's own op, None where there is none."""
    op = OPS.get(request.resolve(value.func) or "") if isinstance(value, ast.Call) else None
    if op is None or not isinstance(value, ast.Call):
        return None
    bound = bind(value, op.parameters)
    if isinstance(bound, Unbound) or "name" not in bound or is_none(bound["name"].value):
        return None
    return bound["name"].value
