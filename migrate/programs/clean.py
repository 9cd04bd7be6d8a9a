"""Results of programs in which nothing is rewritten, as other runs have found them: by all files, settings and code.

What would be written is never taken from here: whoever can write the cache could have it put into sources.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from types import TracebackType

from migrate.caching.shelf import Shelf
from migrate.engine import Rewritten
from migrate.findings.settle import Policy
from migrate.model import FileResult
from migrate.programs.extent import Setup
from migrate.programs.program import Program
from migrate.programs.reader import Reader
from migrate.programs.survey import Group

__all__ = ["CleanResults"]


class CleanResults:
    """The results of clean programs, in a database in `folder`; to be used in a `with` block."""

    def __init__(self, setup: Setup, reader: Reader, folder: str) -> None:
        self._setup = setup
        self._reader = reader
        self._shelf = Shelf(setup.work, folder)
        self._keys: dict[str, bytes] = {}  # by the first member: no file is one of two groups

    def find(self, group: Group) -> Mapping[str, Rewritten] | None:
        """The results of an equal program, None where there are none."""
        if not self._shelf.is_usable:
            return None
        key = self._keys[group.members[0]] = self._key(group)
        match self._shelf.get(key):
            case tuple(results) if all(isinstance(one, FileResult) and _is_clean(one) for one in results):
                return {one.path: Rewritten(one) for one in results}
        return None

    def keep(self, program: Program) -> None:
        """Remembers the results of a program that was asked for, if it is clean."""
        key = self._keys.pop(program.group.members[0], None)
        results = tuple(one.result for one in program.results.values())
        failed = not self._reader.failures.keys().isdisjoint(program.group.files)
        if key is not None and not failed and all(map(_is_clean, results)):
            self._shelf.put(key, results)

    def _key(self, group: Group) -> bytes:
        """What tells a program from all others: what is asked, and its files, which from now on are what they are."""
        folders = {os.path.dirname(path): path for path in group.files}
        policies = [(folder, _told(self._setup.policy(path))) for folder, path in sorted(folders.items())]
        return self._shelf.key((self._setup.comment, [*group.members], policies), self._sources(group))

    def _sources(self, group: Group) -> Iterator[bytes]:
        for path, data in self._reader.read(group.files, "Reading"):
            self._reader.remember(path, data)
            yield repr((path, len(data))).encode() + data

    def __enter__(self) -> CleanResults:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._shelf.close(keeps=kind is None)


def _is_clean(result: FileResult) -> bool:
    return not result.changed and result.failure is None


def _told(policy: Policy) -> tuple[object, ...]:
    """A policy in the same words each time: those of a set have no order."""
    options = policy.options
    return (
        policy.codemods,
        sorted(policy.off),
        policy.level.value,
        sorted(options.values.items()),
        sorted(options.selected),
        options.level.value,
    )
