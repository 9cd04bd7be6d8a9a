"""Comments that the engine writes at calls which are left: an ignore, or a mark for whoever has to look at them."""

from __future__ import annotations

from collections.abc import Iterable

from migrate import rules
from migrate.model import Edit, Finding, Left, Span
from migrate.source import Source
from migrate.statements import Statements
from migrate.syntax.module import Module

__all__ = ["MARK", "comments", "open_calls"]

MARK = "TODO(migrate):"
_SETTLED = frozenset({rules.SUPPRESSED, rules.DESELECTED, rules.DECLINED})


def open_calls(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that a person must look at: left, and by nobody's choice."""
    return [one for one in findings if isinstance(one.outcome, Left) and one.code not in _SETTLED]


def comments(module: Module, statements: Statements, findings: Iterable[Finding], kind: str) -> list[Edit]:
    """A comment at the end of each statement with calls that are left; `kind` is "ignore" or "mark"."""
    by_line: dict[int, list[Finding]] = {}
    for finding in open_calls(findings):
        by_line.setdefault(statements.around(finding.line)[1], []).append(finding)
    return [edit for line, found in by_line.items() for edit in _comment(module.source, line, found, kind)]


def _comment(source: Source, line: int, found: list[Finding], kind: str) -> list[Edit]:
    start, end = _line(source, line)
    if kind == "mark" and MARK in source.text[start:end]:
        return []
    codes = ",".join(dict.fromkeys(one.code for one in found))
    text = f"migrate: ignore[{codes}]" if kind == "ignore" else f"{MARK} {codes} {found[0].message}"
    return [Edit(Span(end, end), f"  # {text}")]


def _line(source: Source, line: int) -> tuple[int, int]:
    """Where a line begins and ends, without its line end and the blanks before it."""
    start = source.line_starts[line - 1]
    stop = source.line_starts[line] if line < len(source.line_starts) else len(source.text)
    return start, start + len(source.text[start:stop].rstrip())
