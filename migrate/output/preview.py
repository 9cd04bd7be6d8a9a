"""The `rich` format: what a person sees in a terminal before, or after, a change is made.

Rich draws it, but source text is handed over in finished segments: nothing of it is read as markup, expanded,
wrapped or cropped, and control characters are shown rather than sent.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import BinaryIO, TextIO

from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style

from migrate.model import FileResult, Finding, Left, Report, Rewrite
from migrate.output.changed import Block, Shown, blocks, readable_sides
from migrate.output.colors import Piece, pieces
from migrate.output.view import View
from migrate.output.words import HIDDEN, label, said, visible, visible_path

__all__ = ["console_on", "draw_file", "draw_told", "write"]

_SYNTAX = {
    "keyword": Style(color="magenta"),
    "builtin": Style(color="cyan"),
    "number": Style(color="blue"),
    "string": Style(color="yellow"),
    "comment": Style(dim=True),
    "defined": Style(bold=True),
    "decorator": Style(color="magenta"),
}
_SIGNS = {"-": Style(color="red", bold=True), "+": Style(color="green", bold=True), " ": Style()}
_MARKS = {"-": Style(color="black", bgcolor="red"), "+": Style(color="black", bgcolor="green"), " ": Style()}
_LEVELS = {"exact": Style(color="green"), "renames": Style(color="yellow"), "unsafe": Style(color="red", bold=True)}
_LEFT = Style(color="cyan")
_DIM = Style(dim=True)
_BOLD = Style(bold=True)
_HIDDEN = Style(reverse=True)
_NEWLINE = Segment("\n")


def write(report: Report, view: View, out: BinaryIO) -> None:
    """Draws, for each file, a heading, its hunks, and the findings that a person should read."""
    text = io.TextIOWrapper(out, encoding=view.encoding, errors="backslashreplace", newline="\n", write_through=True)
    try:
        console = console_on(text, view)
        for result in report.results:
            console.print(Segments(_file(result, view)), soft_wrap=True, end="")
    finally:
        text.detach()


def console_on(text: TextIO, view: View) -> Console:
    """A console that writes to `text` in the view's colours and width, and changes nothing of what it is given."""
    return Console(
        file=text,
        force_terminal=view.color,
        color_system="standard" if view.color else None,
        no_color=not view.color,
        width=view.width,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )


def draw_file(result: FileResult) -> Iterator[Segment]:
    """A changed file's hunks, in colours, without a heading."""
    for block in blocks(readable_sides(result)):
        yield from _draw_block(block)


def _draw_block(block: Block) -> Iterator[Segment]:
    """One hunk: a number, a sign, the line."""
    width = len(str(max(block.hunk.old_start + block.hunk.old_count, block.hunk.new_start + block.hunk.new_count)))
    yield Segment(block.hunk.header, _LEFT)
    yield _NEWLINE
    olds, news = iter(_syntax(block, "+", block.opened[0])), iter(_syntax(block, "-", block.opened[1]))
    for shown in block.lines:
        line = shown.line
        yield Segment(f"{line.old if line.sign == '-' else line.new:>{width}} ", _DIM)
        yield Segment(line.sign + " ", _SIGNS[line.sign])
        old = next(olds) if line.sign != "+" else []
        yield from _source(shown, next(news) if line.sign != "-" else old)
        yield _NEWLINE
        if not shown.ended:
            yield Segment(" " * width + " \\ No newline at end of file\n", _DIM)


def _syntax(block: Block, other: str, opened: str) -> list[list[Piece]]:
    """The coloured pieces of one side's lines: those that have not the sign of the other side."""
    return pieces("\n".join(shown.text for shown in block.lines if shown.line.sign != other), opened)


def _file(result: FileResult, view: View) -> Iterator[Segment]:
    told = [finding for finding in result.findings if _worth_telling(finding, view)]
    if not result.changed and not told:
        return
    yield from _heading(result, view)
    if result.changed:
        yield from draw_file(result)
    for finding in told:
        yield from draw_told(finding, view)
    yield _NEWLINE


def _worth_telling(finding: Finding, view: View) -> bool:
    match finding.outcome:
        case Rewrite():
            return any(rename.changes for rename in finding.renames) or view.verbosity > 0
        case Left():
            return view.verbosity >= 0
        case _:
            return view.verbosity >= 0


def _heading(result: FileResult, view: View) -> Iterator[Segment]:
    """A line across the terminal with the file's name and counts; the name is never shortened."""
    dash = "─" if view.unicode else "-"
    path = visible_path(result.path)
    kinds = [label(finding) for finding in result.findings]
    rewritten = sum(kind not in ("left", "notice") for kind in kinds)
    counts = f"{rewritten} rewritten, {kinds.count('left')} left"
    room = view.width - len(path) - len(counts) - 5
    yield Segment(dash * 2 + " ", _DIM)
    yield Segment(path, _BOLD)
    yield Segment(" " + dash * max(room, 1) + " ", _DIM)
    yield Segment(counts, _DIM)
    yield _NEWLINE


def draw_told(finding: Finding, view: View) -> Iterator[Segment]:
    """A finding in one line, and one for each variable that it renames."""
    yield Segment(f"{finding.line}:{finding.column} ", _DIM)
    name = label(finding)
    yield Segment(f"{finding.code} {name} ", _LEVELS.get(name, _LEFT))
    yield Segment(said(finding))
    yield _NEWLINE
    arrow = "→" if view.unicode else "->"
    for rename in filter(lambda one: one.changes, finding.renames):
        yield Segment(f"    {visible(rename.old)} {arrow} {visible(rename.new)}", _LEVELS["renames"])
        yield _NEWLINE


def _source(shown: Shown, syntax: Iterable[Piece]) -> Iterator[Segment]:
    """A line's text in runs of one style each; hidden characters become visible escapes."""
    for start, end, style in _runs(shown, syntax):
        at = start
        for match in HIDDEN.finditer(shown.text, start, end):
            if at < match.start():
                yield Segment(shown.text[at : match.start()], style)
            yield Segment(visible(match.group()), _HIDDEN)
            at = match.end()
        if at < end:
            yield Segment(shown.text[at:end], style)


def _runs(shown: Shown, syntax: Iterable[Piece]) -> Iterator[tuple[int, int, Style | None]]:
    """Where the style changes in a line; a mark covers the syntax colour."""
    length = len(shown.text)
    styles = [(start, end, _SYNTAX[kind]) for start, end, kind in syntax]
    marks = [(start, end, _MARKS[shown.line.sign]) for start, end in shown.marks]
    edges = {edge for start, end, _ in (*styles, *marks) for edge in (start, end) if edge < length}
    for start, end in pairwise(sorted(edges | {0, length})):
        yield start, end, _at(start, marks) or _at(start, styles)


def _at(offset: int, spans: list[tuple[int, int, Style]]) -> Style | None:
    """The style of the span that holds `offset`; those that end before it are dropped, for offsets only grow."""
    while spans and spans[0][1] <= offset:
        spans.pop(0)
    return spans[0][2] if spans and spans[0][0] <= offset else None
