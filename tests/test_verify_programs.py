"""Runs pairs of programs under TensorFlow: the verifier says what is the same, renamed, or different."""

from __future__ import annotations

import pytest

from codemods.tensorflow.verify.compare import Verdict, compare
from codemods.tensorflow.verify.dump import End
from codemods.tensorflow.verify.statistics import DRAWS

pytestmark = pytest.mark.tensorflow

PROGRAM = """\
import numpy as np
import tensorflow as tf

def lost(v):
    return tf.reduce_sum(v * v)

def dense(size):
    return tf.Variable(tf.random_uniform([20, size], -1.0, 1.0))

with tf.name_scope("net"):
    w = tf.Variable(tf.random_normal([30, 20], stddev=0.1), name="w")
    b = tf.Variable(tf.zeros([20]), name="b", constraint=tf.abs)
with tf.variable_scope("head", regularizer=lost):
    h = tf.get_variable("h", [20, 2])
with tf.device("/cpu:0"):
    scale = tf.Variable(np.array([0.5, 2.0]), name="scale")
first, second = dense(3), dense(3)
total = tf.Variable(0.0, name="total", collections=[tf.GraphKeys.LOCAL_VARIABLES])
step = tf.Variable(0, name="step", trainable=False)
x = tf.placeholder(tf.float32, [None, 30], name="x")
hidden = tf.nn.relu(tf.matmul(x, w) + b)
y = tf.identity(tf.matmul(hidden, h) * tf.cast(scale, tf.float32), name="y")
loss = tf.reduce_mean(y) + tf.losses.get_regularization_loss() + tf.reduce_sum(tf.matmul(hidden, first * second))
train = tf.train.AdamOptimizer(0.1).minimize(loss, global_step=step)
try:
    found = tf.get_default_graph().get_tensor_by_name("net/w:0")
except KeyError:
    found = None
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    raise SystemExit("never reached")
"""

STEPS = {
    'tf.name_scope("net")': 'tf.variable_scope("net")',
    'tf.Variable(tf.random_normal([30, 20], stddev=0.1), name="w")': (
        'tf.get_variable("w", [30, 20], initializer=tf.random_normal_initializer(stddev=0.1))'
    ),
    'tf.Variable(tf.zeros([20]), name="b", constraint=tf.abs)': (
        'tf.get_variable("b", [20], initializer=tf.zeros_initializer(), constraint=tf.abs)'
    ),
    'tf.Variable(np.array([0.5, 2.0]), name="scale")': 'tf.get_variable("scale", initializer=np.array([0.5, 2.0]))',
    "def dense(size):": "def dense(size, name):",
    "tf.Variable(tf.random_uniform([20, size], -1.0, 1.0))": (
        "tf.get_variable(name, [20, size], initializer=tf.random_uniform_initializer(-1.0, 1.0))"
    ),
    "dense(3), dense(3)": 'dense(3, "Variable"), dense(3, "Variable_1")',
    'tf.Variable(0.0, name="total", collections=[tf.GraphKeys.LOCAL_VARIABLES])': (
        'tf.get_variable("total", initializer=0.0, collections=[tf.GraphKeys.LOCAL_VARIABLES])'
    ),
    'tf.Variable(0, name="step", trainable=False)': 'tf.get_variable("step", initializer=0, trainable=False)',
}


def migrated(program: str) -> str:
    for old, new in STEPS.items():
        assert old in program
        program = program.replace(old, new)
    return program


MIGRATED = migrated(PROGRAM)

