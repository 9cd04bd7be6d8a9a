"""The project's cache directory: which project a path belongs to, where its journal lies, and who may write.

It is `.migrate_cache` in the project's root; where that cannot be written, a directory of the user's cache.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from collections.abc import Iterator, Sequence

from migrate.places import user_cache

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

__all__ = ["FOLDER", "BusyError", "JournalError", "find", "is_real_folder", "locked", "project_root"]

FOLDER = ".migrate_cache"
_SHARED = "migrate"  # in the user's cache: the journals of projects that cannot be written
_MARKERS = ((".git",), ("pyproject.toml", "migrate.toml"))
_TAG = b"Signature: 8a477f597d28d172789f06886806bc55\n# A cache directory: see https://bford.info/cachedir/\n"
_PAUSE = 0.05  # seconds between two looks at a lock that somebody holds
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})  # another directory is no answer to these


class JournalError(Exception):
    """A journal that cannot be used; `cause` is a whole sentence without a full stop."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class BusyError(JournalError):
    """Another process is writing in the same project."""


def project_root(paths: Sequence[str]) -> str:
    """The real directory whose journal records changes to `paths`; none given means the current directory.

    It is the working tree of git that holds them all, so that its packages share one journal and one lock; without one,
    the nearest directory at or above them with `pyproject.toml` or `migrate.toml`; without such a one, the current
    directory if they lie in it, and else the deepest directory that holds them all. Raises `JournalError`.
    """
    here = os.path.realpath(os.curdir)
    real = [os.path.realpath(path) for path in paths] or [here]
    try:
        common = os.path.commonpath(real)
    except ValueError as error:  # two drives
        raise JournalError("The paths lie on several drives; run once for each") from error
    if not os.path.isdir(common):
        common = os.path.dirname(common)
    for markers in _MARKERS:
        for folder in _upwards(common):
            if any(os.path.lexists(os.path.join(folder, marker)) for marker in markers):
                return folder
    return here if common.startswith(os.path.join(here, "")) else common


def find(root: str) -> str | None:
    """The directory that holds the journal of the project at `root`, None where there is none yet."""
    shared = os.path.isdir(user_cache(_SHARED) or "")
    fallback = _fallback(root) if shared else None  # to digest a root costs an import of 10 ms
    for folder in (fallback, os.path.join(root, FOLDER)):  # once fallen back, always fallen back
        if folder is not None and is_real_folder(folder):
            return folder
    return None


@contextlib.contextmanager
def locked(root: str, wait: float) -> Iterator[str]:
    """Makes the project's cache directory where needed, and yields it while no other process writes in the project.

    The lock dies with the process that holds it, however that ends. Raises `BusyError` after `wait` seconds, `OSError`
    where the disk is full, `JournalError` where no directory can be written.
    """
    folder, lock = _open(root)
    try:
        _acquire(lock, root, wait)
        yield folder
    finally:
        os.close(lock)


def _upwards(folder: str) -> Iterator[str]:
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def _fallback(root: str) -> str | None:
    """The directory of one project there."""
    import hashlib  # noqa: PLC0415

    shared = user_cache(_SHARED)
    return shared and os.path.join(shared, hashlib.sha256(os.fsencode(root)).hexdigest()[:16])


def is_real_folder(path: str) -> bool:
    """Whether `path` is a directory and no link: a link that came with a cloned project may lead anywhere."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def _open(root: str) -> tuple[str, int]:
    """The first directory that can be written, and its open lock file."""
    causes = []
    own, fallback = os.path.join(root, FOLDER), _fallback(root)
    folders = [own] if fallback is None else [fallback, own] if is_real_folder(fallback) else [own, fallback]
    for folder in folders:
        try:
            return folder, _make(folder)
        except OSError as error:  # noqa: PERF203  (two turns at most)
            if error.errno in _FULL:
                raise
            causes.append(f"{folder}: {error.strerror}")
    raise JournalError("There is no place for the journal (" + "; ".join(causes) + ")")


def _make(folder: str) -> int:
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, 0o700)  # it holds copies of sources
    if not is_real_folder(folder):
        raise NotADirectoryError(errno.ENOTDIR, "is no directory", folder)
    for name, data in ((".gitignore", b"*\n"), ("CACHEDIR.TAG", _TAG)):
        _fill(os.path.join(folder, name), data)
    with contextlib.suppress(FileExistsError):
        os.mkdir(os.path.join(folder, "runs"), 0o700)
    if not is_real_folder(os.path.join(folder, "runs")):
        raise NotADirectoryError(errno.ENOTDIR, "is no directory", folder)
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    return os.open(os.path.join(folder, "lock"), flags, 0o600)


def _fill(path: str, data: bytes) -> None:
    """Writes a file that is not there, or that somebody died over before its first byte."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        empty = True
    else:
        empty = stat.S_ISREG(status.st_mode) and status.st_size == 0
    if empty:
        with open(path, "wb") as file:
            file.write(data)


def _acquire(lock: int, root: str, wait: float) -> None:
    end = time.monotonic() + wait
    while not _try(lock):
        if time.monotonic() >= end:
            with contextlib.suppress(OSError, ValueError):
                raise BusyError(f"Another migrate (process {int(os.read(lock, 20))}) is writing in {root}")
            raise BusyError(f"Another migrate is writing in {root}")
        time.sleep(_PAUSE)
    with contextlib.suppress(OSError):  # only the message above wants it: a full disk does not matter here
        os.ftruncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())


def _try(lock: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK}:
            return False
        raise
    return True
