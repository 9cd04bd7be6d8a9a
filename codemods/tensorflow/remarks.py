"""What is worth telling about a call of `tf.Variable` that is rewritten all the same."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from codemods.tensorflow.dtypes import is_dtype
from codemods.tensorflow.forms import Shaped, Whole
from codemods.tensorflow.request import CallRequest
from codemods.tensorflow.values import inner_name
from migrate.syntax.calls import Argument
from migrate.syntax.module import Module

__all__ = ["Remark", "RemarkKind", "remarks"]


class RemarkKind(enum.Enum):
    """What a remark is about."""

    EXPECTED_SHAPE = "expected_shape"
    DTYPE_AS_TRAINABLE = "dtype-as-trainable"
    INNER_NAME = "inner-name"


@dataclass(frozen=True, slots=True)
class Remark:
    """One such thing, in a sentence."""

    kind: RemarkKind
    text: str


def remarks(
    module: Module, bound: Mapping[str, Argument], value: Shaped | Whole, request: CallRequest
) -> Iterator[Remark]:
    """The remarks on a call with the arguments `bound`, whose initial value becomes `value`."""
    if "expected_shape" in bound:
        yield Remark(RemarkKind.EXPECTED_SHAPE, "expected_shape= never had an effect and is dropped")
    trainable = bound.get("trainable")
    if trainable is not None and is_dtype(trainable.value, request):
        text = module.text(trainable.value)
        yield Remark(
            RemarkKind.DTYPE_AS_TRAINABLE,
            f"{text} stood where trainable belongs: it never set the element type, and is dropped",
        )
    name = inner_name(bound["initial_value"].value, request)
    if name is not None:
        text = f"name={module.text(name)} names the op of the initial value, not the variable"
        yield Remark(RemarkKind.INNER_NAME, f"{text}, and is dropped" if isinstance(value, Shaped) else text)
