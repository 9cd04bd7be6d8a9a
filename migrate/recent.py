"""A memory of answers that does not grow with the tree that they are about."""

from __future__ import annotations

from typing import TypeVar

__all__ = ["Recent"]

K = TypeVar("K")
V = TypeVar("V")

_MOST = 1024  # folders, half a kilobyte each; what lies together is asked for in a row


class Recent(dict[K, V]):
    """A dictionary that begins anew when it is full; what is gone has to be found again."""

    def __setitem__(self, key: K, value: V) -> None:
        if len(self) >= _MOST:
            self.clear()
        super().__setitem__(key, value)
