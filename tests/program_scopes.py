"""Functions of random programs that make functions, scopes and graphs: factories, generators, decorators, templates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from program_parts import NAMES, SCOPES, TARGETS, Block, Place, Statement, Writer

__all__ = ["SCOPINGS"]


def _function(place: Place, *names: str, **more: tuple[str, ...]) -> Place:
    """The place within a function that is defined here; it sees what is around it."""
    return replace(
        place, depth=place.depth + 2, function=True, method=False, names=(*place.names, *names), variables=(), **more
    )


def manager(writer: Writer, place: Place) -> Statement:
    """A context manager that opens scopes, and may make a variable or see to an end."""
    name = writer.fresh("opened")
    kind = writer.draw.choice(["name_scope", "variable_scope"])
    inner = _function(place, "name")
    yielding = writer.draw.choice(["yield", "yield scope", "yield"])
    before = writer.block(inner, 1) if writer.chance(0.3) else []
    body: Block = [(f"with tf.{kind}(name) as scope:", [*before, yielding])]
    match writer.draw.randrange(4):
        case 0:
            body = [(f'with tf.name_scope("{writer.draw.choice(SCOPES)}"):', body)]
        case 1:
            body = [("try:", body), ("finally:", ["pass"])]
        case 2:
            body = [("if name:", body), ("else:", ["yield"])]
    uses: Block = [
        (f"with {name}({writer.calls.scope(place)}):", writer.block(place.within(), writer.size(2)))
        for _ in range(writer.draw.randint(1, 2))
    ]
    if writer.chance(0.2):
        uses += [f"@{name}('s')", ("def within():", [f"return {writer.calls.creation(Place())}"]), "within()"]
    return ["@contextlib.contextmanager", (f"def {name}(name):", body), *uses], place


def decorated(writer: Writer, place: Place) -> Statement:
    """A decorator of the program's own that opens a scope around what it decorates, by its name or by what is given."""
    name = writer.fresh("layer")
    header = writer.draw.choice(["x", "x, name=None", "x, size=2"])
    inner = _function(place, tensors=("x",))
    if "name" in header:
        inner = replace(inner, optional=("name",))
    scope = writer.draw.choice(SCOPES)
    decorator = writer.draw.choice(
        ["in_own_scope", f'in_scope("{scope}")', f'in_scope("{scope}")', f'own_scope("{scope}")']
    )
    body: Block = [*writer.block(inner, writer.size(2)), "return x"]
    calls: Block = [f"y = {name}(tf.constant(1.0))"] * writer.draw.randint(1, 2)
    if "name" in header:
        calls.append(f'y = {name}(tf.constant(1.0), name="{writer.draw.choice(NAMES)}")')
    return [f"@{decorator}", (f"def {name}({header}):", body), *calls], place


def factory(writer: Writer, place: Place) -> Statement:
    """A function that returns a function, which makes variables under names that the outer one was given."""
    name = writer.fresh("layer")
    inner = _function(place, "name", tensors=("x",))
    body: Block = [*writer.block(inner, writer.size(2)), "return x"]
    if writer.chance(0.5):
        body = [(f"with tf.{writer.draw.choice(['name_scope', 'variable_scope'])}(name):", body)]
    before = [f"w = {writer.calls.creation(replace(inner, tensors=()), '0.0')}"] if writer.chance(0.3) else []
    lines: Block = [(f"def {name}(name):", [*before, ("def apply(x):", body), "return apply"])]
    first, second = writer.calls.scope(place), writer.calls.scope(place)
    ways: tuple[Block, ...] = (
        [f"first = {name}({first})", "first(tf.constant(1.0))", *["first(tf.constant(2.0))"] * writer.chance(0.5)],
        [f"y = {name}({first})({name}({second})(tf.constant(1.0)))"],
        [
            f"layers = [{name}({first}), {name}({second})]",
            "y = tf.constant(1.0)",
            ("for layer in layers:", ["y = layer(y)"]),
        ],
        [f"layers = [{name}(key) for key in WORDS]", "y = [layer(1.0) for layer in layers]"],
        [f"y = functools.reduce(lambda x, layer: layer(x), [{name}({first}), {name}({second})], 1.0)"],
        [f"make = {name}", f"y = make({first})(1.0)"],
    )
    return [*lines, *writer.draw.choice(ways)], place


