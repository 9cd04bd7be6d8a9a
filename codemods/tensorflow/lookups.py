"""How a program looks ops and variables up by their names: strings, and calls that are given a computed name."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.tensorflow.callees import Callees
from codemods.tensorflow.name_order import SORTING, sorts_by_name, sorts_the_graph
from codemods.tensorflow.op_types import op_types
from codemods.tensorflow.text import Hole, Text
from migrate.syntax.module import Module
from migrate.syntax.walk import CallSite

__all__ = ["Lookups", "find_lookups"]

_TENSOR_NAME = re.compile(r"[A-Za-z0-9.][\w.\-/]*:\d+")
_OUTPUT = re.compile(r":\d+$")
_ASKING = frozenset({"get_tensor_by_name", "get_operation_by_name", "as_graph_element"})
_UNNAMED = re.compile(r"(?:.*/)?Variable(?:_\d+)?(?:/.*)?(?::\d+)?")
_NAMING = frozenset({"name", "scope", "default_name", "name_or_scope"})
_NAMED_BY_PLACE = frozenset({"getattr", "setattr", "hasattr", "get_variable", "unique_name", "patch", "object"})
_END = ":0"  # of the name of an op's first output
_WORD = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Lookups:
    """What a module asks the graph for."""

    names: frozenset[str]  # strings such as `w:0`, without the number, and what the graph is asked for
    patterns: frozenset[Text]  # the last part of computed names where a part of it is known: `w_*`
    bodies: frozenset[int]  # those that ask for a name of which nothing is known
    orders: bool  # it puts the variables of the graph into the order of their names


def find_lookups(module: Module, callees: Callees) -> Lookups:
    """The lookups of a module."""
    strings = frozenset(module.walk.strings)
    names = {value for value in strings if ":" in value and _TENSOR_NAME.fullmatch(value)}
    names.update(_unnamed(module))
    patterns: set[Text] = set()
    bodies = (
        {callees.body(site.scope) for site in module.walk.calls if _builds_tensor_name(site.node)}
        if _END in strings
        else set()
    )
    sorting = list(filter(sorts_by_name, module.walk.calls_of(SORTING)))
    if sorting:
        bodies.add(callees.body(module.walk.module))  # all that the file makes may be in that order
    for site, node in _asked(module):
        text = callees.text(node, site.scope)
        last = _last_part(text)
        if text.literal:
            names.add(text.literal)
        elif _tells(last):
            patterns.add(last)
        else:
            bodies.add(callees.body(site.scope))
    plain = {_OUTPUT.sub("", name) for name in names}
    owners = plain.union(*map(_owners, plain))
    return Lookups(frozenset(owners), frozenset(patterns), frozenset(bodies), any(map(sorts_the_graph, sorting)))


def _owners(name: str) -> Iterator[str]:
    """What may own an op: `w/Adam` is a slot of `w`, `w/read` what reads it."""
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name


def _unnamed(module: Module) -> Iterator[str]:
    """Strings that are names which TensorFlow gives to unnamed variables, used for anything but to name something."""
    found = Counter(value for value in module.walk.strings if "Variable" in value and _UNNAMED.fullmatch(value))
    if found:
        found.subtract(value for site in module.walk.calls for value in _given_names(site))
        found.subtract(op_types(module))
        yield from (value for value, count in found.items() if count > 0)


def _given_names(site: CallSite) -> Iterator[str]:
    """The strings by which a call names a variable, an op or a scope; a mock of the class is named after it too."""
    given = [item.value for item in site.node.keywords if item.arg in _NAMING]
    given += site.node.args if site.called in _NAMED_BY_PLACE or site.called.endswith("scope") else []
    yield from (one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))


def _builds_tensor_name(call: ast.Call) -> bool:
    """Whether a call is given a tensor's name that is put together: `session.run(name + ":0")`."""
    return any(
        isinstance(one, ast.BinOp) and isinstance(one.right, ast.Constant) and one.right.value == _END
        for one in call.args
    )


def _asked(module: Module) -> Iterator[tuple[CallSite, ast.expr]]:
    for site in module.walk.calls_of(_ASKING):
        if isinstance(site.node.func, ast.Attribute):
            given = [*site.node.args, *(item.value for item in site.node.keywords)]
            if given:
                yield site, given[0]


def _last_part(name: Text) -> Text:
    """What stands behind the last `/` of a tensor's name, without its number."""
    parts: list[str | Hole] = []
    for part in name.parts:
        _, slash, last = part.rpartition("/") if isinstance(part, str) else ("", "", part)
        parts = [last] if slash else [*parts, last]
    if parts and isinstance(parts[-1], str):
        parts[-1] = _OUTPUT.sub("", parts[-1])
    return Text(tuple(part for part in parts if part != ""))


def _tells(text: Text) -> bool:
    return any(isinstance(part, str) and _WORD.search(part) for part in text.parts)
