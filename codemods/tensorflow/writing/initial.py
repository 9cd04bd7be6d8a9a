"""Writes what an initial value becomes: the arguments of the new call that stand for it."""

from __future__ import annotations

import ast

from codemods.tensorflow.dtypes import is_literal
from codemods.tensorflow.request import CallRequest
from codemods.tensorflow.writing.arguments import Inner, Item
from codemods.tensorflow.writing.forms import Maker, Shaped, Whole, Wrapping
from codemods.tensorflow.writing.shapes import Shape
from migrate.syntax.calls import Argument
from migrate.syntax.module import Module

__all__ = ["initial_items"]

_Written = tuple[str | ast.expr, ...] | Inner


def initial_items(
    module: Module,
    value: Shaped | Whole,
    argument: Argument,
    dtype: ast.expr | None,
    request: CallRequest,
    *,
    second: bool,
) -> list[Item]:
    """The items for an initial value, in the place of its `argument`.

    `dtype` is the variable's own; `second`: the first item comes right behind the name, and needs no keyword.
    """
    index = argument.index
    if isinstance(value, Whole):
        return [Item("initializer", _wrapped(module, value, argument.value, dtype, request), index)]
    items = [Item(None if second else "shape", _shape(value.shape), index)]
    if value.dtype is not None:
        # As text: it goes before arguments that stay in place.
        spelled = request.spell(value.dtype) if isinstance(value.dtype, str) else module.text(value.dtype)
        items.append(Item("dtype", (spelled,), index))
    return [*items, Item("initializer", _made(value.maker, request), index)]


def _shape(shape: Shape) -> tuple[str | ast.expr, ...]:
    if shape.node is None:
        return ("[]",)
    return ("[", shape.node, "]") if shape.brackets else (shape.node,)


def _made(maker: Maker, request: CallRequest) -> _Written:
    """The initializer."""
    if maker.expression is not None:
        return (maker.expression,)
    return Inner(request.spell(str(maker.function)), maker.arguments, maker.source)


def _wrapped(module: Module, whole: Whole, value: ast.expr, dtype: ast.expr | None, request: CallRequest) -> _Written:
    """A value that is passed as it stands, with what it needs around it."""
    if whole.literal is not None:
        return (whole.literal,)
    convert = request.spell(_converter(value, request)) if whole.wrapping in _CONVERTING else ""
    dtype = dtype or ast.Constant(None)
    match whole.wrapping:
        case Wrapping.NONE:
            return (value,)
        case Wrapping.CONVERT:
            return Inner(convert, ((None, value), (None, dtype)), None)
        case Wrapping.CALLED:
            return ("lambda: ", value, "()")
        case Wrapping.CALLED_CONVERT:
            return (f"lambda: {convert}(", value, "(), ", dtype, ")")
        case Wrapping.BODY_CONVERT:
            body = value.body if isinstance(value, ast.Lambda) else value
            return Inner(f"lambda: {convert}", ((None, body), (None, dtype)), None)
        case Wrapping.CAST:
            return _cast(module, value, f".astype({whole.cast})")


def _cast(module: Module, value: ast.expr, cast: str) -> _Written:
    """An array of another element type."""
    if not isinstance(value, ast.Call):
        return (value, cast) if isinstance(value, ast.Name) else ("(", value, f"){cast}")
    if any(isinstance(one, ast.Starred) for one in value.args) or any(word.arg is None for word in value.keywords):
        return (value, cast)
    arguments = (*((None, one) for one in value.args), *((word.arg, word.value) for word in value.keywords))
    return Inner(module.text(value.func), arguments, value, cast)


def _converter(value: ast.expr, request: CallRequest) -> str:
    """What gives a value its element type: `tf.constant`, as people write it, where the value is surely no tensor."""
    array = isinstance(value, ast.Call) and request.resolve(value.func) in _ARRAYS
    return "constant" if array or is_literal(value) else "convert_to_tensor"


_ARRAYS = frozenset(f"numpy.{name}" for name in ("zeros", "ones", "full", "eye", "identity", "arange", "linspace"))
_CONVERTING = (Wrapping.CONVERT, Wrapping.CALLED_CONVERT, Wrapping.BODY_CONVERT)
