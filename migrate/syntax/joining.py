"""Which things belong together, because something joins them in whatever direction, or by way of each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

__all__ = ["leaders"]

T = TypeVar("T")


def leaders(things: Iterable[T], beside: Callable[[T], Iterable[T]]) -> dict[T, T]:
    """For each thing one of them that stands for all that it is joined with; `beside` may give others as well."""
    leader = {one: one for one in things}

    def find(one: T) -> T:
        while leader[one] != one:
            leader[one] = one = leader[leader[one]]
        return one

    for one in leader:
        for other in beside(one):
            if other in leader:
                leader[find(one)] = find(other)
    return {one: find(one) for one in leader}
