"""Whole programs at work elsewhere: the same report as file by file, wherever they are gone through."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import toys  # noqa: F401 - the registry below loads it

from migrate import discover, registry, runner, settings
from migrate.executors.serial import SerialExecutor
from migrate.model import Report
from migrate.programs import program, shipping, survey, traversal
from migrate.programs.extent import WHOLE, Setup
from migrate.programs.reader import Reader
from migrate.programs.shipping import carry_out
from migrate.runner import Extent, Session
from migrate.settings import Settings
from migrate.work import Work

APART = ("toys:APART",)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shipping, "_PAYS", 1)
    return tmp_path


def write(**files: str) -> None:
    for name, text in files.items():
        Path(f"{name}.py").write_text(text)


def wanted(codemods: Sequence[str] = APART, **given: Any) -> Settings:
    return settings.load(registry.of(codemods), {"jobs": 1, "cache": False, **given})


def run(extent: Extent = WHOLE, **given: Any) -> Report:
    return runner.run(wanted(**given), ["."], extent)


def several() -> None:
    """Programs of two files, of two of which one cannot be parsed, of a single one, and one with but a comment."""
    write(a="old()\n", a_main="import a\nold(*x)\n", b="old()\n", b_main="import b\nx = = 1\n", c="old(1)\n")
    write(d="x = 1  # migrate: ignore\n")


class Watched(SerialExecutor):
    """A serial executor that says it is several, and notes what it is given."""

    width = 3

    def __init__(self) -> None:
        self.done: list[str] = []

    def map(self, function: Any, tasks: Any) -> Any:
        for task in tasks:
            self.done += [task.path] if function is carry_out else []
            yield function(task)


def through(executor: Any, extent: Extent = WHOLE, config: Settings | None = None) -> Report:
    config = config or wanted()
    with Session(config, discover.find(["."], config), extent, wrap=lambda _: executor) as session:
        return session.report()


def test_what_becomes_of_names_in_files_that_are_left_travels_too() -> None:
    text = "import tensorflow as tf\n\nw = tf.Variable(0.0)\n"
    for one in "abcdef":
        left = f"# migrate: skip-file\n{text}"
        write(**{f"net_{one}": text, f"old_{one}": left, f"main_{one}": f"import net_{one}\nimport old_{one}\n"})
    config = settings.load(registry.load(), {"jobs": 1, "cache": False})
    executor = Watched()
    report = through(executor, config=config)
    assert executor.done
    assert report == through(SerialExecutor(), config=config)
    assert "Variable_*" in {one.old for file in report.results for found in file.findings for one in found.renames}


def test_programs_are_sent_and_the_report_is_the_same() -> None:
    several()
    write(**{f"more_{number}": "old()\n" * 3 for number in range(6)})
    executor = Watched()
    assert through(executor) == run()
    assert {"a.py", "b.py", "c.py", "more_0.py"} <= {*executor.done}
    assert [one.path for one in run().failures] == ["b_main.py"]


@pytest.mark.parametrize("jobs", [2, 5])
def test_processes_give_the_same(jobs: int) -> None:
    several()
    assert run(jobs=jobs, executor="processes") == run()


def test_the_cache_serves_programs_that_are_sent(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(here / "cache"))
    several()
    write(**{f"more_{number}": "old()\n" for number in range(20)})
    expected = run()
    for _ in range(2):
        assert run(jobs=3, executor="processes", cache=True) == expected


def test_files_are_the_same_from_when_they_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    several()

    class Changing(Watched):
        def map(self, function: Any, tasks: Any) -> Any:
            for result in super().map(function, tasks):
                if function is carry_out:
                    write(c="old(2)\n")
                yield result

    config = wanted()
    with Session(config, discover.find(["."], config), wrap=lambda _: Changing()) as session:
        names = [one.id for one in session.report().findings() if one.path == "c.py"]
        report = session.decline(names)
    assert "c.py" in [one.path for one in report.failures]


class Elsewhere(Watched):
    """Goes through programs on a machine with other files, some of which lie at the same paths.

    Before a program is sent, each of the files that are to go is removed.
    """

    def __init__(self, folder: Path, gone: Sequence[str] = ()) -> None:
        super().__init__()
        self.folder = folder
        self.gone = gone

    def map(self, function: Any, tasks: Any) -> Any:
        if function is not carry_out:
            yield from super().map(function, tasks)
            return
        for path in self.gone:
            Path(path).unlink()
        for task in tasks:
            here = os.getcwd()
            os.chdir(self.folder)
            try:
                result = function(task)
            finally:
                os.chdir(here)
            self.done.append(task.path)
            yield result


def elsewhere(here: Path) -> Path:
    """A folder with other files at the paths of `several`."""
    folder = here.parent / f"{here.name}_elsewhere"
    folder.mkdir()
    for name in ("a", "a_main", "b", "b_main", "c", "d"):
        (folder / f"{name}.py").write_text("import a\nold(2)\nold(3)\n")
    return folder


def test_workers_read_nothing_of_their_own(here: Path) -> None:
    several()
    write(**{f"more_{number}": "old()\n" * 3 for number in range(6)})
    executor = Elsewhere(elsewhere(here))
    assert through(executor) == run()
    assert {"a.py", "c.py"} <= {*executor.done}


def test_what_is_gone_before_it_is_sent_is_not_found_elsewhere(here: Path) -> None:
    several()
    write(**{f"more_{number}": "old()\n" * 3 for number in range(6)})
    report = through(Elsewhere(elsewhere(here), ["a.py", "c.py"]))
    assert [one.path for one in report.changed][:2] == ["b.py", "more_0.py"]
    assert [one.line for one in report.findings() if one.path == "a_main.py"] == [2]
    assert [one.path for one in report.failures] == ["b_main.py"]


def test_a_file_alone_in_its_folder_that_goes_costs_itself(here: Path) -> None:
    write(a="old()\n", a_main="import sub.b\nimport a\nold()\n", **{f"c{number}": "old()\n" * 9 for number in range(6)})
    Path("sub").mkdir()
    Path("sub/b.py").write_text("old()\n")
    report = through(Elsewhere(elsewhere(here), ["sub/b.py"]))
    assert [one.path for one in report.changed][:3] == ["a.py", "a_main.py", "c0.py"]


def test_what_kills_a_worker_costs_its_file() -> None:
    write(a="old()\n", b="old()\nKILL\n", c="old()\n", d="old()\n", d_main="import d\nold()\n")
    report = run(jobs=2, executor="processes")
    assert [one.path for one in report.failures] == ["b.py"]
    assert [one.path for one in report.changed] == ["a.py", "c.py", "d.py", "d_main.py"]


def test_declining_what_was_done_elsewhere() -> None:
    several()
    config, executor = wanted(), Watched()
    with Session(config, discover.find(["."], config), wrap=lambda _: executor) as session:
        first = session.report()
        names = [one.id for one in first.findings() if one.path in ("a.py", "c.py")]
        assert [one.path for one in session.without(names).changed] == ["b.py"]
        assert session.report() == first
        second = session.decline(names)
        assert [one.path for one in second.changed] == ["b.py"]
        assert session.report() == second


@pytest.mark.parametrize(("module", "name"), [(traversal, "_REMEMBERED"), (survey, "_MOST")])
def test_facts_that_were_let_go_of_are_found_again(module: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    several()
    config = wanted()

    def declined() -> tuple[Report, Report]:
        with Session(config, discover.find(["."], config)) as session:
            first = session.report()
            return first, session.decline([one.id for one in first.findings() if one.path == "a.py"])

    expected = declined()
    monkeypatch.setattr(module, name, 0)
    assert declined() == expected


def test_programs_of_which_nothing_is_wanted_are_passed_over() -> None:
    several()
    looked: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        look = program.Program.look
        patch.setattr(program.Program, "look", lambda self: (looked.append(self.group.members[0]), look(self))[1])
        report = run(Extent(part=lambda path: path == "c.py"))
    assert [one.path for one in report.results] == ["c.py"]
    assert "c.py" in looked
    assert "a.py" not in looked
    assert run(Extent(only=lambda path: path == "c.py")).changed == report.changed


def test_an_analysis_that_needs_all_files_gets_them() -> None:
    write(a="make('x')\n", b="use('x')\n")
    report = runner.run(wanted(("toys:PAIRS",), jobs=2, executor="processes"), ["."])
    assert next(one.message for one in report.findings()) == "known to 2 files"


TRACED = {
    "shared": "class Base:\n    pass\n",
    "one": "import tensorflow as tf\nimport shared\n\n\nclass Net(shared.Base):\n"
    "    def __init__(self):\n        self.w = tf.Variable(tf.zeros([2]))\n\n\nNet()\n",
    "two": "import tensorflow as tf\nimport shared\n\nw = tf.Variable(tf.zeros([2]))\n",
}


def test_a_program_knows_nothing_that_another_one_asked_for() -> None:
    write(**TRACED)
    config = settings.load(registry.load(), {"jobs": 1, "cache": False})
    reader = Reader(discover.find(["."], config), {}, lambda *_: None)
    work = Work(config.registry.references)
    setup = Setup(work.analyses, SerialExecutor(), work, config.policy)
    groups = survey.Survey(reader, setup).groups()
    known = {tuple(group.members): group.known.paths() for group in groups}
    assert known == {("one.py",): {"one.py"}, ("two.py",): {"two.py"}, (): set()}


def test_what_a_program_only_follows_is_not_reported_by_it() -> None:
    write(a="old()\n", a_main="import a\nold()\n")
    config = wanted()
    work = Work(config.registry.references)
    reader = Reader(discover.find(["."], config), {}, lambda *_: None)
    setup = Setup(work.analyses, SerialExecutor(), work, config.policy)
    group = survey.Survey(reader, setup).groups()[0]
    assert [*group.members] == ["a.py", "a_main.py"]
    looked = program.Program(setup, reader, replace(group, members=["a_main.py"]))
    looked.look()
    assert [*looked.results] == ["a_main.py"]


def test_parts_of_a_run_say_what_the_whole_says() -> None:
    """The eager variable of `one.py` loses its number to what is renamed in `two.py`, which is of another part."""
    eager = "import tensorflow as tf\n\n\n@tf.function\ndef g():\n    return tf.Variable(1.0)\n"
    user = "import tensorflow as tf\nimport one\n\ntf.Session()\nw = tf.Variable(tf.zeros([2]))\none.g()\n"
    write(one=eager, two=user)
    config = settings.load(registry.load(), {"jobs": 1, "cache": False})
    whole = runner.run(config, ["."])
    assert any(one.renames for one in whole.findings() if one.path == "one.py")
    for result in whole.results:
        extent = Extent(part=lambda path, own=result.path: path == own)
        assert runner.run(config, ["."], extent).results == (result,)