# What each wrong migration does to the right one, and a word that the report must hold.
MUTANTS = {
    "trainable lost": (", initializer=0, trainable=False", ", initializer=0", "trainable"),
    "trainable turned": (
        "initializer=tf.zeros_initializer(),",
        "initializer=tf.zeros_initializer(), trainable=False,",
        "trainable",
    ),
    "stddev changed": ("stddev=0.1)", "stddev=0.2)", "initial value"),
    "stddev hardly changed": ("stddev=0.1)", "stddev=0.1001)", "initial value"),
    "stddev lost": ("random_normal_initializer(stddev=0.1)", "random_normal_initializer()", "initial value"),
    "mean for stddev": ("random_normal_initializer(stddev=0.1)", "random_normal_initializer(0.1)", "initial value"),
    "other distribution": (
        "random_normal_initializer(stddev=0.1)",
        "truncated_normal_initializer(stddev=0.1)",
        "initial value",
    ),
    "same moments, other distribution": (
        "random_normal_initializer(stddev=0.1)",
        "random_uniform_initializer(-0.1732, 0.1732)",
        "initial value",
    ),
    "initializer lost": (", initializer=tf.random_normal_initializer(stddev=0.1)", "", "initial value"),
    "limits changed": (
        "random_uniform_initializer(-1.0, 1.0)",
        "random_uniform_initializer(0.0, 1.0)",
        "initial value",
    ),
    "limits lost": ("random_uniform_initializer(-1.0, 1.0)", "random_uniform_initializer()", "initial value"),
    "ones for zeros": ("zeros_initializer", "ones_initializer", "initial value"),
    "seed added": ("stddev=0.1)", "stddev=0.1, seed=3)", "initial value"),
    "constant changed": ("[0.5, 2.0]", "[0.5, 2.0000001]", "initial value"),
    "other shape": ('"b", [20]', '"b", [1, 20]', "shape"),
    "shape unknown": ("initializer=0.0,", "initializer=0.0, validate_shape=False,", "shape"),
    "dtype widened": ("initializer=0, ", "initializer=tf.constant(0, tf.int64), ", "dtype"),
    "dtype narrowed": ("np.array([0.5, 2.0]))", "np.array([0.5, 2.0], 'float32'))", "dtype"),
    "dtype contradicts": ("initializer=0,", "initializer=0, dtype=tf.float64,", "after the migration"),
    "scope lost": ('tf.variable_scope("net")', 'tf.name_scope("net")', "variable net/w -> w"),
    "scope doubled": ('tf.variable_scope("net")', 'tf.variable_scope("net"), tf.variable_scope("x")', "-> net/x/w"),
    "scope with default name": ('tf.variable_scope("net")', 'tf.variable_scope(None, "nets")', "-> nets/w"),
    "collections lost": (", collections=[tf.GraphKeys.LOCAL_VARIABLES]", "", "collections"),
    "constraint lost": (", constraint=tf.abs", "", "traits"),
    "device lost": ('tf.device("/cpu:0")', "tf.device(None)", "traits"),
    "caught by a regularizer": ('tf.variable_scope("net")', 'tf.variable_scope("net", regularizer=lost)', "losses"),
    "resource variable": ('"b", [20],', '"b", [20], use_resource=True,', "kind"),
    "partitioned": ('"b", [20],', '"b", [20], partitioner=tf.fixed_size_partitioner(2),', "shape"),
    "shared by name": (
        'dense(3, "Variable"), dense(3, "Variable_1")',
        'dense(3, "Variable"), None\nwith tf.variable_scope("", reuse=True): second = dense(3, "Variable")',
        "Variable_1 is gone",
    ),
    "shared by reuse": (
        "import numpy",
        "import tensorflow as tf\ntf.get_variable_scope().reuse_variables()\nimport numpy",
        "after",
    ),
    "shared by hand": (
        'dense(3, "Variable"), dense(3, "Variable_1")',
        '[dense(3, "Variable")] * 2',
        "Variable_1 is gone",
    ),
    "a clash": ('dense(3, "Variable_1")', 'dense(3, "Variable")', "after the migration"),
    "one too many": ("step = tf.get", "spare = tf.get_variable('spare', [3])\nstep = tf.get", "spare is new"),
    "one too few": ("total = tf.get_variable", "total = tf.zeros([]) or tf.get_variable", "after the migration"),
    "hoisted": (
        "def dense",
        "total = tf.get_variable('total', initializer=0.0, collections=['local_variables'])\ndef dense",
        "after",
    ),
    "two swapped": (
        'dense(3, "Variable"), dense(3, "Variable_1")',
        '[dense(3, "Variable_1"), dense(3, "Variable")][::-1]',
        "Variable -> Variable_1",
    ),
    "renamed": ('"scale"', '"scales"', "variable scale -> scales"),
    "an op more with another name": ('name="y")', 'name="z")\ny = tf.identity(y, name="y")', "op (none) -> z"),
    "an op renamed": ('name="x")', 'name="inputs")', "op x -> inputs"),
    "another graph": (
        "import numpy",
        "import tensorflow as tf\ntf.Graph().as_default().__enter__()\nz = tf.zeros([])\nimport numpy",
        "",
    ),
}
# A graph of its own that holds the same variables is no difference that anybody could see.
EQUIVALENT = {"another graph"}


