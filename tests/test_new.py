"""`migrate new` begins a codemod that works as it stands, and touches nothing that is there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import shell
from shell import Shell


@pytest.fixture
def cli(tmp_path: Path) -> Shell:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "pyproject.toml").write_text('[project]\nname = "mine"\n')
    return Shell(tmp_path / "work", tmp_path / "site")


def test_what_it_writes_works(cli: Shell) -> None:
    (cli.cwd / "docs").mkdir()
    (cli.cwd / "docs" / "codemods.md").write_text("# Codemods\n\n- `one`: does one.\n")
    ended = cli.run("new", "rename-losses", "--folder", "mine/codemods")
    assert ended.returncode == 0, ended.stderr
    assert sorted(path.relative_to(cli.cwd).as_posix() for path in cli.cwd.rglob("*.*") if path.is_file()) == [
        "docs/codemods.md",
        "mine/__init__.py",
        "mine/codemods/__init__.py",
        "mine/codemods/rename_losses.py",
        "pyproject.toml",
        "tests/cases/rename-losses/rename_losses.md",
    ]
    assert 'rename-losses = "mine.codemods.rename_losses:CODEMOD"\n' in (cli.cwd / "pyproject.toml").read_text()
    assert (cli.cwd / "docs" / "codemods.md").read_text().endswith("- `rename-losses`: say what it does.\n")
    shell.install(cli.site, **{"rename-losses": "mine.codemods.rename_losses:CODEMOD"})
    path = f"{cli.site}{os.pathsep}{cli.cwd}"
    command = [sys.executable, "-m", "migrate.testing", "tests/cases"]
    checked = subprocess.run(
        command, cwd=cli.cwd, env=cli.environment(PYTHONPATH=path), capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    (cli.cwd / "a.py").write_text("old_name(1)\n")
    assert cli.run("a.py", PYTHONPATH=path).returncode == 0
    assert cli.read("a.py") == b"new_name(1)\n"
    assert cli.run("explain", "RL101", PYTHONPATH=path).stdout.startswith(b"# RL101 rename-losses")


def test_an_entry_point_joins_the_others(cli: Shell) -> None:
    project = cli.cwd / "pyproject.toml"
    project.write_text('[project.entry-points."migrate.codemods"]\none = "a:B"\n\n[tool.x]\n')
    cli.run("new", "two")
    assert project.read_text() == (
        '[project.entry-points."migrate.codemods"]\ntwo = "my_codemods.two:CODEMOD"\none = "a:B"\n\n[tool.x]\n'
    )


def test_a_project_s_line_ends_stay(cli: Shell) -> None:
    text = b'[project]\r\nname = "my-net"\r\n'
    (cli.cwd / "pyproject.toml").write_bytes(text)
    cli.run("new", "two")
    added = b'\r\n[project.entry-points."migrate.codemods"]\r\ntwo = "my_net_codemods.two:CODEMOD"\r\n'
    assert cli.read("pyproject.toml") == text + added


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = [\n", "pyproject.toml is not valid TOML"),
        (
            "[project.entry-points]\n'migrate.codemods' = {a = 'b:C'}\n",
            'has no place for two = "my_codemods.two:CODEMOD"',
        ),
        ('[project.entry-points."migrate.codemods"]\ntwo = "a:B"\n', "in its entry points: add it by hand"),
    ],
)
def test_a_project_that_cannot_take_it_is_left_as_it_is(cli: Shell, text: str, message: str) -> None:
    (cli.cwd / "pyproject.toml").write_text(text)
    ended = cli.run("new", "two")
    assert ended.returncode == 2
    assert message in ended.stderr.decode()
    assert [path.name for path in cli.cwd.iterdir()] == ["pyproject.toml"]
    assert cli.read("pyproject.toml").decode() == text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Rename_Losses"], "Rename_Losses is no name for a codemod"),
        (["losses", "--folder", "../x"], "--folder must be a package below the current directory"),
        (["losses", "--folder", "a-b"], "--folder must be a package below the current directory"),
        (["losses", "--folder", "codemods"], "--folder cannot be codemods: that package is migrate's own"),
        (["losses", "--prefix", "gv"], "GV101 is taken: give other letters with --prefix"),
        (["losses", "--prefix", "L1"], "--prefix must be two letters or more, not L1"),
        (["taken"], "mine_codemods/taken.py is there already"),
    ],
)
def test_refusals(cli: Shell, arguments: list[str], message: str) -> None:
    (cli.cwd / "mine_codemods").mkdir()
    (cli.cwd / "mine_codemods" / "taken.py").write_text("x = 1\n")
    ended = cli.run("new", *arguments)
    assert ended.returncode == 2
    assert message in ended.stderr.decode()
    assert cli.read("mine_codemods/taken.py") == b"x = 1\n"
    assert not (cli.cwd / "tests").exists()


def test_it_needs_a_project(cli: Shell) -> None:
    (cli.cwd / "pyproject.toml").unlink()
    assert b"there is no pyproject.toml here" in cli.run("new", "losses").stderr
