"""Calls whose result is only shown to people, line by line: `for v in sorted(variables): print(v.name)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.tensorflow.indexing.contexts.sessions import is_called_session
from migrate.syntax.calls import called_name
from migrate.syntax.module import Module
from migrate.syntax.names import last_name
from migrate.syntax.nodes import names_in, nodes
from migrate.syntax.walk import CallSite, Scope

__all__ = ["is_shown"]

_LOGGING = frozenset({"debug", "info", "warn", "warning", "error", "vlog"})
_FORMATTING = frozenset({"as_list", "center", "format", "get_shape", "join", "len", "ljust", "repr", "rjust", "str"})


def is_shown(site: CallSite, module: Module) -> bool:
    """Whether a loop goes through what a call makes, and does nothing but print or log: its order shows only there."""
    loop = module.parents[site.node]
    if not (isinstance(loop, ast.For) and loop.iter is site.node and not loop.orelse):
        return False
    return all(_shows(one, site.scope) for one in loop.body) and not _is_read_later(loop, site.scope, module)


def _shows(statement: ast.stmt, scope: Scope) -> bool:
    """Whether a statement prints or logs a line, and does nothing else."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not (isinstance(call, ast.Call) and _is_line(call.func, scope)):
        return False
    parts = [part for value in (*call.args, *call.keywords) for part in nodes(value)]
    if any(isinstance(part, ast.NamedExpr | ast.Await | ast.Yield | ast.YieldFrom) for part in parts):
        return False
    return all(map(_only_tells, (part for part in parts if isinstance(part, ast.Call))))


def _only_tells(call: ast.Call) -> bool:
    """Whether a call makes a text, or has a session read a value: `str(n)`, `sess.run(v)`."""
    name = called_name(call)
    return name in _FORMATTING or (name == "run" and is_called_session(_owner(call.func)))


def _is_line(function: ast.expr, scope: Scope) -> bool:
    """Whether a function writes a line: `print`, `logger.info`."""
    if isinstance(function, ast.Name):
        return function.id == "print" and scope.find("print") is None
    return isinstance(function, ast.Attribute) and function.attr in _LOGGING and "log" in _owner(function).lower()


def _owner(function: ast.expr) -> str:
    """The last name of what an attribute is taken from: `log` in `self.log.info`."""
    return last_name(function.value if isinstance(function, ast.Attribute) else None)


def _is_read_later(loop: ast.For, scope: Scope, module: Module) -> bool:
    """Whether what a loop binds, of which the last one stays, may be read behind it, but by loops that bind it anew."""
    names = {part.id for part in names_in(loop.target)}
    if any(not isinstance(part, ast.Name | ast.Tuple | ast.List) for part in nodes(loop.target)):
        return True  # an attribute, an element
    reads = (one for one in names_in(scope.node) if isinstance(one.ctx, ast.Load))
    return any(one.id in names and not _is_bound_anew(one, module) for one in reads)


def _is_bound_anew(name: ast.Name, module: Module) -> bool:
    """Whether a name is read in a loop, a comprehension or a lambda that binds it."""
    inner: ast.AST = name
    while (around := module.parents.get(inner)) is not None:
        if name.id in _bound_in(around, inner):
            return True
        inner = around
    return False


def _bound_in(around: ast.AST, inner: ast.AST) -> Iterator[str]:
    """The names that a loop, a comprehension or a lambda binds for `inner`, which stands right in it."""
    match around:
        case ast.For():
            yield from (part.id for part in names_in(around.target) if inner in around.body)
        case ast.Lambda():
            yield from (one.arg for one in around.args.args)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp() if inner not in around.generators:
            yield from (part.id for one in around.generators for part in names_in(one.target))
