"""Layouts to try for a call that is too long for its line: breaks between its arguments, then within them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations

from codemods.tensorflow.writing.arguments import Inner
from codemods.tensorflow.writing.gaps import SPACE, Gap
from codemods.tensorflow.writing.rows import Row

__all__ = ["Layout", "Style", "layouts", "on_one_line"]


@dataclass(frozen=True, slots=True)
class Layout:
    """The arguments of a call in their order, what stands before its closing bracket, and whether a comma does."""

    rows: tuple[Row, ...]
    closing: Gap
    comma: bool


@dataclass(frozen=True, slots=True)
class Style:
    """How a file breaks its calls.

    `indent` is that of the line, `deeper` that of a line in a bracket which ends its own, `aligned` that of arguments
    under the first one, or "" where that would be too far right. `closes`: a closing bracket gets a line of its own.
    """

    indent: str
    deeper: str
    aligned: str
    closes: bool

    def hang(self, gap: Gap) -> Gap:
        """A gap as a line break in the file's manner, with the comments in it."""
        return gap.at(self.deeper) if gap.breaks else Gap("", (), self.deeper)


def layouts(first: Layout, style: Style) -> Iterator[Layout]:
    """What to try, the least changed first; each breaks more."""
    hangs = first.rows[0].gap.breaks
    if hangs or (style.aligned and not style.closes):
        yield from _broken(first, first.rows[0].gap.indent or style.aligned)
    if not hangs:
        yield from _hanging(first, style)
    rows = [first.rows[0] if hangs else replace(first.rows[0], gap=style.hang(first.rows[0].gap))]
    indent = rows[0].gap.indent or style.deeper
    rows += [row if row.gap.breaks and hangs else replace(row, gap=row.gap.at(indent)) for row in first.rows[1:]]
    single = Layout(tuple(rows), _closing(first, style), first.comma or style.closes)
    yield single
    yield from _with_calls_broken(single, style, indent)


def _broken(first: Layout, indent: str) -> Iterator[Layout]:
    """A break before one argument, then before two; one behind the name only where others do not do."""
    free = [row for row in first.rows[1:] if not row.gap.breaks]
    late = sorted((row for row in free if row is not first.rows[1]), key=lambda row: row.item.keyword != "initializer")
    early = [row for row in free if row is first.rows[1]]
    pairs = ([late[0], row] for row in (*late[1:], *early)) if late else ()
    for chosen in chain(([row] for row in (*late, *early)), pairs):
        yield replace(first, rows=_with_gaps(first.rows, chosen, lambda _: Gap("", (), indent)))


def _hanging(first: Layout, style: Style) -> Iterator[Layout]:
    """A break behind the opening bracket; where the file closes brackets on the same line, one before another too."""
    joined = tuple(replace(row, gap=style.hang(row.gap) if row.gap.comments else SPACE) for row in first.rows[1:])
    rows = (replace(first.rows[0], gap=style.hang(first.rows[0].gap)), *joined)
    whole = Layout(rows, _closing(first, style), first.comma)
    yield whole
    if not style.closes:
        for row in sorted(rows[1:], key=lambda row: row.item.keyword != "initializer"):
            yield replace(whole, rows=_with_gaps(rows, [row], style.hang))


def _closing(first: Layout, style: Style) -> Gap:
    if first.closing.breaks or not style.closes:
        return first.closing
    return Gap("", (), style.indent)


def _with_calls_broken(single: Layout, style: Style, indent: str) -> Iterator[Layout]:
    """The same with the calls that are arguments broken behind their opening brackets, one or several of them."""
    calls = [row for row in single.rows if row.inner and not any(one.gap.comments for one in row.inner)]
    deeper = indent + style.deeper.removeprefix(style.indent)
    for count in range(1, len(calls) + 1):
        for chosen in combinations(sorted(calls, key=lambda row: row.item.keyword != "initializer"), count):
            rows = tuple(_opened(row, indent, deeper, style) if row in chosen else row for row in single.rows)
            yield replace(single, rows=rows)


def _opened(row: Row, indent: str, deeper: str, style: Style) -> Row:
    inner = [replace(one, gap=SPACE if number else Gap("", (), deeper)) for number, one in enumerate(row.inner)]
    close = Gap("", (), indent) if style.closes else row.inner_close
    return replace(row, inner=inner, inner_close=close, inner_column=None)


def _with_gaps(rows: Sequence[Row], chosen: Sequence[Row], gap: Callable[[Gap], Gap]) -> tuple[Row, ...]:
    marked = {id(row) for row in chosen}
    return tuple(replace(row, gap=gap(row.gap)) if id(row) in marked else row for row in rows)


def on_one_line(first: Layout) -> Layout:
    """The same with calls on one line each that hung from their bracket, and which arguments have left."""
    return replace(first, rows=tuple(_joined(row) if _has_room(row) else row for row in first.rows))


def _has_room(row: Row) -> bool:
    source = row.item.value.source if isinstance(row.item.value, Inner) else None
    gaps = [*(one.gap for one in row.inner), row.inner_close]
    if source is None or not gaps[0].breaks or row.inner_comma or any(gap.comments for gap in gaps):
        return False
    return 0 < len(row.inner) < len(source.args) + len(source.keywords)


def _joined(row: Row) -> Row:
    inner = [replace(one, gap=SPACE if number else Gap()) for number, one in enumerate(row.inner)]
    return replace(row, inner=inner, inner_close=Gap(), inner_comma=False, inner_column=None)
