"""What a review asks about: findings that only make sense together, their change alone, and a person's own version."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from migrate.diff import hunks
from migrate.model import FileResult, Finding, Report, Revision, Rewrite
from migrate.output.replacements import Replaced, Replacement, fixes, replaced
from migrate.source import SourceError, read
from migrate.syntax.module import Module

__all__ = ["Region", "Unit", "conflicts", "merge", "problem", "regions", "units"]


@dataclass(frozen=True, slots=True)
class Unit:
    """Findings that are taken or left together, and what is known of their files that change.

    `key` names the unit in later runs: it is made of what changes, not of where.
    """

    findings: tuple[Finding, ...]
    files: tuple[tuple[FileResult, Replaced], ...] = field(compare=False, repr=False)
    key: str

    @property
    def ids(self) -> frozenset[str]:
        """The ids of its findings."""
        return frozenset(finding.id for finding in self.findings)

    @property
    def alone(self) -> tuple[FileResult, ...]:
        """Its files as they would be with nothing else changed."""
        found = (_alone(result, file, self.ids) for result, file in self.files)
        return tuple(one for one in found if one.changed)


@dataclass(frozen=True, slots=True)
class Region:
    """Whole lines of a file before, from character `start` to `end`, and the text that a unit puts there."""

    path: str
    line: int  # 1-based
    start: int
    end: int
    text: str


def units(report: Report, files: Mapping[str, Replaced]) -> tuple[Unit, ...]:
    """All rewrites of a report in groups, in the order of their first finding. `files` has the changed ones by path."""
    rewritten = {one.id: one for one in report.findings() if isinstance(one.outcome, Rewrite)}
    results = {result.path: result for result in report.results}
    seen: Counter[str] = Counter()
    found = []
    for group in _groups(rewritten, fixes(report, files)):
        findings = tuple(rewritten[name] for name in group)
        paths = dict.fromkeys(finding.path for finding in findings)
        own = tuple((results[path], files[path]) for path in paths if path in files)
        key = _key(group, own)
        seen[key] += 1
        found.append(Unit(findings, own, f"{key}-{seen[key]}"))
    return tuple(found)


def regions(unit: Unit, files: Mapping[str, Replaced]) -> tuple[Region, ...]:
    """The lines that a unit changes for itself; what it shares with others, such as an import, is not among them."""
    found: list[Region] = []
    for path in dict.fromkeys(finding.path for finding in unit.findings):
        if path in files:
            found += _regions(path, files[path].source.text, _own(unit, files[path]))
    return tuple(found)


def conflicts(region: Region, unit: Unit, files: Mapping[str, Replaced]) -> bool:
    """Whether some other unit changes the same lines."""
    own = set(_own(unit, files[region.path]))
    return any(
        one not in own and one.start < region.end and region.start < max(one.end, one.start + 1)
        for one in files[region.path].replacements
    )


def merge(report: Report, edited: Mapping[Unit, Sequence[Region]], files: Mapping[str, Replaced]) -> Report:
    """A report whose run declined the units of `edited`, with their regions as a person wrote them put in instead.

    `files` are the replacements of the report before anything was declined.
    """
    results = {result.path: result for result in report.results}
    for path in dict.fromkeys(region.path for changed in edited.values() for region in changed):
        file, result = files[path], results[path]
        own = {(one.start, one.end, one.text) for changed in edited.values() for one in changed if one.path == path}
        kept = {(one.start, one.end, one.text) for one in _kept(result)}
        taken = {edge for start, end, _ in kept for edge in (start, end)}
        shared = {one for one in _shared(path, edited, file) if one[0] not in taken}
        after = file.source.to_bytes(_spliced(file.source.text, own | kept | shared))
        before = file.source.to_bytes(file.source.text)
        results[path] = dataclasses.replace(result, revision=Revision.of(before, after))
    for unit in edited:
        for path in dict.fromkeys(finding.path for finding in unit.findings):
            if path in results:
                results[path] = _restored(results[path], unit)
    return dataclasses.replace(report, results=tuple(results[path] for path in sorted(results)))


def problem(changed: Sequence[Region], files: Mapping[str, Replaced]) -> str:
    """Why the files would not be Python with these regions put in; empty where they would."""
    for path in dict.fromkeys(region.path for region in changed):
        source = files[path].source
        wanted = {(one.start, one.end, one.text) for one in changed if one.path == path}
        try:
            Module(read(path, source.to_bytes(_spliced(source.text, wanted))))
        except SourceError as error:
            return f"{path}:{error.line}: {error.cause}" if error.line else f"{path}: {error.cause}"
    return ""


def _groups(findings: Mapping[str, Finding], needs: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Ids of findings that are linked by what they need, in either direction."""
    linked: dict[str, set[str]] = {name: set(needs[name]) for name in findings}
    for name, needed in needs.items():
        for one in needed:
            linked[one].add(name)
    order = {name: number for number, name in enumerate(findings)}
    done: set[str] = set()
    for name in findings:
        group: set[str] = set()
        todo = [name] if name not in done else []
        while todo:
            one = todo.pop()
            if one not in group:
                group.add(one)
                todo += linked[one]
        done |= group
        if group:
            yield tuple(sorted(group, key=order.__getitem__))


