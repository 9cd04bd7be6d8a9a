"""A disk that fills up, at every page of what writing needs: all new or all old, and undo still exact."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrate import journal, writer
from migrate.model import FileResult, Revision

PAGE = 4096
OLD = {f"f{number}.py": b"x = 1\n" * 900 for number in range(6)}
NEW = {name: data.replace(b"1", b"1000") for name, data in OLD.items()}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 100 pages."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={100 * PAGE}", "migrate-test", str(place)]
    if (
        os.geteuid() != 0
        or shutil.which("mount") is None
        or subprocess.run(mount, capture_output=True, check=False).returncode
    ):
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def make(root: Path) -> None:
    root.mkdir()
    (root / "pyproject.toml").touch()
    for name, data in OLD.items():
        (root / name).write_bytes(data)


def contents(root: Path) -> dict[str, bytes]:
    return {name: (root / name).read_bytes() for name in OLD}


def results(root: Path) -> list[FileResult]:
    return [FileResult(str(root / name), revision=Revision.of(OLD[name], NEW[name])) for name in OLD]


def fill(disk: Path, free: int) -> None:
    """Leaves `free` pages."""
    status = os.statvfs(disk)
    (disk / "ballast").write_bytes(b"." * (max(0, status.f_bavail - free) * PAGE))


def test_a_full_disk_at_every_page(disk: Path) -> None:
    outcomes = set()
    for free in range(45):
        root = disk / "project"
        make(root)
        fill(disk, free)
        written = writer.apply(results(root), str(root))
        now = contents(root)
        assert now in (OLD, NEW), f"half written with {free} free pages"
        assert bool(written.written) == (now == NEW)
        assert bool(written.failures) == (now == OLD)
        assert not list(root.rglob(".migrate-*"))
        if now == OLD:
            assert all("No space left" in one.failure.cause for one in written.failures if one.failure)
        outcomes.add(now == NEW)
        _undo_with_little_space(disk, root, free)
        (disk / "ballast").unlink(missing_ok=True)
        shutil.rmtree(root)
    assert outcomes == {True, False}


def _undo_with_little_space(disk: Path, root: Path, free: int) -> None:
    """Undoing on the full disk may fail, but says so, loses nothing, and succeeds once there is space."""
    try:
        journal.undo(str(root))
    except journal.JournalError as error:
        told = error.cause
    except OSError as error:
        told = str(error)
    else:
        told = None
    assert told is None or "No space left" in told
    assert all(data in {OLD[name], NEW[name]} for name, data in contents(root).items())
    (disk / "ballast").unlink(missing_ok=True)
    journal.undo(str(root))
    assert contents(root) == OLD


def test_a_limit_on_the_size_of_files(tmp_path: Path) -> None:
    root = tmp_path / "project"
    make(root)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for limit in range(0, 80_000, 1500):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        try:
            written = writer.apply(results(root), str(root))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        now = contents(root)
        assert now == (NEW if written.written else OLD), limit
        assert bool(written.failures) == (now == OLD)
        if written.written:
            journal.undo(str(root))
            assert contents(root) == OLD
    assert written.written


def test_a_read_only_file_system(disk: Path) -> None:
    root = disk / "project"
    make(root)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    written = writer.apply(results(root), str(root))
    assert [one.failure.cause for one in written.failures if one.failure] == ["is read-only"] * 6
    assert contents(root) == OLD
