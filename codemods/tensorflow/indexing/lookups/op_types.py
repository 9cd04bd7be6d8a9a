"""Strings that a program compares the types of ops with, of which `Variable` is one: `"Variable" in tensor.op.type`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.tensorflow.indexing.bodies import behind
from migrate.syntax.module import Module

__all__ = ["op_types"]

_OPS = re.compile(r"(?:.*_)?(?:op|operation)")  # what holds an op is called so
_OWN_TYPES = re.compile(r"\.type\b\s*=[^=]")  # a class of the file's own may hold anything in its `type`


def op_types(module: Module) -> Iterator[str]:
    """Each such string, as often as it stands in such a comparison."""
    types = [node for node, _ in module.walk.attributes_of(("type",)) if _is_of_op(node)]
    if types and not _OWN_TYPES.search(module.source.code):
        held = (pair for pair in module.walk.reads_of(module.walk.names) if behind(*pair) in types)
        for node in (*types, *(name for name, _ in held)):
            yield from _compared(node, module.parents[node])


def _is_of_op(node: ast.Attribute) -> bool:
    match node.value:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _OPS.fullmatch(name) is not None
    return False


def _compared(node: ast.expr, parent: ast.AST) -> Iterator[str]:
    """The strings that an expression is compared with, by itself or as one of several."""
    if not isinstance(parent, ast.Compare):
        return
    for one in (parent.left, *parent.comparators):
        several = one.elts if isinstance(one, ast.Tuple | ast.List | ast.Set) else [one]
        for item in several if one is not node else ():
            if isinstance(item, ast.Constant) and isinstance(item.value, str):
                yield item.value
