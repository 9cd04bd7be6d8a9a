"""TensorFlow's signatures and initial values as tables; `tests/test_initializers.py` holds them against a real one.

Names are canonical: dotted, under `tensorflow.`, as TensorFlow 1 has them. Measured on 1.15.5 and 2.21's `compat.v1`.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = [
    "DTYPES",
    "GET_VARIABLE",
    "INITIALIZERS",
    "OPS",
    "OP_NAMES",
    "VARIABLE",
    "VARIABLE_2",
    "Element",
    "Initializer",
    "Op",
]

VARIABLE = (
    *("initial_value", "trainable", "collections", "validate_shape", "caching_device", "name", "variable_def", "dtype"),
    *("expected_shape", "import_scope", "constraint", "use_resource", "synchronization", "aggregation", "shape"),
)

# `Variable` on the root of TensorFlow 2, whose positional order differs from the third parameter on.
VARIABLE_2 = (
    *(
        "initial_value",
        "trainable",
        "validate_shape",
        "caching_device",
        "name",
        "variable_def",
        "dtype",
        "import_scope",
    ),
    *("constraint", "synchronization", "aggregation", "shape", "experimental_enable_variable_lifting"),
)

GET_VARIABLE = (
    *("name", "shape", "dtype", "initializer", "regularizer", "trainable", "collections", "caching_device"),
    *("partitioner", "validate_shape", "use_resource", "custom_getter", "constraint", "synchronization", "aggregation"),
)


class Element(enum.Enum):
    """Where an op takes its element type from when no dtype is passed."""

    FLOAT32 = "float32"
    VALUE = "value"  # from the type of its argument `value`


@dataclass(frozen=True, slots=True)
class Op:
    """An op that makes a tensor of a given shape, and the initializer class that makes the same tensor.

    `parameters` is the op's positional order. `passed` names the parameters that the initializer takes as well, in
    the order that the two share; `positional` of them may be passed by position. `op_name` is what the graph calls
    the op by default. `integers`: a bare integer as shape makes a vector. `floats`: takes a float in a shape, which
    `get_variable` refuses on TensorFlow 2. `same_ops`: the initializer adds exactly as many ops.
    """

    parameters: tuple[str, ...]
    initializer: str
    passed: tuple[str, ...]
    positional: int
    op_name: str
    shape: str = "shape"
    element: Element = Element.FLOAT32
    integers: bool = False
    floats: bool = False
    same_ops: bool = True


_RANDOM = ("shape", "mean", "stddev", "dtype", "seed", "name")
_NORMAL = Op(_RANDOM, "random_normal_initializer", ("mean", "stddev", "seed"), 2, "random_normal")
_TRUNCATED = Op(_RANDOM, "truncated_normal_initializer", ("mean", "stddev", "seed"), 2, "truncated_normal")
_UNIFORM = Op(
    ("shape", "minval", "maxval", "dtype", "seed", "name"),
    "random_uniform_initializer",
    ("minval", "maxval", "seed"),
    2,
    "random_uniform",
)
_ZEROS = Op(("shape", "dtype", "name"), "zeros_initializer", (), 0, "zeros", integers=True, floats=True)
_ONES = Op(("shape", "dtype", "name"), "ones_initializer", (), 0, "ones", integers=True, floats=True)
_CONSTANT = Op(
    ("value", "dtype", "shape", "name", "verify_shape"),
    "constant_initializer",
    ("value",),
    1,
    "Const",
    element=Element.VALUE,
    floats=True,
)
_FILL = Op(
    ("dims", "value", "name"),
    "constant_initializer",
    ("value",),
    1,
    "Fill",
    shape="dims",
    element=Element.VALUE,
    same_ops=False,
)

OPS: Mapping[str, Op] = MappingProxyType(
    {
        "tensorflow.random_normal": _NORMAL,
        "tensorflow.random.normal": _NORMAL,
        "tensorflow.truncated_normal": _TRUNCATED,
        "tensorflow.random.truncated_normal": _TRUNCATED,
        "tensorflow.random_uniform": _UNIFORM,
        "tensorflow.random.uniform": _UNIFORM,
        "tensorflow.zeros": _ZEROS,
        "tensorflow.ones": _ONES,
        "tensorflow.constant": _CONSTANT,
        "tensorflow.fill": _FILL,
    }
)


@dataclass(frozen=True, slots=True)
class Initializer:
    """A class (or factory) of initializers, called with a shape: `tf.zeros_initializer()([2])`.

    `dtype` is the position of the parameter of that name, None where there is none; some take one and `drops` it.
    """

    dtype: int | None
    drops: bool = False


_SCALED = Initializer(1, drops=True)  # (seed, dtype), which on 1.15.5 and 2.21 makes float32 of whatever it is given
_CONTRIB = "tensorflow.contrib.layers."
_NAMED: Mapping[str, Initializer] = {
    "zeros": Initializer(0),
    "ones": Initializer(0),
    "constant": Initializer(1),
    "random_normal": Initializer(3),
    "truncated_normal": Initializer(3),
    "random_uniform": Initializer(3),
    "uniform_unit_scaling": Initializer(2),
    "variance_scaling": Initializer(4),
    "orthogonal": Initializer(2),
    "glorot_uniform": _SCALED,
    "glorot_normal": _SCALED,
}

INITIALIZERS: Mapping[str, Initializer] = MappingProxyType(
    {
        **{f"tensorflow.initializers.{name}": row for name, row in _NAMED.items()},
        **{f"tensorflow.{name}_initializer": row for name, row in _NAMED.items()},
        "tensorflow.initializers.identity": Initializer(1),
        "tensorflow.initializers.he_normal": Initializer(None),
        "tensorflow.initializers.he_uniform": Initializer(None),
        "tensorflow.initializers.lecun_normal": Initializer(None),
        "tensorflow.initializers.lecun_uniform": Initializer(None),
        _CONTRIB + "xavier_initializer": Initializer(2),
        _CONTRIB + "xavier_initializer_conv2d": Initializer(2),
        _CONTRIB + "variance_scaling_initializer": Initializer(4),
    }
)

# What the graph may call the ops that these make, in lower case as TensorFlow compares names: a variable of such a
# name gets another number once the op is gone from beside it.
OP_NAMES: frozenset[str] = frozenset(
    {
        *(op.op_name.lower() for op in OPS.values()),
        *("diag_part", "diagpart", "eye", "mul", "qr", "sign", "transpose", "reshape", "sub"),
    }
)

# Element types by what `numpy` and `tensorflow` both call them, and the Python types that TensorFlow takes for them.
DTYPES: Mapping[str, str] = MappingProxyType(
    {
        **{
            f"{root}.{name}": name
            for root in ("tensorflow", "numpy")
            for name in (
                *("float16", "float32", "float64", "int8", "int16", "int32", "int64"),
                *("uint8", "uint16", "uint32", "uint64", "complex64", "complex128"),
            )
        },
        "tensorflow.bfloat16": "bfloat16",
        "tensorflow.half": "float16",
        "tensorflow.double": "float64",
        "tensorflow.bool": "bool",
        "tensorflow.string": "string",
        "tensorflow.qint8": "qint8",
        "tensorflow.quint8": "quint8",
        "tensorflow.qint32": "qint32",
        "tensorflow.qint16": "qint16",
        "tensorflow.quint16": "quint16",
        "tensorflow.resource": "resource",
        "tensorflow.variant": "variant",
        "numpy.bool_": "bool",
        "numpy.half": "float16",
        "numpy.single": "float32",
        "numpy.double": "float64",
    }
)
