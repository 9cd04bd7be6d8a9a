"""Runs tasks one after the other in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType

from migrate.executors import Lost, R, T

__all__ = ["SerialExecutor"]


class SerialExecutor:
    """One task at a time, drawn when the result before it has been taken."""

    width = 1

    def map(self, function: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R | Lost]:
        """See `Executor.map`."""
        return map(function, tasks)

    def __enter__(self) -> SerialExecutor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None
