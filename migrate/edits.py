"""Orders, composes and applies changes to a text: edits are spliced in, wraps put statements under a new header."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

from migrate.model import Change, Edit, Span, Wrap
from migrate.text.deepening import Conflict, Placed, deepen
from migrate.text.indentation import indent_unit
from migrate.text.lexer import NEWLINE

__all__ = ["Conflict", "apply", "indent_unit", "join_wraps"]

_CLAUSE = re.compile(r"(?:elif|else|except|finally)\b")  # `ast` calls an `elif` a statement of its own
_REST = re.compile(r"[ \t\f]*(?:#[^\r\n]*)?")
_NEXT = re.compile(rf"{_REST.pattern}(?:[\r\n]+{_REST.pattern})+")  # between statements, with nothing but comments


def apply(text: str, changes: Iterable[Change], *, code: str | None = None, borders: Sequence[int] = ()) -> str:
    """Makes all `changes`, whose spans are character offsets into `text`, and returns the new text.

    Edits come first, then the wraps are put around what the edits left. Where several changes meet:

    - Inserts at one place stand in the order given, behind a replacement that ends there, before one that begins there.
    - Equal changes whose span is not empty are made once, for two findings may both need the same one.
    - An insert at either end of a wrap goes inside, except whole lines: a text that ends with a line end stays above
      the header, and one that begins with a line end stays below the last statement.
    - An edit may take the whole line of a wrap's first or last statement, indentation and line end included.
    - Of two wraps the longer one is outside; of two over the same statements the first one given.
    - Wraps that join become one where they follow each other in one block, under one header.

    A wrap deepens every line that begins outside of a string token, those of edits included, by what `indent_unit`
    says; blank lines stay blank. The header ends as the first wrapped line does.

    `code` is what Python reads of `text` where a mask hides something (`Source.code`); it must have its length.
    `borders` are the offsets that no change may reach across, in order: where the cells of a notebook meet.

    Raises `Conflict` where changes overlap, where a wrap does not hold whole lines of one block, or where edits leave
    nothing in it; `ValueError` for a span outside of the text.
    """
    edits, wraps = _sorted(changes, len(text))
    _check_borders(edits, wraps, borders)
    new = _splice(text, edits)
    if not wraps:
        return new
    wraps = list(dict.fromkeys(join_wraps(text, wraps, borders)))
    placed = _place(text, new, edits, wraps)
    masked = new if code is None or code is text else _splice(code, edits)
    return _insert(new, deepen(new, masked, placed))


def _sorted(changes: Iterable[Change], length: int) -> tuple[list[Edit], list[Wrap]]:
    """Edits in the order of the text and wraps from the outside in, without repetitions. Raises `Conflict`."""
    edits: list[Edit] = []
    wraps: list[Wrap] = []
    seen: set[Change] = set()
    for change in changes:
        start, end = change.span.start, change.span.end
        if not 0 <= start <= end <= length:
            raise ValueError(f"a span from {start} to {end} in a text of {length} characters")
        if start != end:
            if change in seen:
                continue
            seen.add(change)
        match change:
            case Edit():
                edits.append(change)
            case Wrap():
                wraps.append(change)
    _order_edits(edits, wraps)
    _order_wraps(wraps)
    return edits, wraps


def _check_borders(edits: Sequence[Edit], wraps: Sequence[Wrap], borders: Sequence[int]) -> None:
    changes: list[Change] = [*edits, *wraps] if borders else []
    for change in changes:
        first = bisect_right(borders, change.span.start)
        if first < len(borders) and borders[first] < change.span.end:
            raise Conflict("a change reaches across the border between two cells", change.span)


def _order_edits(edits: list[Edit], wraps: list[Wrap]) -> None:
    starts = {wrap.span.start for wrap in wraps}
    ends = {wrap.span.end for wrap in wraps}

    def inside(edit: Edit) -> bool:
        # Of several inserts at a wrap's start those inside come last, at its end those outside.
        return (edit.span.start in starts and not _above(edit)) or (edit.span.start in ends and _below(edit))

    edits.sort(key=lambda edit: (edit.span.start, edit.span.end, inside(edit)))
    for first, second in pairwise(edits):
        if second.span.start < first.span.end:
            raise Conflict("two edits overlap", first.span, second.span)


def _order_wraps(wraps: list[Wrap]) -> None:
    wraps.sort(key=lambda wrap: (wrap.span.start, -wrap.span.end))
    around: list[Wrap] = []
    for wrap in wraps:
        while around and around[-1].span.end <= wrap.span.start:
            around.pop()
        if around and wrap.span.end > around[-1].span.end:
            raise Conflict("two wraps overlap", around[-1].span, wrap.span)
        around.append(wrap)


def join_wraps(text: str, wraps: Sequence[Wrap], borders: Sequence[int] = ()) -> list[Wrap]:
    """What each of some wraps, in the order that they are applied in, becomes: those that join become one, repeated."""
    joined = list(wraps)
    for number in range(1, len(wraps)):
        last, wrap = joined[number - 1], wraps[number]
        if not _may_join(text, last, wrap, borders) or any(_divides(other, last, wrap) for other in wraps):
            continue
        one = Wrap(Span(last.span.start, wrap.span.end), wrap.header, joins=True)
        joined = [one if it is last or it is wrap else it for it in joined]
    return joined


def _may_join(text: str, first: Wrap, second: Wrap, borders: Sequence[int]) -> bool:
    between = Span(first.span.end, second.span.start)
    if not (first.joins and second.joins) or first.header != second.header or between.end < between.start:
        return False
    if bisect_right(borders, between.start) != bisect_right(borders, between.end):
        return False
    alike = _margin(text, first.span.start) == _margin(text, second.span.start)
    return alike and _NEXT.fullmatch(text, between.start, between.end) is not None


def _margin(text: str, offset: int) -> str:
    """What stands on its line before an offset."""
    return text[max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1 : offset]


def _divides(other: Wrap, first: Wrap, second: Wrap) -> bool:
    """Whether a wrap holds one of two neighbours only."""
    holds_first = other.span.start <= first.span.start and first.span.end <= other.span.end
    holds_second = other.span.start <= second.span.start and second.span.end <= other.span.end
    return other not in (first, second) and holds_first != holds_second


def _above(edit: Edit) -> bool:
    return edit.span.start == edit.span.end and edit.text.endswith(("\n", "\r"))


def _below(edit: Edit) -> bool:
    return edit.span.start == edit.span.end and edit.text.startswith(("\n", "\r"))


def _splice(text: str, edits: Sequence[Edit]) -> str:
    pieces: list[str] = []
    done = 0
    for edit in edits:
        pieces += text[done : edit.span.start], edit.text
        done = edit.span.end
    pieces.append(text[done:])
    return "".join(pieces)


def _insert(text: str, inserts: Iterable[tuple[int, str]]) -> str:
    pieces: list[str] = []
    done = 0
    for offset, insert in inserts:
        pieces += text[done:offset], insert
        done = offset
    pieces.append(text[done:])
    return "".join(pieces)


class _Shifts:
    """Where the offsets of the old text stand once its edits, in the order of the text, are made."""

    def __init__(self, text: str, edits: Sequence[Edit]) -> None:
        self._text = text
        self._edits = edits
        self._starts = [edit.span.start for edit in edits]
        self._shifts = [0, *accumulate(len(edit.text) - (edit.span.end - edit.span.start) for edit in edits)]

    def start(self, wrap: Wrap) -> int:
        """Where the wrap begins; before blanks, if edits took its first statement. Raises `Conflict`."""
        offset = wrap.span.start
        count = bisect_left(self._starts, offset)
        if count and self._edits[count - 1].span.end > offset:
            self._check(wrap, self._edits[count - 1])
            return self._edits[count - 1].span.start + self._shifts[count - 1]
        while count < len(self._edits) and self._starts[count] == offset and _above(self._edits[count]):
            count += 1
        return offset + self._shifts[count]

    def end(self, wrap: Wrap) -> int:
        """Where the wrap ends; behind blanks, if edits took its last statement. Raises `Conflict`."""
        offset = wrap.span.end
        count = bisect_left(self._starts, offset)
        if count and self._edits[count - 1].span.end > offset:
            self._check(wrap, self._edits[count - 1])
            edit = self._edits[count - 1]
            return edit.span.start + self._shifts[count - 1] + len(edit.text)
        while count < len(self._edits) and self._edits[count].span == Span(offset, offset):
            if _below(self._edits[count]):
                break
            count += 1
        return offset + self._shifts[count]

    def _check(self, wrap: Wrap, edit: Edit) -> None:
        """Raises `Conflict` where an edit over an end of the wrap touches more outside than blanks and a line end."""
        before = self._text[edit.span.start : wrap.span.start]
        behind = self._text[wrap.span.end : edit.span.end]
        if before.strip(" \t\f") or behind.strip():
            raise Conflict("an edit overlaps one end of a wrap", wrap.span, edit.span)


def _place(old: str, new: str, edits: Sequence[Edit], wraps: Sequence[Wrap]) -> list[Placed]:
    """Where each wrap stands in `new`. Raises `Conflict` where an edit or another statement is in its way."""
    shifts = _Shifts(old, edits)
    lines = [0, *(match.end() for match in NEWLINE.finditer(new))]
    placed = []
    for wrap in wraps:
        start, end = _trimmed(new, shifts.start(wrap), shifts.end(wrap))
        if start == end:
            raise Conflict("nothing is left to wrap", wrap.span)
        number = bisect_right(lines, start) - 1
        indentation = new[lines[number] : start]
        if indentation.strip(" \t\f"):
            raise Conflict(_company(indentation), wrap.span)
        if number and _continues(new[lines[number - 1] : lines[number]]):
            raise Conflict("the first statement to wrap stands on a continued line", wrap.span)
        if _CLAUSE.match(new, start):
            raise Conflict("the first line to wrap is a clause of a statement that begins above", wrap.span)
        placed.append(Placed(wrap, start, _line_rest(new, end, wrap), indentation.rpartition("\f")[2]))
    return placed


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " \t\f\r\n":
        start += 1
    while start < end and text[end - 1] in " \t\f\r\n":
        end -= 1
    return start, max(start, end)


def _company(before: str) -> str:
    if before.rstrip(" \t\f").endswith(";"):
        return "the first statement to wrap follows another on its line"
    return "the first statement to wrap does not begin its line"


def _continues(line: str) -> bool:
    """Whether a backslash joins a line to the next one; a comment never is, a line that ends in one may seem to be."""
    return line.rstrip("\r\n").endswith("\\") and not line.lstrip().startswith("#")


def _line_rest(text: str, end: int, wrap: Wrap) -> int:
    """The end of the line on which a wrap ends."""
    match = _REST.match(text, end)
    stop = match.end() if match else end
    if stop < len(text) and text[stop] not in "\r\n":
        raise Conflict("the last statement to wrap is followed by another on its line", wrap.span)
    return stop
