"""Decides where the arguments of a new call stand: which gap, indentation and comments of the old one each gets."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from codemods.tensorflow.writing.arguments import Inner, Item
from codemods.tensorflow.writing.gaps import SPACE, Gap, close, join
from codemods.tensorflow.writing.lines import LATEST_COLUMN
from codemods.tensorflow.writing.reading import WrittenCall, argument_values, line_start, read_call
from migrate.model import Span
from migrate.syntax.module import Module

__all__ = ["Arranger", "Row"]


@dataclass(slots=True)
class Row:
    """An item of the new call with the gap before it."""

    item: Item
    gap: Gap
    inner: list[Row] = field(default_factory=list)
    inner_close: Gap = field(default_factory=Gap)
    inner_comma: bool = False
    inner_column: int | None = None  # where the old inner call's aligned lines begin


class Arranger:
    """Arranges the rows of one new call of `function`, with `before` on its line, after the old call's example."""

    def __init__(self, module: Module, call: ast.Call, function: str, before: str) -> None:
        self.module, self.function, self.before = module, function, before
        self.text = module.source.text
        self.span = module.span(call)
        self.old = read_call(module, call)
        # Where the old values stand that may stay where they are.
        self.kept: dict[ast.expr, Span] = dict(zip(argument_values(call), self.old.values, strict=True))
        self.kept.update(dict(self.bodies()))

    def arrange(self, items: Sequence[Item], moved: int | None) -> tuple[list[Row], Gap]:
        """The rows, and the gap before the closing bracket; see `lay_out`."""
        gaps = list(self.old.gaps)
        name_trail = self.take_comment(gaps, moved)
        by_origin: dict[int, list[Item]] = {}
        leading = [item for item in items if item.origin is None]
        for item in items[len(leading) :]:
            by_origin.setdefault(item.origin or 0, []).append(item)
        rows = [self.leading(item, gaps[0]) for item in leading]
        pending: Gap | None = None
        for index in range(len(self.old.values)):
            pending = gaps[index] if pending is None else join(pending, gaps[index])
            for number, item in enumerate(by_origin.get(index, ())):
                behind = len(rows) == len(leading) == 1
                gap = SPACE if number else self.behind_name(name_trail) if behind else pending or SPACE
                rows.append(self.row(item, gap, rows))
                pending = None
        closing = gaps[-1] if pending is None else close(pending, gaps[-1])
        return rows, self.realign(rows, closing)

    def take_comment(self, gaps: list[Gap], moved: int | None) -> str:
        """Takes the comment behind the old name out of its gap: it goes where the name goes."""
        if moved is None or not gaps[moved + 1].comment:
            return ""
        gap = gaps[moved + 1]
        gaps[moved + 1] = replace(gap, trail="")
        return gap.trail

    def behind_name(self, trail: str) -> Gap:
        """The gap behind the new name, which has no model."""
        return Gap(trail, (), self.continuation()) if trail else self.separator

    @property
    def separator(self) -> Gap:
        """What stands between two arguments that the old call did not have: a break where each has its own line."""
        first, *rest = self.old.gaps[:-1]
        one_a_line = first.breaks and bool(rest) and all(gap.breaks for gap in rest)
        return Gap("", (), first.indent) if one_a_line else SPACE

    def continuation(self) -> str:
        """The indentation of a further line of arguments."""
        first = self.old.gaps[0]
        if first.indent is not None:
            return first.indent
        line = self.before
        indent = line[: len(line) - len(line.lstrip())]
        column = len(line) + len(self.function) + 1
        return indent + " " * (column - len(indent) if column <= LATEST_COLUMN else 4)

    def row(self, item: Item, gap: Gap, rows: list[Row]) -> Row:
        """One row; a gap that is a mere space gives way to what the file does between arguments."""
        row = Row(item, gap)
        if isinstance(item.value, Inner):
            if not self.lay_inner(row, item.value) and gap is SPACE:
                row.gap = self.separator
        elif gap is SPACE and len(rows) > 1:
            row.gap = self.separator
        return row

    def leading(self, item: Item, gap: Gap) -> Row:
        """The row of an item that stands in no old one's place."""
        row = Row(item, gap)
        if isinstance(item.value, Inner):
            self.lay_inner(row, item.value)
        return row

    def lay_inner(self, row: Row, inner: Inner) -> bool:
        """Gives the inner call the gaps of its source; says whether the gap before the row came from there."""
        source = inner.source
        inside = source is not None and self.span.start <= self.module.span(source).start < self.span.end
        if source is None or not inside:
            row.inner = [
                Row(Item(word, (value,)), SPACE if index else Gap())
                for index, (word, value) in enumerate(inner.arguments)
            ]
            return False
        old = read_call(self.module, source)
        values = argument_values(source)
        self.kept.update(zip(values, old.values, strict=True))
        row.inner_column = None if old.gaps[0].breaks else self.column(old.opened)
        return _Inside(old, values, self.continuation()).lay(row, inner)

    def realign(self, rows: list[Row], closing: Gap) -> Gap:
        """Moves lines that were aligned to the old opening bracket under the new one."""
        column = self.column(self.old.opened)
        by = self.column(self.span.start) + len(self.function) + 1 - column
        if self.old.gaps[0].breaks:
            return closing
        for row in rows:
            row.gap = row.gap.shifted(column, by)
        return closing.shifted(column, by)

    def bodies(self) -> Iterator[tuple[ast.expr, Span]]:
        """The bodies of lambdas that are arguments, without brackets around them."""
        for value, span in self.kept.items():
            if isinstance(value, ast.Lambda):
                body = self.module.span(value.body)
                if body.end == span.end:
                    yield value.body, body

    def column(self, offset: int) -> int:
        """The column, from 0, of a character."""
        return offset - line_start(self.text, offset)


class _Inside:
    """Lays out an inner call from which some arguments went to the outer one."""

    def __init__(self, old: WrittenCall, values: Sequence[ast.expr], continuation: str) -> None:
        self.old, self.values, self.continuation = old, values, continuation

    def lay(self, row: Row, inner: Inner) -> bool:
        places = {value: index for index, value in enumerate(self.values)}
        old, pending = self.old, None
        items = {places[value]: (word, value) for word, value in inner.arguments if not isinstance(value, str)}
        row.inner = [Row(Item(word, (value,)), Gap()) for word, value in inner.arguments if isinstance(value, str)]
        outer: Gap | None = None
        for index in range(len(old.values)):
            pending = old.gaps[index] if pending is None else join(pending, old.gaps[index])
            if index not in items:
                continue
            if not row.inner:
                pending, outer = self.first(pending)
            row.inner.append(
                Row(Item(items[index][0], (items[index][1],)), pending if pending.text() or not row.inner else SPACE)
            )
            pending = None
        row.inner_comma = old.trailing_comma
        row.inner_close = old.gaps[-1] if pending is None else close(pending, old.gaps[-1])
        if not row.inner:
            outer, row.inner_close = (row.inner_close if row.inner_close.comments else None), Gap()
        if outer is None or row.gap.breaks:
            return False
        row.gap = outer.at(self.continuation)
        return True

    def first(self, gap: Gap) -> tuple[Gap, Gap | None]:
        """The gap before the first inner argument, and the one that its line break makes before the outer one."""
        if self.old.gaps[0].breaks:
            return (gap if gap.comments else self.old.gaps[0]), None
        return Gap(), (gap if gap.breaks else None)
