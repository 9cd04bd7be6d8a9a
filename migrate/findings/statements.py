"""Which lines a statement owns: what comments on it cover, and where a comment to it goes."""

from __future__ import annotations

import ast
import bisect
from functools import cached_property

from migrate.syntax.module import Module
from migrate.syntax.nodes import statements

__all__ = ["Statements"]


class Statements:
    """The statements of one module by their own lines (1-based): those of a compound one are its header's."""

    def __init__(self, module: Module) -> None:
        self._module = module

    @cached_property
    def _lines(self) -> list[tuple[int, int]]:
        return sorted(map(_own_lines, statements(self._module.tree)))

    def around(self, line: int) -> tuple[int, int]:
        """The first and last line of the innermost statement on `line`; `line` itself where there is none."""
        index = bisect.bisect_right(self._lines, (line, 1 << 31))
        for first, last in reversed(self._lines[:index]):
            if line <= last:
                return first, last
        return line, line

    def below(self, line: int) -> tuple[int, int] | None:
        """The first and last line of the statement that begins on the line after `line`, None where there is none."""
        index = bisect.bisect_left(self._lines, (line + 1, 0))
        found = self._lines[index] if index < len(self._lines) else None
        return found if found and found[0] == line + 1 else None


def _own_lines(statement: ast.stmt) -> tuple[int, int]:
    """A decorated statement begins with its first decorator, which `lineno` leaves out."""
    above = getattr(statement, "decorator_list", None)
    begin = above[0].lineno if above else statement.lineno
    last = statement.end_lineno or statement.lineno
    body = getattr(statement, "body", None) or getattr(statement, "cases", None)
    if body:
        inside = body[0].pattern if isinstance(body[0], ast.match_case) else body[0]
        decorators = getattr(inside, "decorator_list", None)
        first = decorators[0].lineno if decorators else inside.lineno
        last = max(statement.lineno, first - 1)
    return begin, last
