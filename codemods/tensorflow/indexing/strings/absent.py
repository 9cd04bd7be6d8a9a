"""What a file makes None for others to find: attributes of their objects, fields, keys, options."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence

from codemods.tensorflow.dtypes import is_none
from codemods.tensorflow.facts import Callee
from codemods.tensorflow.indexing.bodies import behind
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.indexing.leaving import falls_off
from codemods.tensorflow.indexing.strings.kept_names import argument, constant, element, result
from codemods.tensorflow.indexing.strings.nones import holds_none
from codemods.tensorflow.indexing.strings.records import fields_left_out, is_left_at_none
from migrate.syntax.calls import called_name, keyword_or_place
from migrate.syntax.module import Module
from migrate.syntax.nodes import statements
from migrate.syntax.walk import BindingKind, Scope

__all__ = ["cleared", "handed_none", "kept_parameters", "left_out"]

# Looked for in the text: what else assigns None, nine of ten times, is a parameter's default value or a local name.
_ASSIGNED = re.compile(r"\.(\w+)[ \t]*=[ \t]*None\b")
_KEYED = re.compile(r"[\"'](\w+)[\"'][ \t]*\]?[ \t]*[:=][ \t]*None\b")
_OPTIONS = ("add_argument", "add_option", "option", "DEFINE_string", "DEFINE_enum", "DEFINE")
_SETTING = ("store_true", "store_false", "help", "version")  # actions that leave no None
# What makes an object of its keywords, or puts them into one.
_TAKING = ("dict", "_replace", "replace", "evolve", "update", "set_defaults", "SimpleNamespace", "Namespace", "HParams")
_OWN = re.compile(r"\b(?:self|cls)\Z")
_HINTS = ("None", " and", "\tand", ")and", "get(", "pop(", "setdefault(", "getenv(", "next(")  # of what may be None
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
    """What is None for want of a value, or is set to None by a file: fields, keys, options, constants, results."""
    code = module.source.code
    if "None" in code:
        yield from (found[1] for found in _KEYED.finditer(code))
        yield from _constants(module.walk.module, callees)
        for scope in callees.class_scopes:
            yield from _plain(scope)
        for site in module.walk.calls_of(_TAKING):
            yield from (item.arg for item in site.node.keywords if item.arg and is_none(item.value))
        for site in module.walk.calls_of(("partial", "partialmethod")):
            yield from (argument(item.arg) for item in site.node.keywords if item.arg and is_none(item.value))
        yield from fields_left_out(module)
    for site in module.walk.calls_of(_OPTIONS):
        yield from option_words(site.node, site.called)
    for site in module.walk.calls_of(("fromkeys", "setdefault")):
        yield from _keys(site.node, site.called, site.scope)
    lines = module.lines_with(_HINTS)
    for scope in callees.body_scopes:
        if isinstance(scope.node, ast.FunctionDef):
            yield from _of_function(scope.node, scope, callees, lines)


def handed_none(module: Module, callees: Callees) -> Iterator[tuple[Callee, tuple[int, ...]]]:
    """The functions that `partial(f, None)` gets ready to be called with None, and the places at which it does."""
    for site in module.walk.calls_of(("partial", "partialmethod")):
        match site.node.args:
            case [function, *given]:
                places = tuple([place for place, value in enumerate(given) if is_none(value)])
                if places:
                    yield callees.callee(function, site.scope), places


def _constants(scope: Scope, callees: Callees) -> Iterator[str]:
    """What a module has under a name that may be None, or that holds what is."""
    for name, bindings in scope.bindings.items():
        for value in (one.value for one in bindings if one.value is not None):
            if callees.nones.may_be(value, scope) or _is_unset_flag(value):
                yield constant(name)
            if holds_none(value):
                yield element(name)


def _is_unset_flag(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and any(option_words(value, called_name(value)))


def _plain(scope: Scope) -> Iterator[str]:
    """What a class itself sets to None, or leaves at it as the default of a field."""
    for name, bindings in scope.bindings.items():
        for value in (one.value for one in bindings if one.value is not None):
            if is_left_at_none(value):
                yield name
            if holds_none(value):
                yield element(name)


def _keys(call: ast.Call, called: str, scope: Scope) -> Iterator[str]:
    """The keys that `dict.fromkeys(keys)` and `d.setdefault(key)` leave at None."""
    if not call.args or (len(call.args) > 1 and not is_none(call.args[1])):
        return
    given = call.args[0] if called == "setdefault" else behind(call.args[0], scope)
    items = given.elts if isinstance(given, ast.List | ast.Tuple | ast.Set) else [given]
    yield from (one.value for one in items if isinstance(one, ast.Constant) and isinstance(one.value, str))


def _of_function(function: ast.FunctionDef, scope: Scope, callees: Callees, lines: Sequence[int]) -> Iterator[str]:
    """What a function gives back, or assigns to an attribute or to a name of its module, that may be None.

    In one without any of the `lines` that look like it, nothing else than its end, or another function, can give that.
    """
    hinted = bisect_left(lines, function.lineno) < bisect_right(lines, function.end_lineno or 0)
    if hinted and callees.nones.yields_none(function):
        yield element(function.name)
    valued = [one for one in statements(function) if isinstance(one, ast.Return) and one.value]
    handed = any(isinstance(one.value, ast.Call) and isinstance(one.value.func, ast.Name) for one in valued)
    if valued and (hinted or handed or falls_off(function)) and callees.nones.returns_none(function):
        yield result(function.name)
        yield from [function.name] if function.decorator_list else []  # a property
    if not hinted:
        return
    for name, assigned in callees.assignments(function).items():
        computed = (one for one in assigned if not isinstance(one, ast.Name | ast.Attribute | ast.Constant))
        if any(callees.nones.may_be(value, scope) for value in computed):
            yield name
    for name in scope.outer_names:
        values = (one.value for one in scope.bindings.get(name, ()) if one.value is not None)
        yield from (constant(name) for value in values if callees.nones.may_be(value, scope))


def option_words(call: ast.Call, called: str) -> Iterator[str]:
    """The option of a command line that is None where nobody gives it."""
    if called not in _OPTIONS:
        return
    keywords = {item.arg: item.value for item in call.keywords}
    defines = called.startswith("DEFINE")
    place = 2 if called == "DEFINE" else 1 if defines else 99
    default = keyword_or_place(call, "default", place)
    if (default is not None and not is_none(default)) or _is_always_set(keywords):
        return
    names = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    dest = keywords.get("dest")
    if isinstance(dest, ast.Constant) and isinstance(dest.value, str):
        yield dest.value
    elif defines:
        yield from names[:1]
    else:
        optional = "nargs" in keywords and not any(name.startswith("-") for name in names)
        yield from (name.lstrip("-").replace("-", "_") for name in names if optional or name.startswith("-"))


def _is_always_set(keywords: Mapping[str | None, ast.expr]) -> bool:
    action, required = keywords.get("action"), keywords.get("required")
    needed = isinstance(required, ast.Constant) and bool(required.value)
    return needed or (isinstance(action, ast.Constant) and action.value in _SETTING)


def kept_parameters(callees: Callees) -> Mapping[str, frozenset[tuple[int, str]]]:
    """The attributes to which the functions of a file assign parameters of their own, with the bodies and those."""
    found: dict[str, set[tuple[int, str]]] = {}
    for body, scope in enumerate(callees.body_scopes):
        node = scope.node
        for name, assigned in callees.assignments(node).items() if isinstance(node, ast.FunctionDef) else ():
            for value in (one.id for one in assigned if isinstance(one, ast.Name)):
                if any(one.kind is BindingKind.PARAMETER for one in scope.bindings.get(value, ())):
                    found.setdefault(name, set()).add((body, value))
    return {name: frozenset(parameters) for name, parameters in found.items()}
