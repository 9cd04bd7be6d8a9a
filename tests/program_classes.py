"""Classes of random programs, as models and layers are written: families, properties made once, layers in a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from program_parts import SCOPES, Block, Place, Statement, Writer

__all__ = ["CLASSES"]


def method(place: Place, *names: str, **more: tuple[str, ...]) -> Place:
    """The place within a method; `names` are expressions that it can use as strings."""
    return Place(depth=place.depth + 2, function=True, method=True, names=names, helpers=place.helpers, **more)


def parts_made_once(writer: Writer, place: Place) -> Statement:
    """A model whose parts are properties that a decorator makes once, each in a scope of its name."""
    name, inner = writer.fresh("Model"), method(place)
    decorator = writer.draw.choice(["made_once", "made_once", "named_once()", 'named_once("net")', "property"])
    parts = writer.draw.sample(["prediction", "loss", "train"], writer.draw.randint(1, 2))
    start: Block = ["self.x = tf.constant(1.0)", *(f"self.{part}" for part in parts)]
    body: Block = [("def __init__(self):", start)]
    for part in parts:
        made = [*writer.block(inner, writer.size(2)), f"return {writer.result(inner)}"]
        body += [f"@{decorator}", (f"def {part}(self):", made)]
    uses = writer.draw.choice([[f"{name}()"], [f"model = {name}()", f"model.{parts[0]}"], [f"{name}()", f"{name}()"]])
    return [(f"class {name}(object):", body), *uses], place


def family(writer: Writer, place: Place) -> Statement:
    """A base class whose constructor calls what its subclasses define."""
    base, first, second = (writer.fresh(stem) for stem in ("Base", "Actor", "Critic"))
    kind = writer.draw.choice(["name_scope", "variable_scope"])
    build: Block = [(f"with tf.{kind}(self.name):", ["self.out = self.build()"])]
    if writer.chance(0.3):
        build = ["self.out = self.build()"]
    hook: Block = [("def build(self):", ["raise NotImplementedError"])]
    inner = method(place, "self.name")
    own: Block = [("def weight(self, name):", [f"return {writer.calls.creation(replace(inner, names=('name',)))}"])]
    lines: Block = [
        (f"class {base}(object):", [("def __init__(self, name):", ["self.name = name", *build]), *hook, *own])
    ]
    for sub in (first, second):
        lines.append((f"class {sub}({base}):", _subclass(writer, sub, inner)))
    made = [f"{first}({writer.calls.scope(place)})", f"{second}({writer.calls.scope(place)})"]
    return [*lines, *made, *made[: writer.chance(0.3)]], place


def _subclass(writer: Writer, name: str, inner: Place) -> Block:
    made: Block = [*writer.block(inner, writer.size(2))]
    if writer.chance(0.5):
        made.append(f"self.kernel = self.weight({writer.calls.name(inner)})")
    body: Block = [("def build(self):", [*made, f"return {writer.result(inner)}"])]
    if writer.chance(0.4):
        above = writer.draw.choice(["super().__init__(name)", f"super({name}, self).__init__(name)"])
        later = writer.block(inner, 1) if writer.chance(0.5) else []
        body.insert(0, ("def __init__(self, name):", [above, *later]))
    return body


def counted(writer: Writer, place: Place) -> Statement:
    """A class that counts its objects in a variable of its own, and names what they make by the count."""
    name = writer.fresh("Layer")
    inner = method(place, counters=("self.number",))
    body: Block = ["count = 0", 'scope = "layer"'][: writer.draw.randint(1, 2)]
    start: Block = [f"self.number = {name}.count", f"{name}.count += 1"]
    made = writer.block(replace(inner, names=("self.scope",)) if len(body) > 1 else inner, writer.size(2))
    built: Block = [f"{name}()", f"{name}()"] if writer.chance(0.5) else [f"layers = [{name}() for _ in range(2)]"]
    return [(f"class {name}(object):", [*body, ("def __init__(self):", [*start, *made])]), *built], place


def listed_layers(writer: Writer, place: Place) -> Statement:
    """Objects in a list, each of which is called on what the one before it gives."""
    name = writer.fresh("Dense")
    inner = method(place, "self.name", shapes=("[self.size]",))
    scope = writer.draw.choice(["tf.name_scope(self.name)", "tf.variable_scope(self.name)", "tf.name_scope('dense')"])
    made: Block = [*writer.block(replace(inner, tensors=("x",)), writer.size(2)), "return x + 1.0"]
    late = writer.chance(0.5)
    init: Block = ["self.name = name", "self.size = size"]
    if not late:
        init += [f"self.w = {writer.calls.creation(inner)}"]
    call: Block = [(f"with {scope}:", made)] if writer.chance(0.7) else made
    body: Block = [("def __init__(self, name, size=2):", init), ("def __call__(self, x):", call)]
    layers = f'layers = [{name}("a"), {name}("b", 3), {name}({writer.calls.scope(place)})]'
    uses: Block = ["x = tf.constant(1.0)", ("for layer in layers:", ["x = layer(x)"])]
    return [(f"class {name}:", body), layers, *uses], place


def entered(writer: Writer, place: Place) -> Statement:
    """An object that is a scope: it enters one of TensorFlow's."""
    name = writer.fresh("Block")
    kind = writer.draw.choice(["name_scope", "variable_scope"])
    body: Block = [
        ("def __init__(self, name):", [f"self.scope = tf.{kind}(name)"]),
        ("def __enter__(self):", ["return self.scope.__enter__()"]),
        ("def __exit__(self, *error):", ["return self.scope.__exit__(*error)"]),
    ]
    blocks: Block = [
        (f"with {name}({writer.calls.scope(place)}):", writer.block(place.within(), writer.size(2))) for _ in range(2)
    ]
    return [(f"class {name}:", body), *blocks[: writer.draw.randint(1, 2)]], place


