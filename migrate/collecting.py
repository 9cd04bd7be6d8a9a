"""Keeps Python's cycle collector from going over syntax trees that are about to be freed anyway.

A tree of a hundred thousand nodes is alive for a tenth of a second, holds no cycles, and makes the collector run
hundreds of times: on 36 MB of sources that was more than half of all CPU time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["paused", "relieve", "rest"]

_PERIOD = 64_000_000  # bytes of source between two collections, for codemods that do leave cycles behind


class _Debt:
    """How many bytes of source have been gone through since the last collection."""

    weight = 0


def rest() -> None:
    """As `paused`, for a process that ends with what it does: all that is alive by then goes with it anyway."""
    gc.disable()


@contextmanager
def paused() -> Iterator[None]:
    """Within the block cycles are collected where `relieve` is called, and nowhere else."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def relieve(weight: int) -> None:
    """Collects once in a while where the collector is paused; `weight` is the length of a source just done with."""
    _Debt.weight += weight
    if _Debt.weight >= _PERIOD and not gc.isenabled():
        _Debt.weight = 0
        gc.collect()
