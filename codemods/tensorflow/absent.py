"""What a file makes None for others to find: attributes of their objects, fields, keys, options."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from codemods.tensorflow.bodies import attribute_values
from codemods.tensorflow.callees import Callees
from codemods.tensorflow.dtypes import is_none
from codemods.tensorflow.records import fields_left_out
from migrate.syntax.calls import keyword_or_place
from migrate.syntax.module import Module
from migrate.syntax.walk import BindingKind, Scope

__all__ = ["cleared", "kept_parameters", "left_out"]

# Looked for in the text: what else assigns None, nine of ten times, is a parameter's default value or a local name.
_ASSIGNED = re.compile(r"\.(\w+)[ \t]*=[ \t]*None\b")
_KEYED = re.compile(r"[\"'](\w+)[\"'][ \t]*\]?[ \t]*[:=][ \t]*None\b")
_OWN = re.compile(r"\b(?:self|cls)\Z")
_BEFORE = 5  # characters that stand before a dot, of which these are


def cleared(module: Module) -> Iterator[str]:
    """The attributes that a file sets to None, of other objects than the one whose method does."""
    code = module.source.code
    for found in _ASSIGNED.finditer(code):
        if not _OWN.search(code[max(0, found.start() - _BEFORE) : found.start()]):
            yield found[1]
    for site in module.walk.calls_of(("setattr",)):
        match site.node.args:
            case [_, ast.Constant(value=str() as name), ast.Constant(value=None)]:
                yield name


def left_out(module: Module, callees: Callees) -> Iterator[str]:
    """The fields, keys and options that are None for want of a value, or that a file sets to None."""
    code = module.source.code
    if "None" in code:
        yield from (found[1] for found in _KEYED.finditer(code))
        yield from (name for scope in callees.class_scopes for name in _plain(scope))
        for site in module.walk.calls_of(("dict",)):
            yield from (item.arg for item in site.node.keywords if item.arg and is_none(item.value))
        yield from fields_left_out(module)
    for site in module.walk.calls_of(("add_argument", "DEFINE_string")):
        yield from _option(site.node, site.called)


def _plain(scope: Scope) -> Iterator[str]:
    """What a class itself sets to None."""
    for name, bindings in scope.bindings.items():
        if any(one.value is not None and is_none(one.value) for one in bindings):
            yield name


def _option(call: ast.Call, called: str) -> Iterator[str]:
    """The option of a command line that is None where nobody gives it."""
    keywords = {item.arg: item.value for item in call.keywords}
    default = keyword_or_place(call, "default", 99 if called == "add_argument" else 1)
    if (default is not None and not is_none(default)) or keywords.keys() & {"required", "action"}:
        return
    names = [one.value for one in call.args[:2] if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if called != "add_argument":
        yield from names[:1]
    yield from (name[2:].replace("-", "_") for name in names if name.startswith("--"))


def kept_parameters(callees: Callees) -> Mapping[str, frozenset[str]]:
    """The attributes to which the functions of a file assign parameters of their own, with those."""
    found: dict[str, set[str]] = {}
    for scope in callees.body_scopes:
        for name, value in attribute_values(scope.node) if isinstance(scope.node, ast.FunctionDef) else ():
            own = scope.bindings.get(value.id, ()) if isinstance(value, ast.Name) else ()
            if any(one.kind is BindingKind.PARAMETER for one in own):
                found.setdefault(name, set()).add(value.id)  # type: ignore[attr-defined]
    return {name: frozenset(parameters) for name, parameters in found.items()}
