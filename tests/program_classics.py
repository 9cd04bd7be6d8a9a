"""Programs that many have copied, as parts of random ones: AlexNet, VGG from arrays, TextCNN, DQN, LSTM by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from program_parts import NAMES, SCOPES, Block, Place, Statement, Writer
from program_twins import made

__all__ = ["CLASSICS"]


def _inside(place: Place, *names: str, **more: tuple[str, ...]) -> Place:
    return Place(depth=place.depth + 2, function=True, names=names, helpers=place.helpers, **more)


def convolutions(writer: Writer, place: Place) -> Statement:
    """Scopes one after the other, after each of which its last op is called; what it makes is put into a list."""
    kind, alias = writer.draw.choice([("name_scope", "scope"), ("variable_scope", "scope.name"), ("name_scope", "")])
    lines: Block = ["x, parameters = tf.ones([2]), []"]
    for number in range(writer.draw.randint(2, 3)):
        word = writer.draw.choice([f"conv{number}", "conv", *SCOPES])
        op = writer.draw.choice(["x * kernel + biases", "tf.nn.relu(x + kernel)"])
        body: Block = [f"kernel = {made(writer, place)}", f"biases = {made(writer, place)}"]
        body.append(f"x = tf.identity({op}, name={alias})" if alias else f'x = tf.identity({op}, name="{word}")')
        body.append(writer.draw.choice(["parameters += [kernel, biases]", "parameters.append(kernel)", "pass"]))
        lines.append((f'with tf.{kind}("{word}"){" as scope" if alias else ""}:', body))
    return lines, place


def summarized(writer: Writer, place: Place) -> Statement:
    """A layer whose weights and biases have scopes of their own, with summaries of each."""
    weight, layer = writer.fresh("weight_variable"), writer.fresh("nn_layer")
    kind = writer.draw.choice(["name_scope", "name_scope", "variable_scope"])
    inner = _inside(place)
    summaries: Block = [('with tf.name_scope("summaries"):', ['tf.summary.scalar("mean", tf.reduce_mean(var))'])]
    parts: Block = [
        (f'with tf.{kind}("weights"):', [f"weights = {weight}()", f"{layer}_summaries(weights)"]),
        (f'with tf.{kind}("biases"):', [f"biases = {made(writer, inner)}", f"{layer}_summaries(biases)"]),
        ('with tf.name_scope("Wx_plus_b"):', ["y = x * weights + biases"]),
    ]
    named = writer.draw.choice(["layer_name", "layer_name", f'"{writer.draw.choice(SCOPES)}"'])
    words = (f'"{writer.draw.choice(["layer1", *SCOPES])}"', writer.calls.scope(place))
    return [
        (f"def {weight}():", [f"initial = {writer.calls.value(Place())}", f"return {made(writer, inner)}"]),
        (f"def {layer}_summaries(var):", summaries if writer.chance(0.7) else ["return tf.reduce_mean(var)"]),
        (f"def {layer}(x, layer_name):", [(f"with tf.{kind}({named}):", parts), "return y"]),
        f"h = {layer}(tf.ones([2]), {words[0]})",
        f"h = {layer}(h, {words[1]})",
    ], place


def text_network(writer: Writer, place: Place) -> Statement:
    """A class with a scope for each size in a loop, one for what goes before and one for what goes after."""
    name = writer.fresh("TextCNN")
    inner = replace(_inside(place, counters=("i",)), method=True)
    word = writer.draw.choice(['"conv-maxpool-%s" % size', '"conv_%d" % i', '"conv"', 'f"conv{i}"'])
    kind = writer.draw.choice(["name_scope", "name_scope", "variable_scope"])
    named = writer.draw.choice(["", ", name=s", ', name="W"'])
    first = f"self.W = {writer.calls.spelled}(tf.random_uniform([4, 2], -1.0, 1.0){named})"
    body: Block = [
        's, l2_loss = "W", tf.constant(0.0)',
        (f'with tf.device("/cpu:0"), tf.{kind}("embedding"):', [first, "x = tf.nn.embedding_lookup(self.W, [0])"]),
        "pooled = []",
        (
            "for i, size in enumerate(sizes):",
            [
                (
                    f"with tf.{kind}({word}):",
                    [f"W = {made(writer, inner)}", f"b = {made(writer, inner)}", "pooled.append(x * W + b)"],
                )
            ],
        ),
        (
            f'with tf.{kind}("{writer.draw.choice(["output", *SCOPES])}"):',
            [f"W = {made(writer, inner)}", "l2_loss += tf.nn.l2_loss(W)", 'self.out = tf.identity(W, name="scores")'],
        ),
    ]
    uses = writer.draw.choice([[f"{name}()"], [f"{name}()", f"{name}((2,))"]])
    return [(f"class {name}(object):", [("def __init__(self, sizes=(3, 4)):", body)]), *uses], place


def from_arrays(writer: Writer, place: Place) -> Statement:
    """A network out of arrays by name, whose layers are variables or constants, and are kept by name and number."""
    name = writer.fresh("Vgg")
    inner = replace(_inside(place, "name", "var_name"), method=True)
    value = writer.draw.choice(["value", "initial"])
    make = f"{writer.calls.spelled}({value}, name={writer.calls.name(inner)})"
    get: Block = [
        (
            "if self.data is not None and name in self.data:",
            ["value = self.data[name][idx]"],
        ),
        ("else:", ["value = initial"]),
        ("if self.trainable:", [f"var = {make}"]),
        ("else:", ["var = tf.constant(value, dtype=tf.float32, name=var_name)"]),
        "self.vars[(name, idx)] = var",
        "return var",
    ]
    layer: Block = [
        'w = self.get_var(tf.truncated_normal([2], 0.0, 0.1), name, 0, name + "_weights")',
        'b = self.get_var(tf.zeros([2]), name, 1, name + "_biases")',
        "return x * w + b",
    ]
    if writer.chance(0.6):
        layer = [(f"with tf.{writer.draw.choice(['name_scope', 'variable_scope'])}(name):", layer)]
    data = writer.draw.choice(["None", '{"conv1": [np.ones([2], np.float32), np.zeros([2], np.float32)]}'])
    body: Block = [
        (
            f"def __init__(self, data={data}, trainable=True):",
            ["self.data, self.trainable, self.vars = data, trainable, {}"],
        ),
        ("def build(self, x):", ['x = self.layer(x, "conv1")', 'return self.layer(x, "conv2")']),
        ("def layer(self, x, name):", layer),
        ("def get_var(self, initial, name, idx, var_name):", get),
    ]
    uses = writer.draw.choice(
        [
            [f"net = {name}()", "net.build(tf.ones([2]))"],
            [f"{name}(trainable=False).build(1.0)", f"{name}().build(1.0)"],
            [f"net = {name}()", (f'with tf.name_scope("{writer.draw.choice(SCOPES)}"):', ["net.build(1.0)"])],
        ]
    )
    return [(f"class {name}(object):", body), *uses], place


def networks_by_collection(writer: Writer, place: Place) -> Statement:
    """Two networks whose variables are found by collections of their own, or by the scope that a parameter names."""
    name = writer.fresh("net")
    inner = _inside(place)
    spell = writer.calls.spelled
    named = writer.draw.choice(["", f', name="{writer.draw.choice(NAMES)}"'])
    kind = writer.draw.choice(["name_scope", "variable_scope"])
    by_name: Block = [
        (
            f"def {name}(scope, c_names):",
            [
                (
                    f"with tf.{kind}(scope):",
                    [f"w = {spell}(tf.ones([2]){named}, collections=c_names)", f"b = {made(writer, inner)}"],
                ),
                "return w + b",
            ],
        ),
        *(f'{name}("{one}", ["{one}_params", tf.GraphKeys.GLOBAL_VARIABLES])' for one in ("eval", "target")),
        'pairs = zip(tf.get_collection("target_params"), tf.get_collection("eval_params"))',
        "replace = [tf.assign(t, e) for t, e in pairs]",
    ]
    found = writer.draw.choice(["scope", 'scope + "/actor"'])
    by_scope: Block = [
        (
            f"def {name}(scope):",
            [
                (
                    f"with tf.{kind}(scope):",
                    [
                        ('with tf.variable_scope("actor"):', [f"w = {made(writer, inner)}"]),
                        ('with tf.variable_scope("critic"):', [f"v = {made(writer, inner)}"]),
                    ],
                ),
                f"params = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope={found})",
                ('if scope != "global":', ["tf.gradients(tf.reduce_sum(w + v), [w])"]),
                "return params",
            ],
        ),
        f'shared = {name}("global")',
        f'workers = [{name}("W_%i" % i) for i in range(2)]',
        "pull = [mine.assign(theirs) for one in workers for mine, theirs in zip(one, shared)]",
    ]
    return writer.draw.choice([by_name, by_scope]), place


def lstm_by_hand(writer: Writer, place: Place) -> Statement:
    """The gates of a cell as variables one after the other, a function over them, and states that are kept."""
    gates = [f"{gate}{part}" for gate in "ifco"[: writer.draw.randint(1, 2)] for part in "xmb"]
    cell = writer.fresh("lstm_cell")
    lines: Block = [f"{gate} = {made(writer, place)}" for gate in gates]
    saved = f"{writer.calls.spelled}(tf.zeros([2]), trainable=False)"
    lines += [
        f"saved_output = {saved}",
        f"saved_state = {saved}",
        (f"def {cell}(i, o, state):", [f"return tf.sigmoid(i * {gates[0]} + o * {gates[1]} + {gates[2]})"]),
        "output, state = saved_output, saved_state",
        ("for t in range(2):", [f"output = {cell}(tf.ones([2]), output, state)"]),
        (
            "with tf.control_dependencies([saved_output.assign(output), saved_state.assign(state)]):",
            [f"w = {made(writer, place)}", "y = output * w"],
        ),
    ]
    if writer.chance(0.4):
        lines = ["graph = tf.Graph()", ("with graph.as_default():", lines)]
    return lines, place


def weights_of_a_checkpoint(writer: Writer, place: Place) -> Statement:
    """Variables out of a table of arrays, under the keys that they have there."""
    table = '{"conv1/w": np.ones([2]), "conv1/b": np.zeros([2]), "fc": np.ones([3])}'
    spell = writer.calls.spelled
    more = writer.draw.choice(["", ", trainable=False", ", dtype=tf.float32"])
    name = writer.draw.choice(["key", 'key.replace("/", "_")', 'key.split("/")[-1]', '"pre/" + key'])
    value = writer.draw.choice(["table[key]", "table[key].astype(np.float32)", "tf.constant(table[key])"])
    make = f"{spell}({value}, name={name}{more})"
    ways: tuple[Block, ...] = (
        [("for key in sorted(table):", [f"v = {make}"])],
        [f"found = {{key: {make} for key in sorted(table)}}"],
        [("for key, array in sorted(table.items()):", [f"v = {spell}(array, name=key{more})"])],
        ["found = {}", ("for key in sorted(table):", [f"found[key] = {make}"]), "saver = tf.train.Saver(found)"],
    )
    return [f"table = {table}", *writer.draw.choice(ways)], place


CLASSICS: tuple[tuple[float, Callable[[Writer, Place], Statement]], ...] = (
    (0.5, convolutions),
    (0.4, summarized),
    (0.4, text_network),
    (0.4, from_arrays),
    (0.5, networks_by_collection),
    (0.3, lstm_by_hand),
    (0.4, weights_of_a_checkpoint),
)
