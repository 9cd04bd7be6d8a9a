"""Names of random programs that go through several hands: parameters, defaults, dictionaries, objects, registries."""

from __future__ import annotations

from collections.abc import Callable

from program_parts import NAMES, SCOPES, TARGETS, Block, Place, Statement, Writer

__all__ = ["CHAINS"]

_CALLED = ("", '"w"', '"b"', 'name="w"', 'name="W"', 'name="s/w"', "name=None", 'name="w_1"')


def chain(writer: Writer, place: Place) -> Statement:
    """A helper that calls a helper that calls one, each of which passes a name on or makes another of it."""
    word = writer.draw.choice(NAMES)
    inner, middle, outer = (writer.fresh(stem) for stem in ("variable", "weight", "layer"))
    given = Place(depth=place.depth + 2, function=True, optional=("name",))
    default = writer.draw.choice(["None", f'"{word}"'])
    passed = writer.draw.choice(
        ["name", "name=name", 'name or "w"', '"%s_w" % name', 'name and name + "_w"', "**{'name': name}", '"w"', ""]
    )
    further = writer.draw.choice(["name", "name=name", 'name="w"', "", 'name="b", trainable=False', "**more"])
    scope = writer.draw.choice(SCOPES)
    body: Block = [f"w = {middle}({further})", f"b = {inner}({writer.draw.choice(_CALLED)})", "return w"]
    headers = [f"with tf.name_scope(name or '{scope}'):", f"with tf.variable_scope(name, '{scope}'):"]
    if writer.chance(0.5):
        body = [(writer.draw.choice(headers), body)]
    lines: Block = [
        (f"def {inner}(name={default}, trainable=True):", [f"return {writer.calls.creation(given)}"]),
        (f"def {middle}(name=None, **options):", [f"return {inner}({', '.join(filter(None, [passed, '**options']))})"]),
        (f"def {outer}(name=None, **more):", body),
    ]
    if "**options" in passed or passed.startswith("**"):
        lines[1] = (f"def {middle}(name=None, trainable=True):", [f"return {inner}({passed})"])
    return [*lines, *_calls(writer, (outer, middle, outer), place)], place


def _calls(writer: Writer, helpers: tuple[str, ...], place: Place) -> Block:
    """Calls of helpers, under names that are passed or not."""
    calls: Block = []
    for _ in range(writer.draw.randint(1, 3)):
        passed = writer.draw.choice([*_CALLED, writer.calls.name(place)])
        line = f"{writer.draw.choice(TARGETS)} = {writer.draw.choice(helpers)}({passed})"
        calls.append(("for i in range(2):", [line]) if writer.chance(0.2) else line)
    return calls


def named_by_object(writer: Writer, place: Place) -> Statement:
    """Names that an object makes: a counter that is called, a property that counts, a prefix that it was given."""
    name, word = writer.fresh("Namer"), writer.draw.choice(NAMES)
    spell = writer.calls.spelled
    start: Block = ["self.prefix, self.number = prefix, 0"]
    count: Block = ["self.number += 1"]
    ways: tuple[tuple[Block, str], ...] = (
        ([("def __call__(self, word):", [*count, 'return "%s_%d" % (word, self.number)'])], f'namer("{word}")'),
        (["@property", ("def name(self):", [*count, f'return f"{word}{{self.number}}"'])], "namer.name"),
        ([("def of(self, word):", ['return self.prefix + "/" + word'])], f'namer.of("{word}")'),
        ([("def of(self, word=None):", ['return word and self.prefix + "_" + word'])], "namer.of()"),
        ([("def __next__(self):", [*count, "return self.prefix + str(self.number)"])], "next(namer)"),
        ([("def __getitem__(self, word):", ['return "_".join([self.prefix, word])'])], f'namer["{word}"]'),
        ([("def __str__(self):", ["return self.prefix"])], "str(namer)"),
        ([("def __getattr__(self, word):", ["return word"])], f"namer.{word}"),
    )
    methods, called = writer.draw.choice(ways)
    made = f"{spell}({writer.calls.value(Place())}, name={called})"
    again: Block = [f"w = {made}", f"v = {made}"]
    if writer.chance(0.3):
        again = [(f"with tf.{writer.draw.choice(['name_scope', 'variable_scope'])}({called}):", again)]
    if writer.chance(0.3):
        again = [("for i in range(2):", again)]
    init = ("def __init__(self, prefix='p'):", start)
    return [
        (f"class {name}(object):", [init, *methods]),
        f"namer = {name}({writer.draw.choice(['', writer.calls.scope(place)])})",
        *again,
    ], place


