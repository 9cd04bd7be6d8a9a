"""Open documents: their text as the editor has it, as a file's bytes, and positions in the units of the editor."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from lsprotocol import types

from migrate.model import Span
from migrate.source import Source, read
from migrate.text.encoding import SourceError, declared, encode
from migrate.text.masks.magics import cell_magic

__all__ = ["Cell", "Document", "Notebook", "Text", "Units", "change", "changed"]

_BYTES = {types.PositionEncodingKind.Utf8: ("utf-8", 1), types.PositionEncodingKind.Utf16: ("utf-16-le", 2)}


@dataclass(frozen=True, slots=True)
class Units:
    """What an editor counts columns in: UTF-16 code units unless it asked for something else."""

    encoding: str = types.PositionEncodingKind.Utf16

    def position(self, source: Source, offset: int) -> types.Position:
        """The position of a character offset."""
        line, column = source.position(offset)
        start = source.line_starts[line - 1]
        return types.Position(line - 1, self.width(source.text[start : start + column - 1]))

    def range(self, source: Source, span: Span) -> types.Range:
        """The range of a span."""
        return types.Range(self.position(source, span.start), self.position(source, span.end))

    def offset(self, source: Source, position: types.Position) -> int:
        """The character offset of a position; behind the end of a line means the end, as the protocol has it."""
        starts = source.line_starts
        if position.line >= len(starts):
            return len(source.text)
        end = starts[position.line + 1] if position.line + 1 < len(starts) else len(source.text)
        line = source.text[starts[position.line] : end].rstrip("\r\n")
        return starts[position.line] + self._characters(line, position.character)

    def width(self, text: str) -> int:
        """How many units a text has."""
        if text.isascii() or self.encoding not in _BYTES:
            return len(text)
        codec, size = _BYTES[types.PositionEncodingKind(self.encoding)]
        return len(text.encode(codec, "surrogatepass")) // size

    def _characters(self, line: str, column: int) -> int:
        if line.isascii() or self.encoding not in _BYTES:
            return min(column, len(line))
        codec, size = _BYTES[types.PositionEncodingKind(self.encoding)]
        piece = line.encode(codec, "surrogatepass")[: column * size]
        return len(piece.decode(codec, "ignore"))


@dataclass(frozen=True)
class Text:
    """An open text document; `path` is the file's, absolute, or the URI of what is no file."""

    uri: str
    path: str
    version: int | None
    text: str

    @cached_property
    def data(self) -> bytes:
        """The bytes that saving it would write, but for a byte order mark, which editors keep to themselves."""
        plain = self.text.encode("utf-8", "surrogatepass")
        try:
            return encode(self.text, declared(plain)[0])
        except SourceError:
            return plain  # the engine says what is wrong with it

    @cached_property
    def source(self) -> Source:
        """The text as positions are counted in it."""
        return Source(self.path, self.text, self.text, "utf-8", b"")

    @property
    def parts(self) -> tuple[tuple[str, int | None], ...]:
        """The documents that an editor knows it as, with their versions."""
        return ((self.uri, self.version),)

    def range(self, span: Span, units: Units) -> tuple[str, types.Range]:
        """The document and the range in it of a span of the program."""
        return self.uri, units.range(self.source, span)

    def span(self, uri: str, around: types.Range, units: Units) -> Span | None:
        """The span of the program that a range in one of its documents is."""
        if uri != self.uri:
            return None
        return Span(units.offset(self.source, around.start), units.offset(self.source, around.end))


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of an open notebook; only those of code in Python are looked at."""

    uri: str
    version: int | None
    text: str
    code: bool


@dataclass(frozen=True)
class Notebook:
    """An open notebook: its cells form one program, as those of the file on disk do."""

    uri: str
    path: str
    cells: tuple[Cell, ...]

    @cached_property
    def data(self) -> bytes:
        """A notebook file with these cells."""
        cells: list[dict[str, object]] = [
            {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": cell.text}
            if cell.code
            else {"cell_type": "raw", "metadata": {}, "source": ""}
            for cell in self.cells
        ]
        whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        return json.dumps(whole).encode()

    @cached_property
    def source(self) -> Source:
        """The program that the cells form."""
        return read("notebook.ipynb", self.data)

    @property
    def parts(self) -> tuple[tuple[str, int | None], ...]:
        """The documents that an editor knows it as, with their versions."""
        return tuple((cell.uri, cell.version) for cell in self.cells)

    def range(self, span: Span, units: Units) -> tuple[str, types.Range]:
        """The cell and the range in it of a span of the program."""
        cell, start = self._place(span.start, units)
        other, end = self._place(span.end, units)
        return cell.uri, types.Range(start, end if other is cell else start)

    def span(self, uri: str, around: types.Range, units: Units) -> Span | None:
        """The span of the program that a range in one of its cells is."""
        for cell, first in self._code():
            if cell.uri == uri:
                own = Source(uri, cell.text, cell.text, "utf-8", b"")
                base = self.source.line_starts[first - 1]
                return Span(base + units.offset(own, around.start), base + units.offset(own, around.end))
        return None

    def _code(self) -> Iterator[tuple[Cell, int]]:
        """The code cells and the line of the program at which each begins."""
        if self.source.notebook is not None:
            for cell in self.source.notebook.cells:
                yield self.cells[cell.number - 1], cell.line

    def _place(self, offset: int, units: Units) -> tuple[Cell, types.Position]:
        """Where an offset of the program stands; what is put between two cells belongs to the one above."""
        line, column = self.source.position(offset)
        before = [(cell, first) for cell, first in self._code() if first <= line]
        if not before:
            code = [cell for cell, _ in self._code()]
            return next((one for one in code if not cell_magic(one.text)), code[0]), types.Position(0, 0)
        cell, first = before[-1]
        own = Source(cell.uri, cell.text, cell.text, "utf-8", b"")
        if line - first >= len(own.line_starts):
            return cell, units.position(own, len(cell.text))
        return cell, units.position(own, own.line_starts[line - first] + column - 1)


Document = Text | Notebook


def change(text: str, changes: Sequence[types.TextDocumentContentChangeEvent], units: Units) -> str:
    """A text after an editor's changes, each of which counts in what the one before left."""
    for one in changes:
        if isinstance(one, types.TextDocumentContentChangePartial):
            source = Source("", text, text, "utf-8", b"")
            start, end = units.offset(source, one.range.start), units.offset(source, one.range.end)
            text = text[:start] + one.text + text[end:]
        else:
            text = one.text
    return text


def changed(cell: Cell, changes: Sequence[types.TextDocumentContentChangeEvent], version: int, units: Units) -> Cell:
    """A cell after an editor's changes."""
    return replace(cell, text=change(cell.text, changes, units), version=version)
