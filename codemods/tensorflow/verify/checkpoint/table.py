"""LevelDB tables, the container of both checkpoint formats: sorted keys and values in checked blocks."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from codemods.tensorflow.verify.checkpoint.crc32c import masked
from codemods.tensorflow.verify.checkpoint.wire import read_varint, varint

__all__ = ["TableError", "entries", "write"]

_MAGIC = 0xDB4775248B80FB57
_FOOTER = 48
_TRAILER = 5  # one byte that says how a block is compressed, four of its checksum
_BLOCK = 1 << 18
_RESTART = 16  # keys between two that are written in full


class TableError(Exception):
    """A file that is no table, is damaged, or is compressed."""


def entries(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """The keys and values of a table in order. Raises `TableError`."""
    try:
        for _, handle in _block(data, *_index(data)):
            offset, at = read_varint(handle, 0)
            yield from _block(data, offset, read_varint(handle, at)[0])
    except (IndexError, struct.error) as error:
        raise TableError("it is cut off or damaged") from error


def write(out: BinaryIO, items: Iterable[tuple[bytes, Callable[[], bytes]]]) -> None:
    """Writes a table; `items` are keys in ascending order, each with a function that gives its value when it is due."""
    index: list[tuple[bytes, bytes]] = []
    pending: list[tuple[bytes, bytes]] = []
    size = 0
    for key, value in items:
        pending.append((key, value()))
        size += len(key) + len(pending[-1][1])
        if size >= _BLOCK:
            index.append((key, _put(out, pending, _RESTART)))
            pending, size = [], 0
    if pending:
        index.append((pending[-1][0], _put(out, pending, _RESTART)))
    meta = _put(out, [], _RESTART)
    footer = meta + _put(out, index, 1)
    out.write(footer.ljust(_FOOTER - 8, b"\0") + struct.pack("<Q", _MAGIC))


def _index(data: memoryview) -> tuple[int, int]:
    """Where the index block stands: offset and size."""
    if len(data) < _FOOTER or struct.unpack("<Q", data[-8:])[0] != _MAGIC:
        raise TableError("it is no checkpoint of TensorFlow's")
    footer = data[-_FOOTER:-8]
    at = read_varint(footer, read_varint(footer, 0)[1])[1]
    offset, at = read_varint(footer, at)
    return offset, read_varint(footer, at)[0]


def _block(data: memoryview, offset: int, size: int) -> Iterator[tuple[bytes, memoryview]]:
    """The entries of one block, once its checksum is found right."""
    content, trailer = data[offset : offset + size], data[offset + size : offset + size + _TRAILER]
    if struct.unpack("<I", trailer[1:])[0] != masked(content, trailer[:1]):
        raise TableError("a checksum is wrong: it is damaged")
    if trailer[0]:
        raise TableError("it is compressed, which no Saver does")
    end = size - 4 - 4 * struct.unpack("<I", content[-4:])[0]
    at, key = 0, b""
    while at < end:
        shared, at = read_varint(content, at)
        fresh, at = read_varint(content, at)
        length, at = read_varint(content, at)
        key = key[:shared] + bytes(content[at : at + fresh])
        at += fresh
        yield key, content[at : at + length]
        at += length


def _put(out: BinaryIO, items: list[tuple[bytes, bytes]], interval: int) -> bytes:
    """Writes one block and gives its handle: offset and size as varints."""
    parts: list[bytes] = []
    restarts, size, last = [], 0, b""
    for count, (key, value) in enumerate(items):
        if count % interval == 0:
            restarts.append(size)
            last = b""
        shared = _common(last, key)
        head = varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:]
        parts += [head, value]
        size += len(head) + len(value)
        last = key
    restarts = restarts or [0]
    parts.append(struct.pack(f"<{len(restarts) + 1}I", *restarts, len(restarts)))
    offset = out.tell()
    content = b"".join(parts)
    out.write(content)
    out.write(b"\0" + struct.pack("<I", masked(content, b"\0")))
    return varint(offset) + varint(len(content))


def _common(first: bytes, second: bytes) -> int:
    limit = min(len(first), len(second))
    return next((at for at in range(limit) if first[at] != second[at]), limit)
