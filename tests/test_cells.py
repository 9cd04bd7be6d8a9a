"""The cells of a notebook may run again: no name may be taken then, and names that the program gives stay."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from codemods.tensorflow.verify.compare import Verdict
from migrate import registry
from migrate.casefile import Case
from migrate.testing import produce

HEAD = "import tensorflow as tf"
GLOBAL_STEP = "step = tf.Variable(0, name='global_step', trainable=False)"
HELPER = "def scaled(x):\n    w = tf.Variable(tf.ones([3]), name='w')\n    return x * w\ny = scaled(2.0)"
SOFTMAX = "W = tf.Variable(tf.zeros([4, 2]))\nb = tf.Variable(tf.zeros([2]))"
DICTIONARY = "weights = {\n    'h1': tf.Variable(tf.zeros([4, 2])),\n    'out': tf.Variable(tf.zeros([2])),\n}"
LOOP = "for i in range(2):\n    v = tf.Variable(1.0, name='v')"


def migrated(cells: Sequence[str], names: str = "idiomatic") -> tuple[list[str], list[str]]:
    """The cells of a notebook after its migration, and the levels of what was rewritten."""
    sources = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells]
    book = json.dumps({"cells": sources, "metadata": {}, "nbformat": 4, "nbformat_minor": 2}, indent=1)
    case = Case(Path("cells"), 1, "cells", {"book.ipynb": book}, {}, None, {"names": names})
    made = produce(case, registry.load())
    levels = [finding.outcome.level.value for _, finding in made.findings if not finding.outcome.supports]
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
    cells = [GLOBAL_STEP, HELPER, SOFTMAX, DICTIONARY, LOOP]
    before = "\n".join([HEAD, *cells * times])
    after, _ = migrated([HEAD, *cells], names)
    comparison = tensorflow_programs.run_pair(before, "\n".join([after[0], *after[1:] * times]))
    allowed = (Verdict.SAME,) if names == "keep" else (Verdict.SAME, Verdict.RENAMED)
    assert comparison.verdict in allowed, "\n".join(comparison.explain())
    kept = {"global_step", "w"} & set(comparison.after.names)
    assert kept == {"global_step", "w"}
