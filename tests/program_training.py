"""What random programs do with variables to train them: optimizers, averages, copies, savers, TensorFlow's layers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from program_parts import NAMES, SCOPES, Block, Place, Statement, Writer

__all__ = ["CELLS", "LAYERS", "TRAININGS"]

_OPTIMIZERS = ("Adam", "Momentum", "RMSProp", "Adagrad", "GradientDescent", "Adadelta")


def _optimizer(writer: Writer) -> str:
    kind = writer.draw.choice(_OPTIMIZERS)
    more = ", 0.9" if kind == "Momentum" else ""
    name = f', name="{writer.draw.choice(["opt", *NAMES])}"' if writer.chance(0.2) else ""
    return f"tf.train.{kind}Optimizer(0.1{more}{name})"


def _float(writer: Writer, place: Place) -> str:
    """A variable that has gradients."""
    value = writer.draw.choice(["tf.ones([2])", "[1.0, 2.0]", "tf.random_normal([2])", "tf.zeros([2])"])
    name = f", name={writer.calls.name(place)}" if writer.chance(0.7) else ""
    return f"{writer.calls.spelled}({value}{name})"


def optimized(writer: Writer, place: Place) -> Statement:
    """One loss or two, optimizers by variables, by gradients or in scopes."""
    first, second = _float(writer, place), _float(writer, place)
    one, other = _optimizer(writer), _optimizer(writer)
    scope = writer.draw.choice(SCOPES)
    start: Block = [f"p = {first}", f"q = {second}", "loss = tf.reduce_sum(p * p) + tf.reduce_sum(q)"]
    ways: tuple[Block, ...] = (
        [f"{one}.minimize(loss, var_list=[p])", f"{other}.minimize(loss, var_list=[q])"],
        [f"opt = {one}", "opt.apply_gradients(opt.compute_gradients(loss, [p, q]))"],
        [f"opt = {one}", "grads = tf.gradients(loss, [p, q])", "opt.apply_gradients(list(zip(grads, [p, q])))"],
        [(f'with tf.name_scope("{scope}"):', [f"train = {one}.minimize(loss)"])],
        [(f'with tf.variable_scope("{scope}"):', [f"train = {one}.minimize(loss)"])],
        [
            f"step = {writer.calls.spelled}(0, trainable=False, name='global_step')",
            f"{one}.minimize(loss, global_step=step)",
        ],
        [
            f"step = {writer.calls.spelled}(0, trainable=False)",
            "rate = tf.train.exponential_decay(0.1, step, 10, 0.9)",
            "tf.train.AdamOptimizer(rate).minimize(loss, step)",
        ],
        [
            f"opt = {one}",
            "train = opt.minimize(loss)",
            ("for name in opt.get_slot_names():", ["slot = opt.get_slot(p, name)"]),
        ],
        [("for opt in [tf.train.AdamOptimizer(0.1), tf.train.AdagradOptimizer(0.1)]:", ["opt.minimize(loss)"])],
    )
    return [*start, *writer.draw.choice(ways)], place


def averaged(writer: Writer, place: Place) -> Statement:
    """Moving averages of all that is trained, and what is restored from them."""
    start = f"p = {_float(writer, place)}"
    scope = writer.draw.choice(SCOPES)
    ways: tuple[Block, ...] = (
        ["ema = tf.train.ExponentialMovingAverage(0.9)", "ema.apply([p])", "y = ema.average(p)"],
        ["ema = tf.train.ExponentialMovingAverage(0.9)", "ema.apply(tf.trainable_variables())"],
        [
            f"step = {writer.calls.spelled}(0, trainable=False)",
            "tf.train.ExponentialMovingAverage(0.9, step).apply([p])",
        ],
        [(f'with tf.name_scope("{scope}"):', ["tf.train.ExponentialMovingAverage(0.9, name='avg').apply([p])"])],
        [
            "ema = tf.train.ExponentialMovingAverage(0.9)",
            "ema.apply([p])",
            "saver = tf.train.Saver(ema.variables_to_restore())",
        ],
    )
    return [start, *writer.draw.choice(ways)], place


def targets(writer: Writer, place: Place) -> Statement:
    """A network and its target, found again by scope and copied pairwise."""
    name = writer.fresh("network")
    kind = writer.draw.choice(["name_scope", "variable_scope"])
    inner = replace(Place(), depth=2, function=True, names=("name",), helpers=place.helpers)
    made: Block = [f"w = {_float(writer, inner)}", f"b = {_float(writer, inner)}", "return w + b"]
    if writer.chance(0.7):
        made = [(f"with tf.{kind}(name):", made)]
    lines: Block = [(f"def {name}(name):", made), f'{name}("main")', f'{name}("target")']
    ways: tuple[Block, ...] = (
        [
            'pairs = list(zip(tf.trainable_variables("main"), tf.trainable_variables("target")))',
            "copy = [b.assign(a) for a, b in pairs]",
        ],
        ['found = tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, scope="main")', "assert len(found) in (0, 2)"],
        [
            'found = [v for v in tf.trainable_variables() if v.name.startswith("target")]',
            "saver = tf.train.Saver(found or None)",
        ],
        [
            'found = [v for v in tf.trainable_variables() if "main" in v.name]',
            ("for v in found:", ["tf.summary.histogram(v.name[:-2], v)"]),
        ],
        ["found = tf.trainable_variables()[-4:]", "copy = [b.assign(a) for a, b in zip(found[:2], found[2:])]"],
        [
            "found = {v.op.name: v for v in tf.trainable_variables()}",
            "assert len(found) == len(tf.trainable_variables())",
        ],
    )
    return [*lines, *writer.draw.choice(ways)], place


def used(writer: Writer, place: Place) -> Statement:
    """What is done with a variable once it is there."""
    made = _float(writer, place)
    word = writer.draw.choice(NAMES)
    ways: tuple[Block, ...] = (
        ["y = tf.assign(p, p * 2.0)", "y = tf.assign_add(p, [1.0, 1.0])"],
        ["y = p.assign([1.0, 2.0])", "z = tf.group(y)"],
        [f'y = tf.nn.embedding_lookup(p, [0], name="{word}")'],
        [
            f'tf.add_to_collection("losses", tf.nn.l2_loss(p, name="{word}"))',
            'total = tf.add_n(tf.get_collection("losses"))',
        ],
        [f'y = tf.nn.dropout(p, 0.5, name="{word}")'],
        [f'y = tf.nn.relu(p, name="{word}")', "tf.summary.histogram(p.op.name, p)"],
        ["tf.summary.scalar('mean/' + p.op.name, tf.reduce_mean(p))", "merged = tf.summary.merge_all()"],
        ["l2 = sum(tf.nn.l2_loss(v) for v in tf.trainable_variables() if v.dtype.base_dtype == tf.float32)"],
        ["y = tf.stop_gradient(p)", "z = tf.identity(p.read_value())", f'z = tf.identity(p, name="{word}")'],
        ["sess = tf.Session()", "sess.run(tf.global_variables_initializer())", f"q = {_float(writer, place)}"],
        ["saver = tf.train.Saver({v.op.name: v for v in tf.global_variables()})"],
        ["saver = tf.train.Saver([p], max_to_keep=1)"],
        ["count = sum(int(np.prod(v.get_shape().as_list())) for v in tf.trainable_variables())"],
        [f'y = tf.placeholder(tf.float32, [2], name="{word}")', "z = p.assign(y)"],
        [f'name = p.op.name + "/{word}"', "y = tf.identity(p, name=name)"],
        ["p = tf.clip_by_norm(p, 1.0)"],
        ['y, z = tf.metrics.mean(p, name="metric")'],
    )
    target = writer.draw.choice(["p", "p", "p", "p = W"])
    return [f"{target} = {made}", *writer.draw.choice(ways)], place


def dense_layers(writer: Writer, place: Place) -> Statement:
    """TensorFlow 1's own layers beside variables, in scopes that a migration might want to change."""
    name = f', name="{writer.draw.choice(SCOPES)}"' if writer.chance(0.4) else ""
    made: Block = [f"w = {writer.calls.creation(place)}"]
    ways: tuple[Block, ...] = (
        [f"y = tf.layers.dense(tf.zeros([2, 3]), 2{name})"],
        [f"y = tf.layers.batch_normalization(tf.zeros([2, 3]){name})"],
        [f"y = tf.layers.conv2d(tf.zeros([1, 4, 4, 1]), 2, 3{name})"],
        [f"layer = tf.layers.Dense(2{name})", "y = layer(tf.zeros([2, 3]))", "y = layer(tf.ones([2, 3]))"],
        ["y = tf.contrib.layers.fully_connected(tf.zeros([2, 3]), 2)"],
        [
            "cell = tf.nn.rnn_cell.BasicLSTMCell(3)",
            "y, state = tf.nn.dynamic_rnn(cell, tf.zeros([2, 3, 3]), dtype=tf.float32)",
        ],
        ["cell = tf.nn.rnn_cell.GRUCell(3)", "y, state = tf.nn.static_rnn(cell, [tf.zeros([2, 3])], dtype=tf.float32)"],
    )
    body: Block = [*writer.draw.choice(ways), *made]
    if writer.chance(0.5):
        body = [*made, *writer.draw.choice(ways)]
    kind = writer.draw.choice(["name_scope", "name_scope", "variable_scope"])
    if writer.chance(0.6):
        body = [(f"with tf.{kind}({writer.calls.scope(place)}):", body)]
    return body, place


