"""How a program looks ops and variables up by their names: strings, and calls that are given a computed name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.tensorflow.callees import Callees
from codemods.tensorflow.text import Hole, Text
from migrate.syntax.module import Module
from migrate.syntax.walk import CallSite

__all__ = ["Lookups", "find_lookups"]

_TENSOR_NAME = re.compile(r"[A-Za-z0-9.][\w.\-/]*:\d+")
_OUTPUT = re.compile(r":\d+$")
_ASKING = frozenset({"get_tensor_by_name", "get_operation_by_name", "as_graph_element"})
_WORD = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Lookups:
    """What a module asks the graph for."""

    names: frozenset[str]  # strings such as `w:0`, without the number, and what the graph is asked for
    patterns: frozenset[Text]  # the last part of computed names where a part of it is known: `w_*`
    bodies: frozenset[int]  # those that ask for a name of which nothing is known


def find_lookups(module: Module, callees: Callees) -> Lookups:
    """The lookups of a module."""
    names = {value for value in module.walk.strings if ":" in value and _TENSOR_NAME.fullmatch(value)}
    patterns: set[Text] = set()
    bodies: set[int] = set()
    for site, node in _asked(module):
        text = callees.text(node, site.scope)
        last = _last_part(text)
        if text.literal:
            names.add(text.literal)
        elif _tells(last):
            patterns.add(last)
        else:
            bodies.add(callees.body(site.scope))
    return Lookups(frozenset(_OUTPUT.sub("", name) for name in names), frozenset(patterns), frozenset(bodies))


def _asked(module: Module) -> Iterator[tuple[CallSite, ast.expr]]:
    for site in module.walk.calls:
        function = site.node.func
        if isinstance(function, ast.Attribute) and function.attr in _ASKING:
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
