"""Dataclasses that are made by the ten thousand: frozen for the type checker, which sees to it, and not when they run.

A frozen dataclass sets each of its fields by a call of `object.__setattr__`, so that to make one takes three times as
long: for facts alone that was a fifteenth of a run. They are hashed and compared by their values as frozen ones are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

__all__ = ["record"]

T = TypeVar("T")

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:

    def record(*, frozen: bool, slots: bool = False, eq: bool = True) -> Callable[[type[T]], type[T]]:
        """To be used as `dataclass`, for what would be frozen if it were not made so often."""
        return dataclass(slots=slots, eq=eq, unsafe_hash=frozen and eq)
