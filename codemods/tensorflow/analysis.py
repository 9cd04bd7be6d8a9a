"""The analysis that the TensorFlow codemods share, and the options that they understand."""

from __future__ import annotations

import re
from collections.abc import Mapping

from codemods.tensorflow.index import index
from codemods.tensorflow.leading import seeks
from codemods.tensorflow.link import link
from codemods.tensorflow.program.relays import follows
from migrate.codemod import Analysis, Trigger

__all__ = ["ABOUT", "ANALYSIS", "CALL_OPTIONS", "SCOPE_OPTIONS"]

# A call, an alias, or what `map` and `partial` are given: `Variable(`, `Variable as V`, `V = tf.Variable`. Half of the
# files with the word in them have one; the others use it in `isinstance`, in annotations and in prose.
_WORD = b"Variable"
_CALLED = re.compile(rb"Variable(?:V1)?(?:(?:[\s\\)]|#[^\r\n]*)*\(|\s+as\b)")
_NAMED = re.compile(rb"Variable(?:V1)?\b")
_TAKEN = re.compile(rb"(?:=[ \t(\\\r\n]*|\b(?:map|partial|filter)\([ \t]*)(?:\w+[ \t]*\.[ \t]*)*\Z")
_BEHIND = 300  # bytes before the word in which it is seen to be taken
# TensorFlow by way of another module: `from common import tf`, `from common import *`, `common.tf`.
_RELAYED = re.compile(rb"\bimport\b(?:[^\n]*\btf\b|[ \t]*\([^)]*\btf\b|[ \t]*\*)|\w[ \t]*\.[ \t]*tf\b")
# `Variable` itself by way of another module, though not of a library that has one of its own.
_IMPORTED = re.compile(
    rb"^(?:\xef\xbb\xbf)?[ \t]*from[ \t]+(?!torch|chainer|sympy|theano|keras|tensorflow\b)[.\w]+[ \t]+import\b"
    rb"(?:[^\n(]*|[ \t]*\([^)]*)\bVariable\b",
    re.MULTILINE,
)
_TF = re.compile(rb"\btf\b")
_INSIDE = re.compile(r"(?:^|/)tensorflow(?:_core)?/python/")


def _takes_variable(data: bytes) -> bool:
    """Whether a source calls `Variable`, gives it another name or hands it on; the word is looked up, which is fast."""
    at = data.find(_WORD)
    while at >= 0:
        begins = at == 0 or not (data[at - 1 : at].isalnum() or data[at - 1] == ord("_"))
        if begins and _CALLED.match(data, at):
            return True
        if begins and _NAMED.match(data, at) and _TAKEN.search(data[max(0, at - _BEHIND) : at]):
            return True
        at = data.find(_WORD, at + len(_WORD))
    return False


def _is_tensorflow(path: str, data: bytes) -> bool:
    """Whether a file is one of TensorFlow's own."""
    return b"tensorflow.python" in data and _INSIDE.search(path.replace("\\", "/")) is not None


# A file with scopes concerns others where it runs their code in there: in a context manager, or what it is given.
_RUNNING = re.compile(
    rb"contextmanager|__enter__|\bdef \w+\([^()]*\b(?:fn?|func|function|callback|creator|factory|make|build|model)\b"
)
# What a file without a creation can do to those of others: take or seek names, open scopes, begin graphs, reload.
_COMPANIONS: tuple[tuple[Trigger, ...], ...] = (
    (b"tensorflow", b"get_variable"),
    (b"tensorflow", b"Variable"),
    (b"tensorflow", b"reset_default_graph("),
    (b"tensorflow", b"_scope(", _RUNNING),
    (b"tensorflow", b"_by_name("),
    (b"tensorflow", b"_variables(", b".name"),
    (b"reload(",),
)

ANALYSIS = Analysis(
    name="tensorflow-variables",
    triggers=(
        (b"tensorflow", _WORD, _takes_variable),
        (_WORD, _takes_variable, _TF, _RELAYED),
        (_WORD, _takes_variable, _IMPORTED),
    ),
    companions=_COMPANIONS,
    index=index,
    link=link,
    seeks=seeks,
    follows=follows,
    library=_is_tensorflow,
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
