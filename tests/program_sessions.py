"""Graphs, sessions and scopes with options of random programs: what stands around variables, beside their names."""

from __future__ import annotations

from collections.abc import Callable

from program_parts import NAMES, SCOPES, Block, Place, Statement, Writer
from program_twins import made

__all__ = ["SESSIONS"]

# Initial values by a placeholder `x`, the number `n` of its columns, an array `data` and a variable `w`.
_VALUES = (
    """
tf.zeros([n])|tf.random_normal([n, 2], stddev=0.1)|tf.zeros(x.get_shape()[1:])|tf.zeros(x.shape[1])
tf.truncated_normal([int(x.shape[1]), 2])|tf.ones([n + 1])|tf.ones(shape=(n // 2, n * 2))|w.initialized_value()
tf.zeros_like(w)|tf.identity(w.initialized_value() * 2.0)|tf.ones(w.shape)|data|data * 2|data.tolist()|list(data)
data.astype('float64')|tf.constant(data)|tf.convert_to_tensor(data)|tf.cast(data, tf.int32)|tf.zeros(len(data))
tf.zeros(data.shape)|tf.zeros([2], dtype=w.dtype.base_dtype)|tf.zeros([2], data.dtype)|np.linspace(0, 1, 3)
tf.eye(n)|b'bytes'|['a', 'b']|'text'|True|[True, False]|7|2 ** 3|1.0 / 3|[[n] * 2] * 2|lambda: tf.zeros([n])
lambda: data|functools.partial(tf.zeros, [2])|np.zeros|float(n)|tf.initializers.zeros()([n])
tf.keras.initializers.Zeros()([2])|tf.orthogonal_initializer()([n, n])|tf.random_normal([n], dtype='float32')
tf.zeros([2], 'int32')|tf.zeros([2], np.float16)|tf.random_uniform([n], minval=-1, maxval=1)
tf.random_uniform([n], -1, 1, seed=n)|tf.range(n)|tf.zeros([*data.shape, n])|tf.zeros(tuple([2, n]))
tf.zeros([2] + [n] * 2)|tf.zeros(shape=n)|tf.tile([[0.0]], [n, 1])|tf.random_normal(tf.TensorShape([2, n]))
tf.constant(0.0, shape=x.shape[1:])|np.float64(0)|np.int64(3)|np.array(1.0)|np.random.RandomState(0).randn(2)
tf.zeros([0])
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
# Names by the same.
_COMPUTED_NAMES = (
    """
os.path.join('s', 'w')|''.join(['w', str(n)])|'w%s' % n|'{:d}_w'.format(n)|'w' + repr(n)|'%s/%d' % ('w', n)
'_'.join(map(str, ['w', n]))|'w' * 2|x.op.name + '_w'|f'{x.op.name}/w'
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
# What a variable scope may be told besides its name.
_OPTIONS = (
    """
initializer=tf.zeros_initializer()|initializer=tf.random_normal_initializer(stddev=0.1)
regularizer=lambda w: tf.reduce_sum(w)|dtype=tf.float64|dtype=tf.float32|caching_device="/cpu:0"|partitioner=None
use_resource=True|use_resource=False|reuse=tf.AUTO_REUSE|reuse=False|reuse=None|constraint=tf.abs|custom_getter=None
custom_getter=lambda getter, name, *args, **kwargs: getter(name, *args, **kwargs)|auxiliary_name_scope=False
values=[tf.constant(1.0)]
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
# What a variable is put into; `keys` is a list of two.
_KEYS = (
    """
[tf.GraphKeys.LOCAL_VARIABLES]|['mine']|[tf.GraphKeys.GLOBAL_VARIABLES, tf.GraphKeys.WEIGHTS]|keys|keys + ['mine']
(tf.GraphKeys.GLOBAL_VARIABLES, 'mine')|[]|['variables', 'trainable_variables']
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


def _pair(writer: Writer, place: Place) -> Block:
    """A creation or two, and at times a variable of the store or an op beside them."""
    lines: Block = [f"w = {made(writer, place)}", f"b = {made(writer, place)}"][: writer.draw.randint(1, 2)]
    if writer.chance(0.3):
        lines.insert(writer.draw.randint(0, len(lines)), f'k = tf.get_variable("{writer.fresh("k")}", [2])')
    return lines + ['y = tf.identity(w, name="y")'] * writer.chance(0.2)


def graphs(writer: Writer, place: Place) -> Statement:
    """Graphs of sessions, of objects, of functions, and those that are entered again."""
    name = writer.fresh("Trainer")
    inner = Place(depth=place.depth + 2, function=True, method=True, names=("self.name",))
    body = _pair(writer, place.within())
    own: Block = [("with self.graph.as_default():", _pair(writer, inner))]
    held = (
        f"class {name}(object):",
        [
            (
                'def __init__(self, name="s"):',
                ["self.name, self.graph = name, tf.Graph()", *own, *["self.build()"] * writer.chance(0.5)],
            ),
            ("def build(self):", [("with self.graph.as_default():", _pair(writer, inner))]),
        ],
    )
    ways: tuple[Block, ...] = (
        [("with tf.Session() as sess:", [("with sess.graph.as_default():", body)])],
        ["sess = tf.Session(graph=tf.Graph())", ("with sess.graph.as_default():", body)],
        ["graph = tf.Graph()", ("with graph.as_default(), tf.Session(graph=graph) as sess:", body)],
        ["graph = tf.Graph()", ("with graph.as_default():", body), ("with tf.Session(graph=graph):", body)],
        ["sess = tf.InteractiveSession()", *body, "sess.close()"],
        [held, f"{name}()", f"{name}({writer.calls.scope(place)})"],
        [held, f"nets = [{name}(key) for key in ('a', 'b')]", "nets[0].build()"],
        [held, f"net = {name}()", ("with net.graph.as_default():", body)],
    )
    if place.depth:
        ways = ways[5:]
    return writer.draw.choice(ways), place


def options(writer: Writer, place: Place) -> Statement:
    """Variable scopes that say more than a name, and what leaves or follows them."""
    scope, option = writer.draw.choice(SCOPES), writer.draw.choice(_OPTIONS)
    body = _pair(writer, place.within())
    inner: Block = [('with tf.name_scope("n"):', body)] if writer.chance(0.3) else body
    current = "tf.variable_scope(tf.get_variable_scope(), reuse=tf.AUTO_REUSE)"
    ways: tuple[Block, ...] = (
        [(f'with tf.variable_scope("{scope}", {option}):', inner)],
        [(f'with tf.variable_scope(None, default_name="{scope}", {option}):', inner)] * writer.draw.randint(1, 2),
        [(f'with tf.variable_scope("{scope}") as vs:', ["pass"]), (f"with tf.variable_scope(vs, {option}):", inner)],
        [(f"with tf.variable_scope(tf.get_variable_scope(), {option}):", inner)],
        [(f'with tf.variable_scope("{scope}"):', [(f"with {current}:", inner)])],
        [("for i in range(2):", [(f"with {current}:", _pair(writer, place.within().within()))])],
        [("with tf.name_scope(None):", inner)],
        [(f'with tf.variable_scope("{scope}"):', [("with tf.name_scope(None):", inner)])],
        [(f'with tf.variable_scope("{scope}"):', [("with tf.variable_scope(tf.VariableScope(reuse=False)):", inner)])],
        [
            (f'with tf.variable_scope("{scope}"):', ["tf.get_variable_scope().set_regularizer(None)", *inner]),
            f"v = {made(writer, place)}",
        ],
    )
    return writer.draw.choice(ways), place


def around(writer: Writer, place: Place) -> Statement:
    """What is around a creation and is no scope of names: containers, devices, dependencies, creators."""
    creator = writer.fresh("creator")
    body = _pair(writer, place.within())
    changed = writer.draw.choice(
        ("pass", "kwargs['trainable'] = False", "kwargs['name'] = (kwargs.get('name') or 'c') + '_c'", "seen.append(1)")
    )
    define = (f"def {creator}(next_creator, **kwargs):", [changed, "return next_creator(**kwargs)"])
    step: Block = ["step = tf.no_op()"] if writer.chance(0.5) else [f"step = {made(writer, place)}.op"]
    ways: tuple[Block, ...] = (
        [('with tf.container("box"):', body)],
        [("with tf.device('/cpu:0'), tf.device(None):", body)],
        [("with tf.device(lambda op: '/cpu:0' if 'Variable' in op.type else ''):", body)],
        [*step, ("with tf.control_dependencies([step]):", body)],
        ["seen = []", define, (f"with tf.variable_creator_scope({creator}):", body)],
        [("with tf.get_default_graph().device('/cpu:0'):", body)],
        [("with tf.get_default_graph().control_dependencies([]):", body)],
        [("with tf.get_default_graph().container('box'), tf.name_scope('s'):", body)],
        [("with tf.get_default_graph().gradient_override_map({'Identity': 'Identity'}):", body)],
    )
    return writer.draw.choice(ways), place


def gathered(writer: Writer, place: Place) -> Statement:
    """Collections by lists, keys and words, what is found in them, and what initializes it."""
    name, spell = writer.calls.name(place), writer.calls.spelled
    word, keys = writer.draw.choice(NAMES), writer.draw.choice(_KEYS)
    value = writer.draw.choice(["0.0", "tf.zeros([2])", "[1.0, 2.0]", "tf.random_normal([2], seed=2)"])
    trainable = writer.draw.choice(["False", "FLAG", "SIZE > 2", "bool(SIZE)", "w is None"])
    start: Block = [
        "keys = [tf.GraphKeys.GLOBAL_VARIABLES, 'kept']",
        f"w = {spell}({value}, collections={keys}, name={name})",
        f"b = {spell}({value}, trainable={trainable})",
    ]
    ways: tuple[Block, ...] = (
        ["init = tf.group(tf.global_variables_initializer(), tf.local_variables_initializer())"],
        ["init = tf.variables_initializer(tf.get_collection('mine') + tf.get_collection('kept'))"],
        ["tf.add_to_collection('mine', w)", "tf.add_to_collections(['mine', 'other'], b)"],
        ["tf.add_to_collection(tf.GraphKeys.LOSSES, tf.nn.l2_loss(tf.cast(b, tf.float32)))", "tf.losses.get_losses()"],
        [f"found = [v for v in tf.global_variables() if v.op.name.endswith('{word}')]"],
        ["found = tf.report_uninitialized_variables()"],
        ["found = {v.op.name: v for v in tf.global_variables() + tf.local_variables()}", "saver = tf.train.Saver([b])"],
        ["tf.summary.histogram(b.op.name, b)", "merged = tf.summary.merge_all()"],
    )
    return [*start, *writer.draw.choice(ways)], place


def values(writer: Writer, place: Place) -> Statement:
    """Initial values of many kinds, and shapes that other tensors, arrays and sums have."""
    name, spell = writer.calls.name(place), writer.calls.spelled
    start: Block = [
        f'x = tf.placeholder(tf.float32, [None, 3], name="{writer.draw.choice(["x", "input", *NAMES])}")',
        f"w = {made(writer, place)}",
        "n = x.get_shape()[1].value",
        "data = np.asarray([1.0, 2.0], dtype=np.float32)",
    ]
    value = writer.draw.choice(_VALUES)
    form = writer.draw.choice(
        ("", "", f", name={name}", ", trainable=FLAG", ", validate_shape=False", f", name={name}")
    )
    named = writer.draw.choice((name, writer.draw.choice(_COMPUTED_NAMES)))
    lines: Block = [f"v = {spell}({value}{form})", f"u = {spell}({value}, name={named})"]
    return [*start, *lines[: writer.draw.randint(1, 2)]], place


SESSIONS: tuple[tuple[float, Callable[[Writer, Place], Statement]], ...] = (
    (0.5, graphs),
    (0.7, options),
    (0.5, around),
    (0.5, gathered),
    (0.9, values),
)
