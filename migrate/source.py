"""A source as text and back to bytes, and the positions in between: lines, columns in characters, UTF-8 and UTF-16.

Nothing else in the project turns one kind of offset into another; `encoding` decodes, `notebook` reads notebooks and
`masks` hide what Python 3 cannot parse.
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from migrate.model import Span
from migrate.text.encoding import SourceError, decode, encode

if TYPE_CHECKING:
    from migrate.notebook import Notebook

__all__ = ["Source", "SourceError", "is_notebook", "read"]

# What Python takes for a line end: `str.splitlines` knows more of them, such as form feeds.
_LINE_END = re.compile(r"\r\n|\r|\n")
_WIDE = re.compile(r"[^\x00-\x7f]")
_CELL = re.compile(r"(?:^|[\r\n])[ \t]*#[ \t]?%%(?=[ \t\r\n\[]|$)")


def read(path: str, data: bytes) -> Source:
    """The source that a file's bytes hold, by the extension of its path. Raises `SourceError`.

    The code cells of a notebook form one program in their order, each under a line such as `# %% cell 3`; whatever
    else a path ends with, it is read as a Python file. `Source.to_bytes` goes back for both.
    """
    if is_notebook(path):
        from migrate import notebook as notebooks  # noqa: PLC0415 - most runs read none

        notebook = notebooks.read(data)
        return Source(path, notebook.text, notebook.code, "utf-8", b"", notebook)
    return Source.from_bytes(path, data)


def is_notebook(path: str) -> bool:
    """Whether a path is a notebook's, by its extension."""
    return path[-6:].lower() == ".ipynb"


