"""Any choice of findings: their replacements give exactly the text that the engine's own edits give."""

from __future__ import annotations

import dataclasses
import itertools

import awkward
import pytest

from migrate.model import FileResult, Report, Revision, Rewrite
from migrate.output.replacements import fixes, replaced


def chosen(names: frozenset[int]) -> FileResult:
    """The awkward program with only some of its rewrites made."""
    whole = awkward.program("x.py", awkward.PROGRAM.encode())
    made = awkward.Made("x.py", awkward.PROGRAM.encode())
    rewritten = [one for one in whole.findings if isinstance(one.outcome, Rewrite)]
    made.findings = [one for number, one in enumerate(rewritten) if number in names]
    return made.result()


@pytest.mark.parametrize("size", range(1, 7))
def test_every_choice_gives_its_own_text(size: int) -> None:
    for names in itertools.combinations(range(6), size):
        result = chosen(frozenset(names))
        found = replaced(result)
        assert found is not None
        text = found.source.text
        for one in reversed(found.replacements):
            text = text[: one.start] + one.text + text[one.end :]
        assert text.encode() == result.after
        for one, other in itertools.pairwise(found.replacements):
            assert one.end < other.start, "replacements touch"
        if size > 1:
            ids = frozenset(finding.id for finding in result.findings)
            assert any(one.owners < ids for one in found.replacements), "nothing was told apart"


def test_what_belongs_together() -> None:
    result = chosen(frozenset(range(6)))
    found = replaced(result)
    assert found is not None
    needs = fixes(Report((result,), 1), {"x.py": found})
    by_text = {finding.message: finding.id for finding in result.findings}
    loop, call = by_text["a loop, twice\nwrapped"], by_text["about tf.Variable(i)"]
    assert loop in needs[call]
    assert needs[by_text["about tf.Variable(0.1)"]] == (by_text["about tf.Variable(0.1)"],)


def test_unaccountable_changes_are_replaced_line_by_line() -> None:
    """A notebook's file is JSON, of which the findings' spans know nothing."""
    whole = awkward.program("x.py", awkward.PROGRAM.encode())
    result = dataclasses.replace(whole, revision=Revision.of(b"a\nb\xc3\xa9\nc\nd", b"a\nB\nc\nd\n"))
    found = replaced(result)
    assert found is not None
    assert [(one.start, one.end, one.text) for one in found.replacements] == [(2, 5, "B\n"), (7, 8, "d\n")]
    assert all(len(one.owners) == 6 for one in found.replacements)


def test_nothing_changed_has_none() -> None:
    assert replaced(FileResult("x.py", revision=Revision.of(b"a", b"a"))) is None
