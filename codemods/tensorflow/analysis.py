"""The analysis that the TensorFlow codemods share, and the options that they understand."""

from __future__ import annotations

from collections.abc import Mapping

from codemods.tensorflow.index import index
from codemods.tensorflow.link import link, seeks
from migrate.codemod import Analysis

__all__ = ["ANALYSIS", "CALL_OPTIONS", "SCOPE_OPTIONS"]

ANALYSIS = Analysis(
    name="tensorflow-variables",
    triggers=((b"tensorflow", b"Variable"),),
    companions=((b"tensorflow", b"get_variable"),),
    index=index,
    link=link,
    seeks=seeks,
)
CALL_OPTIONS: Mapping[str, tuple[str, ...]] = {"names": ("idiomatic", "keep"), "form": ("shape", "value")}
SCOPE_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "names": ("idiomatic", "keep"),
    "layers": ("full", "all", "minimal", "off"),
}
