"""How much of what a run finds is rewritten, and what it goes through its programs with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrate.codemod import Analysis
from migrate.executors import Executor
from migrate.findings.settle import Policy
from migrate.work import Work

__all__ = ["WHOLE", "Extent", "Setup"]


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of what is found is rewritten; facts are those of all sources whatever it says.

    `overlay` holds bytes that stand for a file's own, such as an editor's unsaved text. `only` says which files are
    rewritten, `lines` which of their lines: statements that touch none of them are passed over. `part` says which
    rewritten files are reported: what a rewrite needs may stand in a file of another part.
    """

    overlay: Mapping[str, bytes] = field(default_factory=dict)
    only: Callable[[str], bool] | None = None
    lines: Mapping[str, Sequence[range]] | None = None
    part: Callable[[str], bool] = lambda _: True

    @property
    def is_whole(self) -> bool:
        """Whether all that is found is rewritten, as it lies there."""
        return self.only is None and self.lines is None and not self.overlay

    def wants(self, path: str) -> bool:
        """Whether anything in `path` may be rewritten."""
        return self.reaches(path) and (self.lines is None or path in self.lines)

    def reaches(self, path: str) -> bool:
        """Whether `path` is one of the files that are rewritten, whatever their lines."""
        return self.only is None or self.only(path)

    def without(self, paths: Collection[str]) -> Extent:
        """The same, but that nothing in `paths` is rewritten."""
        return replace(self, only=lambda path: path not in paths and self.reaches(path)) if paths else self


WHOLE = Extent()


@dataclass(frozen=True, slots=True)
class Setup:
    """What the programs of a run are gone through with; `comment` is what is put at calls that are left."""

    analyses: Sequence[Analysis]
    executor: Executor
    work: Work
    policy: Callable[[str], Policy]
    comment: str = ""
    extent: Extent = WHOLE
