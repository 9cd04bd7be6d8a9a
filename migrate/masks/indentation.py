"""Indentation that mixes tabs and spaces as only Python 2 reads it, in as many characters of which Python 3 is sure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from migrate.lexer import LineState, line_states
from migrate.masks.words import Mask

__all__ = ["indentation"]

_MARGIN = re.compile(r"[ \t\f]*(?=[^ \t\f\r\n#])")


def indentation(code: str) -> Iterator[Mask]:
    """Masks for every line, none where Python 3 agrees with Python 2 or where a line is too short for its level.

    A form feed starts the count of columns again, so that form feeds and then one space a level stand for any
    indentation that has at least as many characters. One tab behind four spaces has not.
    """
    if "\t" not in code:
        return
    lines = [(0, LineState.LOGICAL), *line_states(code, 0, len(code))]
    margins = [match for start, state in lines if state is LineState.LOGICAL and (match := _MARGIN.match(code, start))]
    levels, consistent = _levels([match.group() for match in margins])
    if consistent or any(match.end() - match.start() < level for match, level in zip(margins, levels, strict=True)):
        return
    for match, level in zip(margins, levels, strict=True):
        yield Mask(match.start(), (" " * level).rjust(match.end() - match.start(), "\f"))


def _levels(margins: Sequence[str]) -> tuple[list[int], bool]:
    """The level of each line as Python 2 has it, and whether Python 3 has the same ones."""
    stack = [(0, 0)]
    levels = []
    consistent = True
    for margin in margins:
        visible = margin.rpartition("\f")[2]
        column = len(visible.expandtabs(8)), len(visible)
        while len(stack) > 1 and column[0] < stack[-1][0]:
            stack.pop()
        if column[0] > stack[-1][0]:
            consistent &= column[1] > stack[-1][1]
            stack.append(column)
        consistent &= column == stack[-1]
        levels.append(len(stack) - 1)
    return levels, consistent
