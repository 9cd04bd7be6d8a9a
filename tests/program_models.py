"""Models of random programs, as applications write them: functions for each mode, layers by kind, test classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from program_classes import method
from program_parts import NAMES, SCOPES, TARGETS, Block, Place, Statement, Writer

__all__ = ["MODELS"]


def _function(writer: Writer, place: Place, *names: str, **more: tuple[str, ...]) -> Place:
    """The place within a function that sees what is around it."""
    return replace(
        place, depth=place.depth + 2, function=True, method=False, names=(*place.names, *names), variables=(), **more
    )


def model_function(writer: Writer, place: Place) -> Statement:
    """A function that builds a model for a mode, called for each in graphs of their own, or in one that is reset."""
    name = writer.fresh("model_fn")
    inner = _function(writer, place, tensors=("x",), flags=('mode == "train"', *place.flags))
    body: Block = writer.block(inner, writer.size(2))
    if writer.chance(0.5):
        body.append(('if mode == "eval":', [*writer.block(inner.within(), writer.chance(0.3)), "return x"]))
    if writer.chance(0.5):
        step = writer.draw.choice(
            ["tf.train.get_or_create_global_step()", f"{writer.calls.spelled}(0, trainable=False)"]
        )
        made = writer.calls.creation(replace(inner, names=()), "[1.0, 2.0]")
        body += [f"step = {step}", f"loss = tf.reduce_sum({made})"]
        body.append("tf.train.AdamOptimizer(0.1).minimize(loss, global_step=step)")
    train, test = f'{name}(tf.constant(1.0), "train")', f'{name}(tf.constant(1.0), mode="eval")'
    either = f"{name}(tf.constant(1.0), mode)"
    ways: list[Block] = [
        [("with tf.Graph().as_default():", [one]) for one in (train, test)],
        [('for mode in ["train", "eval"]:', [("with tf.Graph().as_default():", [either])])],
        [train, test],
        [f'models = {{mode: {either} for mode in ("train", "eval")}}'],
        [
            ('with tf.variable_scope("model", reuse=None):', [train]),
            ('with tf.variable_scope("model", reuse=True):', [test]),
        ],
        [(f'with tf.name_scope("{mode}"):', [one]) for mode, one in (("train", train), ("eval", test))],
    ]
    if not place.depth:
        ways.append([train, "tf.reset_default_graph()", test])
        ways.append([('for mode in ["train", "eval"]:', ["tf.reset_default_graph()", either])])
    return [(f'def {name}(x, mode="train"):', [*body, "return x"]), *writer.draw.choice(ways)], place


def layers_by_kind(writer: Writer, place: Place) -> Statement:
    """A loop over the kinds of layers, which makes other variables for each."""
    inner = place.within().within(shapes=(*place.shapes, "shape"), counters=(*place.counters, "i"))
    one, other, third = (writer.calls.creation(inner) for _ in range(3))
    body: Block = [
        ('if kind == "conv":', [f"W.append({one})", *[f"B.append({other})"] * writer.draw.randint(0, 1)]),
        ('elif kind == "dense":', [f"W.append({third})", *writer.block(inner, writer.chance(0.4))]),
    ]
    if writer.chance(0.3):
        body.append(("else:", ["continue"]))
    if writer.chance(0.4):
        body = [(f"with tf.{writer.draw.choice(['name_scope', 'variable_scope'])}({writer.calls.scope(inner)}):", body)]
    table = '[("conv", [2, 3]), ("relu", None), ("dense", [3])'
    table += ', ("dense", [2])]' if writer.chance(0.5) else "]"
    return ["W, B = [], []", (f"for i, (kind, shape) in enumerate({table}):", body)], place


def chosen_value(writer: Writer, place: Place) -> Statement:
    """A function that makes its variable in one of many arms, by a word that it is given."""
    name, target = writer.fresh("weights"), writer.draw.choice(["w", "var", "initial"])
    inner = _function(writer, place, "name", shapes=("shape",))
    arms: Block = []
    for number, kind in enumerate(("norm", "uniform", "zeros")):
        made = writer.calls.creation(inner) if target != "initial" else writer.calls.value(inner)
        arms.append((f'{"elif" if number else "if"} kind == "{kind}":', [f"{target} = {made}"]))
    arms.append(("else:", ["raise ValueError(kind)"]))
    end = f"return {target}" if target != "initial" else f"return {writer.calls.creation(inner, 'initial')}"
    uses = [
        f'{writer.draw.choice(TARGETS)} = {name}([2, 3], "{writer.draw.choice(["norm", "uniform", "zeros"])}"{more})'
        for more in writer.draw.sample(["", ', "b"', f", name={writer.calls.name(place)}"], writer.draw.randint(1, 3))
    ]
    word = writer.draw.choice(NAMES)
    return [(f'def {name}(shape, kind="norm", name="{word}"):', [*arms, end]), *uses], place


def decayed(writer: Writer, place: Place) -> Statement:
    """A variable through two helpers, the outer of which adds its decay to the losses."""
    maker, outer = writer.fresh("_variable"), writer.fresh("_decayed")
    inner = Place(depth=place.depth + 2, function=True, names=("name",), shapes=("shape",))
    made: Block = [f"var = {writer.calls.creation(inner)}", "return var"]
    if writer.chance(0.5):
        made = [('with tf.device("/cpu:0"):', made[:1]), "return var"]
    decay = 'decay = tf.multiply(tf.nn.l2_loss(tf.cast(var, tf.float32)), wd, name="weight_loss")'
    body: Block = [
        f"var = {maker}(name, shape)",
        ("if wd is not None:", [decay, "tf.add_to_collection('losses', decay)"]),
    ]
    scopes = (writer.calls.scope(place), writer.calls.scope(place))
    kind = writer.draw.choice(["variable_scope", "name_scope"])
    uses: Block = [
        (
            f"with tf.{kind}({scope}) as scope:",
            [f'kernel = {outer}("weights", [2, 3], wd={wd})', f'biases = {maker}("biases", [3])'],
        )
        for scope, wd in zip(scopes, ("0.1", "None"), strict=True)
    ]
    lines: Block = [
        (f"def {maker}(name, shape):", made),
        (f"def {outer}(name, shape, wd=None):", [*body, "return var"]),
    ]
    return [*lines, *uses[: writer.draw.randint(1, 2)]], place


def built_once(writer: Writer, place: Place) -> Statement:
    """A layer that makes its variables when it is called for the first time."""
    name = writer.fresh("Dense")
    inner = method(place, "self.name", tensors=("x",))
    header = writer.draw.choice(
        ["tf.variable_scope(self.name)", "tf.name_scope(self.name)", "tf.variable_scope(self.name, reuse=self.built)"]
    )
    build: Block = [("if not self.built:", ["self.build(x)", "self.built = True"])]
    if writer.chance(0.3):
        build = [("if self.w is None:", ["self.build(x)"])]
    call: Block = [*build, "return x + 1.0"]
    if writer.chance(0.7):
        call = [(f"with {header}:", call)]
    own = writer.draw.choice(
        ["name or type(self).__name__", 'name or "dense"', "name or self.__class__.__name__.lower()"]
    )
    body: Block = [
        ("def __init__(self, name=None):", [f"self.name = {own}", "self.built = False", "self.w = None"]),
        ("def build(self, x):", [f"self.w = {writer.calls.creation(inner)}", *writer.block(inner, writer.chance(0.4))]),
        ("def __call__(self, x):", call),
    ]
    ways: tuple[Block, ...] = (
        [f"layer = {name}()", "y = layer(1.0)", "y = layer(y)"],
        [f'y = {name}("a")({name}("b")(1.0))'],
        [f"y = {name}()({name}()(1.0))"],
        [
            f"layers = [{name}(), {name}({writer.calls.scope(place)})]",
            "y = 1.0",
            ("for layer in layers:", ["y = layer(y)"]),
        ],
        [f"layer = {name}()", ("for i in range(2):", ["y = layer(1.0)"])],
    )
    return [(f"class {name}(object):", body), *writer.draw.choice(ways)], place


def registered(writer: Writer, place: Place) -> Statement:
    """Functions in a registry, called by their names there."""
    first, second = writer.fresh("net"), writer.fresh("net")
    inner = _function(writer, place, tensors=("x",))
    lines: Block = []
    for name, word in ((first, "mlp"), (second, "cnn")):
        lines += [f'@register("{word}")', (f"def {name}(x):", [*writer.block(inner, writer.size(2)), "return x"])]
    ways: tuple[Block, ...] = (
        ['y = REGISTERED["mlp"](1.0)'],
        ['y = REGISTERED["mlp"](REGISTERED["cnn"](1.0))'],
        [("for key in sorted(REGISTERED):", ["y = REGISTERED[key](1.0)"])],
        [(f"with tf.name_scope({writer.calls.scope(place)}):", ['y = REGISTERED["mlp"](1.0)']), f"y = {second}(1.0)"],
        [f"y = {first}(1.0)", 'y = REGISTERED.get("cnn")(1.0)'],
    )
    return [*lines, *writer.draw.choice(ways)], place


def tested(writer: Writer, place: Place) -> Statement:
    """Test methods, which a library calls one after the other."""
    if place.depth:  # the scopes around what a library calls nobody sees
        return built_in_steps(writer, place)
    name, inner = writer.fresh("Tests"), method(place)
    setup = writer.draw.choice(
        ["tf.reset_default_graph()", f"self.w = {writer.calls.creation(inner)}", "self.graph = tf.Graph()"]
    )
    body: Block = [("def setUp(self):", [setup])] if writer.chance(0.6) else []
    for test in ("test_one", "test_two")[: writer.draw.randint(1, 2)]:
        made: Block = writer.block(inner, writer.size(2))
        header = writer.draw.choice(
            ["tf.Graph().as_default()", "tf.Session()", "tf.Graph().as_default(), tf.Session()"]
        )
        body.append((f"def {test}(self):", [(f"with {header}:", made)] if writer.chance(0.6) else made))
    run = f"unittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase({name}))"
    return [(f"class {name}(unittest.TestCase):", body), f"assert {run}.wasSuccessful()"], place


def built_in_steps(writer: Writer, place: Place) -> Statement:
    """A class that builds its parts by methods of which one is chosen, and holds them in lists and dictionaries."""
    name = writer.fresh("Network")
    inner = method(place, "self.name", counters=("i",))
    one, other, third = (writer.calls.creation(inner) for _ in range(3))
    start = writer.draw.choice(["self.graph = tf.Graph()", "self.graph = tf.get_default_graph()"])
    build: Block = [
        (f"with tf.{writer.draw.choice(['name_scope', 'variable_scope'])}(self.name):", ["self._variables()"])
    ]
    if writer.chance(0.4):
        build = [("with self.graph.as_default():", build)]
    body: Block = [
        (
            f'def __init__(self, sizes=(2, 3), tied=False, name="{writer.draw.choice(SCOPES)}"):',
            ["self.sizes, self.tied, self.name = sizes, tied, name", "self.w, self.b = [], {}", start, "self.build()"],
        ),
        ("def build(self):", build),
        ("def _variables(self):", [("if self.tied:", ["self._tied()"]), ("else:", ["self._plain()"])]),
        (
            "def _tied(self):",
            [("for i, size in enumerate(self.sizes):", [f"self.w.append({one})", f'self.b["b%d" % i] = {other}'])],
        ),
        ("def _plain(self):", [("for i, size in enumerate(self.sizes):", [f"self.w.append({third})"])]),
    ]
    uses = writer.draw.sample([f"{name}()", f"{name}(tied=True)", f'{name}((2,), name="b")'], writer.draw.randint(1, 2))
    return [(f"class {name}(object):", body), *uses], place


def derived(writer: Writer, place: Place) -> Statement:
    """A class out of another of the program's, perhaps of another file, with more around its constructor."""
    parents = [one for one in place.helpers if not one.returns]
    if not parents:
        return built_in_steps(writer, place)
    parent, name = writer.draw.choice(parents), writer.fresh("Own")
    inner = method(place)
    inner = replace(inner, helpers=())
    passed = writer.calls.pass_on(parent.passes, Place())
    above = writer.draw.choice([f"super().__init__({passed})", f"super({name}, self).__init__({passed})"])
    lines: Block = [*writer.block(inner, writer.chance(0.4)), above, *writer.block(inner, writer.chance(0.6))]
    if writer.chance(0.3):
        lines = [
            (f"with tf.{writer.draw.choice(['name_scope', 'variable_scope'])}({writer.calls.scope(inner)}):", lines)
        ]
    return [
        (f"class {name}({parent.call}):", [("def __init__(self):", lines)]),
        *[f"{name}()"] * writer.draw.randint(1, 2),
    ], place


