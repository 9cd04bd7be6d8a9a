"""The statements of a block in which variables are made: what they bind and read, and which a scope can go around."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from codemods.tensorflow.facts import StatementFacts
from codemods.tensorflow.indexing.bodies import position
from migrate.source import Source
from migrate.syntax.nodes import BLOCKS, nodes
from migrate.syntax.walk import CallSite

__all__ = ["around_arms", "statements_of", "with_arms"]

_NOTHING: frozenset[str] = frozenset()  # one for all: Python makes a new one each time
_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return)
_COMPUTING = (ast.Call, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Subscript)
_KEEPING = frozenset({"append", "extend", "insert", "update"})  # methods that put what they are given into a collection
_SUSPENDING = (ast.Yield, ast.YieldFrom, ast.Await)  # a `with` around one would stay open while others run


def statements_of(block: Sequence[ast.stmt], source: Source) -> tuple[StatementFacts, ...]:
    """The facts of a block's statements, in their order."""
    line, column = position(block[0])
    before = source.text[source.line_starts[line - 1] : source.offset(line, column)]
    starts_line = not before.strip()  # `if x: a = 1` does not
    return tuple(
        _facts(
            statement,
            (starts_line or place > 0) and _alone_on_its_lines(block, place),
            bisect_right(source.borders, source.offset(*position(statement))) if source.borders else 0,
        )
        for place, statement in enumerate(block)
    )


def around_arms(site: CallSite) -> tuple[Sequence[ast.stmt], ast.If | None]:
    """The block of the `if` in one of whose arms a call stands, and that `if`, the first one of an `elif`."""
    frames = [*site.frames]
    while frames and isinstance(own := frames.pop().node, ast.If):
        holder = frames[-1].node if frames else site.scope.node
        if isinstance(holder, ast.If) and own in holder.orelse and own.col_offset == holder.col_offset:
            continue
        blocks = (getattr(holder, name) for name in BLOCKS[type(holder)])
        return next((block for block in blocks if isinstance(block, list) and own in block), ()), own
    return (), None


def with_arms(facts: StatementFacts, statement: ast.If) -> StatementFacts:
    """The facts of an `if` in whose arms variables are made, for which a scope around it may be."""
    arms = _is_simple(statement)
    names = (node for node in nodes(statement) if isinstance(node, (ast.Name, ast.Attribute))) if arms else ()
    reads = frozenset(node.id if isinstance(node, ast.Name) else node.attr for node in names)
    return replace(facts, reads=reads or _NOTHING, arms=arms)


def _is_simple(statement: ast.stmt) -> bool:
    """Whether a statement is simple, or an `if` around such ones, and nothing in it goes elsewhere and comes back."""
    if isinstance(statement, ast.If):
        return all(map(_is_simple, (*statement.body, *statement.orelse)))
    return isinstance(statement, (*_SIMPLE, ast.Pass, ast.Raise)) and not any(
        isinstance(node, _SUSPENDING) for node in nodes(statement)
    )


def _facts(statement: ast.stmt, alone: bool, cell: int) -> StatementFacts:
    binds: list[str] = []
    reads: set[str] = set()
    plain = alone and isinstance(statement, _SIMPLE)
    computes = isinstance(statement, ast.AugAssign) or not plain
    if plain:
        for node in nodes(statement):
            if isinstance(node, ast.Name):
                reads.add(node.id) if isinstance(node.ctx, ast.Load) else binds.append(node.id)
            elif isinstance(node, ast.Attribute):
                reads.add(node.attr) if isinstance(node.ctx, ast.Load) else binds.append(node.attr)
            elif isinstance(node, _SUSPENDING):
                plain = False
            elif isinstance(node, _COMPUTING):
                computes = computes or not _is_kept(node)
        if isinstance(statement, ast.AugAssign):
            reads.update(binds)
    end = (statement.end_lineno or 0, statement.end_col_offset or 0)
    read = frozenset(reads) or _NOTHING
    return StatementFacts(position(statement), end, tuple(binds), read, plain, cell, computes=computes)


def _is_kept(node: ast.expr) -> bool:
    """Whether a call only puts something into a collection: `outputs.append(b)`."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _KEEPING


def _alone_on_its_lines(block: Sequence[ast.stmt], place: int) -> bool:
    """Whether no other statement of the block shares a line with this one."""
    own = block[place]
    before = place == 0 or (block[place - 1].end_lineno or 0) < own.lineno
    return before and (place + 1 == len(block) or block[place + 1].lineno > (own.end_lineno or 0))
