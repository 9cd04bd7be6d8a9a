"""Orders, composes and applies changes to a text: edits are spliced in, wraps put statements under a new header."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

from migrate.lexer import NEWLINE, LineState, line_states
from migrate.model import Change, Edit, Span, Wrap

__all__ = ["Conflict", "apply", "indent_unit", "join_wraps"]

_INDENT = re.compile(r"[ \t\f]*")
_CLAUSE = re.compile(r"(?:elif|else|except|finally)\b")  # `ast` calls an `elif` a statement of its own
_REST = re.compile(r"[ \t\f]*(?:#[^\r\n]*)?")
_NEXT = re.compile(rf"{_REST.pattern}(?:[\r\n]+{_REST.pattern})+")  # between statements, with nothing but comments


class Conflict(Exception):  # noqa: N818 - the name of the contract: two changes that cannot both be made
    """Changes that cannot all be made; `first` and `second` are the spans that clash, alike where there is but one."""

    def __init__(self, cause: str, first: Span, second: Span | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.first = first
        self.second = first if second is None else second


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
    return _insert(new, _deepen(new, masked, placed))


def indent_unit(text: str, indentation: str) -> str:
    """One level of indentation for a block that begins with `indentation`.

    A tab where the block has tabs, else what most blocks of `text` use, else four spaces.
    """
    return _choose_unit(_counted_units(text), indentation)


def _choose_unit(counts: Counter[str], indentation: str) -> str:
    if "\t" in indentation:
        return "\t"
    fitting = Counter({unit: count for unit, count in counts.items() if not indentation or "\t" not in unit})
    return fitting.most_common(1)[0][0] if fitting else "    "


@lru_cache(maxsize=2)
def _counted_units(text: str) -> Counter[str]:
    """How often each unit indents a block; the same text is asked about once for each of its calls."""
    return Counter(_units(text))


def _units(text: str) -> Iterator[str]:
    """The indentation that each block adds; texts in strings look like code here, but do not outnumber it."""
    opener: str | None = None
    for line in NEWLINE.split(text):
        content = line.lstrip(" \t\f")
        if not content or content.startswith("#"):
            continue
        indentation = line[: len(line) - len(content)].rpartition("\f")[2]
        if opener is not None and indentation.startswith(opener) and len(indentation) > len(opener):
            yield indentation[len(opener) :]
        opener = indentation if ":" in content and content.partition("#")[0].rstrip().endswith(":") else None


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


@dataclass(frozen=True, slots=True)
class _Placed:
    """A wrap in the text after the edits: from `start` to `end`, whose first line has `indentation`."""

    wrap: Wrap
    start: int
    end: int
    indentation: str


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


def _place(old: str, new: str, edits: Sequence[Edit], wraps: Sequence[Wrap]) -> list[_Placed]:
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
        placed.append(_Placed(wrap, start, _line_rest(new, end, wrap), indentation.rpartition("\f")[2]))
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


def _deepen(text: str, code: str, placed: Sequence[_Placed]) -> Iterator[tuple[int, str]]:
    """What the wraps insert into `text`, in its order: headers, and indentation for each line."""
    counts = _counted_units(text)
    levels = [_Level(item, _choose_unit(counts, item.indentation)) for item in placed]
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

    placed: _Placed
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


def _lines(text: str, code: str, outer: _Placed) -> Iterator[tuple[int, LineState]]:
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
