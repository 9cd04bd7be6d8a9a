"""Functions that random programs hand to others or get back: initial values, layers, builders, hooks, visitors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from program_parts import NAMES, SCOPES, TARGETS, Block, Place, Statement, Writer
from program_twins import made

__all__ = ["GIVEN"]


def _function(place: Place, *names: str, **more: tuple[str, ...]) -> Place:
    return Place(depth=place.depth + 2, function=True, names=names, helpers=place.helpers, **more)


def layers(writer: Writer, place: Place) -> Statement:
    """A layer that is given what makes its initial values, its variables and its output."""
    name, word = writer.fresh("fc"), writer.draw.choice(NAMES)
    inner = _function(place, "name")
    value = writer.draw.choice(["init([2])", "init(shape=[2])", "init([2]) * 0.1", "init([2], name='init')"])
    kind = writer.draw.choice(["name_scope", "variable_scope"])
    body: Block = [
        f"w = {writer.calls.creation(inner, value)}",
        *[f"b = {made(writer, inner)}"] * writer.chance(0.6),
        "y = x * w",
        "return activation(y) if activation else y",
    ]
    if writer.chance(0.5):
        body = [(f"with tf.{kind}(name):", body)]
    calls = (
        f"y = {name}(1.0)",
        f"y = {name}(1.0, {writer.calls.name(place)}, tf.ones)",
        f"y = {name}(1.0, init=tf.random_normal, activation=tf.nn.relu)",
        f"y = {name}(1.0, activation=lambda y: y + {made(writer, _function(place))})",
        f"y = {name}(1.0, name={writer.calls.name(place)}, init=lambda shape, name=None: tf.fill(shape, 0.1))",
        f"y = {name}(1.0, init=tf.truncated_normal_initializer(stddev=0.1))",
        f"layers = [{name}(1.0, key, init) for key, init in zip(['a', 'b'], [tf.zeros, tf.ones])]",
        f"for act in (None, tf.nn.tanh): y = {name}(1.0, activation=act)",
    )
    definition = (f'def {name}(x, name="{word}", init=tf.zeros, activation=None):', body)
    return [definition, *writer.draw.sample(calls, writer.draw.randint(1, 3))], place


def builders(writer: Writer, place: Place) -> Statement:
    """Functions that return builders, which know the names, scopes or counts of the functions around them."""
    name = writer.fresh("builder")
    inner = _function(place, "name", "prefix", counters=("size",))
    one, other = made(writer, inner), made(writer, inner)
    kind, scope = writer.draw.choice(["name_scope", "variable_scope"]), writer.draw.choice(SCOPES)
    ways: tuple[Block, ...] = (
        [("def build(name='w', size=2):", [f"return {one}"]), "return build"],
        [("def build(name='w', size=2):", [(f"with tf.{kind}(prefix):", [f"return {one}"])]), "return build"],
        [
            ("def weight(name, size=2):", [f"return {one}"]),
            ("def bias(name, size=1):", [f"return {other}"]),
            "return lambda name='l', size=1: (weight(name), bias(name))",
        ],
        [f"return lambda name='w', size=2: {one}"],
        [
            "made = {}",
            ("def build(name='w', size=2):", [f"made[name] = made.get(name) or [{one}]", "return made[name][0]"]),
            "return build",
        ],
        [
            "size = [0]",
            ("def build(name='w'):", ["size[0] += 1", 'return tf.Variable(0.0, name="w%d" % size[0])']),
            "return build",
        ],
        [
            "count = 0",
            (
                "def build(name='w', size=1):",
                ["nonlocal count", "count += 1", (f'with tf.{kind}("{scope}%d" % count):', [f"return {one}"])],
            ),
            "return build",
        ],
    )
    first, second = writer.calls.scope(place), writer.calls.scope(place)
    word = writer.calls.name(place)
    uses: tuple[Block, ...] = (
        [f"build = {name}({first})", f"w = build({word})", "b = build()"],
        [f"w = {name}({first})({word})", f"b = {name}({second})({word})"],
        [f"build = {name}({first})", ("for key in ('a', 'b'):", ["w = build(key)"])],
        [f"builds = [{name}(key) for key in ('a', 'b')]", ("for build in builds:", ["w = build()"])],
        [f"w, b = map({name}({first}), ['w', 'b'])"],
        [(f"with tf.{kind}({second}):", [f"w = {name}({first})()"]), f"b = {name}({first})()"],
    )
    return [(f"def {name}(prefix):", writer.draw.choice(ways)), *writer.draw.choice(uses)], place


def hooks(writer: Writer, place: Place) -> Statement:
    """Objects that are given functions, keep them, and call them later: before, after, for each."""
    name = writer.fresh("Builder")
    inner = _function(place, "name")
    step = writer.fresh("step")
    later: Block = [("for name, make in self.steps:", ["self.made.append(make(name))"])]
    kind = writer.draw.choice(["name_scope", "variable_scope"])
    if writer.chance(0.5):
        later = [("for name, make in self.steps:", [(f"with tf.{kind}(name):", ["self.made.append(make(name))"])])]
    definition: Block = [
        ("def __init__(self):", ["self.steps, self.made = [], []"]),
        ("def add(self, name, make):", ["self.steps.append((name, make))", "return self"]),
        ("def build(self):", [*later, "return self.made"]),
    ]
    first, second = writer.calls.scope(place), writer.calls.scope(place)
    one = f"lambda name: {made(writer, inner)}"
    function = (f"def {step}(name):", [f"return {made(writer, inner)}"])
    ways: tuple[Block, ...] = (
        [f"ws = {name}().add({first}, {step}).add({second}, {one}).build()"],
        [f"net = {name}()", f"net.add({first}, {step})", f"net.add({second}, {step})", "net.build()"],
        [f"net = {name}()", ("for key in ('a', 'b'):", [f"net.add(key, {step})"]), "w, b = net.build()"],
        [f"net = {name}()", f"net.add({first}, functools.partial({step}))", "net.build()"],
        [f"{name}().add({first}, {step}).build()", f"{step}({second})"],
    )
    return [(f"class {name}(object):", definition), function, *writer.draw.choice(ways)], place


def forms(writer: Writer, place: Place) -> Statement:
    """Creations in forms of code that few have: conditional ones, chained, in sets, in keywords, in generators."""
    one, other = made(writer, place), made(writer, place)
    counted = made(writer, replace(place, counters=(*place.counters, "i")))
    keyed = made(writer, replace(place, words=(*place.words, "key")))
    target, flag = writer.draw.choice(TARGETS), writer.draw.choice(place.flags)
    ways: tuple[Block, ...] = (
        [f"{target} = {one} if {flag} else {other}"],
        [f"{target} = other = {one}", f"{target}, other = other, {other}"],
        [f"ws = [{one}]", f"ws += [{other}]", f"ws += ({counted} for i in range(2))"],
        [f"ws = {{key: {keyed} for key in ('a', 'b')}}", "b = sum(ws.values())"],
        [f"ws = {{{counted} for i in range(2)}}" if place.counters else f"ws = dict(w={one}, b={other})"],
        [f"ws = tuple({counted} for i in range(2))", "w, b = ws"],
        [f"total = tf.add_n([{counted} for i in range(2)])"],
        [(f"while ({target} := {one}) is None:", ["pass"])],
        [("i = 0", [])[0], ("while i < 2:", [f"{target} = {counted}", "i += 1"])],
        [("for i in range(3):", [("if i == 1:", ["continue"]), f"{target} = {counted}"])],
        [
            ("for i in range(3):", [f"{target} = {counted}", ("if i == 1:", ["break"])]),
            (f"if {flag}:", [f"b = {other}"]),
        ],
        [("try:", [f"{target} = {one}"]), ("finally:", [f"other = {other}"])],
        [("try:", [f"{target} = {one}", "raise ValueError"]), ("except ValueError as error:", [f"other = {other}"])],
        [f"with tf.name_scope('s'), tf.variable_scope('v'): {target} = {one}; other = {other}"],
        [f"with tf.variable_scope('s') as vs, tf.name_scope('n'): {target} = {one}", f"other = {other}"],
        [f"first, *rest = [{counted} for i in range(3)]"],
        [f"(w, b), v = ({one}, {other}), {made(writer, place)}"],
        [f"ns = types.SimpleNamespace(w={one}, b={other})", "ns.v = ns.w + ns.b"],
        [f"globals()['{writer.fresh('made')}'] = {one}"],
        [f"assert ({target} := {one}) is not None"],
        [f"{target} = ({one}, {other})[{writer.draw.choice(['0', '-1'])}]"],
        [f"{target} = [{one}, {other}].pop()", f"del {target}"],
        [f"print(end='', *[{one}.name][:0])"],
    )
    return writer.draw.choice(ways), place


GIVEN: tuple[tuple[float, Callable[[Writer, Place], Statement]], ...] = (
    (0.6, layers),
    (0.6, builders),
    (0.5, hooks),
    (0.8, forms),
)
