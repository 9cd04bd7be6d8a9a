"""Loops of random programs over what is listed, and names that are put together above the call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from program_parts import NAMES, SCOPES, TARGETS, Block, Place, Statement, Writer

__all__ = ["TABLES"]

# Loops with what their bodies can use: strings, numbers, shapes.
_LOOPS: tuple[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    ("for n_in, n_out in zip(SIZES[:-1], SIZES[1:]):", (), (), ("[n_in, n_out]", "[n_out]")),
    ("for i, (n_in, n_out) in enumerate(zip(SIZES, SIZES[1:])):", (), ("i",), ("[n_in, n_out]", "[n_out]")),
    ("for i in range(len(SIZES) - 1):", (), ("i",), ("[SIZES[i], SIZES[i + 1]]",)),
    ('for i, (key, size) in enumerate([("a", 2), ("b", 3)]):', ("key",), ("i",), ("[size]",)),
    ('for key, size in [("a", 2), ("b", 3)]:', ("key",), (), ("[size]", "[size, 2]")),
    ('for key, shape in {"a": [2], "b": [3]}.items():', ("key",), (), ("shape",)),
    ('for key in sorted({"b": 1, "a": 2}):', ("key",), (), ()),
    ("for key, shape in LAYERS:", ("key",), (), ("shape",)),
    ("for i, (key, shape) in enumerate(LAYERS):", ("key",), ("i",), ("shape",)),
    ("for row in LAYERS:", ("row[0]",), (), ("row[1]",)),
    ("for i in reversed(range(2)):", (), ("i",), ()),
    ("for i in range(1, 3):", (), ("i",), ()),
    ("for i in range(0, 4, 2):", (), ("i",), ()),
    ("for i in range(len(WORDS)):", ("WORDS[i]",), ("i",), ()),
    ("for i, key in enumerate(WORDS, 1):", ("key",), ("i",), ()),
    ("for i, key in enumerate(WORDS, start=1):", ("key",), ("i",), ()),
    ('for key in "ab":', ("key",), (), ()),
    ('for key in ("enc", "dec"):', ("key",), (), ()),
    ('for key in ["w"]:', ("key",), (), ()),
    ("for key, i in zip(WORDS, range(2)):", ("key",), ("i",), ()),
    ('for key in [word + "_x" for word in WORDS]:', ("key",), (), ()),
    ('for key in ["l%d" % n for n in range(2)]:', ("key",), (), ()),
    ("for key, i in itertools.product(WORDS, [1, 2]):", ("key",), ("i",), ()),
    ('for key in list(WORDS) + ["c"]:', ("key",), (), ()),
    ("for key in set(WORDS[:1]):", ("key",), (), ()),
    ("for layer in CONFIG['layers']:", ("layer['name']",), (), ("layer['shape']",)),
    ("for n, row in enumerate(CONFIG['layers']):", ("row['name']",), ("n",), ("row['shape']",)),
    ('for key in "w b".split():', ("key",), (), ()),
)


def loop(writer: Writer, place: Place) -> Statement:
    """A loop over a table of layers, sizes or words."""
    header, words, counters, shapes = writer.draw.choice(_LOOPS)
    inner = place.within(
        words=(*place.words, *words), counters=(*place.counters, *counters), shapes=(*place.shapes, *shapes)
    )
    body = writer.block(inner, writer.size(3))
    if writer.chance(0.25):
        kind = writer.draw.choice(["name_scope", "variable_scope"])
        body = [(f"with tf.{kind}({writer.calls.scope(inner)}):", body)]
    return [(header, body)], place


def comprehension(writer: Writer, place: Place) -> Statement:
    """Variables in a dictionary or list, one for each of a table."""
    header, words, counters, shapes = writer.draw.choice(_LOOPS)
    inner = replace(place, words=words, counters=counters, shapes=shapes)
    made, target = writer.calls.creation(inner), writer.draw.choice(["weights", "ws", "params"])
    key = (*words, *counters, "len(SIZES)")[0]
    form = writer.draw.choice(["{{{key}: {made} {loop}}}", "[{made} {loop}]", "dict(({key}, {made}) {loop})"])
    return [f"{target} = {form.format(key=key, made=made, loop=header[:-1])}"], place


def names_above(writer: Writer, place: Place) -> Statement:
    """A name that is made on the lines above, and used once or twice."""
    word, other = writer.draw.choice(NAMES), writer.draw.choice(NAMES)
    flag = writer.draw.choice(place.flags)
    ways: tuple[Block, ...] = (
        [f'name = "{word}"'],
        [f'name = "{word}" if {flag} else "{other}"'],
        [(f"if {flag}:", [f'name = "{word}"']), ("else:", [f'name = "{other}"'])],
        [f'name = "{word}"', 'name += "_x"'],
        [f'name = "{word}"', (f"if {flag}:", [f'name = "{other}"'])],
        [f'name = "_".join(["{word}", "{other}"])'],
        [f'name = "/".join(["{writer.draw.choice(SCOPES)}", "{word}"])'],
        [f'name = "{{}}_{{}}".format("{word}", SIZE)'],
        [f'name = "{word}".lower()'],
        [f'name = {{"a": "{word}", "b": "{other}"}}["a"]'],
        [f'name = str("{word}")'],
        ["name = WORDS[0]"],
        [f'prefix = "{writer.draw.choice(SCOPES)}"', f'name = prefix + "/{word}"'],
        [f'name, other = "{word}", "{other}"'],
        ['name = os.path.join(PREFIX, "w")'],
        ["name = None"],
    )
    inner = replace(place, names=("name",), counters=(), words=())
    uses: Block = [
        f"{writer.draw.choice(TARGETS)} = {writer.calls.creation(inner)}" for _ in range(writer.draw.randint(1, 2))
    ]
    return [*writer.draw.choice(ways), *uses], place


def named_function(writer: Writer, place: Place) -> Statement:
    """A function that has a name of its own for what is given none."""
    name, word = writer.fresh("var"), writer.draw.choice(NAMES)
    starts: tuple[Block, ...] = (
        [f'name = name or "{word}"'],
        [("if name is None:", [f'name = "{word}"'])],
        [("if not name:", [f'name = "{word}"'])],
        [f'name = "{word}" if name is None else name'],
        [f'name = "{word}_%s" % name if name else "{word}"'],
        [],
    )
    inner = Place(depth=place.depth + 2, function=True, names=("name",), helpers=place.helpers)
    start = writer.draw.choice(starts)
    made = writer.calls.creation(inner if start else replace(inner, names=(), optional=("name",)))
    if writer.chance(0.3):
        made_in: Block = [(f"with tf.name_scope(name, '{writer.draw.choice(SCOPES)}'):", [f"return {made}"])]
    else:
        made_in = [f"return {made}"]
    calls = [f"{writer.draw.choice(TARGETS)} = {name}({text})" for text in ("", f'"{word}"', writer.calls.name(place))]
    return [
        (f"def {name}(name=None):", [*start, *made_in]),
        *writer.draw.sample(calls, writer.draw.randint(1, 3)),
    ], place


def spread(writer: Writer, place: Place) -> Statement:
    """Arguments that are passed on: keywords in a dictionary, the rest of a function's."""
    name, word = writer.fresh("var"), writer.calls.name(place)
    value = writer.calls.value(replace(place, shapes=()))
    make = writer.calls.spelled
    ways: tuple[Block, ...] = (
        [
            (f"def {name}(shape, **kwargs):", [f"return {make}(tf.zeros(shape), **kwargs)"]),
            f"{name}([2], name={word})",
            f"{name}([3])",
        ],
        [f'options = {{"name": {word}, "trainable": False}}', f"v = {make}(0.0, **options)"],
        ["options = dict(trainable=False)", f"v = {make}({value}, name={word}, **options)"],
        [(f"def {name}(*args, **kwargs):", [f"return {make}(*args, **kwargs)"]), f"{name}({value}, name={word})"],
        [
            (f"def {name}(value, *, name):", [f"return {make}(value, name=name)"]),
            f"{name}({value}, name={word})",
            f'{name}(0.0, name="w")',
        ],
        [
            (f"def {name}(value, suffix='', name='w'):", [f"return {make}(value, name=name + suffix)"]),
            f"{name}({value})",
            f"{name}(0.0, '_x')",
            f"{name}(0.0, name={word})",
        ],
        [f"shape_name = ([2, 3], {word})", f"v = {make}(tf.zeros(shape_name[0]), name=shape_name[1])"],
    )
    return writer.draw.choice(ways), place


TABLES: tuple[tuple[float, Callable[[Writer, Place], Statement]], ...] = (
    (2.5, loop),
    (0.8, comprehension),
    (1.0, names_above),
    (0.7, named_function),
    (0.5, spread),
)
