"""A file's change as replacements of text, each with the findings that it belongs to, for programs that are not ours.

Changes in the model may be wraps, which deepen whole blocks, and may meet in one place. Here they become replacements
that neither overlap nor touch, so that whoever applies all of them, in any order of files and each once, gets the
migrated text to the last character.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from migrate.diff import hunks, split
from migrate.edits import join_wraps
from migrate.model import Edit, FileResult, Finding, Report, Rewrite, Wrap
from migrate.source import Source, SourceError
from migrate.text.lexer import NEWLINE

__all__ = ["Replaced", "Replacement", "fixes", "replaced"]

Inserts = dict[int, str]  # what is inserted at which offset


@dataclass(frozen=True, slots=True)
class Replacement:
    """Puts `text` for the characters from `start` to `end` of the text before, on behalf of the findings `owners`.

    `joined` says that it holds changes of several findings which cannot be told apart, so that they go together.
    """

    start: int
    end: int
    text: str
    owners: frozenset[str]
    joined: bool = False


@dataclass(frozen=True)
class Replaced:
    """A changed file's source before, and its replacements in order."""

    source: Source
    replacements: tuple[Replacement, ...]

    def of(self, ids: Iterable[str]) -> tuple[Replacement, ...]:
        """The replacements that belong to one of these findings."""
        places = {place for name in ids for place in self._places.get(name, ())}
        return tuple(self.replacements[place] for place in sorted(places))

    @cached_property
    def _places(self) -> Mapping[str, list[int]]:
        """The places among the replacements of those that belong to a finding, by its id."""
        places: dict[str, list[int]] = defaultdict(list)
        for place, one in enumerate(self.replacements):
            for name in one.owners:
                places[name].append(place)
        return places


class _Reach:
    """Which findings' wraps reach over an offset."""

    def __init__(self, text: str, wraps: Iterable[tuple[Wrap, str]]) -> None:
        turns: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for wrap, name in wraps:
            turns[_line_start(text, wrap.span.start)].append((1, name))
            turns[wrap.span.end + 1].append((-1, name))
        self._turns = sorted(turns)
        self._owners: list[frozenset[str]] = []
        open_wraps: Counter[str] = Counter()
        for turn in self._turns:
            for change, name in turns[turn]:
                open_wraps[name] += change
            open_wraps = +open_wraps  # those that are none any more go
            self._owners.append(frozenset(open_wraps))

    def over(self, offset: int) -> frozenset[str]:
        """The findings whose wraps begin with the line of an offset, or before it, and end no earlier."""
        place = bisect_right(self._turns, offset) - 1
        return self._owners[place] if place >= 0 else frozenset()


def replaced(result: FileResult, reader: Callable[[str, bytes], Source] = Source.from_bytes) -> Replaced | None:
    """The replacements that turn `result.before` into `result.after`; None where nothing changes.

    Where the findings' own changes do not account for the difference (a notebook, whose cells are JSON in the file),
    the changed lines are replaced instead, on behalf of all rewritten findings together. With `source.read` as
    `reader` the text is not the file's but the program that a notebook's cells form.
    """
    if not result.changed or result.before is None or result.after is None:
        return None
    try:
        source = reader(result.path, result.before)
        after = reader(result.path, result.after).text
    except SourceError:
        return None
    rewritten = [finding for finding in result.findings if isinstance(finding.outcome, Rewrite)]
    own = _own(source.text, after, rewritten)
    if own is None or _apply(source.text, own) != after:
        own = _by_lines(source, after, frozenset(finding.id for finding in rewritten))
    return Replaced(source, tuple(own))


def fixes(report: Report, files: Mapping[str, Replaced]) -> dict[str, tuple[str, ...]]:
    """For each rewritten finding, the ids of all findings, itself included, that have to be applied with it.

    `files` are the replacements of the changed files by path.
    """
    rewritten = {finding.id: finding for finding in report.findings() if isinstance(finding.outcome, Rewrite)}
    needs: dict[str, set[str]] = {
        name: {one for one in finding.requires if one in rewritten} for name, finding in rewritten.items()
    }
    for file in files.values():
        for one in file.replacements:
            if one.joined:
                for name in one.owners:
                    needs[name] |= one.owners
    return {name: tuple(sorted(_closure(name, needs))) for name in rewritten}


