"""What random programs make or name so that a reader of them cannot tell: by strings, by what is called, elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from program_calls import Expressions
from program_parts import NAMES, TARGETS, Block, Place, Statement

__all__ = ["UNKNOWNS"]


def unseen(calls: Expressions, place: Place) -> Statement:
    """Variables that no visible call of `tf.Variable` makes, or whose arguments do not show."""
    word, other = calls.draw.choice(NAMES), calls.draw.choice(NAMES)
    made = calls.draw.choice(
        (
            f'getattr(tf, "Variable")(0.0, name="{word}")',
            'getattr(tf, "Variable")(0.0)',
            f"eval('tf.Variable(0.0, name=\"{word}\")')",
            'eval("tf.Variable(0.0)")',
            f'list(map(tf.Variable, [0.0, 1.0]))[0], "{other}"',
            f'Registry.make(0.0, name="{word}")',
            "Registry().make(0.0)",
            f'made_by(0.0, name="{word}")',
            "made_by(0.0)",
            f'{{"a": tf.Variable}}["a"](0.0, name="{word}")',
            f'functools.partial(tf.Variable, name="{word}")(0.0)',
        )
    )
    return [f"{calls.draw.choice(TARGETS)} = {made}"], place


def odd_op(calls: Expressions, place: Place) -> Statement:
    """Ops that are named by their place among the arguments, by arguments in a dictionary, or by who knows what."""
    word = calls.draw.choice(NAMES)
    line = calls.draw.choice(
        (
            f'y = tf.identity(1.0, "{word}")',
            f'y = tf.placeholder(tf.float32, [2], "{word}")',
            f'y = tf.identity(1.0, **dict(name="{word}"))',
            f'y = tf.add(1.0, 2.0, name=same("{word}"))',
            f'y = tf.add(1.0, 2.0, name=same("{word}") + "_1")',
            "y = tf.identity(1.0, name=LISTED[0])",
        )
    )
    return [line], place.knows("y")


def elsewhere(calls: Expressions, place: Place) -> Statement:
    """Scopes that a module of the program opens, which makes no variable itself."""
    scope, made = calls.scope(place), calls.creation(place)
    target = calls.draw.choice(TARGETS)
    statements: tuple[Block, ...] = (
        [f"{target} = scopes.within({scope}, lambda: {made})"],
        [(f"with scopes.entered({scope}):", [f"{target} = {made}"])],
        [(f"with scopes.opened({scope}):", [f"{target} = {made}"])],
        [(f"with scopes.graph.name_scope({scope}):", [f"{target} = {made}"])],
    )
    return calls.draw.choice(statements), place


def held(calls: Expressions, place: Place) -> Statement:
    """Scopes that are made before they are entered, are handed on, or are entered again by what stands behind `as`."""
    scope, made = calls.scope(place), calls.creation(place)
    kind = calls.draw.choice(("name_scope", "variable_scope"))
    target = calls.draw.choice(TARGETS)
    body: Block = [f"{target} = {made}"]
    statements: tuple[Block, ...] = (
        [f"held = tf.{kind}({scope})", ("with held:", body)],
        [f"held_in(tf.{kind}({scope}))", f"held_in(tf.{kind}({scope}))"],
        [(f"with tf.name_scope({scope}) as again:", ["pass"]), ("with tf.name_scope(again):", body)],
        [
            (f"with tf.variable_scope({scope}) as again:", body),
            (f"with tf.variable_scope({calls.scope(place)}):", [("with tf.variable_scope(again):", body)]),
        ],
        [
            (f"with tf.variable_scope({scope}) as again:", body),
            ("with tf.name_scope(again.original_name_scope):", body),
        ],
        [f"Holder({scope}).build()", f"Holder({scope}).build()"],
        [f"Holder(None).build({scope})"],
    )
    return calls.draw.choice(statements), place


def forms(calls: Expressions, place: Place) -> Statement:
    """Creations in forms of code that few have: nested comprehensions, functions defined twice, cached ones."""
    one, other = calls.creation(place), calls.creation(place)
    counted = calls.creation(replace(place, counters=(*place.counters, "i", "j")))
    looped = calls.creation(replace(place, counters=(*place.counters, "i")))
    target = calls.draw.choice(TARGETS)
    statements: tuple[Block, ...] = (
        [f"{target} = [[{counted} for j in range(2)] for i in range(2)]"],
        [f"{target} = [{counted} for i in range(2) for j in range(2) if i != j]"],
        [f"{target}, other = ({looped} for i in range(2))"],
        [f"{target}, other = [{one}, {other}]"],
        [(f"if ({target} := {one}) is not None:", [f"other = {other}"])],
        [
            ("if FLAG:", [("def chosen():", [f"return {one}"])]),
            ("else:", [("def chosen():", [f"return {other}"])]),
            f"{target} = chosen()",
            f"{target} = chosen()",
        ],
        ["@functools.lru_cache(None)", ("def cached(n):", [f"return {one}"]), "cached(1)", "cached(1)", "cached(2)"],
        [("def pair():", [f"return {one}, {other}"]), f"{target}, other = pair()", "first, second = pair()"],
        [("def several():", [f"yield {one}", f"yield {other}"]), f"{target}, other = several()"],
        [("def given(*, make=lambda: None):", [f"return make() or {one}"]), f"given(make=lambda: {other})", "given()"],
        [f"{target} = {one}", f"{target} = {target} if FLAG else {other}", f"del {target}"],
        [("def outer():", [("def inner():", [f"return {one}"]), "return inner"]), "outer()()", f"{target} = outer()()"],
    )
    return calls.draw.choice(statements), place


UNKNOWNS: tuple[tuple[float, Callable[[Expressions, Place], Statement]], ...] = (
    (0.4, unseen),
    (0.6, odd_op),
    (0.5, elsewhere),
    (0.6, held),
    (1.0, forms),
)
