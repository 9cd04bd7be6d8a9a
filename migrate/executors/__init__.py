"""Where tasks run: in this process, in several, or on other machines; results come in the order of the tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, TypeVar

__all__ = ["Executor", "ExecutorError", "Lost", "Task", "open_executor"]


class Task(Protocol):
    """One file's work; it carries the source, so that whoever does it needs no file system."""

    @property
    def path(self) -> str:
        """The file's path."""

    @property
    def data(self) -> bytes:
        """The source, whose length is taken for the task's weight."""


T = TypeVar("T", bound=Task)
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Lost:
    """Stands for the result of a task whose worker died of it."""

    path: str
    cause: str


class ExecutorError(Exception):
    """Workers that cannot be started or reached; the message is one line that says what to do."""


class Executor(Protocol):
    """Runs a function over tasks. Leaving the `with` block stops the workers at once, whatever they are at."""

    @property
    def width(self) -> int:
        """About how many tasks are done at once."""

    def map(self, function: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R | Lost]:
        """A result a task, in the tasks' order, while a bounded number of them is in flight.

        `function`, tasks and results pickle. `tasks` is drawn from lazily. A task whose worker dies of it, alone,
        yields `Lost`; what merely shared the worker runs again. Raises `ExecutorError`.
        """

    def __enter__(self) -> Executor: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_executor(
    name: str,
    jobs: int,
    scheduler: str,
    ready: Callable[[], object] = lambda: None,
    packages: Callable[[], frozenset[str]] = frozenset,
) -> Executor:
    """The executor called `name`: `auto` is serial for one job and for little work, processes otherwise.

    Processes are started after a call of `ready`: what it imports they inherit, where the system allows that. Other
    machines must have the same code of `packages`, the top ones of what the tasks run beside this one.
    """
    if name == "dask":
        from migrate.executors.dask import DaskExecutor  # noqa: PLC0415

        return DaskExecutor(scheduler, packages)
    if name == "serial" or jobs == 1:
        from migrate.executors.serial import SerialExecutor  # noqa: PLC0415

        return SerialExecutor()
    from migrate.executors.processes import ProcessExecutor  # noqa: PLC0415

    return ProcessExecutor(jobs, ready, eager=name == "processes")
