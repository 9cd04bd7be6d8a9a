"""Writes random TensorFlow 1 graph programs: scopes, loops, helpers, classes, names and initial values, combined.

`write(seed)` gives a program, always the same for one seed. Not every program runs: two `get_variable` calls may ask
for one name. Those that raise are of no use, and whoever runs them drops them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

__all__ = ["Program", "write"]

Block = list["str | tuple[str, Block]"]  # lines, and headers with the block below each

NAMES = (
    "w w w w b b W w_1 w_2 conv x s layer kernel v weights biases bias W1 b1 W_conv1 b_conv1 w w b alpha global_step W "
    "w_1 s v Variable Const add"
).split()
SCOPES = "s s s S conv layer w s_1 outer block net s scope layer1 conv1 Variable".split()
TARGETS = "w w b W weights v x kernel w_1 W_conv1 b_conv1 conv layer s".split()
ODD_NAMES = ('PREFIX + "w"', "PREFIX", '"%s_%s" % (PREFIX, "w")', '"s/w"', '"w" if FLAG else "b"')
IMPORTS = (
    ("import tensorflow as tf", True),
    ("import tensorflow as tf", True),
    ("import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()", False),
    ("from tensorflow.compat import v1 as tf\ntf.disable_v2_behavior()", False),
    ("import tensorflow", True),
    ("import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()", True),
)
VALUES = (
    """
tf.random_normal([2, 3])|tf.random_normal([2, 3], stddev=0.1)|tf.random_normal([2, 3], 0.0, 0.1)|tf.zeros([3])
tf.truncated_normal([2, 3], stddev=0.1)|tf.truncated_normal(SHAPE)|tf.random_uniform([2, 3], -1.0, 1.0)
tf.zeros(SHAPE)|tf.zeros([])|tf.ones([3])|tf.ones(shape=[2])|tf.constant(0.1, shape=[3])
tf.constant([1.0, 2.0])|tf.fill([2], 0.5)|0|0|0.5|[1.0, 2.0]|np.zeros([2])|np.ones((2, 3), np.float32)
tf.zeros([2], tf.int32)|tf.zeros([2, 3], dtype=tf.float64)|tf.random_normal([2, 3], seed=3)
tf.random_normal([2, 3]) * 0.1|tf.random_uniform([2])|tf.zeros([SIZE])|tf.ones([SIZE, 2])
tf.zeros_like(tf.constant([1.0, 2.0]))|np.random.randn(2).astype(np.float32)|tf.random.normal([2])
tf.linspace(0.0, 1.0, 3)|tf.zeros_initializer()([2])|tf.glorot_uniform_initializer()([2, 3])|tf.range(3)|True
tf.random_normal([2, 3], name="init")|tf.constant(1, tf.int32)|tf.random_shuffle([1, 2, 3])|tf.eye(2)
tf.multiply(tf.zeros([2]), 2.0, name="w")|3|1e-3
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
SHAPES = ("[2, 3]", "(3,)", "[SIZE]", "3 * [2]")
KEYWORDS = (
    "trainable=False",
    "trainable=False",
    "collections=[tf.GraphKeys.LOCAL_VARIABLES]",
    'collections=[tf.GraphKeys.GLOBAL_VARIABLES, "mine"]',
    "validate_shape=False",
    "use_resource=True",
    "use_resource=False",
    "expected_shape=None",
)


@dataclass(frozen=True, slots=True)
class Program:
    """Files by path, the first of them the main one; `compat` says whether plain `tensorflow` must mean version 1."""

    files: dict[str, str]
    compat: bool = True

    def __str__(self) -> str:
        return "\n".join(f"# --- {path}\n{text}" for path, text in self.files.items())


@dataclass(frozen=True, slots=True)
class Helper:
    """A function that a program may call: `passes` says what each parameter takes."""

    call: str
    passes: tuple[tuple[str, str], ...]  # name -> "name", "optional", "scope", "count", "flag"
    returns: bool


