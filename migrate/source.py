"""Bytes to text and back, and the positions in between: encodings, byte order marks, newlines, offsets.

Nothing else in the project decodes a source file or turns one kind of offset into another.
"""

from __future__ import annotations

import bisect
import codecs
import io
import re
import tokenize
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Source", "SourceError"]

_LINE_END = re.compile(r"\r\n|\r|\n")


class SourceError(Exception):
    """Bytes that cannot be read as a Python source; `line` is 1-based, 0 where no line is to blame."""

    def __init__(self, cause: str, line: int = 0) -> None:
        super().__init__(cause)
        self.cause = cause
        self.line = line


@dataclass(frozen=True)
class Source:
    """A file's text as it stands, and `code`: the same text as the analysis reads it.

    `code` has the length of `text`, character for character; the two differ only where a mask hides what Python 3
    cannot parse (Python 2 statements, notebook magics). Spans are character offsets into both. Edits land in `text`.
    """

    path: str
    text: str
    code: str
    encoding: str
    bom: bytes

    @classmethod
    def from_bytes(cls, path: str, data: bytes) -> Source:
        """Decodes by byte order mark and PEP 263 cookie. Raises `SourceError` where that fails."""
        bom = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
            encoding = "utf-8" if encoding == "utf-8-sig" else encoding
            text = data[len(bom) :].decode(encoding)
        except (SyntaxError, UnicodeDecodeError) as error:
            raise SourceError(f"cannot be decoded: {error}") from error
        if text.encode(encoding) != data[len(bom) :]:
            raise SourceError(f"does not survive decoding as {encoding} and encoding again")
        return cls(path, text, text, encoding, bom)

    def to_bytes(self, text: str) -> bytes:
        """Encodes a changed text as the file was encoded. Raises `SourceError` where it cannot be."""
        try:
            return self.bom + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise SourceError(f"the new text cannot be encoded as {self.encoding}: {error}") from error

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """The character offset at which each line begins."""
        return (0, *(match.end() for match in _LINE_END.finditer(self.text)))

    @cached_property
    def newline(self) -> str:
        """The file's first line ending, `\\n` where it has none."""
        match = _LINE_END.search(self.text)
        return match.group() if match else "\n"

    def offset(self, line: int, column: int) -> int:
        """The character offset of a 1-based line and a 0-based column in UTF-8 bytes, as `ast` counts."""
        start = self.line_starts[line - 1]
        end = self.line_starts[line] if line < len(self.line_starts) else len(self.text)
        piece = self.code[start:end]
        if piece.isascii():
            return start + column
        return start + len(piece.encode("utf-8")[:column].decode("utf-8"))

    def position(self, offset: int) -> tuple[int, int]:
        """The 1-based line and 1-based column in characters of a character offset."""
        line = bisect.bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def utf16(self, offset: int) -> tuple[int, int]:
        """The 0-based line and 0-based column in UTF-16 code units of a character offset, as LSP counts."""
        line, column = self.position(offset)
        start = self.line_starts[line - 1]
        return line - 1, len(self.text[start : start + column - 1].encode("utf-16-le")) // 2
