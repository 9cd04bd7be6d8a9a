"""Sources as deep and long as nobody writes them: each is rewritten or refused with its line; nothing crashes."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from migrate import registry, runner, work
from migrate.model import Report
from migrate.settings import load

HEAD = "import tensorflow as tf\nsess = tf.Session()\n"
DEEP = 1_500  # what Python parses and nobody can walk
LINKS = {"sums": ("1", "+1"), "attributes": ("a", ".b"), "calls": ("f", "()"), "subscripts": ("a", "[0]")}
VALUES = {
    **{kind: first + more * DEEP for kind, (first, more) in LINKS.items()},
    "signs": "-" * DEEP + "1",
    "nots": "not " * DEEP + "1",
    "lambdas": "lambda: " * DEEP + "1",
    "conditions": "1 if a else " * DEEP + "1",
    "powers": "1" + "**1" * DEEP,
}
LONG = {
    "elements": "[" + ", ".join(["1.0"] * 20_000) + "]",
    "conjunctions": "1.0" + " and 1.0" * 3000,
    "strings": "'a' " * 3000,
    "formats": "f'{a}' " * 3000,
}


def report_on(text: str, **given: object) -> Report:
    Path("a.py").write_text(text)
    return runner.run(load(registry.load(), {"jobs": 1, **given}), ["a.py"])


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("kind", sorted(VALUES))
def test_a_deep_value_is_refused_with_its_line(kind: str) -> None:
    (failed,) = report_on(f"{HEAD}w = tf.Variable({VALUES[kind]}, name='w')\n").failures
    assert failed.failure is not None
    assert (failed.failure.cause.removesuffix(" to be parsed"), failed.failure.line) == ("is nested too deeply", 3)


@pytest.mark.parametrize("jobs", [{}, {"executor": "processes", "jobs": 2}])
@pytest.mark.parametrize("kind", sorted(LINKS))
def test_what_is_less_deep_fails_nobody(kind: str, jobs: dict[str, object]) -> None:
    """What is not too deep for its file is not too deep for what is made of all files, either."""
    first, more = LINKS[kind]
    report = report_on(f"{HEAD}w = tf.Variable({first}{more * 500}, name='w')\n", **jobs)
    assert not report.failures
    assert len(report.results) == 1


def test_a_chain_of_clauses_is_refused_with_its_line() -> None:
    (failed,) = report_on(HEAD + "if a: pass\n" + "elif a: pass\n" * 900 + "w = tf.Variable(1.)\n").failures
    assert failed.failure is not None
    assert failed.failure.cause == "has an `if` with 900 `elif`, too many to be followed"
    assert failed.failure.line == 3


@pytest.mark.parametrize("kind", sorted(LONG))
def test_what_is_long_and_not_deep_is_rewritten(kind: str) -> None:
    lines = "x = 1\n" * 20_000
    report = report_on(f"{HEAD}{lines}w = tf.Variable({LONG[kind]}, name='w')\n")
    assert not report.failures
    assert len(report.changed) == 1


def test_more_code_than_allowed_is_refused_and_said() -> None:
    text = HEAD + "x = 1\n" * 400_000 + "w = tf.Variable(1., name='w')\n"
    (failed,) = report_on(text, max_size=2).failures
    assert failed.failure is not None
    assert failed.failure.cause == "holds 2.4 MB of code, and --max-size allows 2"
    assert report_on(text.replace("x = 1\n", "", 300_000), max_size=2).changed


def test_a_notebook_counts_by_its_code() -> None:
    source = "import tensorflow as tf\nsess = tf.Session()\nw = tf.Variable(1., name='w')"
    output = {"output_type": "stream", "name": "stdout", "text": ["." * 5_000_000]}
    cell = {"cell_type": "code", "source": source, "outputs": [output], "metadata": {}, "execution_count": 1}
    Path("a.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 2}))
    report = runner.run(load(registry.load(), {"jobs": 1, "max_size": 1}), ["a.ipynb"])
    assert not report.failures
    assert len(report.changed) == 1


def test_a_file_full_of_holes_is_not_read() -> None:
    with open("a.py", "wb") as file:
        file.truncate(2**40)
    (failed,) = runner.run(load(registry.load(), {"jobs": 1}), ["a.py"]).failures
    assert failed.failure is not None
    assert failed.failure.cause == "is larger than a gigabyte, and not read"


class Called:
    """Calls itself so often, each time from C, and then says how much room a task has there."""

    def __call__(self, times: int) -> int:
        return self(times - 1) if times else room()


def room() -> int:
    def down(depth: int) -> int:
        try:
            return down(depth + 1)
        except RecursionError:
            return depth

    with work._room():
        return down(0)


def test_a_task_has_as_much_room_however_deep_it_is_called() -> None:
    assert Called()(0) == Called()(40)


def test_tasks_in_several_threads_are_done_as_in_one() -> None:
    deep = [(HEAD + f"x = {'1' + '+1' * many}\nw = tf.Variable(tf.zeros([2]))\n").encode() for many in (10, 1_100)]
    own = work.Work(("codemods.tensorflow.codemods:GET_VARIABLE",))
    names = tuple(one.name for one in own.analyses)
    tasks = [work.IndexTask("a.py", data, names) for data in deep * 150]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as pool:
            assert [one.failure for one in pool.map(own.index, tasks)] == [own.index(one).failure for one in tasks]
    finally:
        sys.setswitchinterval(interval)
