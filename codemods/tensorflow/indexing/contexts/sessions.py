"""What is called as sessions are, and the calls that run one, no method of the program: `sess.run(train)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.indexing.strings.nones import iterated
from migrate.syntax.names import last_name
from migrate.syntax.walk import Scope

__all__ = ["is_called_session", "may_be_called_session", "runs_session"]

_METHODS = frozenset({"run", "partial_run", "make_callable"})
_CALLED = re.compile(r"_*(?:\w+_)?sess(?:ion)?\d*", re.IGNORECASE)
_MAKING = re.compile(r"sess(?:ion)?(?![a-z])", re.IGNORECASE)  # `tf.Session`, `get_session`


def is_called_session(name: str) -> bool:
    """Whether a name says that what bears it is a session: `sess`, `self._train_session`."""
    return _CALLED.fullmatch(name) is not None


def may_be_called_session(name: str) -> bool:
    """Whether a name says that what bears it, such as a class, has to do with sessions: `MonitoredSession`."""
    return "sess" in name.lower()


def runs_session(call: ast.Call, scope: Scope, callees: Callees) -> bool:
    """Whether a call runs a session: by what the object is called, what it is passed, and what has made it.

    A session is always given what to run. Where nothing shows what an object is, its name is believed.
    """
    match call.func:
        case ast.Attribute(value=holder, attr=method) if method in _METHODS and (call.args or call.keywords):
            made = _made(holder, scope, callees)
            return is_called_session(last_name(holder)) and all(map(_may_be_session, made))
    return False


def _made(holder: ast.expr, scope: Scope, callees: Callees) -> Iterator[ast.expr]:
    """What is assigned to a name or an attribute, or what a loop takes it from."""
    if isinstance(holder, ast.Attribute):
        yield from (value for value, _ in callees.assigned_to_attribute(holder.attr))
    owner, bindings = (scope.find(holder.id) if isinstance(holder, ast.Name) else None) or (scope, [])
    for binding in bindings:
        yield from iterated(binding.node, owner) if binding.value is None else (binding.value,)


def _may_be_session(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=maker):
            return _MAKING.search(ast.unparse(maker).rpartition(".")[2]) is not None
        case ast.BoolOp(values=values):
            return all(map(_may_be_session, values))
        case ast.IfExp(body=one, orelse=other):
            return _may_be_session(one) and _may_be_session(other)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return is_called_session(name)
    return isinstance(value, ast.Constant) and value.value is None
