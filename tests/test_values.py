"""Holds the rules on initial values against a real TensorFlow: each program runs before and after, in both forms."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tensorflow_calls import answers, rewritten

from codemods.tensorflow.writing.call import CallEdit

BATCH = Path(__file__).with_name("graph_batch.py")

# Further interpreters with a TensorFlow of their own, such as 1.15 under Python 3.7.
PYTHONS = [sys.executable, *filter(None, os.environ.get("MIGRATE_TEST_PYTHONS", "").split(os.pathsep))]

# Spelled `{op}` where it may be any of several names for one thing.
RANDOM = ["tf.random_normal", "tf.truncated_normal", "tf.random.normal", "tf.random.truncated_normal"]
RANDOM_ARGUMENTS = [
    "[3, 2]",
    "[3, 2], 1.0",
    "[3, 2], 1, 2",
    "[3, 2], 0.5, 0.1, tf.float64",
    "[3, 2], 0.5, 0.1, tf.float32, 3",
    "[3, 2], mean=1.0",
    "[3, 2], stddev=0.1, mean=1.0",
    "[3, 2], seed=7",
    "[3, 2], 2.0, seed=7, stddev=0.5",
    "(3,), dtype=tf.float16",
    "[], dtype='float64'",
    "stddev=0.5, shape=[2, 2]",
    "shape=(4,), dtype=np.float32",
    "[3], stddev=tf.sqrt(4.0)",
    "[3], mean=[1.0, 2.0, 3.0]",
    "[3], dtype=kind",
    "size",
    "[n, 2]",
    "[n // 2 + 1, size[0]]",
    "size[:1]",
    "array.shape",
    "held.get_shape()",
    "[int(held.get_shape()[1]), 2]",
    "[held.get_shape()[1], 2]",
    "tf.shape(held)",
    "[3], name='inner'",
]
UNIFORM_ARGUMENTS = [
    "[3, 2]",
    "[3, 2], -1, 1",
    "[3, 2], -1.0, 1.0",
    "[3, 2], maxval=5",
    "[3, 2], maxval=5, minval=-2.0",
    "[3, 2], 0, 9, tf.int32",
    "[3], maxval=9, dtype=tf.int64",
    "[3], 0, 1, tf.float64, 5",
    "[3], seed=1",
]
FILLED_ARGUMENTS = [
    "[3]",
    "3",
    "n",
    "many",
    "size",
    "[n, size[1]]",
    "[]",
    "[30, 40]",
    "(3, 2), tf.int32",
    "[3], dtype=tf.bool",
    "[3], 'float64'",
    "shape=[3], dtype=np.int64",
    "[3], float",
    "[3], dtype=tf.complex64",
    "[3], kind",
    "[1e1]",
    "[thousand]",
    "[4 / 2]",
    "[np.prod(array.shape)]",
    "[int(np.prod(array.shape))]",
    "tf.shape(held)",
    "[tf.shape(held)[1]]",
    "held.get_shape()",
    "array.shape[1:]",
]
CONSTANTS = [
    "tf.constant(0.1)",
    "tf.constant(3)",
    "tf.constant(0.1, shape=[3])",
    "tf.constant(0.1, shape=size)",
    "tf.constant(1, shape=[3])",
    "tf.constant(-1, shape=[3])",
    "tf.constant(-0.5, shape=(2, 3))",
    "tf.constant(True, shape=[3])",
    "tf.constant('a', shape=[3])",
    "tf.constant(2j, shape=[3])",
    "tf.constant(1, tf.float32, [3])",
    "tf.constant(1, tf.float64, [3])",
    "tf.constant(0.1, dtype=tf.float32, shape=[3])",
    "tf.constant(value=0.1, shape=[3])",
    "tf.constant(shape=[3], value=0.1)",
    "tf.constant(0.1, kind, [3])",
    "tf.constant(1, kind, [3])",
    "tf.constant(value, shape=[3])",
    "tf.constant(value, tf.float32, [3])",
    "tf.constant(0, np.int64, size)",
    "tf.constant([1.0, 2.0], shape=[2])",
    "tf.constant([1.0, 2.0])",
    "tf.constant([1, 2], tf.float32, [2])",
    "tf.constant(0.1, shape=[3], name='inner')",
    "tf.constant(2**40, shape=[3])",
    "tf.constant(3000000000, shape=[3])",
    "tf.fill([3], 0.5)",
    "tf.fill([3], 2)",
    "tf.fill([3], True)",
    "tf.fill(size, value)",
    "tf.fill(dims=[3], value=0.5)",
    "tf.fill([3], tf.constant(1.0))",
]
MADE = [
    "tf.zeros_initializer()([3])",
    "tf.ones_initializer(tf.int32)([3])",
    "tf.ones_initializer()([3], tf.float64)",
    "tf.constant_initializer(0.1)([3])",
    "tf.constant_initializer(2, dtype=tf.int32)(shape=[3])",
    "tf.random_normal_initializer(stddev=0.1)([3, 2])",
    "tf.initializers.truncated_normal(0.0, 0.1, 5, tf.float64)([3, 2])",
    "tf.random_uniform_initializer(-1, 1)(size)",
    "tf.glorot_uniform_initializer()([3, 2])",
    "tf.initializers.glorot_normal(seed=1)([3, 2])",
    "tf.variance_scaling_initializer(2.0)([3, 2])",
    "tf.orthogonal_initializer()([3, 2])",
    "tf.initializers.identity()([3, 3])",
    "tf.initializers.he_normal()([3, 2])",
    "tf.uniform_unit_scaling_initializer()([3, 2])",
    "tf.zeros_initializer()(tf.shape(held))",
]
PLAIN = [
    "0",
    "0.5",
    "-1",
    "True",
    "'text'",
    "b'bytes'",
    "2j",
    "2**40",
    "[1, 2]",
    "[1, 2.5]",
    "((1.0, 2.0), (3.0, 4.0))",
    "[]",
    "array",
    "np.float64(2)",
    "np.random.randn(3)",
    "np.random.randn(3).astype(np.float32)",
    "[tf.zeros([2]), tf.ones([2])]",
    "[value, 2 * value]",
    "tf.random_normal([3]) * 0.1",
    "tf.zeros_like([1.0, 2.0])",
    "tf.cast(3, tf.int64)",
    "tf.eye(3)",
    "held_tensor",
    "lambda: tf.random_normal([3])",
    "lambda: 3",
    "make",
    "Maker().bound",
    "partial",
    "functools.partial(tf.zeros, [2])",
    "caller",
    "Caller()",
    "Maker.static",
    "tf.Variable(1.0, name='inner')",
    "tf.Variable(tf.zeros([2]), name='inner') * 2",
    "tf.Variable(1.0, name='inner').initialized_value()",
    "(0.5)",
    "0.5 if n else 1.0",
    "[0.0] * n",
    "np.arange(3)",
    "[np.float32(1), 2.0]",
    "range(3)",
    "['a', 'b']",
    "init([3])",
    "init(shape=[3])",
    "tf.placeholder_with_default(tf.zeros([2]), [2])",
    "tf.zeros(list(map(int, '23')))",
    "tf.zeros([n, *size])",
    "tf.zeros([n << 1])",
    "tf.zeros(array.shape[0])",
    "tf.zeros([held.shape[1]])",
    "tf.zeros([True])",
    "tf.random_uniform([3], -1)",
    "tf.truncated_normal(size, stddev=1.0 / tf.sqrt(4.0))",
    "tf.constant('', shape=[2])",
    "tf.zeros([2], tf.as_dtype('float64'))",
]
TYPED = [
    ("0", "tf.int32"),
    ("0", "tf.int64"),
    ("0", "tf.float32"),
    ("3", "np.float32"),
    ("3", "'float64'"),
    ("-3", "tf.float32"),
    ("-3", "tf.float64"),
    ("0.5", "tf.float32"),
    ("0.5", "tf.float64"),
    ("0.5", "kind"),
    ("0", "kind"),
    ("True", "tf.bool"),
    ("True", "tf.int32"),
    ("'a'", "tf.string"),
    ("0.5", "None"),
    ("16777217", "tf.float32"),
    ("0x10", "tf.float32"),
    ("1_000", "tf.float32"),
    ("3000000000", "tf.int64"),
    ("[1, 2]", "tf.float32"),
    ("[1.0, 2.0]", "tf.float32"),
    ("[1.0, 2.0]", "tf.float64"),
    ("array", "tf.float32"),
    ("np.zeros(3)", "tf.float32"),
    ("np.zeros(3)", "kind"),
    ("tf.zeros([2])", "tf.float32"),
    ("tf.zeros([2])", "kind"),
    ("tf.zeros([2], tf.int32)", "tf.int32"),
    ("tf.zeros([2], kind)", "kind"),
    ("tf.zeros([2], dtype=tf.float64)", "np.float64"),
    ("tf.constant(1, shape=[2])", "tf.int32"),
    ("tf.eye(2)", "tf.float32"),
    ("tf.random_normal([2]) * 2", "tf.float32"),
    ("held_tensor", "tf.float32"),
    ("lambda: 1", "tf.float64"),
    ("lambda: tf.zeros([2])", "tf.float32"),
    ("make", "tf.float32"),
    ("partial", "tf.float32"),
    ("functools.partial(tf.zeros, [2])", "tf.float32"),
    ("caller", "tf.float32"),
    ("Caller()", "tf.float32"),
    ("Maker.static", "tf.float32"),
    ("n", "tf.float32"),
    ("[0] * n", "tf.float32"),
    ("range(3)", "tf.float32"),
    ("255", "tf.uint8"),
    ("0.1", "tf.float16"),
    ("1.5", "tf.complex64"),
    ("init([3])", "tf.float32"),
    ("array", "array.dtype"),
    ("Maker().bound", "tf.float32"),
    ("tf.Variable(1.0, name='inner')", "tf.float32"),
    ("tf.zeros([2])", "held.dtype"),
    ("0.5", "held.dtype"),
]
KEYWORDS = [
    "trainable=False",
    "trainable=tf.float32",
    "trainable=None",
    "collections=['a', tf.GraphKeys.GLOBAL_VARIABLES]",
    "collections=[]",
    "validate_shape=False",
    "validate_shape=True",
    "use_resource=True",
    "use_resource=False",
    "caching_device='/cpu:0'",
    "constraint=lambda t: t",
    "synchronization=tf.VariableSynchronization.ON_READ",
    "aggregation=tf.VariableAggregation.SUM",
    "expected_shape=[9]",
    "variable_def=None",
    "shape=None",
]
POSITIONS = [
    "tf.Variable({value}, False, name='w')",
    "tf.Variable({value}, tf.float32, name='w')",
    "tf.Variable({value}, True, ['a'], True, None, 'w')",
    "tf.Variable({value}, True, ['a'], True, None, 'w', None, tf.float32, [3])",
    "tf.Variable(name='w', trainable=False, initial_value={value})",
    "tf.Variable(trainable=False, initial_value={value}, name='w')",
    "tf.Variable({value}, name='w', dtype=tf.float32, collections=None)",
]
NAMED = [
    "tf.Variable(tf.zeros([2]), name='zeros')",
    "tf.Variable(tf.zeros([2]), name='zeros_1')",
    "tf.Variable(tf.ones([2]), name='Ones')",
    "tf.Variable(tf.random_normal([2]), name='random_normal')",
    "tf.Variable(tf.constant(0.5, shape=[2]), name='const')",
    "tf.Variable(tf.constant(0.5, shape=[2]), name='zeros')",
    "tf.Variable(0, dtype=tf.int64, name='Const')",
    "tf.Variable(tf.zeros([2]), name='zeros_%d' % 1)",
]

PRELUDE = """\
import functools
n, many, size, thousand, kind, value = 4, 1200, [3, 2], 1e1, tf.float32, 0.5
array = np.arange(6.0).reshape(2, 3)
held = tf.placeholder(tf.float32, [3, 2], name="held")
held_tensor = tf.random_uniform([3], name="held_tensor")
def make():
    return tf.random_normal([3])