def accumulated(writer: Writer, place: Place) -> Statement:
    """A variable beside each that is trained, as optimizers and checkpoint averages make them."""
    key = writer.draw.choice(
        ['v.op.name + "_acc"', 'v.op.name.split("/")[-1]', 'v.name[:-2].replace("/", "_")', '"acc"']
    )
    name = writer.draw.choice(["", f", name={key}"])
    made = f"{writer.calls.spelled}(tf.zeros_like(v), trainable=False{name})"
    start = f"p = {writer.calls.spelled}([1.0, 2.0], name={writer.calls.name(place)})"
    floats = "[v for v in tf.trainable_variables() if v.dtype.base_dtype == tf.float32][:3]"
    loops: tuple[Block, ...] = (
        [(f"for v in {floats}:", [made])],
        [f"found = [{made} for v in {floats}]"],
        [f"found = {{v.name: {made} for v in {floats}}}"],
        ["found = {}", (f"for v in {floats}:", [f"found[v.op.name] = {made}"])],
    )
    lines = writer.draw.choice(loops)
    if writer.chance(0.5):
        lines = [
            (f"with tf.{writer.draw.choice(['name_scope', 'variable_scope'])}({writer.calls.scope(place)}):", lines)
        ]
    return [start, *lines], place


MODELS: tuple[tuple[float, Callable[[Writer, Place], Statement]], ...] = (
    (0.6, model_function),
    (0.5, layers_by_kind),
    (0.4, chosen_value),
    (0.4, decayed),
    (0.5, built_once),
    (0.3, registered),
    (0.3, tested),
    (0.5, built_in_steps),
    (0.5, derived),
    (0.3, accumulated),
)
