"""`migrate` and `migrate undo` from the shell: what they write, what they say, and with which exit code they end."""

from __future__ import annotations

import fcntl
import os
import random
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest
import shell
from shell import Shell

OLD, NEW = b"x = old(1)\n", b"x = new(1)\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shell.install(tmp_path / "site", toy="toys:TOY")
    (tmp_path / "project").mkdir()
    (tmp_path / "project/pyproject.toml").touch()
    return Shell(tmp_path / "project", tmp_path / "site")


def contents(project: Shell) -> set[bytes]:
    return {path.read_bytes() for path in project.cwd.rglob("*.py")}


def test_there_and_back(project: Shell) -> None:
    project.write(a=OLD, sub__b=OLD)
    applied = project.run("--select", "toy", ".")
    assert applied.returncode == 0, applied.stderr
    assert contents(project) == {NEW}
    assert b"migrate undo 1" in applied.stderr
    listed = project.run("undo", "--list")
    assert listed.returncode == 0
    assert listed.stdout.startswith(b"1  ")
    assert listed.stdout.endswith(b"  applied  2 files (a.py, sub/b.py)\n")
    undone = project.run("undo", cwd=project.cwd / "sub")
    assert undone.returncode == 0
    assert b"Run 1: 2 restored." in undone.stderr
    assert contents(project) == {OLD}
    again = project.run("undo")
    assert (again.returncode, again.stderr) == (0, b"migrate: There is no run to undo.\n")
    unknown = project.run("undo", "9")
    assert (unknown.returncode, unknown.stdout) == (2, b"")
    assert b"no run 9" in unknown.stderr


def test_an_edited_file_is_named_and_the_exit_code_says_so(project: Shell) -> None:
    project.write(a=OLD, b=OLD)
    project.run("--select", "toy", ".")
    project.write(a=b"mine\n")
    undone = project.run("undo")
    assert undone.returncode == 3
    assert b"error: a.py: was edited since" in undone.stderr
    assert (project.read("a.py"), project.read("b.py")) == (b"mine\n", OLD)


def test_a_preview_leaves_no_journal(project: Shell) -> None:
    project.write(a=OLD)
    assert project.run("--select", "toy", "--check", "--dry-run", ".").returncode == 1
    assert sorted(os.listdir(project.cwd)) == ["a.py", "pyproject.toml"]


def test_a_read_only_file_fails_and_the_others_are_written(project: Shell) -> None:
    project.write(a=OLD, b=OLD)
    (project.cwd / "a.py").chmod(0o444)
    applied = project.run("--select", "toy", ".")
    assert applied.returncode == 3
    assert b"a.py: is read-only" in applied.stderr
    assert (project.read("a.py"), project.read("b.py")) == (OLD, NEW)


def test_a_hostile_name_does_not_reach_the_terminal_raw(project: Shell) -> None:
    name = "\x1b[31mred\udcff\n.py"
    (project.cwd / name).write_bytes(OLD)
    (project.cwd / "ok.py").write_bytes(OLD)
    assert project.run("--select", "toy", ".").returncode == 0
    for arguments in (["undo", "--list"], ["undo"]):
        done = project.run(*arguments)
        assert done.returncode == 0, done.stderr
        assert b"\x1b" not in done.stdout + done.stderr
        assert b"\\x1b[31mred\\xff\\n.py" in done.stdout + done.stderr
    assert (project.cwd / name).read_bytes() == OLD


def test_uncommitted_changes_are_no_obstacle_but_are_named(project: Shell) -> None:
    project.write(a=b"y = 1\n")
    shell.git(project.cwd, "init")
    shell.git(project.cwd, "add", ".")
    shell.git(project.cwd, "commit", "-m", "all")
    project.write(a=OLD)
    applied = project.run("--select", "toy", ".")
    assert applied.returncode == 0
    assert b"mix with uncommitted ones in 1 file (a.py)" in applied.stderr
    assert project.read("a.py") == NEW


def test_who_finds_the_lock_held_writes_nothing(project: Shell) -> None:
    project.write(a=OLD)
    project.run("--select", "toy", ".")
    project.write(a=OLD)
    with open(project.cwd / ".migrate_cache/lock", "rb+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        applied = project.run("--select", "toy", ".")
    assert applied.returncode == 3
    assert b"a.py: Another migrate (process " in applied.stderr
    assert project.read("a.py") == OLD


def test_the_next_run_ends_a_killed_one_and_says_so(project: Shell) -> None:
    said = killed = 0
    chance = random.Random(11)
    project.write(**{f"m{number}": OLD for number in range(60)})
    for _ in range(200):
        _kill_once_writing(project, chance.uniform(0, 0.02))
        assert contents(project) <= {OLD, NEW}
        if not any(b"applying" in path.read_bytes() for path in project.cwd.glob(".migrate_cache/runs/*/state")):
            project.run("undo")
            continue
        killed += 1
        previewed = project.run("--select", "toy", "--dry-run", "-q", "m0.py")
        assert previewed.returncode == 0
        told = project.run("--select", "toy", "m0.py").stderr
        said += b"had died" in told
        assert not list(project.cwd.glob(".migrate-*"))
        while b"no run" not in project.run("undo").stderr:
            pass
        assert contents(project) == {OLD}
        if killed == 3:
            break
    assert said == killed == 3


def _kill_once_writing(project: Shell, seconds: float) -> None:
    """Starts a run and kills it as soon as its plan is on record, or a little later."""
    plans = set(project.cwd.glob(".migrate_cache/runs/*/plan.json"))
    command = [str(shell.SCRIPT), "--select", "toy", "."]
    with subprocess.Popen(
        command, cwd=project.cwd, env=project.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as child:
        while child.poll() is None and set(project.cwd.glob(".migrate_cache/runs/*/plan.json")) <= plans:
            time.sleep(0.0005)
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("marked", [True, False])
def test_what_was_written_elsewhere_is_undone_as_the_run_says(project: Shell, tmp_path: Path, marked: bool) -> None:
    if not marked:
        (project.cwd / "pyproject.toml").unlink()
    project.write(a=OLD)
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    applied = project.run("--select", "toy", str(project.cwd), cwd=elsewhere)
    assert contents(project) == {NEW}
    command = applied.stderr.decode().partition("`")[2].partition("`")[0]
    assert project.run("undo", cwd=elsewhere).stderr == b"migrate: There is no run to undo.\n"
    listed = project.run("undo", "--list", "--project", str(project.cwd), cwd=elsewhere)
    assert listed.stdout.startswith(b"1  ")
    undone = project.run(*shlex.split(command)[1:], cwd=elsewhere)
    assert undone.returncode == 0, undone.stderr
    assert contents(project) == {OLD}
    missing = project.run("undo", "--project", "nowhere")
    assert (missing.returncode, missing.stderr) == (2, b"migrate: error: nowhere is no directory\n")
