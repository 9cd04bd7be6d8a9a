"""A memory of answers that does not grow with the tree that they are about."""

from __future__ import annotations

from typing import TypeVar

__all__ = ["Recent"]

K = TypeVar("K")
V = TypeVar("V")

_MOST = 1024  # folders, half a kilobyte each; what lies together is asked for in a row


class Recent(dict[K, V]):
    """A dictionary that lets go of what was put in first when it is full; what is gone has to be found again."""

    def __setitem__(self, key: K, value: V) -> None:
        if len(self) >= _MOST and key not in self:
            del self[next(iter(self))]
        super().__setitem__(key, value)
