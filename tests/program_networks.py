"""Networks of random programs, built of helpers that are called for layer after layer, under targets much alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from program_parts import SCOPES, Block, Place, Statement, Writer

__all__ = ["NETWORKS"]

_TARGETS = "w w W w1 w_1 W1 W_1 b b1 b_1 conv1 conv_1 conv2 layer layer1 h out w_layer net W_conv1 b_conv1 fc_w".split()
_PASSED = ("", "", "", "w", "W", "w_1", "b", "kernel", "s/w")


def network(writer: Writer, place: Place) -> Statement:
    """A network of layers, built once or again, in a function, a class or where it stands."""
    block, helpers = _helpers(writer, place)
    layers = _Layers(writer, tuple(helpers))
    body = layers.block(writer.draw.randint(2, 5))
    name = writer.fresh("network")
    again = [*[f"{name}()"] * writer.draw.randint(1, 2)]
    kind = writer.draw.choice(["name_scope", "variable_scope"])
    ways: list[Block] = [
        body,
        body,
        [*body, *layers.block(2)],
        [(f"def {name}():", [*body, "return 1.0"]), *again],
        [(f"def {name}():", [*body, "return 1.0"]), *again, *layers.block(2)],
        [
            (f"def {name}(scope):", [(f"with tf.{kind}(scope):", body)]),
            f'{name}("{writer.draw.choice(SCOPES)}")',
            f'{name}(scope="{writer.draw.choice(SCOPES)}")',
        ],
        [(f"class {name.title()}(object):", [("def __init__(self):", _on_self(body))]), f"{name.title()}()"],
        [
            (
                f"class {name.title()}(object):",
                [("def __init__(self):", ["self.first()"]), ("def first(self):", _on_self(body))],
            ),
            *[f"{name.title()}()"] * 2,
        ],
    ]
    return [*block, *writer.draw.choice(ways)], place


def _helpers(writer: Writer, place: Place) -> tuple[Block, list[str]]:
    """Functions that make a variable or a layer of them, with what they are called."""
    inner = Place(depth=place.depth + 2, function=True, shapes=("shape",))
    weight, dense = writer.fresh("weight"), writer.fresh("dense")
    word = writer.draw.choice(["name=None", 'name="w"', "name=None", "prefix='p', name=None"])
    given = Place(depth=inner.depth, function=True, shapes=("shape",), optional=("name",))
    if "prefix" in word:
        given = Place(depth=inner.depth, function=True, shapes=("shape",), names=("prefix",), optional=("name",))
    elif "None" not in word:
        given = Place(depth=inner.depth, function=True, shapes=("shape",), names=("name",))
    plain = writer.calls.creation(inner if writer.chance(0.5) else given)
    lines: Block = [(f"def {weight}(shape=(2,), {word}):", [f"return {plain}"])]
    if writer.chance(0.3):
        lines = [(f"def {weight}(shape=(2,), {word}):", [f"made = {plain}", "return made"])]
    helpers = [weight]
    if writer.chance(0.5):
        parts: Block = [f"w = {weight}([2])", f"b = {weight}(name={writer.calls.name(Place())})"]
        if writer.chance(0.5):
            parts = [f"w = {writer.calls.creation(inner)}", f"b = {writer.calls.creation(given)}"]
        if writer.chance(0.3):
            parts = [(f'with tf.name_scope("{writer.draw.choice(SCOPES)}"):', parts)]
        ends = ["return tf.cast(w, tf.float32)", "return w, b", 'return {"w": w, "b": b}', "return w"]
        lines.append((f"def {dense}(shape=(2,), {word}):", [*parts, writer.draw.choice(ends)]))
        helpers.append(dense)
    return lines, helpers


def _on_self(block: Block) -> Block:
    """A block whose simple targets are attributes."""
    attributes: Block = []
    for one in block:
        head = one if isinstance(one, str) else ""
        target = head.partition(" = ")[0]
        attributes.append(f"self.{head}" if target in _TARGETS else one)
    return attributes


@dataclass(frozen=True, slots=True)
class _Layers:
    """Writes statements that call `helpers`, and few others."""

    writer: Writer
    helpers: Sequence[str]

    def block(self, size: int) -> Block:
        """So many layers."""
        return [line for _ in range(size) for line in self._layer()]

    def _call(self, name: str = "") -> str:
        draw, helper = self.writer.draw, self.writer.draw.choice(self.helpers)
        word = name or draw.choice(_PASSED)
        shape = draw.choice(["", "[2]", "[2, 3]", "[SIZE]"])
        passed = [shape] * bool(shape) + [f'name="{word}"' if not name else f"name={name}"] * bool(word)
        return f"{helper}({', '.join(passed)})"

    def _target(self) -> str:
        return self.writer.draw.choice(_TARGETS)

    def _layer(self) -> Block:
        draw, call = self.writer.draw, self._call
        target, other = self._target(), self._target()
        plain = self.writer.calls.creation(Place())
        counted = self.writer.calls.creation(Place(counters=("i",)))
        scope = f'tf.{draw.choice(["name_scope", "variable_scope"])}("{draw.choice(SCOPES)}")'
        flag = draw.choice(["FLAG", "not FLAG", "SIZE > 9"])
        ways: tuple[Block, ...] = (
            *([[f"{target} = {call()}"]] * 6),
            [f"{target} = {call()}", f"{other} = {call()}", f"y = tf.cast({other}, tf.float32)"] if other else [],
            [("for i in range(2):", [f"{target} = {call()}"])],
            [("for i in range(2):", [f"{target} = {call()}", f"{other} = {call()}"])],
            [("for i in range(2):", [f"{target} = {call(chr(34) + 'w%d' + chr(34) + ' % i')}"])],
            [("for key in WORDS:", [f"{target} = {call('key')}"])],
            [(f"if {flag}:", [f"{target} = {call()}"]), ("else:", [f"{target} = {call()}"])],
            [(f"if {flag}:", [f"{target} = {call()}"])],
            [f'{target} = {{"w": {call()}, "b": {call()}}}'],
            [f"{target} = {{}}", f'{target}["w"] = {call()}', f'{target}["b"] = {plain}'],
            [f"{target} = [{call()} for i in range(2)]"],
            [f"{target} = {{key: {call()} for key in WORDS}}"],
            [f"{target}, {other} = {call()}, {call()}"] if target != other else [f"{target} = {call()}"],
            [f"{target} = tf.identity({plain})", call()],
            [f"y = [{call()}, {call()}]"],
            [(f"with {scope}:", [f"{target} = {call()}", f"{other} = {call()}"])],
            [(f"with {scope}:", [f"{target} = {call()}"]), f"{other} = {call()}"],
            [f"{target} = {plain}"],
            [f"{target} = {plain}", f"{other} = {plain}"],
            [("for i in range(2):", [f"{target} = {counted}"])],
            [("for i in range(2):", [(f"with {scope}:", [f"{target} = {plain}", f"{other} = {call()}"])])],
            [f"{target} = {call()} if {flag} else {call()}"],
            [("try:", [f"{target} = {call()}"]), ("finally:", [f"{other} = {call()}"])],
            [f"{target} = (lambda: {call()})()"],
            [f'k = tf.get_variable("{self.writer.fresh("k")}", [2])'],
        )
        return draw.choice(ways)


NETWORKS: tuple[tuple[float, Callable[[Writer, Place], Statement]], ...] = ((1.0, network),)
