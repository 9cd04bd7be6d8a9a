"""What random programs are made of: words, initial values, keywords, and what the code at one place can use."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from program_calls import Expressions

__all__ = ["Block", "Helper", "Place", "Program", "Statement", "Writer"]

Block = list["str | tuple[str, Block]"]  # lines, and headers with the block below each
Statement = tuple[Block, "Place"]  # with what the code behind it can use

NAMES = (
    "w w w w b b W w_1 w_2 conv x s layer kernel v weights biases bias W1 b1 W_conv1 b_conv1 w w b alpha global_step W "
    "w_1 s v Variable Const add"
).split()
SCOPES = "s s s S conv layer w s_1 outer block net s scope layer1 conv1 Variable".split()
TARGETS = "w w b W weights v x kernel w_1 W_conv1 b_conv1 conv layer s".split()
SHAPES = ("[2, 3]", "(3,)", "[SIZE]", "3 * [2]", "SHAPE", "[2] + [SIZE]", "(2, SIZE)")

# How a module reaches TensorFlow, and whether plain `tensorflow` must mean version 1 for it. Without `as tf`, all
# that it uses is spelled in another way: see `spelled`.
IMPORTS = (
    ("import tensorflow as tf", True),
    ("import tensorflow as tf", True),
    ("import tensorflow as tf", True),
    ("import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()", False),
    ("from tensorflow.compat import v1 as tf\ntf.disable_v2_behavior()", False),
    ("import tensorflow", True),
    ("from tensorflow import ...", True),
    ("try:\n    import tensorflow.compat.v1 as tf\nexcept ImportError:\n    import tensorflow as tf", True),
    ("import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()", True),
)

VALUES = (
    """
tf.random_normal([2, 3])|tf.random_normal([2, 3], stddev=0.1)|tf.random_normal([2, 3], 0.0, 0.1)|tf.zeros([3])
tf.truncated_normal([2, 3], stddev=0.1)|tf.truncated_normal(?)|tf.random_uniform([2, 3], -1.0, 1.0)
tf.zeros(?)|tf.zeros([])|tf.ones([3])|tf.ones(shape=[2])|tf.constant(0.1, shape=[3])|tf.zeros(?)|tf.random_normal(?)
tf.constant([1.0, 2.0])|tf.fill([2], 0.5)|0|0|0.5|[1.0, 2.0]|np.zeros([2])|np.ones((2, 3), np.float32)
tf.zeros([2], tf.int32)|tf.zeros([2, 3], dtype=tf.float64)|tf.random_normal([2, 3], seed=3)
tf.random_normal([2, 3]) * 0.1|tf.random_uniform([2])|tf.zeros([SIZE])|tf.ones([SIZE, 2])
tf.zeros_like(tf.constant([1.0, 2.0]))|np.random.randn(2).astype(np.float32)|tf.random.normal([2])
tf.linspace(0.0, 1.0, 3)|tf.zeros_initializer()([2])|tf.glorot_uniform_initializer()([2, 3])|tf.range(3)|True
tf.random_normal([2, 3], name="init")|tf.constant(1, tf.int32)|tf.random_shuffle([1, 2, 3])|tf.eye(2)
tf.multiply(tf.zeros([2]), 2.0, name="w")|3|1e-3
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
RARE_VALUES = (
    """
INIT([2, 3])|INIT(?)|init_weights([2, 3])|init_weights(?)|xavier(2, SIZE)|zeros_of()|zeros_of|ARRAY|False|-1|1j|"text"
ARRAY.astype(np.float32)|np.float64(2.0)|np.float32(2.0)|[[1, 2], [3, 4]]|(1.0, 2.0)|[0.0] * SIZE|np.arange(3)
tf.constant([[1, 2]], tf.float32)|tf.constant(0, tf.float32, [2])|tf.constant(0.5, shape=?)|tf.constant(1, shape=[2])
tf.constant(0.1, DTYPE, [2])|tf.zeros(3)|tf.zeros(SIZE)|tf.ones(4)|tf.ones([2, SIZE * 2])|tf.zeros([2], DTYPE)
tf.zeros(tf.shape(tf.constant([1.0, 2.0])))|tf.zeros(tf.constant([1.0]).get_shape())|tf.zeros(TENSOR.get_shape())
tf.zeros([tf.constant([1.0]).get_shape()[0], 2])|tf.random_normal([int(n) for n in (2, 3)])
tf.random_normal([2, 3], dtype=DTYPE)|tf.random_normal([2, 3], dtype=tf.float64)|tf.random_uniform([2], 0, 5, tf.int32)
tf.random_uniform([2], maxval=5, dtype=tf.int32)|tf.random_uniform([2], seed=1)|tf.random_uniform(?, -0.1, 0.1)
tf.truncated_normal([2, 3], mean=1.0, stddev=np.sqrt(2.0 / 3))|tf.truncated_normal(?, stddev=1.0 / SIZE)
tf.random.uniform([2, 3])|tf.random.truncated_normal([2])|tf.initializers.ones()([2])|tf.constant_initializer(0.1)([3])
tf.truncated_normal_initializer(stddev=0.1)(?)
tf.zeros([], dtype=tf.int64)|tf.convert_to_tensor([1.0])|tf.cast(3, DTYPE)
np.random.uniform(-1, 1, size=(2, 3))|np.random.rand(2).tolist()|np.eye(2, dtype=np.float32)|tf.ones_like(ARRAY)
tf.zeros(shape=(SIZE,), name="zeros")|tf.fill((2, 3), 1)|tf.fill([SIZE], 0.0)|tf.zeros([2, 3]) + 1.0|-tf.ones([2])
tf.nn.l2_normalize(tf.random_normal([2, 3]), 0)|tf.reshape(tf.range(4), [2, 2])|tf.concat([tf.zeros([1]), [2.0]], 0)
tf.stack([1.0, 2.0])|tf.one_hot(1, 3)|tf.diag([1.0, 2.0])|lambda: tf.zeros([2])|lambda: 1.0|lambda: tf.random_normal(?)
""".replace("\n", "|")
    .strip("|")
    .split("|")
)