class Maker:
    def bound(self):
        return tf.random_normal([3])
    @staticmethod
    def static():
        return tf.random_normal([3])
class Caller:
    def __call__(self):
        return tf.zeros([2])
caller = Caller()
init = tf.random_normal_initializer(stddev=0.2)
partial = functools.partial(tf.zeros, [2])
"""


def programs() -> list[str]:
    """Every creation that is tried."""
    made = [f"{op}({tail})" for op, tail in itertools.product(RANDOM, RANDOM_ARGUMENTS)]
    made += [f"{op}({tail})" for op in ("tf.random_uniform", "tf.random.uniform") for tail in UNIFORM_ARGUMENTS]
    made += [f"{op}({tail})" for op in ("tf.zeros", "tf.ones") for tail in FILLED_ARGUMENTS]
    made += [*CONSTANTS, *MADE, *PLAIN]
    calls = [f"tf.Variable({value}, name='w')" for value in made]
    calls += [f"tf.Variable({value}, dtype={dtype}, name='w')" for value, dtype in TYPED]
    values = ["0.5", "tf.zeros([3])", "tf.random_normal([3], stddev=0.1)", "np.zeros(3, np.float32)"]
    calls += [f"tf.Variable({value}, {word}, name='w')" for value in values for word in KEYWORDS]
    calls += [shape.format(value=value) for value in values for shape in POSITIONS]
    return [f"{PRELUDE}w = {call}\n" for call in [*calls, *NAMED]]


def batch(python: str, texts: list[str]) -> list[dict[str, Any]]:
    done = subprocess.run([python, BATCH], input=json.dumps(texts), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def settings() -> list[dict[str, Any]]:
    return [{"form": form, "seeded": seeded} for form in ("shape", "value") for seeded in (False, True)]


def identity(options: dict[str, Any]) -> str:
    return f"{options['form']}-{'seeded' if options['seeded'] else 'free'}"


@pytest.fixture(scope="module", params=PYTHONS, ids=[f"python{index}" for index in range(len(PYTHONS))])
def ran(request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    """What each program builds, before and after."""
    texts = list(dict.fromkeys([*programs(), *(rewritten(p, **o) for p in programs() for o in settings())]))
    return dict(zip(texts, batch(request.param, texts), strict=True))


def seen(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The variables, without the collection that only `get_variable` fills."""
    return [
        {**variable, "collections": [key for key in variable["collections"] if "variable_store" not in key]}
        for variable in result["variables"]
    ]


