"""One run on disk: what it is about to write, the bytes that were there, and how far it has come.

A run is a directory: `bytes` holds the old contents one behind the other, `plan.json` says which file each belongs to
and appears only once all is on disk, `state` is one word, overwritten in place so that a full disk cannot stop it.
Whatever is read here may have been forged: paths are checked, lengths and digests too, links not followed.
"""

from __future__ import annotations

import enum
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import BinaryIO

from migrate.disk import atomic
from migrate.disk.store import JournalError, is_real_folder
from migrate.model import Revision

__all__ = [
    "KEPT_RUNS",
    "Blob",
    "Draft",
    "Entry",
    "Record",
    "State",
    "amend",
    "begin",
    "content",
    "forget",
    "mark",
    "prune",
    "records",
]

KEPT_RUNS = 20

_FORMAT = 1
_WIDTH = 16  # bytes: every state is padded to this, so that changing it allocates nothing
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_LAST = 999_999_999
_RAW: int = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_READ: int = os.O_RDONLY | _RAW | getattr(os, "O_NONBLOCK", 0)  # a FIFO in a forged journal must not hang us
_DAWN, _DUSK = 0.0, 2.0**33  # seconds since 1970: times that every calendar can show


class State(enum.Enum):
    """How far a run has come."""

    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    PARTLY = "partly undone"  # some files had been edited since
    UNDONE = "undone"
    DAMAGED = "damaged"  # never written: what a record says that cannot be read

    @property
    def unfinished(self) -> bool:
        """Whether a process is at it, or died over it."""
        return self in {State.APPLYING, State.UNDOING}


@dataclass(frozen=True, slots=True)
class Blob:
    """A content: its SHA-256, its length, and the offset where `bytes` holds it (-1: it does not)."""

    digest: str
    size: int
    start: int = -1


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a run: paths relative to the root, `links` its other names, `mode` its permission bits."""

    path: str
    links: tuple[str, ...]
    in_place: bool
    mode: int
    before: Blob
    after: Blob

    @property
    def names(self) -> tuple[str, ...]:
        """Every name of the file that the run replaces."""
        return (self.path, *self.links)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a run is about to write: see `Entry`."""

    path: str
    links: tuple[str, ...]
    in_place: bool
    mode: int
    revision: Revision


@dataclass(frozen=True, slots=True)
class Record:
    """A run as `folder` holds it; `started` is in seconds since 1970."""

    folder: str
    number: int
    started: float
    state: State
    entries: tuple[Entry, ...]

    @property
    def id(self) -> str:
        """What the user calls the run."""
        return str(self.number)

    def temporary(self, index: int) -> str:
        """The name under which the new bytes of an entry wait beside the old ones."""
        return f".migrate-{self.number}-{index}.tmp"


def begin(folder: str, drafts: Sequence[Draft]) -> Record:
    """Puts on disk what is about to be written, ahead of it.

    Raises `OSError` and, where a forged journal has used up the numbers, `JournalError`; no run is on record then.
    """
    runs = os.path.join(folder, "runs")
    number = max((int(name) for name in os.listdir(runs) if _NUMBER.fullmatch(name)), default=0) + 1
    if number > _LAST:
        raise JournalError(f"There is no number left for a run in {runs}; remove what is in it")
    run = os.path.join(runs, str(number))
    os.mkdir(run, 0o700)
    done = False
    try:
        record = Record(run, number, time.time(), State.APPLYING, _save_bytes(run, drafts))
        _write(os.path.join(run, "state"), _state_line(State.APPLYING))
        amend(record, record.entries)
        for path in (runs, folder):
            atomic.sync_folder(path)
        done = True
    finally:
        if not done:
            shutil.rmtree(run, ignore_errors=True)
    return record


def amend(record: Record, entries: tuple[Entry, ...]) -> Record:
    """Replaces the plan, atomically. Raises `OSError`."""
    plan = {"format": _FORMAT, "started": record.started, "files": [asdict(entry) for entry in entries]}
    path = os.path.join(record.folder, "plan.json")
    _write(path + ".new", json.dumps(plan, indent=1).encode("ascii"))
    os.replace(path + ".new", path)
    atomic.sync_folder(record.folder)
    return replace(record, entries=entries)


def mark(record: Record, state: State) -> Record:
    """Puts the run's new state on disk. Raises `OSError`."""
    fd = os.open(os.path.join(record.folder, "state"), os.O_WRONLY | _RAW)
    try:
        os.write(fd, _state_line(state))
        os.fsync(fd)
    finally:
        os.close(fd)
    return replace(record, state=state)


