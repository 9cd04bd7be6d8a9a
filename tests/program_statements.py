"""Statements of random programs that hold no blocks: what people do with variables besides making them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from program_calls import Expressions
from program_parts import DTYPES, NAMES, SCOPES, TARGETS, Block, Place, Statement

__all__ = ["STATEMENTS"]

_OPTIMIZERS = (
    "tf.train.AdamOptimizer(0.1)",
    "tf.train.MomentumOptimizer(0.1, 0.9)",
    "tf.train.RMSPropOptimizer(0.1)",
    "tf.train.AdagradOptimizer(0.1)",
    "tf.train.GradientDescentOptimizer(0.1)",
)


def value_above(calls: Expressions, place: Place) -> Statement:
    """`initial = ...` on the line above, as the tutorials have it."""
    target, name = calls.draw.choice(TARGETS), calls.draw.choice(["initial", "init", "value"])
    lines: Block = [f"{name} = {calls.value(place)}"]
    if calls.chance(0.15):
        lines.append("pass")
    return [*lines, f"{target} = {calls.creation(place, name)}"], _with_variable(place, target)


def shape_above(calls: Expressions, place: Place) -> Statement:
    """A shape that has a name."""
    shape = calls.draw.choice(["[2, 3]", "(3,)", "3", "[SIZE, 2]", "tf.constant([1.0]).get_shape()", "tf.shape([1.0])"])
    made = calls.draw.choice(["tf.zeros(shape)", "tf.random_normal(shape)", "tf.constant(0.1, shape=shape)"])
    target = calls.draw.choice(TARGETS)
    return [f"shape = {shape}", f"{target} = {calls.creation(place, made)}"], _with_variable(place, target)


def control_flow(calls: Expressions, place: Place) -> Statement:
    """A creation in the body of a loop or a condition of the graph's own."""
    value = calls.draw.choice(["0.0", "lambda: tf.zeros([])", "tf.zeros([])", "tf.random_normal([])", "1.0"])
    made = calls.creation(place, value)
    line = calls.draw.choice(
        (
            f"y = tf.cond(tf.constant(True), lambda: {made} + 1.0, lambda: 2.0)",
            f"y = tf.while_loop(lambda x: x < 2.0, lambda x: x + 1.0 + {made}, [0.0])",
            f"y = tf.map_fn(lambda x: x * {made}, tf.zeros([2]))",
            f"y = tf.scan(lambda a, x: a + x * {made}, tf.zeros([2]))",
        )
    )
    return [line], place


def train(calls: Expressions, place: Place) -> Statement:
    """A loss that is minimized: slots follow the variables."""
    made = calls.creation(place, calls.draw.choice(["tf.ones([2])", "[1.0, 2.0]", "tf.random_normal([2])"]))
    optimizer = calls.draw.choice(_OPTIMIZERS)
    steps = calls.draw.choice(["", "", ", global_step=tf.train.get_or_create_global_step()"])
    word = f', name="{calls.draw.choice(NAMES)}"' if calls.chance(0.2) else ""
    return [f"t = {made}", f"{optimizer}.minimize(tf.reduce_sum(t * t){steps}{word})"], place


def average(calls: Expressions, place: Place) -> Statement:
    """Moving averages, which are named after what they are of."""
    if not place.variables:
        return ["step = tf.train.get_or_create_global_step()"], place
    return [f"tf.train.ExponentialMovingAverage(0.9).apply([{place.variables[-1]}])"], place


def copies(calls: Expressions, place: Place) -> Statement:
    """A variable for each that there is, as in target networks: their number and order must stay."""
    found = calls.draw.choice(["tf.trainable_variables()", "tf.global_variables()"])
    match calls.draw.randrange(4):
        case 0:
            scope = calls.draw.choice(SCOPES)
            found = f'tf.trainable_variables("{scope}")'
        case 1:
            name = calls.draw.choice(NAMES)
            found = f'[v for v in tf.global_variables() if v.name.startswith("{name}")]'
    name = calls.draw.choice(['"copy"', 'v.op.name + "_copy"', 'v.name.split(":")[0] + "_c"'])
    return [(f"for v in {found}[:3]:", [f"tf.Variable(v.initialized_value(), name={name}, trainable=False)"])], place


def look_up(calls: Expressions, place: Place) -> Statement:
    """A name that the program knows by heart; programs that look for what is not there are of no use."""
    name = calls.draw.choice(NAMES)
    scope = calls.draw.choice(SCOPES) + "/" if calls.chance(0.5) else ""
    target = calls.draw.choice(TARGETS)
    made = calls.draw.choice([f'tf.Variable(1.0, name="{name}")', "tf.Variable(1.0)", calls.creation(place)])
    within = f'with tf.name_scope("{scope[:-1]}"):'
    found = f'y = tf.get_default_graph().get_tensor_by_name("{scope}{name}:0")'
    return [(within, [f"{target} = {made}"]) if scope else f"{target} = {made}", found], place


