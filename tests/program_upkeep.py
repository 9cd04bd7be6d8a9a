"""What random programs do beside training: batch statistics, steps, rates, savers by name, names that are compared."""

from __future__ import annotations

from collections.abc import Callable

from program_parts import NAMES, SCOPES, Block, Place, Statement, Writer
from program_twins import made

__all__ = ["UPKEEPS"]


def batch_norm(writer: Writer, place: Place) -> Statement:
    """A helper that normalizes by moving averages, those of TensorFlow or variables of its own."""
    name, scope = writer.fresh("batch_norm"), writer.draw.choice(["bn", *SCOPES])
    inner = Place(depth=place.depth + 2, function=True, names=("scope",), helpers=place.helpers)
    start: Block = [f"beta = {made(writer, inner)}", f"gamma = {made(writer, inner)}"]
    if writer.chance(0.6):
        start = [
            f'beta = {writer.calls.spelled}(tf.constant(0.0, shape=[2]), name="beta", trainable=True)',
            f'gamma = {writer.calls.spelled}(tf.constant(1.0, shape=[2]), name="gamma", trainable=affine)',
        ]
    moments = writer.draw.choice(['mean, var = tf.nn.moments(x, [0], name="moments")', "mean, var = x[0], x[0]"])
    ema = "ema = tf.train.ExponentialMovingAverage(decay=0.5)"
    update: Block = [
        "applied = ema.apply([mean, var])",
        ("with tf.control_dependencies([applied]):", ["return tf.identity(mean), tf.identity(var)"]),
    ]
    named = writer.draw.choice(["", ", name=scope"])
    averages = "(ema.average(mean), ema.average(var))"
    ways: tuple[Block, ...] = (
        [
            moments,
            ema,
            ("def with_update():", update),
            f"mean, var = tf.cond(tf.constant(True), with_update, lambda: {averages})",
        ],
        [moments, ema, "applied = ema.apply([mean, var])", f"mean, var = {averages}"],
        [
            moments,
            f"pop_mean = {writer.calls.spelled}(tf.zeros([2]), trainable=False)",
            f"pop_var = {writer.calls.spelled}(tf.ones([2]), trainable=False{named})",
            "train_mean = tf.assign(pop_mean, pop_mean * 0.9 + mean * 0.1)",
            "mean, var = pop_mean, pop_var",
        ],
    )
    body: Block = [*start, *writer.draw.choice(ways), "return (x - mean) * gamma + beta + var"]
    kind = writer.draw.choice(["name_scope", "variable_scope"])
    if writer.chance(0.7):
        body = [(f"with tf.{kind}(scope):", body)]
    calls: Block = [f"h = {name}(tf.ones([3, 2]))", f"h = {name}(h, scope={writer.calls.scope(place)})"]
    if writer.chance(0.3):
        calls = ["h = tf.ones([3, 2])", ("for i in range(2):", [f'h = {name}(h, "bn%d" % i)'])]
    return [(f'def {name}(x, scope="{scope}", affine=True):', body), *calls[: writer.draw.randint(1, 2)]], place


def steps_and_rates(writer: Writer, place: Place) -> Statement:
    """Counters of steps, rates that decay or are assigned, by all the names that they get."""
    spell = writer.calls.spelled
    value = writer.draw.choice(["0", "tf.constant(0)", "tf.zeros([], tf.int32)", "0"])
    name = writer.draw.choice(['"global_step"', '"step"', '"global_step"', f'"{writer.draw.choice(NAMES)}"', "None"])
    step = f"step = {spell}({value}, trainable=False{writer.draw.choice(['', f', name={name}'])})"
    kind = writer.draw.choice(["name_scope", "variable_scope"])
    starts: tuple[Block, ...] = (
        [step],
        [(f'with tf.{kind}("{writer.draw.choice(["train", *SCOPES])}"):', [step])],
        ['with tf.device("/cpu:0"): ' + step],
    )
    ways: tuple[Block, ...] = (
        ["rate = tf.train.exponential_decay(0.1, step, 10, 0.9, staircase=True)"],
        [f"rate = {spell}(0.1, trainable=False)", "rate_op = rate.assign(rate * 0.9)"],
        [f'rate = {spell}(0.1, trainable=False, name="learning_rate")', 'tf.summary.scalar("learning_rate", rate)'],
        ["rate = 0.1", "step_op = tf.assign_add(step, 1)"],
        [f"epoch = {spell}(0, trainable=False)", "epoch_op = tf.assign(epoch, epoch + 1)", "rate = 0.1"],
        ["rate = tf.train.piecewise_constant(step, [1, 2], [0.1, 0.01, 0.001])"],
    )
    end: Block = [f"p = {made(writer, place)}", "loss = tf.reduce_sum(p * p)"]
    optimizer = writer.draw.choice(["Adam", "GradientDescent", "RMSProp"])
    minimize = f"tf.train.{optimizer}Optimizer(rate).minimize(loss, global_step=step, var_list=[p])"
    return [*writer.draw.choice(starts), *writer.draw.choice(ways), *end, minimize], place