def test_the_right_migration_is_the_same(tensorflow_programs):
    comparison = tensorflow_programs.run_pair(PROGRAM, MIGRATED)
    assert list(comparison.explain()) == []
    assert comparison.verdict is Verdict.SAME
    assert comparison.before.end is End.SESSION
    assert comparison.before.names == comparison.after.names
    assert {"net/w/Adam_1", "Variable_1", "head/h"} <= set(comparison.before.names)


@pytest.fixture(scope="module")
def original(tensorflow_programs):
    """What the program builds as it is, with samples of what is random."""
    return tensorflow_programs.dump(PROGRAM, draws=DRAWS)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_migration_is_caught(tensorflow_programs, original, name):
    old, new, word = MUTANTS[name]
    assert old in MIGRATED
    comparison = compare(original, tensorflow_programs.dump(MIGRATED.replace(old, new, 1), draws=DRAWS))
    assert not comparison.undecided
    assert (comparison.verdict is Verdict.SAME) is (name in EQUIVALENT)
    assert word in "\n".join(comparison.explain())


SEEDED = """\
import tensorflow as tf
tf.set_random_seed(5)
a = tf.Variable(tf.random_normal([40]), name="a")
b = tf.Variable(tf.random_normal([40]), name="b")
"""


def test_random_values_under_the_programs_own_seed_must_stay(tensorflow_programs):
    right = SEEDED.replace(
        "tf.Variable(tf.random_normal([40]), name=",
        "tf.get_variable(shape=[40], initializer=tf.random_normal_initializer(), name=",
    )
    assert tensorflow_programs.run_pair(SEEDED, right).verdict is Verdict.SAME
    wrong = right.replace("a = tf", "spare = tf.random_normal([1])\na = tf")
    comparison = tensorflow_programs.run_pair(SEEDED, wrong)
    assert [pair.drawn for pair in comparison.pairs] == ["exact", "exact"]
    assert comparison.verdict is Verdict.DIFFERENT
    unseeded = SEEDED.replace("tf.set_random_seed(5)\n", "")
    assert tensorflow_programs.run_pair(unseeded, wrong.replace("tf.set_random_seed(5)\n", "")).verdict is Verdict.SAME


def test_an_equal_distribution_made_otherwise_passes_the_test(tensorflow_programs):
    before = 'import tensorflow as tf\nw = tf.Variable(tf.random_normal([40]) * 0.1, name="w")\n'
    folded = before.replace("tf.random_normal([40]) * 0.1", "tf.random_normal([40], stddev=0.1)")
    comparison = tensorflow_programs.run_pair(before, "import tensorflow as tf\ntf.random_normal([2])\n" + folded)
    assert comparison.verdict is Verdict.SAME
    assert [pair.drawn for pair in comparison.pairs] == ["test"]
    wrong = folded.replace("0.1", "0.115")
    comparison = tensorflow_programs.run_pair(before, "import tensorflow as tf\ntf.random_normal([2])\n" + wrong)
    assert comparison.verdict is Verdict.DIFFERENT


