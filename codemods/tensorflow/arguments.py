"""The arguments of a new call, before anything is written: texts, and old expressions that are used as they stand."""

from __future__ import annotations

import ast
from dataclasses import dataclass

__all__ = ["Inner", "Item"]


@dataclass(frozen=True, slots=True)
class Inner:
    """A call as an argument's value; `source` is the old call whose layout it follows."""

    function: str
    arguments: tuple[tuple[str | None, str | ast.expr], ...]
    source: ast.Call | None


@dataclass(frozen=True, slots=True)
class Item:
    """One argument of the new call; `origin` is the index of the old argument in whose place it stands."""

    keyword: str | None
    value: tuple[str | ast.expr, ...] | Inner
    origin: int | None = None
