"""Writes random TensorFlow 1 graph programs: scopes, loops, helpers, classes, names and initial values, combined.

`write(seed)` gives a program, always the same for one seed. Not every program runs: two `get_variable` calls may ask
for one name. Those that raise are of no use, and whoever runs them drops them.
"""

from __future__ import annotations

import builtins
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from program_calls import Expressions
from program_chains import CHAINS
from program_classes import CLASSES
from program_classics import CLASSICS
from program_files import ALIASES, LAYOUTS, File, imported
from program_flow import FLOWS
from program_given import GIVEN
from program_holders import HOLDERS
from program_models import MODELS
from program_networks import NETWORKS
from program_oddities import ODDITIES
from program_packages import PACKAGES
from program_parts import CONSTANTS, IMPORTS, NAMES, SCOPES, SCOPES_MODULE, TARGETS, Block, Helper, Place, Program
from program_rebinding import REBINDINGS
from program_reuse import REUSES
from program_scopes import SCOPINGS
from program_sessions import SESSIONS
from program_statements import STATEMENTS
from program_tables import TABLES
from program_training import CELLS, LAYERS, TRAININGS
from program_twins import TWINS
from program_unknowns import UNKNOWNS
from program_upkeep import UPKEEPS

__all__ = ["Program", "write"]


def write(seed: int, old: bool = False) -> Program:
    """The program of a seed; an `old` one has layers that TensorFlow 2.16 and later lack."""
    draw = random.Random(seed)
    return _Writer(draw, draw.random() < 0.15, old).program()


