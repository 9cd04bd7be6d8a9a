"""Facts that other runs have found: by a file's path and bytes, and by the code that finds facts."""

from __future__ import annotations

from migrate.caching.shelf import Shelf
from migrate.engine import Indexed
from migrate.work import IndexTask, Work

__all__ = ["FactsCache"]

_LEAST = 20_000  # bytes: the facts of two files that somebody is at work on are found again each time


class FactsCache:
    """The facts that `work` would find, in a database in `folder`."""

    def __init__(self, work: Work, folder: str) -> None:
        self._shelf = Shelf(work, folder)

    def find(self, task: IndexTask) -> Indexed | None:
        """The facts of an equal source."""
        match self._shelf.get(self.key(task)) if self._shelf.is_usable else None:
            case (dict(facts), dict(brief)) if {*facts, *brief} <= {*task.analyses}:
                return Indexed(task.path, facts, brief)
        return None

    def keep(self, task: IndexTask, result: Indexed) -> None:
        """Remembers what was found; a file that could not be indexed is tried again by each run."""
        if self._shelf.is_usable and result.failure is None:
            self._shelf.put(self.key(task), (result.facts, result.brief))

    def close(self, *, keeps: bool) -> None:
        """Writes what is new, if it `keeps` that and there is enough of it, and lets go of the database."""
        self._shelf.close(keeps=keeps, least=_LEAST)

    def key(self, task: IndexTask) -> bytes:
        """What tells a task's facts from all others."""
        return self._shelf.key((task.path, task.analyses, task.whole), [task.data])
