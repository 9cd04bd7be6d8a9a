"""Takes `Variable` out of a `from tensorflow import ...` once nothing in the file uses it any more."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from codemods.tensorflow.spelling import import_binding
from migrate.model import Edit, Finding, Level, Rewrite, Span
from migrate.syntax.module import Module
from migrate.syntax.walk import CallSite

__all__ = ["tidy_imports"]

_CODE = "GV103"


def tidy_imports(module: Module, rewritten: Sequence[Finding]) -> Iterator[Finding]:
    """One finding for each imported name whose every use is rewritten; it needs all of them to be applied."""
    spans = {finding.span for finding in rewritten}
    if not spans:
        return
    imported: dict[tuple[ast.AST, str], list[CallSite]] = {}
    for site in module.walk.calls:
        if module.span(site.node) in spans and isinstance(site.node.func, ast.Name):
            binding = import_binding(site.node.func, site.scope)
            if binding is not None and isinstance(binding.node, ast.ImportFrom):
                imported.setdefault((binding.node, site.node.func.id), []).append(site)
    for (node, name), sites in imported.items():
        if _uses(module, name) == len(sites):
            yield from _removed(module, node, name, rewritten)


def _uses(module: Module, name: str) -> int:
    """How often a file reads a name, exports included."""
    return sum(
        (isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load))
        or (isinstance(node, ast.Constant) and node.value == name)
        for node in ast.walk(module.tree)
    )


def _stands_alone(module: Module, node: ast.ImportFrom) -> bool:
    """Whether an import has its lines for itself and is not all that its block holds."""
    siblings = next((body for body in _blocks(module.parents[node]) if node in body), [])
    own = range(node.lineno, (node.end_lineno or 0) + 1)
    return len(siblings) > 1 and not any(one is not node and one.lineno in own for one in siblings)


def _blocks(parent: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        yield getattr(parent, name, [])


def _whole_lines(module: Module, node: ast.ImportFrom) -> Span:
    starts = module.source.line_starts
    end = node.end_lineno or node.lineno
    return Span(starts[node.lineno - 1], starts[end] if end < len(starts) else len(module.source.text))


def _removed(module: Module, node: ast.AST, name: str, rewritten: Sequence[Finding]) -> Iterator[Finding]:
    assert isinstance(node, ast.ImportFrom)
    aliases = node.names
    place = next(number for number, alias in enumerate(aliases) if (alias.asname or alias.name) == name)
    added = any(
        isinstance(change, Edit) and change.span.start == module.span(aliases[-1]).end
        for finding in rewritten
        if isinstance(finding.outcome, Rewrite)
        for change in finding.outcome.changes
    )
    here = module.span(aliases[place])
    if place + 1 < len(aliases):
        edit = Edit(Span(here.start, module.span(aliases[place + 1]).start), "")
    elif place:
        edit = Edit(Span(module.span(aliases[place - 1]).end, here.end), "")
    elif added or not _stands_alone(module, node):
        return  # the names that come in stand behind it: taking it out would leave a comma
    else:
        edit = Edit(_whole_lines(module, node), "")
    message = f"{name} is imported for nothing once its calls are rewritten"
    needed = tuple(finding.id for finding in rewritten)
    yield module.finding(_CODE, aliases[place], message, Rewrite(Level.EXACT, (edit,), supports=True), requires=needed)