@dataclass
class _Writer:
    draw: random.Random
    large: bool
    old: bool = False
    count: int = 0
    beside: dict[str, Block] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.calls = Expressions(self.draw, folded=not self.old)
        self.chance = self.calls.chance

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
            head, self.calls.spelled = self.draw.choice(ALIASES)
        place = Place()
        files: dict[str, str] = {"main.py": ""}
        imports: Block = []
        others, spellings = self.draw.choice(LAYOUTS) if self.chance(0.3) else ((), ())
        made: list[tuple[Helper, ...]] = []
        for file, spelling in zip(others, spellings, strict=True):
            files[file.path], helpers = self.file(file, head, made)
            made.append(helpers)
            line, called = imported(self.draw, spelling, helpers)
            imports += line
            place = replace(place, helpers=place.helpers + called)
        body, helpers = self.definitions(place, self.size(3) - (not self.large))
        place = replace(place, helpers=place.helpers + helpers)
        files["main.py"] = _render(head, [*imports, *body, *self.main(place)])
        files.update({path: _render(head, block) for path, block in self.beside.items()})
        if any("scopes." in text for text in files.values()):
            files["scopes.py"] = _render(head, SCOPES_MODULE.splitlines())
        if "common" in head:
            files["common.py"] = "from tensorflow import Variable\n"
        for path in [path for path in files if "/" in path]:
            files.setdefault(path.rpartition("/")[0] + "/__init__.py", "")
        return Program(files, compat)

    def file(self, file: File, head: str, before: list[tuple[Helper, ...]]) -> tuple[str, tuple[Helper, ...]]:
        """The text of a file that imports some of those before it, and what can be imported from it."""
        lines: Block = []
        known: tuple[Helper, ...] = ()
        for spelling, helpers in zip(file.imports, before, strict=False):
            more, called = imported(self.draw, spelling, helpers)
            lines += more
            known += called
        body, own = self.definitions(Place(helpers=known), self.size(2) - file.hands_on)
        if self.chance(0.2):
            body += self.block(Place(depth=1, helpers=known + own), 2)
        handed = tuple(one for one in known if "." not in one.call.partition("(")[0]) if file.hands_on else ()
        return _render(head, [*lines, *body]), (*handed, *own)

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
            body: Block = [f"return {self.calls.creation(inner)}"]
        else:
            body = [*self.block(inner, self.size(3)), f"return {self.result(inner)}"]
        if self.chance(0.1) and inner.depth < 3:
            body = [(f"with {self.items(inner)[0]}:", body)]
        if self.chance(0.06):
            recursive = [p if k != "count" else f"{p} - 1" for p, k in passes]
            if any(kind == "count" for _, kind in passes):
                counter = next(p for p, kind in passes if kind == "count")
                body = [(f"if {counter} > 0:", [f"{name}({', '.join(recursive)})"]), *body]
        decorator: Block = []
        if self.chance(0.06):
            decorator = [f"@{self.draw.choice(['plain', 'wrapped', 'twice', 'scoped'])}"]
        return [*decorator, (f"def {name}({header}):", body)], (Helper(name, passes, True),)

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
            shapes=of("shape"),
            counters=of("count"),
            flags=place.flags + of("flag"),
            helpers=place.helpers,
        )

    def class_(self, place: Place) -> tuple[Block, tuple[Helper, ...]]:
        name = self.fresh(self.draw.choice(["Net", "Layer", "Model"]))
        passes, header = self.parameters()
        inner = replace(self.inside(place, passes), method=True, depth=2)
        method = self.fresh(self.draw.choice(["build", "_make", "add"]))
        static = self.chance(0.1)
        own, own_header = self.parameters()
        body: Block = self.block(inner, self.size(3))
        where = replace(self.inside(place, own), method=not static, depth=2)
        made: Block = [*self.block(where, self.size(2)), f"return {self.result(where)}"]
        calls: Block = []
        if self.chance(0.6):
            line = f"self.{method}({self.calls.pass_on(own, inner)})"
            calls = [(f"for k in range({self.draw.randint(1, 2)}):", [line])] if self.chance(0.3) else [line]
        first = [] if static else ["self"]
        definition: Block = [
            *([f"made = {self.calls.creation(Place())}"] if self.chance(0.08) else []),
            (f"def __init__({', '.join(filter(None, ['self', header]))}):", [*body, *calls]),
            *(["@staticmethod"] if static else []),
            (f"def {method}({', '.join(filter(None, [*first, own_header]))}):", made),
        ]
        if self.chance(0.1) and not static:
            definition.append(
                (
                    f"def __call__({', '.join(filter(None, ['self', own_header]))}):",
                    [f"return self.{method}({', '.join(name for name, _ in own)})"],
                )
            )
        lines: Block = [(f"class {name}({self.draw.choice(['', 'object'])}):", definition)]
        built = f"{name}({self.calls.pass_on(passes, Place())})"
        helpers = (Helper(name, passes, False), Helper(f"{built}.{method}", own, True))
        if len(definition) > 2 and "__call__" in definition[-1][0]:
            helpers += (Helper(built, own, True),)
        if self.chance(0.3) and not static:
            lines, more = self.subclass(lines, name, method, own_header, passes, where)
            helpers += more
        return lines, helpers

    def subclass(  # the parent's method, replaced and perhaps called
        self, lines: Block, parent: str, method: str, header: str, passes: tuple[tuple[str, str], ...], where: Place
    ) -> tuple[Block, tuple[Helper, ...]]:
        name = self.fresh("Sub")
        made: Block = self.block(where, self.size(2))
        names = re.findall(r"(\w+)(?==|,|$)", re.sub(r'="?\w+"?', "", header))
        if self.chance(0.5):
            made.append(f"super({name}, self).{method}({', '.join(names)})")
        body: Block = [(f"def {method}({', '.join(filter(None, ['self', header]))}):", made)]
        if self.chance(0.4):
            defaults = {"optional": "=None", "flag": "=True"}
            ordered = sorted(passes, key=lambda one: one[1] in defaults)
            own = ", ".join(["self", *(parameter + defaults.get(kind, "") for parameter, kind in ordered)])
            passed = ", ".join(f"{parameter}={parameter}" for parameter, _ in passes)
            start: Block = [f"super({name}, self).__init__({passed})", *self.block(replace(where, names=()), 1)]
            body.insert(0, (f"def __init__({own}):", start))
        return [*lines, (f"class {name}({parent}):", body)], (Helper(name, passes, False),)

    def result(self, place: Place) -> str:
        """What a function returns: a variable that is made there, or a tensor."""
        return self.calls.creation(place) if self.chance(0.4) else self.draw.choice(place.tensors)

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
            (0.3, self.reuse),
        ]
        if place.helpers:
            makers.append((5, self.helper_call))
        if place.depth < (4 if self.large else 3):
            makers += [(6, self.with_), (3, self.loop), (1.5, self.branch), (0.7, self.attempt), (0.4, self.graph)]
            makers += [
                (weight, partial(statement, self))
                for weight, statement in (*CLASSES, *SCOPINGS, *TABLES, *CELLS, *MODELS, *REUSES, *FLOWS, *REBINDINGS)
            ]
            makers += [
                (weight, partial(statement, self))
                for weight, statement in (*NETWORKS, *CHAINS, *TWINS, *HOLDERS, *UPKEEPS, *CLASSICS)
            ]
            makers += [(weight, partial(statement, self)) for weight, statement in (*PACKAGES, *GIVEN, *SESSIONS)]
        others = (*STATEMENTS, *ODDITIES, *UNKNOWNS)
        makers += [(weight, partial(statement, self.calls)) for weight, statement in others]
        deeds = (*TRAININGS, *LAYERS) if self.old else TRAININGS
        makers += [(weight, partial(statement, self)) for weight, statement in deeds]
        weights = [weight for weight, _ in makers]
        return self.draw.choices([maker for _, maker in makers], weights)[0](place)

    def assign(self, place: Place) -> tuple[Block, Place]:
        target, call = self.draw.choice(TARGETS), self.calls.creation(place)
        if place.method and self.chance(0.6):
            return [f"self.{target} = {call}"], place
        known = replace(place.knows(target), variables=(*place.variables, target))
        match self.draw.randrange(14):
            case 0:
                return [call], place
            case 1:
                other = self.draw.choice(["c", "d"])
                return [f"{target}, {other} = {call}, {self.calls.creation(place)}"], known
            case 2:
                return [f"h = tf.identity(tf.cast({call}, tf.float32) + 1.0)"], replace(
                    place, tensors=(*place.tensors, "h")
                )
            case 3:
                return [f"other = {target} = {call}"], known
            case 4:
                return [f"{target} = {call}; b = {self.calls.creation(place)}"], known
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
                return [f"y = tf.identity({tensor}, name={self.calls.name(place)})"], place
        return [f"y = tf.reduce_sum(tf.cast({tensor}, tf.float32))"], place.knows("y")

    def container(self, place: Place) -> tuple[Block, Place]:
        match self.draw.randrange(7):
            case 0:
                keys = self.draw.sample(["h1", "h2", "out", "w"], 2)
                items = ", ".join(f'"{key}": {self.calls.creation(place)}' for key in keys)
                return [f"{self.draw.choice(['weights', 'biases'])} = {{{items}}}"], place
            case 1:
                return [f"ws = [{self.calls.creation(place)}, {self.calls.creation(place)}]"], place
            case 2:
                inner = replace(place, counters=(*place.counters, "i"))
                what = self.calls.call(inner) if place.helpers and self.chance(0.4) else self.calls.creation(inner)
                return [f"ws = [{what} for i in range(2)]"], place
            case 3:
                inner = replace(place, words=(*place.words, "k"))
                return [f'ws = {{k: {self.calls.creation(inner)} for k in ("a", "b")}}'], place
            case 4:
                return ["d = {}", f'd["{self.draw.choice(NAMES)}"] = {self.calls.creation(place)}'], place
            case 5:
                line: Block = [f"vs.append({self.calls.creation(place)})"]
                return [
                    "vs = []",
                    (f"for _ in range({self.draw.randint(1, 2)}):", line) if self.chance(0.4) else line[0],
                ], place
        return [f"ws = dict(a={self.calls.creation(place)}, b={self.calls.creation(place)})"], place

    def store(self, place: Place) -> tuple[Block, Place]:
        name = f'"{self.fresh("g")}"' if self.chance(0.4) else self.calls.name(place)
        shape = self.draw.choice(["[2]", "[2, 3]", "[], initializer=tf.zeros_initializer()"])
        return [f"g = tf.get_variable({name}, {shape})"], place.knows("g")

    def helper_call(self, place: Place) -> tuple[Block, Place]:
        call = self.calls.call(place)
        returns = not re.match(r"[\w.]*(Net|Layer|Model|Sub)\d+\([^.]*\)$", call)
        match self.draw.randrange(6):
            case 0:
                return [call], place
            case 1 if returns:
                return [f"a, b = {call}, {self.calls.call(place)}"], place
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
        body: Block = [*self.block(replace(inner, depth=place.depth + 2), 1), f"return {self.calls.creation(inner)}"]
        if self.chance(0.15):
            rounds = [(f"for _ in range({self.draw.randint(1, 2)}):", [f"yield {self.calls.creation(inner)}"])]
            return [(f"def {name}({header}):", rounds), f"list({name}({self.calls.pass_on(passes, place)}))"], place
        if self.chance(0.15) and not place.function:
            return [("def setup():", ["global W", f"W = {self.calls.creation(Place())}"]), "setup()"], place
        known = replace(place, helpers=(*place.helpers, Helper(name, passes, True)))
        return [(f"def {name}({header}):", body)], known

    def lambda_(self, place: Place) -> tuple[Block, Place]:
        match self.draw.randrange(4):
            case 3:
                tensor = self.draw.choice(place.tensors)
                arms = f"lambda: tf.identity({tensor}), lambda: {tensor} + {tensor}"
                return [f'y = tf.cond(tf.constant(True), {arms}, name="{self.draw.choice(NAMES)}")'], place
            case 0:
                return [
                    f"make = lambda: {self.calls.creation(place)}",
                    *["v = make()"] * self.draw.randint(1, 2),
                ], place
            case 1:
                inner = replace(place, names=(*place.names, "n"))
                calls = [f"v = make({self.calls.name(place)})" for _ in range(self.draw.randint(1, 2))]
                return [f"make = lambda n: {self.calls.creation(inner)}", *calls], place
        inner = replace(place, words=(*place.words, "n"))
        return [f'list(map(lambda n: {self.calls.creation(inner)}, ["a", "b"]))'], place

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
        known = replace(place, scopes=inner.scopes, variable_scopes=inner.variable_scopes)
        return [(f"with {items}:", self.block(inner, self.size(3)))], known if self.chance(0.3) else place

    def items(self, place: Place) -> tuple[str, Place]:
        inner = place.within()
        first, inner = self.item(inner)
        if not self.chance(0.15):
            return first, inner
        second, inner = self.item(inner) if self.chance(0.5) else ('tf.device("/cpu:0")', inner)
        return ", ".join(self.draw.sample([first, second], 2)), inner

    def item(self, place: Place) -> tuple[str, Place]:
        scope = self.calls.scope(place)
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
            f"tf.variable_scope({scope}, regularizer=tf.nn.l2_loss)",
            f"tf.variable_scope({scope}, constraint=tf.abs)",
            f"tf.variable_scope({scope}, use_resource=True)",
            f"tf.variable_scope({scope}, caching_device='/cpu:0')",
            f"own_scope({scope})",
            f"own_scope({scope})",
            f"tf.name_scope({scope}), tf.device(None)",
            'tf.device("/cpu:0")',
            "tf.control_dependencies([])",
            "tf.Session()",
            *(f'tf.name_scope({one}, "default")' for one in place.optional),
            *(f'tf.variable_scope({one}, "default")' for one in place.optional),
        ]
        chosen = self.draw.choice(plain if self.chance(0.7) else rare)
        if not self.chance(0.15) or "scope" not in chosen or chosen.startswith("own_") or "device" in chosen:
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
        if self.chance(0.15):
            return self.odd_loop(place, name, size), place
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

    def odd_loop(self, place: Place, name: str, size: int) -> Block:
        match self.draw.randrange(5):
            case 0:
                inner = place.within(shapes=(*place.shapes, "size"))
                return [("for size in ([2, 3], [3]):", self.block(inner, size))]
            case 1:
                return [("for key in WORDS:", self.block(place.within(words=(*place.words, "key")), size))]
            case 2:
                inner = place.within(counters=(*place.counters, name))
                end = (f"if {name} > {self.draw.randint(0, 1)}:", ["break"])
                return [f"{name} = 0", ("while True:", [*self.block(inner, size), f"{name} += 1", end])]
            case 3:
                inner = place.within(counters=(*place.counters, name))
                skip = (f"if {name} == {self.draw.randint(0, 1)}:", ["continue"])
                return [(f"for {name} in range(3):", [skip, *self.block(inner, size)])]
        return [("for _ in WORDS:", self.block(place.within(), size)), ("else:", self.block(place.within(), 1))]

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