@pytest.mark.tensorflow
@pytest.mark.parametrize("options", settings(), ids=identity)
def test_the_new_call_makes_the_same_variable(ran, options):
    wrong = []
    for before in programs():
        after = rewritten(before, **options)
        old, new = ran[before], ran[after]
        if "raises" in old:
            continue
        same = "raises" not in new and seen(old) == seen(new)
        if same and options["seeded"]:
            same = old["ops"] == new["ops"] and old["draw"] == new["draw"]
        if not same:
            wrong.append((before.splitlines()[-1], after.splitlines()[-1], new.get("message")))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.tensorflow
def test_a_value_that_needs_nothing_around_it_gives_the_same_graph(ran):
    wrong = []
    for before in programs():
        after = rewritten(before, form="value")
        around = ("convert_to_tensor", "tf.constant(", "lambda: ")
        bare = all(after.count(one) <= before.count(one) for one in around)
        old, new = ran[before], ran[after]
        if "raises" not in old and bare and old["graph"] != new.get("graph"):
            wrong.append((before.splitlines()[-1], after.splitlines()[-1], new.get("message")))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.tensorflow
def test_most_programs_run_at_all(ran):
    raising = [program.splitlines()[-1] for program in programs() if "raises" in ran[program]]
    assert len(raising) < len(programs()) / 8, "\n".join(raising)


