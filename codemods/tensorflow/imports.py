"""What becomes of `from tensorflow import Variable`: other names come in, and those that nothing uses any more go."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from codemods.tensorflow import knowledge
from codemods.tensorflow.internals import is_inside
from migrate.model import Edit, Finding, Level, Rewrite, Span, Wrap
from migrate.syntax.module import Module
from migrate.syntax.walk import ScopeKind

__all__ = ["import_edit", "is_root", "module_import", "tidy_imports"]

_CODE = "GV103"
_STRING = re.compile(r"""(["']).*?\1""")
_SCOPE = "variable_scope"  # what other findings write, in the place of a scope that is replaced and around layers


def is_root(node: ast.AST) -> bool:
    """Whether a node imports names from TensorFlow itself, which has them all, and not from a module within it."""
    return isinstance(node, ast.ImportFrom) and not node.level and knowledge.canonical(node.module) == "tensorflow"


def import_edit(module: Module, node: ast.ImportFrom, added: str, elsewhere: str) -> Edit | None:
    """The edit that makes an import bring in one name more: beside the others, or on a line above.

    The line above is for an import that will have nothing else left, and for what comes from `elsewhere`: from
    `compat.v1`, as TensorFlow 2's root has no `get_variable`. None where there is no room for a line.
    """
    alone = _stands_alone(module, node)
    if elsewhere and not alone:
        return None
    if elsewhere or (alone and _only_creates(module, node)):
        start = module.source.line_starts[node.lineno - 1]
        indent = module.source.text[start : module.span(node).start]
        origin = elsewhere or node.module
        return Edit(Span(start, start), f"{indent}from {origin} import {added}{module.source.newline}")
    end = module.span(node.names[-1]).end
    return Edit(Span(end, end), f", {added}")


def module_import(
    module: Module, node: ast.Import | ast.ImportFrom, package: str, name: str, spelled: str
) -> Edit | None:
    """The edit that imports `name` from `package`, under the name `spelled`, beside an import of a module like it.

    It goes among the names of an import that has several, and else on a line above; None where there is no room.
    """
    added = name if spelled == name else f"{name} as {spelled}"
    if isinstance(node, ast.ImportFrom) and node.module == package and len(node.names) > 1:
        end = module.span(node.names[-1]).end
        return Edit(Span(end, end), f", {added}")
    start = module.source.line_starts[node.lineno - 1]
    indent = module.source.text[start : module.span(node).start]
    if indent.strip():
        return None
    return Edit(Span(start, start), f"{indent}from {package} import {added}{module.source.newline}")


def _only_creates(module: Module, node: ast.ImportFrom) -> bool:
    """Whether an import has one name, which is called and nothing else."""
    name = node.names[0].asname or node.names[0].name
    called = sum(isinstance(one.node.func, ast.Name) for one in module.walk.calls_of((name,)))
    return len(node.names) == 1 and node.names[0].name == "Variable" and called == len(_uses(module, name))


def tidy_imports(module: Module, rewritten: Sequence[Finding], replaced: Mapping[str, Span]) -> Iterator[Finding]:
    """One finding for each import from TensorFlow that has names whose every use goes; it needs all who take them.

    `rewritten` are the findings of the file's calls, `replaced` what other findings replace, by their ids.
    """
    goes = _Going(module, rewritten, replaced)
    for node in dict.fromkeys(_from_root(module)) if rewritten else ():
        names = _unused(module, node, goes)
        if names:
            said = ", ".join(one.asname or one.name for one in names)
            message = f"{said}: imported for nothing once the calls are rewritten"
            outcome = Rewrite(Level.EXACT, tuple(_removals(module, node, names)), supports=True)
            yield module.finding(_CODE, names[0], message, outcome, requires=goes.needed)


def _from_root(module: Module) -> Iterator[ast.ImportFrom]:
    """The imports from TensorFlow; what one in a class imports is read as an attribute, and is none of them."""
    for scope in module.walk.scopes.values():
        if scope.kind is not ScopeKind.CLASS:
            nodes = (one.node for bindings in scope.bindings.values() for one in bindings)
            yield from (node for node in nodes if isinstance(node, ast.ImportFrom) and _is_tensorflow(node))


def _is_tensorflow(node: ast.ImportFrom) -> bool:
    """Whether an import is from TensorFlow itself, or from within it by the whole name."""
    return is_root(node) or (not node.level and is_inside(f"{node.module}."))


def _unused(module: Module, node: ast.ImportFrom, goes: _Going) -> list[ast.alias]:
    """The names of an import that can go; the last one stays where it would leave a comma, or an empty block."""
    names = [one for one in node.names if one.name != _SCOPE and goes.out(one.asname or one.name)]
    needed = goes.comes(module.span(node.names[-1]).end) or not _stands_alone(module, node)
    return names[:-1] if len(names) == len(node.names) and needed else names


class _Going:
    """Which names lose all their uses to the edits of other findings."""

    def __init__(self, module: Module, rewritten: Sequence[Finding], replaced: Mapping[str, Span]) -> None:
        self.module = module
        outcomes = [finding.outcome for finding in rewritten]
        changes = [one for outcome in outcomes if isinstance(outcome, Rewrite) for one in outcome.changes]
        self.edits = [change for change in changes if isinstance(change, Edit)]
        headers = [change.header for change in changes if isinstance(change, Wrap)]
        self.needed = (*(finding.id for finding in rewritten), *replaced)
        self.spans = sorted({*(edit.span for edit in self.edits), *replaced.values()}, key=lambda one: one.start)
        written = "\n".join([*(edit.text for edit in self.edits), *headers])
        self.written = set(re.findall(r"\w+", _STRING.sub("", written)))
        evaluating = module.walk.calls_of(knowledge.EVALUATORS)
        self.evaluates = any(isinstance(one.node.func, ast.Name) for one in evaluating)

    def out(self, name: str) -> bool:
        """Whether a name is used, and every use lies in what is replaced; what is evaluated may use any name."""
        uses = _uses(self.module, name) if name not in self.written and not self.evaluates else []
        return bool(uses) and all(any(s.start <= use.start and use.end <= s.end for s in self.spans) for use in uses)

    def comes(self, offset: int) -> bool:
        """Whether a name is added behind the one that ends there."""
        return any(edit.span == Span(offset, offset) for edit in self.edits)


def _uses(module: Module, name: str) -> list[Span]:
    """Where a file reads a name, exports included."""
    return [
        module.span(node)
        for node in module.nodes
        if (isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load))
        or (isinstance(node, ast.Constant) and node.value == name)
    ]


def _removals(module: Module, node: ast.ImportFrom, names: Sequence[ast.alias]) -> Iterator[Edit]:
    """The edits that take names out of an import."""
    spans = [module.span(one) for one in node.names]
    stays = [number for number, one in enumerate(node.names) if one not in names]
    if not stays:
        yield Edit(_whole_lines(module, node), "")
        return
    for number in range(stays[-1]):
        if number not in stays:
            yield Edit(Span(spans[number].start, spans[number + 1].start), "")
    if stays[-1] + 1 < len(spans):
        yield Edit(Span(spans[stays[-1]].end, spans[-1].end), "")


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
