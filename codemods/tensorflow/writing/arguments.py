"""The arguments of a new call, before anything is written: texts, and old expressions that are used as they stand."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Inner", "Item", "NewCall"]


@dataclass(frozen=True, slots=True)
class Inner:
    """A call as an argument's value; `source` is the old call whose layout it follows, `behind` stands after it."""

    function: str
    arguments: tuple[tuple[str | None, str | ast.expr], ...]
    source: ast.Call | None
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One argument of the new call; `origin` is the index of the old argument in whose place it stands."""

    keyword: str | None
    value: tuple[str | ast.expr, ...] | Inner
    origin: int | None = None


@dataclass(frozen=True, slots=True)
class NewCall:
    """The call of `function` to write in the place of an old one; an item without an origin comes first.

    `moved` is the index of the old argument, if any, that the first item replaces: its comment goes along.
    `creates` tells expressions that will be edited themselves: they stay where they are, whatever else moves.
    `deeper`: by how many columns new scopes will indent it.
    """

    function: str
    items: tuple[Item, ...]
    moved: int | None
    creates: Callable[[ast.AST], bool]
    deeper: int = 0
