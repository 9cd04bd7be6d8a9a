"""Calls of `init_from_checkpoint` that restore all that `get_variable` has made in a scope: `{"old/": "net/"}`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.tensorflow.callees import Callees
from codemods.tensorflow.facts import Restore
from codemods.tensorflow.text import Hole
from codemods.tensorflow.withs import keyword_or_place
from migrate.syntax.module import Module
from migrate.syntax.walk import CallSite

__all__ = ["restores", "spells_scopes_out"]

_RESTORING = "init_from_checkpoint"
_NO_SCOPE = ("/", ".", "~")  # begins a path of the file system


def restores(module: Module, callees: Callees) -> Iterator[Restore]:
    """The calls of a module that may do so; the map's keys tell, which end in a `/` for a scope."""
    for site in module.walk.calls if _RESTORING in module.source.code else ():
        name = callees.canonical(site.node.func, site.scope) or ""
        if name.startswith("tensorflow.") and name.endswith(f".{_RESTORING}"):
            told = _restores_scopes(site, callees)
            if told is not False:
                yield Restore(site.node.lineno, told=told is not None)


def _restores_scopes(site: CallSite, callees: Callees) -> bool | None:
    """Whether the map of a call has a scope among its keys; None where that is not known."""
    keys: list[ast.expr | None] = [None]
    match keyword_or_place(site.node, "assignment_map", 1):
        case ast.Dict(keys=found):
            keys = list(found)
        case ast.DictComp(key=key):
            keys = [key]
    told = [None if key is None else _is_scope(key, site, callees) for key in keys]
    return True if True in told else None if None in told else False


def _is_scope(key: ast.expr, site: CallSite, callees: Callees) -> bool | None:
    text = callees.text(key, site.scope)
    if text.texts or not text.parts:
        return any(one.endswith("/") for one in text.texts)
    last = text.parts[-1]
    if isinstance(last, Hole):
        return False if last.derived else None  # the name of a variable does not end in a `/`
    return text.ends_folder


def spells_scopes_out(module: Module) -> bool:
    """Whether a string of a module may be such a key, or the end of one: `old/`, `/`, but neither a path nor a URL."""
    ends = (value for value in module.walk.strings if value.endswith("/"))
    return any(value == "/" or not (value.startswith(_NO_SCOPE) or {*value} & {":", " ", "\n"}) for value in ends)
