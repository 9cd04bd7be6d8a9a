"""Goes through the programs of a run: here, elsewhere, or not at all where another run has found nothing to rewrite."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from migrate.programs.extent import Setup
from migrate.programs.program import Program
from migrate.programs.reader import Reader
from migrate.programs.shipping import Outcome, Parcel, carry_out, pack, shared_out
from migrate.programs.survey import Group

if TYPE_CHECKING:
    from migrate.programs.clean import CleanResults

__all__ = ["Traversal"]

_REMEMBERED = 300  # files whose facts are kept for a review, 40 KB each


class Traversal:
    """Makes a program of each group; `cache` is the folder of what other runs have found, if any."""

    def __init__(self, setup: Setup, reader: Reader, cache: str | None) -> None:
        self._setup = setup
        self._reader = reader
        self._cache = cache

    def programs(self, groups: deque[Group]) -> Iterator[Program]:
        """The programs, which have been gone through; `groups` is emptied. Of most nothing is kept but the results."""
        clean = self._clean(groups)
        remembered = 0
        for program in self._known(groups, clean) if clean else self._fresh(groups):
            remembered += program.size
            if remembered > _REMEMBERED:
                program.forget()
            yield program

    def _clean(self, groups: Collection[Group]) -> CleanResults | None:
        """What other runs have found clean of some programs, if there are any and anybody keeps it."""
        if not groups or not self._cache or not self._setup.extent.is_whole:
            return None
        try:
            from migrate.programs.clean import CleanResults  # noqa: PLC0415 - most runs need no database
        except ImportError:  # Python can be built without SQLite
            return None
        return CleanResults(self._setup, self._reader, self._cache)

    def _known(self, groups: deque[Group], clean: CleanResults) -> Iterator[Program]:
        """Those that are known to be clean, then all others."""
        with clean:
            unknown: deque[Group] = deque()
            while groups:
                group = groups.popleft()
                results = clean.find(group)
                if results is None:
                    unknown.append(group)
                else:
                    yield Program(self._setup, self._reader.only(group.files), group, results)
            for program in self._fresh(unknown):
                clean.keep(program)
                yield program

    def _fresh(self, groups: deque[Group]) -> Iterator[Program]:
        """Programs that would keep the others waiting are spread file by file, the others are sent whole."""
        here, sent = shared_out(groups, self._setup.executor.width if self._setup.extent.is_whole else 1)
        groups.clear()  # whose facts would stay
        while here:
            yield self._follow(here.popleft())
        yield from self._sent(sent)

    def _follow(self, group: Group) -> Program:
        program = Program(self._setup, self._reader.only(group.files), group)
        program.look()
        return program

    def _sent(self, groups: deque[Group]) -> Iterator[Program]:
        """Programs that are gone through elsewhere; one whose worker died of it is gone through here, file by file."""
        waiting: deque[Group] = deque()
        for outcome in self._setup.executor.map(carry_out, self._parcels(groups, waiting)):
            group = waiting.popleft()
            match outcome:
                case Outcome(results, failures, unseen):
                    self._reader.failures.update(failures)
                    program = Program(self._setup, self._reader.only(group.files), group, results)
                    program.unseen.update(unseen)
                    yield program
                case _:
                    yield self._follow(group)

    def _parcels(self, groups: deque[Group], waiting: deque[Group]) -> Iterator[Parcel]:
        while groups:
            waiting.append(groups.popleft())
            yield pack(waiting[-1], self._reader, self._setup, self._cache)
