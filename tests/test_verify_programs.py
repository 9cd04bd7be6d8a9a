"""Runs pairs of programs under TensorFlow: the verifier says what is the same, renamed, or different."""

from __future__ import annotations

import pytest

from codemods.tensorflow.verify.compare import Verdict
from codemods.tensorflow.verify.dump import End

pytestmark = pytest.mark.tensorflow

PROGRAM = """\
import tensorflow as tf

def lost(v):
    return tf.reduce_sum(v * v)

with tf.name_scope("net"):
    w = tf.Variable(tf.random_normal([30, 20], stddev=0.1), name="w")
    b = tf.Variable(tf.zeros([20]), name="b")
with tf.variable_scope("head", regularizer=lost):
    h = tf.get_variable("h", [20, 2])
step = tf.Variable(0, name="step", trainable=False)
x = tf.placeholder(tf.float32, [None, 30], name="x")
y = tf.identity(tf.matmul(tf.nn.relu(tf.matmul(x, w) + b), h), name="y")
loss = tf.reduce_mean(y) + tf.losses.get_regularization_loss()
train = tf.train.AdamOptimizer(0.1).minimize(loss, global_step=step)
again = tf.get_default_graph().get_tensor_by_name("y:0")
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    raise SystemExit("never reached")
"""

MIGRATED = PROGRAM.replace('tf.name_scope("net")', 'tf.variable_scope("net")')
MIGRATED = MIGRATED.replace(
    'tf.Variable(tf.random_normal([30, 20], stddev=0.1), name="w")',
    'tf.get_variable("w", [30, 20], initializer=tf.random_normal_initializer(stddev=0.1))',
)
MIGRATED = MIGRATED.replace(
    'tf.Variable(tf.zeros([20]), name="b")', 'tf.get_variable("b", [20], initializer=tf.zeros_initializer())'
)
MIGRATED = MIGRATED.replace(
    'tf.Variable(0, name="step", trainable=False)', 'tf.get_variable("step", initializer=0, trainable=False)'
)

# What each wrong migration changes, and the word that the report must use for it.
MUTANTS = {
    "trainable lost": (", initializer=0, trainable=False", ", initializer=0", "trainable"),
    "stddev changed": ("stddev=0.1)", "stddev=0.2)", "initial value"),
    "stddev hardly changed": ("stddev=0.1)", "stddev=0.1001)", "initial value"),
    "stddev lost": ("random_normal_initializer(stddev=0.1)", "random_normal_initializer()", "initial value"),
    "mean for stddev": ("random_normal_initializer(stddev=0.1)", "random_normal_initializer(0.1)", "initial value"),
    "other distribution": ("random_normal_initializer", "truncated_normal_initializer", "initial value"),
    "initializer lost": (", initializer=tf.random_normal_initializer(stddev=0.1)", "", "initial value"),
    "ones for zeros": ("zeros_initializer", "ones_initializer", "initial value"),
    "seed added": ("stddev=0.1)", "stddev=0.1, seed=3)", "initial value"),
    "other shape": ('"b", [20]', '"b", [1, 20]', "shape"),
    "other dtype": ("initializer=0,", "initializer=0, dtype=tf.int64,", "program after the migration"),
    "dtype widened": ("initializer=0,", "initializer=tf.constant(0, tf.int64),", "dtype"),
    "scope lost": ('tf.variable_scope("net")', 'tf.name_scope("net")', "variable net/w -> w"),
    "scope doubled": ('tf.variable_scope("net")', 'tf.variable_scope("net"), tf.variable_scope("x")', "-> net/x/w"),
    "collections lost": ('initializer=0,', "initializer=0, collections=['mine'],", "collections"),
    "shared": (
        'b = tf.get_variable("b", [20], initializer=tf.zeros_initializer())',
        'b = tf.reduce_sum(w, 0)',
        "variable net/b is gone",
    ),
    "one too many": ("step = tf.get", "spare = tf.get_variable('spare', [3])\nstep = tf.get", "spare is new"),
    "order swapped": (
        "step = tf.get_variable(\"step\", initializer=0, trainable=False)\n",
        "",
        "program after the migration",
    ),
    "regularizer caught": (
        'tf.variable_scope("net")',
        'tf.variable_scope("net", regularizer=lost)',
        "losses",
    ),
    "resource variable": ('"b", [20],', '"b", [20], use_resource=True,', "kind"),
    "op renamed": ('name="y")', 'name="z")\ny = tf.identity(y, name="y")', "op (none) -> z"),
    "clash": ('"b", [20]', '"w", [20]', "program after the migration"),
}  # fmt: skip


def test_the_right_migration_is_the_same(tensorflow_programs):
    comparison = tensorflow_programs.run_pair(PROGRAM, MIGRATED)
    assert list(comparison.explain()) == []
    assert comparison.verdict is Verdict.SAME
    assert comparison.before.end is End.SESSION
    assert comparison.before.names == comparison.after.names
    assert "net/w/Adam_1" in comparison.before.names


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_migration_is_caught(tensorflow_programs, name):
    old, new, word = MUTANTS[name]
    assert old in MIGRATED
    comparison = tensorflow_programs.run_pair(PROGRAM, MIGRATED.replace(old, new))
    assert comparison.verdict is not Verdict.SAME
    assert word in "\n".join(comparison.explain())
