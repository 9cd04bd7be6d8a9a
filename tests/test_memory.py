"""What has been looked at is freed at once: the cycle collector rests meanwhile, so that nothing may hold itself."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from codemods.tensorflow.glance import glance
from codemods.tensorflow.indexing.index import index
from codemods.tensorflow.link import link
from migrate.codemod import Options
from migrate.source import Source
from migrate.syntax.module import Module

FEW = 20  # objects: a module has thousands
PROGRAM = """
import tensorflow as tf


class Net:
    def __init__(self, name="net"):
        with tf.variable_scope(name):
            self.layers = [self.layer(i) for i in range(3)]

    def layer(self, number, name=None):
        name = name or "layer"
        with tf.name_scope("%s_%d" % (name, number)) as scope:
            return tf.Variable(tf.zeros([2]), name="w"), tf.get_variable(scope + "v", [1])


Net()
Net("other")
"""


@pytest.fixture(autouse=True)
def resting() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("look", [index, glance])
def test_a_module_goes_with_its_facts(look: object) -> None:
    assert callable(look)
    for _ in range(2):  # what is imported, or kept for all modules, is found once
        gc.collect()
        look(Module(Source.from_bytes("main.py", PROGRAM.encode())))
    assert gc.collect() < FEW


def test_linking_leaves_little_behind() -> None:
    facts = {"main.py": index(Module(Source.from_bytes("main.py", PROGRAM.encode())))}
    link(facts, Options({}, frozenset({"get-variable", "layer-scopes"})))
    gc.collect()
    assert link(facts, Options({}, frozenset({"get-variable", "layer-scopes"})))
    assert gc.collect() < FEW
