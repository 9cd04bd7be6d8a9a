"""What a person would call an unnamed variable: after the thing that it is assigned to."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Sequence

from codemods.tensorflow.facts import Grip
from codemods.tensorflow.indexing.parts import makes_several, role_by_value, used_as
from codemods.tensorflow.indexing.strings.strings import text_of
from codemods.tensorflow.text import ANYTHING, Text
from migrate.syntax.nodes import children, nodes, place_among
from migrate.syntax.records import record

__all__ = [
    "NO_TARGET",
    "Target",
    "another",
    "builds_all",
    "clean",
    "factory_name",
    "method_name",
    "says_nothing",
    "snake_case",
    "target_of",
]

NO_TARGET = (
    "var"  # what a variable is called that is assigned to nothing: `variable` may meet the number of an unnamed one
)
_VERB_WORDS = (
    "get|make|create|pre_?build|build|init|initiali[sz]e|new|gen|generate|define|add|construct|connect|prepare|compile|"
    "set_?up|set|do|run|call|forward|load|restore|def"
)
_VERB = re.compile(rf"_*(?:{_VERB_WORDS})_*", re.IGNORECASE)
_WHOLE = frozenset(
    "net nets network model graph class layers var variable variables weights params parameters inference ops "
    "training_ops".split()
)
_VERBS = re.compile(
    rf"^_*(?:{_VERB_WORDS})_+(?=.)|"
    r"_+(?:variables?|vars?|init|initializer|initialization|fn|helper)_*$",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"(?:xavier|glorot|kaiming|lecun|msra|he)(?:_(?:init|uniform|normal))*", re.IGNORECASE)
_DRAWN = "weights"  # what is drawn by a scheme that has somebody's name
_SOURCE = re.compile(r"from(?:_|$)", re.IGNORECASE)  # `load_from_checkpoint`, `from_config`
_BETWEEN_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z0-9][A-Z]|[A-Za-z][0-9])(?=[A-Z](?!s(?![a-z]))[a-z])")
_ONE_WORD = re.compile(  # with capitals within, as people write it
    r"[A-Z]?ReLU|(?:Seq|Word|Doc|Char|Text|Pix|Img|Image|Vid|Node|Item)2[A-Z]"
)
_HUMP = re.compile(r"[a-z][A-Z]")
_INVALID = re.compile(r"[^A-Za-z0-9_.\\-]+")


@record(frozen=True, slots=True)
class Target:
    """The suggested name ("" for none), the dictionary that holds the value, and how the call stands in there."""

    name: str
    group: str
    grip: Grip
    returned: bool


def clean(name: str) -> str:
    """The name as TensorFlow takes it: its characters are limited, and it must not begin with `_`."""
    return _INVALID.sub("_", name).lstrip("_-\\/.").rstrip("_") if name.isascii() else ""


def snake_case(name: str) -> str:
    """A class's name as a scope's: `ConvLayer` makes `conv_layer`, `Conv2D` `conv2d`, `KLqp` `klqp`, `GANs` `gans`."""
    whole = _ONE_WORD.sub(lambda word: word[0].capitalize(), name)
    return clean(_BETWEEN_WORDS.sub("_", whole).lower()) or "layer"


def factory_name(function: str) -> str:
    """The name of what a factory makes: `weight_variable` makes a `weight`; "" where it says only what of."""
    if function.startswith("__") or function == "<lambda>" or _VERB.fullmatch(function):
        return ""
    function = snake_case(function) if _HUMP.search(function) else function
    made = clean(_VERBS.sub("", _VERBS.sub("", function)))
    if _SCHEME.fullmatch(made):
        return _DRAWN
    return "" if _VERB.fullmatch(made) or _SOURCE.match(made) else made or clean(function)


def method_name(method: str, owner: str, targets: Collection[str] = ()) -> str:
    """The name of what a method builds: the class, where it says only that it builds, or builds the net.

    So it is where one of its `targets` has that name: `init_norm` makes the class's `norm`.
    """
    made = factory_name(method).partition("_from_")[0]  # `load_model_from_params`
    return snake_case(owner) if not made or made in _WHOLE or made in targets else made


def another(name: str) -> str:
    """Another name for a variable, where something else has its own."""
    if name.lower() == "variable":
        return NO_TARGET
    return f"new_{name}" if name.lower().endswith(("var", "variable")) else f"{name}_var"


def builds_all(name: str) -> bool:
    """Whether what a function makes is called the whole of a program's layers: a net, a model, its weights."""
    return name in _WHOLE


