"""Names of random programs that are kept where more than one statement assigns them: attributes, globals, cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from program_parts import NAMES, SCOPES, Block, Place, Statement, Writer

__all__ = ["REBINDINGS"]


def rebound(writer: Writer, place: Place) -> Statement:
    """Names in attributes, globals and cells that are assigned again, in all the ways to do so."""
    name, word = writer.fresh("Rebound"), writer.draw.choice(NAMES)
    text = writer.calls.name(Place())
    again: tuple[Block, ...] = (
        ['self.name += "_x"'],
        [f'self.name, self.size = "{word}", 1'],
        [("for self.name in WORDS:", ["pass"])],
        [f'self.name: str = "{word}"'],
        [("if not name:", [f'self.name = "{word}"'])],
        [f'setattr(self, "name", "{word}")'],
        ["self.size, self.name = 1, name"],
        [],
    )
    scope = writer.draw.choice(SCOPES)
    inner = Place(depth=place.depth + 2, function=True, names=("self.name",))
    held: Block = [(f'with tf.name_scope("{scope}") as ns:', _in_scope(writer, inner))]
    header = writer.draw.choice(["self, name", "self, name=None", "self, name='a'"])
    start = writer.draw.choice(["self.name = name", "self.size, self.name = 2, name", "self.name: str = name"])
    made = writer.calls.creation(replace(inner, names=("label",)))
    first: Block = [
        (f"class {name}(object):", [(f"def __init__({header}):", [start, *writer.draw.choice(again), *held])])
    ]
    later: Block = [
        (
            f"class {name}(object):",
            [(f"def __init__({header}):", [start, *writer.draw.choice(again)]), ("def build(self):", held)],
        )
    ]
    ways: list[Block] = [
        [*first, f"{name}({text})"],
        [*later, f"{name}({text}).build()", f"{name}(None).build()"],
        [*later, f'made = {name}("a")', "made.build()", f"made.name = {text}", "made.build()"],
        [
            (
                f"def {name}(label):",
                [
                    ("def inner():", ["nonlocal label", 'label = label + "_x"', f"return {made}"]),
                    (
                        f'with tf.name_scope("{scope}") as ns:',
                        ["tf.identity(1.0, name=ns)", "inner()", "return inner()"],
                    ),
                ],
            ),
            f'{name}("a")',
        ],
    ]
    if not (place.function or place.method or place.depth):
        counted = writer.calls.creation(Place(function=True, counters=("LABEL",)))
        named = writer.calls.creation(Place(function=True, names=("LABEL",)))
        ways += [
            ["LABEL = 0", (f"def {name}():", ["global LABEL", "LABEL += 1", f"return {counted}"]), *[f"{name}()"] * 2],
            [
                'LABEL = "a"',
                (f"def {name}():", ["global LABEL", f'LABEL = "{word}"']),
                *[f"{name}()"] * writer.chance(0.7),
                (f'with tf.name_scope("{scope}") as ns:', ["tf.identity(1.0, name=ns)", f"v = {named}"]),
            ],
        ]
    return writer.draw.choice(ways), place


def _in_scope(writer: Writer, place: Place) -> Block:
    """A variable, beside what keeps the scope around it as it is at times: a variable of the store, its own name."""
    keeps: list[Block] = [[], [f'k = tf.get_variable("{writer.fresh("k")}", [2])'], ["tf.identity(1.0, name=ns)"]]
    return [*writer.draw.choice(keeps), f"self.w = {writer.calls.creation(place)}"]


REBINDINGS: tuple[tuple[float, Callable[[Writer, Place], Statement]], ...] = ((0.6, rebound),)
