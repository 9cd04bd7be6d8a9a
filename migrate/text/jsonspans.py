"""Where the values of a JSON text stand: a strict scanner that keeps no values and takes linear time at any depth."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from migrate.text.encoding import SourceError

__all__ = ["Member", "elements", "members", "string", "value_end"]

_BLANK = re.compile(r"[ \t\r\n]*")
_ATOM = re.compile(
    r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.])|(?:true|false|null|NaN|-?Infinity)(?!\w)"
)
_LINE_END = re.compile(r"\r\n|\r|\n")
_CLOSERS = {"{": "}", "[": "]"}


class Member(NamedTuple):
    """One member of an object: its key, and where its value stands."""

    key: str
    start: int
    end: int


def members(text: str, start: int) -> Iterator[Member]:
    """The members of the object that begins at `start`. Raises `SourceError` where the text is no JSON."""
    position = _blank(text, start + 1)
    while text[position : position + 1] != "}":
        end = _string_end(text, position)
        key = string(text, position, end)
        first = _behind_colon(text, end)
        end = value_end(text, first)
        yield Member(key, first, end)
        position = _separated(text, end, "}")


def elements(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Where the elements of the array that begins at `start` stand. Raises `SourceError` where the text is no JSON."""
    position = _blank(text, start + 1)
    while text[position : position + 1] != "]":
        end = value_end(text, position)
        yield position, end
        position = _separated(text, end, "]")


def _separated(text: str, end: int, closer: str) -> int:
    """The start of what follows a value that ends at `end`: the next one, or `closer`."""
    position = _blank(text, end)
    if text[position : position + 1] == closer:
        return position
    if text[position : position + 1] != ",":
        raise _error(text, position, f"`,` or `{closer}`")
    position = _blank(text, position + 1)
    if text[position : position + 1] == closer:
        raise _error(text, position, "a value")
    return position


def value_end(text: str, start: int) -> int:
    """The end of the value that begins at `start`. Raises `SourceError` where the text is no JSON."""
    closers: list[str] = []
    position = start
    while True:
        closer = _CLOSERS.get(text[position : position + 1])
        if closer is None:
            position = _scalar_end(text, position)
        else:
            closers.append(closer)
            position = _blank(text, position + 1)
            if text[position : position + 1] != closer:
                position = _value(text, position, closer)
                continue
        position = _closed(text, position, closers)
        if not closers:
            return position


def _closed(text: str, end: int, closers: list[str]) -> int:
    """Pops the brackets that close behind a value that ends at `end`, and goes on to the next value in one."""
    position = end
    while closers:
        position = _separated(text, position, closers[-1])
        if text[position : position + 1] != closers[-1]:
            return _value(text, position, closers[-1])
        closers.pop()
        position += 1
    return position


def _value(text: str, position: int, closer: str) -> int:
    """The start of an item's value: behind the key, in an object."""
    if closer == "]":
        return position
    return _behind_colon(text, _string_end(text, position))


def _behind_colon(text: str, position: int) -> int:
    position = _blank(text, position)
    if text[position : position + 1] != ":":
        raise _error(text, position, "`:`")
    return _blank(text, position + 1)


def string(text: str, start: int, end: int) -> str:
    """The string that the JSON literal from `start` to `end` stands for. Raises `SourceError`."""
    try:
        return str(json.loads(text[start:end]))
    except ValueError as error:
        raise _error(text, start, "a valid string") from error


def _blank(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position


def _scalar_end(text: str, position: int) -> int:
    if text[position : position + 1] == '"':
        return _string_end(text, position)
    match = _ATOM.match(text, position)
    if match is None:
        raise _error(text, position, "a value")
    return match.end()


def _string_end(text: str, start: int) -> int:
    """The end of the string literal that begins at `start`; the first quote behind an even number of backslashes."""
    if text[start : start + 1] != '"':
        raise _error(text, start, "a string")
    quote = start
    while True:
        quote = text.find('"', quote + 1)
        if quote < 0:
            raise _error(text, start, "the end of a string")
        before = quote
        while text[before - 1] == "\\":
            before -= 1
        if (quote - before) % 2 == 0:
            return quote + 1


def _error(text: str, position: int, expected: str) -> SourceError:
    line = sum(1 for match in _LINE_END.finditer(text, 0, position)) + 1
    return SourceError(f"is no valid JSON: {expected} is missing", line)
