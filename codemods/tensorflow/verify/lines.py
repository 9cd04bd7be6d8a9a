"""Which lines the findings stand for: behind a traceback of the migrated program, and in what a run went through."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from pathlib import Path

from codemods.tensorflow.verify.dump import Dump, Frame
from migrate.model import FileResult, Finding, Rewrite

__all__ = ["culprits", "unreached"]


def culprits(frames: Iterable[Frame], results: Iterable[FileResult], root: Path) -> dict[Frame, list[Finding]]:
    """The findings that rewrote the lines that a traceback of the migrated program goes through."""
    by_path = {os.path.relpath(os.path.realpath(result.path), root): result for result in results if result.changed}
    found: dict[Frame, list[Finding]] = {}
    for frame in frames:
        result = by_path.get(frame.file)
        if result is not None and result.before is not None and result.after is not None:
            lines = _origin(result.before, result.after, frame.line)
            rewrites = [one for one in result.findings if isinstance(one.outcome, Rewrite)]
            guilty = [one for one in rewrites if lines & set(_lines(result.before, one))]
            if guilty:
                found[frame] = guilty
    return found


def unreached(dump: Dump, results: Iterable[FileResult], root: Path) -> list[Finding]:
    """The rewritten calls that made no variable in a run of the program as it is: the run says nothing about them."""
    made = {(variable.file, variable.line) for variable in dump.variables}
    found = []
    for result in results:
        path, before = os.path.relpath(os.path.realpath(result.path), root), result.before
        for finding in result.findings:
            if before is None or not isinstance(finding.outcome, Rewrite) or finding.outcome.supports:
                continue
            if not any((path, line) in made for line in _lines(before, finding)):
                found.append(finding)
    return found


def _origin(before: bytes, after: bytes, line: int) -> set[int]:
    """The lines of the old text, counted from 1, that a line of the new one comes from."""
    matcher = difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if c < line <= d:
            alike = tag == "equal" or b - a == d - c  # a line for a line
            return {a + line - c} if alike else set(range(a + 1, max(b, a + 1) + 1))
    return set()


def _lines(before: bytes, finding: Finding) -> range:
    text = before.decode("utf-8", "replace")
    return range(finding.line, finding.line + text.count("\n", finding.span.start, finding.span.end) + 1)
