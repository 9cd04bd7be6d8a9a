"""Statements as the masks see them: significant tokens with their bracket depth, cut where a statement begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from migrate.text.lexer import Kind, tokens

__all__ = ["Mask", "Word", "overlay", "statements", "words"]

_TRIVIA = frozenset({Kind.COMMENT, Kind.CONTINUATION, Kind.BREAK})


class Word(NamedTuple):
    """A token with its text, and the number of brackets open around it; a bracket is outside of itself."""

    kind: Kind
    start: int
    end: int
    text: str
    depth: int


class Mask(NamedTuple):
    """What stands at `start` instead of as many characters of the text."""

    start: int
    text: str


def overlay(code: str, masks: Iterable[Mask]) -> str:
    """`code` with the masks in place: as long as before, the line ends where they were."""
    characters = list(code)
    for start, text in masks:
        characters[start : start + len(text)] = [
            old if old in "\r\n" else new for old, new in zip(code[start : start + len(text)], text, strict=True)
        ]
    return "".join(characters)


def words(code: str) -> Iterator[Word]:
    """The tokens of `code` without comments and line ends within statements."""
    depth = 0
    for kind, start, end in tokens(code):
        if kind in _TRIVIA:
            continue
        text = code[start:end]
        if kind is Kind.OPERATOR and text in {")", "]", "}"}:
            depth = max(depth - 1, 0)
        yield Word(kind, start, end, text, depth)
        if kind is Kind.OPERATOR and text in {"(", "[", "{"}:
            depth += 1


def statements(stream: Iterable[Word]) -> Iterator[list[Word]]:
    """Simple statements, and the headers of compound ones with their colon; neither line ends nor semicolons."""
    found: list[Word] = []
    lambdas = 0
    for word in stream:
        if word.kind is Kind.NEWLINE or (word.depth == 0 and word.text == ";"):
            cut = True
        else:
            found.append(word)
            lambdas += word.depth == 0 and word.text == "lambda"
            cut = word.depth == 0 and word.text == ":" and not lambdas
            lambdas -= word.depth == 0 and word.text == ":" and lambdas > 0
        if cut:
            if found:
                yield found
            found, lambdas = [], 0
    if found:
        yield found