# Element types that may stand beside an initial value.
DTYPES: Mapping[str, tuple[str, ...]] = {
    "0": ("tf.float32", "tf.int64", "tf.float64", '"float32"', "np.float32", "DTYPE", "tf.int32", "tf.uint8"),
    "3": ("tf.float32", "tf.int64", "tf.float16", "DTYPE"),
    "-1": ("tf.float32", "tf.int64", "np.int32"),
    "0.5": ("tf.float32", "tf.float64", "DTYPE", "np.float64"),
    "[1.0, 2.0]": ("tf.float32", "tf.float64", "DTYPE"),
    "[[1, 2], [3, 4]]": ("tf.float32", "tf.int32", "tf.float64"),
    "True": ("tf.bool",),
    '"text"': ("tf.string",),
    "1j": ("tf.complex64", "tf.complex128"),
    "np.zeros([2])": ("tf.float32", "tf.float64"),
    "ARRAY": ("tf.float32", "tf.int64", "np.float32"),
    "np.float64(2.0)": ("tf.float32",),
    "tf.zeros([3])": ("tf.float32", "DTYPE"),
    "tf.zeros([2], tf.int32)": ("tf.int32",),
    "tf.random_normal([2, 3])": ("tf.float32", "DTYPE", '"float32"'),
    "tf.zeros([2, 3], dtype=tf.float64)": ("tf.float64",),
    "tf.constant(1, tf.int32)": ("tf.int32",),
    "zeros_of": ("tf.float32",),
    "zeros_of()": ("tf.float32",),
    "lambda: tf.zeros([2])": ("tf.float32",),
    "lambda: 1.0": ("tf.float32", "tf.float64"),
}

KEYWORDS = (
    "trainable=False",
    "trainable=False",
    "trainable=FLAG",
    "collections=[tf.GraphKeys.LOCAL_VARIABLES]",
    'collections=[tf.GraphKeys.GLOBAL_VARIABLES, "mine"]',
    "collections=None",
    "validate_shape=False",
    "validate_shape=True",
    "use_resource=True",
    "use_resource=False",
    "expected_shape=None",
    'caching_device="/cpu:0"',
    "constraint=tf.abs",
    "import_scope=None",
)
POSITIONAL = ("False", "FLAG", "True", "tf.float32")  # the second argument: a type there is a mistake that people make

