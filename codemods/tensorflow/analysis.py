"""The analysis that the TensorFlow codemods share, and the options that they understand."""

from __future__ import annotations

from collections.abc import Mapping

from codemods.tensorflow.glance import glance
from codemods.tensorflow.index import index
from codemods.tensorflow.leading import opens, seeks
from codemods.tensorflow.link import link, remains
from codemods.tensorflow.program.relays import follows
from codemods.tensorflow.triggers import COMPANIONS, TRIGGERS, is_tensorflow
from migrate.codemod import Analysis

__all__ = ["ABOUT", "ANALYSIS", "CALL_OPTIONS", "SCOPE_OPTIONS"]

ANALYSIS = Analysis(
    name="tensorflow-variables",
    triggers=TRIGGERS,
    companions=COMPANIONS,
    index=index,
    glance=glance,
    link=link,
    opens=opens,
    seeks=seeks,
    follows=follows,
    library=is_tensorflow,
    remains=remains,
)
ABOUT: Mapping[str, str] = {
    "names": "Whether variables get the names that a programmer would choose, or keep every one.",
    "form": "Whether a value becomes a shape and an initializer where it can, or is always handed on.",
    "layers": "How much of what builds variables is put under scopes.",
}
CALL_OPTIONS: Mapping[str, tuple[str, ...]] = {"names": ("idiomatic", "keep"), "form": ("shape", "value")}
SCOPE_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "names": ("idiomatic", "keep"),
    "layers": ("full", "all", "minimal", "off"),
}