def own_cell(writer: Writer, place: Place) -> Statement:
    """A cell of the program's own, which is called step by step."""
    name = writer.fresh("Cell")
    inner = Place(
        depth=place.depth + 2, function=True, method=True, tensors=("x",), names=("self.name",), helpers=place.helpers
    )
    early = writer.chance(0.5)
    kind = writer.draw.choice(["name_scope", "variable_scope"])
    made: Block = [f"self.W = {_float(writer, inner)}", f"self.b = {_float(writer, inner)}"]
    if writer.chance(0.5):
        made = [(f"with tf.{kind}(self.name):", made)]
    init: Block = ["self.name = name", *(made if early else [])]
    call: Block = [*([] if early else made), *writer.block(inner, 1), "return x"]
    steps: Block = ["x = tf.constant(1.0)", ("for step in range(2):", ["x = cell(x)"])]
    return [
        (f"class {name}(object):", [("def __init__(self, name):", init), ("def __call__(self, x):", call)]),
        f"cell = {name}({writer.calls.scope(place)})",
        *steps,
    ], place


TRAININGS: tuple[tuple[float, Callable[[Writer, Place], Statement]], ...] = (
    (0.6, optimized),
    (0.4, averaged),
    (0.5, targets),
    (1.0, used),
)
CELLS: tuple[tuple[float, Callable[[Writer, Place], Statement]], ...] = ((0.4, own_cell),)
# Layers that TensorFlow 2.16 and later lack.
LAYERS: tuple[tuple[float, Callable[[Writer, Place], Statement]], ...] = ((3.0, dense_layers),)
