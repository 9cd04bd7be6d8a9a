"""The words that a module's strings hold: a name that nobody knows is one of them, or comes from outside."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Set

from migrate.syntax.module import Module
from migrate.syntax.walk import CallSite

__all__ = ["mixes_case", "words"]

_WORD = re.compile(r"[\w.\\/-]{1,60}", re.ASCII)
_CHANGE_CASE = frozenset({"lower", "upper", "title", "capitalize", "swapcase"})


def words(module: Module) -> frozenset[str]:
    """Its strings of one word, and what `"conv pool".split()` makes."""
    whole = (value for value in set(module.walk.strings) if len(value) <= 60 and _WORD.fullmatch(value))
    return frozenset({*whole, *(word for site in module.walk.calls_of(("split",)) for word in _split(site))})


def _split(site: CallSite) -> Iterator[str]:
    match site.node.func:
        case ast.Attribute(value=ast.Constant(value=str() as value), attr="split"):
            yield from re.split(r"[\s,;:|]+", value)


def mixes_case(module: Module, found: Set[str]) -> bool:
    """Whether two of its words differ in case alone, or it makes such: TensorFlow takes them for one name."""
    changes = any(isinstance(site.node.func, ast.Attribute) for site in module.walk.calls_of(_CHANGE_CASE))
    return changes or len({word.lower() for word in found}) < len(found)