def _alone(result: FileResult, file: Replaced, group: Iterable[str]) -> FileResult:
    wanted = {(one.start, one.end, one.text) for one in file.of(group)}
    after = file.source.to_bytes(_spliced(file.source.text, wanted))
    return dataclasses.replace(result, revision=Revision.of(result.before or b"", after))


def _key(group: Sequence[str], files: Iterable[tuple[FileResult, Replaced]]) -> str:
    digest = hashlib.sha256()
    for result, file in files:
        digest.update(result.path.encode("utf-8", "surrogateescape"))
        text = file.source.text
        for region in _regions(result.path, text, file.of(group)):
            old, new = (one.encode("utf-8", "surrogatepass") for one in (text[region.start : region.end], region.text))
            for line in (line for hunk in hunks(old, new, context=0) for line in hunk.lines):
                digest.update(b"\0" + line.sign.encode() + line.data)
    return digest.hexdigest()


def _own(unit: Unit, file: Replaced) -> tuple[Replacement, ...]:
    return tuple(one for one in file.of(unit.ids) if one.owners <= unit.ids)


def _regions(path: str, text: str, own: Sequence[Replacement]) -> list[Region]:
    found: list[Region] = []
    spans: list[tuple[int, int, list[Replacement]]] = []
    for one in own:
        start = max(text.rfind("\n", 0, one.start), text.rfind("\r", 0, one.start)) + 1
        end = text.find("\n", max(one.end - (one.end > one.start and text[one.end - 1] == "\n"), one.start)) + 1
        end = end or len(text)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]), [*spans[-1][2], one])
        else:
            spans.append((start, end, [one]))
    for start, end, parts in spans:
        moved = {(one.start - start, one.end - start, one.text) for one in parts}
        found.append(Region(path, text.count("\n", 0, start) + 1, start, end, _spliced(text[start:end], moved)))
    return found


def _restored(result: FileResult, unit: Unit) -> FileResult:
    """The result with the unit's findings as they were before they were declined, for a person has made them."""
    places = {(finding.line, finding.column): finding for finding in unit.findings if finding.path == result.path}
    findings = [finding for finding in result.findings if (finding.line, finding.column) not in places]
    findings += places.values()
    return dataclasses.replace(result, findings=tuple(sorted(findings, key=lambda one: one.span)))


def _shared(path: str, edited: Mapping[Unit, Sequence[Region]], file: Replaced) -> set[tuple[int, int, str]]:
    """What edited units have in common with others: it stays as it was offered."""
    return {
        (one.start, one.end, one.text)
        for unit in edited
        if any(finding.path == path for finding in unit.findings)
        for one in file.of(unit.ids)
        if not one.owners <= unit.ids
    }


def _kept(result: FileResult) -> tuple[Replacement, ...]:
    found = replaced(result)
    return found.replacements if found else ()


def _spliced(text: str, wanted: Iterable[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end, new in sorted(wanted):
        pieces += text[done:start], new
        done = end
    return "".join((*pieces, text[done:]))
