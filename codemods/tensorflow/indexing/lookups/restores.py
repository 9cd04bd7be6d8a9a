"""Calls of `init_from_checkpoint` that restore all that `get_variable` has made in a scope: `{"old/": "net/"}`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.tensorflow.file_facts import Restore
from codemods.tensorflow.indexing.bodies import behind
from codemods.tensorflow.indexing.callees import Callees
from migrate.syntax.calls import keyword_or_place
from migrate.syntax.module import Module
from migrate.syntax.walk import CallSite, Scope

__all__ = ["maps_scopes", "restores"]

_RESTORING = "init_from_checkpoint"
_MAP = re.compile(r"""/["']\s*:\s*["'][^"'\n]*/["']""")  # `"old/": "net/"`


def restores(module: Module, callees: Callees) -> Iterator[Restore]:
    """Such calls, and those with a map that is not written out; the keys tell, which end in a `/` for a scope."""
    for site in module.walk.calls if _RESTORING in module.source.code else ():
        name = callees.canonical(site.node.func, site.scope) or ""
        if name.startswith("tensorflow.") and name.endswith(f".{_RESTORING}"):
            keys = _keys(keyword_or_place(site.node, "assignment_map", 1), site.scope)
            told = any(_is_scope(key, site, callees) for key in keys)
            if told or not keys:
                folders = (one.removesuffix("/").lower() for one in module.walk.strings if one.endswith("/"))
                yield Restore(site.node.lineno, told, frozenset(folders) - {""})


def maps_scopes(module: Module) -> bool:
    """Whether a module holds a map of scopes to scopes, which may come to such a call; other maps are of names."""
    return _MAP.search(module.source.code) is not None


def _keys(given: ast.expr | None, scope: Scope) -> list[ast.expr]:
    """The keys of a map that is written out, in its place or behind a name."""
    match behind(given, scope) if given is not None else None:
        case ast.Dict(keys=keys):
            return [key for key in keys if key is not None]
        case ast.DictComp(key=key):
            return [key]
    return []


def _is_scope(key: ast.expr, site: CallSite, callees: Callees) -> bool:
    text = callees.text(key, site.scope)
    return text.ends_folder or any(one.endswith("/") for one in text.texts)