def generator(writer: Writer, place: Place) -> Statement:
    """A generator of variables, run by a loop, a list, `next` or another generator."""
    name = writer.fresh("variables")
    inner = _function(place, counters=("i",))
    made = writer.calls.creation(inner)
    scope = writer.draw.choice(SCOPES)
    bodies: tuple[Block, ...] = (
        [("for i in range(2):", [f"yield {made}"])],
        [("for i in range(2):", [(f'with tf.name_scope("{scope}"):', [f"w = {made}"]), "yield w"])],
        [(f'with tf.name_scope("{scope}"):', [("for i in range(2):", [f"yield {made}"])])],
        ["i = 0", f"yield {made}", f"yield {writer.calls.creation(inner)}"],
        [f"yield from [{made} for i in range(2)]"],
    )
    target = writer.draw.choice(TARGETS)
    ways: tuple[Block, ...] = (
        [(f"for v in {name}():", ["y = tf.identity(v)"])],
        [f"{target} = list({name}())"],
        [f"{target} = next({name}())"],
        [f"{target}, other = {name}()"],
        [f"made = {name}()", f"{target} = next(made)", f"other = {writer.calls.creation(place)}", "last = next(made)"],
        [(f'with tf.name_scope("{writer.draw.choice(SCOPES)}"):', [f"{target} = [v for v in {name}()]"])],
        [f"{target} = {{v.op.name: v for v in {name}()}}"],
        [f"{target} = dict(zip(WORDS, {name}()))"],
    )
    return [(f"def {name}():", writer.draw.choice(bodies)), *writer.draw.choice(ways)], place


def template(writer: Writer, place: Place) -> Statement:
    """`tf.make_template`, which shares what the store holds and makes all else anew."""
    name = writer.fresh("net")
    inner = _function(place, tensors=("x",))
    body: Block = writer.block(inner, writer.size(2)) if writer.chance(0.8) else []
    if writer.chance(0.6):
        body.append('k = tf.get_variable("kernel", [2])')
    more = writer.draw.choice(["", "", ", create_scope_now_=True", f', unique_name_="{writer.fresh("unique")}"'])
    made = f"shared = tf.make_template({writer.calls.scope(place)}, {name}{more})"
    calls: Block = ["y = shared(tf.constant(1.0))"] * writer.draw.randint(1, 2)
    if writer.chance(0.2):
        calls = [(f'with tf.name_scope("{writer.draw.choice(SCOPES)}"):', calls)]
    return [(f"def {name}(x):", [*body, "return x"]), made, *calls], place


def towers(writer: Writer, place: Place) -> Statement:
    """A tower for each device, in scopes that share what the store holds."""
    inner = place.within().within(counters=(*place.counters, "i"))
    inner = replace(inner, scopes=(*place.scopes, "scope"))
    scope = writer.draw.choice(SCOPES)
    body: Block = [*writer.block(inner, writer.size(3))]
    if writer.chance(0.3):
        body.append(f'k = tf.get_variable("{writer.fresh("kernel")}", [2])')
    end: Block = ["tf.get_variable_scope().reuse_variables()"] if writer.chance(0.4) else []
    inside: Block = [(f'with tf.name_scope("{scope}_%d" % i) as scope:', [*body, *end])]
    if writer.chance(0.7):
        inside = [('with tf.device("/cpu:0"):', inside)]
    loop: Block = [("for i in range(2):", inside)]
    match writer.draw.randrange(4):
        case 0:
            loop = [("with tf.variable_scope(tf.get_variable_scope()):", loop)]
        case 1:
            loop = [("for i in range(2):", [("with tf.variable_scope(tf.get_variable_scope(), reuse=i > 0):", inside)])]
    return loop, place