# Whole programs, each with the options that the naming or the tree would have given.
WHOLE = [
    (
        "def weight(shape):\n    initial = tf.truncated_normal(shape, stddev=0.1)\n"
        "    return tf.Variable(initial, name='w')\nw = weight([3, 2])\n",
        {},
    ),
    (
        "def weight(shape):\n    initial = tf.random_normal([2])\n    x = tf.random_normal([3])\n"
        "    return tf.Variable(initial, name='w') + tf.reduce_sum(x)\nw = weight([3, 2])\n",
        {},
    ),
    (
        "w = tf.Variable(tf.zeros([2]), name='a')\nwith tf.variable_scope('zeros'):\n    u = tf.get_variable('u', [])",
        {},
    ),
    ("w = tf.Variable(np.ones(2), dtype=tf.float32, name='a')\nu = tf.get_variable('Const', initializer=0.5)", {}),
    ("w = tf.Variable(0, dtype=tf.int64, name='a')\nu = tf.zeros([], name='Const')", {}),
    (
        "w = tf.Variable(tf.random_normal([2]), name='a')\n"
        "tf.get_default_graph().get_tensor_by_name('random_normal/mean:0')\n"
        "tf.get_default_graph().get_tensor_by_name('random_normal:0')",
        {},
    ),
    ("w = tf.cond(tf.constant(True), lambda: tf.Variable(0.5) + 1, lambda: 1.0)", {"name": '"cond/Variable"'}),
    (
        "w = tf.cond(tf.constant(True), lambda: tf.Variable(0, dtype=tf.float64) + 1, lambda: tf.ones([], tf.float64))",
        {"name": '"cond/Variable"'},
    ),
    (
        "w = tf.cond(tf.constant(True), lambda: tf.Variable(np.ones(2), dtype=tf.float32) + 1, lambda: tf.ones([2]))",
        {"name": '"cond/Variable"'},
    ),
    (
        "def body(i):\n    w = tf.Variable([0, 0], dtype=tf.float32)\n    return i + 1\n"
        "tf.while_loop(lambda i: i < 3, body, [0])",
        {"name": '"while/Variable"'},
    ),
    (
        "def body(i):\n    w = tf.Variable(lambda: tf.random_normal([2]))\n    return i + 1\n"
        "tf.while_loop(lambda i: i < 3, body, [0])",
        {"name": '"while/Variable"'},
    ),
]
VERSION_2 = [
    "tf2.Variable(0.5, name='w')",
    "tf2.Variable(tf2.zeros([3]), name='w', trainable=False)",
    "tf2.Variable(tf2.random.normal([3], stddev=0.1), name='w')",
    "tf2.Variable(tf2.random.uniform([3], maxval=2), name='w')",
    "tf2.Variable(tf2.constant(0.1, shape=[3]), name='w')",
    "tf2.Variable(tf2.constant([1.0, 2.0], tf2.float32, [2]), name='w')",
    "tf2.Variable(tf2.random_normal_initializer()([3]), name='w')",
    "tf2.Variable(tf2.ones([3]), False, True, None, 'w', None, tf2.float32)",
    "tf2.Variable(1, dtype=tf2.int64, name='w')",
]


