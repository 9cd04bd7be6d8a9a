"""Comments that switch findings off: `# migrate: ignore[CODE] reason` on a statement, `# migrate: skip-file`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from migrate.findings.statements import Statements
from migrate.model import Finding, Span
from migrate.source import Source
from migrate.syntax.module import Module
from migrate.text import lexer

__all__ = ["MARKER", "Ignore", "Suppressions", "read"]

MARKER = b"migrate:"  # a file without these bytes has no suppressions

_COMMENT = re.compile(
    r"#\s*migrate:\s*(?P<verb>ignore|skip-file)\b(?:\[(?P<codes>[^\]#]*)\]?)?[ \t]*(?P<reason>[^#]*)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Ignore:
    """One ignore comment: the lines of the statement that it covers, its codes (none: all) and its reason."""

    span: Span
    first_line: int
    last_line: int
    codes: tuple[str, ...]
    reason: str

    def silences(self, line: int, codes: Sequence[str]) -> bool:
        """Whether it switches off a finding that starts on `line` under one of `codes`."""
        if not self.first_line <= line <= self.last_line:
            return False
        return not self.codes or bool(self.meaning(codes))

    def meaning(self, codes: Sequence[str]) -> frozenset[str]:
        """Those of its codes, or beginnings of codes, that stand for one of `codes`."""
        return frozenset(prefix for prefix in self.codes if any(code.startswith(prefix) for code in codes))


@dataclass(frozen=True, slots=True)
class Suppressions:
    """All that a file's comments switch off."""

    skip_file: bool = False
    ignores: tuple[Ignore, ...] = ()

    def of(self, finding: Finding, *others: str) -> Ignore | None:
        """The comment that switches `finding` off, under its own code or one of `others`; None where there is none."""
        codes = (finding.code, *others)
        return next((one for one in self.ignores if one.silences(finding.line, codes)), None)


def read(module: Module, statements: Statements) -> Suppressions:
    """The suppressions in a module's comments; strings that look like them are not comments."""
    if MARKER.decode() not in module.source.text:
        return Suppressions()
    skip, ignores = False, []
    for span, match in _comments(module.source):
        if match["verb"].lower() == "skip-file":
            skip = True
            continue
        first, last = _covered(module.source, span, statements)
        codes = tuple(code.strip().upper() for code in (match["codes"] or "").split(",") if code.strip())
        ignores.append(Ignore(span, first, last, codes, match["reason"].strip()))
    return Suppressions(skip, tuple(ignores))


def _comments(source: Source) -> Iterator[tuple[Span, re.Match[str]]]:
    for token in lexer.tokens(source.code):
        if token.kind is not lexer.Kind.COMMENT:
            continue
        # One comment may hold several, as `--add-ignore` writes them.
        for match in _COMMENT.finditer(source.code, token.start, token.end):
            yield Span(match.start(), match.start() + len(match.group().rstrip())), match


def _covered(source: Source, comment: Span, statements: Statements) -> tuple[int, int]:
    """The lines of the statement that a comment stands on or, on a line of its own, right above."""
    line, column = source.position(comment.start)
    alone = not source.text[comment.start - column + 1 : comment.start].strip()
    below = statements.below(line) if alone else None
    return below or statements.around(line)
