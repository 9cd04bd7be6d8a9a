"""The second pass leaves out what it can find nothing in; over the case files, a whole second pass says the same."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from codemods.tensorflow.codemods import ANALYSIS
from codemods.tensorflow.facts import Creation
from codemods.tensorflow.file_facts import FileFacts
from codemods.tensorflow.link import link, remains
from codemods.tensorflow.plan import FilePlan, NamePlan
from migrate import engine
from migrate.codemod import Options
from migrate.testing import Case, collect, expected

CASES = collect([Path(__file__).parent / "cases"])
TREES = [list(cases) for _, cases in groupby(CASES, key=lambda case: case.file)]
SELECTED = frozenset({"get-variable", "layer-scopes"})


def facts_of(cases: list[Case], texts: Any) -> dict[str, FileFacts]:
    """The facts of a tree that has a folder for each case."""
    found = {}
    for number, case in enumerate(cases):
        for path, text in texts(case).items():
            place = f"/tree/case_{number}/{path}"
            facts = engine.index(place, text.encode(), [ANALYSIS]).facts.get(ANALYSIS.name)
            if facts is not None:
                found[place] = facts
    return found


def rewrites(plan: FilePlan) -> bool:
    return bool(plan.scopes or plan.wraps) or any(isinstance(one, NamePlan) for one in plan.creations.values())


@pytest.mark.parametrize("names", ["idiomatic", "keep"])
@pytest.mark.parametrize("texts", [lambda case: case.before, expected], ids=["before", "after"])
@pytest.mark.parametrize("cases", TREES, ids=lambda cases: cases[0].id)
def test_what_remains_gets_the_plans_that_it_gets_among_all_files(cases: list[Case], texts: Any, names: str) -> None:
    facts = facts_of(cases, texts)
    options = Options({"names": names}, SELECTED)
    kept = remains(facts, ())
    whole: Mapping[str, FilePlan] = link(facts, options)
    part = link({path: facts[path] for path in kept}, options)
    assert part == {path: plan for path, plan in whole.items() if path in set(kept)}
    assert not [path for path, plan in whole.items() if path not in set(kept) and rewrites(plan)]


def test_a_file_that_pulls_no_analysis_any_more_creates_nothing() -> None:
    before, after = facts_of(CASES, lambda case: case.before), facts_of(CASES, expected)
    done = []
    for number, case in enumerate(CASES):
        for path, text in case.after.items():
            place = f"/tree/case_{number}/{path}"
            pulled = [engine.triggered(one.encode(), [ANALYSIS]) for one in (case.before[path], text)]
            if place in before and pulled == [(ANALYSIS.name,), ()]:
                done.append(place)
    events = [event for place in done if place in after for body in after[place].bodies for event in body.events]
    assert len(done) > len(CASES) / 4
    assert not any(isinstance(event, Creation) for event in events)


def test_what_is_done_brings_nothing_back() -> None:
    texts = {
        "alone.py": "import tensorflow as tf\nw = tf.Variable(1.0)\n",
        "made.py": "import tensorflow as tf\ndef make():\n    return tf.Variable(1.0)\n",
        "uses.py": "import tensorflow as tf\nimport made\nv = tf.Variable(1.0)\nmade.make()\n",
        "left.py": "import tensorflow as tf\nw = tf.Variable(*given)\n",
    }
    case = Case(Path("none"), 0, "", texts, {}, None)
    facts = facts_of([case], lambda case: case.before)
    places = {path: f"/tree/case_0/{path}" for path in texts}
    assert set(remains(facts, ())) == set(places.values()) - {places["left.py"]}
    assert set(remains(facts, {places["alone.py"], places["uses.py"]})) == {places["made.py"], places["uses.py"]}
    assert remains(facts, set(places.values())) == []
