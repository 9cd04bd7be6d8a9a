"""Going back: undoes a run, and rolls back what a dead one left half done.

A file is touched only where its bytes are those that the run wrote, so that nothing anybody did since is lost. Going
back is itself on record before it begins: whoever dies over it is followed by one who goes on.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass

from migrate.disk import atomic, record, store
from migrate.disk.atomic import RefusalError
from migrate.disk.record import Entry, Record, State
from migrate.disk.store import BusyError, JournalError, project_root
from migrate.model import Failure, FileResult

__all__ = [
    "BusyError",
    "JournalError",
    "Recovered",
    "Run",
    "State",
    "Undone",
    "project_root",
    "recover",
    "recover_in",
    "roll_back",
    "runs",
    "shown",
    "undo",
]

_WAIT = 5.0  # seconds: hooks start several processes on one tree at once, and each writes for a moment only
_BLOCK = 512  # bytes: what a disk writes whole
_LATER = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EFBIG})  # may be gone at the next try


@dataclass(frozen=True, slots=True)
class Run:
    """A run on record; `started` is in seconds since 1970, `paths` are as a user sees them."""

    id: str
    started: float
    state: State
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Undone:
    """What `undo` did. `run` is None where there was none to undo; `already` had their old bytes; `refused` say why."""

    run: str | None
    restored: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    refused: tuple[FileResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of a dead run: `finished` where only its last word was missing, else its files went back."""

    run: str
    finished: bool
    restored: tuple[str, ...] = ()
    refused: tuple[FileResult, ...] = ()


def runs(root: str) -> tuple[Run, ...]:
    """The runs on record for the project at `root`, newest first. Takes no lock. Raises `OSError`."""
    root = os.path.realpath(root)
    folder = store.find(root)
    known = record.records(folder) if folder else ()
    return tuple(
        Run(one.id, one.started, one.state, tuple(shown(root, entry.path) for entry in one.entries)) for one in known
    )


def undo(root: str, run: str | None = None, wait: float = _WAIT) -> Undone:
    """Gives the files of a run their old bytes and modes back, those edited since excepted.

    Without `run`: that of a run that died, if there is one, else of the newest that is not undone. `recover` must not
    be called before it. Raises `JournalError` (an unknown, undone or damaged run; `BusyError` after `wait` seconds)
    and `OSError`.
    """
    root = os.path.realpath(root)
    if store.find(root) is None:
        if run is not None:
            raise JournalError(f"There is no run {run} on record in {root}")
        return Undone(None)
    with store.locked(root, wait) as folder:
        known = list(record.records(folder))
        dead = [one for one in known if one.state.unfinished]
        chosen = _choose(known, run, root)
        for one in dead:
            if chosen is None or one.number != chosen.number:
                roll_back(one, root)
        return roll_back(chosen, root, known) if chosen else Undone(None)


def recover(root: str, wait: float = 0.0) -> Recovered | None:
    """Ends what a run that died left half done in the project at `root`; None where there is nothing to end.

    To be called before sources are read, but neither before `undo` nor where nothing may be written (`--dry-run`).
    Returns None as well where another process is writing just now. Raises `JournalError` where, say, a full disk is
    full still.
    """
    root = os.path.realpath(root)
    folder = store.find(root)
    try:
        if folder is None or not any(one.state.unfinished for one in record.records(folder)):
            return None
        with store.locked(root, wait) as folder:
            return recover_in(folder, root)
    except BusyError:
        return None
    except OSError as error:
        raise JournalError(f"The journal in {folder} cannot be used: {error.strerror}") from error


def recover_in(folder: str, root: str) -> Recovered | None:
    """`recover` for one who holds the lock."""
    last = None
    for one in record.records(folder):
        if not one.state.unfinished:
            continue
        if one.state is State.APPLYING and _complete(one, root):
            record.mark(one, State.APPLIED)
            last = last or Recovered(one.id, True)
            continue
        undone = roll_back(one, root)
        last = last or Recovered(one.id, False, undone.restored, undone.refused)
    return last


def roll_back(run: Record, root: str, known: list[Record] | None = None) -> Undone:
    """Gives the files of `run` their old bytes back, for one who holds the lock.

    `known` are all runs, to tell who wrote later. Raises `JournalError` where a failing or full disk stops it; the run
    stays unfinished then.
    """
    torn = run.state.unfinished
    if run.state is not State.APPLYING:
        run = record.mark(run, State.UNDOING)
    lists: tuple[list[str], list[str], list[FileResult]] = ([], [], [])
    restored, already, refused = lists
    for index, entry in enumerate(run.entries):
        path = shown(root, entry.path)
        try:
            (restored if _restore(run, index, root, torn) else already).append(path)
        except RefusalError as refusal:
            refused.append(_failed(path, _later(run, entry, root, known or []) or refusal.cause))
        except OSError as error:
            if error.errno in _LATER:
                cause = f"Run {run.id} could not be rolled back ({path}: {error.strerror})"
                raise JournalError(f"{cause}; `migrate undo` will go on with it") from error
            refused.append(_failed(path, f"cannot be restored: {error.strerror}"))
    record.mark(run, State.PARTLY if refused else State.UNDONE)
    return Undone(run.id, tuple(restored), tuple(already), tuple(refused))