def target_of(statement: ast.stmt, call: ast.Call, function: str) -> Target:
    """Reads the target of `call` off its statement; `function` is the name of the function that it stands in."""
    path = _path(statement, call)
    grip = _grip(statement, path)
    returned = isinstance(statement, ast.Return)
    inner, group = _inner_name(path)
    if inner:
        return Target(clean(inner), clean(group), grip, returned)
    holder = path[-2] if len(path) > 1 else statement
    used = used_as(call, holder)
    part = (used or role_by_value(call)) if len(path) > 1 and makes_several(statement, call) else ""
    used = used if isinstance(holder, ast.Call) else ""  # `tf.matmul(x, w)` tells, `x * w` alone does not
    if returned:
        return Target(_value_name(call) or part or factory_name(function), "", grip, returned)
    name = clean(_statement_name(statement, path))
    if name and used and _is_read(name, statement):  # `x = tf.matmul(x, tf.Variable(...))` is not called after `x`
        return Target(used, "", grip, returned)
    if name in _VARIABLES and isinstance(statement, ast.Expr):
        return Target(role_by_value(call) or name, "", grip, returned)
    return Target(f"{part}_{name}" if name and part else name, "", grip, returned)


def _is_read(name: str, statement: ast.stmt) -> bool:
    """Whether a statement uses what it assigns anew."""
    names = (one for one in nodes(statement) if isinstance(one, ast.Name) and one.id == name)
    return any(isinstance(one.ctx, ast.Load) for one in names)


_VARIABLES = frozenset({"variables", "vars", "params", "parameters"})  # lists that say of nothing what it is
_VALUES = re.compile(  # words for an initial value, which say of no variable what it is
    r"init|inits|initial|initiali[sz]ers?|initiali[sz]ed|initiali[sz]ation|values?|vals?|variables?|vars?|tmp|temp|tensor|"
    r"random|rand|rnd|truncated|trunc|normal|uniform|gaussian|dist|distribution|samples?",
    re.IGNORECASE,
)
_OTHERS = frozenset({"x", "data", "shape"})
_WORD = re.compile(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+")


def says_nothing(target: str) -> bool:
    """Whether a variable's target says no more than that it is one."""
    return target.lower() in {"", "v", "var", "variable", "tmp", "ret", "result", "res", "value", "val"}


def _value_name(call: ast.Call) -> str:
    """The name of the initial value, less what says only that it is one: `bias` of `tf.Variable(initial_bias)`."""
    value = call.args[0] if call.args else None
    if not isinstance(value, ast.Name) or value.id in _OTHERS:
        return ""
    words = _WORD.findall(value.id)
    told = [word for word in words if not _VALUES.fullmatch(word)]
    plain = (word.lower() if word[1:].islower() else word for word in told)
    return clean(value.id if told == words else "_".join(plain))


def _path(root: ast.AST, goal: ast.AST) -> list[ast.AST]:
    """The nodes from `root` down to `goal`, both included."""
    if root is goal:
        return [root]
    near = _near(root, goal)
    return _path_by(root, near, goal) or _path_by(root, [one for one in children(root) if one not in near], goal)


def _path_by(root: ast.AST, among: Iterable[ast.AST], goal: ast.AST) -> list[ast.AST]:
    """The path that leads through one of these children of `root`; [] for none."""
    for child in among:
        if _holds(child, goal):
            below = _path(child, goal)
            if below:
                return [root, *below]
    return []


_MANY = 8  # children in one field, from which on it pays to look one of them up by its place
_IN_ORDER = ("elts", "values", "args", "keywords", "body")  # fields whose nodes stand in the order of the text


def _near(root: ast.AST, goal: ast.AST) -> list[ast.AST]:
    """Of a node that holds many others those by whose places the goal stands within."""
    fields = [getattr(root, name, None) for name in _IN_ORDER]
    wide = [field for field in fields if isinstance(field, list) and len(field) > _MANY]
    return [field[place] for field in wide if (place := place_among(field, goal)) >= 0]


def _holds(node: ast.AST, goal: ast.AST) -> bool:
    end = getattr(node, "end_lineno", None)
    if end is None:
        return True
    place = (goal.lineno, goal.col_offset)  # type: ignore[attr-defined]
    return (node.lineno, node.col_offset) <= place <= (end, node.end_col_offset)  # type: ignore[attr-defined]


_DEFERRED = (ast.Lambda, ast.GeneratorExp)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)
_COMPOUND = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.FunctionDef, ast.ClassDef)


