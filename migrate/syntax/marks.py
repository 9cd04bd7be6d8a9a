"""What stands beside the values of an expression in its text: brackets, commas, keywords, which no tree has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrate.text.lexer import Kind, tokens

__all__ = ["Mark", "marks_around"]

_BLANK = frozenset({Kind.COMMENT, Kind.CONTINUATION, Kind.NEWLINE, Kind.BREAK})


class Mark(NamedTuple):
    """Something beside white space and comments: a value (`v`), a name (`n`), an operator as it is, or `?`."""

    start: int
    end: int
    sign: str


def marks_around(text: str, values: Sequence[tuple[int, int]]) -> Iterator[Mark]:
    """The values, whose offsets in `text` are given in order, and what is outside of them."""
    waiting = list(reversed(values))
    passed = 0  # the end of the last value
    for kind, start, end in tokens(text):
        if start < passed or kind in _BLANK:
            continue
        if waiting and start >= waiting[-1][0]:
            begin, passed = waiting.pop()
            yield Mark(begin, passed, "v" if start == begin else "?")
        else:
            yield Mark(start, end, "n" if kind is Kind.NAME else text[start:end] if kind is Kind.OPERATOR else "?")