def test_what_is_no_variable_of_version_1(tensorflow_programs):
    eager = "import tensorflow as tf\nassert tf.executing_eagerly()\nv = tf.Variable([1.0, 2.0], name='v')\n"
    dump = tensorflow_programs.dump(eager, compat=False)
    if dump.tensorflow.startswith("1."):
        pytest.skip("TensorFlow 2 is eager, 1 is not")
    (graph,) = dump.graphs
    assert graph.eager
    assert [(v.name, v.shape, v.initial.value["mean"]) for v in graph.variables] == [("v", (2,), 1.5)]


def test_several_graphs_are_compared_one_by_one(tensorflow_programs):
    program = (
        "import tensorflow as tf\nfor n in (1, 2):\n    with tf.Graph().as_default():\n"
        "        tf.Variable(tf.zeros([n]), name='w')\ntf.Variable(0, name='w')\ntf.reset_default_graph()\n"
        "tf.Variable(1, name='w')\n"
    )
    right = program.replace("tf.Variable(", "tf.get_variable(initializer=")
    comparison = tensorflow_programs.run_pair(program, right)
    assert comparison.verdict is Verdict.SAME
    assert [len(graph.pairs) for graph in comparison.graphs] == [1, 1, 1, 1]
    wrong = right.replace("tf.get_variable(initializer=1,", "tf.get_variable(initializer=2,")
    (pair,) = [pair for pair in tensorflow_programs.run_pair(program, wrong).pairs if pair.differences]
    assert pair.differences[0].before == "1"


def test_an_op_may_have_an_input_of_another_graph(tensorflow_programs):
    program = (
        "import tensorflow as tf\nx = tf.constant([1.0], name='x')\ngraph = tf.Graph()\n"
        "with graph.as_default():\n    w = tf.Variable(tf.zeros([2]), name='w')\n"
        "try:\n    graph.create_op('Neg', [x], [tf.float32], name='y')\nexcept KeyError:\n    pass\n"
    )
    right = program.replace("tf.Variable(", "tf.get_variable(initializer=")
    assert tensorflow_programs.run_pair(program, right).verdict is Verdict.SAME


def test_values_that_cannot_be_computed_are_compared_by_how_they_would_be(tensorflow_programs):
    program = (
        "import tensorflow as tf\nx = tf.placeholder(tf.float32, [3])\n"
        "w = tf.Variable(x * 2.0, name='w', collections=[])\nv = tf.Variable(w.initialized_value(), name='v')\n"
    )
    right = program.replace("tf.Variable(", "tf.get_variable(initializer=")
    assert tensorflow_programs.run_pair(program, right).verdict is Verdict.SAME
    comparison = tensorflow_programs.run_pair(program, right.replace("2.0", "3.0"))
    assert comparison.verdict is Verdict.DIFFERENT
    assert "cannot be computed" in "\n".join(comparison.explain())


def test_what_the_verifier_asks_for_is_nothing_that_the_program_asks_for(tensorflow_programs):
    program = (
        "import tensorflow as tf\nfor n in (1, 2):\n    x = tf.placeholder(tf.float32, [n])\n"
        "    tf.Variable(x, validate_shape=False)\n"
    )
    (graph,) = tensorflow_programs.dump(program, draws=DRAWS).graphs
    assert graph.lookups == ()