def shared(writer: Writer, place: Place) -> Statement:
    """A network that is built twice, the second time sharing what the store holds."""
    name = writer.fresh("network")
    inner = _function(place, tensors=("x",))
    body: Block = [*writer.block(inner, writer.size(2))]
    body.insert(
        writer.draw.randint(0, len(body)), f'k = tf.get_variable("{writer.draw.choice(["kernel", "k", "w"])}", [2])'
    )
    scope = writer.draw.choice(SCOPES)
    ways: tuple[tuple[str, Block, str, str], ...] = (
        ("x, reuse=False", [f'with tf.variable_scope("{scope}", reuse=reuse):'], "1.0", "2.0, reuse=True"),
        ("x", [f'with tf.variable_scope("{scope}", reuse=tf.AUTO_REUSE):'], "1.0", "2.0"),
        ("x, scope", ["with tf.variable_scope(scope):"], '1.0, "main"', '2.0, "target"'),
        ("x, scope", ["with tf.variable_scope(scope) as vs:"], '1.0, "main"', '2.0, scope="target"'),
        (
            "x, reuse=None",
            [f'with tf.variable_scope("{scope}") as vs:', "if reuse: vs.reuse_variables()"],
            "1.0",
            "2.0, True",
        ),
    )
    header, opening, first, second = writer.draw.choice(ways)
    block: Block = [(str(opening[0]), [*opening[1:], *body, "return x"])]
    return [(f"def {name}({header}):", block), f"{name}({first})", f"{name}({second})"], place


def graph_functions(writer: Writer, place: Place) -> Statement:
    """Named bodies of `while_loop` and `cond`."""
    value = writer.draw.choice(["0.0", "tf.zeros([])", "lambda: tf.zeros([])", "1.0"])
    made = writer.calls.creation(place, value)
    within: Block = [f"w = {made}", "return x + w"]
    ways: tuple[Block, ...] = (
        [("def body(x):", within), "y = tf.while_loop(lambda x: x < 2.0, body, [0.5])"],
        [
            f"w = {made}",
            ("def body(x):", ["return x + tf.cast(w, tf.float32)"]),
            "y = tf.while_loop(lambda x: x < 0.2, body, [0.5])",
        ],
        [
            ("def on():", [f"w = {made}", "return w + 1.0"]),
            ("def off():", ["return tf.constant(1.0)"]),
            "y = tf.cond(tf.constant(True), on, off)",
        ],
        [
            ("def on():", [f"return {made} + 1.0"]),
            ("def off():", [f"return {made} + 2.0"]),
            "y = tf.cond(tf.constant(True), true_fn=on, false_fn=off)",
        ],
        [
            ("def body(i, x):", ["return i + 1, x * 2.0"]),
            f"w = {made}",
            "y = tf.while_loop(lambda i, x: i < 2, body, [0, tf.constant(1.0)])",
        ],
    )
    return writer.draw.choice(ways), place


def graphs(writer: Writer, place: Place) -> Statement:
    """Two graphs, one of which may be entered again."""
    clean = replace(place, tensors=place.tensors[:1], variables=(), scopes=(), variable_scopes=()).within()

    def entered(graph: str) -> tuple[str, Block]:
        return f"with {graph}.as_default():", writer.block(clean, writer.size(2))

    ways: tuple[Block, ...] = (
        ["one, two = tf.Graph(), tf.Graph()", entered("one"), entered("two"), *[entered("one")] * writer.chance(0.5)],
        ["graphs = [tf.Graph() for _ in range(2)]", ("for graph in graphs:", [entered("graph")])],
        [
            ("def build():", [*writer.block(replace(clean, function=True), writer.size(2)), "return 1"]),
            *[("with tf.Graph().as_default():", ["build()"])] * 2,
        ],
        [("def graph_of():", ["graph = tf.Graph()", entered("graph"), "return graph"]), "graph_of()", "graph_of()"],
        ["one = tf.Graph()", ("with tf.Session(graph=one) as sess:", writer.block(clean, writer.size(2)))],
    )
    return writer.draw.choice(ways), place


SCOPINGS: tuple[tuple[float, Callable[[Writer, Place], Statement]], ...] = (
    (0.5, manager),
    (0.5, decorated),
    (0.6, factory),
    (0.5, generator),
    (0.5, template),
    (0.5, towers),
    (0.6, shared),
    (0.4, graph_functions),
    (0.4, graphs),
)
