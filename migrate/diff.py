"""The difference between a file's bytes before and after, as hunks and as a patch that `git apply` takes.

Everything here works on bytes: a diff must hold what the file holds, in the file's own encoding and newlines. Lines
end at a line feed only, as git has it; a lone carriage return or a form feed is a character like any other.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from migrate.model import FileResult

__all__ = ["Hunk", "Line", "hunks", "patch", "quote", "relative", "split"]

_ESCAPES = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
_MOST = 50_000_000  # steps of difflib in one file, at worst: two seconds
_NO_NEWLINE = b"\n\\ No newline at end of file\n"


Range: TypeAlias = tuple[int, int, int, int]  # of old lines and of new ones, each from and to


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a hunk: its sign, its bytes with the line ending, and its 1-based numbers (0 where it is absent)."""

    sign: Literal[" ", "-", "+"]
    data: bytes
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class Hunk:
    """Changed lines that stand close together, with context; starts are 1-based, as a hunk's header has them."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    lines: tuple[Line, ...]

    @property
    def header(self) -> str:
        """The `@@` line without its newline."""
        return f"@@ -{_range(self.old_start, self.old_count)} +{_range(self.new_start, self.new_count)} @@"


def patch(result: FileResult) -> bytes:
    """One file's change as a unified diff in raw bytes, empty where nothing changes.

    The names are relative and prefixed with `a/` and `b/`; there is no `diff --git` line, because git would then read
    the names from the top of the repository rather than from the current directory. `git apply` and `patch -p1` both
    make `result.after` of `result.before`, whatever the encoding, the newlines and the end of the file.
    """
    if not result.changed or result.before is None or result.after is None:
        return b""
    name = relative(result.path)
    pieces = [b"--- " + _named("a/", name), b"+++ " + _named("b/", name)]
    for hunk in hunks(result.before, result.after):
        pieces.append(hunk.header.encode() + b"\n")
        for line in hunk.lines:
            pieces += (line.sign.encode(), line.data)
            if not line.data.endswith(b"\n"):
                pieces.append(_NO_NEWLINE)
    return b"".join(pieces)


def hunks(before: bytes, after: bytes, context: int = 3) -> Iterator[Hunk]:
    """The hunks between two contents, in order, each with up to `context` unchanged lines on either side."""
    start, tail = _apart(before, after, context)
    skipped = before.count(b"\n", 0, start)
    old, new = (split(side[start : len(side) - tail]) for side in (before, after))
    group: list[Range] = []
    for change in _changes(old, new):
        if group and change[0] - group[-1][1] > 2 * context:
            yield _hunk(old, new, group, context, skipped)
            group = []
        group.append(change)
    if group:
        yield _hunk(old, new, group, context, skipped)


def split(data: bytes) -> list[bytes]:
    """The lines of `data` with their endings, ended by a line feed only."""
    lines = data.split(b"\n")
    last = lines.pop()
    ended = [line + b"\n" for line in lines]
    return [*ended, last] if last else ended


def relative(path: str) -> str:
    """A path as a patch names it: `/` between its parts, none in front, and no drive."""
    if os.sep != "/":
        path = os.path.splitdrive(path)[1].replace(os.sep, "/")
    return path.lstrip("/").removeprefix("./")


def quote(name: bytes) -> bytes:
    """A file name as git writes it: in C quotes where it holds a quote, a backslash, a control or a non-ASCII byte."""
    if all(32 <= byte < 127 and byte not in (34, 92) for byte in name):
        return name
    quoted = (
        _ESCAPES.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}")  # git's own notation is octal
        for byte in name
    )
    return ('"' + "".join(quoted) + '"').encode("ascii")


def _named(prefix: str, name: str) -> bytes:
    quoted = quote(os.fsencode(prefix + name))
    # Without the tab a reader takes what follows a space for a time stamp; git ends such names like this too.
    return quoted + (b"\t\n" if b" " in quoted and not quoted.startswith(b'"') else b"\n")


def _range(start: int, count: int) -> str:
    return str(start) if count == 1 else f"{start},{count}"


def _apart(before: bytes, after: bytes, context: int) -> tuple[int, int]:
    """How many bytes of whole lines are the same in front and behind, but for the lines that a hunk shows of them.

    A review shows one change after the other in a file of thousands of lines: to compare bytes takes a hundredth of
    what splitting all of it takes.
    """
    same = _alike(min(len(before), len(after)), lambda at, to: before[at:to] == after[at:to])
    start = before.rfind(b"\n", 0, same) + 1
    for _ in range(context):
        start = before.rfind(b"\n", 0, max(start - 1, 0)) + 1
    end, new_end = len(before), len(after)
    tail = _alike(
        min(end, new_end) - same, lambda at, to: before[end - to : end - at] == after[new_end - to : new_end - at]
    )
    for _ in range(context + 1):  # the first may be the end of a line that differs
        found = before.find(b"\n", end - tail)
        tail = end - found - 1 if found >= 0 else 0
    return start, tail


def _alike(most: int, equal: Callable[[int, int], bool]) -> int:
    """How many bytes from one end on are the same; `equal` compares those from one place to another."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if equal(low, middle) else (low, middle - 1)
    return low


