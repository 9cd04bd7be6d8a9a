"""Whether a file puts something else in the place of `tf.Variable` or `tf.get_variable`: `tf.Variable = traced`."""

from __future__ import annotations

import ast
import re

from codemods.tensorflow import knowledge
from migrate.syntax.module import Module
from migrate.syntax.names import resolve

__all__ = ["patches"]

_PATCHED = frozenset({"Variable", "get_variable"})
_MAY_PATCH = re.compile(
    r"\.(?:Variable|get_variable)\s*=[^=]|(?:setattr|patch|object)\s*\([^)]*(?:Variable|get_variable)\b"
)


def patches(module: Module) -> bool:
    """Whether anything in a module does so; nearly every file is told by its text alone."""
    return bool(_MAY_PATCH.search(module.source.code)) and any(_patches(node, module) for node in module.nodes)


def _patches(node: ast.AST, module: Module) -> bool:
    match node:
        case ast.Assign(targets=targets):
            return any(isinstance(one, ast.Attribute) and _is_patched(one, module) for one in targets)
        case ast.Call(func=ast.Name(id="setattr") | ast.Attribute(attr="setattr" | "object"), args=[owner, name, *_]):
            told = isinstance(name, ast.Constant) and name.value in _PATCHED
            return told and knowledge.canonical(resolve(owner, module.walk.module)) == "tensorflow"
        case ast.Call(
            func=ast.Name(id="patch") | ast.Attribute(attr="patch"), args=[ast.Constant(value=str(name)), *_]
        ):
            return knowledge.canonical(str(name)) in {f"tensorflow.{one}" for one in _PATCHED}
    return False


def _is_patched(target: ast.Attribute, module: Module) -> bool:
    if target.attr not in _PATCHED:
        return False
    return knowledge.canonical(resolve(target.value, module.walk.module)) == "tensorflow"
