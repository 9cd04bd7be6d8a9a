"""Runs tasks in several processes of this machine, once there is enough to do for that to pay."""

from __future__ import annotations

import itertools
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic

from migrate.executors import ExecutorError, Lost, R, T
from migrate.executors.chunks import chunks, take, weight

if TYPE_CHECKING:  # the import takes 15 ms, and most runs need no process
    from migrate.executors.worker import Worker

__all__ = ["ProcessExecutor"]

_PAYS = 400_000  # bytes: parsing them takes about as long as starting two processes does
_CHUNK = 100_000  # bytes a chunk: some thirty files, a tenth of a second
_AHEAD = 3  # chunks in flight a process: one at work, one waiting, one on its way


@dataclass(eq=False, slots=True)
class _Chunk(Generic[T, R]):
    """Tasks that travel together, what is done with each, and what they came to, once they have."""

    function: Callable[[T], R]
    tasks: list[T]
    results: list[R | Lost] | None = None


class ProcessExecutor:
    """Up to `jobs` processes (0: one a processor), started when the tasks weigh enough, at once if `eager`."""

    def __init__(self, jobs: int, ready: Callable[[], object], *, eager: bool = False) -> None:
        self.width = jobs or _processors()
        self._ready = ready
        self._eager = eager
        self._context: Any = None
        self._workers: list[Worker] = []

    def map(self, function: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R | Lost]:
        """See `Executor.map`."""
        tasks = iter(tasks)
        first = [] if self._eager or self._workers else list(take(tasks, _PAYS))
        if first and weight(first) < _PAYS:
            yield from map(function, first)
            return
        yield from self._spread(function, itertools.chain(first, tasks))

    def _spread(self, function: Callable[[T], R], tasks: Iterator[T]) -> Iterator[R | Lost]:
        flight: deque[_Chunk[T, R]] = deque()
        for part in chunks(tasks, _CHUNK, self.width):
            flight.append(_Chunk(function, part))
            self._assign(flight[-1])
            if len(flight) >= self.width * _AHEAD:
                yield from self._landed(flight.popleft())
        while flight:
            yield from self._landed(flight.popleft())

    def _assign(self, chunk: _Chunk[T, R]) -> None:
        """Gives a chunk to who has least to do, or to a new process while there may be more."""
        while True:
            worker = min(self._workers, key=lambda one: len(one.waiting), default=None)
            if worker is None or (worker.waiting and len(self._workers) < self.width):
                worker = self._hire()
            worker.waiting.append(chunk)
            if worker.send(chunk.function, chunk.tasks):
                return
            worker.waiting.pop()
            self._bury(worker)

    def _landed(self, chunk: _Chunk[T, R]) -> Iterator[R | Lost]:
        """The results of a chunk; those of others that come before them are kept."""
        from multiprocessing.connection import wait  # noqa: PLC0415

        while chunk.results is None:
            busy = {worker.connection: worker for worker in self._workers if worker.waiting}
            for connection in wait(list(busy)):
                if busy[connection] in self._workers:  # to bury one may be to find that another has died as well
                    self._take_from(busy[connection])
        yield from chunk.results

    def _take_from(self, worker: Worker) -> None:
        results = worker.receive()
        if results is None:
            self._bury(worker)
        else:
            worker.waiting.pop(0).results = results

    def _bury(self, worker: Worker) -> None:
        """Does again what a dead process had: task by task what it was at, as it may have died of one of them."""
        self._dismiss(worker)
        died_of, others = worker.waiting[:1], worker.waiting[1:]
        for chunk in died_of:
            chunk.results = [self._alone(chunk.function, task) for task in chunk.tasks]
        for chunk in others:
            self._assign(chunk)

    def _alone(self, function: Callable[[T], R], task: T) -> R | Lost:
        """One task in a process of its own where there is none, so that one that dies tells which task it died of."""
        worker = next((one for one in self._workers if not one.waiting), None) or self._hire()
        while not worker.send(function, [task]):  # it died of something else
            self._dismiss(worker)
            worker = self._hire()
        results = worker.receive()
        if results is not None:
            return results[0]  # type: ignore[no-any-return]
        self._dismiss(worker)
        return Lost(task.path, "the worker process died of it (out of memory, or a crash in an extension)")

    def _dismiss(self, worker: Worker) -> None:
        self._workers.remove(worker)
        worker.kill()

    def _hire(self) -> Worker:
        from migrate.executors.worker import Worker, uninterrupted  # noqa: PLC0415

        try:
            if self._context is None:
                self._ready()
                self._context = _context()
            with uninterrupted():
                self._workers.append(Worker(self._context))
        except (OSError, NotImplementedError) as error:
            raise ExecutorError(f"processes cannot be started ({error}); use --jobs 1") from error
        return self._workers[-1]

    def __enter__(self) -> ProcessExecutor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._workers:
            self._workers.pop().kill()


def _context() -> Any:
    """Forked processes are warm at once; where threads run, or the system's libraries forbid it, they start afresh."""
    import multiprocessing  # noqa: PLC0415

    safe = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if safe else "spawn")


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
