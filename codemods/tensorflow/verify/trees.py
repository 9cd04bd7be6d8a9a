"""Copies of the user's tree, one for each run, so that nothing that a program does reaches the original."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

__all__ = ["TreeError", "checked_out", "copied", "project_root"]

# What no program needs from its own tree, and what would cost the most to copy.
_CACHES = frozenset(["__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".eggs", "node_modules"])
_SKIPPED = _CACHES | {".git", ".hg", ".svn", ".bzr", ".tox", ".nox", ".venv", "venv"}
_BUDGET = 500_000_000  # bytes after which all but sources are linked to
_LINKED = 32_000_000  # bytes from which on a file is linked to: the guard keeps the original from being written


class TreeError(Exception):
    """A tree that cannot be copied or checked out; the message is one line."""


def project_root(script: Path) -> Path:
    """The directory to copy: the repository around a script, else the current directory above it, else its own."""
    here = Path(os.path.realpath(script)).parent
    for directory in (here, *here.parents):
        if (directory / ".git").exists():
            return directory
    current = Path(os.path.realpath(os.getcwd()))
    home = Path.home()
    return current if current in (here, *here.parents) and current not in (home, *home.parents) else here


@contextmanager
def copied(root: Path, changes: Mapping[str, bytes]) -> Iterator[Path]:
    """A copy of `root` with other bytes for some paths (relative to it); removed afterwards. Raises `TreeError`."""
    directory = Path(os.path.realpath(tempfile.mkdtemp(prefix="migrate-tree-")))
    target = directory / (root.name or "tree")
    try:
        _Copying(root, target).copy()
        for path, data in changes.items():
            _put(target, path, data)
        yield target
    except OSError as error:
        raise TreeError(f"{error.filename or root} cannot be copied: {error.strerror}") from error
    finally:
        _remove(directory)


@contextmanager
def checked_out(root: Path, revision: str) -> Iterator[Path]:
    """The tree as git has it at `revision`; `root` is the repository. Raises `TreeError`."""
    with tempfile.TemporaryDirectory(prefix="migrate-rev-") as directory:
        target = Path(os.path.realpath(directory)) / (root.name or "tree")
        target.mkdir()
        archive = subprocess.Popen(
            ["git", "-C", str(root), "archive", "--format=tar", revision],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        unpacked = subprocess.run(
            ["tar", "-x", "-C", str(target)], stdin=archive.stdout, capture_output=True, check=False
        )
        message = archive.communicate()[1].decode("utf-8", "replace").strip()
        if archive.returncode or unpacked.returncode:
            raise TreeError(
                f"{revision} cannot be checked out: {message.splitlines()[-1] if message else 'tar failed'}"
            )
        yield target


def _put(target: Path, path: str, data: bytes) -> None:
    """Gives a file in the copy other bytes; what a link there leads to is not touched."""
    file = target / path
    file.parent.mkdir(parents=True, exist_ok=True)
    if not Path(os.path.realpath(file.parent)).is_relative_to(target):
        raise TreeError(f"{path} lies behind a link that leads out of {target.name}")
    file.unlink(missing_ok=True)
    file.write_bytes(data)


class _Copying:
    """One copy of `root`; what it may still spend on data, so that a tree full of them costs links and not minutes."""

    def __init__(self, root: Path, target: Path) -> None:
        self._root = root
        self._target = target
        self._itself = str(target.parent)  # where temporary files lie in the tree
        self._left = _BUDGET

    def copy(self) -> None:
        """Copies the directory and what is below it, but for what is skipped or cannot be read."""
        self._copy(self._root, self._target)

    def _copy(self, source: Path, target: Path) -> None:
        target.mkdir(parents=True)
        for entry in os.scandir(source):
            if entry.name in _SKIPPED or entry.path == self._itself:
                continue
            into = target / entry.name
            if entry.is_symlink():
                _copy_link(entry.path, into, self._root, self._target)
            elif entry.is_dir() and os.access(entry.path, os.R_OK | os.X_OK):
                self._copy(Path(entry.path), into)
            elif entry.is_file() and os.access(entry.path, os.R_OK):
                self._copy_file(entry, into)

    def _copy_file(self, entry: os.DirEntry[str], into: Path) -> None:
        size = entry.stat().st_size
        if size >= _LINKED or (self._left < size and not entry.name.endswith(".py")):
            into.symlink_to(entry.path)
            return
        self._left -= size
        shutil.copy2(entry.path, into)


def _copy_link(link: str, into: Path, root: Path, target: Path) -> None:
    """A link stays one; where an absolute one leads into the tree, its copy leads to the same place in the copy."""
    leads = os.readlink(link)
    if os.path.isabs(leads) and Path(os.path.normpath(leads)).is_relative_to(root):
        leads = str(target / os.path.relpath(os.path.normpath(leads), root))
    into.symlink_to(leads)


def _remove(directory: Path) -> None:
    """Removes a directory and what a program has made unremovable in it."""

    def force(function: object, path: str, _: object) -> None:
        del function
        if os.fspath(path) == str(directory):  # what is around it is nobody's to change
            return
        with contextlib.suppress(OSError):
            os.chmod(os.path.dirname(path), 0o700)
            if os.path.isdir(path) and not os.path.islink(path):
                os.chmod(path, 0o700)
                shutil.rmtree(path, ignore_errors=True)
            else:
                os.unlink(path)

    shutil.rmtree(directory, onerror=force)
    shutil.rmtree(directory, ignore_errors=True)
