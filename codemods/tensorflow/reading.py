"""Reads the argument list of a call as it is written, with LibCST: where each value stands, and what is in between."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import libcst as cst

from codemods.tensorflow.gaps import Gap, read_gap
from migrate.model import Span
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
    """Reads a call's argument list with LibCST. Raises `Unreadable` where the text does not come out as it went in."""
    start, end = module.span(call.func).end, module.span(call).end
    text = module.source.text[start:end]
    try:
        node = cst.parse_expression("f" + text)
    except cst.ParserSyntaxError as error:
        raise Unreadable(str(error)) from error
    code = _printer(text).code_for_node
    if not isinstance(node, cst.Call) or node.lpar:
        raise Unreadable(text)
    parts = [_parts(argument, code) for argument in node.args]
    before = code(node.whitespace_before_args)
    head = code(node.whitespace_after_func) + "("
    if "".join((head, before, *(piece for part in parts for piece in part), ")")) != text:
        raise Unreadable(text)
    opened = start + len(head)
    position = opened + len(before)
    values: list[Span] = []
    equals: dict[str, str] = {}
    gaps = [read_gap(module.source.text[opened:position])]
    comma = False
    for argument, (front, value, behind) in zip(node.args, parts, strict=True):
        comma = isinstance(argument.comma, cst.Comma)
        if argument.keyword is not None and isinstance(argument.equal, cst.AssignEqual):
            equals[argument.keyword.value] = LINE_END.sub("\n", code(argument.equal))
        stop = position + len(front) + len(value)
        values.append(Span(stop - len(value), stop))
        position = stop + len(behind)
        gaps.append(read_gap(_without_comma(module.source.text[stop:position])))
    return WrittenCall(opened, tuple(values), equals, tuple(gaps), comma)


def _parts(argument: cst.Arg, code: Callable[[cst.CSTNode], str]) -> tuple[str, str, str]:
    """What stands before an argument's value, the value, and what stands behind it; each is printed once only."""
    front = argument.star + code(argument.whitespace_after_star)
    if argument.keyword is not None:
        equal = argument.equal
        front += argument.keyword.value + (code(equal) if isinstance(equal, cst.AssignEqual) else "=")
    comma = code(argument.comma) if isinstance(argument.comma, cst.Comma) else ""
    return front, code(argument.value), code(argument.whitespace_after_arg) + comma


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


def _printer(text: str) -> cst.Module:
    """What prints a node with the line ends of its text: LibCST takes the first one for the default."""
    first = LINE_END.search(text)
    return cst.Module([], default_newline=first.group() if first else "\n")


def _without_comma(text: str) -> str:
    """The text without the one comma that stands outside of its comments."""
    return re.sub(r"\A((?:[^#,]|#[^\r\n]*)*),", r"\1", text)


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
