"""Jupyter notebooks: their code cells as one program, and changed cells back into the JSON, of which all else stays."""

from __future__ import annotations

import bisect
import codecs
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from migrate.text.encoding import SourceError, line_of, refuse_wide
from migrate.text.jsonspans import Member, elements, members, string, value_end
from migrate.text.masks.magics import cell_magic, magics

__all__ = ["Cell", "Notebook", "Place", "read", "view"]

_LINE_END = re.compile(r"\r\n|\r|\n")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_MARKERS = re.compile(r"^# (%%+) cell ", re.MULTILINE)
# One character of a JSON string: a surrogate pair, an escape, or itself.
_PIECE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL
)
_WIDE_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\u(?!00[0-7])")
_COMMENTS = re.compile(r"#[^\r\n]*|\s+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_FIRST_LINE = re.compile(r"(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*([ \t]*)")


class Place(NamedTuple):
    """A position in a notebook: the cell, counted from 1 among cells of all kinds, and the line in it, from 1."""

    cell: int
    line: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell: its number among all cells, its text, its source's place in the JSON, its first line in `text`."""

    number: int
    text: str
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook's code cells as one program.

    `text` holds the cells in their order, each under a line such as `# %% cell 3` and with a line end behind it; a
    cell whose text begins such a line itself gets longer signs. `code` is the same with magics masked. `json` is the
    file without its byte order mark.
    """

    json: str
    bom: bytes
    cells: tuple[Cell, ...]
    sign: str
    newline: str
    text: str
    code: str

    def place(self, line: int) -> Place | None:
        """The cell and the line in it of a 1-based line of `text`; None on the line above a cell."""
        index = bisect.bisect_right(self.cells, line, key=lambda cell: cell.line) - 1
        if index < 0 or (index + 1 < len(self.cells) and line == self.cells[index + 1].line - 1):
            return None
        return Place(self.cells[index].number, line - self.cells[index].line + 1)

    def to_bytes(self, text: str) -> bytes:
        """The file with `text`, a changed `Notebook.text`, in it: only the source of cells that differ is written anew.

        Raises `SourceError` where the lines between the cells are not what they were.
        """
        ascii_only = self.json.isascii() and _WIDE_ESCAPE.search(self.json) is not None
        pieces: list[str] = []
        done = 0
        for cell, new in zip(self.cells, self._split(text), strict=True):
            if new != cell.text:
                pieces += self.json[done : cell.start], self._literal(cell, new, ascii_only)
                done = cell.end
        pieces.append(self.json[done:])
        try:
            return self.bom + "".join(pieces).encode("utf-8")
        except UnicodeEncodeError as error:
            raise SourceError("the new text holds half of a surrogate pair") from error

    def _split(self, text: str) -> list[str]:
        """The cells' new texts; what was put before the first one belongs to it."""
        marker = re.compile(rf"^{re.escape(self.sign)}([0-9]+){re.escape(self.newline)}", re.MULTILINE)
        found = list(marker.finditer(text))
        if [int(match[1]) for match in found] != [cell.number for cell in self.cells]:
            raise SourceError("the change reaches across the border between two cells")
        if not found:
            if text:
                raise SourceError("there is no code cell for the new text")
            return []
        ends = [match.start() for match in found[1:]] + [len(text)]
        texts = [text[match.end() : end].removesuffix(self.newline) for match, end in zip(found, ends, strict=True)]
        self._prepend(text[: found[0].start()], texts)
        return texts

    def _prepend(self, text: str, texts: list[str]) -> None:
        """Puts `text` at the start of the first cell, past those that hold no Python."""
        index = 0
        while index + 1 < len(texts) and cell_magic(texts[index]) and not _COMMENTS.sub("", magics(texts[index])):
            index += 1
        texts[index] = text + texts[index]

    def _literal(self, cell: Cell, new: str, ascii_only: bool) -> str:
        """The JSON value of a cell's new text, in the way in which the old one is written."""
        if cell_magic(cell.text) != cell_magic(new):
            raise SourceError(f"the change displaces the magic at the start of cell {cell.number}")
        quote = _quoter(self.json, cell, ascii_only)
        if self.json[cell.start] == '"':
            return f'"{quote(new)}"'
        return _Lines(self.json, cell).literal(new, quote)


def view(data: bytes) -> str:
    """A notebook's code as a person reads it in a diff: cells in their order, each under its marker line.

    Raises `SourceError`. The lines are those of findings in a notebook; `read(data).place(line)` names their cell.
    """
    return read(data).text


def read(data: bytes) -> Notebook:
    """Reads a notebook of format 2 to 4. Raises `SourceError` with the line of the JSON where it is none.

    A notebook in another language than Python has no cells here, and so nothing to migrate.
    """
    refuse_wide(data)
    bom = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    try:
        text = data[len(bom) :].decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError("is no valid UTF-8", line_of(data, len(bom) + error.start)) from error
    return _join(text, bom, list(_code_cells(text)))


class _Raw(NamedTuple):
    """A code cell before it has its place among the others."""

    number: int
    text: str
    start: int
    end: int


def _code_cells(text: str) -> Iterator[_Raw]:
    start = len(text) - len(text.lstrip(" \t\r\n"))
    if start == len(text):
        raise SourceError("is empty: no notebook", 1)
    end = value_end(text, start)
    rest = text[end:].lstrip(" \t\r\n")
    if rest:
        raise _error(text, len(text) - len(rest), "is no valid JSON: something follows its end")
    top = _object(text, start, "the notebook")
    if "nbformat" not in top:
        raise SourceError("is no notebook: it names no format")
    version = text[top["nbformat"].start : top["nbformat"].end]
    if version not in {"2", "3", "4"}:
        raise _error(text, top["nbformat"].start, f"is a notebook of the unknown format {version[:20]}")
    if not _is_python(text, top.get("metadata")):
        return
    for number, (first, _) in enumerate(_cells(text, top, version), 1):
        cell = _object(text, first, f"cell {number}")
        source = cell.get("source" if version == "4" else "input")
        if source is not None and _is_code(text, cell):
            yield _Raw(number, _source(text, source, number), source.start, source.end)


def _cells(text: str, top: dict[str, Member], version: str) -> Iterator[tuple[int, int]]:
    if version == "4":
        yield from _array(text, top.get("cells"), "`cells`")
        return
    for first, _ in _array(text, top.get("worksheets"), "`worksheets`"):
        yield from _array(text, _object(text, first, "a worksheet").get("cells"), "`cells`")


def _array(text: str, member: Member | None, what: str) -> Iterator[tuple[int, int]]:
    if member is None:
        return
    if text[member.start] != "[":
        raise _error(text, member.start, f"is no notebook: {what} is no list")
    yield from elements(text, member.start)


def _object(text: str, start: int, what: str) -> dict[str, Member]:
    if text[start] != "{":
        raise _error(text, start, f"is no notebook: {what} is no object")
    found: dict[str, Member] = {}
    for member in members(text, start):
        if member.key in found:
            raise _error(text, member.start, f"{what} has two members {member.key[:40]!a}")
        found[member.key] = member
    return found


def _is_python(text: str, metadata: Member | None) -> bool:
    """Whether a notebook's kernel speaks Python; one that says nothing does."""
    for outer, inner in (("language_info", "name"), ("kernelspec", "language")):
        language = _member(text, _member(text, metadata, outer), inner)
        name = _string(text, language)
        if name is not None:
            return "python" in name.lower() or name.lower() in {"pypy", "sage"}
    return True


def _is_code(text: str, cell: dict[str, Member]) -> bool:
    if _string(text, cell.get("cell_type")) != "code":
        return False
    name = _string(text, cell.get("language"))  # format 3
    if name is None:
        vscode = _member(text, cell.get("metadata"), "vscode")
        name = _string(text, _member(text, vscode, "languageId"))
    return name is None or "python" in name.lower()


def _member(text: str, value: Member | None, key: str) -> Member | None:
    if value is None or text[value.start] != "{":
        return None
    return next((member for member in members(text, value.start) if member.key == key), None)


def _string(text: str, value: Member | None) -> str | None:
    if value is None or text[value.start] != '"':
        return None
    return string(text, value.start, value.end)


def _source(text: str, value: Member, number: int) -> str:
    """A cell's text. Raises `SourceError` where it is no text, or none that Python can read."""
    match text[value.start]:
        case '"':
            found = string(text, value.start, value.end)
        case "[":
            spans = list(elements(text, value.start))
            if any(text[start] != '"' for start, _ in spans):
                raise _error(text, value.start, f"the source of cell {number} is no list of strings")
            found = "".join(string(text, start, end) for start, end in spans)
        case _:
            raise _error(text, value.start, f"the source of cell {number} is no text")
    if "\0" in found:
        raise _error(text, value.start, f"cell {number} holds a NUL character, which Python does not read")
    if _SURROGATE.search(found):
        raise _error(text, value.start, f"cell {number} holds half of a surrogate pair, which Python does not read")
    return found


def _error(text: str, position: int, cause: str) -> SourceError:
    return SourceError(cause, sum(1 for match in _LINE_END.finditer(text, 0, position)) + 1)


def _join(text: str, bom: bytes, found: Sequence[_Raw]) -> Notebook:
    """Puts the cells under their marker lines."""
    signs = [len(match[1]) for raw in found for match in _MARKERS.finditer(raw.text)]
    sign = f"# {'%' * max([1, *signs]) + '%'} cell "
    newline = "\r\n" if any("\r\n" in raw.text for raw in found[:1]) else "\n"
    cells: list[Cell] = []
    texts: list[str] = []
    codes: list[str] = []
    line = 1
    for raw in found:
        marker = f"{sign}{raw.number}{newline}"
        cells.append(Cell(raw.number, raw.text, raw.start, raw.end, line + 1))
        texts += marker, raw.text, newline
        codes += _opening(marker, raw.text), magics(raw.text), newline
        line += sum(1 for _ in _LINE_END.finditer(texts[-3] + raw.text + newline))
    return Notebook(text, bom, tuple(cells), sign, newline, "".join(texts), "".join(codes))


def _opening(marker: str, cell: str) -> str:
    """A cell that is indented as a whole, which IPython allows, is a block to the parser."""
    match = _FIRST_LINE.match(cell)
    if match is None or not match[1] or match.end() == len(cell):
        return marker
    return "if 1:" + "#" * (len(marker.rstrip("\r\n")) - 5) + marker[len(marker.rstrip("\r\n")) :]


def _quoter(json_text: str, cell: Cell, ascii_only: bool) -> Callable[[str], str]:
    """Writes text as JSON strings hold it, each character as the cell's old source wrote it."""
    style: dict[str, str] = {}
    for literal in _literals(json_text, cell):
        for piece in _PIECE.findall(literal):
            style.setdefault(piece if len(piece) == 1 else json.loads(f'"{piece}"'), piece)

    def quote(text: str) -> str:
        for character in set(text).difference(style):
            style[character] = json.dumps(character, ensure_ascii=ascii_only)[1:-1]
        return "".join(map(style.__getitem__, text))

    return quote


def _literals(json_text: str, cell: Cell) -> Iterator[str]:
    if json_text[cell.start] == '"':
        yield json_text[cell.start + 1 : cell.end - 1]
        return
    for start, end in elements(json_text, cell.start):
        yield json_text[start + 1 : end - 1]


class _Lines:
    """A cell's source as a JSON list of lines, of which those at both ends that stay are not written anew."""

    def __init__(self, json_text: str, cell: Cell) -> None:
        self._json = json_text
        self._start = cell.start
        self._end = cell.end
        self._spans = list(elements(json_text, cell.start))
        self._texts = [string(json_text, start, end) for start, end in self._spans]

    def literal(self, new: str, quote: Callable[[str], str]) -> str:
        """The list with the lines of `new`."""
        first, last, lines = self._middle(new)
        old = {text: self._json[start:end] for text, (start, end) in zip(self._texts, self._spans, strict=True)}
        middle = [old.get(line) or f'"{quote(line)}"' for line in lines]
        head = [self._json[self._spans[0][0] : self._spans[first - 1][1]]] if first else []
        tail = [self._json[self._spans[last][0] : self._spans[-1][1]]] if last < len(self._spans) else []
        opening, separator, closing = self._layout()
        items = separator.join(head + middle + tail)
        return f"[{opening}{items}{closing}]" if items else "[]"

    def _middle(self, new: str) -> tuple[int, int, list[str]]:
        """How many elements stay at the start, from which one on they stay at the end, and the lines in between."""
        texts = self._texts
        first = begin = 0
        while first < len(texts) and new.startswith(texts[first], begin):
            after = begin + len(texts[first])
            if after < len(new) and not texts[first].endswith("\n"):
                break
            first, begin = first + 1, after
        last, end = len(texts), len(new)
        while last > first and texts[last - 1] and new.endswith(texts[last - 1], begin, end):
            before = end - len(texts[last - 1])
            if before > begin and new[before - 1] != "\n":
                break
            last, end = last - 1, before
        return first, last, _LINES.findall(new[begin:end])

    def _layout(self) -> tuple[str, str, str]:
        """What stands before the first element, between two and behind the last."""
        if not self._spans:
            return self._guess()
        opening = self._json[self._start + 1 : self._spans[0][0]]
        closing = self._json[self._spans[-1][1] : self._end - 1]
        if len(self._spans) > 1:
            return opening, self._json[self._spans[0][1] : self._spans[1][0]], closing
        return opening, f",{opening}" if opening else ", ", closing

    def _guess(self) -> tuple[str, str, str]:
        """The same for an empty list: one step deeper than its line, in the steps of the file."""
        line = re.compile(r"(?:^|[\r\n])([ \t]*)[^\r\n]*\Z").search(self._json[max(0, self._start - 200) : self._start])
        step = re.match(r"\s*\{(\r\n|\r|\n)([ \t]+)", self._json)
        if step is None or line is None:
            return "", ", ", ""
        outer = step[1] + line[1]
        return outer + step[2], f",{outer}{step[2]}", outer