def saved(writer: Writer, place: Place) -> Statement:
    """Savers by a dictionary, a list, or what a filter of names finds."""
    word, scope = writer.draw.choice(NAMES), writer.draw.choice(SCOPES)
    first, second = made(writer, place), made(writer, place)
    start: Block = [
        f"w, b = {first}, {second}" if writer.chance(0.3) else f"w = {first}",
        f"b = {second}",
    ]
    if writer.chance(0.5):
        start = [(f'with tf.{writer.draw.choice(["name_scope", "variable_scope"])}("{scope}"):', start)]
    ways: tuple[Block, ...] = (
        [f'saver = tf.train.Saver(var_list={{"{word}": w, "other": b}})'],
        ["saver = tf.train.Saver(var_list=[w, b])"],
        ['saver = tf.train.Saver({"model/" + v.op.name: v for v in [w, b]})'],
        [
            f'found = [v for v in tf.global_variables() if v.op.name.startswith("{scope}/")]',
            "saver = tf.train.Saver(found or [w])",
        ],
        [
            f'found = tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, scope="{scope}/")',
            "saver = tf.train.Saver(found or [w])",
        ],
        [
            f'found = tf.get_collection("trainable_variables", "{scope}")',
            "frozen = [v for v in tf.global_variables() if v not in set(found)]",
        ],
        [f'skip = [v for v in tf.global_variables() if "{word}" not in v.name]', "saver = tf.train.Saver(skip or [w])"],
        ["init = tf.variables_initializer([w, b])", "names = sorted(v.name for v in tf.global_variables())"],
    )
    return [*start, *writer.draw.choice(ways)], place


def compared(writer: Writer, place: Place) -> Statement:
    """Names that the program asserts or looks up; those that are otherwise end it, so that it is of no use."""
    word, scope = writer.draw.choice(NAMES), writer.draw.choice(SCOPES)
    spell = writer.calls.spelled
    named = f'w = {spell}([1.0, 2.0], name="{word}")'
    inside: Block = [(f'with tf.{writer.draw.choice(["name_scope", "variable_scope"])}("{scope}"):', [named])]
    ways: tuple[Block, ...] = (
        [*inside, f'assert w.name == "{scope}/{word}:0"'],
        [*inside, f'assert w.op.name.endswith("/{word}"), w.name'],
        [named, f'assert w.name == "{word}:0"'],
        [named, 'y = tf.identity(w, name=w.op.name + "_copy")', f'assert y.name.startswith("{word}")'],
        [f"w = {spell}([1.0, 2.0])", 'assert w.name.startswith("Variable")'],
        [*inside, f'assert any(v.op.name == "{scope}/{word}" for v in tf.global_variables())'],
        [*inside, f'assert [v.name for v in tf.trainable_variables()][-1] == "{scope}/{word}:0"'],
        [*inside, f'by_name = {{v.name: v for v in tf.global_variables()}}["{scope}/{word}:0"]'],
        [*inside, (f'if w.name.split("/")[0] == "{scope}":', [f"b = {made(writer, place)}"])],
    )
    return writer.draw.choice(ways), place


def odd_values(writer: Writer, place: Place) -> Statement:
    """Initial values that few programs have: placeholders, other variables, variables within calls, names of ops."""
    spell, name = writer.calls.spelled, writer.calls.name(place)
    ways: tuple[Block, ...] = (
        [
            "fed = tf.placeholder(tf.float32, [2])",
            f"v = {spell}(fed, trainable=False, collections=[], name={name})",
        ],
        [f"w = {made(writer, place)}", f"v = {spell}(w * 2.0, name={name})"],
        [f"w = {made(writer, place)}", f"v = {spell}(w.initialized_value() + 1.0, trainable=False)"],
        [f"y = tf.nn.softplus({made(writer, place)}) + tf.exp({made(writer, place)})"],
        ["h = tf.identity([1.0, 2.0])", f'v = {spell}(tf.zeros([2]), name=h.op.name + "_w")'],
        [f"v = {spell}(tf.zeros_like({made(writer, place)}), name={name})"],
        [f"v = {spell}(np.zeros([2]), dtype=tf.float32, name={name})", f"u = {spell}(np.float32(1.0))"],
        [f"y = tf.nn.bias_add(tf.ones([1, 2]), {made(writer, place)}, name={name})"],
        ["shape = [2, 1]", "shape[1] *= 3", f"v = {spell}(tf.random_normal(shape), name={name})"],
        [f"w = {spell}(initial_value=tf.zeros([2]), validate_shape=False, name={name})", "y = w + 1.0"],
    )
    return writer.draw.choice(ways), place


UPKEEPS: tuple[tuple[float, Callable[[Writer, Place], Statement]], ...] = (
    (0.5, batch_norm),
    (0.4, steps_and_rates),
    (0.4, saved),
    (0.5, compared),
    (0.5, odd_values),
)
