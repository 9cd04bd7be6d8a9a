"""The decision table of names: every row decides some case, so that none is dead."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from codemods.tensorflow.naming import decide
from codemods.tensorflow.naming.decide import ROWS, Row
from codemods.tensorflow.naming.question import Question
from codemods.tensorflow.plan import LeavePlan, NamePlan
from migrate import registry
from migrate.testing import collect, produce

CASES = Path(__file__).parent / "cases"


def test_every_row_decides_a_case(monkeypatch: pytest.MonkeyPatch) -> None:
    decided: Counter[int] = Counter()

    def counting(number: int, row: Row) -> Row:
        def becomes(question: Question) -> NamePlan | LeavePlan | None:
            outcome = row.becomes(question)
            decided[number] += outcome is not None
            return outcome

        return Row(row.says, row.fits, becomes)

    monkeypatch.setattr(decide, "ROWS", tuple(counting(number, row) for number, row in enumerate(ROWS)))
    known = registry.load()
    for case in collect([CASES]):
        produce(case, known)
    idle = [f"{number}: {row.says}" for number, row in enumerate(ROWS) if not decided[number]]
    assert idle == []
