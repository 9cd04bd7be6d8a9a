"""The examples: each opens with its question, builds the same variables before and after, and is shown as it is."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from codemods.tensorflow.verify.compare import Verdict
from migrate import registry
from migrate.model import Rename, Rewrite
from migrate.testing import Case, produce

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "docs"))

import generate  # noqa: E402
from test_cases import undeclared, unkept  # noqa: E402

PAGE = ROOT / "docs" / "examples.md"
AGAIN = "run: python docs/generate.py"

every_example = pytest.mark.parametrize("example", generate.EXAMPLES, ids=lambda path: path.stem)


def _migrated(example: Path) -> tuple[str, list[Rename]]:
    """An example's text after its migration, and the renames that it announces."""
    name = example.name
    produced = produce(Case(example, 1, name, {name: example.read_text(encoding="utf-8")}, {}, None), registry.load())
    assert not produced.failures
    findings = [one for _, one in produced.findings]
    renames = [
        rename for one in findings if isinstance(one.outcome, Rewrite) for rename in one.renames if rename.changes
    ]
    return produced.files[name].decode("utf-8"), renames


def test_every_example_is_on_the_page():
    assert sorted(generate.EXAMPLES) == sorted((ROOT / "examples").glob("*.py"))


@every_example
def test_opens_with_the_question_that_it_answers(example: Path):
    question, answer = generate.question(example)
    assert question.endswith("?")
    assert len(answer.split()) > 20


@every_example
def test_is_rewritten_wherever_a_plain_run_may(example: Path):
    after, _ = _migrated(example)
    calls = [ast.unparse(node.func) for node in ast.walk(ast.parse(after)) if isinstance(node, ast.Call)]
    assert "tf.get_variable" in calls
    assert "tf.Variable" not in calls


def test_the_page_shows_the_previews_as_they_are():
    page = generate.shown_programs(PAGE.read_text(encoding="utf-8"))
    assert page == generate.shown_programs(generate.examples(lambda program: "")), AGAIN


@pytest.mark.tensorflow
@every_example
def test_builds_the_same_variables(example: Path, tensorflow_programs):
    after, renames = _migrated(example)
    comparison = tensorflow_programs.run_pair(example.read_text(encoding="utf-8"), after, until="exit")
    assert comparison.before.graphs[0].variables
    assert comparison.verdict is (Verdict.RENAMED if renames else Verdict.SAME), "\n".join(comparison.explain())
    assert not list(undeclared(comparison, renames))
    assert not list(unkept(comparison, renames))


@pytest.mark.tensorflow
def test_the_page_shows_what_the_examples_print(tensorflow_programs):
    current = generate.examples(lambda program: generate.said(tensorflow_programs.dump(program, until="exit").output))
    assert PAGE.read_text(encoding="utf-8") == current, AGAIN
