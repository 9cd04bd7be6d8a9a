"""The hooks of `.pre-commit-hooks.yaml`, run by the real pre-commit in a repository made for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pre_commit", reason="pre-commit is not installed")

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ("migrate", "codemods", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
PROGRAM = 'import tensorflow.compat.v1 as tf\n\nw = tf.Variable(tf.zeros([2]), name="w")\n'
MIGRATED = 'import tensorflow.compat.v1 as tf\n\nw = tf.get_variable("w", [2], initializer=tf.zeros_initializer())\n'


def _git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _commit(folder: Path) -> str:
    _git(folder, "init", "-q")
    _git(folder, "add", "--all", "--force")
    _git(folder, "commit", "-q", "-m", "all", "--no-verify")
    return _git(folder, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def hooks(tmp_path_factory) -> tuple[Path, str]:
    """The project as a repository of hooks, and its revision."""
    folder = tmp_path_factory.mktemp("hooks")
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder, _commit(folder)


def _run(hooks: tuple[Path, str], project: Path, hook: str, cache: Path) -> subprocess.CompletedProcess[str]:
    (project / "net.py").write_text(PROGRAM)
    (project / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {hooks[0]}\n  rev: {hooks[1]}\n  hooks:\n  - id: {hook}\n"
    )
    _commit(project)
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--verbose"]
    environment = {**os.environ, "PRE_COMMIT_HOME": str(cache)}
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    """Where pre-commit installs the hooks, once for all tests."""
    return tmp_path_factory.mktemp("cache")


def test_check_names_the_place_and_writes_nothing(hooks, cache, tmp_path):
    done = _run(hooks, tmp_path, "migrate-check", cache)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "net.py:3:5: GV101 exact" in done.stdout
    assert (tmp_path / "net.py").read_text() == PROGRAM


def test_the_other_hook_rewrites_and_is_content_with_the_result(hooks, cache, tmp_path):
    done = _run(hooks, tmp_path, "migrate", cache)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "files were modified by this hook" in done.stdout
    assert (tmp_path / "net.py").read_text() == MIGRATED
    _git(tmp_path, "add", "net.py")
    again = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files"],
        cwd=tmp_path,
        env={**os.environ, "PRE_COMMIT_HOME": str(cache)},
        check=False,
    )
    assert again.returncode == 0
