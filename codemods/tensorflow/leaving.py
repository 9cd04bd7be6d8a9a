"""Where a function may end: before its last statement, so that what stands behind may not happen, or behind it."""

from __future__ import annotations

import ast

from codemods.tensorflow.facts import AT_ONCE, At
from migrate.syntax.nodes import BLOCKS, nodes

__all__ = ["falls_off", "leaves"]

_YIELDS = (ast.Yield, ast.YieldFrom)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def leaves(function: ast.FunctionDef | ast.AsyncFunctionDef) -> At | None:
    """The end of its first `return`, the very beginning for a generator that nobody need run, or None.

    A `raise` ends the program, or what a `try` is around; that is seen where it stands.
    """
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