def mixed(writer: Writer, place: Place) -> Statement:
    """A class out of two, one of which makes variables for the other; built by a class method at times."""
    mixin, name = writer.fresh("Weights"), writer.fresh("Net")
    inner = method(place)
    taken = replace(inner, names=("name",))
    weights: Block = [("def weight(self, name, shape=(2,)):", [f"return {writer.calls.creation(taken)}"])]
    if writer.chance(0.5):
        weights.append(
            ("def bias(self, name=None):", [f"return {writer.calls.creation(replace(inner, optional=('name',)))}"])
        )
    calls: Block = [
        f"self.w = self.weight({writer.calls.name(place)})",
        f"self.v = self.weight(name={writer.calls.name(place)})",
    ]
    if len(weights) > 1:
        calls.append(writer.draw.choice(["self.b = self.bias()", 'self.b = self.bias("b")']))
    writer.draw.shuffle(calls)
    body: Block = [("def __init__(self):", [*calls, *writer.block(inner, 1)])]
    built = f"{name}()"
    if writer.chance(0.4):
        body += ["@classmethod", ("def make(cls):", ["return cls()"])]
        built = f"{name}.make()"
    return [(f"class {mixin}(object):", weights), (f"class {name}({mixin}, object):", body), built], place


def held(writer: Writer, place: Place) -> Statement:
    """Variables that objects hold under computed names, in dictionaries, in named tuples."""
    name, inner = writer.fresh("Params"), method(place)
    counted_ = replace(inner, counters=("i",))
    one, other, third = writer.calls.creation(inner), writer.calls.creation(inner), writer.calls.creation(counted_)
    scope = writer.draw.choice(SCOPES)
    ways: tuple[Block, ...] = (
        [("for i in range(2):", [f'setattr(self, "W%d" % i, {third})'])],
        ["self.params = {}", f'self.params["W"] = {one}', f'self.params["b"] = {other}'],
        ["self.params = []", f"self.params.append({one})", f"self.params += [{other}]"],
        [f"self.W, self.b = {one}, {other}", "self.params = [self.W, self.b]"],
        [f"self.params = dict(W={one})", f"self.params.update(b={other})"],
        [
            (f'with tf.name_scope("{scope}"):', [f"self.W = {one}"]),
            (f'with tf.name_scope("{scope}"):', [f"self.b = {other}"]),
        ],
        [f"self.W = self.V = {one}", f"self.W = {other}"],
        [f"self.__dict__['W'] = {one}", f"vars(self)['b'] = {other}"],
    )
    body = writer.draw.choice(ways)
    return [
        (f"class {name}(object):", [("def __init__(self):", body)]),
        *[f"{name}()"] * writer.draw.randint(1, 2),
    ], place


def tuples(writer: Writer, place: Place) -> Statement:
    """Named tuples and ordered dictionaries of variables."""
    one, other = writer.calls.creation(place), writer.calls.creation(place)
    pair = 'Pair = collections.namedtuple("Pair", "w b")'
    ways: tuple[Block, ...] = (
        [pair, f"p = Pair({one}, {other})"],
        [pair, f"p = Pair(w={one}, b={other})", "y = tf.identity(p.w)"],
        [f'p = collections.OrderedDict([("w", {one}), ("b", {other})])'],
        ["p = collections.defaultdict(list)", f'p["w"].append({one})', f'p["w"].append({other})'],
        [f'p = {{"l1": {{"w": {one}, "b": {other}}}}}'],
        [f"p = [({one}, {other})]", ("for w, b in p:", ["y = tf.identity(w)"])],
    )
    return writer.draw.choice(ways), place


def settings(writer: Writer, place: Place) -> Statement:
    """A property that is set, static values, and a method that is called by another method."""
    name, inner = writer.fresh("Config"), method(place, "self.scope")
    body: Block = [
        f'SCOPE = "{writer.draw.choice(SCOPES)}"',
        (
            "def __init__(self):",
            ["self._made = None", "self.setup()", *writer.draw.choice([["self.made"], ["self.made", "self.made"]])],
        ),
        "@property",
        ("def scope(self):", ["return self.SCOPE"]),
        "@property",
        (
            "def made(self):",
            [("if self._made is None:", [f"self._made = {writer.calls.creation(inner)}"]), "return self._made"],
        ),
        ("def setup(self):", writer.block(inner, writer.size(2))),
    ]
    other = writer.fresh("Other")
    lines: Block = [(f"class {name}(object):", body), f"{name}()"]
    if writer.chance(0.5):
        lines += [(f"class {other}({name}):", [f'SCOPE = "{writer.draw.choice(SCOPES)}"']), f"{other}()"]
    return lines, place


CLASSES: tuple[tuple[float, Callable[[Writer, Place], Statement]], ...] = (
    (0.5, parts_made_once),
    (0.6, family),
    (0.4, counted),
    (0.5, listed_layers),
    (0.3, entered),
    (0.4, mixed),
    (0.4, held),
    (0.4, tuples),
    (0.3, settings),
)
