"""Bytes to text as Python does it: byte order mark, PEP 263 cookie, and a clear refusal of what it does not read."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

__all__ = ["Decoded", "SourceError", "declared", "decode", "encode", "line_of", "narrow", "refuse_wide"]

_LINE_END = re.compile(rb"\r\n|\r|\n")
_FIRST_LINES = re.compile(rb"([^\r\n]*)(?:\r\n|\r|\n|$)([^\r\n]*)")
# PEP 263, and the same loose reading of it as in CPython's tokenizer.
_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_NO_CODE = re.compile(rb"[ \t\f]*(?:#.*)?$")
_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_ONE_TO_ONE = frozenset({"utf-8", "ascii", "iso8859-1"})  # codecs that give back every byte that they decode
_EMACS = ("utf-8", "latin-1", "iso-8859-1", "iso-latin-1")  # Python takes `utf-8-unix` and the like for these


class SourceError(Exception):
    """Bytes that cannot be read as a Python source; `line` is 1-based, 0 where no line is to blame."""

    def __init__(self, cause: str, line: int = 0) -> None:
        super().__init__(cause)
        self.cause = cause
        self.line = line


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the name of its encoding, and the byte order mark that stood before it."""

    text: str
    encoding: str
    bom: bytes


def decode(data: bytes) -> Decoded:
    """Decodes a Python source. Raises `SourceError` where Python would refuse it, or where bytes would get lost."""
    refuse_wide(data)
    if b"\0" in data:
        raise _nul(data)
    bom = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    body = data[len(bom) :]
    encoding, line = declared(body)
    if bom and encoding not in {"utf-8", "utf-8-sig"}:
        raise SourceError(f"begins with a UTF-8 byte order mark but declares {encoding}", line)
    encoding = "utf-8" if encoding == "utf-8-sig" else encoding
    text = _text(body, encoding, line)
    if encoding not in _ONE_TO_ONE:
        _check_return(text, encoding, body, line)
    return Decoded(text, encoding, bom)


def refuse_wide(data: bytes) -> None:
    """Raises `SourceError` for UTF-16 and UTF-32, with a byte order mark or without one."""
    for mark, name in _WIDE_MARKS:
        if data.startswith(mark):
            raise SourceError(f"is {name}, which Python does not read; save it as UTF-8", 1)
    if b"\0" in data[:4] and data[:64].count(0) >= max(2, len(data[:64]) // 3):
        raise SourceError("is UTF-16 or UTF-32, which Python does not read; save it as UTF-8", 1)


def narrow(data: bytes) -> bytes:
    """What to look for words in: the bytes, those of UTF-16 and UTF-32 without what makes ASCII wide.

    A file in them is no Python, but who wrote it thinks that it is: it has to be refused, not passed over.
    """
    wide = b"\0" in data[:4] or data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.replace(b"\0", b"") if wide else data


def encode(text: str, encoding: str) -> bytes:
    """Encodes a text as `decode` found it encoded. Raises `SourceError` with the line that cannot be."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        line = len(re.findall(r"\r\n|\r|\n", text[: error.start])) + 1
        piece = text[error.start : error.end][:10]
        raise SourceError(f"the new text has {piece!a}, which {encoding} cannot express", line) from error
    except UnicodeError as error:
        raise SourceError(f"the new text cannot be encoded as {encoding}: {error}") from error


def line_of(data: bytes, offset: int) -> int:
    """The 1-based line of a byte offset."""
    return sum(1 for match in _LINE_END.finditer(data) if match.end() <= offset) + 1


def _nul(data: bytes) -> SourceError:
    return SourceError("holds a NUL byte, which Python does not read", line_of(data, data.index(b"\0")))


def declared(body: bytes) -> tuple[str, int]:
    """The encoding's name as Python normalizes it, and the line that declares it. Raises `SourceError`."""
    lines = _FIRST_LINES.match(body)
    first, second = lines.groups() if lines else (b"", b"")
    match, line = _COOKIE.match(first), 1
    if match is None and _NO_CODE.match(first):
        match, line = _COOKIE.match(second), 2
    if match is None:
        return "utf-8", 0
    name = match[1].decode("ascii", "replace")
    plain = name[:12].lower().replace("_", "-")
    for known in _EMACS:
        if plain == known or plain.startswith(known + "-"):
            name = known if plain != "utf-8-sig" else plain
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError) as error:
        raise SourceError(f"declares the encoding {name}, which Python does not know", line) from error
    if codec.name.startswith(("utf-16", "utf-32")):
        raise SourceError(f"declares {codec.name}, in which it is not written", line)
    return codec.name, line


def _text(body: bytes, encoding: str, line: int) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        at = line_of(body, error.start)
        byte = body[error.start : error.start + 1].hex()
        said = "" if line else ", and no coding comment says what else it is"
        raise SourceError(f"byte 0x{byte} is not valid {encoding}{said}", at) from error
    except LookupError as error:  # `rot13`, `zlib`: codecs that give no text
        raise SourceError(f"declares {encoding}, which is no encoding of text", line) from error
    except ValueError as error:
        raise SourceError(f"cannot be decoded as {encoding}: {error}", line) from error


def _check_return(text: str, encoding: str, body: bytes, line: int) -> None:
    """Raises `SourceError` where encoding again would give other bytes, or Python could not parse the text."""
    try:
        text.encode("utf-8")
        same = text.encode(encoding) == body
    except ValueError as error:
        raise SourceError(f"does not survive decoding as {encoding}: {error}", line) from error
    if not same:
        raise SourceError(f"does not survive decoding as {encoding} and encoding again", line)
