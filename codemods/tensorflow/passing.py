"""Reports `tf.Variable` where it is passed on as a value: what calls it then is out of sight."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from codemods.tensorflow import knowledge
from codemods.tensorflow.rules import GET_VARIABLE_RULES, advice
from migrate.model import Finding, Left, Shift
from migrate.syntax.module import Module
from migrate.syntax.names import resolve

__all__ = ["passed_on"]

_CODE = "GV212"
_ASKING = frozenset({"isinstance", "issubclass", "type", "hasattr", "getattr", "super"})
# Methods and functions of modules that ask as those do, or note the class for what is done with its instances.
_ASKING_MEMBERS = frozenset({"assertIsInstance", "assertNotIsInstance", "register_tensor_conversion_function"})


def passed_on(module: Module, program: str, *, renumbered: bool) -> Iterator[Finding]:
    """One finding for each place that hands `tf.Variable` to something that may call it.

    `renumbered`: what it makes unnamed may get other numbers, as others get names.
    """
    shifts = (Shift(program, "*Variable"),) if renumbered else ()
    for node, scope in module.walk.loads:
        if knowledge.canonical(resolve(node, scope)) != knowledge.VARIABLE:
            continue
        if _may_be_called(module, node):
            found = module.finding(_CODE, node, GET_VARIABLE_RULES[_CODE].summary, Left(advice(_CODE)))
            yield replace(found, shifts=shifts)


def _may_be_called(module: Module, node: ast.expr) -> bool:
    """Whether it goes into a call or comes out of a function; asking whether something is a variable calls nothing."""
    parent = module.parents[node]
    if isinstance(parent, ast.keyword):
        parent = module.parents[parent]
    if isinstance(parent, ast.Call):
        return not _only_asks(parent.func) and node is not parent.func
    return isinstance(parent, ast.Return | ast.Lambda)


def _only_asks(function: ast.expr) -> bool:
    """Whether a function calls no class that it is passed."""
    if isinstance(function, ast.Attribute):
        return function.attr in _ASKING_MEMBERS
    return isinstance(function, ast.Name) and function.id in _ASKING
