"""What codemods are declared with: functions that are imported once they are called, and facts that pickle."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import shell

from migrate.codemod import Deferred, Fact

PLUGIN = """
from dataclasses import replace
from migrate.codemod import Deferred
from toys import ANALYSIS, TOY

LATE = replace(TOY, analysis=replace(ANALYSIS, index=Deferred({index!r})), rewrite=Deferred({rewrite!r}))
"""


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


@pytest.mark.parametrize(
    ("index", "rewrite", "code"),
    [
        ("toys:_index", "toys:_rewrite", 0),
        ("toys:_indx", "toys:_rewrite", 3),
        ("toys:_index", "no_such_module:rewrite", 3),
    ],
)
def test_a_function_that_is_missing_costs_the_files_that_need_it(
    tmp_path: Path, index: str, rewrite: str, code: int
) -> None:
    """Whether one process does the work or several."""
    shell.install(tmp_path / "site", late="late:LATE")
    (tmp_path / "site" / "late.py").write_text(PLUGIN.format(index=index, rewrite=rewrite))
    work = shell.Shell(tmp_path, tmp_path / "site")
    work.write(src__a="old()\n", src__b="x = 1\n")
    serial, spread = (work.run("--dry-run", "--executor", name, "src") for name in ("serial", "processes"))
    assert (serial.returncode, serial.stdout, serial.stderr) == (spread.returncode, spread.stdout, spread.stderr)
    assert serial.returncode == code