@dataclass(frozen=True, slots=True)
class Place:
    """What the code at one place can use. Blocks inside get a copy, so what they bind is not used behind them."""

    depth: int = 0
    function: bool = False
    method: bool = False
    names: tuple[str, ...] = ()  # parameters that are strings
    optional: tuple[str, ...] = ()  # parameters that are strings or None
    counters: tuple[str, ...] = ()
    words: tuple[str, ...] = ()  # loop variables that are strings
    flags: tuple[str, ...] = ("FLAG", "not FLAG", "SIZE > 2", "SIZE > 9")
    scopes: tuple[str, ...] = ()  # what stands behind `as`: names of name scopes
    variable_scopes: tuple[str, ...] = ()
    tensors: tuple[str, ...] = ("tf.constant(1.0)",)
    variables: tuple[str, ...] = ()
    helpers: tuple[Helper, ...] = ()
    creates: bool = True

    def knows(self, tensor: str) -> Place:
        """The place behind a statement that binds a tensor."""
        others = tuple(one for one in self.variables if one != tensor)
        return replace(self, tensors=(*self.tensors, tensor), variables=others)

    def within(self, **changes: object) -> Place:
        """The place one block further in."""
        return replace(self, depth=self.depth + 1, **changes)  # type: ignore[arg-type]


def write(seed: int) -> Program:
    """The program of a seed."""
    draw = random.Random(seed)
    return _Writer(draw, draw.random() < 0.15).program()