def _closure(name: str, needs: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = [name]
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += needs[one]
    return found


def _apply(text: str, replacements: Sequence[Replacement]) -> str:
    pieces: list[str] = []
    done = 0
    for one in replacements:
        pieces += text[done : one.start], one.text
        done = one.end
    return "".join((*pieces, text[done:]))


def _own(text: str, after: str, findings: Sequence[Finding]) -> list[Replacement] | None:
    """The replacements that the findings' changes come to; None where they do not lead to `after`."""
    owned: dict[Edit, set[str]] = {}
    wraps: list[tuple[Wrap, str]] = []
    for finding in findings:
        for change in finding.outcome.changes if isinstance(finding.outcome, Rewrite) else ():
            if isinstance(change, Edit):
                owned.setdefault(change, set()).add(finding.id)
            else:
                wraps.append((change, finding.id))
    spliced = _merge(
        [Replacement(one.span.start, one.span.end, one.text, frozenset(ids)) for one, ids in owned.items()]
    )
    if not wraps:
        return spliced
    single = sorted({wrap for wrap, _ in wraps}, key=lambda wrap: (wrap.span.start, -wrap.span.end))
    joined = dict(zip(single, join_wraps(text, single), strict=True))
    wraps = [(joined[wrap], name) for wrap, name in wraps]
    inserts = _inserts(_apply(text, spliced), after)
    return None if inserts is None else _with_inserts(spliced, inserts, _Reach(text, wraps))


def _merge(replacements: Iterable[Replacement]) -> list[Replacement]:
    """In order, with those that touch made one."""
    merged: list[Replacement] = []
    for one in sorted(replacements, key=lambda one: (one.start, one.end)):
        if merged and merged[-1].end == one.start:
            last = merged[-1]
            apart = last.owners == one.owners or last.end == last.start == one.end
            merged[-1] = Replacement(
                last.start, one.end, last.text + one.text, last.owners | one.owners, last.joined or not apart
            )
        else:
            merged.append(one)
    return merged


def _inserts(middle: str, after: str) -> Inserts | None:
    """What wraps insert into `middle` (the text with its edits made): lines for headers, and indentation."""
    inserts: Inserts = {}
    lines, offset, number = _lines(middle), 0, 0
    for line in _lines(after):
        old = lines[number] if number < len(lines) else None
        room = len(line) - len(old) if old is not None else -1
        same = 0
        while old is not None and same < min(len(old), len(line)) and old[same] == line[same] and old[same] in " \t\f":
            same += 1
        if (
            old is not None
            and room >= 0
            and line[same : same + room].strip() == ""
            and line[same + room :] == old[same:]
        ):
            if room:
                inserts[offset + same] = inserts.get(offset + same, "") + line[same : same + room]
            number, offset = number + 1, offset + len(old)
        else:
            inserts[offset] = inserts.get(offset, "") + line
    return inserts if number == len(lines) else None


def _lines(text: str) -> list[str]:
    ends = [match.end() for match in NEWLINE.finditer(text)]
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True) if start < end]


def _with_inserts(spliced: Sequence[Replacement], inserts: Inserts, reach: _Reach) -> list[Replacement]:
    """The replacements with what the wraps insert, at offsets of the text that `spliced` makes, taken in."""
    made: list[Replacement] = []
    left = deque(sorted(inserts.items()))
    shift = 0
    for one in spliced:
        while left and left[0][0] < one.start + shift:
            made.append(_insert(*left.popleft(), shift, reach))
        new, done = one, 0
        while left and left[0][0] <= one.start + shift + len(one.text):
            at, added = left.popleft()
            place = at - one.start - shift + done
            owners = new.owners | reach.over(one.start)
            new = replace(new, text=new.text[:place] + added + new.text[place:], owners=owners)
            new = replace(new, joined=new.joined or new.owners != one.owners)
            done += len(added)
        made.append(new)
        shift += len(one.text) - (one.end - one.start)
    made += (_insert(at, added, shift, reach) for at, added in left)
    return _merge(made)


def _insert(at: int, added: str, shift: int, reach: _Reach) -> Replacement:
    """An insert of the wraps that reach over an offset; several of them cannot be told apart."""
    place = at - shift
    owners = reach.over(place)
    return Replacement(place, place, added, owners, joined=len(owners) > 1)


def _line_start(text: str, offset: int) -> int:
    start = text.rfind("\n", 0, offset) + 1
    return max(start, text.rfind("\r", start, offset) + 1)


def _by_lines(source: Source, after: str, owners: frozenset[str]) -> list[Replacement]:
    """The changed lines, as one finding's, whatever made them."""
    return list(_changed_lines(source.text, after, owners))


def _changed_lines(text: str, after: str, owners: frozenset[str]) -> Iterator[Replacement]:
    old, new = text.encode("utf-8", "surrogatepass"), after.encode("utf-8", "surrogatepass")
    starts = [0]
    for line in split(old):
        starts.append(starts[-1] + len(line.decode("utf-8", "surrogatepass")))
    for hunk in hunks(old, new, context=0):
        first = hunk.old_start - (hunk.old_count > 0)
        added = b"".join(line.data for line in hunk.lines if line.sign == "+")
        yield Replacement(
            starts[first], starts[first + hunk.old_count], added.decode("utf-8", "surrogatepass"), owners, joined=True
        )
