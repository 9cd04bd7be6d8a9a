"""The paths of a run's files, packed: some ten bytes each where a string takes more than a hundred."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import chain, groupby, islice
from typing import overload

__all__ = ["Listing", "Paths", "unshared"]

_BLOCK = 512  # paths
_RUN = 4096  # paths that are sorted at once
_END = "\0"  # which no path holds


class Listing(Sequence[str]):
    """Strings such as paths, in the order in which they came; whoever goes through them unpacks a block at a time."""

    def __init__(self, paths: Iterable[str]) -> None:
        rest = iter(paths)
        blocks = iter(lambda: [*islice(rest, _BLOCK)], [])
        packed = [(len(block), _packed(block)) for block in blocks]
        self._blocks = [data for _, data in packed]
        self._length = sum(length for length, _ in packed)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(map(_unpacked, self._blocks))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment]

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [*self][index]
        block, place = divmod(range(self._length)[index], _BLOCK)
        return _unpacked(self._blocks[block])[place]


class Paths:
    """Collects paths in whatever order; some may come more than once."""

    def __init__(self) -> None:
        self._runs: list[Listing] = []
        self._last: list[str] = []

    def add(self, path: str) -> None:
        """Takes a path."""
        if len(self._last) == _RUN:
            self._runs.append(Listing(sorted(self._last)))
            self._last.clear()
        self._last.append(path)

    def sorted(self, *others: Iterable[str]) -> Listing:
        """The paths that came, and others, in order, each once."""
        runs = [*self._runs, sorted(self._last), *map(sorted, others)]
        return Listing(path for path, _ in groupby(merge(*runs)))

    def __iter__(self) -> Iterator[str]:
        return chain(*self._runs, self._last)


def unshared(first: Iterable[str], second: Iterable[str]) -> Iterator[str]:
    """What only one of two holds, both of which are in order and hold nothing twice."""
    return (path for path, group in groupby(merge(first, second)) if len([*group]) == 1)


def _packed(block: Sequence[str]) -> bytes:
    return zlib.compress(_END.join(block).encode("utf-8", "surrogateescape"), 1)


def _unpacked(data: bytes) -> list[str]:
    return zlib.decompress(data).decode("utf-8", "surrogateescape").split(_END)
