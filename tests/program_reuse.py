"""Scopes of random programs that are shared, entered again, found by name, given or not, or are about devices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from program_parts import NAMES, SCOPES, TARGETS, Block, Place, Statement, Writer

__all__ = ["REUSES"]


def _made(writer: Writer, place: Place, store: bool = False) -> Block:
    """A creation or two, and at times a variable of the store."""
    lines: Block = [
        f"{writer.draw.choice(TARGETS)} = {writer.calls.creation(place)}" for _ in range(writer.draw.randint(1, 2))
    ]
    if store or writer.chance(0.2):
        word = writer.draw.choice(["kernel", "k", "w", "b"])
        lines.insert(writer.draw.randint(0, len(lines)), f'k = tf.get_variable("{word}", [2])')
    return lines


def built_again(writer: Writer, place: Place) -> Statement:
    """The same block twice, or in a loop, in a scope that shares what the store holds."""
    scope = writer.calls.scope(place)
    inner = place.within()
    body = _made(writer, inner, store=True)
    auto = f"with tf.variable_scope({scope}, reuse=tf.AUTO_REUSE):"
    name, bound = writer.fresh("build"), f"with tf.variable_scope({scope}) as vs:"
    ways: tuple[Block, ...] = (
        [(auto, body), (auto, body)],
        [("for i in range(2):", [(auto, body)])],
        [(bound, body), ("with tf.variable_scope(vs, reuse=True):", body)],
        [(bound, [*body, "vs.reuse_variables()", *body])],
        [(bound, body), ("with tf.variable_scope(vs.name, reuse=True):", body)],
        [(f"def {name}():", body), (bound, [f"{name}()", "tf.get_variable_scope().reuse_variables()", f"{name}()"])],
        [
            (f"def {name}(reuse):", [(f"with tf.variable_scope({scope}, reuse=reuse):", body)]),
            f"{name}(None)",
            f"{name}(True)",
        ],
        [
            (f"def {name}(reuse):", [(f"with tf.variable_scope({scope}, reuse=reuse):", body)]),
            f"for i in range(2): {name}(i > 0)",
        ],
        [(f"def {name}():", [(auto, body)]), f"{name}()", f"{name}()"],
    )
    if "self." in scope or any(one in scope for one in (*place.names, *place.optional)):
        return list(writer.draw.choice(ways[:4])), place
    return writer.draw.choice(ways), place


def names_of_scopes(writer: Writer, place: Place) -> Statement:
    """Names that are put together from those of the scopes around them."""
    scope, word = writer.calls.scope(place), writer.draw.choice(NAMES)
    value = writer.calls.value(place)
    names = {
        "variable": (
            'vs.name + "/?"',
            "vs.name",
            'vs.name.split("/")[-1] + "_?"',
            'tf.get_variable_scope().name + "/?"',
        ),
        "name": ('scope + "?"', "scope", "scope[:-1]", 'tf.get_default_graph().get_name_scope() + "/?"'),
    }
    unique = writer.draw.choice(
        ['tf.get_default_graph().unique_name("?")', 'tf.get_default_graph().unique_name("?", False)']
    )
    kind, bound = writer.draw.choice([("variable", "vs"), ("name", "scope")])
    name = writer.draw.choice([*names[kind], unique]).replace("?", word)
    body: Block = [f"{writer.draw.choice(TARGETS)} = {writer.calls.spelled}({value}, name={name})"]
    if writer.chance(0.4):
        body += [f"v = {writer.calls.creation(place)}"]
    opened = f"with tf.{kind}_scope({scope}) as {bound}:"
    ways: tuple[Block, ...] = ([(opened, body)], [(opened, body)] * 2, [(opened, ["pass"]), *body])
    return writer.draw.choice(ways), place


def given_scope(writer: Writer, place: Place) -> Statement:
    """A function with a scope that is given or not."""
    name, word = writer.fresh("layer"), writer.draw.choice(SCOPES)
    inner = Place(depth=place.depth + 2, function=True, tensors=("x",), helpers=place.helpers)
    header = writer.draw.choice(
        [
            f'tf.variable_scope(scope or "{word}")',
            f'tf.variable_scope(scope, "{word}", [x])',
            f'tf.variable_scope(scope, default_name="{word}", values=[x])',
            f'tf.variable_scope(scope, "{word}", [x], reuse=reuse)',
            f'tf.name_scope(scope, "{word}", [x])',
            f'tf.name_scope(scope or "{word}")',
            f'tf.name_scope(name=scope, default_name="{word}", values=[x])',
            f'tf.variable_scope("{word}" if scope is None else scope)',
            f'tf.variable_scope(scope or "{word}", reuse=reuse)',
            f'tf.variable_scope(name_or_scope=scope, default_name="{word}")',
        ]
    )
    body: Block = [*_made(writer, inner), "return x"]
    calls = [
        f"y = {name}(1.0)",
        f"y = {name}(1.0)",
        f'y = {name}(1.0, scope="{writer.draw.choice(SCOPES)}")',
        f"y = {name}(1.0, {writer.calls.scope(place)})",
        f"y = {name}(1.0, None)",
    ]
    uses: Block = [*writer.draw.sample(calls, writer.draw.randint(1, 3))]
    if writer.chance(0.3):
        uses = [(f"with tf.variable_scope({writer.calls.scope(place)}):", uses)]
    return [(f"def {name}(x, scope=None, reuse=None):", [(f"with {header}:", body)]), *uses], place


def placed(writer: Writer, place: Place) -> Statement:
    """Devices by function, locations, and what leaves the scopes or conditions around it."""
    scope = writer.calls.scope(place)
    body = _made(writer, place.within())
    header = writer.draw.choice(
        [
            "tf.device(on_cpu)",
            'tf.device(lambda op: "/cpu:0")',
            "tf.device(None)",
            f'tf.name_scope({scope}), tf.device("/cpu:0")',
            f"tf.device(on_cpu), tf.variable_scope({scope})",
            "tf.control_dependencies(None)",
            "tf.init_scope()",
            "tf.get_default_graph().as_default()",
            "tf.get_default_graph().colocate_with(p)",
            "contextlib.suppress(KeyError)",
        ]
    )
    lines: Block = [(f"with {header}:", body)]
    if "(p)" in header:
        lines.insert(0, "p = tf.constant(1.0)")
    if writer.chance(0.4):
        lines = [
            (f"with tf.{writer.draw.choice(['name_scope', 'variable_scope'])}({writer.calls.scope(place)}):", lines)
        ]
    return lines, place


def spelled_scopes(writer: Writer, place: Place) -> Statement:
    """Scopes with several parts, with a slash behind them, with nothing; entered by hand."""
    one, other = writer.draw.choice(SCOPES), writer.draw.choice(SCOPES)
    body = _made(writer, place.within())
    kind = writer.draw.choice(["name_scope", "variable_scope"])
    ways: tuple[Block, ...] = (
        [(f'with tf.{kind}("{one}/{other}"):', body)] * writer.draw.randint(1, 2),
        [(f'with tf.name_scope("{one}/"):', body)] * writer.draw.randint(1, 2),
        [(f'with tf.name_scope("{one}"):', ["pass"]), (f'with tf.name_scope("{one}/"):', body)],
        [('with tf.name_scope(""):', body)],
        [(f'with tf.{kind}("{one}"):', [('with tf.name_scope(""):', body)])],
        [('with tf.variable_scope(""):', body)],
        [f'opened = tf.{kind}("{one}")', "opened.__enter__()", *body, "opened.__exit__(None, None, None)"],
        [(f'with tf.variable_scope("{one}") as vs:', ["pass"]), ('with tf.name_scope(vs.name + "/"):', body)],
        [
            (f'with tf.variable_scope("{one}") as vs:', ["pass"]),
            ("with tf.variable_scope(vs, auxiliary_name_scope=False):", body),
        ],
        [
            (f'with tf.variable_scope("{one}") as vs:', ["pass"]),
            ("with tf.variable_scope(vs), tf.name_scope(vs.original_name_scope):", body),
        ],
        [(f'with tf.{kind}("{one}"):', [("for i in range(2):", [(f'with tf.{kind}("{other}"):', body)])])],
        [(f'with tf.{kind}("{one}"):', [(f'with tf.{kind}("{other}"):', body), (f'with tf.{kind}("{other}"):', body)])],
    )
    return writer.draw.choice(ways), place


def numbered(writer: Writer, place: Place) -> Statement:
    """Names out of counters that the program keeps."""
    word, value = writer.draw.choice(NAMES), writer.calls.value(replace(place, shapes=()))
    name = writer.draw.choice([f'next_name("{word}")', f'"{word}_%d" % next(NUMBERS)', f'f"{word}{{next(NUMBERS)}}"'])
    made = f"{writer.calls.spelled}({value}, name={name})"
    asked = 'tf.get_default_graph().unique_name("s")'
    scope = writer.draw.choice(['next_name("s")', '"s%d" % next(NUMBERS)', asked, f"{asked[:-1]}, False)"])
    ways: tuple[Block, ...] = (
        [f"v = {made}", f"w = {made}"],
        [("for _ in range(2):", [f"v = {made}"])],
        [(f"with tf.name_scope({scope}):", _made(writer, place.within()))] * 2,
        [(f"with tf.variable_scope({scope}):", _made(writer, place.within()))],
        [f"counted = {scope}", ("with tf.variable_scope(counted):", _made(writer, place.within()))],
        [("for _ in range(2):", [(f"with tf.variable_scope({scope}):", _made(writer, place.within().within()))])],
    )
    return writer.draw.choice(ways), place


REUSES: tuple[tuple[float, Callable[[Writer, Place], Statement]], ...] = (
    (0.6, built_again),
    (0.5, names_of_scopes),
    (0.8, given_scope),
    (0.5, placed),
    (0.6, spelled_scopes),
    (0.3, numbered),
)
