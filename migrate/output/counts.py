"""A report in numbers: calls seen, rewritten by level, left by reason, and the variables that get another name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from migrate.model import Left, Level, Notice, Rename, Report, Rewrite

__all__ = ["Counts", "count", "renames"]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of what; `rewritten` plus `left` is `seen`, notices come on top. Mappings are by level or by code."""

    files: int
    changed: int
    failed: int
    levels: Mapping[Level, int]
    rewritten_by: Mapping[str, int]
    left_by: Mapping[str, int]
    notices_by: Mapping[str, int]
    supporting: int  # rewrites of what is no call: scopes and imports that the calls' rewrites need

    @property
    def rewritten(self) -> int:
        """Calls that are rewritten."""
        return sum(self.levels.values())

    @property
    def left(self) -> int:
        """Calls that are left alone."""
        return sum(self.left_by.values())

    @property
    def seen(self) -> int:
        """Every call that a codemod looked at."""
        return self.rewritten + self.left


def count(report: Report) -> Counts:
    """Counts a report's findings. The mappings begin with the most frequent code, ties by code."""
    levels: Counter[Level] = Counter()
    rewritten: Counter[str] = Counter()
    left: Counter[str] = Counter()
    notices: Counter[str] = Counter()
    supporting = 0
    for finding in report.findings():
        match finding.outcome:
            case Rewrite(supports=True):
                supporting += 1
            case Rewrite(level):
                levels[level] += 1
                rewritten[finding.code] += 1
            case Left():
                left[finding.code] += 1
            case Notice():
                notices[finding.code] += 1
    by_level = {level: levels[level] for level in Level if levels[level]}
    changed, failed = len(report.changed), len(report.failures)
    by_code = _sorted(rewritten), _sorted(left), _sorted(notices)
    return Counts(report.files, changed, failed, by_level, *by_code, supporting)


def renames(report: Report) -> tuple[Rename, ...]:
    """Each variable, or pattern of variables, that gets another graph name, once, in the order of the old names."""
    found = {rename for finding in report.findings() for rename in finding.renames if rename.changes}
    return tuple(sorted(found, key=lambda rename: (rename.old, rename.new)))


def _sorted(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))