# Programs that build the same variables and do something else with them: what is right, what is wrong, what is said.
ELSEWHERE = {
    "operands exchanged": ("y = a - b", "y = b - a", "what is computed of the variables: sub -> sub"),
    "another variable used": ("y = tf.square(a)", "y = tf.square(b)", "what is computed of the variables"),
    "what is looked up is another op": (
        "y, z = a + 1.0, a + b\ntf.get_default_graph().get_tensor_by_name('add:0')",
        "z, y = a + b, a + 1.0\ntf.get_default_graph().get_tensor_by_name('add:0')",
        "looked up by name and something else now: add:0",
    ),
    "a loss scaled": ("tf.losses.add_loss(tf.reduce_sum(a))", "tf.losses.add_loss(.5 * tf.reduce_sum(a))", "losses"),
    "a collection in another order": (
        "for v in (a, b): tf.add_to_collection('mine', v)",
        "for v in (b, a): tf.add_to_collection('mine', v)",
        "order in the collection mine: a, b -> b, a",
    ),
    "a variable trained no more": (
        "tf.train.GradientDescentOptimizer(.1).minimize(tf.reduce_sum(a * b))",
        "tf.train.GradientDescentOptimizer(.1).minimize(tf.reduce_sum(a * b), var_list=[a])",
        "what is computed of the variables",
    ),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_variables_that_are_used_otherwise_are_a_difference(tensorflow_programs, name):
    right, wrong, word = ELSEWHERE[name]
    before = (
        "import tensorflow as tf\na = tf.Variable(tf.random_normal([3]), name='a')\n"
        "b = tf.Variable([1.0] * 3, name='b')\n"
    )
    after = before.replace("tf.Variable(", "tf.get_variable(initializer=")
    assert tensorflow_programs.run_pair(before + right, after + right).verdict is Verdict.SAME
    comparison = tensorflow_programs.run_pair(before + right, after + wrong)
    assert comparison.verdict is Verdict.DIFFERENT
    assert word in "\n".join(comparison.explain())


def test_names_in_savers_and_summaries_are_no_difference(tensorflow_programs):
    before = (
        "import tensorflow as tf\nwith tf.name_scope('z'):\n    a = tf.Variable(tf.random_normal([3]))\n"
        "b = tf.Variable(tf.zeros([3]))\ntf.summary.scalar('mean', tf.reduce_mean(a + b))\nsaver = tf.train.Saver()\n"
        "step = tf.while_loop(lambda i: i < tf.reduce_sum(b), lambda i: i + tf.reduce_sum(a), [0.0])\n"
    )
    after = before.replace("name_scope('z')", "variable_scope('c')").replace(
        "tf.Variable(", "tf.get_variable('b', initializer="
    )
    comparison = tensorflow_programs.run_pair(before, after)
    assert comparison.verdict is Verdict.RENAMED
    assert comparison.renames == {"z/Variable": "c/b", "Variable": "b"}


def test_hundreds_of_variables_are_fetched_together(tensorflow_programs):
    program = "import tensorflow as tf\nfor n in range(300):\n    tf.Variable(float(n), name='v%d' % n)\n"
    dump = tensorflow_programs.dump(program)
    assert [variable.initial.value["mean"] for variable in dump.variables] == list(map(float, range(300)))


CHANCE = {
    "numpy": "np.random.randn(50)",
    "numpy without a seed": "np.random.RandomState().randn(50)",
    "numpy seeded anew": "(np.random.seed(), np.random.randn(50))[1]",
    "numpy seeded by the clock": "(np.random.seed(int(time.time() * 1e6) % 2**31), np.random.randn(50))[1]",
    "a generator": "getattr(np.random, 'default_rng', np.random.RandomState)().uniform(size=50)",
    "random": "random.random()",
    "random without a seed": "random.Random().random()",
    "random from the system": "random.SystemRandom().random()",
    "bytes from the system": "int(os.urandom(3).hex(), 16)",
    "an identifier": "uuid.uuid4().hex",
}


@pytest.mark.parametrize("name", CHANCE)
def test_what_python_draws_is_the_same_in_both_runs(tensorflow_programs, name):
    start = "import os, random, time, uuid\nimport numpy as np\nimport tensorflow as tf\n"
    makes = "tf.Variable(", "tf.get_variable(initializer="
    before, after = (f"{start}{make}{CHANCE[name]}, name='w')\n" for make in makes)
    comparison = tensorflow_programs.run_pair(before, after)
    assert comparison.verdict is Verdict.SAME, list(comparison.explain())
    other = after.replace("np.random.randn(50)", "np.random.randn(50) * 2").replace("int(", "1 + int(")
    if other != after:
        assert tensorflow_programs.run_pair(before, other).verdict is Verdict.DIFFERENT
