"""Sources as deep and long as nobody writes them: each is rewritten or refused with its line; nothing crashes."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate import registry, runner
from migrate.model import Report
from migrate.settings import load

HEAD = "import tensorflow as tf\nsess = tf.Session()\n"
VALUES = {
    "sums": "1" + "+1" * 900,
    "attributes": "a" + ".b" * 900,
    "calls": "f" + "()" * 900,
    "subscripts": "a" + "[0]" * 900,
    "signs": "-" * 900 + "1",
    "nots": "not " * 900 + "1",
    "lambdas": "lambda: " * 900 + "1",
    "conditions": "1 if a else " * 900 + "1",
    "powers": "1" + "**1" * 900,
    "conjunctions": "1" + " and 1" * 3000,
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


def test_a_chain_of_clauses_is_refused_with_its_line() -> None:
    (failed,) = report_on(HEAD + "if a: pass\n" + "elif a: pass\n" * 900 + "w = tf.Variable(1.)\n").failures
    assert failed.failure is not None
    assert failed.failure.cause == "is nested too deeply"
    assert failed.failure.line > 500


def test_what_is_long_and_not_deep_is_rewritten() -> None:
    many = ", ".join(["1.0"] * 20_000)
    lines = "x = 1\n" * 20_000
    report = report_on(f"{HEAD}{lines}w = tf.Variable([{many}], name='w')\n")
    assert not report.failures
    assert len(report.changed) == 1
