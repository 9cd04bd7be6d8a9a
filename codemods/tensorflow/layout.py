"""Writes a new call in the layout of an old one, with LibCST: its line breaks, comments, and arguments as they stand.

Arguments that stay are not copied: the edits lie between them, so that other edits may be made inside.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import libcst as cst

from codemods.tensorflow.arguments import Inner, Item
from codemods.tensorflow.gaps import SPACE, Gap, close, join, read_gap
from migrate.model import Edit, Span
from migrate.syntax.module import Module

__all__ = ["Unreadable", "lay_out"]

_WIDTH, _WIDEST = 100, 120  # a new call breaks its lines here; further right where the file has longer ones
_NARROW, _NARROW_FROM = 80, 100  # a file of so many lines with none longer than this keeps to it
_LATEST_COLUMN = 60  # arguments are not aligned to a bracket further right
# Strings over several lines, and calls that may be rewritten themselves: their lines stay where they are.
_UNMOVABLE = re.compile(r"\"\"\"|'''|\\[\r\n]|Variable")
_INDENTED = re.compile(r"[\r\n]( +)")
_LINE_END = re.compile(r"\r\n|\r|\n")
_KEPT = re.compile(r"__migrate_(\d+)__")
_PRINTER = cst.Module([])


class Unreadable(Exception):  # noqa: N818 - says what it means
    """The call's text is written in a way that this does not understand, such as `(f)(x)`."""


@dataclass(frozen=True, slots=True)
class _Old:
    """An old call's arguments, as character offsets, and the gaps before, between and behind them."""

    opened: int  # just behind the opening bracket
    values: tuple[Span, ...]
    equals: dict[str, cst.AssignEqual]  # by keyword: some people write `name = "w"`
    gaps: tuple[Gap, ...]
    trailing_comma: bool


@dataclass(slots=True)
class _Row:
    """An item of the new call with the gap before it."""

    item: Item
    gap: Gap
    inner: list[_Row] = field(default_factory=list)
    inner_close: Gap = field(default_factory=Gap)
    inner_comma: bool = False
    inner_column: int | None = None  # where the old inner call's aligned lines begin


def lay_out(
    module: Module, call: ast.Call, function: str, items: Sequence[Item], moved: int | None = None
) -> tuple[Edit, ...]:
    """The edits that turn `call` into a call of `function` with `items`, the first of which is new.

    `moved` is the index of the old argument, if any, that the first item replaces: its comment goes along.
    Raises `Unreadable`.
    """
    return _Writer(module, call, function, items, moved).edits()


