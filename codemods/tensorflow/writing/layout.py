"""Writes a new call in the layout of an old one: its line breaks, comments, and arguments as they stand.

Arguments that stay are not copied: the edits lie between them, so that other edits may be made inside.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from codemods.tensorflow.writing.arguments import Inner, NewCall
from codemods.tensorflow.writing.fitting import Layout, Style, layouts, on_one_line
from codemods.tensorflow.writing.gaps import Gap
from codemods.tensorflow.writing.lines import LATEST_COLUMN, PRAGMA, closes_below, line_of, longest, width
from codemods.tensorflow.writing.reading import LINE_END, Unreadable, comments, expression, line_start
from codemods.tensorflow.writing.rows import Arranger, Row
from migrate.model import Edit, Span
from migrate.syntax.module import Module

__all__ = ["Unreadable", "lay_out"]

# Strings over several lines stay as they are.
_UNMOVABLE = re.compile(r"\"\"\"|'''|\\[\r\n]")
_HANGING = re.compile(r"[^\r\n]*[(\[{][ \t]*[\r\n]")
_INDENTED = re.compile(r"[\r\n]( +)")
_KEPT = re.compile(r"__migrate_(\d+)__")


def lay_out(module: Module, call: ast.Call, new: NewCall) -> tuple[Edit, ...]:
    """The edits that turn `call` into the new one. Raises `Unreadable`."""
    return _Writer(module, call, new).edits()


class _Writer:
    """The state of one rewriting: the old call, the rows of the new one, and which old values are kept in place."""

    def __init__(self, module: Module, call: ast.Call, new: NewCall) -> None:
        self.module, self.function, self.creates = module, new.function, new.creates
        self.text, self.newline = module.source.text, module.source.newline
        self.line = line_of(module, call, new.creates)
        self.arranger = Arranger(module, call, new.function, self.line.before)
        self.span, self.old, self.kept = self.arranger.span, self.arranger.old, self.arranger.kept
        self.before = self.arranger.before
        self.placed: list[Span | str] = []
        self.fixed: set[Span] = set()  # values that are edited themselves
        self.room = width(self.text) - new.deeper
        rows, closing = self.arranger.arrange(new.items, new.moved)
        self.layout = Layout(tuple(rows), closing, self.old.trailing_comma)

    def realign_inner(self, pieces: Sequence[str | Span]) -> bool:
        """The same for an inner call, once it is known where its bracket stands; says whether any line moved."""
        row = next((row for row in self.layout.rows if row.inner_column is not None), None)
        if row is None or row.inner_column is None or not any(inner.gap.breaks for inner in row.inner):
            return False
        written = self.before + "".join(piece if isinstance(piece, str) else self.slice(piece) for piece in pieces)
        opening = f"{row.item.keyword}={row.item.value.function}(" if isinstance(row.item.value, Inner) else ""
        end = written.index(opening) + len(opening)
        column = end - line_start(written, end)
        for inner in row.inner:
            inner.gap = inner.gap.shifted(row.inner_column, column - row.inner_column)
        return True

    # Text

    def edits(self) -> tuple[Edit, ...]:
        pieces = self.fitted()
        lost = self.lostcomments(pieces)
        if lost:
            indent, closing = self.arranger.continuation(), self.layout.closing
            closing = replace(closing, lines=(*closing.lines, *(indent + text for text in lost)))
            closing = replace(closing, indent=closing.indent if closing.breaks else indent)
            self.layout = replace(self.layout, closing=closing)
            pieces = self.pieces()
        if self.realign_inner(pieces):
            pieces = self.pieces()
        own_line = () if self.line.edit is None else (self.line.edit,)
        return (*own_line, *self.cut(pieces), *self.deepen(pieces))

    def lostcomments(self, pieces: Sequence[str | Span]) -> list[str]:
        """Comments in places that no layout of the new call has, such as beside the `=` of a dropped argument."""
        old = self.slice(self.span)
        if "#" not in old:
            return []
        new = Counter(comments("".join(piece if isinstance(piece, str) else self.slice(piece) for piece in pieces)))
        lost = []
        for comment in comments(old):
            if new[comment]:
                new[comment] -= 1
            else:
                lost.append(comment)
        return lost

    def deepen(self, pieces: Sequence[str | Span]) -> Iterator[Edit]:
        """Moves the further lines of old values along with their first one."""
        written = self.before
        for piece in pieces:
            if isinstance(piece, str):
                written += piece
                continue
            line = written[line_start(written, len(written)) :]
            written += self.slice(piece)
            if piece not in self.fixed and not _UNMOVABLE.search(self.slice(piece)):
                yield from self.moved_lines(piece, line)

    def moved_lines(self, span: Span, line: str) -> Iterator[Edit]:
        """The edits for a value before which `line` stands now.

        Lines that are aligned to something in it move as its first character does, others as the line that it is on:
        so do those of a value that begins a line and ends it with a bracket.
        """
        before = self.text[line_start(self.text, span.start) : span.start]
        hangs = not before.strip() and bool(_HANGING.match(self.text, span.start, span.end))
        aligned, hanging = len(line) - len(before), _indent(line) - _indent(before)
        for match in _INDENTED.finditer(self.text, span.start, span.end):
            indent = len(match.group(1))
            by = aligned if indent > len(before) and not hangs else hanging
            if by and indent + by >= 0:
                yield Edit(Span(*match.span(1)), " " * (indent + by))

    def fitted(self) -> list[str | Span]:
        """The pieces in the layout that fits and breaks the fewest lines anew, or else in the narrowest."""
        joined = on_one_line(self.layout)
        if joined != self.layout and self.narrowed(joined) <= self.room:
            return self.pieces()
        self.narrowed(self.layout)
        return self.pieces()

    def narrowed(self, first: Layout) -> int:
        """The length of the longest line in the first layout, from `first` on, that fits; it is taken where it does."""
        best, given = self.length(self.pieces(first)), self.layout
        self.layout = first
        for tried in layouts(first, self.style()) if best > self.room and self.breaks_help() else ():
            length = self.length(self.pieces(tried))
            if length < best:
                best, self.layout = length, tried
            if best <= self.room:
                break
        if best > self.room and first is not given:
            self.layout = given
        return best

    def style(self) -> Style:
        """How the file breaks its calls, and where."""
        indent = self.before[: len(self.before) - len(self.before.lstrip())]
        opened = len(self.before) + len(self.function) + 1
        aligned = self.arranger.continuation() if opened <= LATEST_COLUMN else ""
        return Style(indent, indent + ("\t" if "\t" in indent else "    "), aligned, closes_below(self.text))

    def breaks_help(self) -> bool:
        """Whether lines may be broken: not where that would hide at which column another call begins."""
        return not (self.module.source.unbreakable(self.span.start) or self.line.shared)

    def length(self, pieces: Sequence[str | Span]) -> int:
        new = "".join(piece if isinstance(piece, str) else self.slice(piece) for piece in pieces)
        return longest(self.before + new + PRAGMA.sub("", self.line.behind))

    def slice(self, span: Span) -> str:
        return self.text[span.start : span.end]

    def pieces(self, layout: Layout | None = None) -> list[str | Span]:
        """The new call as glue and, as spans, the old values that stay where they are."""
        self.placed = []
        layout = layout or self.layout
        code = self.brackets(layout.rows, layout.closing, layout.comma)
        glue = self.function + code.replace("\n", self.newline)
        pieces: list[str | Span] = [""]
        last = self.span.start
        for index, part in enumerate(_KEPT.split(glue)):
            found = self.placed[int(part)] if index % 2 else part
            if isinstance(found, Span) and found.start < last and found in self.fixed:
                raise Unreadable(self.slice(found))
            if isinstance(found, Span) and found.start >= last:
                pieces += [found, ""]
                last = found.end
            else:
                pieces[-1] = f"{pieces[-1]}{self.slice(found) if isinstance(found, Span) else found}"
        return pieces

    def brackets(self, rows: Sequence[Row], closing: Gap, comma: bool) -> str:
        """The argument list of a call, brackets included; `comma`: one stands behind the last argument too."""
        behind = [*(row.gap for row in rows[1:]), closing]
        written = [(rows[0].gap if rows else closing).text()]
        for row, gap in zip(rows, behind, strict=False):
            written += [self.argument(row), "," if comma or row is not rows[-1] else "", gap.text()]
        return f"({''.join(written)})"

    def argument(self, row: Row) -> str:
        keyword, value = row.item.keyword, row.item.value
        if isinstance(value, Inner):
            inner = self.brackets(row.inner, row.inner_close, row.inner_comma and bool(row.inner))
            text = f"{value.function}{inner}{value.behind}"
        else:
            text = expression("".join(self.place(part) for part in value))
        return f"{keyword}{self.old.equals.get(keyword, '=')}{text}" if keyword else text

    def place(self, part: str | ast.expr) -> str:
        """A text as it is; a placeholder for an old expression."""
        if isinstance(part, str):
            return LINE_END.sub("\n", part)
        span = self.kept.get(part)
        if self.creates(part):
            if span is None:
                raise Unreadable(self.module.text(part))
            self.fixed.add(span)
        self.placed.append(span or self.module.text(part))
        return f"__migrate_{len(self.placed) - 1}__"

    def cut(self, pieces: Sequence[str | Span]) -> Iterator[Edit]:
        """One edit for each stretch of glue that differs from what stands there."""
        position = self.span.start
        for index in range(0, len(pieces), 2):
            glue, kept = pieces[index], pieces[index + 1] if index + 1 < len(pieces) else None
            end = kept.start if isinstance(kept, Span) else self.span.end
            if self.text[position:end] != glue:
                yield Edit(Span(position, end), str(glue))
            position = kept.end if isinstance(kept, Span) else end


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
