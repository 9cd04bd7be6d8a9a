"""CRC-32C (Castagnoli), masked as checkpoint files store it; in NumPy's lanes where NumPy is installed."""

from __future__ import annotations

import importlib
import importlib.util
from functools import lru_cache
from typing import Any

__all__ = ["crc32c", "masked"]

_POLYNOMIAL = 0x82F63B78
_LANES = 4_096
_WORTH = 1 << 16  # bytes from which on lanes are faster than a loop


def masked(*parts: bytes | memoryview) -> int:
    """The checksum of the parts, one behind the other, as LevelDB tables hold it."""
    crc = 0
    for part in parts:
        crc = crc32c(part, crc)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def crc32c(data: bytes | memoryview, crc: int = 0) -> int:
    """The checksum of `data` behind bytes whose checksum is `crc`."""
    if len(data) >= _WORTH:
        numpy = _numpy()
        if numpy is not None:
            width = len(data) // _LANES
            crc = _lanes(numpy, data[: width * _LANES], width, crc)
            data = data[width * _LANES :]
    return _loop(data, crc)


def _loop(data: bytes | memoryview, crc: int) -> int:
    table = _table()
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def _lanes(numpy: Any, data: bytes | memoryview, width: int, crc: int) -> int:
    """Checks `_LANES` stretches of `width` bytes side by side, and joins their checksums.

    The checksum is linear: that of two stretches is the first's, shifted over the second's length, xor the second's.
    """
    table = numpy.array(_table(), dtype=numpy.uint32)
    columns = numpy.frombuffer(data, dtype=numpy.uint8).reshape(_LANES, width).T.astype(numpy.uint32)
    state = numpy.zeros(_LANES, dtype=numpy.uint32)
    state[0] = crc ^ 0xFFFFFFFF
    for column in columns:
        state = table[(state ^ column) & 0xFF] ^ (state >> 8)
    shift = _zeros(width)
    joined = 0
    for lane in state.tolist():
        joined = _apply(shift, joined) ^ lane
    return joined ^ 0xFFFFFFFF


def _apply(matrix: tuple[int, ...], vector: int) -> int:
    result = 0
    for column in matrix:
        if vector & 1:
            result ^= column
        vector >>= 1
    return result


@lru_cache(maxsize=64)
def _zeros(count: int) -> tuple[int, ...]:
    """What `count` zero bytes do to a checksum's state, as a matrix over GF(2), by repeated squaring."""
    if count == 0:
        return tuple(1 << bit for bit in range(32))
    half = _zeros(count // 2)
    square = tuple(_apply(half, column) for column in half)
    if count % 2 == 0:
        return square
    return tuple(_table()[column & 0xFF] ^ (column >> 8) for column in square)


@lru_cache(maxsize=1)
def _table() -> tuple[int, ...]:
    return tuple(_entry(byte) for byte in range(256))


def _entry(crc: int) -> int:
    for _ in range(8):
        crc = (crc >> 1) ^ (_POLYNOMIAL if crc & 1 else 0)
    return crc


@lru_cache(maxsize=1)
def _numpy() -> Any:
    return importlib.import_module("numpy") if importlib.util.find_spec("numpy") else None