class _Writer:
    """The state of one rewriting: the old call, the rows of the new one, and which old values are kept in place."""

    def __init__(self, module: Module, call: ast.Call, function: str, items: Sequence[Item], moved: int | None) -> None:
        self.module, self.call, self.function = module, call, function
        self.text, self.newline = module.source.text, module.source.newline
        self.span = module.span(call)
        self.old = _read(module, call)
        self.kept: dict[ast.expr, Span] = dict(zip(_argument_values(call), self.old.values, strict=True))
        self.placed: list[Span | str] = []
        self.rows, self.closing = self.arrange(items, moved)

    # Rows and gaps

    def arrange(self, items: Sequence[Item], moved: int | None) -> tuple[list[_Row], Gap]:
        gaps = list(self.old.gaps)
        name_trail = self.take_comment(gaps, moved)
        by_origin: dict[int, list[Item]] = {}
        for item in items[1:]:
            by_origin.setdefault(item.origin or 0, []).append(item)
        rows = [_Row(items[0], gaps[0])]
        pending: Gap | None = None
        for index in range(len(self.old.values)):
            pending = gaps[index] if pending is None else join(pending, gaps[index])
            for number, item in enumerate(by_origin.get(index, ())):
                gap = self.between(rows, pending or SPACE, name_trail) if number == 0 else SPACE
                rows.append(self.row(item, gap, rows))
                pending = None
        closing = gaps[-1] if pending is None else close(pending, gaps[-1])
        self.realign(rows)
        return rows, closing

    def take_comment(self, gaps: list[Gap], moved: int | None) -> str:
        """Takes the comment behind the old name out of its gap: it goes where the name goes."""
        if moved is None or not gaps[moved + 1].comment:
            return ""
        gap = gaps[moved + 1]
        gaps[moved + 1] = replace(gap, trail="")
        return gap.trail

    def between(self, rows: list[_Row], pending: Gap, trail: str) -> Gap:
        """The gap before the first of an old argument's rows; the one behind the new name has no model."""
        if len(rows) > 1:
            return pending
        if trail:
            return Gap(trail, (), self.continuation())
        return self.separator

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
        return indent + " " * (column - len(indent) if column <= _LATEST_COLUMN else 4)

    def row(self, item: Item, gap: Gap, rows: list[_Row]) -> _Row:
        row = _Row(item, gap)
        if isinstance(item.value, Inner):
            if not self.lay_inner(row, item.value) and gap is SPACE:
                row.gap = self.separator
        elif gap is SPACE and len(rows) > 1:
            row.gap = self.separator
        return row

    def lay_inner(self, row: _Row, inner: Inner) -> bool:
        """Gives the inner call the gaps of its source; says whether the gap before the row came from there."""
        source = inner.source
        inside = source is not None and self.span.start <= self.module.span(source).start < self.span.end
        if source is None or not inside:
            row.inner = [
                _Row(Item(word, (value,)), SPACE if index else Gap())
                for index, (word, value) in enumerate(inner.arguments)
            ]
            return False
        old = _read(self.module, source)
        values = _argument_values(source)
        self.kept.update(zip(values, old.values, strict=True))
        row.inner_column = None if old.gaps[0].breaks else self.column(old.opened)
        return _Inside(old, values, self.continuation()).lay(row, inner)

    def realign(self, rows: list[_Row]) -> None:
        """Moves lines that were aligned to the old opening bracket under the new one."""
        column = self.column(self.old.opened)
        by = self.column(self.span.start) + len(self.function) + 1 - column
        if self.old.gaps[0].breaks:
            return
        for row in rows:
            row.gap = row.gap.shifted(column, by)

    def realign_inner(self, pieces: Sequence[str | Span]) -> bool:
        """The same for an inner call, once it is known where its bracket stands; says whether any line moved."""
        row = next((row for row in self.rows if row.inner_column is not None), None)
        if row is None or row.inner_column is None or not any(inner.gap.breaks for inner in row.inner):
            return False
        written = self.before + "".join(piece if isinstance(piece, str) else self.slice(piece) for piece in pieces)
        opening = f"{row.item.keyword}={row.item.value.function}(" if isinstance(row.item.value, Inner) else ""
        end = written.index(opening) + len(opening)
        column = end - _line_start(written, end)
        for inner in row.inner:
            inner.gap = inner.gap.shifted(row.inner_column, column - row.inner_column)
        return True

    def column(self, offset: int) -> int:
        return offset - _line_start(self.text, offset)

    @property
    def before(self) -> str:
        """What stands before the call on its line."""
        return self.text[_line_start(self.text, self.span.start) : self.span.start]

    # Text

    def edits(self) -> tuple[Edit, ...]:
        pieces = self.pieces()
        for row in self.breakable():
            if not self.too_long(pieces):
                break
            row.gap = Gap("", (), self.continuation())
            pieces = self.pieces()
        if self.realign_inner(pieces):
            pieces = self.pieces()
        return (*self.cut(pieces), *self.deepen(pieces))

    def deepen(self, pieces: Sequence[str | Span]) -> Iterator[Edit]:
        """Moves the further lines of old values along with their first one, if they are aligned to something in it."""
        written = self.before
        for piece in pieces:
            if isinstance(piece, str):
                written += piece
                continue
            text, column = self.slice(piece), self.column(piece.start)
            by = len(written) - _line_start(written, len(written)) - column
            written += text
            if by and not _UNMOVABLE.search(text):
                yield from self.moved_lines(piece, column, by)

    def moved_lines(self, span: Span, column: int, by: int) -> Iterator[Edit]:
        for match in _INDENTED.finditer(self.text, span.start, span.end):
            indent = match.group(1)
            if len(indent) > column and len(indent) + by >= 0:
                yield Edit(Span(*match.span(1)), " " * (len(indent) + by))

    def breakable(self) -> Iterator[_Row]:
        candidates = [row for row in self.rows[1:] if not row.gap.breaks]
        yield from (row for row in candidates if row.item.keyword == "initializer")
        yield from (row for row in candidates if row.item.keyword not in ("initializer", "shape", None))

    def too_long(self, pieces: Sequence[str | Span]) -> bool:
        behind = _LINE_END.split(self.text[self.span.end : self.span.end + 500], maxsplit=1)[0]
        new = self.before + "".join(piece if isinstance(piece, str) else self.slice(piece) for piece in pieces) + behind
        return _longest(new) > _width(self.text)

    def slice(self, span: Span) -> str:
        return self.text[span.start : span.end]

    def pieces(self) -> list[str | Span]:
        """The new call as glue and, as spans, the old values that stay where they are."""
        self.placed = []
        code = _PRINTER.code_for_node(self.new_call(self.rows, self.closing, self.old.trailing_comma))
        glue = self.function + code[1:].replace("\n", self.newline)
        pieces: list[str | Span] = [""]
        last = self.span.start
        for index, part in enumerate(_KEPT.split(glue)):
            found = self.placed[int(part)] if index % 2 else part
            if isinstance(found, Span) and found.start >= last:
                pieces += [found, ""]
                last = found.end
            else:
                pieces[-1] = f"{pieces[-1]}{self.slice(found) if isinstance(found, Span) else found}"
        return pieces

    def new_call(self, rows: Sequence[_Row], closing: Gap, comma: bool) -> cst.Call:
        arguments = [
            self.argument(
                row, rows[index + 1].gap if index + 1 < len(rows) else closing, comma or index + 1 < len(rows)
            )
            for index, row in enumerate(rows)
        ]
        before = self.whitespace(rows[0].gap if rows else closing)
        return cst.Call(cst.Name("f"), arguments, whitespace_before_args=before)

    def argument(self, row: _Row, behind: Gap, comma: bool) -> cst.Arg:
        space = self.whitespace(behind)
        return cst.Arg(
            self.value(row),
            keyword=cst.Name(row.item.keyword) if row.item.keyword else None,
            equal=self.equal(row.item),
            comma=cst.Comma(whitespace_after=space) if comma else cst.MaybeSentinel.DEFAULT,
            whitespace_after_arg=cst.SimpleWhitespace("") if comma else space,
        )

    def equal(self, item: Item) -> cst.AssignEqual | cst.MaybeSentinel:
        tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        return self.old.equals.get(item.keyword, tight) if item.keyword else cst.MaybeSentinel.DEFAULT

    def value(self, row: _Row) -> cst.BaseExpression:
        value = row.item.value
        if isinstance(value, Inner):
            call = self.new_call(row.inner, row.inner_close, row.inner_comma and bool(row.inner))
            return call.with_changes(func=_expression(value.function))
        return _expression("".join(self.place(part) for part in value))

    def place(self, part: str | ast.expr) -> str:
        """A text as it is; a placeholder for an old expression."""
        if isinstance(part, str):
            return _LINE_END.sub("\n", part)
        self.placed.append(self.kept.get(part) or self.module.text(part))
        return f"__migrate_{len(self.placed) - 1}__"

    def whitespace(self, gap: Gap) -> cst.BaseParenthesizableWhitespace:
        node = cst.parse_expression("f(" + gap.text() + ")")
        return cst.ensure_type(node, cst.Call).whitespace_before_args

    def cut(self, pieces: Sequence[str | Span]) -> Iterator[Edit]:
        """One edit for each stretch of glue that differs from what stands there."""
        position = self.span.start
        for index in range(0, len(pieces), 2):
            glue, kept = pieces[index], pieces[index + 1] if index + 1 < len(pieces) else None
            end = kept.start if isinstance(kept, Span) else self.span.end
            if self.text[position:end] != glue:
                yield Edit(Span(position, end), str(glue))
            position = kept.end if isinstance(kept, Span) else end


