"""Applies a run's results: checks every file, puts the plan on record, stages all new bytes, then swaps them in.

What can be known beforehand (a file changed meanwhile, is read-only, lies outside the root) fails that file alone. What
goes wrong once writing has begun (a full disk) fails the run: every file gets its old bytes back.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from migrate.disk import atomic, record, store
from migrate.disk.atomic import RefusalError
from migrate.disk.record import Draft, Record, State
from migrate.journal import BusyError, JournalError, Recovered, project_root, recover, recover_in, roll_back
from migrate.model import Failure, FileResult, Revision
from migrate.paths import git

__all__ = ["BusyError", "JournalError", "Recovered", "Written", "apply", "project_root", "recover"]

_WAIT = 5.0  # seconds: see migrate.journal
_WALKED = (
    200_000  # names looked at for the other names of hard-linked files; those of more than that are written in place
)
_OF_ONE_FILE = frozenset({errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})


@dataclass(frozen=True, slots=True)
class Written:
    """What applying did, in the order of the results. `run` is what `undo` takes, None where nothing was written.

    `already` are files that held their new bytes before; `mixed` are those written that had changes not yet committed
    to git; `recovered` tells of an earlier run that had died. `root` is where the journal is asked for.
    """

    run: str | None
    written: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    failures: tuple[FileResult, ...] = ()
    mixed: tuple[str, ...] = ()
    recovered: Recovered | None = None
    root: str = ""


@dataclass(frozen=True, slots=True)
class _Target:
    """A file to write: where it really is, its status when checked, and the paths of the results that ask for it."""

    relative: str
    status: os.stat_result
    revision: Revision
    paths: tuple[str, ...]
    links: tuple[str, ...] = ()
    in_place: bool = False

    @property
    def key(self) -> tuple[int, int]:
        """The same for all names of one file."""
        return self.status.st_dev, self.status.st_ino

    def draft(self) -> Draft:
        mode = stat.S_IMODE(self.status.st_mode) & 0o777
        return Draft(self.relative, self.links, self.in_place, mode, self.revision)


@dataclass(slots=True)
class _Tally:
    """What has become of each path so far."""

    written: list[str] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)

    def fail(self, target: _Target, cause: str) -> None:
        self.failures.update(dict.fromkeys(target.paths, cause))


def apply(results: Sequence[FileResult], root: str, wait: float = _WAIT) -> Written:
    """Writes the new bytes of every changed result; all of them or, where the disk fails, none.

    `root` is what `project_root` gave for the same paths. Nothing is written where another process writes there for
    longer than `wait` seconds (`BusyError`), or where no journal can be kept (`JournalError`).
    """
    changed = [result for result in results if result.changed]
    if not changed:
        return Written(None)
    root = os.path.realpath(root)
    tally = _Tally()
    recovered, run = None, None
    try:
        with store.locked(root, wait) as folder:
            recovered = recover_in(folder, root)
            targets = _link(_check(changed, root, tally), root)
            tally.mixed += _uncommitted(targets, root)
            run = _write(targets, root, folder, tally) if targets else None
    except OSError as error:
        reason = f"could not be written: {error.strerror}; no file of this run was"
        tally.failures.update((result.path, reason) for result in changed if result.path not in tally.failures)
        tally.written.clear()
    return replace(_written(changed, tally, run, recovered), root=root)


def _written(changed: list[FileResult], tally: _Tally, run: Record | None, recovered: Recovered | None) -> Written:
    order = [result.path for result in changed]
    failures = tuple(
        FileResult(path, failure=Failure(tally.failures[path])) for path in order if path in tally.failures
    )
    written = tuple(path for path in order if path in set(tally.written))
    already = tuple(path for path in order if path in set(tally.already))
    mixed = tuple(path for path in written if path in set(tally.mixed))
    return Written(run.id if run and written else None, written, already, failures, mixed, recovered)


def _check(changed: list[FileResult], root: str, tally: _Tally) -> list[_Target]:
    """The files to write, each once: several paths, by links or overlapping arguments, may lead to one."""
    targets: dict[tuple[int, int], _Target] = {}
    for result in changed:
        try:
            target = _examine(result, root)
        except RefusalError as refusal:
            tally.failures[result.path] = refusal.cause
            continue
        except OSError as error:
            tally.failures[result.path] = f"could not be read again: {error.strerror}"
            continue
        if target is None:
            tally.already.append(result.path)
            continue
        twin = targets.setdefault(target.key, target)
        if twin.revision != target.revision:
            tally.failures[result.path] = f"is the same file as {twin.paths[0]}, which is rewritten in another way"
        elif twin is not target:
            targets[target.key] = replace(twin, paths=(*twin.paths, *target.paths))
    return list(targets.values())


def _examine(result: FileResult, root: str) -> _Target | None:
    """The target of one result, None where it holds the new bytes. Raises `RefusalError`, `OSError`."""
    assert result.revision is not None
    relative = atomic.locate(result.path, root)
    data, status = atomic.read(root, relative)
    if data == result.revision.after:
        return None
    if data != result.revision.before:
        raise RefusalError("changed while migrate was running; run it again")
    with atomic.opened(root, relative) as (place, name):
        if not status.st_mode & 0o222 or not os.access(place.at(name), os.W_OK, dir_fd=place.fd):
            raise RefusalError("is read-only")
        if not os.access(place.at("."), os.W_OK | os.X_OK, dir_fd=place.fd):
            raise RefusalError("stands in a read-only directory")
    return _Target(relative, status, result.revision, (result.path,))


def _link(targets: list[_Target], root: str) -> list[_Target]:
    """Finds the other names of files that have some; those with names out of reach are to be written in place."""
    names: dict[tuple[int, int], list[str]] = {target.key: [] for target in targets if target.status.st_nlink > 1}
    inodes = {inode for _, inode in names}
    for relative, inode in _walk(root) if names else ():
        if inode in inodes:
            with suppress(OSError):
                status = atomic.inspect(root, relative)
                names.get((status.st_dev, status.st_ino), []).append(relative)
    return [_with_links(target, names.get(target.key, [target.relative])) for target in targets]


def _with_links(target: _Target, names: list[str]) -> _Target:
    links = tuple(sorted(name for name in names if name != target.relative))
    reachable = len(links) + 1 == target.status.st_nlink and all(map(atomic.valid, links))
    if reachable and _can_give_owner(target.status):
        return replace(target, links=links)
    return replace(target, in_place=True)


def _can_give_owner(status: os.stat_result) -> bool:
    """Whether a new file of ours can belong to whom this one belongs."""
    if not hasattr(os, "geteuid") or os.geteuid() == 0:
        return True
    return status.st_uid == os.geteuid() and status.st_gid in {os.getegid(), *os.getgroups()}


def _uncommitted(targets: list[_Target], root: str) -> list[str]:
    """The paths of targets in which our changes are about to mix with uncommitted ones."""
    if not targets or git.repository(root) != root:
        return []
    names = git.uncommitted(root)
    return [path for target in targets if names & {target.relative, *target.links} for path in target.paths]


def _walk(root: str) -> Iterator[tuple[str, int]]:
    """The relative path and inode of everything below `root` that is no directory."""
    waiting, walked = [""], 0
    while waiting:
        folder = waiting.pop()
        try:
            entries = list(os.scandir(os.path.join(root, folder)))
        except OSError:
            continue
        for entry in entries:
            walked += 1
            if walked > _WALKED:
                return
            if entry.is_dir(follow_symlinks=False):
                waiting.append(folder + entry.name + "/")
            elif not entry.is_symlink():
                yield folder + entry.name, entry.inode()


def _write(targets: list[_Target], root: str, folder: str, tally: _Tally) -> Record | None:
    """Plans, stages and swaps under the lock. Raises `OSError` and `JournalError`; the old bytes are back then."""
    run = record.begin(folder, [target.draft() for target in targets])
    applied = False
    try:
        ready = _stage(run, targets, root, tally)
        done = _swap(run, ready, root, tally)
        if len(done) != len(targets):
            run = record.amend(run, tuple(run.entries[index] for index in done))
        run = record.mark(run, State.APPLIED)
        applied = True
    finally:
        if not applied:  # an interrupt as well
            roll_back(run, root)
    with suppress(OSError):  # all is written: an old run that cannot be removed is no failure
        record.prune(folder)
        if not done:
            record.forget(run)
    return run


def _stage(run: Record, targets: list[_Target], root: str, tally: _Tally) -> dict[int, _Target]:
    """Puts all new bytes on disk beside the old ones, and says which targets are ready, by their index."""
    ready = {}
    for index, target in enumerate(targets):
        cause = None if target.in_place else _stage_one(target, run.temporary(index), root)
        if cause is None:
            ready[index] = target
        else:
            tally.fail(target, cause)
    return ready


def _stage_one(target: _Target, temporary: str, root: str) -> str | None:
    """Why this file, and it alone, cannot be staged; None where it is. Raises `OSError` for what concerns them all."""
    try:
        atomic.stage(root, target.relative, temporary, target.revision.after)
    except RefusalError as refusal:
        return refusal.cause
    except OSError as error:
        if error.errno not in _OF_ONE_FILE:
            raise
        return f"could not be written: {error.strerror}"
    return None


def _swap(run: Record, ready: dict[int, _Target], root: str, tally: _Tally) -> list[int]:
    """Swaps the staged files in and says which, by index; one that changed since it was checked is left alone."""
    done = []
    for index, target in ready.items():
        if not _unchanged(target, root):
            for name in (target.relative, *target.links):
                atomic.discard(root, name, run.temporary(index))
            tally.fail(target, "changed while migrate was running; run it again")
            continue
        if target.in_place:
            atomic.overwrite(root, target.relative, target.revision.after)
        else:
            atomic.swap(root, target.relative, run.temporary(index), target.links)
        done.append(index)
        tally.written.extend(target.paths)
    names = [name for index in done for name in (ready[index].relative, *ready[index].links)]
    for folder in sorted({os.path.dirname(os.path.join(root, name)) for name in names}):
        atomic.sync_folder(folder)
    return done


def _unchanged(target: _Target, root: str) -> bool:
    try:
        return all(
            atomic.same_file(target.status, atomic.inspect(root, name)) for name in (target.relative, *target.links)
        )
    except OSError:
        return False
