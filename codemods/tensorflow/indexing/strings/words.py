"""The words that a module's strings hold: a name that nobody knows is one of them, or comes from outside."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from sys import intern

from codemods.tensorflow.indexing.callees import Callees
from migrate.syntax.module import Module
from migrate.syntax.walk import CallSite

__all__ = ["mixes_case", "spare_words", "words"]

_WORD = re.compile(r"[\w.\\/-]{1,60}", re.ASCII)
_LONGEST = 60  # characters of a string that may be a name, or the format of one
_NAMES_FIRST = frozenset({"get_variable", "name_scope", "variable_scope"})
_NAMES = frozenset({"name", "default_name"})
_TAKING_APART = frozenset({"split", "rsplit", "partition", "rpartition"})  # what these are given makes no name
# What a format puts in, and what lists in strings have between their items.
_PARTS = re.compile(r"%[-#0 +]*\d*(?:\.\d+)?[diouxXeEfFgGcrs]|\{[^{}]*\}|[,;:|]")
_CHANGE_CASE = frozenset({"lower", "upper", "title", "capitalize", "swapcase"})


def words(module: Module) -> frozenset[str]:
    """Its strings of one word, and what `"conv pool".split()` makes."""
    whole = (value for value in set(module.walk.strings) if len(value) <= _LONGEST and _WORD.fullmatch(value))
    return frozenset({*whole, *(word for site in module.walk.calls_of(("split",)) for word in _split(site))})


def _split(site: CallSite) -> Iterator[str]:
    match site.node.func:
        case ast.Attribute(value=ast.Constant(value=str() as value), attr="split"):
            yield from re.split(r"[\s,;:|]+", value)


def spare_words(module: Module, callees: Callees) -> frozenset[str]:
    """What its strings hold, in lower case, but for those that only calls of TensorFlow are given, as names.

    What a run of this tool adds is none either: the next one would take other names for what it is.
    """
    given = Counter(name for site in module.walk.calls for name in _given(site, callees))
    left = (value for value, count in Counter(module.walk.strings).items() if count > given[value])
    parts = (part for value in left if len(value) <= _LONGEST for part in _PARTS.split(value))
    split = (word for site in module.walk.calls_of(("split",)) for word in _split(site))
    found = (one.lower() for one in (*parts, *split) if one and _WORD.fullmatch(one))
    return frozenset(map(intern, found))  # which other files hold as well


def _given(site: CallSite, callees: Callees) -> Iterator[str]:
    """The names that are written out in a call of TensorFlow's functions, and by what a name is taken apart."""
    call = site.node
    named = [one.value for one in call.keywords if one.arg in _NAMES]
    if site.called in _NAMES_FIRST:
        named += call.args[:1]
    names = _strings(named)
    if names and (callees.canonical(call.func, site.scope) or "").startswith("tensorflow."):
        yield from names
    if site.called == "unique_name" or site.called in _TAKING_APART:
        given = call.args[:1]
        yield from _strings(one.values[-1] if isinstance(one, ast.BoolOp) else one for one in given)  # `name or "w"`


def _strings(given: Iterable[ast.expr]) -> list[str]:
    return [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def mixes_case(module: Module, found: Set[str]) -> bool:
    """Whether two of its words differ in case alone, or it makes such: TensorFlow takes them for one name."""
    changes = any(isinstance(site.node.func, ast.Attribute) for site in module.walk.calls_of(_CHANGE_CASE))
    return changes or len({word.lower() for word in found}) < len(found)
