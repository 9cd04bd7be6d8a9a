"""What the bytes of a file tell of variables: that it may make some, what it can do to those of others, whose it is."""

from __future__ import annotations

import re

from migrate.codemod import Trigger
from migrate.source import Source, SourceError

__all__ = ["COMPANIONS", "TRIGGERS", "is_tensorflow", "lies_inside"]

# A call, an alias, or what something is given: `Variable(`, `Variable as V`, `V = tf.Variable`, `map(tf.Variable, x)`.
# Half of the files with the word in them have one; the others use it in `isinstance`, in annotations and in prose.
_WORD = b"Variable"
# A comment ends where its line does: free to end at any of fifty `#`, it would be tried in all the ways to part them.
_CALLED = re.compile(rb"Variable(?:V1)?(?:(?:[\s\\)]|#[^\r\n]*(?![^\r\n]))*\(|\s+as\b)")
_TAKEN = re.compile(rb"Variable(?:V1)?\b")
_TAKING = re.compile(rb"(?:=|\breturn\b|\blambda\b[^\r\n:]*:|\*)[ \t(\\\r\n]*(?:\w+[ \t]*\.[ \t]*)*\Z")
_GIVEN = re.compile(rb"Variable(?:V1)?\s*[,)]")
# The quote: of a notebook's line.
_GIVING = re.compile(rb'[(,](?:\s|"|\\\r?\n|#[^\r\n]*(?![^\r\n]))*(?:\w+[ \t]*\.[ \t]*)*\Z')
_ASKING = re.compile(rb"\b(?:isinstance|issubclass)\((?:[^()]|\([^()]*\))*\(?[^()]*\Z")
_BEHIND = 300  # bytes before the word in which it is seen to be taken
# Strings and comments, at 80 MB a second. One that a file leaves open stays, as it does in no file that parses.
_PROSE = re.compile(
    rb'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""|'
    rb"'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''|"
    rb'"[^"\\\r\n]*(?:\\(?:\r\n|.)[^"\\\r\n]*)*"|'
    rb"'[^'\\\r\n]*(?:\\(?:\r\n|.)[^'\\\r\n]*)*'|"
    rb"#[^\r\n]*|"
    rb"\\.",  # or each escaped quote behind a string that is left open would be tried as a beginning, up to the end
    re.DOTALL,
)
_NOTEBOOK = re.compile(rb"[^!-~]*\{")  # whose code stands in strings, behind whatever mark
_COMPUTED = re.compile(rb"[fFtT][rR]?\Z")  # in front of a string that holds code
# One that Python 3.12 reads on behind its own quote, where for the pattern above it ends: `f"{d["x"]}"`.
_NESTED = re.compile(rb"""[fFtT][rR]?(?:"[^"\r\n]*\{[^"}\r\n]{0,99}"|'[^'\r\n]*\{[^'}\r\n]{0,99}')""")
_PLAIN = frozenset({"utf-8", "ascii", "iso8859-1"})  # encodings in which a quote is one wherever its byte stands
# TensorFlow by way of another module: `from common import tf`, `from common import *`, `common.tf`.
_RELAYED = re.compile(rb"\bimport\b(?:[^\n]*\btf\b|[ \t]*\([^)]*\btf\b|[ \t]*\*)|\w[ \t]*\.[ \t]*tf\b")
# `Variable` itself by way of another module, though not of a library that has one of its own.
_IMPORTED = re.compile(
    rb"^(?:\xef\xbb\xbf)?[ \t]*from[ \t]+(?!torch|chainer|sympy|theano|keras|tensorflow\b)[.\w]+[ \t]+import\b"
    rb"(?:[^\n(]*|[ \t]*\([^)]*)\bVariable\b",
    re.MULTILINE,
)
# What variables are put into order by: `key=lambda v: v.name`, `sorted(v.name for v in variables)`.
_BY_NAME = re.compile(rb"\bkey[ \t]*=[^\r\n]*\bname\b|\.name[ \t]+for\b")
_NAMES_COMPARED = re.compile(rb"\.name\b[^\r\n#]{0,100}[<>]=?[^\r\n#]{0,100}\.name\b")  # in one line
_TF = re.compile(rb"tf\b(?<!\wtf)")  # begins with what can be looked up
_INSIDE = re.compile(r"(?:^|/)tensorflow(?:_core)?/python/")


