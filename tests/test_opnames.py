from __future__ import annotations

import pytest

from codemods.tensorflow.opnames import bare_names, names_in_use
from migrate.source import Source
from migrate.syntax.module import Module


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("zeros", "zeros"),
        ("a/zeros_1", "zeros"),
        ("Const_2:0", "const"),
        ("zeros_%d", "zeros"),
        ("w", "w"),
        ("a/b", "b"),
    ],
)
def test_a_name_is_read_as_the_graph_compares_it(text: str, last: str):
    assert list(bare_names(text))[-1] == last


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("x = tf.zeros([2], name='zeros')", {"zeros"}),
        ("with tf.variable_scope('ones'): pass", {"ones"}),
        ("with tf.name_scope('a/Const_1'): pass", {"const"}),
        ("v = tf.get_variable('zeros_' + suffix)", {"zeros"}),
        ("graph.get_tensor_by_name('random_normal:0')", {"random_normal"}),
        ("graph.get_operation_by_name('Fill')", {"fill"}),
        ("fetches = ['Const:0']", {"const"}),
        ("if kind == 'zeros': pass", set()),
        ("dense(x, initializer='ones')", set()),
        ("x = tf.zeros([2], name='z')", set()),
    ],
)
def test_only_names_and_look_ups_count(line: str, names: set[str]):
    assert names_in_use(Module(Source("m.py", line, line, "utf-8", b""))) == names
