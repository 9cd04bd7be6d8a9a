"""One program, its tree, and the runs that prove or disprove a set of rewrites."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from codemods.tensorflow.verify.compare import Comparison, compare
from codemods.tensorflow.verify.dump import Dump
from codemods.tensorflow.verify.probe import Probe, Request
from codemods.tensorflow.verify.statistics import DRAWS
from codemods.tensorflow.verify.trees import copied
from migrate.model import FileResult

__all__ = ["Trial", "changes_of"]


class Trial:
    """Runs a program from copies of `root`, and compares; each different run is made once.

    `directory` is where the program runs, relative to `root`, and `request.main` is relative to `root` as well.
    """

    def __init__(self, probe: Probe, root: Path, request: Request) -> None:
        self.probe = probe
        self.root = root
        self.request = request
        self._before: dict[int, Dump] = {}

    def before(self) -> Dump:
        """What the program builds from the tree as it is."""
        return self._first(0)

    def wavers(self) -> tuple[str, ...]:
        """How the program differs from itself, run twice as it is: nothing can be proved of it then."""
        return tuple(compare(self._first(0), self._run(self.root, {}, self.request.main, 0)).explain())

    def compare(self, changes: Mapping[str, bytes]) -> Comparison:
        """What the program builds from the tree as it is, and with `changes` (paths relative to `root`)."""
        return self.compare_with(self.root, changes)

    def compare_with(self, other: Path, changes: Mapping[str, bytes], main: str | None = None) -> Comparison:
        """The same, with another tree in the place of the migrated copy."""
        if not self.before().end.complete:
            return compare(self.before(), self.before().skipped())
        comparison = self._compare(other, changes, main, draws=0)
        return self._compare(other, changes, main, draws=DRAWS) if comparison.undecided else comparison

    def passes(self, changes: Mapping[str, bytes]) -> bool:
        """Whether the program builds the same variables with `changes`, whatever they are called."""
        return self.compare(changes).verdict.proved

    def _compare(self, other: Path, changes: Mapping[str, bytes], main: str | None, *, draws: int) -> Comparison:
        return compare(self._first(draws), self._run(other, changes, main or self.request.main, draws))

    def _first(self, draws: int) -> Dump:
        if draws not in self._before:
            self._before[draws] = self._run(self.root, {}, self.request.main, draws)
        return self._before[draws]

    def _run(self, root: Path, changes: Mapping[str, bytes], main: str, draws: int) -> Dump:
        with copied(root, changes) as tree:
            request = dataclasses.replace(self.request, main=main, draws=draws, origin=str(root))
            return self.probe.run(tree, request)


def changes_of(results: Iterable[FileResult], root: Path) -> dict[str, bytes]:
    """The new bytes of the changed files below `root`, by their path relative to it."""
    changes = {}
    for result in results:
        path = os.path.realpath(result.path)
        if result.changed and result.after is not None and path.startswith(str(root) + os.sep):
            changes[os.path.relpath(path, root)] = result.after
    return changes
