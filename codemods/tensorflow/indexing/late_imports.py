"""What a module imports other than at its top: if that is where it is imported first, it runs within scopes there."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from codemods.tensorflow.facts import ScopeKind
from codemods.tensorflow.file_facts import LateImport
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.indexing.contexts.withs import scope_of
from migrate.syntax.walk import CallSite, Scope, Walk

__all__ = ["late_by_string", "late_imports"]


def late_imports(walk: Walk, callees: Callees) -> Iterator[LateImport]:
    """The imports in functions, and those within a scope that a `with` enters."""
    for _, binding, scope in walk.imported:
        node, body = binding.node, callees.body(scope)
        assert isinstance(node, ast.Import | ast.ImportFrom)
        scoped = node.col_offset > 0 and _is_in_scope(node, body, walk, callees)
        if body or scoped:
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else [binding.dotted]
            yield from (LateImport(name, body, scoped) for name in names if not name.startswith("tensorflow"))


def late_by_string(site: CallSite, names: Iterable[str], callees: Callees) -> Iterator[LateImport]:
    """The same of what a call imports by a string."""
    body = callees.body(site.scope)
    scoped = any(isinstance(one.node, ast.With) and _enters_scope(one.node, site.scope, callees) for one in site.frames)
    if body or scoped:
        yield from (LateImport(name, body, scoped) for name in names)


def _is_in_scope(node: ast.stmt, body: int, walk: Walk, callees: Callees) -> bool:
    """Whether a name scope or variable scope of its body is around a statement."""
    around = ((one, scope) for one, scope in walk.withs if one.lineno <= node.lineno <= (one.end_lineno or 0))
    return any(callees.body(scope) == body and _enters_scope(one, scope, callees) for one, scope in around)


def _enters_scope(statement: ast.With | ast.AsyncWith, scope: Scope, callees: Callees) -> bool:
    kinds = (scope_of(item, statement, scope, callees).kind for item in statement.items)
    return any(kind in (ScopeKind.NAME, ScopeKind.VARIABLE) for kind in kinds)
