"""Who holds the variables of random programs: dictionaries given to models, lazy properties, class hierarchies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from program_parts import NAMES, SCOPES, Block, Place, Statement, Writer
from program_twins import made

__all__ = ["HOLDERS"]


def _inside(place: Place, *names: str, **more: tuple[str, ...]) -> Place:
    return Place(depth=place.depth + 2, function=True, names=names, helpers=place.helpers, **more)


def _method(place: Place, *names: str, **more: tuple[str, ...]) -> Place:
    return replace(_inside(place, *names, **more), method=True)


def weights_and_biases(writer: Writer, place: Place) -> Statement:
    """Dictionaries of weights and biases under the same keys, which a model function is given."""
    model, keys = writer.fresh("multilayer"), writer.draw.sample(["h1", "h2", "wc1", "out", "b1"], 2)
    more = "b" if writer.chance(0.3) else ""
    weights = ", ".join(f'"{key}": {made(writer, place)}' for key in keys)
    biases = ", ".join(f'"{more}{key}": {made(writer, place)}' for key in keys)
    layers: Block = [f'x = tf.add(x * weights["{key}"], biases["{more}{key}"])' for key in keys]
    if writer.chance(0.3):
        layers = [(f'with tf.name_scope("{writer.draw.choice(SCOPES)}"):', layers)]
    define: Block = [(f"def {model}(x, weights, biases):", [*layers, "return x"])]
    tables: Block = [f"weights = {{{weights}}}", f"biases = {{{biases}}}"]
    use: Block = [f"pred = {model}(tf.ones([2]), weights, biases)"]
    build = writer.fresh("params")
    ways: tuple[Block, ...] = (
        [*define, *tables, *use],
        [*tables, *define, *use, *use],
        [*define, (f"def {build}():", [*tables, "return weights, biases"]), f"weights, biases = {build}()", *use],
        [*define, (f"def {build}():", [*tables, *use, "return pred"]), f"{build}()", f"{build}()"],
        [*define, (f'with tf.name_scope("{writer.draw.choice(SCOPES)}"):', tables), *use],
        [*define, f"params = [{{{weights}}}, {{{biases}}}]", f"pred = {model}(tf.ones([2]), *params)"],
    )
    return writer.draw.choice(ways), place


def autoencoder(writer: Writer, place: Place) -> Statement:
    """A class whose weights are dictionaries in a dictionary, made by a method and read by others."""
    name, inner = writer.fresh("Autoencoder"), _method(place)
    weights = ", ".join(f"{key}={made(writer, inner)}" for key in ("h1", "h2"))
    table = writer.draw.choice(
        [
            [f'every["weights"] = dict({weights})', f'every["biases"] = dict({weights})'],
            [f'every["weights"] = {{"h1": {made(writer, inner)}, "h2": {made(writer, inner)}}}'],
            [f'every["w1"] = {made(writer, inner)}', f'every["b1"] = {made(writer, inner)}'],
            [('for key in ("w1", "w2"):', [f"every[key] = {made(writer, replace(inner, words=('key',)))}"])],
        ]
    )
    scope = writer.draw.choice(["pass", "self.number = 1"])
    body: Block = [
        ("def __init__(self, rate=0.1):", ["self.rate = rate", scope, "self._create()", "self._loss()"]),
        ("def _create(self):", ["self.weights = self._initialize()", "self.z = self._encode()"]),
        ("def _initialize(self):", ["every = dict()", *table, "return every"]),
        ("def _encode(self):", [f"z = {made(writer, inner)}", "return z * 2.0"]),
        ("def _loss(self):", ["self.loss = tf.reduce_sum(self.z)", "self.count = len(self.weights)"]),
    ]
    uses = writer.draw.choice([[f"{name}()"], [f"{name}()", f"{name}(0.2)"], [f"nets = [{name}() for _ in range(2)]"]])
    return [(f"class {name}(object):", body), *uses], place


def lazy(writer: Writer, place: Place) -> Statement:
    """Properties that make a variable when it is asked for, once."""
    name, inner = writer.fresh("Lazily"), _method(place, "self.name")
    one, other = made(writer, inner), made(writer, inner)
    ways: tuple[Block, ...] = (
        [("if self._w is None:", [f"self._w = {one}"]), "return self._w"],
        [("if not hasattr(self, '_v'):", [f"self._v = {one}"]), "return self._v"],
        [("if 'w' not in self.made:", [f"self.made['w'] = {one}"]), "return self.made['w']"],
        [(f"with tf.name_scope({writer.draw.choice(['self.name', repr('lazy')])}):", [f"return {one}"])],
        [
            ("try:", ["return self._v"]),
            ("except AttributeError:", [f"self._v = {one}", "return self._v"]),
        ],
    )
    body: Block = [
        ("def __init__(self, name):", ["self.name, self._w, self.made = name, None, {}"]),
        "@property",
        ("def w(self):", writer.draw.choice(ways)),
        "@property",
        ("def b(self):", [f"return {other}" if writer.chance(0.3) else "return self.w + 1.0"]),
    ]
    uses: tuple[Block, ...] = (
        [f"held = {name}({writer.calls.scope(place)})", "y = held.w * held.w + held.b"],
        [f'first, second = {name}("a"), {name}("b")', "y = first.w + second.w + first.w"],
        [f'held = {name}("a")', (f'with tf.variable_scope("{writer.draw.choice(SCOPES)}"):', ["y = held.w"]), "held.w"],
    )
    return [(f"class {name}(object):", body), *writer.draw.choice(uses)], place


def factories(writer: Writer, place: Place) -> Statement:
    """Class methods, static methods, lambdas and partial functions that make variables for others."""
    name, inner = writer.fresh("Make"), _method(place, "name")
    made_, plain = made(writer, inner), made(writer, _method(place))
    method = writer.draw.choice(["@staticmethod", "@classmethod"])
    first = "cls, " if method == "@classmethod" else ""
    body: Block = [
        method,
        (f'def weight({first}name="{writer.draw.choice(NAMES)}"):', [f"return {made_}"]),
        method,
        (f"def layer({first}x, name):", [f"w = {name}.weight(name)", f"b = {plain}", "return x * w + b"]),
    ]
    word, other = writer.calls.name(place), writer.calls.name(place)
    short = writer.fresh("short")
    ways: tuple[Block, ...] = (
        [f"w = {name}.weight({word})", f"b = {name}.weight()"],
        [f"y = {name}.layer({name}.layer(1.0, {word}), {other})"],
        [("for i in range(2):", [f'y = {name}.layer(1.0, "l%d" % i)'])],
        [f"{short} = {name}.weight", f"w = {short}({word})", f"b = {short}()"],
        [f"{short} = functools.partial({name}.weight, name={word})", f"w = {short}()", f"b = {short}(name={other})"],
        [f"{short} = lambda name=None: {made_}", f"w = {short}({word})", f"b = {short}()"],
        [f"{short} = lambda: {name}.weight({word})", f"ws = [{short}() for _ in range(2)]"],
        [
            f"{short} = functools.partial({writer.calls.spelled}, tf.zeros([2]), trainable=False)",
            f"w = {short}(name={word})",
            f"b = {short}()",
        ],
    )
    return [(f"class {name}(object):", body), *writer.draw.choice(ways)], place


def hierarchy(writer: Writer, place: Place) -> Statement:
    """Classes above one another, each of which builds what those above build and more."""
    names = [writer.fresh(stem) for stem in ("Base", "Middle", "Top")]
    inner = _method(place, "self.name")
    scope = f"with tf.{writer.draw.choice(['name_scope', 'variable_scope'])}(self.name):"
    lines: Block = []
    above = ""
    for name in names:
        own: Block = [f"self.{writer.draw.choice(['w', 'b', 'v'])} = {made(writer, inner)}"]
        call = writer.draw.choice(["super().build()", f"super({name}, self).build()"])
        if above:
            own = [call, *own] if writer.chance(0.7) else [*own, call]
        if writer.chance(0.4):
            own = [(scope, own)]
        body: Block = [("def build(self):", [*own, "return self"])]
        if not above:
            init = ["self.name = name", *["self.build()"] * writer.chance(0.6)]
            body.insert(0, (f"def __init__(self, name='{writer.draw.choice(SCOPES)}'):", init))
        lines.append((f"class {name}({above or 'object'}):", body))
        above = name
    uses = writer.draw.sample([f"{one}{more}" for one in names for more in ("()", '("a")', '("b").build()')], 2)
    return [*lines, *uses], place


def by_attribute(writer: Writer, place: Place) -> Statement:
    """Layers that objects keep under computed names and in lists, found again by these."""
    name, inner = writer.fresh("Stacked"), _method(place, counters=("i",))
    one, other = made(writer, inner), made(writer, inner)
    ways: tuple[Block, ...] = (
        [
            ("for i in range(2):", [f'setattr(self, "w%d" % i, {one})', f'setattr(self, "b%d" % i, {other})']),
            "self.y = self.w0 + self.b1",
        ],
        [("for i in range(2):", [f'self.__dict__["w%d" % i] = {one}']), "self.y = self.w1"],
        [
            "self.weights, self.biases = [], []",
            ("for i in range(2):", [f"self.weights.append({one})", f"self.biases.append({other})"]),
            ("for w, b in zip(self.weights, self.biases):", ["self.y = w + b"]),
        ],
        ["self.layers = []", ("for i in range(2):", [f"w, b = {one}, {other}", "self.layers.append((w, b))"])],
        ["self.params = {}", ("for i in range(2):", [f'self.params.update({{"w%d" % i: {one}}})'])],
    )
    body: Block = [("def __init__(self, i=0):", writer.draw.choice(ways))]
    return [(f"class {name}(object):", body), *[f"{name}()"] * writer.draw.randint(1, 2)], place


def variable_or_not(writer: Writer, place: Place) -> Statement:
    """Functions that give a variable or a constant, or one that was registered before."""
    name, store, inner = writer.fresh("param"), writer.fresh("PARAMS"), _inside(place, "name")
    one = made(writer, inner)
    word, other = writer.calls.name(place), writer.calls.name(place)
    ways: tuple[Block, ...] = (
        [(f"def {name}(name, train=True):", [f"return {one} if train else tf.constant(0.1, name=name)"])],
        [(f"def {name}(name, train=True):", [("if not train:", ["return tf.constant([0.1, 0.1])"]), f"return {one}"])],
        [
            f"{store} = {{}}",
            (
                f"def {name}(name, *args, **kwargs):",
                [("if name not in " + store + ":", [f"{store}[name] = {one}"]), f"return {store}[name]"],
            ),
        ],
        [
            f"{store} = collections.OrderedDict()",
            (f"def {name}(name, *rest):", [f"v = {one}", f"{store}[v.op.name] = v", "return v"]),
        ],
        [
            f"{store} = []",
            (
                f"def {name}(name, *args):",
                [f"{store}.append({writer.calls.spelled}(tf.zeros([2]), name=name))", f"return {store}[-1]"],
            ),
        ],
    )
    return [
        *writer.draw.choice(ways),
        f"w = {name}({word})",
        f"b = {name}({other}, False)",
        f"v = {name}({word})",
    ], place


HOLDERS: tuple[tuple[float, Callable[[Writer, Place], Statement]], ...] = (
    (0.6, weights_and_biases),
    (0.4, autoencoder),
    (0.5, lazy),
    (0.5, factories),
    (0.5, hierarchy),
    (0.4, by_attribute),
    (0.5, variable_or_not),
)
