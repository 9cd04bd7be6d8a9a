"""Which calls a function gives the result of to whoever calls it: at once, by a name, or in an attribute."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from migrate.syntax.module import Module
from migrate.syntax.nodes import nodes
from migrate.syntax.walk import CallSite, Scope

__all__ = ["is_given_back"]

_HOLDING = (
    *(ast.IfExp, ast.BoolOp, ast.NamedExpr, ast.Await, ast.Starred, ast.Subscript),
    *(ast.Tuple, ast.List, ast.Set, ast.Dict),
)
_GIVING = (ast.Return, ast.Lambda, ast.Yield)


def is_given_back(site: CallSite, module: Module) -> bool:
    """Whether a caller may get what a call makes, or runs within it, as the block of a manager does."""
    if isinstance(site.statement, ast.With | ast.AsyncWith):
        return any(isinstance(one, ast.Yield | ast.YieldFrom) for one in nodes(site.statement))
    if isinstance(site.statement, ast.Return):
        return True
    waiting: list[tuple[ast.expr, Scope]] = [(site.node, site.scope)]
    seen: set[ast.expr] = set()
    for node, scope in waiting:  # which grows meanwhile
        above = _above(node, module)
        if isinstance(above, _GIVING):
            return True
        reads = [read for target in _targets(above) for read in _reads(target, scope, module) if read[0] not in seen]
        seen.update(read for read, _ in reads)
        waiting += reads
    return False


def _targets(statement: ast.AST) -> Sequence[ast.expr]:
    match statement:
        case ast.Assign(targets=targets):
            return targets
        case ast.AnnAssign(target=target):
            return (target,)
    return ()


def _reads(target: ast.expr, scope: Scope, module: Module) -> Iterator[tuple[ast.expr, Scope]]:
    """Where what is assigned is read: an attribute of whatever object."""
    match target:
        case ast.Name(id=name):
            owner = scope.find(name)
            reads = module.walk.reads_of((name,))
            yield from (read for read in reads if owner and (read[1].find(name) or owner)[0] is owner[0])
        case ast.Attribute(attr=name):
            yield from module.walk.attributes_of((name,))


def _above(node: ast.expr, module: Module) -> ast.AST:
    """What an expression stands in, but for what only holds or picks it."""
    above: ast.AST = module.parents[node]
    while isinstance(above, _HOLDING):
        above = module.parents[above]
    return above
