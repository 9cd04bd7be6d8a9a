"""What codemods are declared with: functions that are imported once they are called, and facts that pickle."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field

import pytest

from migrate.codemod import Deferred, Fact


@dataclass(frozen=True, slots=True)
class Place(Fact):
    line: int
    column: int = 0


@dataclass(frozen=True, slots=True)
class Named(Fact):
    line: int
    name: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class Counted(Fact):
    line: int
    times: int = field(default=1, init=False)


@pytest.mark.parametrize("fact", [Place(1, 2), Named(1, name="a"), Counted(1)])
def test_facts_come_back_with_all_their_values(fact: Fact) -> None:
    assert pickle.loads(pickle.dumps((fact, [fact]), pickle.HIGHEST_PROTOCOL)) == (fact, [fact])


def test_a_value_that_no_argument_gives_comes_back_too() -> None:
    fact = Counted(1)
    object.__setattr__(fact, "times", 7)
    assert pickle.loads(pickle.dumps(fact)).times == 7


def test_a_deferred_function_is_imported_when_it_is_called() -> None:
    missing = Deferred("no_such_module:function")
    with pytest.raises(ImportError):
        missing()
    assert Deferred("operator:add")(1, 2) == 3
