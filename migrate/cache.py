"""Facts that other runs have found: by a file's path and bytes, and by the code that finds facts.

They lie in a database in the user's cache, not in a project, which may be a stranger's; as `XDG_CACHE_HOME` can name a
place in one, what is read is trusted no more than needed (see `unpickling`).
"""

from __future__ import annotations

import os
import pickle
from hashlib import blake2b

from migrate.database import Database
from migrate.engine import Indexed
from migrate.fingerprint import fingerprint
from migrate.unpickling import unpickled
from migrate.work import IndexTask, Work

__all__ = ["FILE", "ROOM", "UNWRITABLE", "FactsCache", "seal", "unsealed"]

FILE = "facts.sqlite3"
ROOM = 256_000_000  # bytes
_BATCH = 4_000_000  # bytes of facts that wait to be written
_LEAST = 20_000  # bytes: the facts of two files that somebody is at work on are found again each time
_SEAL = 16  # bytes before a value that tell whether it is still what was written
UNWRITABLE = (pickle.PicklingError, TypeError, AttributeError, ValueError, RecursionError)


class FactsCache:
    """The facts that `work` would find, in a database in `folder`."""

    def __init__(self, work: Work, folder: str) -> None:
        self._packages = work.packages()
        self._code = fingerprint(self._packages)
        self._settings = work.references, work.largest
        self._database = Database(os.path.join(folder, FILE), ROOM)
        self._fresh: dict[bytes, bytes] = {}
        self._weight = 0

    def find(self, task: IndexTask) -> Indexed | None:
        """The facts of an equal source."""
        if not self._code:
            return None
        key = self.key(task)
        match unpickled(unsealed(key, self._database.get(key)), self._packages):
            case (dict(facts), dict(brief)) if {*facts, *brief} <= {*task.analyses}:
                return Indexed(task.path, facts, brief)
        return None

    def keep(self, task: IndexTask, result: Indexed) -> None:
        """Remembers what was found; a file that could not be indexed is tried again by each run."""
        if not self._code or result.failure is not None:
            return
        try:
            value = pickle.dumps((result.facts, result.brief), pickle.HIGHEST_PROTOCOL)
        except UNWRITABLE:
            return
        key = self.key(task)
        self._fresh[key] = seal(key, value)
        self._weight += len(value)
        if self._weight > _BATCH:
            self._write()

    def _write(self) -> None:
        self._database.put(self._fresh)
        self._fresh.clear()
        self._weight = 0

    def close(self, *, keeps: bool) -> None:
        """Writes what is new, if it `keeps` that and there is enough of it, and lets go of the database."""
        if keeps:
            self._database.put(self._fresh if self._weight >= _LEAST else {})
        self._database.close()

    def key(self, task: IndexTask) -> bytes:
        """What tells a task's facts from all others."""
        digest = blake2b(self._code, digest_size=20)
        digest.update(repr((self._settings, task.path, task.analyses, task.whole)).encode())
        digest.update(task.data)
        return digest.digest()


def seal(key: bytes, value: bytes) -> bytes:
    """A value behind what tells whether it is still what was written under a key."""
    return blake2b(key + value, digest_size=_SEAL).digest() + value


def unsealed(key: bytes, sealed: bytes | None) -> bytes:
    """The value itself; nothing where there is none, or it is not what was written."""
    value = (sealed or b"")[_SEAL:]
    return value if sealed == seal(key, value) else b""
