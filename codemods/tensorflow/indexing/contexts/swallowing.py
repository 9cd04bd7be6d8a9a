"""Which context managers may swallow what is raised within them: what stands there is then not sure to happen."""

from __future__ import annotations

import ast

from codemods.tensorflow.facts import CalleeKind
from codemods.tensorflow.indexing.bodies import behind
from codemods.tensorflow.indexing.callees import Callees
from migrate.syntax.calls import called_name
from migrate.syntax.names import last_name
from migrate.syntax.nodes import nodes
from migrate.syntax.walk import Scope

__all__ = ["EXITS", "is_manager", "may_swallow", "swallows"]

EXITS = frozenset({"__exit__", "__aexit__"})
# contextlib's, pytest's and unittest's
_SWALLOWERS = frozenset({"suppress", "raises", "assertRaises", "assertRaisesRegex", "assertRaisesRegexp"})


def may_swallow(entered: ast.expr, scope: Scope, callees: Callees) -> bool:
    """Whether what a `with` enters is known to swallow exceptions, by its name or by its code in the same file."""
    made = behind(entered, scope)
    if not isinstance(made, ast.Call):
        return False
    if called_name(made) in _SWALLOWERS:
        return True
    callee = callees.callee(made.func, scope)
    if callee.kind is CalleeKind.BODY:
        return swallows(callees.body_scopes[callee.index].node)
    methods = getattr(callees.class_scopes[callee.index].node, "body", ()) if callee.kind is CalleeKind.CLASS else ()
    return any(swallows(one) for one in methods if getattr(one, "name", "") in EXITS)


def swallows(function: ast.AST) -> bool:
    """Whether a function is an `__exit__` that may return something true, or catches what its `yield` raises."""
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    if function.name in EXITS:
        returned = (one.value for one in nodes(function) if isinstance(one, ast.Return))
        return any(one is not None and not (isinstance(one, ast.Constant) and not one.value) for one in returned)
    return any(isinstance(one, ast.Try) and _goes_on(one) for one in nodes(function))


def _goes_on(statement: ast.Try) -> bool:
    """Whether a `try` around a `yield` has a handler that does not raise again."""
    yields = any(isinstance(part, ast.Yield) for one in statement.body for part in nodes(one))
    return yields and not all(isinstance(one.body[-1], ast.Raise) for one in statement.handlers)


def is_manager(decorator: ast.expr) -> bool:
    """Whether a decorator makes a generator something that runs its rest at once, as `contextmanager` does."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = last_name(called)
    return name.endswith(("contextmanager", "fixture"))
