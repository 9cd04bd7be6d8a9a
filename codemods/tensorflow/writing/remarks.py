"""What is worth telling about a call of `tf.Variable` that is rewritten all the same."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from codemods.tensorflow.request import CallRequest
from codemods.tensorflow.writing.misplaced import Misplaced, misplaced
from codemods.tensorflow.writing.values import inner_name
from migrate.syntax.calls import Argument
from migrate.syntax.module import Module

__all__ = ["Remark", "RemarkKind", "remarks"]


class RemarkKind(enum.Enum):
    """What a remark is about."""

    EXPECTED_SHAPE = "expected_shape"
    DTYPE_AS_TRAINABLE = "dtype-as-trainable"
    INNER_NAME = "inner-name"
    NAME_AS_TRAINABLE = "name-as-trainable"


@dataclass(frozen=True, slots=True)
class Remark:
    """One such thing, in a sentence."""

    kind: RemarkKind
    text: str


def remarks(module: Module, bound: Mapping[str, Argument], request: CallRequest) -> Iterator[Remark]:
    """The remarks on a call with the arguments `bound`."""
    if "expected_shape" in bound:
        yield Remark(RemarkKind.EXPECTED_SHAPE, "expected_shape= never had an effect and is dropped")
    trainable = bound.get("trainable")
    mistake = misplaced(trainable.value, request) if trainable is not None else None
    if trainable is not None and mistake is not None:
        kind = RemarkKind.DTYPE_AS_TRAINABLE if mistake is Misplaced.DTYPE else RemarkKind.NAME_AS_TRAINABLE
        yield Remark(kind, f"{module.text(trainable.value)} stood where trainable belongs: {mistake.value}")
    name = inner_name(bound["initial_value"].value, request)
    if name is not None:
        text = f"name={module.text(name)} names the op of the initial value, not the variable"
        yield Remark(RemarkKind.INNER_NAME, text)
