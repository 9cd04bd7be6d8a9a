"""Whole runs: facts from all files, what holds across files, what goes wrong in one of them, any number of workers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import toys  # noqa: F401 - the registry below loads it

from migrate import discover, engine, registry, runner, settings
from migrate.findings import rules
from migrate.model import Level, Report
from migrate.runner import Extent, Session
from migrate.settings import Settings

TOY, PAIRS, CRASHING, BREAKING = ("toys:TOY",), ("toys:PAIRS",), ("toys:CRASHING",), ("toys:BREAKING",)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(**files: str) -> None:
    for name, text in files.items():
        path = Path(name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def wanted(codemods: Sequence[str], **given: Any) -> Settings:
    return settings.load(registry.of(codemods), {"jobs": 1, **given})


WHOLE = Extent()


def run(codemods: Sequence[str], extent: Extent = WHOLE, **given: Any) -> Report:
    return runner.run(wanted(codemods, **given), ["."], extent)


def after(report: Report) -> dict[str, str]:
    return {one.path: (one.after or b"").decode() for one in report.changed}


def codes(report: Report) -> list[str]:
    return [f"{finding.path}:{finding.line} {finding.code}" for finding in report.findings()]


def causes(report: Report) -> list[str]:
    return [f"{one.path}: {one.failure.cause}" for one in report.failures if one.failure]


def test_results_are_in_the_order_of_paths_and_every_file_counts() -> None:
    write(b="old()\n", a__z="old(*x)\n", a__a="old()\n", c="x = 1\n")
    report = run(TOY)
    assert [one.path for one in report.results] == ["a/a.py", "a/z.py", "b.py"]
    assert report.files == 4
    assert after(report) == {"a/a.py": "new()\n", "b.py": "new()\n"}
    assert Path("b.py").read_text() == "old()\n"


def test_one_bad_file_costs_itself() -> None:
    write(a="old()\n", b="old(\n", c="old()\n# well\n", d="old()\nRAISE\n")
    Path("e.py").write_bytes(b"old()\n\xff\n")
    Path("f.py").write_bytes(b"old()\n\0\n")
    report = run(CRASHING)
    assert after(report).keys() == {"a.py", "c.py"}
    assert [one.path for one in report.failures] == ["b.py", "d.py", "e.py", "f.py"]
    assert causes(report)[1].startswith("d.py: internal error: LookupError: no such thing (at toys.py:")
    assert report.failures[0].failure is not None
    assert report.failures[0].failure.line == 1


def test_a_requirement_holds_across_files() -> None:
    write(a="use('x')\nuse('y')\n", b="make('x', held=1)\nmake('y')\n")
    report = run(PAIRS)
    assert after(report) == {"a.py": "use('x')\nused('y')\n", "b.py": "make('x', held=1)\nmade('y')\n"}
    assert codes(report) == ["a.py:1 M004", "a.py:2 TP102", "b.py:1 M001", "b.py:2 TP101"]
    assert after(run(PAIRS, level="unsafe"))["a.py"] == "used('x')\nused('y')\n"


def test_a_requirement_falls_with_a_file_that_cannot_be_rewritten() -> None:
    write(a="use('x')\n", b="make('x')\n# migrate: skip-file\n")
    assert after(run(PAIRS)) == {}


def test_rewritten_and_left_make_what_was_seen_at_every_level() -> None:
    write(a="use('x')\nuse('y')\nold(a=1)\nold()\n", b="make('x', held=1)\nmake('y')\nold(1)\nold(*a)\n")
    for level in Level:
        assert len(codes(run([*TOY, *PAIRS], level=level.value))) == 8


LAYER = """\
import tensorflow as tf

def dense(x, n):
    w = tf.Variable(tf.zeros([n, 2]), name="w")  # migrate: ignore
    b = tf.Variable(tf.zeros([2]), name="b")  # migrate: ignore
    return tf.matmul(x, w) + b

