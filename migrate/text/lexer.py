"""A tolerant lexer for Python 2 and 3: tokens by character offset, on any text, without ever raising.

`tokenize` raises on what it does not know, counts in lines and columns, and differs between Python versions; the
masks and the wraps need to know where strings, comments and brackets are in texts that Python 3 refuses.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["NEWLINE", "Kind", "LineState", "Token", "line_states", "tokens"]

NEWLINE = re.compile(r"\r\n|\r|\n")


class Kind(enum.Enum):
    """What a token is. White space yields no token, and an f-string is one, with everything in it."""

    NAME = "name"
    NUMBER = "number"
    STRING = "string"
    UNCLOSED = "unclosed"  # a string that its line or the text ends
    OPERATOR = "operator"
    COMMENT = "comment"
    CONTINUATION = "continuation"  # a backslash and the line end behind it
    NEWLINE = "newline"  # ends a logical line, or a blank one
    BREAK = "break"  # a line end within brackets
    OTHER = "other"  # a character that no Python knows outside of strings


class Token(NamedTuple):
    """A piece of text between two character offsets."""

    kind: Kind
    start: int
    end: int


class LineState(enum.Enum):
    """How a physical line begins."""

    LOGICAL = "logical"  # a statement, a comment or nothing
    CONTINUED = "continued"  # within brackets, or behind a backslash
    STRING = "string"  # within a string token


# The alternatives are tried in order: numbers before names, names behind strings because of the prefixes.
_TOKEN = re.compile(
    r"""(?P<newline>\r\n|\r|\n)
    |(?P<comment>\#[^\r\n]*)
    |(?P<string>(?:[rR][bBfFtT]?|[bBuUfFtT][rR]?)?(?P<quote>'''|\"\"\"|'|\"))
    |(?P<number>(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+
        |(?:[0-9][0-9_]*(?:\.(?:[0-9][0-9_]*)?)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9][0-9_]*)?)[jJlL]?)
    |(?P<name>\w+)
    |(?P<operator><>|!=|->|:=|\.\.\.|(?:\*\*|//|>>|<<|[-+*/%&|^@<>=])=?|[()\[\]{},:;.~`])
    |(?P<continuation>\\(?:\r\n|\r|\n))
    |(?P<other>[^ \t\f])""",
    re.VERBOSE,
)
_QUOTES = ("'''", '"""', "'", '"')


def _strings(pattern: str) -> dict[str, re.Pattern[str]]:
    """The pattern for each kind of quote; a line end cuts the short ones."""
    return {
        quote: re.compile(
            pattern + rf"|(?P<close>{quote})" + ("" if len(quote) == 3 else r"|(?P<cut>[\r\n])"), re.DOTALL
        )
        for quote in _QUOTES
    }


_PLAIN = _strings(r"\\(?:\r\n|.)")
# Within an f-string's literal part, `\N{...}` and doubled braces are text; within a format, braces do not double.
_FORMATTED = _strings(r"\\N\{[^}\r\n]*\}|\\(?:\r\n|[^{}])|\{\{|\}\}|(?P<open>\{)")
_FORMAT = _strings(r"\\(?:\r\n|[^{}])|(?P<open>\{)|(?P<shut>\})")
_OPEN = frozenset("([{")
_SHUT = frozenset(")]}")
_PREFIX = "rRbBuUfFtT"
_KINDS = {kind.value: kind for kind in Kind}


def tokens(code: str, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """The tokens of `code` from `start`, which must not lie within one, up to `end`; a string may reach beyond it."""
    stop = len(code) if end is None else end
    depth = 0
    position = start
    while position < stop:
        match = _TOKEN.search(code, position, stop)
        if match is None:
            return
        first, position = match.span()
        kind = _KINDS[match.lastgroup or "other"]
        match kind:
            case Kind.STRING:
                position, closed = _string_end(code, position, match["string"])
                kind = Kind.STRING if closed else Kind.UNCLOSED
            case Kind.OPERATOR:
                character = code[first]
                depth = depth + 1 if character in _OPEN else max(depth - 1, 0) if character in _SHUT else depth
            case Kind.NEWLINE if depth:
                kind = Kind.BREAK
        yield Token(kind, first, position)


def line_states(code: str, start: int, end: int) -> Iterator[tuple[int, LineState]]:
    """Each line start behind `start` and up to `end`, with how that line begins; `start` must not be in a token."""
    for kind, first, last in tokens(code, start, end):
        match kind:
            case Kind.STRING | Kind.UNCLOSED:
                for match in NEWLINE.finditer(code, first, min(last, end)):
                    yield match.end(), LineState.STRING
            case Kind.CONTINUATION | Kind.BREAK:
                yield last, LineState.CONTINUED
            case Kind.NEWLINE:
                yield last, LineState.LOGICAL


def _formatted(opening: str) -> bool:
    return any(letter in "fFtT" for letter in opening)


def _string_end(code: str, position: int, opening: str) -> tuple[int, bool]:
    """Where a string that `opening` opens just before `position` ends, and whether it is closed there."""
    quote = opening.lstrip(_PREFIX)
    if _formatted(opening):
        return _formatted_end(code, position, quote)
    for match in _PLAIN[quote].finditer(code, position):
        if match.lastgroup == "close":
            return match.end(), True
        if match.lastgroup == "cut":
            return match.start(), False
    return len(code), False


class _Format(str):
    """The quote of the f-string around a replacement field's format."""

    __slots__ = ()


def _formatted_end(code: str, position: int, quote: str) -> tuple[int, bool]:
    """The end of an f-string by the grammar of Python 3.12, of which the older one is a part.

    `stack` holds the quote of each f-string that is open, and for each of its replacement fields the bracket depth and,
    behind the colon, a `_Format`: a loop, because the nesting of a hostile file has no limit.
    """
    stack: list[str | int] = [quote]
    closed = True
    while stack and closed:
        if isinstance(stack[-1], str):
            position, closed = _literal(code, position, stack, stack[-1])
        else:
            position, closed = _field(code, position, stack, stack[-1])
    return position, closed


def _literal(code: str, position: int, stack: list[str | int], quote: str) -> tuple[int, bool]:
    """Reads text up to where a field begins, or the format or the string ends."""
    patterns = _FORMAT if isinstance(quote, _Format) else _FORMATTED
    for match in patterns[quote].finditer(code, position):
        match match.lastgroup:
            case "open":
                stack.append(0)
                return match.end(), True
            case "shut":  # of the format, and of the field that it belongs to
                del stack[-2:]
                return match.end(), True
            case "close":  # a quote within a format ends the whole string, as it did before Python 3.12
                del stack[-3 if isinstance(quote, _Format) else -1 :]
                return match.end(), True
            case "cut":
                return match.start(), False
    return len(code), False


def _field(code: str, position: int, stack: list[str | int], depth: int) -> tuple[int, bool]:
    """Reads one token of a replacement field's expression."""
    match = _TOKEN.search(code, position)
    if match is None:
        return len(code), False
    text = match.group()
    if match.lastgroup == "string":
        quote = text.lstrip(_PREFIX)
        if not _formatted(text):
            return _string_end(code, match.end(), text)
        stack.append(quote)
    elif depth == 0 and text in {":", ":="}:
        stack.append(_Format(next(item for item in reversed(stack) if isinstance(item, str))))
        return match.start() + 1, True
    elif depth == 0 and text == "}":
        stack.pop()
    elif text in _OPEN:
        stack[-1] = depth + 1
    elif text in _SHUT:
        stack[-1] = max(depth - 1, 0)
    return match.end(), True
