"""What stands in a checkpoint's table: the names of tensors in keys and values, read and replaced."""

from __future__ import annotations

from collections.abc import Callable

from codemods.tensorflow.verify.checkpoint.wire import delimited, fields

__all__ = ["name_of_key", "names_in_meta", "renamed_key", "renamed_meta", "renamed_slice"]

Rename = Callable[[str], str]

# A slice's key begins with the number 0, then the tensor's name with these escapes, then this end, then the slice.
_ESCAPES = ((b"\xff", b"\xff\x00"), (b"\x00", b"\x00\xff"))
_END = b"\x00\x01"


def name_of_key(key: bytes) -> str:
    """The tensor that a key of either format speaks of; empty for the header."""
    if not key.startswith(b"\0"):
        return key.decode("utf-8")
    name = key[1 : key.index(_END, 1)]
    for plain, escaped in reversed(_ESCAPES):
        name = name.replace(escaped, plain)
    return name.decode("utf-8")


def renamed_key(key: bytes, rename: Rename) -> bytes:
    """The key under the tensor's new name."""
    new = rename(name_of_key(key)).encode("utf-8") if key else b""
    if not key.startswith(b"\0"):
        return new
    for plain, escaped in _ESCAPES:
        new = new.replace(plain, escaped)
    return b"\0" + new + key[key.index(_END, 1) :]


def names_in_meta(value: memoryview) -> list[str]:
    """The tensors that the header of a V1 file lists."""
    return [
        str(part.content, "utf-8")
        for meta in fields(value)
        if meta.number == 1
        for tensor in fields(meta.content)
        if tensor.number == 1
        for part in fields(tensor.content)
        if part.number == 1
    ]


def renamed_meta(value: memoryview, rename: Rename) -> bytes:
    """The header of a V1 file (`SavedTensorSlices.meta`) with new names."""
    return _within(value, 1, lambda meta: _within(meta, 1, lambda tensor: _named(tensor, rename)))


def renamed_slice(value: memoryview, rename: Rename) -> bytes:
    """A slice of a V1 file (`SavedTensorSlices.data`) with its tensor's new name."""
    return _within(value, 2, lambda data: _named(data, rename))


def _named(message: memoryview, rename: Rename) -> bytes:
    """A message whose first field is a tensor's name."""
    return _within(message, 1, lambda name: rename(str(name, "utf-8")).encode("utf-8"))


def _within(message: memoryview, number: int, change: Callable[[memoryview], bytes]) -> bytes:
    return b"".join(
        delimited(number, change(field.content)) if field.number == number else bytes(field.raw)
        for field in fields(message)
    )
