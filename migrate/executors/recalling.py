"""Does only those tasks whose results nobody remembers; the results come in the order of the tasks all the same."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from types import TracebackType
from typing import Any, Protocol

from migrate.executors import Executor, Lost, R, T

__all__ = ["Memory", "RecallingExecutor"]

_MOST = 200  # remembered results that wait for what is under way before them, 80 KB each


class Memory(Protocol):
    """Results of tasks that were done before, by the name of the function that did them."""

    def recall(self, name: str, task: Any) -> Any:
        """The result of an equal task, None where there is none."""

    def keep(self, name: str, task: Any, result: Any) -> None:
        """Remembers a result."""


class RecallingExecutor:
    """An executor that asks a memory before it asks another executor, and tells it of what is new."""

    def __init__(self, inner: Executor, memory: Memory) -> None:
        self._inner = inner
        self._memory = memory

    @property
    def width(self) -> int:
        """As many as those who do what nobody remembers."""
        return self._inner.width

    def map(self, function: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R | Lost]:
        """See `Executor.map`."""
        left = iter(tasks)
        while (first := next(left, None)) is not None:
            yield from self._stretch(function, chain([first], left))

    def _stretch(self, function: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R | Lost]:
        """The results of the next tasks: of all, or of as many as leave too much waiting for one that is under way."""
        name = getattr(function, "__name__", "")
        slots: deque[R | None] = deque()  # in the order of the tasks; None for those under way
        under_way: deque[T] = deque()

        def unknown() -> Iterator[T]:
            for task in tasks:
                slots.append(self._memory.recall(name, task))
                if slots[-1] is None:
                    under_way.append(task)
                    yield task
                elif len(slots) - len(under_way) >= _MOST:
                    return

        for result in self._inner.map(function, unknown()):
            yield from _ready(slots)
            slots.popleft()
            task = under_way.popleft()
            if not isinstance(result, Lost):
                self._memory.keep(name, task, result)
            yield result
        yield from _ready(slots)

    def __enter__(self) -> RecallingExecutor:
        self._inner.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._inner.__exit__(kind, error, trace)


def _ready(slots: deque[R | None]) -> Iterator[R]:
    """Takes the results off the front that are there."""
    while slots and slots[0] is not None:
        result = slots.popleft()
        if result is not None:
            yield result
