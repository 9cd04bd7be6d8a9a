"""A project whose git configuration names programs: asking git about the project must not run them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from migrate.paths import git


def git_in(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def trap(tmp_path: Path) -> tuple[Path, Path]:
    """A repository that wants to run a program at every occasion, and the file that the program makes."""
    root, sprung = tmp_path / "project", tmp_path / "sprung"
    root.mkdir()
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{sprung}'\ncat\n")
    program.chmod(0o755)

    def run(*arguments: str) -> None:
        git_in(root, *arguments)

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


def test_comparing_asks_no_submodule(trap: tuple[Path, Path], tmp_path: Path) -> None:
    root, sprung = trap
    inner = root / "inner"
    inner.mkdir()
    git_in(inner, "init")
    (inner / "b.py").write_text("x = 1\n")
    git_in(inner, "add", ".")
    git_in(inner, "commit", "-m", "all")
    git_in(root, "-c", "advice.addEmbeddedRepo=false", "add", "inner")
    git_in(inner, "config", "filter.own.clean", str(tmp_path / "program"))
    (inner / ".gitattributes").write_text("*.py filter=own\n")
    (inner / "b.py").write_text("x = 2\n")
    sprung.unlink(missing_ok=True)
    git.changed_lines(str(root), "HEAD")
    git.uncommitted(str(root))
    assert not sprung.exists()


def test_what_a_clone_lacks_is_not_fetched(trap: tuple[Path, Path], tmp_path: Path) -> None:
    """A partial clone names the program that fetches, and comparing with a commit that it lacks would run it."""
    root, sprung = trap
    git_in(root, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    git_in(tmp_path, "clone", "--no-local", "--filter=blob:none", "--no-checkout", f"file://{root}", str(clone))
    (clone / "a.py").write_text("x = 9\n")
    git_in(clone, "read-tree", "HEAD")
    program = tmp_path / "upload"
    program.write_text(f"#!/bin/sh\ntouch '{sprung}'\n")
    program.chmod(0o755)
    git_in(clone, "config", "remote.origin.uploadpack", str(program))
    sprung.unlink(missing_ok=True)
    with pytest.raises(git.GitError, match="could not compare"):
        git.changed_lines(str(clone), "HEAD")
    git.uncommitted(str(clone))
    assert not sprung.exists()
