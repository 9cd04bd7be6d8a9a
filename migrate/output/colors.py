"""Syntax colours: which kind of token each piece of a Python text is, line by line, whatever Python it is."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator

from migrate.text.lexer import Kind, tokens

__all__ = ["KINDS", "Piece", "long_strings", "open_at", "pieces"]

Piece = tuple[int, int, str]  # from and to which character of the line, and a kind: see KINDS

KINDS = ("keyword", "builtin", "number", "string", "comment", "defined", "decorator")
_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))
_KEYWORDS = frozenset(keyword.kwlist)
_DEFINING = ("def", "class")
# Comments and strings, so that a triple quote in a comment opens nothing; the group is a long string's quote.
_STRINGS = re.compile(
    r"#[^\n]*|(?P<long>\"\"\"|''')(?:\\.|.)*?(?:(?P=long)|\Z)|\"(?:\\.|[^\"\\\n])*\"?|'(?:\\.|[^'\\\n])*'?", re.DOTALL
)


def pieces(text: str, opened: str = "") -> list[list[Piece]]:
    """For each line of `text`, ended by a line feed, its coloured pieces in order; the rest has no colour.

    `opened` is the quote of a long string within which the text begins.
    """
    lines = _pieces(opened + text)
    skip = len(opened)
    if skip:
        lines[0] = [(max(start - skip, 0), end - skip, kind) for start, end, kind in lines[0] if end > skip]
    return lines


def _pieces(text: str) -> list[list[Piece]]:
    starts = [0]
    while (end := text.find("\n", starts[-1])) >= 0:
        starts.append(end + 1)
    lines: list[list[Piece]] = [[] for _ in starts]
    line = 0
    for first, last, kind in _kinds(text):
        while line + 1 < len(starts) and starts[line + 1] <= first:
            line += 1
        at = line
        while at < len(starts) and starts[at] < last:
            end = starts[at + 1] - 1 if at + 1 < len(starts) else len(text)
            begin = max(first, starts[at])
            if begin < min(last, end):
                lines[at].append((begin - starts[at], min(last, end) - starts[at], kind))
            at += 1
    return lines


def _kinds(text: str) -> Iterator[tuple[int, int, str]]:
    before, attribute = "\n", False
    for kind, first, last in tokens(text):
        word = text[first:last]
        match kind:
            case Kind.NAME:
                found = _name(word, before, attribute=attribute)
                if found:
                    yield first, last, found
            case Kind.STRING | Kind.UNCLOSED:
                yield first, last, "string"
            case Kind.NUMBER | Kind.COMMENT:
                yield first, last, kind.value
            case Kind.OPERATOR if word == "@" and before == "\n":
                yield first, last, "decorator"
        attribute = word == "."
        before = "\n" if kind is Kind.NEWLINE else word


def _name(word: str, before: str, *, attribute: bool) -> str:
    if before in _DEFINING:
        return "defined"
    if attribute:
        return ""
    if word in _KEYWORDS:
        return "keyword"
    return "builtin" if word in _BUILTINS else ""


def long_strings(text: str) -> list[tuple[int, int, str]]:
    """First and last line, and quote, of each string that goes over several lines."""
    if '"""' not in text and "'''" not in text:
        return []
    found, line, done = [], 1, 0
    for match in _STRINGS.finditer(text):
        if match["long"]:
            line += text.count("\n", done, match.start())
            last = line + match.group().count("\n")
            if last > line:
                found.append((line, last, match["long"]))
            line, done = last, match.end()
    return found


def open_at(strings: list[tuple[int, int, str]], line: int) -> str:
    """The quote of the long string within which a 1-based line begins, empty where there is none."""
    return next((quote for first, last, quote in strings if first < line <= last), "")
