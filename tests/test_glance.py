"""A short look at a file says the same of it as a long one, and gives way to it where others need more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from codemods.tensorflow.codemods import ANALYSIS
from codemods.tensorflow.glance import glance
from codemods.tensorflow.indexing.index import index
from codemods.tensorflow.plan import LeavePlan
from migrate import casefile, engine, registry, runner, settings
from migrate.codemod import Options
from migrate.source import SourceError, read
from migrate.syntax.module import Module

CASES = sorted((Path(__file__).parent / "cases").rglob("*.md"))
LAYER = """\
import tensorflow as tf
from helpers import weight

class Layer(tf.keras.layers.Layer):
    def build(self, shape):
        self.scale = tf.Variable(tf.ones([3]))

def net():
    return weight("kernel"), weight("bias")

net()
"""
HELPERS = """\
import tensorflow as tf

def weight(name):
    return tf.Variable(tf.zeros([2]), name=name)
"""


RELAYED = LAYER.replace("import tensorflow as tf", "import keras\nfrom common import tf").replace("tf.keras", "keras")
COMMON = """\
import tensorflow as tf
"""


def modules() -> Iterator[Module]:
    for case in casefile.collect(CASES):
        for name, text in case.before.items():
            with suppress(SourceError):
                yield Module(read(name, text.encode()))


def test_both_looks_give_the_same_reasons() -> None:
    shut = 0
    for module in modules():
        brief = glance(module)
        if brief is None:
            continue
        shut += 1
        plans = [ANALYSIS.link({module.path: facts}, Options()) for facts in (brief, index(module))]
        decisions = [dict(plan[module.path].creations) if plan else {} for plan in plans]
        assert decisions[0] == decisions[1]
        assert all(isinstance(one, LeavePlan) for one in decisions[0].values())
    assert shut > 2


@pytest.mark.parametrize("layer", [LAYER, RELAYED])
def test_a_file_that_calls_what_is_rewritten_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layer: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("common.py").write_text(COMMON)
    Path("layer.py").write_text(layer)
    Path("helpers.py").write_text(HELPERS)
    assert glance(Module(read("layer.py", layer.encode()))) is not None

    def report() -> Any:
        return runner.run(settings.load(registry.load(), {"isolated": True, "jobs": 1}), ["."])

    found = report()
    thorough = engine.index
    monkeypatch.setattr(engine, "index", lambda *given, **_: thorough(*given))
    assert found == report()
    assert [one.path for one in found.changed] == ["helpers.py"]
    assert [one.path for one in found.findings() if one.code == "GV207"] == ["layer.py"]
    assert b"tf.get_variable(name, [2]" in found.changed[0].after
