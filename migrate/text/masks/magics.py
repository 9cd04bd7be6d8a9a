"""The mask for IPython: magics, shell lines and help requests of one cell, as comments and empty values."""

from __future__ import annotations

import ast
import enum
import re
import warnings
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrate.text.lexer import Kind, Token, tokens
from migrate.text.masks.words import Mask, overlay

__all__ = ["cell_magic", "magics"]

_LINE_END = re.compile(r"\r\n|\r|\n")
_CELL_MAGIC = re.compile(r"[ \t\f\r\n]*(%%[ \t]*(\w*)[^\r\n]*)")
# Cell magics whose body is Python code of the same program; that of any other is not: HTML, a shell, another process.
_PYTHON_BODY = frozenset(
    {"capture", "debug", "heat", "memit", "notify", "prun", "px", "scalene", "snakeviz", "time", "timeit", "wandb"}
)
# Line magics that run the statement behind them; each is long enough for `if 1:`.
_STATEMENT = re.compile(r"%(?:time|timeit|prun|memit|mprun|lprun|snakeviz)(?:[ \t]+(?:-\w+|\d+))*[ \t]+(?=[^\s-])")
# What IPython takes for a magic without `%`, if it is no Python.
_AUTOMAGIC = frozenset(
    {
        "alias",
        "autoreload",
        "cat",
        "cd",
        "clear",
        "conda",
        "cp",
        "env",
        "history",
        "less",
        "load_ext",
        "ls",
        "man",
        "matplotlib",
        "mkdir",
        "more",
        "mv",
        "pip",
        "pwd",
        "pylab",
        "reload_ext",
        "rm",
        "rmdir",
        "run",
        "time",
        "timeit",
        "who",
        "whos",
    }
)
_WORD_SIGN = re.compile(rf"[%!?]|^[ \t]*(?:[,;/]|(?:{'|'.join(sorted(_AUTOMAGIC))})[ \t])", re.MULTILINE)
_LONGEST = 10_000  # characters of a line that are worth a trial parse


class _Kind(enum.Enum):
    LINE = "line"  # `%magic`, `!shell`, `?help`, `help?`
    VALUE = "value"  # the same behind an assignment


class _Found(NamedTuple):
    """A piece that is not Python, up to the end of its line."""

    kind: _Kind
    start: int
    end: int


def magics(cell: str) -> str:
    """A cell's code with all that is not Python masked; `cell` itself where there is nothing.

    A `%` that begins a line within brackets or behind a backslash is an operator, which the lexer knows.
    """
    masks = list(_cell(cell)) if _WORD_SIGN.search(cell) else []
    return overlay(cell, masks) if masks else cell


def cell_magic(cell: str) -> str | None:
    """The line of the cell magic that a cell begins with, None where there is none."""
    match = _CELL_MAGIC.match(cell)
    return match[1] if match else None


def _cell(cell: str) -> Iterator[Mask]:
    start = 0
    while match := _CELL_MAGIC.match(cell, start):
        if match[2] not in _PYTHON_BODY:
            yield from _comments(cell, match.start(1), len(cell))
            return
        yield from _comments(cell, match.start(1), match.end())
        start = match.end()
    yield from _lines(cell, start)


def _lines(cell: str, start: int) -> Iterator[Mask]:
    """Masks the lines of a cell from `start`; reading begins anew behind each one, whatever its quotes and brackets."""
    found = _next(cell, start)
    while found is not None:
        resume = found.end
        statement = _STATEMENT.match(cell, found.start, found.end) if found.kind is _Kind.LINE else None
        if statement and _parses(cell[statement.end() : found.end]):
            yield Mask(found.start, "if 1:".ljust(statement.end() - found.start))
            resume = statement.end()
        elif found.kind is _Kind.VALUE:
            yield from _value(cell, found)
        else:
            yield from _comments(cell, found.start, found.end)
        found = _next(cell, resume)


def _next(cell: str, start: int) -> _Found | None:
    """The first piece behind `start`, where a statement begins, that is not Python."""
    line: list[Token] = []  # the tokens of the logical line, comments left out
    depth = 0
    for token in tokens(cell, start):
        match token.kind:
            case Kind.COMMENT | Kind.CONTINUATION | Kind.BREAK:
                continue
            case Kind.NEWLINE:
                if _asks(cell, line):
                    return _Found(_Kind.LINE, line[0].start, token.start)
                line = []
                continue
        text = cell[token.start : token.end]
        if not line and _escapes(cell, token, text):
            return _Found(_Kind.LINE, token.start, _line_end(cell, token.start))
        if line and not depth and text in {"%", "!"} and cell[line[-1].start : line[-1].end] == "=":
            return _Found(_Kind.VALUE, token.start, _line_end(cell, token.start))
        depth += (text in {"(", "[", "{"}) - (text in {")", "]", "}"})
        line.append(token)
    return _Found(_Kind.LINE, line[0].start, len(cell)) if _asks(cell, line) else None


def _asks(cell: str, line: Sequence[Token]) -> bool:
    """Whether a line ends in a question mark, as in `tf.Variable?`."""
    return bool(line) and line[-1].kind is Kind.OTHER and cell[line[-1].start] == "?"


def _escapes(cell: str, token: Token, text: str) -> bool:
    """Whether a token that begins a line says that the line is not Python."""
    if token.kind is Kind.OTHER:
        return text in {"!", "?"}
    if token.kind is Kind.OPERATOR:
        return text in {"%", ",", ";", "/"}
    if text not in _AUTOMAGIC or cell[token.end : token.end + 1] not in {" ", "\t"}:
        return False
    return not _parses(cell[token.start : _line_end(cell, token.start)])


def _line_end(cell: str, start: int) -> int:
    """The end of the line at `start`, or of the last one that backslashes join to it."""
    while match := _LINE_END.search(cell, start):
        if cell[match.start() - 1 : match.start()] != "\\":
            return match.start()
        start = match.end()
    return len(cell)


def _parses(line: str) -> bool:
    if len(line) > _LONGEST:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(line.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _comments(cell: str, start: int, end: int) -> Iterator[Mask]:
    """Lines as comments; an indented one as a statement first, for it may be all of its block."""
    head = start
    while head < end:
        match = _LINE_END.search(cell, head, end)
        stop = match.start() if match else end
        indented = head == start and head > 0 and cell[head - 1] not in "\r\n"
        begin = ("pass" if stop - head >= 4 else "0") if indented else ""
        yield Mask(head, begin.ljust(stop - head, "#"))
        head = match.end() if match else end


def _value(cell: str, found: _Found) -> Iterator[Mask]:
    """An assigned magic as a value of which nothing is known."""
    match = _LINE_END.search(cell, found.start, found.end)
    stop = match.start() if match else found.end
    value = "..." if stop - found.start >= 3 else "_" * (stop - found.start)
    yield Mask(found.start, value.ljust(stop - found.start, "#"))
    if match:
        yield from _comments(cell, match.end(), found.end)
