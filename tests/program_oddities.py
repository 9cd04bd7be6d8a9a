"""Statements of random programs that reach variables, scopes and names by ways that few programs take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from program_calls import Expressions
from program_parts import NAMES, TARGETS, Block, Place, Statement

__all__ = ["ODDITIES"]


def implicit(calls: Expressions, place: Place) -> Statement:
    """Code that no call names: properties, subscripts, operators, data classes, calls of objects."""
    name = calls.name(place)
    made = calls.draw.choice(("Lazy().w", f"Lazy()[{name}]", "Lazy() >> 1.0", "Lazy()()", "Fields()", "Scoped()"))
    return [f"{calls.draw.choice(TARGETS)} = {made}"], place


def by_string(calls: Expressions, place: Place) -> Statement:
    """Functions that a string names."""
    made = calls.draw.choice(
        ('globals()["make_by_name"]()', 'eval("make_by_name()")', 'getattr(Lazy(), "ma" + "ke")()', 'MAKERS["b"]()')
    )
    return [f"{calls.draw.choice(TARGETS)} = {made}"], place


def odd_scope(calls: Expressions, place: Place) -> Statement:
    """Scopes that are chosen, listed, stacked, or entered on a graph; decorators that open one."""
    one, other = calls.scope(place), calls.scope(place)
    made = calls.creation(place)
    body: Block = [f"{calls.draw.choice(TARGETS)} = {made}"]
    first = calls.draw.choice([f"tf.name_scope({one})", f"tf.variable_scope({one})"])
    second = calls.draw.choice([f"tf.name_scope({other})", f"tf.variable_scope({other})"])
    statements: tuple[Block, ...] = (
        [(f"with ({first} if {calls.draw.choice(place.flags)} else {second}):", body)],
        [(f"for entered in [{first}, {second}]:", [("with entered:", body)])],
        [(f"with tf.get_default_graph().name_scope({one}):", body)],
        [
            (
                f"with tf.name_scope({one}, 'dense', [tf.constant(1.0)]) as scope:",
                [*body, "tf.identity(1.0, name=scope)"],
            )
        ],
        [(f"with tf.variable_scope(None, {one}, [tf.constant(1.0)]):", body)],
        [("with tf.control_dependencies([tf.no_op()]):", body)],
        [("with contextlib.ExitStack() as stack:", [f"stack.enter_context({first})", *body])],
        ["@scoped", ("def decorated():", [f"return {made}"]), "decorated()", "decorated()"],
    )
    return calls.draw.choice(statements), place


def odd_name(calls: Expressions, place: Place) -> Statement:
    """Names that may be None, that have folders, that a registry counts or another variable's name is a part of."""
    inner = replace(place, names=())
    value = calls.value(inner)
    statements: tuple[Block, ...] = (
        [('for label in ["a", None, None]:', [f"tf.Variable({value}, name=label)"])],
        ['labels = {0: "a"}', ("for i in range(2):", [f"tf.Variable({value}, name=labels.get(i))"])],
        [('for label in ["a/w", "b/w"]:', [f"tf.Variable({value}, name=label)"])],
        [f"tf.Variable({value}, name=Named().name)", f'tf.Variable({value}, name=Named("w").name)'],
        [f"tf.Variable({value}, name=counted({calls.name(place)}))" for _ in range(2)],
        [("for v in tf.global_variables()[:2]:", [f'tf.Variable({value}, name=v.name.split(":")[0] + "_d")'])],
        [("for i in range(2):", [f'tf.Variable({value}, name="{calls.draw.choice(NAMES)}%d" % (i + 1))'])],
    )
    return calls.draw.choice(statements), place


def odd_search(calls: Expressions, place: Place) -> Statement:
    """Variables that are found or ordered by their names."""
    copy = "tf.Variable(v.initialized_value(), name={})"
    name = calls.draw.choice(('"Variable"', '"Variable_1"', '"w"', '"s/w"'))
    statements: tuple[Block, ...] = (
        [("for v in sorted(tf.global_variables(), key=lambda v: v.name)[:2]:", [copy.format('"sorted"')])],
        ["found = {v.op.name: v for v in tf.global_variables()}", (f"if {name} in found:", [f"v = found[{name}]"])],
        [(f"for v in [v for v in tf.global_variables() if v.op.name == {name}]:", [copy.format('"found"')])],
        [
            ("try:", [f'y = tf.get_default_graph().get_tensor_by_name({name[:-1]}/read:0")']),
            ("except KeyError:", ['tf.Variable(0.0, name="missing")']),
        ],
    )
    return calls.draw.choice(statements), place


ODDITIES: tuple[tuple[float, Callable[[Expressions, Place], Statement]], ...] = (
    (0.4, implicit),
    (0.3, by_string),
    (0.6, odd_scope),
    (0.6, odd_name),
    (0.3, odd_search),
)
