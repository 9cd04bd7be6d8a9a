"""Reads the argument list of a call as it is written: where each value stands, and what is in between."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from codemods.tensorflow.writing.gaps import Gap, read_gap
from migrate.model import Span
from migrate.syntax.marks import Mark, marks_around
from migrate.syntax.module import Module

__all__ = [
    "LINE_END",
    "Unreadable",
    "WrittenCall",
    "argument_values",
    "comments",
    "expression",
    "line_start",
    "read_call",
]

LINE_END = re.compile(r"\r\n|\r|\n")
# A comment ends where its line does: free to end sooner, ten of them would be tried in a million ways.
_TO_COMMA = re.compile(r"\A((?:[^#,]|#[^\r\n]*(?![^\r\n]))*),")
_ARGUMENT = re.compile(r"(?P<head>\*\*?|n=|)(?P<open>\(*)v(?P<close>\)*)")


class Unreadable(Exception):  # noqa: N818 - says what it means
    """The call's text is written in a way that this does not understand, such as `(f)(x)`."""


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """An old call's arguments, as character offsets, and the gaps before, between and behind them."""

    opened: int  # just behind the opening bracket
    values: tuple[Span, ...]
    equals: dict[str, str]  # by keyword: some people write `name = "w"`
    gaps: tuple[Gap, ...]
    trailing_comma: bool


def read_call(module: Module, call: ast.Call) -> WrittenCall:
    """Reads a call's argument list. Raises `Unreadable` where it holds anything but values and what is between them."""
    start, end = module.span(call.func).end, module.span(call).end
    text = module.source.text[start:end]
    values = (one.value if isinstance(one, ast.Starred) else one for one in argument_values(call))
    spans = sorted((span.start - start, span.end - start) for span in map(module.span, values))
    marks = list(marks_around(text, spans))
    if len(marks) < 2 or marks[0].sign != "(" or marks[-1].sign != ")":
        raise Unreadable(text)
    groups = _groups(marks[1:-1])
    trailing_comma = len(groups) > 1 and not groups[-1]
    arguments = [_argument(group, text) for group in (groups if groups[-1] else groups[:-1])]
    edges = [marks[0].end, *(edge for one in arguments for edge in (one.start, one.value.end)), marks[-1].start]
    gaps = (text[first:last] for first, last in zip(edges[::2], edges[1::2], strict=True))
    return WrittenCall(
        start + marks[0].end,
        tuple(Span(start + one.value.start, start + one.value.end) for one in arguments),
        {one.keyword: one.equal for one in arguments if one.keyword},
        tuple(read_gap(_without_comma(gap)) for gap in gaps),
        trailing_comma,
    )


def _groups(marks: Sequence[Mark]) -> list[list[Mark]]:
    """The marks between one comma and the next."""
    groups: list[list[Mark]] = [[]]
    for mark in marks:
        if mark.sign == ",":
            groups.append([])
        else:
            groups[-1].append(mark)
    return groups


class _Argument(NamedTuple):
    """One argument: where it begins, its value with the brackets around it, and its keyword with what is behind."""

    start: int
    value: Span
    keyword: str
    equal: str


def _argument(marks: Sequence[Mark], text: str) -> _Argument:
    """An argument: `*`, `**` or `name=`, and a value in any number of brackets. Raises `Unreadable`."""
    match = _ARGUMENT.fullmatch("".join(mark.sign for mark in marks))
    if match is None or len(match["open"]) != len(match["close"]):
        raise Unreadable(text)
    name = marks[0] if match["head"] == "n=" else None
    value = Span(marks[2 if name else len(match["head"]) and 1].start, marks[-1].end)
    if name is None:
        return _Argument(marks[0].start, value, "", "")
    return _Argument(name.start, value, text[name.start : name.end], LINE_END.sub("\n", text[name.end : value.start]))


@lru_cache(maxsize=1024)
def expression(text: str) -> str:
    """An expression, in brackets where it goes over several lines and has none. Raises `Unreadable`."""
    for written in (text, f"({text})"):
        try:
            ast.parse(written.strip(), mode="eval")
        except SyntaxError:
            continue
        return written
    raise Unreadable(text)


def _without_comma(text: str) -> str:
    """The text without the one comma that stands outside of its comments."""
    return _TO_COMMA.sub(r"\1", text)


def argument_values(call: ast.Call) -> tuple[ast.expr, ...]:
    """The values of a call's arguments, in the order of the source."""
    return (*call.args, *(word.value for word in call.keywords))


def line_start(text: str, offset: int) -> int:
    """The offset at which the line of a character begins."""
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def comments(text: str) -> list[str]:
    """The comments of an expression, in order."""
    tokens = tokenize.generate_tokens(io.StringIO(f"({LINE_END.sub(chr(10), text)}\n)").readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]