# What a module defines where its text uses it.
CONSTANTS: Mapping[str, str] = {
    "FLAG": "FLAG = True",
    "SIZE": "SIZE = 3",
    "PREFIX": 'PREFIX = "pre"',
    "SHAPE": "SHAPE = [2, 3]",
    "WORDS": 'WORDS = ["a", "b"]',
    "DTYPE": "DTYPE = tf.float32",
    "ARRAY": "ARRAY = np.arange(6).reshape(2, 3)",
    "INIT": "INIT = tf.random_normal_initializer(stddev=0.1)",
    "init_weights": "def init_weights(shape):\n    return tf.random_normal(shape, stddev=0.1)",
    "xavier": "def xavier(n_in, n_out):\n    return tf.random_uniform([n_in, n_out], -1.0 / n_in, 1.0 / n_in)",
    "zeros_of": "def zeros_of():\n    return tf.zeros([2])",
    "plain": "def plain(f):\n    return f",
    "wrapped": "def wrapped(f):\n    def call(*args, **kwargs):\n        return f(*args, **kwargs)\n    return call",
    "twice": "def twice(f):\n    def call(*args, **kwargs):\n        f(*args, **kwargs)\n"
    "        return f(*args, **kwargs)\n    return call",
    "applied": "def applied(make, *args):\n    return make(*args)",
    "Lazy": "class Lazy:\n    @property\n    def w(self):\n        return tf.Variable(0.0, name='w')\n\n"
    "    def __getitem__(self, name):\n        return tf.Variable(0.0, name=name)\n\n"
    "    def __rshift__(self, x):\n        v = tf.Variable(0.0)\n        return v * x\n\n"
    "    def __call__(self):\n        return tf.Variable([1.0])\n\n"
    "    def make(self):\n        return tf.Variable(0.0, name='made')",
    "Fields": "@dataclasses.dataclass\nclass Fields:\n"
    "    w: object = dataclasses.field(default_factory=lambda: tf.Variable(0.0, name='w'))",
    "Meta": "class Meta(type):\n    def __call__(cls):\n        with tf.variable_scope('meta'):\n"
    "            return super().__call__()",
    "Scoped": "class Scoped(metaclass=Meta):\n    def __init__(self):\n        self.w = tf.Variable(0.0, name='w')",
    "MAKERS": "MAKERS = {'a': lambda: 0.0, 'b': lambda: tf.Variable(0.0, name='w')}",
    "make_by_name": "def make_by_name():\n    w = tf.Variable(0.0, name='w')\n    return w",
    "Named": "class Named:\n    def __init__(self, name=None):\n        self.name = name",
    "counted": "SEEN = []\n\n\ndef counted(name):\n    SEEN.append(name)\n"
    "    return '%s_%d' % (name, SEEN.count(name) - 1)",
    "scoped": "def scoped(f):\n    def call(*args, **kwargs):\n        with tf.variable_scope(f.__name__):\n"
    "            return f(*args, **kwargs)\n    return call",
    "same": "def same(name):\n    return name",
    "LISTED": 'LISTED = "w W s b".split()',
    "Registry": "class Registry:\n    make = staticmethod(tf.Variable)",
    "made_by": "def made_by(*args, **kwargs):\n    return tf.Variable(*args, **kwargs)",
    "held_in": "def held_in(given):\n    with given:\n        return tf.Variable(0.0, name='w')",
    "Holder": "class Holder:\n    def __init__(self, scope):\n        self.scope = scope\n\n"
    "    def build(self, name=None):\n        with tf.name_scope(self.scope):\n"
    "            return tf.Variable(0.0, name=name)",
    "SIZES": "SIZES = [4, 3, 2]",
    "LAYERS": 'LAYERS = [("a", [2]), ("b", [2, 3])]',
    "made_once": "def made_once(function):\n    attribute = '_cache_' + function.__name__\n\n    @property\n"
    "    @functools.wraps(function)\n    def decorator(self):\n        if not hasattr(self, attribute):\n"
    "            with tf.variable_scope(function.__name__):\n"
    "                setattr(self, attribute, function(self))\n        return getattr(self, attribute)\n"
    "    return decorator",
    "named_once": "def named_once(scope=None):\n    def decorate(function):\n"
    "        attribute = '_cache_' + function.__name__\n\n        @property\n        @functools.wraps(function)\n"
    "        def decorator(self):\n            if not hasattr(self, attribute):\n"
    "                with tf.name_scope(scope or function.__name__):\n"
    "                    setattr(self, attribute, function(self))\n            return getattr(self, attribute)\n"
    "        return decorator\n    return decorate",
    "in_own_scope": "def in_own_scope(function):\n    @functools.wraps(function)\n"
    "    def call(x, *args, **kwargs):\n        with tf.name_scope(function.__name__):\n"
    "            return function(x, *args, **kwargs)\n    return call",
    "in_scope": "def in_scope(scope):\n    def decorate(function):\n        @functools.wraps(function)\n"
    "        def call(*args, **kwargs):\n            with tf.variable_scope(scope):\n"
    "                return function(*args, **kwargs)\n        return call\n    return decorate",
    "REGISTERED": "REGISTERED = {}",
    "register": "def register(word):\n    def decorate(function):\n        REGISTERED[word] = function\n"
    "        return function\n    return decorate",
    "on_cpu": "def on_cpu(op):\n    return '/cpu:0'",
    "NUMBERS": "NUMBERS = itertools.count()",
    "COUNTS": "COUNTS = {}",
    "next_name": "def next_name(word):\n    COUNTS[word] = COUNTS.get(word, -1) + 1\n"
    "    return '%s_%d' % (word, COUNTS[word])",
    "CONFIG": 'CONFIG = {"name": "net", "layers": [{"name": "a", "shape": [2]}, {"name": "b", "shape": [3]}]}',
    "own_scope": "@contextlib.contextmanager\ndef own_scope(name):\n    with tf.name_scope(name):\n        yield",
}


