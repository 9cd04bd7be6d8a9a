"""What is named is decided with the facts of the project around it, and nothing else is rewritten or counted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import shell
import toys  # noqa: F401 - the registry below loads it
from shell import Shell

from codemods.tensorflow.verify.command import Options
from codemods.tensorflow.verify.session import run as verify
from migrate import engine, project, registry, runner, settings
from migrate.model import Left, Report
from migrate.programs.extent import Extent
from migrate.settings import Settings, SettingsError

MAKER = {"pkg/maker.py": "make('x')\n", "user.py": "import maker\nmake('y')\n"}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture
def cli(here: Path, tmp_path: Path) -> Shell:
    shell.install(tmp_path / "site", toy="toys:TOY", pairs="toys:PAIRS")
    return Shell(here, tmp_path / "site")


def write(files: dict[str, str], marker: str = "pyproject.toml") -> None:
    for name, text in {**files, marker: ""}.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def wanted(**given: Any) -> Settings:
    return settings.load(registry.of(["toys:PAIRS"]), {"jobs": 1, **given})


def run(*paths: str | Path, **given: Any) -> Report:
    return runner.run(wanted(**given), [str(path) for path in paths])


def messages(report: Report) -> list[str]:
    return [f"{one.path}: {one.message}" for one in report.findings()]


@pytest.mark.parametrize("marker", ["pyproject.toml", "migrate.toml", "setup.py", "setup.cfg", ".git/HEAD"])
def test_a_named_file_is_decided_with_the_facts_of_its_project(marker: str) -> None:
    write(MAKER, marker)
    report = run("pkg/maker.py")
    assert messages(report) == ["pkg/maker.py: known to 2 files"]
    assert [one.path for one in report.changed] == ["pkg/maker.py"]
    assert report.files == 1


def test_so_is_a_named_folder() -> None:
    write({**MAKER, "pkg/more.py": ""})
    report = run("pkg")
    assert (messages(report), report.files) == (["pkg/maker.py: known to 2 files"], 2)
    assert run(".").files == 3


@pytest.mark.parametrize(
    "paths",
    [
        ["pkg/maker.py", "pkg/maker.py", "./pkg/../pkg/maker.py"],
        ["{here}/pkg/maker.py"],
        ["{here}/../work/pkg/maker.py"],
        ["pkg", "pkg/maker.py"],
        ["link/maker.py"],
        ["{here}/../out.py"],
        ["{here}/../outside/pkg/maker.py"],
    ],
)
def test_however_it_is_spelled(here: Path, paths: list[str]) -> None:
    write(MAKER)
    os.symlink("pkg", "link")
    os.symlink(here / "pkg" / "maker.py", "../out.py")
    os.symlink(here, "../outside")
    report = run(*(path.format(here=here) for path in paths))
    assert (messages(report), report.files) == (["pkg/maker.py: known to 2 files"], 1)


def test_a_project_elsewhere_is_spelled_as_it_was_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(MAKER)
    link = here.parent / "link"
    link.symlink_to(here)
    (here.parent / "away").mkdir()
    monkeypatch.chdir(here.parent / "away")
    assert messages(run(link / "pkg" / "maker.py")) == [f"{link}/pkg/maker.py: known to 2 files"]


def test_files_of_several_projects() -> None:
    for name in ("one", "two"):
        write({f"{name}/maker.py": f"make('{name}')\n", f"{name}/user.py": "import maker\n"}, f"{name}/pyproject.toml")
    assert messages(run("one/maker.py")) == ["one/maker.py: known to 2 files"]
    assert [one.path for one in run("one/maker.py", "two/maker.py").changed] == ["one/maker.py", "two/maker.py"]


def test_the_rest_of_a_project_is_what_a_search_finds_in_it() -> None:
    write({**MAKER, "gen/user.py": "import maker\n", "build/user.py": "import maker\n"})
    Path(".gitignore").write_text("gen\n")
    Path("migrate.toml").write_text("")
    assert messages(run("pkg/maker.py")) == ["pkg/maker.py: known to 2 files"]
    assert messages(run("pkg/maker.py", respect_gitignore=False)) == ["pkg/maker.py: known to 3 files"]
    assert [one.path for one in run("build/user.py", "gen").changed] == []


def test_what_is_broken_elsewhere_is_nobody_s_error() -> None:
    write({**MAKER, "broken.py": "import maker\nmake('x'\n", "sub/user.py": "import maker\nmake('z')\n"})
    Path("sub/pyproject.toml").write_text("[tool.migrate]\nnope = 1\n")
    Path("odd.py").symlink_to("nowhere.py")
    report = run("pkg/maker.py")
    assert (messages(report), report.failures) == (["pkg/maker.py: known to 2 files"], ())
    with pytest.raises(SettingsError):
        run("sub/user.py")
    assert [one.path for one in run("broken.py").failures] == ["broken.py"]


def test_what_needs_an_edit_in_a_file_that_was_not_named_is_held_back() -> None:
    write({"a.py": "use('x')\n", "b.py": "make('x')\n"})
    (finding,) = run("a.py").findings()
    assert finding.code == "M004"
    assert finding.message.startswith("TP102 needs TP101@b.py:1:1, which is not made as b.py was not named: ")
    assert finding.outcome == Left("Name b.py as well, or the folder of both, and run again.")
    assert [one.path for one in run("a.py", "b.py").changed] == ["a.py", "b.py"]


def test_nothing_is_linked_for_a_file_without_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    write({**MAKER, "idle.py": "x = 1\n"})
    monkeypatch.setattr(engine, "link", None)
    assert (run("idle.py").results, run("idle.py").files) == ((), 1)
    with pytest.raises(TypeError):
        run("user.py")


def test_without_the_project() -> None:
    write(MAKER)
    assert messages(run("pkg/maker.py", whole_project=False)) == ["pkg/maker.py: known to 1 files"]


def test_the_home_directory_is_no_project(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(MAKER)
    monkeypatch.setenv("HOME", str(here))
    assert project.root(str(here / "pkg")) is None
    assert project.outside(["pkg/maker.py"]) == "pkg/maker.py"
    monkeypatch.setenv("HOME", str(here / "pkg"))
    assert project.root(str(here / "pkg")) is None, "nor is what holds it"
    write({"pkg/own/a.py": ""}, "pkg/own/setup.py")
    assert project.root(str(here / "pkg" / "own")) == str(here / "pkg" / "own")


def test_a_file_outside_of_any_project_is_told_once(cli: Shell) -> None:
    cli.write(a="old()\n", b="old()\n", c="x = 1\n")
    told = b"migrate: only these sources are looked at, not who calls them: there is no project around a.py\n"
    assert cli.run("-n", "a.py", "b.py").stderr.count(told) == 1
    for silent in (
        ["-n", "."],
        ["-n", ".", "a.py"],
        ["-nq", "a.py"],
        ["-n", "c.py"],
        ["-n", "--no-whole-project", "a.py"],
    ):
        assert told not in cli.run(*silent).stderr
    shell.git(cli.cwd, "init")
    assert told not in cli.run("-n", "a.py").stderr


def test_a_run_writes_shows_and_undoes_what_was_named(cli: Shell) -> None:
    write(MAKER)
    assert cli.run("--show-files", "pkg/maker.py").stdout == b"pkg/maker.py\n"
    assert cli.run("--check", "user.py").returncode == 1
    ended = cli.run("pkg/maker.py")
    assert b"1 file of 1 changed" in ended.stderr
    assert (cli.read("pkg/maker.py"), cli.read("user.py")) == (b"made('x')\n", b"import maker\nmake('y')\n")
    assert cli.run("--check", "pkg/maker.py").returncode == 0
    cli.run("undo")
    assert cli.read("pkg/maker.py") == b"make('x')\n"


def test_it_is_a_part_for_since_shard_and_comments_too(cli: Shell) -> None:
    write({**MAKER, "pkg/left.py": "old(*x)\n", "left.py": "old(*x)\n"})
    shell.git(cli.cwd, "init")
    shell.git(cli.cwd, "add", ".")
    shell.git(cli.cwd, "commit", "-m", "first")
    assert cli.run("--check", "--since", "HEAD", "pkg").returncode == 0
    (cli.cwd / "user.py").write_text("import maker\nmake('new')\n")
    assert cli.run("--check", "--since", "HEAD", "pkg").returncode == 0
    assert cli.run("--check", "--since", "HEAD", "user.py").returncode == 1
    parts = [cli.run("-n", "--shard", f"{part}/2", "pkg").stdout for part in (1, 2)]
    assert sum(part.count(b"+++ b/pkg/maker.py") for part in parts) == 1
    assert b"user.py" not in b"".join(parts)
    cli.run("-n", "--baseline", "base.json", "--write-baseline", "pkg")
    assert b"pkg/left.py" in cli.read("base.json")
    assert b'"left.py"' not in cli.read("base.json")
    cli.run("--mark", "pkg/left.py")
    assert b"TODO" in cli.read("pkg/left.py")
    assert cli.read("left.py") == b"old(*x)\n"


def test_filter_mode_can_do_without(cli: Shell) -> None:
    write(MAKER)
    options = ("-", "--stdin-filename", "pkg/maker.py", "--output-format", "concise")
    assert b"known to 2 files" in cli.run(*options, input=b"make('x')\n").stdout
    ended = cli.run(*options, "--no-whole-project", input=b"make('x')\n")
    assert b"known to 1 files" in ended.stdout
    assert b"only this source" not in ended.stderr


HELPER = """\
import tensorflow.compat.v1 as tf


