"""A project whose git configuration names programs: asking git about the project must not run them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from migrate import git


@pytest.fixture
def trap(tmp_path: Path) -> tuple[Path, Path]:
    """A repository that wants to run a program at every occasion, and the file that the program makes."""
    root, sprung = tmp_path / "project", tmp_path / "sprung"
    root.mkdir()
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{sprung}'\ncat\n")
    program.chmod(0o755)

    def run(*arguments: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)

    run("init")
    (root / "a.py").write_text("x = 1\n")
    run("add", ".")
    run("commit", "-m", "all")
    (root / "a.py").write_text("x = 2\n")
    (root / ".gitattributes").write_text("*.py diff=trap filter=trap\n")
    (root / "a.py").write_text("x = 3\n")
    for key in (
        "core.fsmonitor",
        "diff.external",
        "diff.trap.textconv",
        "diff.trap.command",
        "core.pager",
        "filter.trap.clean",
        "filter.trap.process",
    ):
        run("config", key, str(program))
    sprung.unlink(missing_ok=True)
    return root, sprung


def test_listing_runs_nothing(trap: tuple[Path, Path]) -> None:
    root, sprung = trap
    listing = git.files(str(root), [str(root)], [".py"])
    assert listing is not None
    assert list(listing.files) == ["a.py"]
    assert not sprung.exists()


def test_comparing_runs_nothing(trap: tuple[Path, Path]) -> None:
    root, sprung = trap
    assert git.changed_lines(str(root), "HEAD")[str(root / "a.py")] == [range(1, 2)]
    assert not sprung.exists()


def test_asking_what_is_uncommitted_runs_nothing(trap: tuple[Path, Path]) -> None:
    root, sprung = trap
    assert git.uncommitted(str(root)) == {"a.py"}
    assert not sprung.exists()
