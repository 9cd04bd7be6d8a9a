"""Comments that the engine writes at calls which are left: an ignore, or a mark for whoever has to look at them."""

from __future__ import annotations

from collections.abc import Iterable

from migrate.findings import rules
from migrate.findings.statements import Statements
from migrate.model import Edit, Finding, Left, Span
from migrate.source import Source
from migrate.syntax.module import Module
from migrate.text import lexer
from migrate.text.lexer import Kind

__all__ = ["MARK", "comments", "open_calls"]

MARK = "TODO(migrate):"
_SETTLED = frozenset({rules.SUPPRESSED, rules.DESELECTED, rules.DECLINED})


def open_calls(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that a person must look at: left, and by nobody's choice."""
    return [one for one in findings if isinstance(one.outcome, Left) and one.code not in _SETTLED]


def comments(module: Module, statements: Statements, findings: Iterable[Finding], kind: str) -> list[Edit]:
    """A comment for each statement with calls that are left; `kind` is "ignore" or "mark".

    It goes to the end of the statement or, where a string or a backslash stands in the way, on a line of its own above.
    """
    places = _Places(module.source, statements)
    found: dict[Span, list[Finding]] = {}
    for finding in open_calls(findings):
        place = places.of(finding.line)
        if place is not None and not (kind == "mark" and places.is_marked(place)):
            found.setdefault(place, []).append(finding)
    return [Edit(place, places.written(place, _text(left, kind))) for place, left in found.items()]


def _text(found: list[Finding], kind: str) -> str:
    codes = ",".join(dict.fromkeys(one.code for one in found))
    return f"# migrate: ignore[{codes}]" if kind == "ignore" else f"# {MARK} {codes} {found[0].message}"


class _Places:
    """Where in a source comments can go so that they are comments, and belong to the statement that is meant."""

    def __init__(self, source: Source, statements: Statements) -> None:
        self._source = source
        self._statements = statements
        tokens = lexer.tokens(source.code)
        open_ends = (one for one in tokens if one.kind in (Kind.STRING, Kind.CONTINUATION))
        # Lines that a string or a backslash carries on to the next: what is put there is no comment.
        self._carried = {line for one in open_ends for line in range(self._line(one.start), self._line(one.end))}

    def of(self, line: int) -> Span | None:
        """Where a comment to the statement on a line is put in, None where it has no place."""
        first, last = self._statements.around(line)
        while last in self._carried:
            last += 1
        covered, _ = self._statements.around(last)
        if covered <= line:
            end = self._end(last)
            return Span(end, end)
        if first - 1 in self._carried or self._statements.below(first - 1) is None:
            return None
        start = self._source.line_starts[first - 1]
        return Span(start, start)

    def is_marked(self, place: Span) -> bool:
        """Whether a mark is there already: on the line itself or on the one before a line's start."""
        line = self._line(place.start)
        lines = (line - 1, line) if self._is_above(place) else (line,)
        return any(MARK in self._of_line(one) for one in lines if one)

    def written(self, place: Span, comment: str) -> str:
        """The comment as it is put in there, with the blanks or the line that it needs."""
        if not self._is_above(place):
            return f"  {comment}"
        text = self._of_line(self._line(place.start))
        blanks = text[: len(text) - len(text.lstrip(" \t\f"))]
        newline = lexer.NEWLINE.search(self._source.text)
        return f"{blanks}{comment}{newline.group() if newline else chr(10)}"

    def _is_above(self, place: Span) -> bool:
        return self._source.line_starts[self._line(place.start) - 1] == place.start

    def _line(self, offset: int) -> int:
        return self._source.position(offset)[0]

    def _of_line(self, line: int) -> str:
        start = self._source.line_starts[line - 1]
        return self._source.text[start : self._end(line)]

    def _end(self, line: int) -> int:
        """Where a line ends, without its line end and the blanks before it."""
        starts, text = self._source.line_starts, self._source.text
        start = starts[line - 1]
        stop = starts[line] if line < len(starts) else len(text)
        return start + len(text[start:stop].rstrip())
