"""Puts statements under new headers: each line that begins outside of a string goes a level deeper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from migrate.model import Span, Wrap
from migrate.text.indentation import choose_unit, counted_units
from migrate.text.lexer import NEWLINE, LineState, line_states

__all__ = ["Conflict", "Placed", "deepen"]

_INDENT = re.compile(r"[ \t\f]*")


class Conflict(Exception):  # noqa: N818 - the name of the contract: two changes that cannot both be made
    """Changes that cannot all be made; `first` and `second` are the spans that clash, alike where there is but one."""

    def __init__(self, cause: str, first: Span, second: Span | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.first = first
        self.second = first if second is None else second


@dataclass(frozen=True, slots=True)
class Placed:
    """A wrap in the text after the edits: from `start` to `end`, whose first line has `indentation`."""

    wrap: Wrap
    start: int
    end: int
    indentation: str


def deepen(text: str, code: str, placed: Sequence[Placed]) -> Iterator[tuple[int, str]]:
    """What the wraps insert into `text`, in its order: headers, and indentation for each line."""
    counts = counted_units(text)
    levels = [_Level(item, choose_unit(counts, item.indentation)) for item in placed]
    first = 0
    while first < len(levels):
        last = first + 1
        while last < len(levels) and levels[last].placed.start < levels[first].placed.end:
            last += 1
        yield from _deepen_group(text, code, levels[first:last])
        first = last


@dataclass(frozen=True, slots=True)
class _Level:
    """A wrap and the indentation that it adds."""

    placed: Placed
    unit: str

    def insert(self, text: str, line: int, content: int, state: LineState) -> tuple[int, str]:
        """What deepens the line that begins at `line` and has its first visible character at `content`."""
        margin = text.rfind("\f", line, content) + 1 or line  # a form feed starts the count of columns again
        if text.startswith(self.placed.indentation, margin, content):
            return margin + len(self.placed.indentation), self.unit
        if state is LineState.LOGICAL and text[content] != "#":
            raise Conflict("the statements to wrap are not in one block", self.placed.wrap.span)
        return content, self.unit


def _deepen_group(text: str, code: str, levels: Sequence[_Level]) -> Iterator[tuple[int, str]]:
    """The same for an outermost wrap and those inside it."""
    outer = levels[0].placed
    around: list[_Level] = []
    opened = 0
    for line, state in _lines(text, code, outer):
        while around and around[-1].placed.end < line:
            level = around.pop()
            if state is not LineState.LOGICAL:
                raise Conflict("a wrap ends within a statement", level.placed.wrap.span)
        content = _content(text, line)
        if line > outer.end or state is LineState.STRING or text[content : content + 1] in {"", "\r", "\n"}:
            continue
        inserts = [level.insert(text, line, content, state) for level in around]
        yield from inserts
        first = opened
        while state is LineState.LOGICAL and opened < len(levels) and levels[opened].placed.start == content:
            opened += 1
        if first < opened:
            yield content, _headers(text, levels[first:opened], inserts)
            around += levels[first:opened]
    if opened < len(levels):
        raise Conflict("a wrap begins within a statement", levels[opened].placed.wrap.span)


def _lines(text: str, code: str, outer: Placed) -> Iterator[tuple[int, LineState]]:
    """The line starts of a wrap, that of its first and of the line behind it included."""
    yield outer.start - len(outer.indentation), LineState.LOGICAL
    newline = NEWLINE.match(text, outer.end)
    yield from line_states(code, outer.start, newline.end() if newline else outer.end)


def _content(text: str, line: int) -> int:
    match = _INDENT.match(text, line)
    return match.end() if match else line


def _headers(text: str, levels: Sequence[_Level], inserts: Sequence[tuple[int, str]]) -> str:
    """The headers over one statement, from the outside in, and the indentation of what comes behind each."""
    placed = levels[0].placed
    indentation = placed.indentation
    for offset, insert in reversed(inserts):
        cut = len(indentation) - (placed.start - offset)
        indentation = indentation[:cut] + insert + indentation[cut:]
    pieces: list[str] = []
    newline = _newline(text, placed.start)
    for level in levels:
        indentation += level.unit
        pieces += level.placed.wrap.header, newline, indentation
    return "".join(pieces)


def _newline(text: str, offset: int) -> str:
    """How the line at `offset` ends, or the one before it where it is the last."""
    match = NEWLINE.search(text, offset)
    if match:
        return match.group()
    start = max(text.rfind("\n"), text.rfind("\r"))
    return "\r\n" if text.endswith("\r\n", 0, start + 1) else text[start] if start >= 0 else "\n"
