"""Networks of random programs that are built again: GAN pairs, actors and targets, towers, a graph for each fold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from program_parts import NAMES, SCOPES, Block, Place, Statement, Writer

__all__ = ["TWINS", "made"]

_FLOATS = (
    *("tf.ones([2])", "tf.zeros([2])", "tf.random_normal([2])", "tf.random_normal([2], stddev=0.1)"),
    *("tf.truncated_normal([2], stddev=0.1)", "tf.constant(0.1, shape=[2])", "np.ones([2], np.float32)"),
    *("tf.random_uniform([2], -1.0, 1.0)", "tf.zeros([SIZE - 1])", "0.1 * tf.ones([2])"),
)


def made(writer: Writer, place: Place) -> str:
    """A call that makes a variable of two floats, which tensors of one or two can be added to."""
    return writer.calls.creation(place, writer.draw.choice(_FLOATS))


def _inside(place: Place, *names: str, **more: tuple[str, ...]) -> Place:
    return Place(depth=place.depth + 2, function=True, names=names, helpers=place.helpers, **more)


def _net(writer: Writer, inner: Place) -> Block:
    """A small network: two variables, perhaps in scopes of their own, and what is made of them."""
    one, other = f"w = {made(writer, inner)}", f"b = {made(writer, inner)}"
    kind = writer.draw.choice(["name_scope", "variable_scope"])
    first, second = writer.draw.choice(SCOPES), writer.draw.choice(SCOPES)
    ways: tuple[Block, ...] = (
        [one, other, "h = x * w + b"],
        [(f'with tf.{kind}("{first}"):', [one, other, "h = x * w + b"])],
        [(f'with tf.{kind}("{first}"):', [one]), (f'with tf.{kind}("{second}"):', [other]), "h = x * w + b"],
        ["h = x", ("for i in range(2):", [(f'with tf.{kind}("{first}%d" % i):', [one, "h = h * w"])])],
        [f"h = x * {made(writer, inner)} + {made(writer, inner)}"],
    )
    return [*writer.draw.choice(ways), writer.draw.choice(["return h", "return h, [w]", 'return {"h": h}'])]


def _usable(net: Block) -> Block:
    """A network that gives back its output alone, for who goes on with it."""
    return [*net[:-1], "return h"]


def gan(writer: Writer, place: Place) -> Statement:
    """A generator and a discriminator, of which the second is entered twice, with reuse by hand."""
    generator, discriminator = writer.fresh("generator"), writer.fresh("discriminator")
    store = [f'k = tf.get_variable("{writer.draw.choice(["k", "w", "d_w"])}", [2])'] if writer.chance(0.6) else []
    inner = _inside(place)
    net: Block = [*store, *_usable(_net(writer, inner))]
    reused = writer.draw.choice(
        [
            [("if reuse:", ["tf.get_variable_scope().reuse_variables()"]), *net],
            [('with tf.variable_scope("disc") as scope:', [("if reuse:", ["scope.reuse_variables()"]), *net])],
            [('with tf.variable_scope("disc", reuse=reuse):', net)],
        ]
    )
    plain = _usable(_net(writer, inner))
    if writer.chance(0.6):
        plain = [(f"with tf.{writer.draw.choice(['name_scope', 'variable_scope'])}('gen'):", plain)]
    calls: Block = [
        f"fake = {generator}(tf.ones([2]))",
        f"real_out = {discriminator}(tf.ones([2]))",
        f"fake_out = {discriminator}(fake, reuse=True)",
    ]
    if writer.chance(0.4):
        calls = [
            ('with tf.variable_scope("D") as scope:', [calls[1].replace("tf.ones", "tf.zeros"), "y = real_out"]),
            ('with tf.variable_scope("G"):', [calls[0]]),
            ('with tf.variable_scope("D", reuse=True):', [f"fake_out = {discriminator}(fake)"]),
        ]
    ends: tuple[Block, ...] = (
        ["found = tf.trainable_variables()", "d_vars = [v for v in found if 'disc' in v.name]"],
        ["g_vars = [v for v in tf.trainable_variables() if v.name.startswith('gen')]", "assert len(g_vars) >= 0"],
        ["d_vars = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope='D')"],
        [],
    )
    return [
        (f"def {generator}(x):", plain),
        (f"def {discriminator}(x, reuse=False):", reused),
        *calls,
        *writer.draw.choice(ends),
    ], place


def actor_and_target(writer: Writer, place: Place) -> Statement:
    """A class for a network and its target, whose variables are found and copied by pairs."""
    name = writer.fresh("Policy")
    inner = replace(_inside(place, "self.scope"), method=True)
    kind = writer.draw.choice(["name_scope", "variable_scope"])
    lists: tuple[tuple[str, str], ...] = (
        ("self.vars = tf.trainable_variables()[before:]", "before = len(tf.trainable_variables())"),
        ("self.vars = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope=self.scope)", "pass"),
        ("self.vars = [v for v in tf.trainable_variables() if v.name.startswith(self.scope)]", "pass"),
        ("self.vars = [w]", "w = b = None"),
    )
    found, before = writer.draw.choice(lists)
    net: Block = [f"w = {made(writer, inner)}", f"b = {made(writer, inner)}", "return w, b"]
    if writer.chance(0.5):
        net = [(f"with tf.{kind}({writer.draw.choice(['self.scope', 'scope'])}):", net)]
    body: Block = [
        (
            f"def __init__(self, scope{writer.draw.choice(['', '=' + repr('main')])}):",
            ["self.scope = scope", before, 'w, b = self.network("net")', found],
        ),
        ("def network(self, scope):", net),
        (
            "def copy_from(self, other):",
            ["return [mine.assign(theirs) for mine, theirs in zip(self.vars, other.vars)]"],
        ),
    ]
    uses: tuple[Block, ...] = (
        [f'actor, target = {name}("actor"), {name}("target")', "copy = target.copy_from(actor)"],
        [
            (f'with tf.{kind}("agent"):', [f'actor = {name}("actor")', f'target = {name}("target")']),
            "target.copy_from(actor)",
        ],
        [f'agents = [{name}("agent_%d" % i) for i in range(2)]', "agents[1].copy_from(agents[0])"],
        [f'nets = {{key: {name}(key) for key in ("main", "target")}}', 'nets["target"].copy_from(nets["main"])'],
    )
    return [(f"class {name}(object):", body), *writer.draw.choice(uses)], place


def towers(writer: Writer, place: Place) -> Statement:
    """A model for each device, the first of which makes what the store shares."""
    name = writer.fresh("tower")
    store = [f'k = tf.get_variable("{writer.draw.choice(["k", "w"])}", [2])'] if writer.chance(0.5) else []
    net: Block = [*store, *_usable(_net(writer, _inside(place, "scope")))]
    reuse = "tf.get_variable_scope().reuse_variables()"
    scope = writer.draw.choice(['"%s_%d" % ("tower", i)', '"tower_%d" % i', 'f"tower_{i}"', '"tower"'])
    inside: Block = [f"loss = tf.reduce_sum({name}(tf.ones([2]), scope))", reuse, "losses.append(loss)"]
    ways: tuple[Block, ...] = (
        [('with tf.device("/cpu:0"):', [(f"with tf.name_scope({scope}) as scope:", inside)])],
        [(f'with tf.device("/cpu:0"), tf.name_scope({scope}) as scope:', inside)],
        [("with tf.variable_scope(tf.get_variable_scope(), reuse=bool(i)):", ['scope = ""', inside[0]])],
    )
    loop: Block = [("for i in range(2):", writer.draw.choice(ways))]
    if writer.chance(0.5):
        loop = [("with tf.variable_scope(tf.get_variable_scope()):", loop)]
    if writer.chance(0.3):
        loop.append("tf.train.GradientDescentOptimizer(0.1).minimize(tf.add_n(losses or [loss]))")
    return [(f"def {name}(x, scope):", net), "losses = []", *loop], place


def folds(writer: Writer, place: Place) -> Statement:
    """Training that builds a graph for each fold or rate, by itself or in a class; it runs a step of it at times."""
    name = writer.fresh("build")
    inner = _inside(place, "scope")
    net: Block = [*_net(writer, inner)[:-1], "loss = tf.reduce_sum(h)"]
    if writer.chance(0.4):
        net.append(f"step = {writer.calls.spelled}(0, trainable=False{writer.draw.choice(['', ', name=chr(115)'])})")
        net.append("tf.train.AdamOptimizer(0.1).minimize(loss, global_step=step)")
    net.append("return loss")
    build = f'loss = {name}(tf.ones([2]), "{writer.draw.choice(SCOPES)}")'
    run: Block = ["with tf.Session() as sess: sess.run(tf.global_variables_initializer())"] * writer.chance(0.3)
    reset = [] if place.depth else [["tf.reset_default_graph()", build, *run]]
    body = writer.draw.choice(
        [
            [("with tf.Graph().as_default():", [build, *run])],
            ["graph = tf.Graph()", ("with graph.as_default():", [build, *run])],
            [("with tf.Graph().as_default(), tf.Session() as sess:", [build])],
            *reset,
        ]
    )
    ways: tuple[Block, ...] = (
        [("for fold in range(2):", body)],
        [("for rate in [0.1, 0.01]:", body)],
        [("def train(fold):", body), "train(0)", "train(1)"],
        [("def train(fold):", body), ("for fold in range(2):", ["train(fold)"])],
    )
    return [(f"def {name}(x, scope):", net), *writer.draw.choice(ways)], place


def encoder_and_decoder(writer: Writer, place: Place) -> Statement:
    """A model from sequence to sequence: an embedding that both halves share, and a cell for each."""
    cell, embed = writer.fresh("Cell"), f'"{writer.draw.choice(["embedding", "E", *NAMES])}"'
    inner = replace(_inside(place, "self.name"), method=True)
    gates = [f"self.{one} = {made(writer, inner)}" for one in ("wi", "wf", "wo")[: writer.draw.randint(1, 3)]]
    scope = f"with tf.{writer.draw.choice(['name_scope', 'variable_scope'])}(self.name):"
    init: Block = ["self.name = name", *([(scope, gates)] if writer.chance(0.6) else gates)]
    call: Block = ["h = state * self.wi + x", "return h, h"]
    embedding = f"table = {writer.calls.spelled}(tf.random_uniform([4, 2]), name={embed})"
    if writer.chance(0.5):
        embedding = f"table = {writer.calls.spelled}(tf.random_uniform([4, 2]))"
    steps: Block = [
        ("for t in range(2):", ["x = tf.nn.embedding_lookup(table, [t])", "out, state = cell(x, state)"]),
        *[f"proj = {made(writer, Place())}"] * writer.chance(0.5),
    ]
    start = "state = tf.zeros([1, 2])"
    halves: Block = [
        (f'with tf.{writer.draw.choice(["name_scope", "variable_scope"])}("{half}"):', [f"cell = {build}", *steps])
        for half, build in (("encoder", f'{cell}("enc")'), ("decoder", f"{cell}({writer.calls.scope(Place())})"))
    ]
    if writer.chance(0.4):
        halves = [f'cell = {cell}("enc")', *steps, f'cell = {cell}("dec")', *steps]
    return [
        (f"class {cell}(object):", [("def __init__(self, name):", init), ("def __call__(self, x, state):", call)]),
        embedding,
        start,
        *halves,
    ], place


TWINS: tuple[tuple[float, Callable[[Writer, Place], Statement]], ...] = (
    (0.6, gan),
    (0.6, actor_and_target),
    (0.5, towers),
    (0.5, folds),
    (0.5, encoder_and_decoder),
)
