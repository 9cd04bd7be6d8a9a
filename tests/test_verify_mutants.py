"""Hundreds of wrong migrations of three programs, made by `mutants.py`: the verifier finds every one that is wrong."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter

import pytest
from mutants import OPERATORS, mutants

from codemods.tensorflow.verify.compare import Verdict, compare
from codemods.tensorflow.verify.dump import Dump, End

pytestmark = pytest.mark.tensorflow

PERCEPTRON = (
    """\
import tensorflow as tf
x = tf.placeholder(tf.float32, [None, 4], name="x")
with tf.name_scope("hidden"):
    w = tf.Variable(tf.random_normal([4, 3], stddev=0.1), name="w")
    b = tf.Variable(tf.zeros([3]), name="b")
with tf.name_scope("out"):
    v = tf.Variable(tf.truncated_normal([3, 2], stddev=0.5), name="v")
    c = tf.Variable(tf.constant(0.1, shape=[2]), name="c")
step = tf.Variable(0, name="step", trainable=False)
y = tf.subtract(tf.matmul(tf.nn.relu(tf.matmul(x, w) + b), v), c, name="y")
train = tf.train.AdamOptimizer(0.01).minimize(tf.reduce_mean(y), global_step=step)
""",
    """\
import tensorflow as tf
x = tf.placeholder(tf.float32, [None, 4], name="x")
with tf.variable_scope("hidden"):
    w = tf.get_variable("w", [4, 3], initializer=tf.random_normal_initializer(stddev=0.1))
    b = tf.get_variable("b", [3], initializer=tf.zeros_initializer())
with tf.variable_scope("out"):
    v = tf.get_variable("v", [3, 2], initializer=tf.truncated_normal_initializer(stddev=0.5))
    c = tf.get_variable("c", [2], initializer=tf.constant_initializer(0.1))
step = tf.get_variable("step", initializer=0, trainable=False)
y = tf.subtract(tf.matmul(tf.nn.relu(tf.matmul(x, w) + b), v), c, name="y")
train = tf.train.AdamOptimizer(0.01).minimize(tf.reduce_mean(y), global_step=step)
""",
)
SEEDED = (
    """\
import tensorflow as tf
tf.set_random_seed(7)
u = tf.Variable(tf.random_uniform([5, 2], -1.0, 1.0), name="u")
n = tf.Variable(tf.random_normal([6], mean=0.5, seed=3), name="n")
k = tf.Variable([3, 1, 2], name="k")
flag = tf.Variable(True, trainable=False, name="flag")
text = tf.Variable(["a", "b"], name="text")
total = tf.Variable(0.0, collections=[tf.GraphKeys.LOCAL_VARIABLES], name="total")
first = tf.Variable(tf.zeros([4]), name="first")
second = tf.Variable(tf.zeros([4]), name="second")
z = first - second
g = tf.get_default_graph().get_tensor_by_name("u/read:0")
""",
    """\
import tensorflow as tf
tf.set_random_seed(7)
u = tf.get_variable("u", [5, 2], initializer=tf.random_uniform_initializer(-1.0, 1.0))
n = tf.get_variable("n", [6], initializer=tf.random_normal_initializer(mean=0.5, seed=3))
k = tf.get_variable("k", initializer=[3, 1, 2])
flag = tf.get_variable("flag", initializer=True, trainable=False)
text = tf.get_variable("text", initializer=["a", "b"])
total = tf.get_variable("total", initializer=0.0, collections=[tf.GraphKeys.LOCAL_VARIABLES])
first = tf.get_variable("first", [4], initializer=tf.zeros_initializer())
second = tf.get_variable("second", [4], initializer=tf.zeros_initializer())
z = first - second
g = tf.get_default_graph().get_tensor_by_name("u/read:0")
""",
)
HELPERS = (
    """\
import tensorflow as tf
def squares(v):
    return tf.reduce_sum(v * v)
