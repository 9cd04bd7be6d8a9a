"""The numbers of what is left: `Variable_1` becomes `Variable` once the one before it has a name of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from migrate.model import FileResult, Finding, Level, Rename, Rewrite, Shift

__all__ = ["renames", "shifted"]


def shifted(
    results: Sequence[FileResult], unseen: Mapping[str, frozenset[Shift]] = MappingProxyType({})
) -> tuple[FileResult, ...]:
    """The results of a whole run, in which whatever keeps its name tells what becomes of its number.

    Of what is `unseen`, by file, the first finding of its program tells that gives up a name.
    """
    findings = (finding for result in results for finding in result.findings)
    programs = {shift.program for one in findings if renames(one) for shift in one.shifts}
    if not programs:
        return tuple(results)
    told = tuple(_told(result, unseen.get(result.path, frozenset()), programs) for result in results)
    return _with_others(told, _others(results, unseen))


def renames(finding: Finding) -> bool:
    """Whether a finding is made and gives another name to something."""
    return isinstance(finding.outcome, Rewrite) and any(one.changes for one in finding.renames)


def _told(result: FileResult, unseen: frozenset[Shift], programs: set[str]) -> FileResult:
    numbers = _staying(result.findings, unseen)
    findings = tuple(_renumbered(one, numbers, programs) for one in result.findings)
    return dataclasses.replace(result, findings=findings)


def _staying(findings: Iterable[Finding], unseen: frozenset[Shift]) -> dict[Shift, int]:
    """The new numbers of all that stays in a file."""
    staying = {*unseen, *(shift for one in findings if not renames(one) for shift in one.shifts)}
    return dict(_numbers(sorted(_counted(staying), key=lambda one: one.number or 0)))


def _others(results: Sequence[FileResult], unseen: Mapping[str, frozenset[Shift]]) -> dict[str, list[Rename]]:
    """What becomes of the names that no finding tells of, by program."""
    findings = {result.path: result.findings for result in results}
    others: dict[str, list[Rename]] = {}
    for path, shifts in sorted(unseen.items()):
        numbers = _staying(findings.get(path, ()), shifts)
        for shift in sorted(shifts, key=lambda one: (one.program, one.series, one.number or 0, one.name)):
            others.setdefault(shift.program, []).extend(_rename(shift, numbers))
    return others


def _with_others(results: Sequence[FileResult], others: dict[str, list[Rename]]) -> tuple[FileResult, ...]:
    """The results, with what else there is to tell at the first finding that is to blame for it."""
    return tuple(
        dataclasses.replace(result, findings=tuple(_with_its_own(one, others) for one in result.findings))
        for result in results
    )


def _with_its_own(finding: Finding, others: dict[str, list[Rename]]) -> Finding:
    programs = {shift.program for shift in finding.shifts} if renames(finding) else set[str]()
    told = [one for program in sorted(programs & others.keys()) for one in others.pop(program)]
    return dataclasses.replace(finding, renames=tuple(dict.fromkeys((*finding.renames, *told)))) if told else finding


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
    if exact or renames(finding):
        return finding
    moving = (shift for shift in finding.shifts if shift.program in programs)
    told = dict.fromkeys(one for shift in moving for one in _rename(shift, numbers))
    return dataclasses.replace(finding, renames=(*_other(finding, told), *told)) if told else finding


def _other(finding: Finding, moved: Iterable[Rename]) -> Iterator[Rename]:
    """What a rewrite tells of other names: those that are kept where they are passed."""
    told = {one.old for one in moved}
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
