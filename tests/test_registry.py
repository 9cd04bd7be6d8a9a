"""Entry points to codemods: the order, what is shared, and what is refused."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import shell
import toys

from migrate import registry
from migrate.codemod import Analysis, Codemod
from migrate.findings import rules
from migrate.model import Rule, RuleKind
from migrate.registry import RegistryError

SAME_CODE = Codemod("same-code", "", (toys.RULES[0],), toys.ANALYSIS, toys.TOY.rewrite)
ENGINE_CODE = Codemod("engine-code", "", (Rule("M001", "x", RuleKind.LEFT, "X", ""),), toys.ANALYSIS, toys.TOY.rewrite)
SAME_NAME = Codemod("toy", "", (), toys.ANALYSIS, toys.TOY.rewrite)
OTHER_ANALYSIS = Codemod(
    "other", "", (), Analysis("toy", (), toys.ANALYSIS.index, toys.ANALYSIS.link), toys.TOY.rewrite
)
SHARED = Codemod("shared", "", (), toys.ANALYSIS, toys.TOY.rewrite, {"spelling": ("new", "newer", "old")})


def test_holds_codemods_their_options_and_rules() -> None:
    known = registry.of(["toys:TOY", "toys:PAIRS"])
    assert [one.name for one in known.codemods] == ["toy", "pairs"]
    assert known.options == {"spelling": ("new", "newer", "old")}
    assert set(known.rules) == {"TY101", "TY201", "TP101", "TP102"} | {rule.code for rule in rules.RULES}


def test_codemods_share_an_analysis() -> None:
    known = registry.of(["toys:TOY", "test_registry:SHARED"])
    assert known.analyses == (toys.ANALYSIS,)


def test_references_lead_to_the_same_registry() -> None:
    known = registry.of(["toys:TOY"])
    assert registry.of(pickle.loads(pickle.dumps(known.references))).codemods[0] is toys.TOY


@pytest.mark.parametrize(
    ("reference", "cause"),
    [
        ("nowhere:TOY", "nowhere:TOY cannot be loaded: No module named 'nowhere'"),
        ("toys:NOTHING", "has no attribute 'NOTHING'"),
        ("toys:RULES", "toys:RULES is a tuple, not a Codemod"),
        ("test_registry:SAME_CODE", "code TY101 is claimed by toys:TOY and by test_registry:SAME_CODE"),
        ("test_registry:ENGINE_CODE", "code M001 is claimed by the engine and by test_registry:ENGINE_CODE"),
        ("test_registry:SAME_NAME", "name toy is claimed by toys:TOY and by test_registry:SAME_NAME"),
        ("test_registry:OTHER_ANALYSIS", "two analyses are called toy, one of them in test_registry:OTHER_ANALYSIS"),
    ],
)
def test_refuses_what_is_ambiguous_or_no_codemod(reference: str, cause: str) -> None:
    with pytest.raises(RegistryError, match=cause):
        registry.of(["toys:TOY", reference])


def test_loads_entry_points_the_built_in_ones_first(tmp_path: Path) -> None:
    shell.install(tmp_path / "site", aaa="toys:TOY")
    code = "from migrate import registry; print([one.name for one in registry.load().codemods])"
    environment = shell.Shell(tmp_path, tmp_path / "site").environment()
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert ended.stdout == "['get-variable', 'layer-scopes', 'toy']\n"


def test_every_rule_has_a_page_that_says_what_and_what_to_do() -> None:
    for rule in registry.load().rules.values():
        assert rule.summary[0].isupper(), rule.code
        assert not rule.summary.endswith("."), rule.code
        assert rule.page.strip(), rule.code
    for rule in rules.RULES:
        assert "## What it means" in rule.page
        assert "## What to do" in rule.page