h = dense(x, 4)
y = dense(h, 2)
"""


def test_a_scope_is_not_made_for_calls_that_stay() -> None:
    """It would rename `w` to `h/w`, and no finding of the call would say so."""
    codemods = ("codemods.tensorflow.codemods:GET_VARIABLE", "codemods.tensorflow.codemods:LAYER_SCOPES")
    write(a=LAYER)
    report = run(codemods)
    assert after(report) == {}
    assert codes(report) == ["a.py:4 M002", "a.py:5 M002", "a.py:8 M004", "a.py:9 M004"]
    write(a=LAYER.replace("  # migrate: ignore", "", 1))  # one of them stays, in the scope of both
    assert after(run(codemods)) == {}
    write(a=LAYER.replace("  # migrate: ignore", ""))
    assert "variable_scope" in after(run(codemods))["a.py"]
    assert after(run(codemods, extent=Extent(lines={"a.py": [range(9, 10)]}))) == {}


def test_declining_takes_dependents_along() -> None:
    write(a="use('x')\nuse('y')\n", b="make('x')\nmake('y')\n")
    config = wanted(PAIRS)
    with Session(config, discover.find(["."], config)) as session:
        first = session.report()
        assert after(first) == {"a.py": "used('x')\nused('y')\n", "b.py": "made('x')\nmade('y')\n"}
        second = session.decline([next(one.id for one in first.findings() if one.path == "b.py")])
    assert after(second) == {"a.py": "use('x')\nused('y')\n", "b.py": "make('x')\nmade('y')\n"}
    assert codes(second) == ["a.py:1 M004", "a.py:2 TP102", "b.py:1 M005", "b.py:2 TP101"]


def test_importers_of_what_is_sought_are_indexed() -> None:
    write(maker="from far import x\nmake('x')\n", user="from maker import y\n", other="import os\nx = 'maker'\n")
    report = run(PAIRS)
    assert [one.message for one in report.findings()] == ["known to 2 files"]
    write(far="x = 1\n", far_user="from far import (\n    x,\n)\n")
    assert [one.message for one in run(PAIRS).findings()] == ["known to 3 files"]


def test_an_importer_that_cannot_be_parsed_is_a_failure() -> None:
    write(maker="make('x')\n", user="import maker\nx = = 1\n", other="x = = 1\n")
    assert [one.path for one in run(PAIRS).failures] == ["user.py"]


def test_a_file_that_would_change_again_is_left_alone() -> None:
    write(a="old('grow')\n", b="old('clash')\n")
    report = run(BREAKING)
    assert after(report) == {"b.py": "one('clash')\n"}
    assert codes(report) == [f"a.py:1 {rules.UNSTABLE}", "b.py:1 TB101", f"b.py:1 {rules.CONFLICT}"]


def test_a_second_run_changes_nothing() -> None:
    write(a="use('x')\nold()\nold(a=1)\n", b="make('x')\nold(*x)\n")
    for result in run([*TOY, *PAIRS]).changed:
        Path(result.path).write_bytes(result.after or b"")
    assert run([*TOY, *PAIRS]).changed == ()


def test_only_some_files_with_the_facts_of_all() -> None:
    write(maker="make('x')\n", user="import maker\n")
    report = run(PAIRS, Extent(only=lambda path: path == "maker.py"))
    assert [one.message for one in report.findings()] == ["known to 2 files"]
    assert run(PAIRS, Extent(only=lambda path: path == "user.py")).results == ()


def test_other_bytes_may_stand_for_a_file_s_own() -> None:
    write(a="old()\n")
    report = run(TOY, Extent({"a.py": b"old(1)\n"}))
    assert report.results[0].before == b"old(1)\n"
    assert after(report) == {"a.py": "new(1)\n"}


def test_only_lines_that_changed() -> None:
    write(a="old()\nold(*x)\nold(1)\n", b="old()\n")
    report = run(TOY, Extent(lines={"a.py": [range(3, 4)]}))
    assert after(report) == {"a.py": "old()\nold(*x)\nnew(1)\n"}
    assert codes(report) == ["a.py:3 TY101"]


def test_the_reports_of_all_parts_are_that_of_the_whole() -> None:
    write(a="use('x')\n", b="make('x')\n")
    parts = [after(run(PAIRS, Extent(part=lambda path, name=name: path == name))) for name in ("a.py", "b.py")]  # type: ignore[misc]
    assert parts == [{"a.py": "used('x')\n"}, {"b.py": "made('x')\n"}]


def test_ignore_comments_without_any_call_are_reported() -> None:
    write(a="x = 1  # migrate: ignore\n", b="x = '# migrate: ignore'\n", c="old()  # migrate: skip-file\n")
    assert codes(run(TOY)) == [f"a.py:1 {rules.UNUSED_IGNORE}"]


def test_a_file_that_changes_meanwhile_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    write(a="old()\n", b="old()\n")

    def meddle(what: str, done: int, total: int) -> None:
        if what == "Rewriting" and done == 0:
            Path("b.py").write_text("old()  # edited\n")

    report = runner.run(wanted(TOY), ["."], progress=meddle)
    assert causes(report) == ["b.py: changed while it was being looked at; run again"]
    assert after(report) == {"a.py": "new()\n"}


def test_options_are_those_of_the_nearest_configuration() -> None:
    write(a="old()\nold(1)\n", s__b="old()\nold(1)\n", t__c="old()\n")
    Path("s/migrate.toml").write_text('spelling = "newer"\nlevel = "exact"\n')
    Path("t/migrate.toml").write_text('ignore = ["toy"]\n')
    assert after(run(TOY)) == {"a.py": "new()\nnew(1)\n", "s/b.py": "newer()\nold(1)\n"}


def test_any_number_of_workers_gives_the_same() -> None:
    for number in range(40):
        rows = "".join(f"old({number})\nold(a={number})\nuse('{number}')\n" for _ in range(number % 7))
        write(**{f"f{number}": f"make('{number}')\n{rows}# {'x' * 3000}\n"})
    write(broken="old(\n", raised="old()\nRAISE\n")
    codemods = [*PAIRS, *CRASHING]
    serial = run(codemods)
    assert len(serial.changed) == 40
    assert run(codemods, jobs=2) == serial
    assert run(codemods, jobs=5, executor="processes") == serial


def test_a_worker_that_dies_costs_its_file() -> None:
    write(**{f"f{number}": f"old({number})\n" for number in range(30)}, g="old()\nKILL\n", h="old()\nKILL\n")
    report = run(CRASHING, jobs=2, executor="processes")
    assert len(report.changed) == 30
    assert [one.path for one in report.failures] == ["g.py", "h.py"]
    assert "the worker process died of it" in causes(report)[0]


def test_nothing_to_do_reads_each_file_once() -> None:
    write(a="x = 1\n", b="old = 1\n")
    reads: list[str] = []
    runner.run(wanted(TOY), ["."], progress=lambda what, done, total: reads.append(what))
    assert reads == ["Reading", "Reading"]


def test_a_file_to_which_a_name_leads_is_indexed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    write(main="import tensorflow as tf\nfrom names import NAME\nw = tf.Variable(tf.zeros([2]), name=NAME)\n")
    write(names='NAME = "weights"\n')
    indexed: list[str] = []
    thorough = engine.index

    def index(path: str, *given: Any, **named: Any) -> Any:
        indexed.append(path)
        return thorough(path, *given, **named)

    monkeypatch.setattr(engine, "index", index)
    assert "tf.get_variable(NAME, [2]" in after(run(["codemods.tensorflow.codemods:GET_VARIABLE"]))["main.py"]
    assert sorted(indexed) == ["main.py", "names.py"]


def test_a_file_that_vanishes_is_no_source_unless_it_was_named() -> None:
    write(a="old()\n", b="old()\n")
    config = wanted(TOY)
    for paths, failed in ((["."], []), (["a.py", "b.py"], ["b.py: cannot be read: No such file or directory"])):
        write(b="old()\n")
        found = discover.find(paths, config)
        os.unlink("b.py")
        with Session(config, found) as session:
            report = session.report()
        assert after(report) == {"a.py": "new()\n"}
        assert causes(report) == failed