def _grip(statement: ast.stmt, path: list[ast.AST]) -> Grip:
    comprised = any(isinstance(node, _COMPREHENSIONS) for node in path)
    compound = isinstance(statement, (*_COMPOUND, ast.AsyncFunctionDef, ast.Match))
    if not compound and _may_be_function(path):
        return Grip.LAMBDA
    if any(isinstance(node, _DEFERRED) for node in path) or (comprised and compound):
        return Grip.EXPRESSION
    if compound:
        return Grip.HEADER
    return Grip.COMPREHENSION if comprised else Grip.STATEMENT


def _may_be_function(path: Sequence[ast.AST]) -> bool:
    """Whether a call, to which a path leads, is all of a lambda that a function above its statement can replace."""
    deferred = [node for node in path if isinstance(node, (*_DEFERRED, *_COMPREHENSIONS, ast.JoinedStr))]
    match deferred:
        case [ast.Lambda(body=body, args=arguments)]:
            plain = not (arguments.defaults or any(arguments.kw_defaults))  # which are evaluated where they stand
            return plain and body is path[-1] and not any(isinstance(part, ast.NamedExpr) for part in nodes(body))
    return False


def _inner_name(path: list[ast.AST]) -> tuple[str, str]:
    """A name from within the expression: a dictionary's key, a list's position; with the dictionary's name."""
    for depth in range(len(path) - 2, -1, -1):
        node, below = path[depth], path[depth + 1]
        match node:
            case ast.Dict(keys=keys, values=values) if (place := _index(values, below)) is not None:
                key = keys[place]
                if isinstance(key, ast.Constant) and isinstance(key.value, str | int):
                    return str(key.value), _outer_name(path[: depth + 1])
            case ast.keyword(arg=str() as name) if _is_dict_call(path[depth - 1]):
                return name, _outer_name(path[:depth])
            case ast.keyword(arg=str() as name) if name not in _VALUE_KEYWORDS:
                return name, ""
            case ast.List(elts=elements) | ast.Tuple(elts=elements) if (place := _index(elements, below)) is not None:
                outer = _element_name(path[: depth + 1], place)
                if outer:
                    return outer, ""
    return "", ""


def _index(siblings: Sequence[ast.AST], node: ast.AST) -> int | None:
    """The index of a node among others, None where it is none of them."""
    place = place_among(siblings, node)
    if place >= 0 and siblings[place] is node:
        return place
    return next((number for number, one in enumerate(siblings) if one is node), None)


_VALUE_KEYWORDS = frozenset({"initial_value", "initializer", "value", "x", "input", "a", "b", "y"})


def _is_dict_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"dict", "OrderedDict"}


def _outer_name(path: list[ast.AST]) -> str:
    return _statement_name(path[0], path) if isinstance(path[0], ast.stmt) else ""


def _element_name(path: list[ast.AST], position: int) -> str:
    """`a, b = X, Y` names each its own; `ws = [X, Y]` numbers them."""
    statement = path[0]
    if isinstance(statement, ast.Assign) and statement.value is path[-1]:
        target = statement.targets[0]
        if isinstance(target, ast.Tuple | ast.List) and position < len(target.elts):
            return _expression_name(target.elts[position])
    name = _outer_name(path)
    return f"{name}_{position}" if name else ""


def _statement_name(statement: ast.AST, path: list[ast.AST]) -> str:
    match statement:
        case ast.Assign(targets=[*_, target]):
            return _expression_name(target)
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return _expression_name(target)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=holder, attr="append" | "insert" | "extend"))):
            return _expression_name(holder)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=holder, attr="add"), args=[_])):  # not `tf.add(x, y)`
            return _expression_name(holder)
        case ast.Expr(value=ast.Call(func=ast.Name(id="setattr"), args=[_, key, _])):
            return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else _stem(key)
    walrus = next((node for node in path if isinstance(node, ast.NamedExpr)), None)
    return walrus.target.id if walrus else ""


def _expression_name(target: ast.expr) -> str:
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value, slice=ast.Constant(value=str() as key)):
            return key if _INVALID.sub("", key) else _expression_name(value)
        case ast.Subscript(value=value, slice=key):
            return _stem(key) or _expression_name(value)
        case ast.Starred(value=value):
            return _expression_name(value)
    return ""


def _stem(key: ast.expr) -> str:
    """What a computed key says in so many words: `"layer_%d" % i` says `layer`."""
    parts = text_of(key, lambda _: Text((ANYTHING,))).parts
    words = "_".join(part.strip("_.-/\\") for part in parts if isinstance(part, str))
    return words.strip("_") if any(map(str.isalpha, words)) else ""
