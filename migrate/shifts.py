"""The numbers of what is left: `Variable_1` becomes `Variable` once the one before it has a name of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from migrate.model import FileResult, Finding, Level, Rename, Rewrite, Shift

__all__ = ["shifted"]


def shifted(results: Sequence[FileResult]) -> tuple[FileResult, ...]:
    """The results of a whole run, in which whatever keeps its name tells what becomes of its number."""
    findings = (finding for result in results for finding in result.findings)
    programs = {shift.program for one in findings if _renames(one) for shift in one.shifts}
    return tuple(_told(result, programs) for result in results) if programs else tuple(results)


def _renames(finding: Finding) -> bool:
    """Whether a finding is made and gives another name to something."""
    return isinstance(finding.outcome, Rewrite) and any(one.changes for one in finding.renames)


def _told(result: FileResult, programs: set[str]) -> FileResult:
    staying = {shift for one in result.findings if not _renames(one) for shift in one.shifts}
    numbers = dict(_numbers(sorted(_counted(staying), key=lambda one: one.number or 0)))
    findings = tuple(_renumbered(one, numbers, programs) for one in result.findings)
    return dataclasses.replace(result, findings=findings)


def _counted(shifts: Iterable[Shift]) -> Iterator[Shift]:
    return (one for one in shifts if one.number is not None)


def _numbers(staying: Iterable[Shift]) -> Iterator[tuple[Shift, int]]:
    """The new number of each that stays: those of its series before it are counted, and no others any more."""
    counts: dict[tuple[str, int], int] = {}
    for one in staying:
        series = one.program, one.series
        counts[series] = counts.get(series, -1) + 1
        yield one, counts[series]


def _renumbered(finding: Finding, numbers: dict[Shift, int], programs: set[str]) -> Finding:
    exact = isinstance(finding.outcome, Rewrite) and finding.outcome.level is Level.EXACT
    if exact or _renames(finding):
        return finding
    moving = (shift for shift in finding.shifts if shift.program in programs)
    renames = dict.fromkeys(one for shift in moving for one in _rename(shift, numbers))
    return dataclasses.replace(finding, renames=(*_other(finding, renames), *renames)) if renames else finding


def _other(finding: Finding, renames: Iterable[Rename]) -> Iterator[Rename]:
    """What a rewrite tells of other names: those that are kept where they are passed."""
    told = {one.old for one in renames}
    return (one for one in finding.renames if isinstance(finding.outcome, Rewrite) and one.old not in told)


def _rename(shift: Shift, numbers: dict[Shift, int]) -> Iterator[Rename]:
    """What the report tells of one place: nothing where it stays, a pattern where nobody knows it."""
    if shift.carried:
        yield Rename(f"{shift.name.removesuffix('*')}*", f"{shift.name.removesuffix('*')}*", exact=False)
    elif shift.number is None:
        yield Rename(f"{shift.name}_*", f"{shift.name.removesuffix('*')}*", exact=False)
    elif shift.number != numbers[shift]:
        yield Rename(_called(shift.name, shift.number), _called(shift.name, numbers[shift]), exact=True)


def _called(name: str, number: int) -> str:
    return f"{name}_{number}" if number else name
