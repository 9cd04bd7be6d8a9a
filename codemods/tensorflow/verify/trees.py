"""Copies of the user's tree, one for each run, so that nothing that a program does reaches the original."""

from __future__ import annotations

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
        _copy(root, target)
        for path, data in changes.items():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (target / path).write_bytes(data)
        yield target
    except OSError as error:
        raise TreeError(f"{error.filename or root} cannot be copied: {error.strerror}") from error
    finally:
        shutil.rmtree(directory, onerror=_force)


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


def _copy(source: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for entry in os.scandir(source):
        if entry.name in _SKIPPED:
            continue
        into = target / entry.name
        if entry.is_symlink():
            _copy_link(entry, into)
        elif entry.is_dir():
            _copy(Path(entry.path), into)
        elif entry.is_file() and os.access(entry.path, os.R_OK):
            if entry.stat().st_size >= _LINKED:
                into.symlink_to(entry.path)
            else:
                shutil.copy2(entry.path, into)


def _copy_link(entry: os.DirEntry[str], into: Path) -> None:
    """A relative link stays one inside the copy; an absolute one leads where it led."""
    into.symlink_to(os.readlink(entry.path))


def _force(function: object, path: str, _: object) -> None:
    """Removes what a program has made unremovable."""
    del function
    try:
        os.chmod(os.path.dirname(path), 0o700)
        os.chmod(path, 0o700, follow_symlinks=False) if not os.path.islink(path) else None
        os.unlink(path) if os.path.islink(path) or not os.path.isdir(path) else shutil.rmtree(path, ignore_errors=True)
    except OSError:
        return
