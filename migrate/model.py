"""The data that flows between the floors: spans, changes, findings, results.

Everything here is frozen, slotted and picklable, and needs the standard library only.
"""

from __future__ import annotations

import enum
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = [
    "Change",
    "Edit",
    "Failure",
    "FileResult",
    "Finding",
    "Left",
    "Level",
    "Notice",
    "Outcome",
    "Rename",
    "Report",
    "Revision",
    "Rewrite",
    "Rule",
    "RuleKind",
    "Shift",
    "Span",
    "Wrap",
    "path_of",
]

_BLOCK = 8192  # bytes: zlib finds again what lies within 32 KB


class Level(enum.Enum):
    """How far a rewrite may be from the program that it replaces, safest first."""

    EXACT = "exact"  # the same variables under the same graph names
    RENAMES = "renames"  # the same variables; some names change and stand in the rename map
    UNSAFE = "unsafe"  # may change the program: applied on request only

    def allows(self, other: Level) -> bool:
        """Whether a run at this level applies a rewrite of level `other`."""
        order = tuple(Level)
        return order.index(other) <= order.index(self)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of character offsets into `Source.text`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Edit:
    """Replaces the characters of `span` by `text`; an empty span inserts."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Wrap:
    """Puts whole statements under a new header line, one level deeper.

    `span` runs from the first character of the first statement (behind its indentation) to the end of the last
    one's line, without its newline. `header` is one line without indentation, such as
    `with tf.variable_scope("conv1"):`. Wraps nest; edits inside a wrap are made as well. One that `joins` may share its
    header with neighbours of the same header, where entering it once does what entering it twice does.
    """

    span: Span
    header: str
    joins: bool = False


Change = Edit | Wrap


class RuleKind(enum.Enum):
    """What a finding under a rule says of the code."""

    REWRITE = "rewrite"
    LEFT = "left"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the closed list of codes; its page is what `migrate explain CODE` prints."""

    code: str  # such as "GV101": unique among all codemods
    name: str  # kebab case, such as "shape-form"
    kind: RuleKind
    summary: str  # one sentence, starting with a capital, without a full stop
    page: str  # Markdown: what, why, example, what to do by hand


@dataclass(frozen=True, slots=True)
class Rename:
    """A variable's graph name before and after, perhaps the same; not `exact` with a `*` for what only a run knows."""

    old: str
    new: str
    exact: bool

    @property
    def changes(self) -> bool:
        """Whether the name changes, as far as it is known."""
        return self.old != self.new


@dataclass(frozen=True, slots=True)
class Shift:
    """A place among the variables of one name, `name`, `name_1`, ...: it changes where others get names of their own.

    `program` tells apart those that one run of a program may make, `series` those of a file that are counted together.
    Without a number nobody knows the place.
    """

    program: str
    name: str  # perhaps with a `*`
    number: int | None = None
    series: int = 0
    carried: bool = False  # it is made of the name of another, which may change


@dataclass(frozen=True, slots=True)
class Rewrite:
    """The call is rewritten by `changes`, or by another finding that `Finding.requires` names.

    What only `supports` the rewrites of calls, such as a scope around them or an import, is no call seen itself.
    """

    level: Level
    changes: tuple[Change, ...]
    supports: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """The call is left alone; `advice` says in one sentence what a person can do about it."""

    advice: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something worth knowing beside a call that another finding counts."""


Outcome = Rewrite | Left | Notice


@dataclass(frozen=True, slots=True)
class Finding:
    """What a codemod says of one place. Rewritten plus left make the calls seen; notices come on top."""

    code: str
    path: str
    span: Span
    line: int  # 1-based
    column: int  # 1-based, in characters
    message: str
    outcome: Outcome
    renames: tuple[Rename, ...] = ()
    requires: tuple[str, ...] = ()  # ids of findings without which this one must not be applied
    shifts: tuple[Shift, ...] = ()  # what may become of its names where it is not made and others are

    @property
    def id(self) -> str:
        """Names this finding within one run, whatever the number of workers."""
        return f"{self.code}@{self.path}:{self.line}:{self.column}"


def path_of(finding: str) -> str:
    """The path of the file in which the finding of this id stands."""
    return finding.partition("@")[2].rsplit(":", 2)[0]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a file could not be processed; `line` is 1-based, 0 where no line is to blame."""

    cause: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Revision:
    """A file's bytes before and after, packed: a run holds those of all that changes until they are written.

    They lie in turns, a block of each, so that what is alike is near enough for zlib to find: the bytes after take
    hardly any room.
    """

    packed: bytes
    lengths: tuple[int, int]  # in bytes, before and after
    changes: bool

    @classmethod
    def of(cls, before: bytes, after: bytes) -> Revision:
        """The revision that makes `after` of `before`."""
        starts = range(0, max(len(before), len(after)), _BLOCK)
        blocks = (side[start : start + _BLOCK] for start in starts for side in (before, after))
        return cls(zlib.compress(b"".join(blocks), 1), (len(before), len(after)), before != after)

    @property
    def before(self) -> bytes:
        """The bytes that were read."""
        return self._side(0)

    @property
    def after(self) -> bytes:
        """The bytes that are to be written."""
        return self._side(1)

    def _side(self, side: int) -> bytes:
        data, done, blocks = zlib.decompress(self.packed), 0, []
        for start in range(0, max(self.lengths), _BLOCK):
            both = [min(max(length - start, 0), _BLOCK) for length in self.lengths]
            begin = done + both[0] * side
            blocks.append(data[begin : begin + both[side]])
            done += sum(both)
        return b"".join(blocks)


@dataclass(frozen=True, slots=True)
class FileResult:
    """One file's end: its findings and, where something changes, its revision."""

    path: str
    findings: tuple[Finding, ...] = ()
    revision: Revision | None = None
    failure: Failure | None = None

    @property
    def before(self) -> bytes | None:
        """Its bytes where something changes."""
        return self.revision.before if self.revision else None

    @property
    def after(self) -> bytes | None:
        """What they become."""
        return self.revision.after if self.revision else None

    @property
    def changed(self) -> bool:
        """Whether applying this result writes anything."""
        return self.revision is not None and self.revision.changes


@dataclass(frozen=True, slots=True)
class Report:
    """A run's results in the order of their paths; `files` counts every file looked at."""

    results: tuple[FileResult, ...]
    files: int
    failures: tuple[FileResult, ...] = field(default=())

    def findings(self) -> Iterator[Finding]:
        """Every finding, by path and then by position."""
        for result in self.results:
            yield from result.findings

    @property
    def changed(self) -> tuple[FileResult, ...]:
        """The files that applying writes."""
        return tuple(result for result in self.results if result.changed)
