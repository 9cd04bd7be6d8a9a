"""The cells of a notebook may run again: no name may be taken then, and names that the program gives stay."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from codemods.tensorflow.verify.compare import Verdict
from migrate import registry
from migrate.casefile import Case
from migrate.model import Rewrite
from migrate.testing import produce

HEAD = "import tensorflow as tf"
GLOBAL_STEP = "step = tf.Variable(0, name='global_step', trainable=False)"
HELPER = "def scaled(x):\n    w = tf.Variable(tf.ones([3]), name='w')\n    return x * w\ny = scaled(2.0)"
SOFTMAX = "W = tf.Variable(tf.zeros([4, 2]))\nb = tf.Variable(tf.zeros([2]))"
DICTIONARY = "weights = {\n    'h1': tf.Variable(tf.zeros([4, 2])),\n    'out': tf.Variable(tf.zeros([2])),\n}"
PAIR = "W1 = tf.Variable(tf.zeros([4, 3]))\nW2 = tf.Variable(tf.zeros([3, 2]))"
TORN = PAIR + "\n# biases\nb1 = tf.Variable(tf.zeros([3]))\nb2 = tf.Variable(tf.zeros([2]))"
TOGETHER = "W1 = tf.Variable(tf.zeros([4, 3]))\nb1 = tf.Variable(tf.zeros([3]))\nW2 = tf.Variable(tf.zeros([3, 2]))"
LOOP = "for i in range(2):\n    v = tf.Variable(1.0, name='v')"


def migrated(cells: Sequence[str], names: str = "idiomatic") -> tuple[list[str], list[str]]:
    """The cells of a notebook after its migration, and the levels of what was rewritten."""
    sources = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells]
    book = json.dumps({"cells": sources, "metadata": {}, "nbformat": 4, "nbformat_minor": 2}, indent=1)
    case = Case(Path("cells"), 1, "cells", {"book.ipynb": book}, {}, None, {"names": names})
    made = produce(case, registry.load())
    outcomes = [finding.outcome for _, finding in made.findings if isinstance(finding.outcome, Rewrite)]
    levels = [outcome.level.value for outcome in outcomes if not outcome.supports]
    return [cell["source"] for cell in json.loads(made.files["book.ipynb"])["cells"]], levels


@pytest.mark.parametrize("cell", [GLOBAL_STEP, HELPER])
@pytest.mark.parametrize("names", ["idiomatic", "keep"])
def test_a_name_that_only_a_second_run_would_number_stays(cell, names):
    cells, levels = migrated([HEAD, cell, SOFTMAX], names)
    assert "unique_name(" in cells[1]
    assert levels[0] == "exact"


def test_a_loop_in_a_cell_gets_a_scope_for_each_round():
    cells, levels = migrated([HEAD, LOOP])
    assert "variable_scope(None, default_name=" in cells[1]
    assert levels == ["renames"]


def test_a_dictionary_of_variables_names_their_scope():
    cells, _ = migrated([HEAD, DICTIONARY])
    assert cells[1].startswith('with tf.variable_scope(None, default_name="weights"):')
    assert 'tf.get_variable("h1"' in cells[1]


def test_layers_of_a_cell_that_come_apart_share_a_scope():
    cells, _ = migrated([HEAD, TORN])
    assert cells[1].count("variable_scope(") == 1
    assert 'default_name="layers"):\n    W1 = tf.get_variable("W1"' in cells[1]
    assert '    # biases\n    b1 = tf.get_variable("b1"' in cells[1]


def test_so_do_those_that_hold_a_single_variable_each():
    cells, _ = migrated([HEAD, PAIR])
    assert cells[1].count("variable_scope(") == 1
    assert 'tf.get_variable("W2"' in cells[1]


def test_layers_of_a_cell_that_stand_together_have_a_scope_each():
    cells, _ = migrated([HEAD, TOGETHER, PAIR.partition("\n")[0]])
    assert cells[1].count("variable_scope(") == 2
    assert 'default_name="layer1"):\n    W1 = tf.get_variable("W"' in cells[1]
    assert 'default_name="layer1"):\n    W1 = tf.get_variable("W"' in cells[2]


def test_ops_that_use_its_variables_are_of_the_layer_of_a_cell_and_what_follows_is_not():
    ops = ["y = tf.matmul(tf.ones([1, 4]), W) + b", "y = tf.nn.relu(y)", "cost = tf.reduce_mean(y)"]
    cells, _ = migrated([HEAD, "\n".join([SOFTMAX, *ops])])
    assert "    y = tf.nn.relu(y)\ncost = " in cells[1]


def test_all_that_the_round_of_a_loop_goes_on_with_is_of_its_layer():
    cells, _ = migrated([HEAD, "for i in range(2):\n    w = tf.Variable(1.0)\n    y = w * 2\n    z = tf.exp(y)"])
    assert "\n        z = tf.exp(y)" in cells[1]


def test_layers_of_a_cell_that_begins_the_graph_need_no_scope():
    cells, _ = migrated([HEAD, "tf.reset_default_graph()\n" + TORN])
    assert "variable_scope(" not in cells[1]
    assert 'tf.get_variable("b2"' in cells[1]


NET = "def net(x):\n    return x * tf.Variable(1.0, name='w')"
AGAIN = "def net(x):\n    return x"
SHARED = "with tf.variable_scope('s', reuse=tf.AUTO_REUSE):\n    net(1.0)"


def test_a_call_means_the_function_that_its_own_cell_defines_before_it():
    cells, _ = migrated([HEAD, NET + "\nnet(2.0)", AGAIN + "\n" + SHARED])
    assert "tf.get_variable(" in cells[1]


def test_that_of_another_cell_may_be_any():
    cells, _ = migrated([HEAD, NET + "\nnet(2.0)", AGAIN, SHARED])
    assert "tf.get_variable(" not in cells[1]


@pytest.mark.parametrize("magic", ["%time v =", "if True:\n    %time v =", "print(1)\n%timeit -n 3 use("])
def test_a_line_magic_keeps_its_statement_on_its_line(magic):
    cell = magic + " tf.Variable(tf.zeros([2]), name='v')" + ")" * magic.count("(", 9)
    cells, _ = migrated([HEAD, SOFTMAX, cell])
    assert cells[2].splitlines()[-1].startswith(magic.splitlines()[-1] + " tf.get_variable(")
    assert len(cells[2].splitlines()[-1]) > 100
    assert "tf.get_variable(" in cells[1]


@pytest.mark.tensorflow
@pytest.mark.parametrize("names", ["idiomatic", "keep"])
@pytest.mark.parametrize("times", [1, 2])
def test_cells_that_run_again_build_what_they_built(tensorflow_programs, names, times):
    cells = [GLOBAL_STEP, HELPER, SOFTMAX, DICTIONARY, LOOP, TORN, TOGETHER]
    before = "\n".join([HEAD, *cells * times])
    after, _ = migrated([HEAD, *cells], names)
    comparison = tensorflow_programs.run_pair(before, "\n".join([after[0], *after[1:] * times]))
    allowed = (Verdict.SAME,) if names == "keep" else (Verdict.SAME, Verdict.RENAMED)
    assert comparison.verdict in allowed, "\n".join(comparison.explain())
    kept = {"global_step", "w"} & set(comparison.after.names)
    assert kept == {"global_step", "w"}