def shown(root: str, relative: str) -> str:
    """A path as the user sees it: relative to the current directory where it lies below, else absolute; with `/`."""
    path = os.path.join(root, *relative.split("/"))
    here = os.path.join(os.path.realpath(os.curdir), "")
    return (path[len(here) :] if path.startswith(here) else path).replace(os.sep, "/")


def _failed(path: str, cause: str) -> FileResult:
    return FileResult(path, failure=Failure(cause))


def _choose(known: list[Record], run: str | None, root: str) -> Record | None:
    """The run to undo. Raises `JournalError` where the one asked for cannot be."""
    if run is None:
        dead = (one for one in known if one.state.unfinished)
        live = (one for one in known if one.state in {State.APPLIED, State.PARTLY})
        return next(dead, None) or next(live, None)
    for one in known:
        if one.id != run:
            continue
        if one.state is State.UNDONE:
            raise JournalError(f"Run {run} is undone already")
        if one.state is State.DAMAGED:
            raise JournalError(f"The journal of run {run} is damaged: {one.folder}")
        return one
    raise JournalError(f"There is no run {run} on record in {root}")


def _complete(run: Record, root: str) -> bool:
    """Whether every name of every file leads to the run's new bytes, and those of one file to one file."""
    for index, entry in enumerate(run.entries):
        _clean(run, index, root)
        try:
            found = [atomic.read(root, name) for name in entry.names]
        except (OSError, RefusalError):
            return False
        if any(_digest(data) != entry.after.digest for data, _ in found) or len({one.st_ino for _, one in found}) > 1:
            return False
    return True


def _restore(run: Record, index: int, root: str, torn: bool) -> bool:
    """Gives one file its old bytes back; False where it has them. `torn`: a half-written one is ours to mend, too.

    Raises `RefusalError` where it is not what the run wrote, and `OSError`.
    """
    entry = run.entries[index]
    _clean(run, index, root)
    old = record.content(run, entry.before)
    found = _found(entry, root)
    for data, _ in found:
        if data != old and not _ours(run, entry, data, old, torn):
            raise RefusalError("was edited since")
    first = found[0][1]
    one_file = len({status.st_ino for _, status in found}) == 1
    if one_file and all(data == old for data, _ in found) and stat.S_IMODE(first.st_mode) & 0o777 == entry.mode:
        return False
    if entry.in_place:
        atomic.overwrite(root, entry.path, old, entry.mode)
        return True
    inodes = [status.st_ino for _, status in found]
    if any(status.st_nlink != inodes.count(status.st_ino) for _, status in found):
        raise RefusalError("has got another hard link since, which restoring would cut")
    _replace(run, index, root, old)
    return True


def _replace(run: Record, index: int, root: str, old: bytes) -> None:
    entry, temporary = run.entries[index], run.temporary(index)
    atomic.stage(root, entry.path, temporary, old, entry.mode)
    done = False
    try:
        atomic.swap(root, entry.path, temporary, entry.links)
        done = True
    finally:
        if not done:
            _clean(run, index, root)
    for folder in {os.path.dirname(os.path.join(root, name)) for name in entry.names}:
        atomic.sync_folder(folder)


def _found(entry: Entry, root: str) -> list[tuple[bytes, os.stat_result]]:
    try:
        return [atomic.read(root, name) for name in entry.names]
    except FileNotFoundError as error:
        raise RefusalError("was removed since") from error


def _clean(run: Record, index: int, root: str) -> None:
    """Removes what a dead process left beside the file."""
    for name in run.entries[index].names:
        atomic.discard(root, name, run.temporary(index))


def _ours(run: Record, entry: Entry, data: bytes, old: bytes, torn: bool) -> bool:
    if _digest(data) == entry.after.digest:
        return True
    return torn and entry.in_place and _mixed(data, old, record.content(run, entry.after))


def _mixed(data: bytes, one: bytes, other: bytes) -> bool:
    """Whether a crash can leave `data` of writing one over the other: each block is of either, or cuts over once."""
    if len(data) > max(len(one), len(other)):
        return False
    for start in range(0, len(data), _BLOCK):
        piece = data[start : start + _BLOCK]
        first, second = one[start : start + len(piece)], other[start : start + len(piece)]
        if not _cut_over(piece, first, second) and not _cut_over(piece, second, first):
            return False
    return True


def _cut_over(piece: bytes, first: bytes, second: bytes) -> bool:
    pairs = enumerate(zip(piece, first, strict=False))
    same = next((index for index, (mine, its) in pairs if mine != its), min(len(piece), len(first)))
    return same == len(piece) or (len(second) >= len(piece) and piece[same:] == second[same:])


def _later(run: Record, entry: Entry, root: str, known: list[Record]) -> str | None:
    """What to say of a file that a later run wrote."""
    try:
        digest = _digest(atomic.read(root, entry.path)[0])
    except (OSError, RefusalError):
        return None
    for one in known:
        if one.number > run.number and any(e.path == entry.path and e.after.digest == digest for e in one.entries):
            return f"was changed again by run {one.id}, which must be undone first"
    return None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
