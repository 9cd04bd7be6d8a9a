"""Reads the sources of a run, again and again: a file is what it was when it was first looked at, or a failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from typing import Protocol, TypeAlias

from migrate import discover
from migrate.discover import Found
from migrate.model import Failure, FileResult

__all__ = ["Progress", "Reader"]

Progress: TypeAlias = Callable[[str, int, int], None]  # what is done, how much of it, of how much (0: unknown)


class Load(Protocol):
    """Gives a file's bytes, or why there are none, or None; see `discover.read`."""

    def __call__(self, path: str, *, named: bool) -> bytes | Failure | None: ...


class Reader:
    """The bytes of the files that were found; `overlay` holds some that stand for a file's own.

    `failures` go by path, those of the search among them: such a file is not read again. `load` gives the bytes of the
    others.
    """

    def __init__(
        self, found: Found, overlay: Mapping[str, bytes], progress: Progress, load: Load = discover.read
    ) -> None:
        self.files = found.files
        self.failures = {failure.path: failure for failure in found.failures}
        self._named = found.named
        self._overlay = overlay
        self._progress = progress
        self._load = load
        self._digests: dict[str, int] = {}

    def read(self, files: Sequence[str], what: str) -> Iterator[tuple[str, bytes]]:
        """The bytes of each file; one that cannot be read, or is not what it was, is a failure."""
        for done, path in enumerate(files):
            self._progress(what, done, len(files))
            if path in self.failures:
                continue
            overlaid = self._overlay.get(path)
            data = self._load(path, named=path in self._named) if overlaid is None else overlaid
            match data:
                case Failure():
                    self.fail(path, data)
                case bytes() if path in self._digests and self._digests[path] != hash(data):
                    self.fail(path, Failure("changed while it was being looked at; run again"))
                case bytes():
                    yield path, data

    def only(self, files: Sequence[str]) -> Reader:
        """The same for some of the files."""
        part = copy(self)
        part.files = files
        return part

    def remember(self, path: str, data: bytes) -> None:
        """Something depends on these bytes: from now on a file with others has changed."""
        self._digests[path] = hash(data)

    def fail(self, path: str, failure: Failure) -> None:
        """Notes why a file has no result."""
        self.failures[path] = FileResult(path, failure=failure)