def dense(x):
    w = tf.Variable(tf.zeros([3, 3]), name="w")
    return tf.matmul(x, w)
"""
CALLER = """\
import tensorflow.compat.v1 as tf
import ops

x = tf.zeros([1, 3])
with tf.variable_scope("net"):
    x = ops.dense(ops.dense(x))
"""


@pytest.mark.tensorflow
def test_a_helper_called_twice_from_another_file_keeps_its_names(
    tensorflow_programs: Any, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By itself it would be given a name that `net` is put in front of once more, and that is taken the second time."""
    for name in ("old", "new"):
        write({f"{name}/ops.py": HELPER, f"{name}/main.py": CALLER}, f"{name}/pyproject.toml")
    (changed,) = runner.run(settings.load(registry.load(), {"names": "keep"}), ["new/ops.py"]).changed
    assert changed.path == "new/ops.py"
    Path(changed.path).write_bytes(changed.after or b"")
    assert "get_variable" in Path("new/ops.py").read_text()
    code = verify(Options("old/main.py", other="new/main.py"), registry.of([]), tensorflow_programs.probe)
    assert code == 0, capsys.readouterr().out
    assert "2 same" in capsys.readouterr().out


UNNAMED = {
    "main.py": "import tensorflow as tf\nimport model\nwith tf.name_scope('n'):\n    b = tf.Variable(1.0, name='b')\n",
    "model.py": "import tensorflow as tf\nw = tf.Variable(0.0)\nv = tf.Variable(1.0)\n",
    "eval.py": "import tensorflow as tf\nimport model\nstep = tf.Variable(0)\n",
}