def _hunk(old: Sequence[bytes], new: Sequence[bytes], group: list[Range], context: int, skipped: int) -> Hunk:
    """The hunk of a group of changes, in a file in which so many lines stand before the lines here."""
    head = min(context, group[0][0])
    tail = min(context, len(old) - group[-1][1])
    at, to = group[0][0] - head, group[0][2] - head
    start, new_start, one = at + skipped, to + skipped, skipped + 1
    lines: list[Line] = []
    for old_start, old_end, first, last in [*group, (group[-1][1] + tail, group[-1][1] + tail, 0, 0)]:
        apart = to - at
        lines += (Line(" ", old[number], one + number, one + number + apart) for number in range(at, old_start))
        to += old_start - at
        lines += (Line("-", old[number], one + number, 0) for number in range(old_start, old_end))
        lines += (Line("+", new[number], 0, one + number) for number in range(first, last))
        at, to = old_end, to + last - first
    old_count, new_count = at + skipped - start, to + skipped - new_start
    # An empty range is said to start at the line before it.
    return Hunk(start + (old_count > 0), old_count, new_start + (new_count > 0), new_count, tuple(lines))


def _changes(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[Range]:
    """The replaced line ranges (old start, old end, new start, new end), 0-based and half open, in order.

    `difflib` alone takes 27 s for 20,000 lines a fifth of which are blank; between lines that are unique on both
    sides, which is where it is asked here, the same file takes 0.02 s.
    """
    start, end, first, last = _trimmed(old, new, (0, len(old), 0, len(new)))
    at, to = start, first
    patience = _Patience()
    for old_line, new_line in [*_anchors(old[start:end], new[first:last]), (end - start, last - first)]:
        yield from _between(old, new, _trimmed(old, new, (at, start + old_line, to, first + new_line)), patience)
        at, to = start + old_line, first + new_line


def _trimmed(old: Sequence[bytes], new: Sequence[bytes], gap: Range) -> Range:
    """A gap without the equal lines at its ends."""
    at, end, to, new_end = gap
    while at < end and to < new_end and old[at] == new[to]:
        at, to = at + 1, to + 1
    while end > at and new_end > to and old[end - 1] == new[new_end - 1]:
        end, new_end = end - 1, new_end - 1
    return at, end, to, new_end


def _between(old: Sequence[bytes], new: Sequence[bytes], gap: Range, patience: _Patience) -> Iterator[Range]:
    at, end, to, new_end = gap
    if at == end or to == new_end:
        if at != end or to != new_end:
            yield gap
        return
    before, after = old[at:end], new[to:new_end]
    for first, last, new_first, new_last in (_closest if patience.bears(before, after) else _nearest)(before, after):
        yield at + first, at + last, to + new_first, to + new_last


class _Patience:
    """What `difflib`, which for each piece goes over all pairs of equal lines again, may still take in one file."""

    def __init__(self) -> None:
        self._left = _MOST

    def bears(self, old: Sequence[bytes], new: Sequence[bytes]) -> bool:
        """Whether it can be asked about a gap; what it takes at worst is taken off where it can."""
        counts = Counter(new)
        steps = sum(counts[line] for line in old) * min(len(old), len(new))
        if steps > self._left:
            return False
        self._left -= steps
        return True


def _closest(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[Range]:
    """What `difflib` finds to be replaced."""
    from difflib import SequenceMatcher  # noqa: PLC0415 (most runs change nothing)

    for tag, *found in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield found[0], found[1], found[2], found[3]


def _nearest(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[Range]:
    """What is replaced where, after each difference, both sides go on with the equal lines that are nearest.

    Changes are made in place, so that what is nearest is what stayed; a thousand of them take hundredths of a second.
    """
    where: dict[bytes, list[int]] = {}
    for number, line in enumerate(new):
        where.setdefault(line, []).append(number)
    at, to = 0, 0
    while at < len(old) or to < len(new):
        if at < len(old) and to < len(new) and old[at] == new[to]:
            at, to = at + 1, to + 1
            continue
        end, new_end = _next_equal(old, where, (at, len(old), to, len(new)))
        yield at, end, to, new_end
        at, to = end, new_end


def _next_equal(old: Sequence[bytes], where: Mapping[bytes, Sequence[int]], gap: Range) -> tuple[int, int]:
    """The nearest pair of equal lines in a gap, or its end; `where` has the places of the new lines."""
    at, end, to, new_end = gap
    best, found = end - at + new_end - to, (end, new_end)
    for number in range(at, end):
        if number - at >= best:
            break
        places = where.get(old[number], ())
        place = bisect_left(places, to)
        if place < len(places) and number - at + places[place] - to < best:
            best, found = number - at + places[place] - to, (number, places[place])
    return found


def _anchors(old: Sequence[bytes], new: Sequence[bytes]) -> list[tuple[int, int]]:
    """Pairs of equal lines that occur once on either side, as many as keep their order (patience sorting)."""
    once = {line for line, count in Counter(old).items() if count == 1}
    where = {line: number for number, line in enumerate(old) if line in once}
    counts = Counter(new)
    pairs = [(where[line], number) for number, line in enumerate(new) if line in where and counts[line] == 1]
    tops: list[int] = []
    chain: list[tuple[int, int, int]] = []  # old line, new line, and the index of the pair before it in the chain
    ends: list[int] = []
    for old_line, new_line in pairs:
        pile = bisect_left(tops, old_line)
        chain.append((old_line, new_line, ends[pile - 1] if pile else -1))
        if pile == len(tops):
            tops.append(old_line)
            ends.append(len(chain) - 1)
        else:
            tops[pile], ends[pile] = old_line, len(chain) - 1
    found: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        old_line, new_line, at = chain[at]
        found.append((old_line, new_line))
    return found[::-1]
