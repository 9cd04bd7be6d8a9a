"""Which graph a `with` builds in: a new one, each time that it is entered, or one that something else may build in."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.tensorflow.facts import ScopeKind
from codemods.tensorflow.indexing.bodies import position
from codemods.tensorflow.indexing.callees import Callees
from migrate.syntax.calls import keyword_or_place
from migrate.syntax.names import single_value
from migrate.syntax.nodes import names_in, nodes
from migrate.syntax.walk import Scope

__all__ = ["graph_kind"]

_HARMLESS = (
    "tensorflow.device",
    "tensorflow.control_dependencies",
    "tensorflow.Session",
    "tensorflow.InteractiveSession",
)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def graph_kind(node: ast.Call, scope: Scope, callees: Callees, entered: ast.stmt | None = None) -> ScopeKind:
    """`tf.Graph().as_default()` is a new graph; `g.as_default()` is one where `entered` comes once to each `g`."""
    given = keyword_or_place(node, "graph", 1 if callees.canonical(node.func, scope) == "tensorflow.Session" else 99)
    if given is not None:
        return _kind_of_given(given, node, scope, callees, entered)
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "as_default":
        return ScopeKind.OTHER
    holder = node.func.value
    match holder:
        case ast.Name(id=name):
            value = _held_by_name(name, scope, callees)
        case ast.Attribute(value=ast.Name(id=name)):
            value = _held_by_attribute(holder, name, scope, callees, entered)
        case _:
            return _kind_of(holder, scope, callees)
    body = callees.body_scopes[callees.body(scope)].node
    if value is None or _enters(body, holder) > 1 or (entered is not None and _may_come_again(body, value, entered)):
        return ScopeKind.OTHER_GRAPH
    return _kind_of(value, scope, callees)


def _kind_of_given(
    given: ast.expr, session: ast.Call, scope: Scope, callees: Callees, entered: ast.stmt | None
) -> ScopeKind:
    """What a session does that is given a graph: nothing, where that is the default graph around it already."""
    if _makes_graph(given, scope, callees):
        return ScopeKind.NEW_GRAPH
    if not isinstance(given, ast.Name) or len((scope.find(given.id) or (scope, []))[1]) != 1:
        return ScopeKind.OTHER_GRAPH
    body = callees.body_scopes[callees.body(scope)].node
    if around := _graphs_around(session, body):
        return ScopeKind.OTHER if _is_same(around[-1], given) else ScopeKind.OTHER_GRAPH
    value = _held_by_name(given.id, scope, callees)
    if value is None or _reads(body, given) > 1 or (entered is not None and _may_come_again(body, value, entered)):
        return ScopeKind.OTHER_GRAPH
    return _kind_of(value, scope, callees)


def _graphs_around(session: ast.Call, body: ast.AST) -> list[ast.expr]:
    """The graphs that `with` items around a session enter, outermost first: by what stands behind `as`, if it does."""
    held = [one for one in nodes(body) if isinstance(one, ast.With) and _holds(one, session)]
    items = (item for one in held for item in one.items if position(item.context_expr) < position(session))
    return [item.optional_vars or graph for item in items for graph in _entered_graphs(item.context_expr)]


def _entered_graphs(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Call(func=ast.Attribute(value=graph, attr="as_default")):
            yield graph
        case ast.Call(keywords=keywords):
            yield from (one.value for one in keywords if one.arg == "graph")


def _reads(body: ast.AST, name: ast.Name) -> int:
    """How often a body reads a name."""
    return sum(isinstance(one, ast.Name) and one.id == name.id and isinstance(one.ctx, ast.Load) for one in nodes(body))


def _kind_of(made: ast.expr, scope: Scope, callees: Callees) -> ScopeKind:
    if _makes_graph(made, scope, callees):
        return ScopeKind.NEW_GRAPH
    made_by = callees.canonical(made.func, scope) if isinstance(made, ast.Call) else None
    return ScopeKind.OTHER if made_by in _HARMLESS else ScopeKind.OTHER_GRAPH


def _makes_graph(node: ast.expr, scope: Scope, callees: Callees) -> bool:
    return isinstance(node, ast.Call) and callees.canonical(node.func, scope) == "tensorflow.Graph"


def _held_by_name(name: str, scope: Scope, callees: Callees) -> ast.expr | None:
    """What a name is bound to, where that is the only thing, and the same body binds it."""
    found = scope.find(name)
    same = found is not None and callees.body(found[0]) == callees.body(scope)
    return single_value(name, scope) if same else None


def _held_by_attribute(
    holder: ast.Attribute, name: str, scope: Scope, callees: Callees, entered: ast.stmt | None
) -> ast.expr | None:
    """What an attribute is assigned, where the same body has surely done so before, and nothing else there."""
    found, body = scope.find(name), callees.body_scopes[callees.body(scope)].node
    if entered is None or found is None or len(found[1]) > 1:
        return None
    stores = [one for one in _mentions(body, holder) if not isinstance(one.ctx, ast.Load)]
    before = [one for block in _blocks(body) for one in _assigned_before(block, holder, entered)]
    known = len(stores) == len(before) == 1 and not _is_passed_between(body, name, before[0], entered)
    return before[0] if known else None


def _is_passed_between(body: ast.AST, name: str, made: ast.expr, entered: ast.stmt) -> bool:
    """Whether some call behind what makes a graph is given the object that holds it, or is one of its methods."""
    calls = (one for one in nodes(body) if isinstance(one, ast.Call) and one is not made)
    between = (one for one in calls if position(made) < position(one) < position(entered))
    return any(part.id == name for one in between for part in names_in(one))


def _assigned_before(block: list[ast.stmt], holder: ast.Attribute, entered: ast.stmt) -> Iterator[ast.expr]:
    """The values that statements of a block assign to an attribute, ahead of the one that holds another statement."""
    place = next((number for number, one in enumerate(block) if _holds(one, entered)), 0)
    for statement in block[:place]:
        if isinstance(statement, ast.Assign) and any(_is_same(target, holder) for target in statement.targets):
            yield statement.value


def _blocks(root: ast.AST) -> Iterator[list[ast.stmt]]:
    for node in nodes(root):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                yield block


def _may_come_again(body: ast.AST, made: ast.expr, entered: ast.stmt) -> bool:
    """Whether a loop comes to a statement again, and not, or not always, to what makes the graph that it enters."""
    loops = [node for node in nodes(body) if isinstance(node, _LOOPS) and _holds(node, entered)]
    choices = (node for node in nodes(body) if isinstance(node, (ast.If, ast.Try, *_LOOPS)))
    skips = any(_holds(one, made) and not _holds(one, entered) for one in choices)
    return bool(loops) and (skips or not all(_holds(loop, made) for loop in loops))


def _enters(body: ast.AST, holder: ast.expr) -> int:
    """How often a body enters a graph: more than one block of it can meet."""
    found = (node for node in nodes(body) if isinstance(node, ast.Attribute) and node.attr == "as_default")
    return sum(_is_same(node.value, holder) for node in found)


def _mentions(body: ast.AST, holder: ast.Attribute) -> Iterator[ast.Attribute]:
    return (node for node in nodes(body) if isinstance(node, ast.Attribute) and _is_same(node, holder))


def _is_same(one: ast.expr, other: ast.expr) -> bool:
    """Whether two expressions are the same name, or the same attribute of one."""
    match one, other:
        case ast.Name(), ast.Name():
            return one.id == other.id
        case ast.Attribute(), ast.Attribute():
            return one.attr == other.attr and _is_same(one.value, other.value)
    return False


def _holds(outer: ast.stmt, inner: ast.stmt | ast.expr) -> bool:
    ends = [(node.end_lineno or 0, node.end_col_offset or 0) for node in (outer, inner)]
    return position(outer) <= position(inner) and ends[1] <= ends[0]
