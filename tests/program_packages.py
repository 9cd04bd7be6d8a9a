"""Statements of random programs that use other files: settings, classes of a package, functions that it hands on."""

from __future__ import annotations

import re
from collections.abc import Callable

from program_parts import NAMES, SCOPES, Block, Place, Statement, Writer
from program_twins import made

__all__ = ["PACKAGES"]

_SETTINGS: Block = [
    'NAME = "net"',
    'SCOPE = "s"',
    "WIDTH = 3",
    "DIMS = [2, WIDTH]",
    'SIZED = (("a", 2), ("b", 3))',
    'OPTIONS = {"name": NAME + "_w", "stddev": 0.1, "trainable": False}',
    'HP = collections.namedtuple("HP", "name width")("hyper", 2)',
    (
        "class Config(object):",
        ['scope = "config"', "width = 2", ('def __init__(self, name="conf"):', ["self.name = name"])],
    ),
    'ARGS = argparse.Namespace(scope="args", width=2, names=["w", "b"])',
    'PATHS = [os.path.join("net", "w"), "/".join(["net", "b"])]',
    ("def name_of(word, number=0):", ['return "%s_%d" % (word, number)']),
]
_KNOWN = (
    *("NAME", "SCOPE", "OPTIONS['name']", "HP.name", "Config.scope", "Config().name", "ARGS.scope", "SIZED[0][0]"),
    *("ARGS.names[1]", "name_of('w')", "name_of(NAME, 1)", "NAME + '/w'", "'%s_w' % NAME", "SCOPE.upper()", "PATHS[0]"),
)
_DIMSD = (
    *("tf.zeros([WIDTH])", "tf.random_normal(DIMS, stddev=OPTIONS['stddev'])", "tf.ones([HP.width, WIDTH])"),
    *("tf.zeros([ARGS.width])", "tf.truncated_normal([2, Config.width], stddev=1.0 / WIDTH)", "tf.fill(DIMS, 0.1)"),
)
_OWN = ("NAME", "SCOPE", "WIDTH", "DIMS", "SIZED", "OPTIONS", "HP", "Config", "ARGS", "PATHS", "name_of")


def _spelled(text: str, prefix: str) -> str:
    """An expression over the settings, each of them behind the name of their module."""
    return re.sub(rf"\b({'|'.join(_OWN)})\b", rf"{prefix}\1", text)


def settings(writer: Writer, place: Place) -> Statement:
    """Names and shapes that a module of constants has."""
    writer.beside["settings.py"] = _SETTINGS
    line, prefix = writer.draw.choice(
        (
            ("import settings", "settings."),
            ("import settings as cfg", "cfg."),
            ("from settings import " + ", ".join(_OWN), ""),
            ("from settings import *", "") if not place.function else ("import settings", "settings."),
        )
    )
    known = tuple(_spelled(one, prefix) for one in _KNOWN)
    inner = Place(depth=place.depth + 1, names=tuple(writer.draw.sample(known, 3)), function=place.function)
    shaped = _spelled(writer.draw.choice(_DIMSD), prefix)
    first = f"w = {writer.calls.creation(inner, shaped)}"
    layers, kind = _spelled("SIZED", prefix), writer.draw.choice(["name_scope", "variable_scope"])
    looped = Place(depth=place.depth + 2, names=("name",), shapes=("[size]",), function=place.function)
    ways: tuple[Block, ...] = (
        [first],
        [(f"with tf.{kind}({writer.draw.choice(known)}):", [first, f"b = {writer.calls.creation(inner)}"])],
        [(f"for name, size in {layers}:", [f"w = {writer.calls.creation(looped)}"])],
        [(f"for name, size in {layers}:", [(f"with tf.{kind}(name):", [f"w = {writer.calls.creation(looped)}"])])],
        [f"ws = {{name: {writer.calls.creation(looped)} for name, size in {layers}}}"],
        [f"ws = list({writer.calls.creation(looped)} for name, size in {layers})"],
    )
    return [line, *writer.draw.choice(ways)], place


