"""Every case file of `tests/cases`: text, findings, second run, other newlines, and variables under TensorFlow."""

from __future__ import annotations

import fnmatch
from pathlib import Path

import pytest

from codemods.tensorflow.verify.compare import Comparison, Verdict
from migrate import registry
from migrate.model import Rename, Rewrite
from migrate.testing import Case, check, collect, expected, produce

CASES = collect([Path(__file__).parent / "cases"])


@pytest.fixture(scope="module")
def known():
    return registry.load()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case, known):
    assert not "\n".join(check(case, known))


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "case", [case for case in CASES if case.after and case.options.get("run") != "no"], ids=lambda case: case.id
)
def test_case_builds_the_same_variables(case: Case, known, tensorflow_programs):
    if not tensorflow_programs.probe.tensorflow.startswith(case.options.get("tensorflow", "")):
        pytest.skip("needs another TensorFlow")
    main = case.options.get("main", next(iter(case.before)))
    comparison = tensorflow_programs.run_pair(
        dict(case.before),
        expected(case),
        main=main,
        until=case.options.get("until", "session"),
        compat=case.options.get("compat") != "no",
    )
    findings = [finding for _, finding in produce(case, known).findings]
    renames = [rename for finding in findings for rename in finding.renames]
    made = [rename for finding in findings if isinstance(finding.outcome, Rewrite) for rename in finding.renames]
    explained = "\n".join(comparison.explain())
    if any(rename.changes for rename in made):
        assert comparison.verdict is Verdict.RENAMED, explained
    elif all(rename.exact for rename in renames):
        assert comparison.verdict is Verdict.SAME, explained
    else:  # what is left and told as `Variable_* -> Variable*` may get another number
        assert comparison.verdict is not Verdict.DIFFERENT, explained
    assert not list(undeclared(comparison, renames))
    assert not list(unkept(comparison, renames))


def undeclared(comparison: Comparison, renames: list[Rename]):
    """The renames that happened and that no finding tells of; an optimizer's slots follow their variable."""
    for pair in comparison.pairs:
        if pair.before and pair.after and pair.before.name != pair.after.name and pair.before.slot_of is None:
            told = any(
                fnmatch.fnmatchcase(pair.before.name, one.old) and fnmatch.fnmatchcase(pair.after.name, one.new)
                for one in renames
            )
            if not told:
                yield f"{pair.before.name} -> {pair.after.name}"


def unkept(comparison: Comparison, renames: list[Rename]):
    """The renames that a finding announces as exact, and that did not happen though the variable is there."""
    happened = comparison.renames
    for one in renames:
        if one.exact and one.old in comparison.before.names and happened.get(one.old, one.old) != one.new:
            yield f"{one.old} -> {one.new} was announced, {happened.get(one.old, 'no rename')} happened"
