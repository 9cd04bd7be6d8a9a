"""Facts that other runs have found: by a file's path and bytes, and by the code that finds facts.

They lie in a database in the user's cache, not in a project, which may be a stranger's: a pickle runs what it says. As
`XDG_CACHE_HOME` can name a place in one, nothing but data is loaded: sets, and codemods' enums, tuples and dataclasses.
"""

from __future__ import annotations

import enum
import io
import os
import pickle
import sys
from collections.abc import Collection
from contextlib import suppress
from dataclasses import is_dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from importlib.util import find_spec
from types import TracebackType
from typing import Any

from migrate.database import Database
from migrate.engine import Indexed
from migrate.executors import Executor
from migrate.executors.recalling import RecallingExecutor
from migrate.work import IndexTask, Work

__all__ = ["CachingExecutor", "FactsCache"]

_FILE = "facts.sqlite3"
_ROOM = 256_000_000  # bytes
_BATCH = 4_000_000  # bytes of facts that wait to be written
_LEAST = 20_000  # bytes: the facts of two files that somebody is at work on are found again each time
_MODEL = "migrate.model"  # the engine's own data
_SEAL = 16  # bytes before a value that tell whether it is still what was written
_UNREADABLE = (
    pickle.UnpicklingError,
    EOFError,
    ValueError,
    TypeError,
    AttributeError,
    ImportError,
    LookupError,
    ArithmeticError,
    RecursionError,
    MemoryError,
)
_UNWRITABLE = (pickle.PicklingError, TypeError, AttributeError, ValueError, RecursionError)


class CachingExecutor(RecallingExecutor):
    """An executor that indexes only what no run has indexed before; `folder` holds what they found."""

    def __init__(self, inner: Executor, work: Work, folder: str) -> None:
        self._cache = FactsCache(work, folder)
        super().__init__(inner, self._cache)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self._cache.close(keeps=kind is None)


class FactsCache:
    """The memory behind `work.index`; see `executors.recalling`. The database is opened for the first task."""

    def __init__(self, work: Work, folder: str) -> None:
        self._packages = work.packages()
        self._folder = folder
        self._settings = work.references, work.largest
        self._fresh: dict[bytes, bytes] = {}
        self._weight = 0

    def recall(self, name: str, task: Any) -> Indexed | None:
        """The facts of an equal source."""
        if name != "index" or not self._code:
            return None
        key = self.key(task)
        value = self._database.get(key)
        if value is None or value[:_SEAL] != _seal(key, value[_SEAL:]):
            return None
        try:
            found = _FactsReader(value[_SEAL:], self._packages).load()
        except _UNREADABLE:
            return None
        match found:
            case (dict(facts), dict(brief)) if {*facts, *brief} <= {*task.analyses}:
                return Indexed(task.path, facts, brief)
        return None

    def keep(self, name: str, task: Any, result: Any) -> None:
        """Remembers what was found; a file that could not be indexed is tried again by each run."""
        if name != "index" or not self._code or result.failure is not None:
            return
        try:
            value = pickle.dumps((result.facts, result.brief), pickle.HIGHEST_PROTOCOL)
        except _UNWRITABLE:
            return
        key = self.key(task)
        self._fresh[key] = _seal(key, value) + value
        self._weight += len(value)
        if self._weight > _BATCH:
            self._write()

    def _write(self) -> None:
        self._database.put(self._fresh)
        self._fresh.clear()
        self._weight = 0

    def close(self, *, keeps: bool) -> None:
        """Writes what is new, if it `keeps` that and there is enough of it, and lets go of the database."""
        if "_database" in vars(self):
            if keeps:
                self._database.put(self._fresh if self._weight >= _LEAST else {})
            self._database.close()

    @cached_property
    def _code(self) -> bytes:
        return _code(self._packages)

    @cached_property
    def _database(self) -> Database:
        return Database(os.path.join(self._folder, _FILE), _ROOM)

    def key(self, task: IndexTask) -> bytes:
        """What tells a task's facts from all others."""
        digest = blake2b(self._code, digest_size=20)
        digest.update(repr((self._settings, task.path, task.analyses, task.whole)).encode())
        digest.update(task.data)
        return digest.digest()


def _seal(key: bytes, value: bytes) -> bytes:
    return blake2b(key + value, digest_size=_SEAL).digest()


@lru_cache(maxsize=4)
def _code(packages: frozenset[str]) -> bytes:
    """A digest of what facts depend on beside the source and the settings; empty where the code cannot be read.

    It is made once a process: whatever is installed while a server runs is not the code that it goes on with.
    """
    digest = blake2b(repr((sys.implementation.cache_tag, sys.version_info[:3])).encode(), digest_size=20)
    for package in sorted({"migrate", *packages}):
        paths = _sources(package)
        if not any(map(os.path.exists, paths)):  # it lies in an archive, or has been compiled
            return b""
        for path in paths:
            # An editor's lock file beside a source may lead nowhere.
            with suppress(OSError), open(path, "rb", buffering=0) as file:
                digest.update(repr((package, os.path.basename(path))).encode() + file.read())
    return digest.digest()


def _sources(package: str) -> list[str]:
    """The sources of a package: where code is edited in place, its version tells nothing."""
    try:
        spec = find_spec(package)
    except ValueError:  # it was not imported, as `__main__`
        return []
    folders = (spec.submodule_search_locations or ()) if spec else ()
    paths = [os.path.join(folder, file) for top in folders for folder, _, files in os.walk(top) for file in files]
    paths += [spec.origin] if spec and spec.origin and not folders else []
    return sorted(path for path in paths if path.endswith(".py"))


class _FactsReader(pickle.Unpickler):
    """Loads only sets and what `packages` define to hold data.

    A pickle can call whatever it gets hold of, a class or an object of it: nothing that does more than hold values,
    such as `Deferred`, may be within its reach.
    """

    def __init__(self, value: bytes, packages: Collection[str]) -> None:
        super().__init__(io.BytesIO(value))
        self._packages = packages

    def find_class(self, module: str, name: str) -> Any:
        """Raises `pickle.UnpicklingError` for anything else."""
        if module == "builtins" and name in ("set", "frozenset"):
            return super().find_class(module, name)
        own = module == _MODEL or module.partition(".")[0] in self._packages
        found = super().find_class(module, name) if own else None
        if not isinstance(found, type) or found.__module__ != module or not _holds_data(found):
            raise pickle.UnpicklingError(f"{module}.{name} is no class of facts")
        return found


def _holds_data(found: type) -> bool:
    kind = is_dataclass(found) or issubclass(found, enum.Enum | tuple)
    return kind and not any("__call__" in vars(one) for one in found.__mro__)
