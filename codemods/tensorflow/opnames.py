"""Names that a program gives or looks up and that are also what TensorFlow calls an op by default, such as `zeros`.

The op of an initial value takes its default name in the graph. Where it goes, or stands under the variable's name
instead, the next thing of that name loses a number: a variable called `zeros` was `zeros_1` before.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from codemods.tensorflow.initializers import OP_NAMES
from migrate.syntax.calls import called_name
from migrate.syntax.module import Module
from migrate.syntax.walk import Walk

__all__ = ["bare_names", "names_in_use", "takes_name"]

_NUMBERED = re.compile(r"(?:_?\d+|[%{].*|_)$")
_NAMING = frozenset({"name", "scope", "default_name", "name_or_scope", "name_scope"})
_NAMED_FIRST = re.compile(r"scope$|get_variable$|(?:tensor|operation|element)(?:_by|_from)?_\w*name$")
_TENSOR = re.compile(r":\d+$")

_used: WeakKeyDictionary[Module, frozenset[str]] = WeakKeyDictionary()


def names_in_use(module: Module) -> frozenset[str]:
    """The default op names, in lower case, that something in the module is called or looked up by."""
    if module not in _used:
        found = {bare for text in _given(module.walk) for bare in bare_names(text)}
        _used[module] = frozenset(found & OP_NAMES)
    return _used[module]


def takes_name(module: Module, name: str, others: frozenset[str], op_names: set[str] | frozenset[str]) -> bool:
    """Whether the new variable, or anything else, is called what the graph calls one of these ops.

    `others` are the default names that something bears outside of the module.
    """
    if op_names & (names_in_use(module) | others):
        return True
    try:
        tree = ast.parse(name.strip(), mode="eval")
    except SyntaxError:
        return True
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return any(bare in op_names for text in texts for bare in bare_names(text))


def bare_names(text: str) -> Iterator[str]:
    """The last part of a graph name, as TensorFlow compares it: in lower case, and with and without its numbers."""
    last = _TENSOR.sub("", text).rpartition("/")[2].lower()
    previous = None
    while previous != last:
        yield last
        previous, last = last, _NUMBERED.sub("", last)


def _given(found: Walk) -> Iterator[str]:
    for site in found.calls:
        node = site.node
        for keyword in node.keywords:
            if keyword.arg in _NAMING:
                yield from _strings(keyword.value)
        function = called_name(node)
        if node.args and _NAMED_FIRST.search(function):
            yield from _strings(node.args[0])
    yield from (text for text in found.strings if _TENSOR.search(text))


def _strings(node: ast.expr) -> Iterator[str]:
    return (part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str))