def classes(writer: Writer, place: Place) -> Statement:
    """A class whose base is in another file of a package, which hands both on."""
    package, base, name = writer.fresh("parts"), writer.fresh("Block"), writer.fresh("Dense")
    kind = writer.draw.choice(["name_scope", "variable_scope"])
    inner = Place(depth=2, function=True, method=True, names=("self.name",))
    taken = Place(depth=2, function=True, method=True, names=("name", "self.name"))
    scope = f"with tf.{kind}(self.name):"
    build: Block = [f"self.w = {made(writer, inner)}", "return self"]
    own: Block = [f"self.b = {made(writer, inner)}", f"self.v = self.weight({writer.calls.name(inner)})"]
    above = writer.draw.choice(["super().build()", f"super({name}, self).build()", "pass"])
    own = [above, *own] if writer.chance(0.7) else [*own, above]
    writer.beside[f"{package}/base.py"] = [
        (
            f"class {base}(object):",
            [
                (f'def __init__(self, name="{writer.draw.choice(SCOPES)}"):', ["self.name = name", "self.v = None"]),
                ("def build(self):", [(scope, build)] if writer.chance(0.6) else build),
                ("def weight(self, name):", [f"return {made(writer, taken)}"]),
            ],
        )
    ]
    derived = writer.draw.choice([f"from .base import {base}", "from . import base", f"from {package}.base import *"])
    parent = f"base.{base}" if derived == "from . import base" else base
    writer.beside[f"{package}/dense.py"] = [
        derived,
        *[f'__all__ = ["{name}"]'] * writer.chance(0.3),
        (f"class {name}({parent}):", [("def build(self):", [(scope, own)] if writer.chance(0.4) else own)]),
    ]
    writer.beside[f"{package}/__init__.py"] = [
        f"from .base import {base}",
        writer.draw.choice(["from .dense import *", f"from .dense import {name}", "from . import dense"]),
    ]
    lines: tuple[tuple[str, str, str], ...] = (
        (f"import {package}", f"{package}.{base}", f"{package}.dense.{name}"),
        (f"from {package} import {base}, dense", base, f"dense.{name}"),
        (f"from {package}.dense import {name}; from {package} import base", f"base.{base}", name),
    )
    line, one, other = writer.draw.choice(lines)
    return [line, *_built(writer, place, one, other)], place


def _built(writer: Writer, place: Place, one: str, other: str) -> Block:
    """Objects of two classes, built alone, in scopes, in a loop, or by a table."""
    first, second = writer.calls.scope(place), writer.calls.scope(place)
    kind = writer.draw.choice(["name_scope", "variable_scope"])
    ways: tuple[Block, ...] = (
        [f"{one}().build()", f"{other}({first}).build()"],
        [f"{other}({first}).build()", f"{other}({second}).build()"],
        [f"{other}({first}).build()", f"{other}({first}).build()"],
        [(f"with tf.{kind}({first}):", [f"{other}().build()"]), f"{one}({second}).build()"],
        [("for i in range(2):", [f'{other}("layer%d" % i).build()'])],
        [(f"for block in [{one}, {other}]:", [f"block({first}).build()"])],
        [f"nets = [{other}(name) for name in ('a', 'b')]", ("for net in nets:", ["net.build()"])],
        [f"net = {other}({first})", "net.build()", f"b = net.weight({second})"],
    )
    return writer.draw.choice(ways)


def handed_on(writer: Writer, place: Place) -> Statement:
    """Functions of a package's files that take functions of others: initial values, activations, other layers."""
    package, dense, weight = writer.fresh("ops"), writer.fresh("dense"), writer.fresh("weight")
    inner = Place(depth=1, function=True, names=("name",))
    value = writer.draw.choice(["init([2])", "init(shape=[2])", "tf.zeros([2]) + init([2])"])
    writer.beside[f"{package}/weights.py"] = [
        (f"def {weight}(name, init=tf.zeros):", [f"return {writer.calls.creation(inner, value)}"]),
        ("def ones(shape):", ["return tf.ones(shape)"]),
    ]
    kind = writer.draw.choice(["name_scope", "variable_scope"])
    body: Block = [
        f"w = weight_fn({writer.calls.name(inner)})",
        f"b = weight_fn({writer.calls.name(inner)}, init=ones)",
        "y = x * w + b",
        "return y if activation is None else activation(y)",
    ]
    star = writer.draw.choice([f"from .weights import {weight}, ones", "from .weights import *"])
    writer.beside[f"{package}/layers.py"] = [
        star,
        (
            f'def {dense}(x, name="{writer.draw.choice(NAMES)}", weight_fn={weight}, activation=None):',
            [(f"with tf.{kind}(name):", body)] if writer.chance(0.6) else body,
        ),
    ]
    writer.beside[f"{package}/__init__.py"] = ["from .layers import *", "from .weights import *"]
    first, second = writer.calls.scope(place), writer.calls.scope(place)
    given = f"lambda name, init=None: {writer.calls.creation(Place(depth=place.depth, function=True, names=('name',)))}"
    calls = (
        f"y = {package}.{dense}(1.0, {first}, activation=tf.nn.relu)",
        f"y = {package}.{dense}(1.0, activation=lambda y: y * {package}.{weight}('scale'))",
        f"y = {package}.{dense}({package}.{dense}(1.0), name={second})",
        f"y = {package}.{dense}(1.0, {first}, weight_fn={package}.{weight})",
        f"y = {package}.{dense}(tf.ones([2]), {second}, {given})",
        f"w = {package}.{weight}({first}, init={package}.ones)",
    )
    return [f"import {package}", *writer.draw.sample(calls, writer.draw.randint(1, 3))], place


PACKAGES: tuple[tuple[float, Callable[[Writer, Place], Statement]], ...] = (
    (0.7, settings),
    (0.7, classes),
    (0.6, handed_on),
)