def _takes_variable(data: bytes) -> bool:
    """Whether a text calls `Variable`, gives it another name or hands it on; the word is looked up, which is fast."""
    at = data.find(_WORD)
    while at >= 0:
        begins = at == 0 or not (data[at - 1 : at].isalnum() or data[at - 1] == ord("_"))
        if begins and (_CALLED.match(data, at) or _is_handed_on(data, at)):
            return True
        at = data.find(_WORD, at + len(_WORD))
    return False


def _is_handed_on(data: bytes, at: int) -> bool:
    """Whether the word is given to something, but for what asks of which class a value is."""
    before = data[max(0, at - _BEHIND) : at]
    if _TAKEN.match(data, at) and _TAKING.search(before):
        return True
    return bool(_GIVEN.match(data, at) and _GIVING.search(before)) and not _ASKING.search(before)


def _is_code(data: bytes) -> bool:
    """Whether a source does so other than in its prose: half of the files of a library that do have it there alone."""
    if _NOTEBOOK.match(data) or not _is_plain(data) or _takes_variable(_PROSE.sub(b" ", data)):
        return True
    return _computes_variable(data) or _NESTED.search(data) is not None


def _is_plain(data: bytes) -> bool:
    """Whether the bytes alone tell strings from code: in Shift JIS and GBK a character may end as a backslash does."""
    try:
        return Source.from_bytes("", data).encoding in _PLAIN
    except SourceError:
        return False


def _computes_variable(data: bytes) -> bool:
    """Whether the word stands in a string that holds code, such as `f"{tf.Variable(0)}"`."""
    strings = (one for one in _PROSE.finditer(data) if _WORD in one[0])
    return any(_COMPUTED.search(data, max(0, one.start() - 2), one.start()) for one in strings)


def _concerns_tensorflow(data: bytes) -> bool:
    """Whether a source has TensorFlow, by its own name or from another module."""
    relayed = b"tensorflow" in data or (_TF.search(data) is not None and _RELAYED.search(data) is not None)
    return relayed or _IMPORTED.search(data) is not None


def is_tensorflow(path: str, data: bytes) -> bool:
    """Whether a file is one of TensorFlow's own."""
    return b"tensorflow.python" in data and lies_inside(path)


def lies_inside(path: str) -> bool:
    """Whether a path is one that TensorFlow's own files have, whatever else it may be."""
    return _INSIDE.search(path.replace("\\", "/")) is not None


# Most files lack the word, and a search for it is all that they cost.
TRIGGERS: tuple[tuple[Trigger, ...], ...] = ((_WORD, _takes_variable, _concerns_tensorflow, _is_code),)
# What a file without a creation can do to those of others: with TensorFlow whatever that can, were it only to make ops,
# which take names; without it what a scope or a graph that it is given lets it do, what reloads modules, adds to where
# they lie or may skip what others do, and what puts variables into order.
COMPANIONS: tuple[tuple[Trigger, ...], ...] = (
    (b"tensorflow",),
    (b"tf.", b"import", _RELAYED),
    (b"_scope(",),
    (b"unique_name(",),
    (b"as_default(", b"enter"),
    (b"InteractiveSession(",),
    (b"reload(",),
    (b"sys.path",),
    (b"addsitedir",),
    (b"contextmanager", b"except"),
    (b"__exit__", b"return"),
    (b"sort", _BY_NAME),
    (b".name", _NAMES_COMPARED),
)