def content(record: Record, blob: Blob) -> bytes:
    """The bytes of a content that the run holds. Raises `RefusalError` where they are not what they were, `OSError`."""
    fd = os.open(os.path.join(record.folder, "bytes"), _READ)
    with open(fd, "rb") as file:
        if blob.start + blob.size <= os.fstat(fd).st_size:  # 0 for what is no regular file
            file.seek(blob.start)
            data = file.read(blob.size)
            if hashlib.sha256(data).hexdigest() == blob.digest:
                return data
    raise atomic.RefusalError(f"cannot be restored: its old bytes are damaged in {record.folder}")


def forget(record: Record) -> None:
    """Removes a run that wrote nothing. Raises `OSError`."""
    gone = os.path.join(os.path.dirname(record.folder), f"old-{record.id}")
    os.rename(record.folder, gone)  # never half a run under its number
    shutil.rmtree(gone, ignore_errors=True)


def records(folder: str) -> Iterator[Record]:
    """Every run on record, newest first; one that cannot be read has the state `DAMAGED` and no entries."""
    runs = os.path.join(folder, "runs")
    names = os.listdir(runs) if is_real_folder(runs) else []
    for number in sorted((int(name) for name in names if _NUMBER.fullmatch(name)), reverse=True):
        run = os.path.join(runs, str(number))
        if not is_real_folder(run) or not os.path.lexists(os.path.join(run, "plan.json")):
            continue  # died before anything was written
        try:
            yield _load(run, number)
        except (ValueError, RecursionError, OSError):
            yield Record(run, number, 0.0, State.DAMAGED, ())


def prune(folder: str) -> None:
    """Forgets all but the newest `KEPT_RUNS` runs, and what died before it became one. Never an unfinished one."""
    runs = os.path.join(folder, "runs")
    known = list(records(folder))
    kept = {record.id for record in known[:KEPT_RUNS]} | {one.id for one in known if one.state.unfinished}
    for name in os.listdir(runs):
        path = os.path.join(runs, name)
        if name in kept or not is_real_folder(path):
            continue
        if _NUMBER.fullmatch(name):
            os.rename(path, path := os.path.join(runs, f"old-{name}"))
        shutil.rmtree(path, ignore_errors=True)


def _save_bytes(run: str, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
    """Writes the old contents, and of files that are written in place the new ones, to tell a torn file by."""
    entries, start = [], 0
    with _durable(os.path.join(run, "bytes")) as file:
        for draft in drafts:
            blobs = []
            for data, wanted in ((draft.revision.before, True), (draft.revision.after, draft.in_place)):
                blobs.append(Blob(hashlib.sha256(data).hexdigest(), len(data), start if wanted else -1))
                if wanted:
                    file.write(data)
                    start += len(data)
            entries.append(Entry(draft.path, draft.links, draft.in_place, draft.mode, *blobs))
    return tuple(entries)


@contextmanager
def _durable(path: str) -> Iterator[BinaryIO]:
    """A file to write, which is on disk once the block has ended."""
    with open(path, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _write(path: str, data: bytes) -> None:
    with _durable(path) as file:
        file.write(data)


def _state_line(state: State) -> bytes:
    return state.value.ljust(_WIDTH - 1).encode("ascii") + b"\n"


def _load(run: str, number: int) -> Record:
    """Reads a run. Raises `ValueError` or `RecursionError` where it is forged or damaged, and `OSError`."""
    plan = json.loads(_read(os.path.join(run, "plan.json")))
    state = State(_read(os.path.join(run, "state")).decode("ascii").strip())
    match plan:
        case {"format": 1, "started": float(started), "files": list(files)} if _DAWN <= started < _DUSK:
            return Record(run, number, started, state, tuple(_entry(file) for file in files))
        case _:
            raise ValueError("no plan of this format")


def _read(path: str) -> bytes:
    fd = os.open(path, _READ)
    with open(fd, "rb") as file:
        return file.read()


def _entry(raw: object) -> Entry:
    match raw:
        case {
            "path": str(path),
            "links": list(links),
            "in_place": bool(in_place),
            "mode": int(mode),
            "before": before,
            "after": after,
        }:
            names = (path, *links)
            if not all(isinstance(name, str) and atomic.valid(name) for name in names) or mode & ~0o777:
                raise ValueError("a path that leaves the root, or a mode that is none")
            entry = Entry(path, tuple(links), in_place, mode, _blob(before), _blob(after))
            if entry.before.start < 0 or (in_place and entry.after.start < 0):
                raise ValueError("a content that is not kept")
            return entry
        case _:
            raise ValueError("no entry")


def _blob(raw: object) -> Blob:
    match raw:
        case {"digest": str(digest), "size": int(size), "start": int(start)}:
            if _DIGEST.fullmatch(digest) and size >= 0 and start >= -1:
                return Blob(digest, size, start)
    raise ValueError("no content")
