"""Replaces one file whole or not at all, below a root that no symbolic link leads out of.

A replacement is a temporary file in the same directory, on disk before it takes the name, that carries the mode, owner
and extended attributes of the file that it replaces. Names are looked up in open directories, component by component
and without following links, so that swapping a parent for a link leads nowhere.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

__all__ = [
    "Place",
    "RefusalError",
    "discard",
    "inspect",
    "locate",
    "opened",
    "overwrite",
    "read",
    "same_file",
    "stage",
    "swap",
    "sync_folder",
    "valid",
]

_AT = {os.open, os.stat, os.rename, os.unlink, os.link} <= os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
_BINARY: int = getattr(os, "O_BINARY", 0)
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | _BINARY  # a FIFO must not hang us
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | _BINARY
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)

# What belongs to other tools, or to the journal itself: a forged journal could turn `.git/config` into code that runs.
_FOREIGN = frozenset({".git", ".hg", ".svn", ".migrate_cache"})


class RefusalError(Exception):
    """A file that must not be written; `cause` is a clause whose subject is the file."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Place:
    """An open directory. `fd` is None where the system has no `openat`; names are then joined to `path`."""

    path: str
    fd: int | None

    def at(self, name: str) -> str:
        """What to hand to a function of `os` together with `dir_fd=place.fd`."""
        return name if self.fd is not None else os.path.join(self.path, name)


def valid(relative: str) -> bool:
    """Whether a path, maybe from a forged journal, stays below the root and out of other tools' directories."""
    parts = relative.split("/")
    try:
        plain = b"\0" not in os.fsencode(relative)
    except UnicodeEncodeError:  # a lone surrogate that stands for no byte
        return False
    plain = plain and not os.path.isabs(relative) and not os.path.splitdrive(relative)[0]
    foreign = any(part.casefold() in _FOREIGN for part in parts)
    return plain and not foreign and not any(part in {"", ".", ".."} for part in parts)


def locate(path: str, root: str) -> str:
    """Where `path` really is, relative to the real `root` and with `/`. Raises `RefusalError`, `OSError`."""
    real = os.path.realpath(path, strict=True)
    try:
        inside = os.path.commonpath([real, root]) == root
    except ValueError:  # another drive
        inside = False
    if not inside:
        raise RefusalError(f"is really {real}, which is outside {root}")
    relative = os.path.relpath(real, root).replace(os.sep, "/")
    if not valid(relative):
        raise RefusalError(f"is really {real}, which belongs to another tool")
    return relative


@contextmanager
def opened(root: str, relative: str) -> Iterator[tuple[Place, str]]:
    """The open directory that holds the file `relative`, and the file's name in it. Raises `OSError`."""
    *folders, name = relative.split("/")
    path = os.path.join(root, *folders)
    if not _AT:
        yield Place(path, None), name
        return
    fd = os.open(root, _FOLDER)
    try:
        for folder in folders:
            inner = os.open(folder, _FOLDER | os.O_NOFOLLOW, dir_fd=fd)
            os.close(fd)
            fd = inner
        yield Place(path, fd), name
    finally:
        os.close(fd)


def read(root: str, relative: str) -> tuple[bytes, os.stat_result]:
    """A regular file's bytes and status. Raises `RefusalError` where it is none, `OSError`."""
    with opened(root, relative) as (place, name):
        fd = os.open(place.at(name), _READ, dir_fd=place.fd)
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        os.close(fd)  # `open` would leave a directory's open
        raise RefusalError("is no regular file")
    with open(fd, "rb") as file:
        return file.read(), status


def inspect(root: str, relative: str) -> os.stat_result:
    """A file's status, a link not followed. Raises `OSError`."""
    with opened(root, relative) as (place, name):
        return os.stat(place.at(name), dir_fd=place.fd, follow_symlinks=False)


def same_file(one: os.stat_result, other: os.stat_result) -> bool:
    """Whether both tell of one file that nobody wrote to, or changed the mode or links of, in between."""

    def signature(status: os.stat_result) -> tuple[int, ...]:
        return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)

    return signature(one) == signature(other)