class _Inside:
    """Lays out an inner call from which some arguments went to the outer one."""

    def __init__(self, old: _Old, values: Sequence[ast.expr], continuation: str) -> None:
        self.old, self.values, self.continuation = old, values, continuation

    def lay(self, row: _Row, inner: Inner) -> bool:
        places = {value: index for index, value in enumerate(self.values)}
        old, pending = self.old, None
        items = {places[value]: (word, value) for word, value in inner.arguments if not isinstance(value, str)}
        row.inner = [_Row(Item(word, (value,)), Gap()) for word, value in inner.arguments if isinstance(value, str)]
        outer: Gap | None = None
        for index in range(len(old.values)):
            pending = old.gaps[index] if pending is None else join(pending, old.gaps[index])
            if index not in items:
                continue
            if not row.inner:
                pending, outer = self.first(pending)
            row.inner.append(
                _Row(Item(items[index][0], (items[index][1],)), pending if pending.text() or not row.inner else SPACE)
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


def _read(module: Module, call: ast.Call) -> _Old:
    """Reads a call's argument list with LibCST. Raises `Unreadable` where the text does not come out as it went in."""
    start, end = module.span(call.func).end, module.span(call).end
    text = module.source.text[start:end]
    try:
        node = cst.parse_expression("f" + text)
    except cst.ParserSyntaxError as error:
        raise Unreadable(str(error)) from error
    code = _printer(text).code_for_node
    if not isinstance(node, cst.Call) or node.lpar or code(node) != "f" + text:
        raise Unreadable(text)
    opened = start + text.index("(") + 1
    position = opened + len(code(node.whitespace_before_args))
    values: list[Span] = []
    equals: dict[str, cst.AssignEqual] = {}
    gaps = [read_gap(module.source.text[opened:position])]
    comma = False
    for argument in node.args:
        comma = isinstance(argument.comma, cst.Comma)
        if argument.keyword is not None and isinstance(argument.equal, cst.AssignEqual):
            equals[argument.keyword.value] = argument.equal
        bare = argument.with_changes(comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=cst.SimpleWhitespace(""))
        stop = position + len(code(bare))
        values.append(Span(stop - len(code(argument.value)), stop))
        position += len(code(argument))
        gaps.append(read_gap(_without_comma(module.source.text[stop:position])))
    return _Old(opened, tuple(values), equals, tuple(gaps), comma)


def _expression(text: str) -> cst.BaseExpression:
    """Reads an expression, which may need brackets where it goes over several lines."""
    try:
        return cst.parse_expression(text if "\n" not in text else f"({text})")
    except cst.ParserSyntaxError as error:
        raise Unreadable(text) from error


def _printer(text: str) -> cst.Module:
    """What prints a node with the line ends of its text: LibCST takes the first one for the default."""
    first = _LINE_END.search(text)
    return cst.Module([], default_newline=first.group() if first else "\n")


def _without_comma(text: str) -> str:
    """The text without the one comma that stands outside of its comments."""
    return re.sub(r"\A((?:[^#,]|#[^\r\n]*)*),", r"\1", text)


def _argument_values(call: ast.Call) -> tuple[ast.expr, ...]:
    return (*call.args, *(word.value for word in call.keywords))


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


@lru_cache(maxsize=2)
def _width(text: str) -> int:
    """How long the lines of a file may be, judging by those that it has."""
    longest = _longest(text)
    if longest <= _NARROW and len(_LINE_END.findall(text)) >= _NARROW_FROM:
        return _NARROW
    return min(max(_WIDTH, longest), _WIDEST)


def _longest(text: str) -> int:
    return max(map(len, _LINE_END.split(text)))