# A module that opens scopes for others and makes no variable.
SCOPES_MODULE = """
graph = tf.get_default_graph()


def opened(name):
    return tf.variable_scope(name)


@contextlib.contextmanager
def entered(name):
    with tf.name_scope(name):
        yield


def within(name, make):
    with tf.name_scope(name):
        return make()
"""


@dataclass(frozen=True, slots=True)
class Program:
    """Files by path, the first of them the main one; `compat` says whether plain `tensorflow` must mean version 1."""

    files: dict[str, str]
    compat: bool = True

    def __str__(self) -> str:
        return "\n".join(f"# --- {path}\n{text}" for path, text in self.files.items())


@dataclass(frozen=True, slots=True)
class Helper:
    """A function that a program may call: `passes` says what each parameter takes."""

    call: str
    passes: tuple[tuple[str, str], ...]  # name -> "name", "optional", "scope", "count", "flag"
    returns: bool


@dataclass(frozen=True, slots=True)
class Place:
    """What the code at one place can use. Blocks inside get a copy, so what they bind is not used behind them."""

    depth: int = 0
    function: bool = False
    method: bool = False
    looped: bool = False  # whether `break` and `continue` may stand here
    names: tuple[str, ...] = ()  # parameters that are strings
    optional: tuple[str, ...] = ()  # parameters that are strings or None
    shapes: tuple[str, ...] = ()  # parameters that are shapes
    counters: tuple[str, ...] = ()
    words: tuple[str, ...] = ()  # loop variables that are strings
    flags: tuple[str, ...] = ("FLAG", "not FLAG", "SIZE > 2", "SIZE > 9")
    scopes: tuple[str, ...] = ()  # what stands behind `as`: names of name scopes
    variable_scopes: tuple[str, ...] = ()
    tensors: tuple[str, ...] = ("tf.constant(1.0)",)
    variables: tuple[str, ...] = ()
    helpers: tuple[Helper, ...] = ()

    def knows(self, tensor: str) -> Place:
        """The place behind a statement that binds a tensor."""
        others = tuple(one for one in self.variables if one != tensor)
        return replace(self, tensors=(*self.tensors, tensor), variables=others)

    def within(self, **changes: object) -> Place:
        """The place one block further in."""
        return replace(self, depth=self.depth + 1, **changes)  # type: ignore[arg-type]


class Writer(Protocol):
    """What statements with blocks in them ask of whoever writes the program."""

    draw: random.Random
    calls: Expressions
    beside: dict[str, Block]  # the files that statements use, by their paths

    def chance(self, probability: float) -> bool:
        """True as often as `probability` says."""

    def size(self, most: int) -> int:
        """How many statements, at most `most`."""

    def fresh(self, stem: str) -> str:
        """A name that the program does not have yet."""

    def block(self, place: Place, size: int) -> Block:
        """So many statements."""

    def result(self, place: Place) -> str:
        """What a function returns."""
