"""Whether an attribute of a method's object still is what the method has assigned to it: `self.name = name`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from codemods.tensorflow.indexing.bodies import position
from migrate.syntax.nodes import nodes

__all__ = ["kept_value"]


def kept_value(
    reference: ast.Attribute, method: ast.FunctionDef, owner: ast.ClassDef, classes: Iterable[ast.ClassDef]
) -> ast.expr | None:
    """What a method has assigned to an attribute that it reads, where that is once, always, and nobody else does.

    `owner` is the method's class, `classes` are those of its file.
    """
    assigned = (one for one in method.body if isinstance(one, ast.Assign) and len(one.targets) == 1)
    value = next((one.value for one in assigned if _stores(one.targets[0], reference.attr)), None)
    if value is None or position(value) > position(reference):
        return None
    if sum(_stores(one, reference.attr) for one in nodes(method)) > 1:
        return None
    return None if any(_changes(one, reference.attr) for one in _others(method, owner, classes)) else value


def _stores(node: ast.AST, attribute: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == attribute and not isinstance(node.ctx, ast.Load)


def _changes(method: ast.FunctionDef, attribute: str) -> bool:
    arguments = [*method.args.posonlyargs, *method.args.args]
    own = arguments[0].arg if arguments else ""
    stored = (one for one in nodes(method) if isinstance(one, ast.Attribute) and _stores(one, attribute))
    return any(isinstance(one.value, ast.Name) and one.value.id == own for one in stored)


def _others(method: ast.FunctionDef, owner: ast.ClassDef, classes: Iterable[ast.ClassDef]) -> Iterator[ast.FunctionDef]:
    """The methods that it may call: of its class, and of those above and below, whose constructors call each other."""
    for one in _family(owner, classes):
        for other in one.body:
            if not isinstance(other, ast.FunctionDef) or other is method:
                continue
            if one is owner or not other.name == method.name == "__init__":
                yield other


def _family(owner: ast.ClassDef, classes: Iterable[ast.ClassDef]) -> list[ast.ClassDef]:
    """A class of a file with those that it is derived from, and those that are derived from it."""
    known = list(classes)
    below, above = [owner], [owner]
    for one in below:
        below += (other for other in known if one.name in _bases(other) and other not in below)
    for one in above:
        above += (other for other in known if other.name in _bases(one) and other not in above)
    return [*below, *above[1:]]


def _bases(node: ast.ClassDef) -> set[str]:
    return {base.id if isinstance(base, ast.Name) else getattr(base, "attr", "") for base in node.bases}
