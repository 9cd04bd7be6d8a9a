"""What other runs have found, by key, in the user's cache: kept for the same code, and read without running any.

The database lies in the user's cache, not in a project, which may be a stranger's; as `XDG_CACHE_HOME` can name a place
in one, what is read is trusted no more than needed (see `unpickling`).
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from migrate.caching.database import Database
from migrate.caching.fingerprint import fingerprint
from migrate.caching.unpickling import unpickled
from migrate.work import Work

__all__ = ["FILE", "ROOM", "Shelf", "seal"]

FILE = "facts.sqlite3"
ROOM = 256_000_000  # bytes
_BATCH = 4_000_000  # bytes of values that wait to be written
_SEAL = 16  # bytes before a value that tell whether it is still what was written
_UNWRITABLE = (pickle.PicklingError, TypeError, AttributeError, ValueError, RecursionError)


class Shelf:
    """The values that the code of `work` has found, in the database in `folder`; to be closed."""

    def __init__(self, work: Work, folder: str) -> None:
        self._packages = work.packages()
        self._code = fingerprint(self._packages)
        self._asked = work.references, work.largest
        self._database = Database(os.path.join(folder, FILE), ROOM)
        self._fresh: dict[bytes, bytes] = {}
        self._weight = 0

    @property
    def is_usable(self) -> bool:
        """Whether anything can be kept: not where nobody can say what the code is."""
        return bool(self._code)

    def key(self, asked: object, sources: Iterable[bytes]) -> bytes:
        """What tells one value from all others: the code, what is `asked`, by how it is written, and the sources."""
        digest = blake2b(self._code + repr((self._asked, asked)).encode(), digest_size=20)
        for source in sources:
            digest.update(source)
        return digest.digest()

    def get(self, key: bytes) -> Any:
        """The value of a key, None where there is none."""
        sealed = self._database.get(key)
        value = (sealed or b"")[_SEAL:]
        return unpickled(value, self._packages) if sealed == seal(key, value) else None

    def put(self, key: bytes, value: object) -> None:
        """Remembers a value, unless it does not pickle."""
        try:
            pickled = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        except _UNWRITABLE:
            return
        self._fresh[key] = seal(key, pickled)
        self._weight += len(pickled)
        if self._weight > _BATCH:
            self._database.put(self._fresh)
            self._fresh.clear()
            self._weight = 0

    def close(self, *, keeps: bool, least: int = 0) -> None:
        """Writes what is new, if it `keeps` that and there are `least` bytes of it, and lets go of the database."""
        if keeps:
            self._database.put(self._fresh if self._weight >= least else {})
        self._database.close()


def seal(key: bytes, value: bytes) -> bytes:
    """A value behind what tells whether it is still what was written under a key."""
    return blake2b(key + value, digest_size=_SEAL).digest() + value
