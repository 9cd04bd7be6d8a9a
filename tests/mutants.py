"""Makes wrong programs of a right one: every keyword dropped, number moved, name changed, line swapped, one at a time.

`mutants(text)` gives them with what was done to each. They are to be compared with the program that `text` was migrated
from: a verifier that calls one of them the same is wrong, unless it does the same by chance.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

__all__ = ["OPERATORS", "mutants"]

Change = Callable[[ast.AST], None]
Operator = Callable[[ast.AST], Iterator[tuple[str, Change]]]

CALLEES = {
    "zeros_initializer": ("ones_initializer",),
    "ones_initializer": ("zeros_initializer",),
    "random_normal_initializer": ("truncated_normal_initializer", "random_uniform_initializer"),
    "truncated_normal_initializer": ("random_normal_initializer",),
    "random_uniform_initializer": ("random_normal_initializer",),
    "constant_initializer": ("zeros_initializer",),
    "variable_scope": ("name_scope",),
    "AdamOptimizer": ("RMSPropOptimizer",),
}
ADDED = (
    "trainable=False",
    "use_resource=True",
    "collections=[tf.GraphKeys.LOCAL_VARIABLES]",
    "validate_shape=False",
    "dtype=tf.float64",
    "constraint=tf.abs",
    "regularizer=tf.reduce_sum",
    "caching_device='/cpu:0'",
)


def mutants(text: str) -> Iterator[tuple[str, str]]:
    """What was done, with its line, and the program that it was done to; none is the program itself."""
    tree = ast.parse(text)
    right = ast.unparse(tree)
    for place, node in enumerate(ast.walk(tree)):
        for name, operator in OPERATORS.items():
            for what, change in operator(node):
                copy = ast.parse(text)
                target = next(one for at, one in enumerate(ast.walk(copy)) if at == place)
                change(target)
                wrong = ast.unparse(ast.fix_missing_locations(copy))
                if wrong != right:
                    yield f"{name}: {what}, line {getattr(node, 'lineno', 0)}", wrong


def keyword_dropped(node: ast.AST) -> Iterator[tuple[str, Change]]:
    for at, word in enumerate(node.keywords if isinstance(node, ast.Call) else ()):
        yield ast.unparse(word), lambda call, at=at: call.keywords.pop(at)


def keyword_added(node: ast.AST) -> Iterator[tuple[str, Change]]:
    if isinstance(node, ast.Call) and _callee(node) == "get_variable":
        present = {word.arg for word in node.keywords}
        for text in ADDED:
            word = ast.parse(f"f({text})", mode="eval").body.keywords[0]
            if word.arg not in present:
                yield text, lambda call, word=word: call.keywords.append(word)


def constant_changed(node: ast.AST) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.Constant(value=bool()):
            yield f"{node.value} turned", lambda one: setattr(one, "value", not one.value)
        case ast.Constant(value=int()):
            yield f"{node.value} and one", lambda one: setattr(one, "value", one.value + 1)
        case ast.Constant(value=float()):
            yield f"{node.value} hardly more", lambda one: setattr(one, "value", one.value * 1.001 + 1e-6)
        case ast.Constant(value=str()):
            yield f"{node.value} renamed", lambda one: setattr(one, "value", one.value + "_x")


def callee_changed(node: ast.AST) -> Iterator[tuple[str, Change]]:
    if isinstance(node, ast.Attribute):
        for other in CALLEES.get(node.attr, ()):
            yield f"{node.attr} to {other}", lambda one, other=other: setattr(one, "attr", other)


def list_reversed(node: ast.AST) -> Iterator[tuple[str, Change]]:
    if isinstance(node, ast.List) and len(node.elts) > 1:
        yield ast.unparse(node), lambda one: one.elts.reverse()


def operands_exchanged(node: ast.AST) -> Iterator[tuple[str, Change]]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        yield ast.unparse(node), _exchange


def statement_moved(node: ast.AST) -> Iterator[tuple[str, Change]]:
    """Of two creations in a row the second comes first; one is made again; one makes a plain tensor."""
    body = getattr(node, "body", None)
    for at, statement in enumerate(body if isinstance(body, list) else ()):
        if not _creates(statement):
            continue
        yield f"{ast.unparse(statement)[:30]} made twice", lambda one, at=at: one.body.insert(at, _again(one.body[at]))
        yield f"{ast.unparse(statement)[:30]} no variable", lambda one, at=at: _unmake(one.body[at])
        if at + 1 < len(body) and _creates(body[at + 1]):
            yield f"{ast.unparse(statement)[:30]} later", lambda one, at=at: one.body.insert(at, one.body.pop(at + 1))


OPERATORS: dict[str, Operator] = {
    one.__name__.replace("_", " "): one
    for one in (
        keyword_dropped,
        keyword_added,
        constant_changed,
        callee_changed,
        list_reversed,
        operands_exchanged,
        statement_moved,
    )
}


def _callee(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _creates(statement: ast.stmt) -> bool:
    """Whether a statement assigns a new variable to a name."""
    return (
        isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Call)
        and _callee(statement.value) == "get_variable"
    )


def _again(statement: ast.stmt) -> ast.stmt:
    """A copy of a creation, under another name."""
    copy = ast.parse(ast.unparse(statement)).body[0]
    name = copy.value.args[0]
    copy.value.args[0] = ast.parse(f"{ast.unparse(name)} + '_again'", mode="eval").body
    return copy


def _unmake(statement: ast.stmt) -> None:
    """A number in the place of a variable."""
    statement.value = ast.parse("tf.constant(1.0)", mode="eval").body


def _exchange(node: ast.BinOp) -> None:
    node.left, node.right = node.right, node.left