def stage(root: str, relative: str, temporary: str, data: bytes, mode: int | None = None) -> None:
    """Puts `data` on disk beside the file, as `temporary`, and gives it all that the file has but its bytes.

    `mode` overrides the permission bits. Raises `RefusalError` where owner or attributes cannot be given, and
    `OSError`; nothing of the name `temporary` is left then.
    """
    with opened(root, relative) as (place, name):
        _forget(place, temporary)
        fd = os.open(place.at(temporary), _NEW, 0o600, dir_fd=place.fd)
        done = False
        try:
            with open(fd, "wb") as file:
                file.write(data)
                file.flush()
                _dress(fd, place, name, mode)
                os.fsync(fd)
            done = True
        finally:
            if not done:
                _forget(place, temporary)


def swap(root: str, relative: str, temporary: str, links: tuple[str, ...] = ()) -> None:
    """Lets the staged file take the name, and then every other name (hard link) of the file. Raises `OSError`.

    Each name leads to the old or to the new bytes at any instant. Directories are not synchronised: see `sync_folder`.
    """
    with opened(root, relative) as (place, name):
        os.replace(place.at(temporary), place.at(name), src_dir_fd=place.fd, dst_dir_fd=place.fd)
        for link in links:
            with opened(root, link) as (other, linked):
                _forget(other, temporary)
                os.link(place.at(name), other.at(temporary), src_dir_fd=place.fd, dst_dir_fd=other.fd)
                os.replace(other.at(temporary), other.at(linked), src_dir_fd=other.fd, dst_dir_fd=other.fd)
                _forget(other, temporary)  # rename leaves it where both already were one file


def overwrite(root: str, relative: str, data: bytes, mode: int | None = None) -> None:
    """Writes `data` into the very file; a crash may tear it, and the caller's journal holds both. Raises `OSError`."""
    flags = os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | _BINARY
    with opened(root, relative) as (place, name):
        fd = os.open(place.at(name), flags, dir_fd=place.fd)
    with open(fd, "wb") as file:
        file.write(data)
        file.truncate()
        file.flush()
        if mode is not None and hasattr(os, "fchmod") and stat.S_IMODE(os.fstat(fd).st_mode) & 0o777 != mode:
            os.fchmod(fd, mode)
        os.fsync(fd)


def discard(root: str, relative: str, temporary: str) -> None:
    """Removes what `stage` or `swap` may have left beside a file. Does nothing where the directory is gone."""
    with suppress(OSError), opened(root, relative) as (place, _):
        _forget(place, temporary)


def sync_folder(path: str) -> None:
    """Puts a directory's names on disk, as far as the system can. Raises `OSError` where the disk fails."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    fd = os.open(path, _FOLDER)
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP, errno.EBADF}:  # network file systems
            raise
    finally:
        os.close(fd)


def _forget(place: Place, name: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(place.at(name), dir_fd=place.fd)


def _dress(fd: int, place: Place, name: str, mode: int | None) -> None:
    """Gives the open file owner, attributes and mode of `name`; in this order: the first two clear bits of the last."""
    if not hasattr(os, "fchown"):
        return  # Windows: what has a read-only flag was refused before
    source = os.open(place.at(name), _READ, dir_fd=place.fd)
    try:
        status = os.fstat(source)
        _give_owner(fd, status)
        if hasattr(os, "listxattr"):
            _give_attributes(fd, source)
        bits = stat.S_IMODE(status.st_mode)
        os.fchmod(fd, bits if mode is None else bits & 0o7000 | mode)
    finally:
        os.close(source)


def _give_owner(fd: int, status: os.stat_result) -> None:
    own = os.fstat(fd)
    if (own.st_uid, own.st_gid) == (status.st_uid, status.st_gid):
        return
    try:
        os.fchown(fd, status.st_uid, status.st_gid)
    except PermissionError as error:
        raise RefusalError("cannot be replaced: its owner cannot be given to a new file") from error


def _give_attributes(fd: int, source: int) -> None:
    """Copies extended attributes, access lists among them; what the new file already has of itself is left alone."""
    own = _attributes(fd)
    for name, value in _attributes(source).items():
        if own.get(name) == value:
            continue
        try:
            os.setxattr(fd, name, value)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise
            raise RefusalError(f"cannot be replaced: its attribute {name} cannot be given to a new file") from error


def _attributes(fd: int) -> dict[str, bytes]:
    try:
        return {name: os.getxattr(fd, name) for name in os.listxattr(fd)}
    except OSError as error:
        if error.errno == errno.ENOTSUP:
            return {}
        raise
