"""Writes a JSON document whose lists may be iterators: those are written item by item, and never held whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

__all__ = ["write_json"]

_STEP = "  "


def write_json(document: Any, out: BinaryIO) -> None:
    """Writes what `json.dumps(document, indent=2)` gives, and a newline; ASCII, so that any file name survives.

    Iterators may stand in mappings and in one another, not in lists.
    """
    for piece in _pieces(document, "\n"):
        out.write(piece.encode("ascii"))
    out.write(b"\n")


def _pieces(value: Any, margin: str) -> Iterator[str]:
    """The text of a value whose lines begin with `margin`: of mappings and iterators in pieces, of the rest whole."""
    inner = margin + _STEP
    match value:
        case Mapping():
            yield from _enclosed("{}", (_entry(key, own, inner) for key, own in value.items()), margin)
        case Iterator():
            yield from _enclosed("[]", (_pieces(own, inner) for own in value), margin)
        case _:
            # Strings of JSON hold no line ends of their own.
            yield json.dumps(value, indent=_STEP).replace("\n", margin)


def _entry(key: str, value: Any, margin: str) -> Iterator[str]:
    yield f"{json.dumps(key)}: "
    yield from _pieces(value, margin)


def _enclosed(brackets: str, items: Iterator[Iterator[str]], margin: str) -> Iterator[str]:
    start, end = brackets[0], brackets[1]
    between = start + margin + _STEP
    empty = True
    for item in items:
        yield between
        yield from item
        between = "," + margin + _STEP
        empty = False
    yield brackets if empty else margin + end
