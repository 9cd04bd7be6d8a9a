"""Where a function may end: before its last statement, so that what stands behind may not happen, or behind it."""

from __future__ import annotations

import ast

from codemods.tensorflow.facts import AT_ONCE, At
from migrate.syntax.nodes import BLOCKS, children, nodes

__all__ = ["falls_off", "leaves", "sure_until"]

_YIELDS = (ast.Yield, ast.YieldFrom)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def leaves(function: ast.FunctionDef | ast.AsyncFunctionDef) -> At | None:
    """The end of its first `return`, the very beginning for a generator or a coroutine that nobody need run, or None.

    A `raise` ends the program, or what a `try` is around; that is seen where it stands.
    """
    if isinstance(function, ast.AsyncFunctionDef):
        return AT_ONCE
    first: At | None = None
    waiting: list[ast.AST] = [*reversed(function.body)]
    while waiting:  # an `elif` stands within the one before it: there can be more of them than calls fit Python's stack
        one = waiting.pop()
        if isinstance(getattr(one, "value", None), _YIELDS):
            return AT_ONCE
        if first is None and isinstance(one, ast.Return):
            first = (one.end_lineno or 0, one.end_col_offset or 0)
        names = BLOCKS[type(one)]
        if names and not isinstance(one, _DEFINITIONS):  # what stands in those runs another time
            waiting += reversed([part for name in names for part in getattr(one, name)])
    return first


def sure_until(function: ast.FunctionDef | ast.AsyncFunctionDef, *, manages: bool) -> At | None:
    """The end of what surely happens where a function is called, or where what a manager makes is entered; or None.

    That is nothing of a coroutine, and of a generator that is no manager: nobody need run them.
    """
    waiting: list[ast.AST] = [*function.body]
    own: list[ast.AST] = []
    while waiting:
        one = waiting.pop()
        own.append(one)
        if not isinstance(one, (*_DEFINITIONS, ast.Lambda)):
            waiting += children(one)
    if isinstance(function, ast.AsyncFunctionDef) or (not manages and any(isinstance(one, _YIELDS) for one in own)):
        return AT_ONCE
    ends = (one for one in own if isinstance(one, ast.Return | ast.Yield | ast.YieldFrom))
    return min(((one.end_lineno or 0, one.end_col_offset or 0) for one in ends), default=None)


def falls_off(function: ast.FunctionDef) -> bool:
    """Whether a function may come to its end without a `return`, and so return None."""
    waiting = [function.body]
    while waiting:
        match waiting.pop()[-1]:
            case ast.Return() | ast.Raise():
                pass
            case ast.If(body=body, orelse=[_, *_] as other):
                waiting += [body, other]
            case ast.With(body=body) | ast.AsyncWith(body=body):
                waiting.append(body)
            case ast.Try(body=body, handlers=handlers, orelse=other):
                waiting += [other or body, *(handler.body for handler in handlers)]
            case ast.Match(cases=cases) if any(_fits_all(case) for case in cases):
                waiting += [case.body for case in cases]
            case ast.While(test=ast.Constant(value=True)) as loop if not any(
                isinstance(one, ast.Break) for one in nodes(loop)
            ):
                pass
            case _:
                return True
    return False


def _fits_all(case: ast.match_case) -> bool:
    return isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None and case.guard is None