_MODULES_USED = (
    *("argparse", "collections", "contextlib", "dataclasses", "functools", "itertools", "os", "scopes", "types"),
    "unittest",
)


def _render(head: str, block: Block) -> str:
    """The text of a module, with the constants that it uses, in the spelling that its import asks for."""
    text = "".join(line + "\n" for line in _lines(block, ""))
    used: list[str] = []
    for name in reversed(CONSTANTS):  # each uses only those before it
        if re.search(rf"\b{name}\b", text + "".join(CONSTANTS[one] for one in used)):
            used.insert(0, name)
    before = "".join(CONSTANTS[name] + "\n" for name in used)
    imports = [name for name in _MODULES_USED if re.search(rf"\b{name}\.", before + text)]
    text = "import numpy as np\n" * ("np." in before + text) + f"{head}\n{before}{text}"
    return "".join(f"import {name}\n" for name in imports) + spelled(text)


def spelled(text: str) -> str:
    """A module's text with what it uses of TensorFlow written as its import has it: all of it is `tf.` at first."""
    if "import tensorflow\n" in text:
        return re.sub(r"\btf\.", "tensorflow.", text)
    if "from tensorflow import ...\n" not in text:
        return text
    names = sorted(set(re.findall(r"\btf\.(\w+)", text)))
    aliases = {name: f"tf_{name}" if hasattr(builtins, name) else name for name in names}
    imported = ", ".join(name if name == alias else f"{name} as {alias}" for name, alias in aliases.items())
    text = text.replace("import ...\n", f"import {imported or 'zeros'}\n")
    return re.sub(r"\btf\.(\w+)", lambda match: aliases[match.group(1)], text)


def _lines(block: Block, indent: str) -> list[str]:
    lines = []
    for one in block:
        if isinstance(one, str):
            lines.append(indent + one)
        else:
            lines += [indent + one[0], *_lines(one[1] or ["pass"], indent + "    ")]
    return lines
