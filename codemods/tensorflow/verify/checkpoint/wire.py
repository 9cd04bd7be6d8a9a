"""Protocol buffers on the wire, as far as a checkpoint needs them: varints, fields, one field replaced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Field", "delimited", "fields", "read_varint", "varint"]


class Field(NamedTuple):
    """One field of a message: its number, its raw bytes with the tag, and its content where it has a length."""

    number: int
    raw: memoryview
    content: memoryview


def read_varint(data: memoryview, at: int) -> tuple[int, int]:
    """A varint and the offset behind it. Raises `IndexError` at the end of the data."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def varint(value: int) -> bytes:
    """A number as a varint."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def fields(message: memoryview) -> Iterator[Field]:
    """The fields of a message in order. Raises `ValueError` where it is none."""
    at = 0
    while at < len(message):
        start = at
        tag, at = read_varint(message, at)
        content = at
        match tag & 7:
            case 0:
                _, at = read_varint(message, at)
            case 1:
                at += 8
            case 2:
                length, content = read_varint(message, at)
                at = content + length
            case 5:
                at += 4
            case kind:
                raise ValueError(f"wire type {kind}")
        if at > len(message):
            raise ValueError("a field runs past the end of its message")
        yield Field(tag >> 3, message[start:at], message[content:at])


def delimited(number: int, *parts: bytes | memoryview) -> bytes:
    """A field of a length and the parts as its content."""
    return b"".join((varint(number << 3 | 2), varint(sum(map(len, parts))), *parts))