def renamed(report: Report) -> list[tuple[str, str, str]]:
    return [(one.path, name.old, name.new) for one in report.findings() for name in one.renames if name.changes]


def test_what_is_not_named_gets_other_numbers_and_the_report_says_so() -> None:
    write(UNNAMED)
    wanted = settings.load(registry.load(), {})
    told = [("model.py", "Variable*", "v"), ("model.py", "Variable*", "w"), ("model.py", "Variable_*", "Variable*")]
    assert sorted(renamed(runner.run(wanted, ["model.py"]))) == told
    assert renamed(runner.run(wanted, ["main.py"])) == []
    assert ("eval.py", "Variable_*", "Variable*") in renamed(runner.run(wanted, ["eval.py"]))


def test_so_does_what_a_comment_skips_and_what_has_not_changed() -> None:
    skipped = {"eval.py": f"# migrate: skip-file\n{UNNAMED['eval.py']}"}
    write({**UNNAMED, **skipped})
    wanted = settings.load(registry.load(), {})
    assert ("model.py", "Variable_*", "Variable*") in renamed(runner.run(wanted, ["."]))
    Path("eval.py").unlink()
    report = runner.run(wanted, ["."], extent=Extent(lines={"model.py": [range(2, 3)]}))
    assert renamed(report) == [("model.py", "Variable", "w"), ("model.py", "Variable_1", "Variable")]
