"""Tasks go to workers in chunks of about the same weight, so that the way there costs little."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from migrate.executors import R, T

__all__ = ["chunks", "run", "take", "weight"]

_OVERHEAD = 2_000  # bytes that a task counts beyond its source


def take(tasks: Iterator[T], most: int) -> Iterator[T]:
    """Draws tasks until they weigh `most` bytes."""
    for task in tasks:
        yield task
        most -= len(task.data) + _OVERHEAD
        if most <= 0:
            return


def chunks(tasks: Iterator[T], size: int, workers: int) -> Iterator[list[T]]:
    """The tasks in lists of at most about `size` bytes, drawn a list a worker at a time; what is less is shared out."""
    while drawn := list(take(tasks, size * workers)):
        share = -(-weight(drawn) // workers)
        parts = iter(drawn)
        while chunk := list(take(parts, share)):
            yield chunk


def weight(tasks: Iterable[T]) -> int:
    """What tasks weigh, in bytes."""
    return sum(len(task.data) + _OVERHEAD for task in tasks)


def run(function: Callable[[T], R], chunk: list[T]) -> list[R]:
    """What a worker does with a chunk."""
    return [function(task) for task in chunk]