def configured(writer: Writer, place: Place) -> Statement:
    """Layers by a configuration: a table of keywords, functions that are found by a word, options with defaults."""
    build, word = writer.fresh("build"), writer.draw.choice(NAMES)
    given = Place(depth=place.depth + 2, function=True, names=("name",), shapes=("shape",))
    made: Block = [f"return {writer.calls.creation(given)}"]
    if writer.chance(0.4):
        made = [(f"with tf.{writer.draw.choice(['name_scope', 'variable_scope'])}(name):", made)]
    function = (f"def {build}(shape, name='{word}', **rest):", made)
    table = '[dict(shape=[2], name="a"), dict(shape=[3], name="b", rate=0.1)]'
    ways: tuple[Block, ...] = (
        [function, f"layers = [{build}(**options) for options in {table}]"],
        [function, (f"for options in {table}:", [f"w = {build}(**options)"])],
        [function, (f"for options in {table}:", [f"w = {build}(**dict(options, name='{word}'))"])],
        [function, (f"for options in {table}:", [f"w = {build}(options['shape'], options.get('name'))"])],
        [function, f"options = {{'name': {writer.calls.name(place)}}}", f"w = {build}([2], **options)"],
        [function, f"options = dict(name='{word}')", "options['name'] += '_x'", f"w = {build}([2], **options)"],
        [
            function,
            f"BUILDERS = {{'a': {build}, 'b': lambda shape, name='w': {build}(shape, name + '_b')}}",
            ("for key in sorted(BUILDERS):", ["w = BUILDERS[key]([2])"]),
        ],
        [
            function,
            f"spec = collections.namedtuple('spec', 'shape name')([2], {writer.calls.name(place)})",
            f"w = {build}(spec.shape, spec.name)",
            f"v = {build}(*spec)",
        ],
        [
            function,
            f"make = functools.partial({build}, [2], name='{word}')",
            "w = make()",
            f"v = make(name={writer.calls.name(place)})",
        ],
        [
            function,
            f"args = [2], {writer.calls.name(place)}",
            f"w = {build}(*args)",
            f"v = {build}(*args[:1])",
        ],
        [
            function,
            (f"for name, shape in (('a', [2]), ('{word}', [3])):", [f"w = {build}(shape, name)"]),
            f"v = {build}([2], name)",
        ],
    )
    return writer.draw.choice(ways), place


def nested(writer: Writer, place: Place) -> Statement:
    """Closures within closures, which make variables under names of the functions around them."""
    outer, word = writer.fresh("outer"), writer.draw.choice(NAMES)
    given = Place(depth=place.depth + 4, function=True, names=("name", "prefix"))
    made = writer.calls.creation(given)
    deepest: Block = [f"return {made}"]
    scope = f"with tf.{writer.draw.choice(['name_scope', 'variable_scope'])}(prefix):"
    if writer.chance(0.3):
        deepest = [(scope, deepest)]
    inner = ("def make(name):", deepest)
    ways: tuple[Block, ...] = (
        [inner, f'return make("{word}"), make("b")'],
        [inner, ("def build():", ["w = make('w')", "b = make(name=prefix)", "return w"]), "build()", "return build()"],
        [inner, "return make"],
        [inner, "return [make(word) for word in WORDS]"],
        [inner, ("if prefix == 's':", ["return make('w')"]), "return make(prefix + '_w')"],
        [inner, "w = None", ("try:", ["w = make('w')"]), ("finally:", ["b = make('b')"]), "return w"],
        [
            (
                "def again(n):",
                [("if n:", ["again(n - 1)"]), ("def make(name):", deepest), f'return make("{word}%d" % n)'],
            ),
            "return again(1)",
        ],
        [inner, (scope, ["return make('w')"])],
        [inner, ("if (w := make('w')) is not None:", ["b = make('b')"]), "return w"],
    )
    body = writer.draw.choice(ways)
    calls: Block = [f'x = {outer}("{writer.draw.choice(SCOPES)}")', f"y = {outer}(prefix={writer.calls.name(place)})"]
    if body[-1] == "return make":
        calls = [
            f'make = {outer}("s")',
            "w = make('w')",
            f"b = {outer}('p')({writer.calls.name(place)})",
            "v = make('w')",
        ]
    return [(f"def {outer}(prefix):", body), *calls[: writer.draw.randint(1, 4)]], place


def getters(writer: Writer, place: Place) -> Statement:
    """Scopes that hand what `get_variable` makes to a function of the program's, cut it up, or have a type for it."""
    scope, made = writer.calls.scope(place), writer.calls.creation(place)
    passes = "getter(name, *args, **kwargs)"
    bodies: tuple[Block, ...] = (
        [f"return {passes}"],
        ['kwargs["trainable"] = False', f"return {passes}"],
        ['return getter(name + "_x", *args, **kwargs)'],
        [f"v = {passes}", "return tf.identity(v)"],
    )
    given = writer.draw.choice(
        [
            "custom_getter=getter_of",
            "partitioner=tf.fixed_size_partitioner(1)",
            "dtype=tf.float64",
            "custom_getter=None",
        ]
    )
    lines: Block = []
    if given == "custom_getter=getter_of":
        lines = [("def getter_of(getter, name, *args, **kwargs):", writer.draw.choice(bodies))]
    body: Block = [f"{writer.draw.choice(TARGETS)} = {made}"]
    if writer.chance(0.4):
        body.append(f'k = tf.get_variable("{writer.fresh("k")}", [2])')
    return [*lines, (f"with tf.variable_scope({scope}, {given}):", body)], place


CHAINS: tuple[tuple[float, Callable[[Writer, Place], Statement]], ...] = (
    (0.6, chain),
    (0.5, named_by_object),
    (0.6, configured),
    (0.6, nested),
    (0.3, getters),
)