@dataclass
class _Writer:
    draw: random.Random
    large: bool
    count: int = 0
    spelled: str = "tf.Variable"

    def chance(self, probability: float) -> bool:
        return self.draw.random() < probability

    def size(self, most: int) -> int:
        """How many statements: few, for small programs run fast and say at once what is wrong; sometimes more."""
        return self.draw.randint(1, most if self.large else max(most - 1, 1))

    def fresh(self, stem: str) -> str:
        self.count += 1
        return f"{stem}{self.count}"

    # whole programs

    def program(self) -> Program:
        head, compat = self.draw.choice(IMPORTS)
        if head == IMPORTS[0][0] and self.chance(0.1):
            head, self.spelled = "import tensorflow as tf\nfrom tensorflow import Variable", "Variable"
        place = Place()
        files: dict[str, str] = {"main.py": ""}
        imports: Block = []
        for path, spelling in self.draw.choice(MODULES) if self.chance(0.3) else ():
            body, helpers = self.definitions(Place(), self.size(2))
            if self.chance(0.2):
                body += self.block(Place(depth=1), 2)
            files[path] = _render(head, body)
            line, called = self.imported(spelling, helpers)
            imports += line
            place = replace(place, helpers=place.helpers + called)
        body, helpers = self.definitions(place, self.size(3) - (not self.large))
        place = replace(place, helpers=place.helpers + helpers)
        files["main.py"] = _render(head, [*imports, *body, *self.main(place)])
        for path in [path for path in files if "/" in path]:
            files.setdefault(path.rpartition("/")[0] + "/__init__.py", "")
        return Program(files, compat)

    def imported(self, spelling: str, helpers: tuple[Helper, ...]) -> tuple[Block, tuple[Helper, ...]]:
        """The import of a module's helpers and what they are called then; `spelling` ends in `*` for one by one."""
        if not spelling.endswith("*"):
            prefix = spelling.rsplit(maxsplit=1)[-1]
            return [spelling], tuple(replace(one, call=f"{prefix}.{one.call}") for one in helpers)
        aliases: dict[str, str] = {}
        called = []
        for one in helpers:
            name = re.split(r"\W", one.call)[0]
            alias = aliases.setdefault(name, f"{name}_alias" if self.chance(0.2) else name)
            called.append(replace(one, call=alias + one.call[len(name) :]))
        lines: Block = [spelling[:-1] + (n if n == alias else f"{n} as {alias}") for n, alias in aliases.items()]
        return lines, tuple(called)

    def main(self, place: Place) -> Block:
        size = self.size(4)
        start: Block = []
        if self.chance(0.5):
            start = ["tf.set_random_seed(1)"]
        match self.draw.randrange(8):
            case 0:
                body = self.block(place.within(function=True), size)
                return [*start, ("def main():", body), ('if __name__ == "__main__":', ["main()"])]
            case 1:
                body = self.block(place.within(function=True), size)
                return [("def main(_):", [*start, *body]), "tf.app.run()"]
            case 2:
                return [*start, ("with tf.Graph().as_default():", [*start, *self.block(place.within(), size)])]
        return [*start, *self.block(place, size)]

    # functions and classes

    def definitions(self, place: Place, count: int) -> tuple[Block, tuple[Helper, ...]]:
        block: Block = []
        helpers: tuple[Helper, ...] = ()
        for _ in range(count):
            inner = replace(place, helpers=place.helpers + helpers)
            lines, made = self.class_(inner) if self.chance(0.25) else self.function(inner)
            block += lines
            helpers += made
        return block, helpers

    def function(self, place: Place) -> tuple[Block, tuple[Helper, ...]]:
        name = self.fresh(self.draw.choice(["weight_variable", "make", "dense", "conv_layer", "_get_var", "f"]))
        passes, header = self.parameters()
        inner = self.inside(place, passes)
        if self.chance(0.5):
            body: Block = [f"return {self.creation(inner)}"]
        else:
            body = [*self.block(inner, self.size(3)), f"return {self.tensor_or_creation(inner)}"]
        if self.chance(0.1) and inner.depth < 3:
            body = [(f"with {self.items(inner)[0]}:", body)]
        if self.chance(0.06):
            recursive = [p if k != "count" else f"{p} - 1" for p, k in passes]
            if any(kind == "count" for _, kind in passes):
                counter = next(p for p, kind in passes if kind == "count")
                body = [(f"if {counter} > 0:", [f"{name}({', '.join(recursive)})"]), *body]
        decorator: Block = ["@plain"] if self.chance(0.03) else []
        helper: Block = [("def plain(f):", ["return f"])] if decorator else []
        return [*helper, *decorator, (f"def {name}({header}):", body)], (Helper(name, passes, True),)

    def parameters(self) -> tuple[tuple[tuple[str, str], ...], str]:
        kinds = [
            ("name", "name", ""),
            ("name", "optional", "=None"),
            ("name", "name", f'="{self.draw.choice(NAMES)}"'),
            ("scope", "scope", ""),
            ("scope", "scope", f'="{self.draw.choice(SCOPES)}"'),
            ("n", "count", ""),
            ("flag", "flag", "=True"),
            ("shape", "shape", ""),
        ]
        chosen: dict[str, tuple[str, str]] = {}
        for _ in range(self.draw.choice([0, 0, 1, 1, 2, 3])):
            name, kind, default = self.draw.choice(kinds)
            chosen.setdefault(name, (kind, default))
        ordered = sorted(chosen.items(), key=lambda one: bool(one[1][1]))
        header = ", ".join(name + default for name, (_, default) in ordered)
        return tuple((name, kind) for name, (kind, _) in ordered), header

    def inside(self, place: Place, passes: Sequence[tuple[str, str]]) -> Place:
        def of(*kinds: str) -> tuple[str, ...]:
            return tuple(name for name, kind in passes if kind in kinds)

        return Place(
            depth=1,
            function=True,
            names=of("name", "scope"),
            optional=of("optional"),
            counters=of("count"),
            flags=place.flags + of("flag"),
            helpers=place.helpers,
        )

    def class_(self, place: Place) -> tuple[Block, tuple[Helper, ...]]:
        name = self.fresh(self.draw.choice(["Net", "Layer", "Model"]))
        passes, header = self.parameters()
        inner = replace(self.inside(place, passes), method=True, depth=2)
        method = self.fresh(self.draw.choice(["build", "_make", "add"]))
        own, own_header = self.parameters()
        body: Block = self.block(inner, self.size(3))
        where = replace(self.inside(place, own), method=True, depth=2)
        made: Block = [*self.block(where, self.size(2)), f"return {self.tensor_or_creation(where)}"]
        calls: Block = []
        if self.chance(0.6):
            line = f"self.{method}({self.arguments(own, inner)})"
            calls = [(f"for k in range({self.draw.randint(1, 2)}):", [line])] if self.chance(0.3) else [line]
        lines: Block = [
            (
                f"class {name}({self.draw.choice(['', 'object'])}):",
                [
                    (f"def __init__({', '.join(filter(None, ['self', header]))}):", [*body, *calls]),
                    (f"def {method}({', '.join(filter(None, ['self', own_header]))}):", made),
                ],
            )
        ]
        helpers = (
            Helper(name, passes, False),
            Helper(f"{name}({self.arguments(passes, Place())}).{method}", own, True),
        )
        if self.chance(0.3):
            lines, more = self.subclass(lines, name, method, own_header, passes, where)
            helpers += more
        return lines, helpers

    def subclass(
        self, lines: Block, parent: str, method: str, header: str, passes: tuple[tuple[str, str], ...], where: Place
    ) -> tuple[Block, tuple[Helper, ...]]:
        name = self.fresh("Sub")
        made: Block = self.block(where, self.size(2))
        names = re.findall(r"(\w+)(?==|,|$)", re.sub(r'="?\w+"?', "", header))
        if self.chance(0.5):
            made.append(f"super({name}, self).{method}({', '.join(names)})")
        body: Block = [(f"def {method}({', '.join(filter(None, ['self', header]))}):", made)]
        return [*lines, (f"class {name}({parent}):", body)], (Helper(name, passes, False),)

    def arguments(self, passes: Sequence[tuple[str, str]], place: Place) -> str:
        """What a call passes; a parameter with a default is often left out, and those behind it go by keyword."""
        texts = []
        keyword = False
        for name, kind in passes:
            if kind in ("optional", "flag") and self.chance(0.5):
                keyword = True
                continue
            keyword = keyword or self.chance(0.2)
            texts.append(f"{name}={self.argument(kind, place)}" if keyword else self.argument(kind, place))
        return ", ".join(texts)

    def argument(self, kind: str, place: Place) -> str:
        match kind:
            case "optional":
                return self.draw.choice(["None", *place.optional, self.name(place)])
            case "count":
                return self.draw.choice(["1", "2", *place.counters])
            case "flag":
                return self.draw.choice(["True", "False"])
            case "shape":
                return self.draw.choice(["[2, 3]", "[3]", "[SIZE]"])
            case "scope":
                return self.scope(place)
        return self.name(place)

    def call(self, place: Place) -> str:
        helper = self.draw.choice(place.helpers)
        return f"{helper.call}({self.arguments(helper.passes, place)})"

    # names and values

    def name(self, place: Place) -> str:
        """An expression for a variable's name."""
        return self.string(place, NAMES)

    def scope(self, place: Place) -> str:
        """An expression for a scope's name."""
        return self.string(place, SCOPES)

    def string(self, place: Place, pool: Sequence[str]) -> str:
        word = self.draw.choice(pool)
        options = [f'"{word}"'] * 2
        for text in place.names:
            options += [text, text, f'{text} + "_{word}"', f'"%s_{word}" % {text}', f'f"{{{text}}}_{word}"']
        for number in place.counters:
            options += [f'"{word}%d" % {number}', f'"{word}_{{}}".format({number})', f'f"{word}{{{number}}}"']
            options += [f'"{word}" + str({number})', f'"{word}_%d" % ({number} + 1)']
        for text in place.words:
            options += [text, text, f'"{word}_%s" % {text}', f'{text} + "_{word}"']
        if self.chance(0.05):
            return self.draw.choice(
                ['PREFIX + "w"', "PREFIX", '"%s_%s" % (PREFIX, "w")', '"s/w"', '"w" if FLAG else "b"']
            )
        return self.draw.choice(options)

    def value(self, place: Place) -> str:
        if self.chance(0.05) and place.tensors[1:]:
            return self.draw.choice([f"tf.cast({place.tensors[-1]}, tf.float32) * 2.0", "lambda: tf.zeros([2])"])
        if self.chance(0.04) and place.variables:
            return f"{self.draw.choice(place.variables)}.initialized_value()"
        return self.draw.choice(VALUES).replace("SHAPE", self.draw.choice(SHAPES))

    def creation(self, place: Place) -> str:
        """A `tf.Variable` call."""
        value = self.value(place)
        parts = [f"initial_value={value}" if self.chance(0.03) else value]
        if self.chance(0.65):
            parts.append(f"name={self.draw.choice(place.optional) if self.optional(place) else self.name(place)}")
        if self.chance(0.25):
            parts.append(self.draw.choice(KEYWORDS))
        if self.chance(0.04) and re.search(r"^(\d+|0\.5|\[1\.0, 2\.0\])$", value):
            parts.append("dtype=tf.float32")
        if self.chance(0.03) and parts == [value]:
            parts.append("False")
        if self.chance(0.03) and parts == [value]:
            parts += ["True", "None", "True", "None", self.name(place)]
        return f"{self.spelled}({', '.join(parts)})"

    def optional(self, place: Place) -> bool:
        return bool(place.optional) and self.chance(0.7)

    def tensor_or_creation(self, place: Place) -> str:
        return self.creation(place) if self.chance(0.4) else self.draw.choice(place.tensors)

    # statements

    def block(self, place: Place, size: int) -> Block:
        """Statements; each can use what those before it bind."""
        lines: Block = []
        for _ in range(size):
            more, place = self.statement(place)
            lines += more
        return lines

    def statement(self, place: Place) -> tuple[Block, Place]:
        makers: list[tuple[float, Callable[[Place], tuple[Block, Place]]]] = [
            (10, self.assign),
            (3, self.ops),
            (2, self.container),
            (1, self.store),
            (0.5, self.local_function),
            (0.7, self.lambda_),
            (0.25, self.minimize),
            (0.3, self.reuse),
        ]
        if place.helpers:
            makers.append((5, self.helper_call))
        if place.depth < (4 if self.large else 3):
            makers += [(6, self.with_), (3, self.loop), (1.5, self.branch), (0.7, self.attempt), (0.4, self.graph)]
        weights = [weight for weight, _ in makers]
        return self.draw.choices([maker for _, maker in makers], weights)[0](place)

    def assign(self, place: Place) -> tuple[Block, Place]:
        target, call = self.draw.choice(TARGETS), self.creation(place)
        if place.method and self.chance(0.6):
            return [f"self.{target} = {call}"], place
        known = replace(place.knows(target), variables=(*place.variables, target))
        match self.draw.randrange(14):
            case 0:
                return [call], place
            case 1:
                other = self.draw.choice(["c", "d"])
                return [f"{target}, {other} = {call}, {self.creation(place)}"], known
            case 2:
                return [f"h = tf.identity(tf.cast({call}, tf.float32) + 1.0)"], replace(
                    place, tensors=(*place.tensors, "h")
                )
            case 3:
                return [f"other = {target} = {call}"], known
            case 4:
                return [f"{target} = {call}; b = {self.creation(place)}"], known
            case 5:
                return [(f"if {call} is not None:", ["pass"])], place
            case 6:
                return [f'h = tf.identity({call}, name="{self.draw.choice(NAMES)}")'], place
        return [f"{target} = {call}"], known

    def ops(self, place: Place) -> tuple[Block, Place]:
        tensor, name = self.draw.choice(place.tensors), self.draw.choice(NAMES)
        match self.draw.randrange(7):
            case 0:
                return [f'x = tf.placeholder(tf.float32, [None, 3], name="{name}")'], replace(
                    place, tensors=(*place.tensors, "x")
                )
            case 1:
                return [f'y = tf.identity({tensor}, name="{name}")'], place.knows("y")
            case 2 if place.scopes:
                return [f"y = tf.identity({tensor}, name={self.draw.choice(place.scopes)})"], place
            case 3:
                return [f'c = tf.constant(2.0, name="{name}")'], place
            case 4:
                return [f"y = tf.cast({tensor}, tf.float32) * 2.0"], place.knows("y")
            case 5 if place.names or place.counters:
                return [f"y = tf.identity({tensor}, name={self.name(place)})"], place
        return [f"y = tf.reduce_sum(tf.cast({tensor}, tf.float32))"], place.knows("y")

    def container(self, place: Place) -> tuple[Block, Place]:
        match self.draw.randrange(7):
            case 0:
                keys = self.draw.sample(["h1", "h2", "out", "w"], 2)
                items = ", ".join(f'"{key}": {self.creation(place)}' for key in keys)
                return [f"{self.draw.choice(['weights', 'biases'])} = {{{items}}}"], place
            case 1:
                return [f"ws = [{self.creation(place)}, {self.creation(place)}]"], place
            case 2:
                inner = replace(place, counters=(*place.counters, "i"))
                what = self.call(inner) if place.helpers and self.chance(0.4) else self.creation(inner)
                return [f"ws = [{what} for i in range(2)]"], place
            case 3:
                inner = replace(place, words=(*place.words, "k"))
                return [f'ws = {{k: {self.creation(inner)} for k in ("a", "b")}}'], place
            case 4:
                return ["d = {}", f'd["{self.draw.choice(NAMES)}"] = {self.creation(place)}'], place
            case 5:
                line: Block = [f"vs.append({self.creation(place)})"]
                return [
                    "vs = []",
                    (f"for _ in range({self.draw.randint(1, 2)}):", line) if self.chance(0.4) else line[0],
                ], place
        return [f"ws = dict(a={self.creation(place)}, b={self.creation(place)})"], place

    def store(self, place: Place) -> tuple[Block, Place]:
        name = f'"{self.fresh("g")}"' if self.chance(0.4) else self.name(place)
        shape = self.draw.choice(["[2]", "[2, 3]", "[], initializer=tf.zeros_initializer()"])
        return [f"g = tf.get_variable({name}, {shape})"], place.knows("g")

    def helper_call(self, place: Place) -> tuple[Block, Place]:
        call = self.call(place)
        returns = not re.match(r"[\w.]*(Net|Layer|Model|Sub)\d+\([^.]*\)$", call)
        match self.draw.randrange(6):
            case 0:
                return [call], place
            case 1 if returns:
                return [f"a, b = {call}, {self.call(place)}"], place
            case 2:
                return [("for _ in range(2):", [call])], place
            case 3 if place.method:
                return [f"self.{self.draw.choice(TARGETS)} = {call}"], place
        target = self.draw.choice(TARGETS)
        return [f"{target} = {call}"], place.knows(target) if returns else place

    def local_function(self, place: Place) -> tuple[Block, Place]:
        if place.depth > 2:
            return self.assign(place)
        name = self.fresh("inner")
        passes, header = self.parameters()
        own = self.inside(place, passes)
        inner = replace(own, names=own.names + place.names, counters=own.counters + place.counters)
        body: Block = [*self.block(replace(inner, depth=place.depth + 2), 1), f"return {self.creation(inner)}"]
        known = replace(place, helpers=(*place.helpers, Helper(name, passes, True)))
        return [(f"def {name}({header}):", body)], known

    def lambda_(self, place: Place) -> tuple[Block, Place]:
        match self.draw.randrange(4):
            case 3:
                tensor = self.draw.choice(place.tensors)
                arms = f"lambda: tf.identity({tensor}), lambda: {tensor} + {tensor}"
                return [f'y = tf.cond(tf.constant(True), {arms}, name="{self.draw.choice(NAMES)}")'], place
            case 0:
                return [f"make = lambda: {self.creation(place)}", *["v = make()"] * self.draw.randint(1, 2)], place
            case 1:
                inner = replace(place, names=(*place.names, "n"))
                calls = [f"v = make({self.name(place)})" for _ in range(self.draw.randint(1, 2))]
                return [f"make = lambda n: {self.creation(inner)}", *calls], place
        inner = replace(place, words=(*place.words, "n"))
        return [f'list(map(lambda n: {self.creation(inner)}, ["a", "b"]))'], place

    def minimize(self, place: Place) -> tuple[Block, Place]:
        optimizer = self.draw.choice(["tf.train.AdamOptimizer(0.1)", "tf.train.MomentumOptimizer(0.1, 0.9)"])
        return [
            f"t = tf.Variable(tf.ones([2]), name={self.name(place)})",
            f"{optimizer}.minimize(tf.reduce_sum(t * t))",
        ], place

    def reuse(self, place: Place) -> tuple[Block, Place]:
        if place.variable_scopes and self.chance(0.5):
            scope = self.draw.choice(place.variable_scopes)
            header = self.draw.choice(
                [f"tf.variable_scope({scope})", f"tf.variable_scope({scope}, reuse=tf.AUTO_REUSE)"]
            )
            return [(f"with {header}:", self.block(place.within(), 1))], place
        if place.scopes and self.chance(0.8):
            return [(f"with tf.name_scope({self.draw.choice(place.scopes)}):", self.block(place.within(), 1))], place
        return ["tf.get_variable_scope().reuse_variables()"] if self.chance(0.2) else ["pass"], place

    # compound statements

    def with_(self, place: Place) -> tuple[Block, Place]:
        items, inner = self.items(place)
        return [(f"with {items}:", self.block(inner, self.size(3)))], place

    def items(self, place: Place) -> tuple[str, Place]:
        inner = place.within()
        first, inner = self.item(inner)
        if not self.chance(0.15):
            return first, inner
        second, inner = self.item(inner) if self.chance(0.5) else ('tf.device("/cpu:0")', inner)
        return ", ".join(self.draw.sample([first, second], 2)), inner

    def item(self, place: Place) -> tuple[str, Place]:
        scope = self.scope(place)
        plain = [f"tf.name_scope({scope})"] * 6 + [f"tf.variable_scope({scope})"] * 5
        rare = [
            f"tf.variable_scope({scope}, reuse=tf.AUTO_REUSE)",
            f"tf.variable_scope(None, default_name={scope})",
            f"tf.variable_scope(None, {scope})",
            f"tf.name_scope(None, {scope})",
            f"tf.name_scope({scope}, values=[])",
            f"tf.name_scope(name={scope})",
            f"tf.variable_scope(name_or_scope={scope})",
            f"tf.variable_scope({scope}, auxiliary_name_scope=False)",
            "tf.name_scope(None)",
            f'tf.variable_scope({scope}, "default")',
            f"tf.variable_scope({scope}, initializer=tf.zeros_initializer())",
            f"tf.variable_scope({scope}, dtype=tf.float32)",
            "tf.variable_scope(tf.get_variable_scope())",
            'tf.device("/cpu:0")',
            "tf.control_dependencies([])",
            "tf.Session()",
            *(f'tf.name_scope({one}, "default")' for one in place.optional),
            *(f'tf.variable_scope({one}, "default")' for one in place.optional),
        ]
        chosen = self.draw.choice(plain if self.chance(0.7) else rare)
        if not self.chance(0.15) or "scope" not in chosen:
            return chosen, place
        if "name_scope" in chosen and "auxiliary" not in chosen and "name_scope(None)" not in chosen:
            return f"{chosen} as scope", replace(place, scopes=(*place.scopes, "scope"))
        if chosen.startswith("tf.variable_scope"):
            return f"{chosen} as vs", replace(place, variable_scopes=(*place.variable_scopes, "vs"))
        return chosen, place

    def loop(self, place: Place) -> tuple[Block, Place]:
        name = self.draw.choice(["i", "j", "step"])
        counted = place.within(counters=(*place.counters, name))
        size = self.size(3)
        match self.draw.randrange(6):
            case 0:
                inner = place.within(words=(*place.words, "key"))
                words = self.draw.choice(['["a", "b"]', '("w", "b")', '["a", "A"]', '["s", "s"]'])
                return [(f"for key in {words}:", self.block(inner, size))], place
            case 1:
                inner = counted.within(words=(*place.words, "key"))
                return [(f'for {name}, key in enumerate(["a", "b"]):', self.block(inner, size))], place
            case 2:
                body: Block = [*self.block(place.within(), size), f"{name} += 1"]
                return [f"{name} = 0", (f"while {name} < 2:", body)], place
            case 3:
                inner = counted.within(words=(*place.words, "key"))
                return [(f'for {name}, key in zip([1, 1], ["a", "b"]):', self.block(inner, size))], place
            case 4:
                return [(f"for {name} in [2, 3]:", self.block(counted, size))], place
        return [
            (f"for {name} in range({self.draw.choice(['2', '3', '1', 'SIZE'])}):", self.block(counted, size))
        ], place

    def branch(self, place: Place) -> tuple[Block, Place]:
        tests = [
            *place.flags,
            *(f"{one} is None" for one in place.optional),
            *(f"{one} == 0" for one in place.counters),
        ]
        lines: Block = [(f"if {self.draw.choice(tests)}:", self.block(place.within(), self.size(2)))]
        if self.chance(0.2):
            lines.append((f"elif {self.draw.choice(tests)}:", self.block(place.within(), 1)))
        if self.chance(0.7):
            lines.append(("else:", self.block(place.within(), self.size(2))))
        return lines, place

    def attempt(self, place: Place) -> tuple[Block, Place]:
        if self.chance(0.5):
            name = self.draw.choice(NAMES)
            look = [f'v = tf.get_default_graph().get_tensor_by_name("{name}:0")']
            return [("try:", [*look]), ("except KeyError:", [f'v = tf.Variable(0.0, name="{name}")'])], place
        body = self.block(place.within(), self.size(2))
        end = ("finally:", self.block(place.within(), 1)) if self.chance(0.4) else ("except OSError:", ["pass"])
        return [("try:", body), end], place

    def graph(self, place: Place) -> tuple[Block, Place]:
        clean = replace(place, tensors=place.tensors[:1], variables=(), scopes=(), variable_scopes=())
        inner = clean.within()
        match self.draw.randrange(4):
            case 0:
                if place.depth == 0:
                    return ["tf.reset_default_graph()"], clean
            case 1:
                body = self.block(inner, self.size(2))
                return ["graph = tf.Graph()", ("with graph.as_default():", body)], place
            case 2:
                return [("with tf.Graph().as_default(), tf.Session():", self.block(inner, self.size(2)))], place
        return [("with tf.Graph().as_default():", self.block(inner, self.size(2)))], place


MODULES = (
    (("layers.py", "import layers"),),
    (("layers.py", "from layers import *"),),
    (("net/layers.py", "from net import layers"),),
    (("net/layers.py", "import net.layers as nn"),),
    (("net/layers.py", "from net.layers import *"),),
    (("layers.py", "import layers"), ("model.py", "from model import *")),
)


def _render(head: str, block: Block) -> str:
    """The text of a module; what it does not use of the head is there nevertheless."""
    constants = 'FLAG = True\nSIZE = 3\nPREFIX = "pre"'
    text = f"import numpy as np\n{head}\n{constants}\n" + "".join(line + "\n" for line in _lines(block, ""))
    return text if "tf" in head.split() else re.sub(r"\btf\.", "tensorflow.", text)


def _lines(block: Block, indent: str) -> list[str]:
    lines = []
    for one in block:
        if isinstance(one, str):
            lines.append(indent + one)
        else:
            lines += [indent + one[0], *_lines(one[1] or ["pass"], indent + "    ")]
    return lines