def save(calls: Expressions, place: Place) -> Statement:
    """A saver, and summaries with tags."""
    lines = ["saver = tf.train.Saver()"]
    if place.variables:
        variable = place.variables[-1]
        lines += [
            f'saver = tf.train.Saver({{"key": {variable}}})',
            f"tf.summary.histogram({variable}.op.name, {variable})",
        ]
        lines.append(f'tf.summary.scalar("{calls.draw.choice(NAMES)}", tf.reduce_sum(tf.cast({variable}, tf.float32)))')
    return ["if not tf.global_variables(): tf.Variable(0.0)", calls.draw.choice(lines)], place


def indirect(calls: Expressions, place: Place) -> Statement:
    """A helper, or a creation, that is passed on before it is called."""
    if not place.helpers or calls.chance(0.3):
        if calls.chance(0.5):
            return [f"v = applied(lambda: {calls.creation(place)})"], place
        return [f'made = tf.make_template("t", lambda: {calls.creation(place)})', "made()"], place
    helper = calls.draw.choice(place.helpers)
    arguments = calls.pass_on(helper.passes, place)
    if "=" in arguments or calls.chance(0.5):
        return [
            f"make = functools.partial({helper.call})",
            f"v = make({arguments})",
            *["v = make()"] * (not arguments),
        ], place
    return [f"v = applied({', '.join(filter(None, [helper.call, arguments]))})"], place


def choices(calls: Expressions, place: Place) -> Statement:
    """Creations that may not run: one of two, the rest of an `or`, the arm of an `if` on one line."""
    target, flag = calls.draw.choice(TARGETS), calls.draw.choice(place.flags)
    one, other = calls.creation(place), calls.creation(place)
    lines: tuple[Block, ...] = (
        [f"{target} = {one} if {flag} else {other}"],
        [f"{target} = None", f"{target} = {target} or {one}"],
        [f"if {flag}: {target} = {one}"],
        [f"assert {one} is not None"],
        [f"{target} = ({one},\n        {other})"],
        [f"{target} = [{one}, {other}][0]"],
        [(f"def given({target}={one}):", [f"return {target}"]), "given()", "given()"],
    )
    return calls.draw.choice(lines), place


def arms(calls: Expressions, place: Place) -> Statement:
    """The arms of an `if` that make one layer each, of which both have the same names."""
    targets = calls.draw.sample(TARGETS, calls.draw.choice([1, 2]))
    tests = [*place.flags, *(f"{one} is None" for one in place.optional)]
    heads = [f"if {calls.draw.choice(tests)}:", *([f"elif {calls.draw.choice(tests)}:"] * calls.chance(0.2)), "else:"]
    if calls.chance(0.1):
        heads.pop()
    lines: Block = [(head, [f"{one} = {calls.creation(place)}" for one in targets]) for head in heads]
    if calls.chance(0.3):
        lines.append(f"y = tf.add(1.0, 2.0{calls.draw.choice(['', ', name=' + repr(calls.draw.choice(NAMES))])})")
    return [("for _ in range(2):", lines)] if calls.chance(0.4) else lines, place


def typed(calls: Expressions, place: Place) -> Statement:
    """A literal or a tensor with an element type beside it."""
    value = calls.draw.choice(list(DTYPES))
    target, dtype = calls.draw.choice(TARGETS), calls.draw.choice(DTYPES[value])
    name = calls.name(place)
    return [f"{target} = {calls.spelled}({value}, name={name}, dtype={dtype})"], _with_variable(place, target)


def layers(calls: Expressions, place: Place) -> Statement:
    """TensorFlow 1's own layers, whose names must not change."""
    name = calls.draw.choice(["", f', name="{calls.draw.choice(SCOPES)}"'])
    return [f"y = tf.layers.dense(tf.zeros([2, 3]), 2{name})"], place


def _with_variable(place: Place, target: str) -> Place:
    return replace(place.knows(target), variables=(*place.variables, target))


STATEMENTS: tuple[tuple[float, Callable[[Expressions, Place], Statement]], ...] = (
    (2, value_above),
    (1, shape_above),
    (0.5, control_flow),
    (0.5, train),
    (0.2, average),
    (0.3, copies),
    (0.3, look_up),
    (0.2, save),
    (0.6, indirect),
    (1, choices),
    (0.7, arms),
    (0.7, typed),
    (0.1, layers),
)
