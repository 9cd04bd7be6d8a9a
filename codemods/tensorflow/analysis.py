"""The analysis that the TensorFlow codemods share, and the options that they understand."""

from __future__ import annotations

import re
from collections.abc import Mapping

from codemods.tensorflow.index import index
from codemods.tensorflow.leading import seeks
from codemods.tensorflow.link import link
from migrate.codemod import Analysis

__all__ = ["ABOUT", "ANALYSIS", "CALL_OPTIONS", "SCOPE_OPTIONS"]

# A call, an alias, or what `map` and `partial` are given: `Variable(`, `Variable as V`, `V = tf.Variable`. Half of the
# files with the word in them have one; the others use it in `isinstance`, in annotations and in prose.
_CALLED = re.compile(
    rb"\bVariable(?:V1)?(?:(?:[\s\\)]|#[^\r\n]*)*\(|\s+as\b)"
    rb"|(?:=[ \t(\\\r\n]*|\b(?:map|partial|filter)\([ \t]*)(?:\w+[ \t]*\.[ \t]*)*Variable(?:V1)?\b"
)

ANALYSIS = Analysis(
    name="tensorflow-variables",
    triggers=((b"tensorflow", b"Variable", _CALLED),),
    companions=((b"tensorflow", b"get_variable"), (b"tensorflow", b"Variable")),
    index=index,
    link=link,
    seeks=seeks,
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
