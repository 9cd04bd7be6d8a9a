"""How a program looks ops and variables up by their names: strings, and calls that are given a computed name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.tensorflow.callees import Callees
from codemods.tensorflow.text import Hole, Text
from migrate.syntax.module import Module
from migrate.syntax.walk import CallSite

__all__ = ["asking_bodies", "looked_up", "looked_up_patterns"]

_TENSOR_NAME = re.compile(r"[A-Za-z0-9.][\w.\-/]*:\d+")
_OUTPUT = re.compile(r":\d+$")
_ASKING = frozenset({"get_tensor_by_name", "get_operation_by_name", "as_graph_element"})
_WORD = re.compile(r"[A-Za-z]")


def looked_up(module: Module) -> frozenset[str]:
    """Strings such as `w:0`, and those by which the graph is asked for an op, without the number behind the colon."""
    found = {value for value in module.walk.strings if _TENSOR_NAME.fullmatch(value)}
    for _, name in _asked(module):
        if isinstance(name, ast.Constant) and isinstance(name.value, str) and name.value:
            found.add(name.value)
    return frozenset(_OUTPUT.sub("", value) for value in found)


def looked_up_patterns(module: Module, callees: Callees) -> frozenset[Text]:
    """The last part of computed names that the graph is asked for, where a part of it is known: `w_*`."""
    texts = (_last_part(callees.text(name, site.scope)) for site, name in _asked(module))
    return frozenset(text for text in texts if text.literal is None and _tells(text))


def asking_bodies(module: Module, callees: Callees) -> frozenset[int]:
    """The bodies that ask the graph for a name of which nothing is known."""
    return frozenset(
        callees.body(site.scope)
        for site, name in _asked(module)
        if not _tells(_last_part(callees.text(name, site.scope)))
    )


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