def layer(inputs, size):
    with tf.name_scope("layer"):
        w = tf.Variable(tf.random_normal([int(inputs.shape[1]), size], stddev=0.3), name="w")
        b = tf.Variable(tf.ones([size]), name="b", constraint=tf.abs)
        return tf.matmul(inputs, w) - b
net = tf.placeholder(tf.float32, [8, 3])
for size in [5, 5, 2]:
    net = layer(net, size)
with tf.variable_scope("kept", regularizer=squares, partitioner=tf.fixed_size_partitioner(2)):
    r = tf.get_variable("r", [4, 2], initializer=tf.ones_initializer())
loss = tf.reduce_sum(net) + tf.losses.get_regularization_loss()
train = tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss)
""",
    """\
import tensorflow as tf
def squares(v):
    return tf.reduce_sum(v * v)
def layer(inputs, size):
    with tf.variable_scope(None, default_name="layer"):
        w = tf.get_variable("w", [int(inputs.shape[1]), size], initializer=tf.random_normal_initializer(stddev=0.3))
        b = tf.get_variable("b", [size], initializer=tf.ones_initializer(), constraint=tf.abs)
        return tf.matmul(inputs, w) - b
net = tf.placeholder(tf.float32, [8, 3])
for size in [5, 5, 2]:
    net = layer(net, size)
with tf.variable_scope("kept", regularizer=squares, partitioner=tf.fixed_size_partitioner(2)):
    r = tf.get_variable("r", [4, 2], initializer=tf.ones_initializer())
loss = tf.reduce_sum(net) + tf.losses.get_regularization_loss()
train = tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss)
""",
)
PROGRAMS = {"perceptron": PERCEPTRON, "seeded": SEEDED, "helpers": HELPERS}

# Where TensorFlow 2's `get_variable` is given a shape and an initializer, it knows the shape without validating it.
UNCHANGED = "keyword added: validate_shape=False, line "
EQUIVALENT = {"perceptron": (4, 5, 7, 8), "seeded": (3, 4, 9, 10), "helpers": (6, 7, 13)}

# Builds many programs in one process, each in a graph of its own; says which of them raise.
DRIVER = """\
import json, sys
import tensorflow as tf
raised = []
for number in range(COUNT):
    path = "program_%d.py" % number
    with tf.Graph().as_default():
        tf.no_op(name="begin")
        try:
            exec(compile(open(path).read(), sys.path[0] + "/" + path, "exec"), {})
        except Exception:
            raised.append(number)
print("RAISED " + json.dumps(raised))
"""


def build(programs, texts: list[str]) -> tuple[Dump, list[Dump | None]]:
    """What each of many programs builds; None where it raises."""
    files = {f"program_{number}.py": text for number, text in enumerate(texts)}
    dump = programs.dump({"main.py": f"COUNT = {len(texts)}\n" + DRIVER, **files}, until="exit")
    assert dump.end is End.EXIT, dump
    assert len(dump.graphs) == len(texts)
    raised = json.loads(dump.output.rpartition("RAISED ")[2])
    alone = [dataclasses.replace(dump, graphs=(graph,)) for graph in dump.graphs]
    return dump, [None if number in raised else one for number, one in enumerate(alone)]


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_wrong_migration_is_caught(tensorflow_programs, name):
    before, after = PROGRAMS[name]
    made = dict(mutants(after))
    _, (old, new, *wrong) = build(tensorflow_programs, [before, after, *made.values()])
    assert compare(old, new).verdict is Verdict.SAME, list(compare(old, new).explain())
    passed = {what for what, one in zip(made, wrong, strict=True) if one and compare(old, one).verdict is Verdict.SAME}
    assert passed in (set(), {f"{UNCHANGED}{line}" for line in EQUIVALENT[name]})
    assert len(made) >= 60


def test_every_operator_makes_mutants():
    made = Counter(what.partition(":")[0] for _, after in PROGRAMS.values() for what, _ in mutants(after))
    assert set(made) == set(OPERATORS)
