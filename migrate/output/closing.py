"""The summary as a terminal shows it: a closing table drawn by rich."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from migrate.model import Level, Report
from migrate.output.counts import Counts, count
from migrate.output.summary import headline, rename_lines
from migrate.output.view import View, is_unicode

__all__ = ["draw"]

_STYLES = {Level.EXACT: "green", Level.RENAMES: "yellow", Level.UNSAFE: "red"}


def draw(report: Report, view: View, err: TextIO, failures: Iterable[str]) -> None:
    """Draws failures, the headline, the table and the renamed variables, within the view's width."""
    console = Console(
        file=err,
        force_terminal=view.color,
        no_color=not view.color,
        color_system="standard" if view.color else None,
        width=view.width,
        highlight=False,
        legacy_windows=False,
    )
    shown = is_unicode(err.encoding)
    for line in failures:
        _print(console, Text(line, "bold red"), shown)
    counts = count(report)
    _print(console, Text(headline(counts, view), "bold"), shown)
    if counts.seen or counts.notices_by or counts.failed:
        console.print(_table(counts, view, unicode=shown))
    names = [Text("  " + line) for line in rename_lines(report, view, "→" if shown else "->")]
    if names:
        _print(console, Text("Variables renamed", "bold"), shown)
    for name in names:
        _print(console, name, shown)


def _table(counts: Counts, view: View, *, unicode: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD if unicode else box.ASCII, show_header=False, pad_edge=False, show_edge=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for number, name, about, style in _rows(counts, view):
        table.add_row(Text(f"{number:,}"), Text(name, style), Text(_shown(about, unicode=unicode)))
    return table


def _rows(counts: Counts, view: View) -> Iterator[tuple[int, str, str, str]]:
    yield counts.files, "files", "looked at", ""
    yield counts.changed, "files", "changed" if view.applied else "would change", ""
    if counts.failed:
        yield counts.failed, "failed", "could not be processed", "red"
    yield counts.seen, "seen", "calls that a codemod looked at", ""
    for level, number in counts.levels.items():
        yield number, level.value, f"rewritten, {_ABOUT[level]}", _STYLES[level]
    yield from _reasons(counts.left_by, view, "left", "cyan")
    yield from _reasons(counts.notices_by, view, "notice", "dim")


_ABOUT = {
    Level.EXACT: "every graph name stays",
    Level.RENAMES: "some names change",
    Level.UNSAFE: "the program may change",
}


def _reasons(by_code: Mapping[str, int], view: View, what: str, style: str) -> Iterator[tuple[int, str, str, str]]:
    for code, number in by_code.items():
        rule = view.rules.get(code)
        yield number, f"{what} {code}", rule.summary if rule else "", style


def _print(console: Console, text: Text, unicode: bool) -> None:
    text.plain = _shown(text.plain, unicode=unicode)
    console.print(text, soft_wrap=True)


def _shown(text: str, *, unicode: bool) -> str:
    return text if unicode else text.encode("ascii", "backslashreplace").decode("ascii")
