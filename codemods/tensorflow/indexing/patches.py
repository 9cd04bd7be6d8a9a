"""Whether a file puts something else in the place of `tf.Variable` or `tf.get_variable`: `tf.Variable = traced`."""

from __future__ import annotations

import ast
import re

from codemods.tensorflow import knowledge
from migrate.syntax.module import Module
from migrate.syntax.names import resolve

__all__ = ["patches"]

_PATCHED = frozenset({"Variable", "get_variable"})
# Each begins with a word, which Python looks for five times faster than for one of several.
_MAY_PATCH = tuple(
    re.compile(form)
    for form in (
        *(rf"\.{name}\s*=[^=]" for name in sorted(_PATCHED)),
        *(rf"{by}\s*\([^)]*(?:Variable|get_variable)\b" for by in ("setattr", "patch", "object")),
    )
)


def patches(module: Module) -> bool:
    """Whether anything in a module does so; nearly every file is told by its text alone."""
    code = module.source.code
    return any(form.search(code) for form in _MAY_PATCH) and any(_patches(node, module) for node in module.nodes)


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
