"""What an initial value can become: a shape and an initializer, or the same value with what it needs around it."""

from __future__ import annotations

import ast
import enum
from dataclasses import dataclass

from codemods.tensorflow.writing.shapes import Shape

__all__ = ["Maker", "Shaped", "Whole", "Why", "Wrapping"]


class Why(enum.Enum):
    """Why the initial value is passed as it stands, though the shape form was asked for."""

    ASKED = "the value form was asked for"
    NO_OP = "no initializer stands for this initial value"
    SHAPE_AT_RUN_TIME = "the shape may be known only at run time"
    SHAPE_UNPROVED = "the shape cannot be proved to be one of integers"
    NO_SHAPE = "the initial value is written without a shape"
    SEEDED = "a graph seed is set and the initializer would add another number of ops"
    NAME = "something is called what the graph calls the op of this value, and would get another number"
    OP_NAME = "the op of the initial value has a name of its own, which the program may look up"
    DTYPE = "the element type cannot be read from the source"
    ARGUMENTS = "the op has an argument that the initializer does not take"
    HELD = "the initial value waits for other ops, as control_dependencies says"
    VALIDATE = "without validate_shape the variable takes any shape"


@dataclass(frozen=True, slots=True)
class Maker:
    """The initializer: `function` by its canonical name and `arguments`, or an expression that is used as it stands."""

    function: str | None
    arguments: tuple[tuple[str | None, ast.expr | str], ...] = ()
    expression: ast.expr | None = None
    source: ast.Call | None = None  # the op's call, whose layout the new one follows


@dataclass(frozen=True, slots=True)
class Shaped:
    """A value that an initializer makes. `dtype` is an expression, or a canonical name to spell; None for float32."""

    shape: Shape
    maker: Maker
    dtype: ast.expr | str | None = None
    source: ast.Call | None = None


class Wrapping(enum.Enum):
    """What is put around a value that is passed as it stands."""

    NONE = "value"
    CONVERT = "convert_to_tensor(value, dtype)"
    CALLED = "lambda: value()"
    CALLED_CONVERT = "lambda: convert_to_tensor(value(), dtype)"
    BODY_CONVERT = "lambda: convert_to_tensor(body, dtype)"
    CAST = "value.astype(cast)"


@dataclass(frozen=True, slots=True)
class Whole:
    """A value that is passed as it stands; `keep_dtype` where `dtype=` may stand beside it; `literal` replaces it.

    `cast` is the text of the element type that an array is given.
    """

    why: Why
    wrapping: Wrapping = Wrapping.NONE
    keep_dtype: bool = False
    literal: str | None = None
    cast: str = ""