@pytest.mark.tensorflow
@pytest.mark.parametrize("python", PYTHONS, ids=range(len(PYTHONS)))
@pytest.mark.parametrize("seeded", [False, True])
def test_whole_programs_stay_the_same(python: str, seeded: bool):
    pairs = []
    for before, options in WHOLE:
        flow = "name" in options
        pairs.append((before, rewritten(before, **options, seeded=seeded, in_control_flow=flow)))
    old, new = compare(python, pairs)
    assert [seen(item) for item in new] == [seen(item) for item in old]
    assert [item["draw"] for item in new] == [item["draw"] for item in old]


@pytest.mark.tensorflow
def test_the_root_of_tensorflow_2_has_its_own_signature_and_resources():
    pairs = [
        (f"w = {call}\n", rewritten(f"w = {call}\n", version_2=True, on_resources=True, seeded=True))
        for call in VERSION_2
    ]
    old, new = compare(sys.executable, pairs)
    assert [seen(item) for item in new] == [seen(item) for item in old]
    assert [item["draw"] for item in new] == [item["draw"] for item in old]
    assert [item["ops"] for item in new] == [item["ops"] for item in old]


def compare(python: str, pairs: list[tuple[str, str]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What programs build before and after; each must run both times, and differ."""
    results = batch(python, [text for pair in pairs for text in pair])
    raising = [item for pair, item in zip((t for p in pairs for t in p), results, strict=True) if "raises" in item]
    assert not raising
    assert all(before != after for before, after in pairs)
    return results[::2], results[1::2]


def test_every_program_is_rewritten_and_mostly_in_the_shape_form():
    found = [answer for program in programs() for _, answer in answers(program)[1]]
    assert all(isinstance(answer, CallEdit) for answer in found)
    assert sum(answer.why is None for answer in found) > len(found) / 2
