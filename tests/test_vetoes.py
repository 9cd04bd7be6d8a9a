"""The vetoes against converting a scope: every row forbids it in some case, so that none is dead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from codemods.tensorflow.scopes import conversion, vetoes
from codemods.tensorflow.scopes.vetoes import OF_ITSELF, OF_OTHERS, Case, Veto
from migrate import registry
from migrate.testing import collect, produce

CASES = Path(__file__).parent / "cases"


def test_every_veto_holds_in_a_case(monkeypatch: pytest.MonkeyPatch) -> None:
    held: Counter[str] = Counter()

    def forbids(rows: Iterable[Veto], case: Case) -> bool:
        first = next((row for row in rows if row.holds(case)), None)
        if first is not None:
            held[first.says] += 1
        assert (first is not None) == vetoes.forbids(rows, case)
        return first is not None

    monkeypatch.setattr(conversion, "forbids", forbids)
    known = registry.load()
    for case in collect([CASES]):
        produce(case, known)
    assert [row.says for row in (*OF_ITSELF, *OF_OTHERS) if not held[row.says]] == []
