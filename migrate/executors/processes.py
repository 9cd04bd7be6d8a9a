"""Runs tasks in several processes of this machine, once there is enough to do for that to pay."""

from __future__ import annotations

import gc
import itertools
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

from migrate.executors import ExecutorError, Lost, R, T
from migrate.executors.chunks import chunks, run, take, weight

if TYPE_CHECKING:  # the import takes 15 ms, and most runs need no process
    from concurrent.futures import Future, ProcessPoolExecutor

__all__ = ["ProcessExecutor"]

_Flight: TypeAlias = "deque[tuple[list[T], Future[list[R]] | None]]"
_PAYS = 400_000  # bytes: parsing them takes about as long as starting two processes does
_CHUNK = 100_000  # bytes a chunk: some thirty files, a tenth of a second
_AHEAD = 3  # chunks in flight a process: one at work, one waiting, one on its way


class ProcessExecutor:
    """A pool of `jobs` processes (0: one a processor), started when the tasks weigh enough, at once if `eager`."""

    def __init__(self, jobs: int, ready: Callable[[], object], *, eager: bool = False) -> None:
        self.width = jobs or _processors()
        self._ready = ready
        self._eager = eager
        self._pool: ProcessPoolExecutor | None = None

    def map(self, function: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R | Lost]:
        """See `Executor.map`."""
        tasks = iter(tasks)
        first = [] if self._eager or self._pool else list(take(tasks, _PAYS))
        if first and weight(first) < _PAYS:
            yield from map(function, first)
            return
        yield from self._spread(function, itertools.chain(first, tasks))

    def _spread(self, function: Callable[[T], R], tasks: Iterator[T]) -> Iterator[R | Lost]:
        flight: _Flight[T, R] = deque()
        for chunk in chunks(tasks, _CHUNK, self.width):
            flight.append((chunk, self._submit(function, chunk)))
            if len(flight) >= self.width * _AHEAD:
                yield from self._land(function, flight)
        while flight:
            yield from self._land(function, flight)

    def _submit(self, function: Callable[[T], R], chunk: list[T]) -> Future[list[R]] | None:
        """None where the pool is found broken, which the oldest chunk in flight will tell as well."""
        from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415

        try:
            return self._started().submit(run, function, chunk)
        except BrokenProcessPool:
            return None

    def _land(self, function: Callable[[T], R], flight: _Flight[T, R]) -> Iterator[R | Lost]:
        """The results of the oldest chunk. Where a process died, all that was in flight is done again."""
        chunk, future = flight.popleft()
        results = _result(future)
        if results is not None:
            yield from results
            return
        waiting = [again for again, _ in flight]
        flight.clear()
        self._stop()
        for task in chunk:
            yield self._alone(function, task)
        flight.extend((again, self._submit(function, again)) for again in waiting)

    def _alone(self, function: Callable[[T], R], task: T) -> R | Lost:
        """One task with nothing beside it, so that a process that dies tells which task it died of."""
        results = _result(self._submit(function, [task]))
        if results is None:
            self._stop()
            return Lost(task.path, "the worker process died of it (out of memory, or a crash in an extension)")
        return results[0]

    def _started(self) -> ProcessPoolExecutor:
        from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415

        if self._pool is None:
            self._ready()
            try:
                self._pool = ProcessPoolExecutor(self.width, _context(), initializer=_start)
            except (OSError, NotImplementedError) as error:
                raise ExecutorError(f"processes cannot be started ({error}); use --jobs 1") from error
        return self._pool

    def _stop(self) -> None:
        """Ends the processes at once; what they are at is lost."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        processes = list((getattr(pool, "_processes", None) or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()

    def __enter__(self) -> ProcessExecutor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()


def _result(future: Future[list[R]] | None) -> list[R] | None:
    """A chunk's results, None where a process died before they came."""
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415

    try:
        return future.result() if future else None
    except BrokenProcessPool:
        return None


def _start() -> None:
    """An interrupt is the main process's affair; it ends the others. What is inherited is not collected again."""
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Ends this process once the main one has ended in whatever way: killed, it leaves nobody behind."""
    from multiprocessing import parent_process  # noqa: PLC0415

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _context() -> Any:
    """Forked processes are warm at once; where threads run, or the system's libraries forbid it, they start afresh."""
    import multiprocessing  # noqa: PLC0415

    safe = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if safe else "spawn")


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