@dataclass(frozen=True)
class Source:
    """A file's text as it stands, and `code`: the same text as the analysis reads it.

    `code` has the length of `text`, character for character, and its line ends; the two differ only where a mask
    hides what Python 3 cannot parse (Python 2 statements, notebook magics). Spans are character offsets into both.
    Trees are parsed from `code`; edits land in `text`, and what a codemod copies into them comes from `text`. A piece
    in which the two differ (`masked`) must not be rewritten as a whole, only the unmasked pieces inside it.
    """

    path: str
    text: str
    code: str
    encoding: str
    bom: bytes
    notebook: Notebook | None = None

    @classmethod
    def from_bytes(cls, path: str, data: bytes) -> Source:
        """Decodes a Python file by byte order mark and PEP 263 cookie. Raises `SourceError` where that fails."""
        decoded = decode(data)
        return cls(path, decoded.text, decoded.text, decoded.encoding, decoded.bom)

    def to_bytes(self, text: str) -> bytes:
        """The file's bytes with `text`, a changed `Source.text`, in it. Raises `SourceError` where it does not fit."""
        if self.notebook is not None:
            return self.notebook.to_bytes(text)
        return self.bom + encode(text, self.encoding)

    def lenient(self) -> Source:
        """The same source with more masked in `code`, for a parser that refused it; `self` where nothing can be.

        Python 2's own syntax is, and so are the magics of a Python file with `# %%` cells.
        """
        from migrate.text.masks.magics import magics  # noqa: PLC0415 - only what Python 3 cannot parse needs masks
        from migrate.text.masks.python2 import python2  # noqa: PLC0415

        code = magics(self.code) if self.reruns and self.notebook is None else self.code
        code = python2(code)
        return self if code == self.code else replace(self, code=code)

    def masked(self, span: Span) -> bool:
        """Whether the analysis reads something else within `span` than what stands there."""
        if self.code is self.text:
            return False
        return not self.text.startswith(self.code[span.start : span.end], span.start)

    def unbreakable(self, offset: int) -> bool:
        """Whether the line before `offset` begins with a magic that runs a statement (`%time`): its end ends that."""
        start = self.line_starts[bisect.bisect_right(self.line_starts, offset) - 1]
        return self.text[start:offset].lstrip().startswith("%") and self.masked(Span(start, offset))

    @cached_property
    def reruns(self) -> bool:
        """Whether any piece of the code may run again in one process: notebooks, and files with `# %%` cells."""
        return self.notebook is not None or ("%%" in self.text and _CELL.search(self.text) is not None)

    @cached_property
    def cells(self) -> tuple[int, ...]:
        """The offsets at which cells begin, in a notebook or by `# %%`."""
        if self.borders or "%%" not in self.text:
            return self.borders
        return tuple(match.start() for match in _CELL.finditer(self.text))

    @cached_property
    def borders(self) -> tuple[int, ...]:
        """The offsets at which a notebook's cells begin, marker line included: no change may reach across one."""
        cells = self.notebook.cells if self.notebook is not None else ()
        return tuple(self.line_starts[cell.line - 2] for cell in cells)

    def together(self, span: Span) -> bool:
        """Whether all of `span` is in one cell, so that a wrap may hold it; always true outside of notebooks."""
        first = bisect.bisect_right(self.borders, span.start)
        return first == len(self.borders) or self.borders[first] >= span.end

    def error(self, cause: str, line: int) -> SourceError:
        """A `SourceError` at a line of the text; for a notebook the cause names the cell and the line in it."""
        place = self.notebook.place(line) if self.notebook is not None and line else None
        if place is None:
            return SourceError(cause, line)
        return SourceError(f"{cause} (cell {place.cell}, line {place.line})")

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """The character offset at which each line begins."""
        if "\r" in self.text:
            return (0, *(match.end() for match in _LINE_END.finditer(self.text)))
        *lines, _ = self.text.split("\n")
        return (0, *accumulate(len(line) + 1 for line in lines))

    @cached_property
    def newline(self) -> str:
        """The file's first line ending, a line feed where it has none."""
        match = _LINE_END.search(self.text)
        return match.group() if match else "\n"

    def offset(self, line: int, column: int) -> int:
        """The character offset of a 1-based line and a 0-based column in UTF-8 bytes, as `ast` counts."""
        start = self.line_starts[line - 1]
        if self._ascii:
            return start + column
        wide = self._wide.get(line)
        if wide is None:
            wide = self._wide[line] = _Wide(self.code[start : self._line_end(line)])
        return start + wide.characters(column)

    def position(self, offset: int) -> tuple[int, int]:
        """The 1-based line and 1-based column in characters of a character offset."""
        line = bisect.bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def utf16(self, offset: int) -> tuple[int, int]:
        """The 0-based line and 0-based column in UTF-16 code units of a character offset, as LSP counts."""
        line, column = self.position(offset)
        start = self.line_starts[line - 1]
        return line - 1, len(self.text[start : start + column - 1].encode("utf-16-le", "surrogatepass")) // 2

    def from_utf16(self, line: int, column: int) -> int:
        """The character offset of a 0-based line and a 0-based column in UTF-16 code units.

        As LSP has it, a column behind the end of its line means the end, and a line behind the last one the text's end.
        """
        if line >= len(self.line_starts):
            return len(self.text)
        start = self.line_starts[line]
        piece = self.text[start : self._line_end(line + 1)].rstrip("\r\n").encode("utf-16-le", "surrogatepass")
        return start + len(piece[: 2 * column].decode("utf-16-le", "ignore"))

    def _line_end(self, line: int) -> int:
        return self.line_starts[line] if line < len(self.line_starts) else len(self.text)

    @cached_property
    def _ascii(self) -> bool:
        return self.code.isascii()

    @cached_property
    def _wide(self) -> dict[int, _Wide]:
        return {}


class _Wide:
    """Where the characters of more than one UTF-8 byte are in a line; made once a line, for lines may be megabytes."""

    __slots__ = ("_ends", "_extra")

    def __init__(self, piece: str) -> None:
        self._ends: list[int] = []  # the byte column behind each such character
        self._extra = [0]  # the bytes beyond one a character, up to each
        for match in () if piece.isascii() else _WIDE.finditer(piece):
            extra = self._extra[-1] + len(match.group().encode("utf-8", "surrogatepass")) - 1
            self._extra.append(extra)
            self._ends.append(match.end() + extra)

    def characters(self, column: int) -> int:
        """The column in characters of a column in bytes, which must not be within a character."""
        return column - self._extra[bisect.bisect_right(self._ends, column)]
