"""A process that does one chunk of tasks after the other, and the pipe to it; it ends with whoever started it.

No two workers share a pipe, and nobody else holds their end of it: what kills one, be it in the middle of a message, is
seen at once as the end of its pipe, and is nothing to the others.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import queue
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

from migrate.executors import R, T
from migrate.executors.chunks import run
from migrate.interrupts import ENDING

__all__ = ["Worker", "uninterrupted"]


class _RemoteTraceback(Exception):  # noqa: N818 - what went wrong has a type of its own
    """Where in a worker something was raised."""


class Worker:
    """A process of the `multiprocessing` context; `waiting` are the chunks that it has, the one that it is at first."""

    def __init__(self, context: Any) -> None:
        self.waiting: list[Any] = []
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self.connection), daemon=True)
        self._process.start()
        theirs.close()

    def send(self, function: Callable[[T], R], chunk: list[T]) -> bool:
        """Hands over a chunk; False where the process has died."""
        try:
            self.connection.send((function, chunk))
        except OSError:
            return False
        return True

    def receive(self) -> list[Any] | None:
        """The results of its oldest chunk, None where the process died of it. Raises what one of the tasks raised."""
        try:
            answer = self.connection.recv_bytes()
        except (EOFError, OSError):
            return None
        results, error, where = pickle.loads(answer)  # noqa: S301 - it comes from a process of ours
        if error is not None:
            raise error from _RemoteTraceback(where)
        found: list[Any] = results
        return found

    def kill(self) -> None:
        """Ends the process at once; what it is at is lost."""
        self._process.kill()
        self._process.join()
        self.connection.close()


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Within the block an interrupt waits: one that comes while a process starts may be lost, or end that alone."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *ENDING})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(connection: Connection, others: Connection) -> None:
    """What a worker does. Chunks are taken while one is at work, so that whoever sends them need not wait."""
    others.close()  # what a forked process inherits: with it the pipe would not end with the main process
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the main process's affair; it ends the others
    for one in ENDING:
        if signal.getsignal(one) is not signal.SIG_IGN:  # as under `nohup`
            signal.signal(one, signal.SIG_DFL)  # the main process may have it end a run in order
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, *ENDING})
    gc.freeze()  # what is inherited is not collected again
    tasks: queue.SimpleQueue[tuple[Callable[[Any], Any], list[Any]]] = queue.SimpleQueue()
    threading.Thread(target=_take, args=(connection, tasks), daemon=True).start()
    with contextlib.suppress(OSError):  # the main process has ended
        while True:
            connection.send_bytes(_answer(*tasks.get()))


def _take(connection: Connection, tasks: queue.SimpleQueue[tuple[Callable[[Any], Any], list[Any]]]) -> None:
    """Takes chunks until the main process has ended, in whatever way: killed, it leaves nobody behind."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            tasks.put(connection.recv())
    os._exit(1)


def _answer(function: Callable[[T], R], chunk: list[T]) -> bytes:
    """The results of a chunk, or what one of its tasks raised and where."""
    try:
        return pickle.dumps((run(function, chunk), None, ""), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        return pickle.dumps((None, error, traceback.format_exc()), pickle.HIGHEST_PROTOCOL)
