"""Functions of random programs that end early, begin again, or run what they are given: flow that is easily misread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from program_parts import NAMES, TARGETS, Block, Place, Statement, Writer

__all__ = ["FLOWS"]


def _function(place: Place, *names: str, **more: tuple[str, ...]) -> Place:
    return Place(depth=place.depth + 2, function=True, names=names, helpers=place.helpers, **more)


def early_end(writer: Writer, place: Place) -> Statement:
    """A function with more than one way out."""
    name = writer.fresh("get")
    inner = _function(place, flags=("kind", "not kind", *place.flags))
    one, other = writer.calls.creation(inner), writer.calls.creation(inner)
    third = f"v = {writer.calls.creation(inner)}"
    flag = writer.draw.choice(inner.flags)
    ways: tuple[Block, ...] = (
        [(f"if {flag}:", [f"return {one}"]), f"return {other}"],
        [f"v = {one}", (f"if {flag}:", ["return v"]), f"w = {other}", "return w"],
        [("for i in range(3):", [(f"if {flag}:", [f"return {one}"]), third]), f"return {other}"],
        [("while True:", [third, ("if v is not None:", [f"return {one}"])])],
        [("try:", [f"return {one}"]), ("finally:", [third])],
        [
            ("try:", [("if kind:", ["raise KeyError"]), f"v = {one}"]),
            ("except KeyError:", [f"v = {other}"]),
            "return v",
        ],
        [("try:", [f"v = {one}"]), ("except KeyError:", ["raise"]), ("else:", [f"w = {other}"]), "return v"],
        [f"if not {flag}: return", f"return {one}"],
        [
            ("with contextlib.suppress(KeyError):", [f"v = {one}", ("if kind:", ["raise KeyError"]), f"v = {other}"]),
            "return v",
        ],
    )
    calls = [f"{name}()", f"{name}(True)", f"{writer.draw.choice(TARGETS)} = {name}(kind=False)"]
    return [
        (f"def {name}(kind=False):", writer.draw.choice(ways)),
        *writer.draw.sample(calls, writer.draw.randint(1, 2)),
    ], place


def kept(writer: Writer, place: Place) -> Statement:
    """Variables that are made when they are asked for, and kept in globals, caches, cells and parameters."""
    name, store = writer.fresh("cached"), writer.fresh("CACHE")
    inner = _function(place, "key")
    made, plain = writer.calls.creation(inner), writer.calls.creation(_function(place))
    first, second = writer.calls.name(place), writer.calls.name(place)
    keyed: Block = [f"{name}({first})", f"{name}({second})"]
    ways: list[Block] = [
        [
            f"{store} = {{}}",
            (f"def {name}(key):", [(f"if key not in {store}:", [f"{store}[key] = {made}"]), f"return {store}[key]"]),
            *keyed,
        ],
        [f"{store} = {{}}", (f"def {name}(key):", [f"return {store}.setdefault(key, {made})"]), *keyed],
        [
            f"{store} = {{}}",
            (
                f"def {name}(key):",
                [("try:", [f"return {store}[key]"]), ("except KeyError:", [f"{store}[key] = {made}"])],
            ),
            *keyed,
        ],
        [(f"def {name}(w=None):", [("if w is None:", [f"w = {plain}"]), "return w"]), f"w = {name}()", f"{name}(w)"],
        [
            (
                f"def {name}():",
                [f"v = {plain}", ("def inner():", ["nonlocal v", f"v = {plain}", "return v"]), "return inner()"],
            ),
            f"{name}()",
        ],
        [("class Held:", [f"made = {plain}", f"also = [{plain}]"]), "y = Held.made, Held.also"],
    ]
    if not place.function and not place.method and not place.depth:
        lazy: Block = [f"global {store}", (f"if {store} is None:", [f"{store} = {plain}"]), f"return {store}"]
        ways.append([f"{store} = None", (f"def {name}():", lazy), f"{name}()", f"{name}()"])
        ways.append([("try:", [store]), ("except NameError:", [f"{store} = {plain}"])])
    return writer.draw.choice(ways), place


def recursive(writer: Writer, place: Place) -> Statement:
    """A function that calls itself until a count is used up."""
    name = writer.fresh("stack")
    inner = _function(place, tensors=("x",), counters=("n",))
    made = writer.block(inner, writer.size(2))
    again = f"{name}(x, n - 1)"
    kind = writer.draw.choice(["name_scope", "variable_scope"])
    ways: tuple[Block, ...] = (
        [("if n == 0:", ["return x"]), *made, f"return {again}"],
        [("if n > 0:", [f"x = {again}"]), *made, "return x"],
        [("if n == 0:", ["return x"]), (f"with tf.{kind}({writer.calls.scope(inner)}):", [*made, f"return {again}"])],
        [*made, f"return {again} if n else x"],
    )
    return [(f"def {name}(x, n):", writer.draw.choice(ways)), f"y = {name}(1.0, {writer.draw.randint(0, 2)})"], place


def closures(writer: Writer, place: Place) -> Statement:
    """Functions in lists and tables, run later and elsewhere."""
    inner = replace(place, words=(*place.words, "n"))
    made, plain = writer.calls.creation(inner), writer.calls.creation(place)
    name = writer.fresh("thunk")
    scope = writer.calls.scope(place)
    ways: tuple[Block, ...] = (
        [f"fns = [lambda n=n: {made} for n in WORDS]", "vs = [fn() for fn in fns]"],
        [
            "fns = []",
            ("for n in WORDS:", [(f"def {name}(n=n):", [f"return {made}"]), f"fns.append({name})"]),
            "fns[0]()",
        ],
        [f"fns = {{'a': lambda: {plain}, 'b': lambda: {plain}}}", ("for key in sorted(fns):", ["fns[key]()"])],
        [
            (f"def {name}():", [f"return {plain}"]),
            f"thunk = {name}",
            (f"with tf.name_scope({scope}):", ["v = thunk()"]),
            (f"with tf.variable_scope({scope}):", ["v = thunk()"]),
        ],
        [f"y = functools.reduce(lambda x, n: [x, {made}], WORDS, 0)"],
        [f"vs = list(map(lambda n: {made}, WORDS))"],
        [f"vs = [v for v in map(lambda n: {made}, WORDS) if v is not None]"],
        [f"first, *others = [{made} for n in WORDS]"],
        [f"vs = dict(zip(WORDS, [{made} for n in WORDS]))"],
    )
    return writer.draw.choice(ways), place


def starred(writer: Writer, place: Place) -> Statement:
    """Functions with starred parameters, and calls with starred arguments."""
    name, word = writer.fresh("weight"), writer.draw.choice(NAMES)
    spell = writer.calls.spelled
    text = writer.calls.name(place)
    ways: tuple[Block, ...] = (
        [
            (f"def {name}(*shape, **more):", [f"return {spell}(tf.zeros(shape), name=more.get('name'))"]),
            f"{name}(2, 3)",
            f"{name}(2, name={text})",
        ],
        [
            (
                f"def {name}(*shape, **more):",
                [f'return {spell}(tf.zeros(list(shape)), name=more.pop("name", "{word}"))'],
            ),
            f"{name}(2, name={text})",
            f"{name}(2)",
        ],
        [
            (f"def {name}(shape, name='{word}', **more):", [f"return {spell}(tf.zeros(shape), name=name, **more)"]),
            f"{name}([2])",
            f"{name}([2], trainable=False)",
            f"{name}(**{{'shape': [2], 'name': {text}}})",
        ],
        [(f"def {name}(shape, name):", [f"return {spell}(tf.zeros(shape), name=name)"]), f"{name}(*([2], {text}))"],
        [
            (f"def {name}(shape, name):", [f"return {spell}(tf.zeros(shape), name=name)"]),
            f"for given in [([2], {text}), ([3], 'b')]: {name}(*given)",
        ],
        [
            (f"def {name}(shape, name=None):", [f"return {spell}(tf.zeros(shape), name=name)"]),
            f"given = dict(shape=[2], name={text})",
            f"{name}(**given)",
            f"{name}(shape=[2])",
        ],
    )
    return writer.draw.choice(ways), place


def gathered(writer: Writer, place: Place) -> Statement:
    """Variables that end up in containers by all the ways in which things do."""
    one, other = writer.calls.creation(place), writer.calls.creation(place)
    looped = writer.calls.creation(replace(place, counters=(*place.counters, "i")))
    ways: tuple[Block, ...] = (
        ["ws = []", f"ws += [{one}]", f"ws.extend([{other}])"],
        ["ws = []", f"ws.extend({looped} for i in range(2))"],
        ["ws = []", f"ws.insert(0, {one})", f"ws[0:0] = [{other}]"],
        ["d = {}", f'd.setdefault("w", {one})', f'd.update({{"b": {other}}})'],
        ['d = {"a": {}}', f'd["a"]["w"] = {one}', f'd["b"] = [{other}]'],
        [f"ws = [{one}] * 2", f"ws = ws + [{other}]"],
        [f"d = dict.fromkeys(WORDS, {one})"],
        [f"w = v = {one}", f"w, (v, b) = {other}, ({one}, 1)"],
        [f"first, *others = {one}, {other}"],
        [f"d = {{**{{'w': {one}}}, 'b': {other}}}"],
        [f"ws = [*[{one}], {other}]"],
        [f"ws = tuple({looped} for i in range(2))"],
        [f"ws = zip(*[({looped}, {one}) for i in range(2)])", "ws, vs = ws"],
        ["ws = {}", ("for i in range(2):", [f'ws["w%d" % i], ws["b%d" % i] = {looped}, {other}'])],
        [f"y = sum(tf.cast(v, tf.float32) for v in [{one}, {other}])"],
        ["ws = [None] * 2", ("for i in range(2):", [f"ws[i] = {looped}"])],
    )
    return writer.draw.choice(ways), place


FLOWS: tuple[tuple[float, Callable[[Writer, Place], Statement]], ...] = (
    (0.6, early_end),
    (0.5, kept),
    (0.4, recursive),
    (0.5, closures),
    (0.5, starred),
    (0.6, gathered),
)
