"""Runs tasks on the workers of a Dask cluster. Sources travel with the tasks, so that no file system is shared.

Workers need the same Python and the same code of this package and of the codemods, and nothing else; they never write.
See https://distributed.dask.org/en/stable/resilience.html for what becomes of the tasks of a worker that is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import pickle
import struct
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import TimeoutError as NotFetched
from concurrent.futures import wait
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, TypeAlias

from migrate.executors import ExecutorError, Lost, R, T
from migrate.executors.build import Build
from migrate.executors.chunks import chunks, run

__all__ = ["DaskExecutor"]

_CHUNK = 200_000  # bytes: two tenths of a second of work, against a thousandth for the way there and back
_SHARED = 16  # chunks that little work is shared out in: so many workers have some of it at once
_AHEAD = 3  # chunks in flight a thread of a worker: one at work, one waiting there, one on its way
_GREETING = 4  # seconds for a scheduler to say that it is there
_PATIENCE = 10  # seconds for a first worker to be there, and between two looks at what a task has come to
_SILENCE = 30  # seconds without an answer from a scheduler that was there: a busy one may be late
_FETCHING = 600  # seconds for results, which may be large, to come over the network
_ABANDONED = 60  # seconds without any worker, after which nobody is expected to start one again
_STOPPED = 60  # seconds without a sign of life from a worker, which gives one each second, or each ten of a thousand
_RESTARTED = 180  # seconds in which no worker is seen twice: what starts them anew does so for ever

# What Dask raises of who speaks another protocol: it may take the first words for the length of what follows.
_NONSENSE = (
    *(OSError, EOFError, ValueError, TypeError, LookupError, AttributeError, MemoryError, OverflowError),
    *(RuntimeError, asyncio.TimeoutError, struct.error),
)

Flight: TypeAlias = deque[tuple[list[Any], Any]]  # chunks on their way, each with its future, the oldest first


@dataclass(slots=True)
class _Vigil:
    """When somebody was last seen at work, and when somebody who had been seen before."""

    seen: float = field(default_factory=time.monotonic)
    stayed: float = field(default_factory=time.monotonic)
    before: set[str] = field(default_factory=set)

    def note(self, running: set[str], now: float) -> None:
        """Notes who is seen now."""
        self.seen = now if running else self.seen
        self.stayed = now if running & self.before else self.stayed
        self.before = running


class DaskExecutor:
    """A client of the scheduler at `address`; it connects when the first task is there.

    Every worker must have the same code of the `packages` that the tasks run.
    """

    def __init__(self, address: str, packages: Callable[[], frozenset[str]]) -> None:
        self._address = address
        self._packages = packages
        self._build: Build | None = None
        self._client: Any = None
        self._signs: dict[str, tuple[float, float]] = {}  # the last of each worker, by the scheduler's time and by ours
        self._flights: list[Flight] = []  # of each `map` that is under way: one may be asked for within another

    @property
    def width(self) -> int:
        """The threads of all workers, as many as there are now."""
        return max(2, self._threads()) if self._client else _SHARED

    def map(self, function: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R | Lost]:
        """See `Executor.map`."""
        flight: Flight = deque()
        self._flights.append(flight)
        for chunk in chunks(iter(tasks), _CHUNK, _SHARED):
            flight.append((chunk, self._submit(function, chunk)))
            while len(flight) >= self._most(flight):
                yield from self._land(function, flight)
        while flight:
            yield from self._land(function, flight)
        self._flights.remove(flight)

    def _most(self, flight: Flight) -> int:
        """How many chunks may be in flight: workers come and go."""
        return max(1, self._threads()) * _AHEAD if len(flight) >= _AHEAD else _AHEAD

    def _threads(self) -> int:
        """The threads of the workers that take tasks: one that is short of memory is paused, and takes none."""
        with self._reaching():
            found = self._client.sync(self._client.scheduler.ncores_running, callback_timeout=_SILENCE)
            return sum(found.values())

    def _submit(self, function: Callable[[T], R], chunk: list[T]) -> Any:
        client = self._connected()
        with self._reaching():
            return client.submit(_unpacked, _packed(function, chunk), self._build, pure=False)

    def _land(self, function: Callable[[T], R], flight: Flight) -> Iterator[R | Lost]:
        """The results of the oldest chunk. The scheduler gives the tasks of a lost worker to others by itself.

        A chunk that several workers died of is done again task by task, so that one source is lost and not thirty.
        """
        chunk, future = flight.popleft()
        results = self._result(future)
        if results is not None:
            yield from results
            return
        for task in chunk:
            alone = self._result(self._submit(function, [task]))
            yield alone[0] if alone else Lost(task.path, "several workers died of it, one after the other")

    def _result(self, future: Any) -> list[Any] | None:
        """A chunk's results, None where the workers that had it died. Raises `ExecutorError`."""
        from distributed import KilledWorker  # noqa: PLC0415

        try:
            with self._reaching():
                return self._await(future)
        except KilledWorker:
            return None
        except (ImportError, AttributeError) as error:
            raise ExecutorError(f"a Dask worker lacks something: {_first_line(error)}; {_SAME}") from error

    @contextlib.contextmanager
    def _reaching(self) -> Iterator[None]:
        """Within this, a scheduler that has gone is an `ExecutorError`."""
        from distributed import CancelledError  # noqa: PLC0415
        from distributed import TimeoutError as NoAnswer  # noqa: PLC0415
        from distributed.client import ClosedClientError  # noqa: PLC0415

        try:
            yield
        except (OSError, NoAnswer, NotFetched, CancelledError, ClosedClientError) as error:
            raise ExecutorError(f"the Dask scheduler at {self._address} has gone: {_first_line(error)}") from error

    def _await(self, future: Any) -> list[Any]:
        """What a chunk comes to. Raises what the task raises, and `ExecutorError` where nobody is left to do it."""
        vigil = _Vigil()
        while not _ends(future):
            self._look(vigil)
        # The results come from their worker by the scheduler: of a worker that dies meanwhile they are made again.
        coming = asyncio.run_coroutine_threadsafe(future._result(), self._client.loop.asyncio_loop)
        until = time.monotonic() + _FETCHING
        while time.monotonic() < until and not wait([coming], _PATIENCE).done:
            self._look(vigil)
        results: list[Any] = coming.result(0)
        return results

    def _look(self, vigil: _Vigil) -> None:
        """Raises `ExecutorError` where what is waited for is not to be expected any more."""
        workers = self._workers()
        self._drop_stopped(workers)
        now = time.monotonic()
        vigil.note({address for address, one in workers.items() if one["status"] == "running"}, now)
        if now - vigil.seen > _ABANDONED:
            raise ExecutorError(f"the Dask scheduler at {self._address} has no workers left")
        if now - vigil.stayed > _RESTARTED:
            raise ExecutorError(f"the workers of the Dask scheduler at {self._address} {_DYING}")

    def _workers(self) -> dict[str, dict[str, Any]]:
        """What the scheduler knows of each worker, by address; one that starts anew mostly has another one."""
        with self._reaching():
            return dict(self._client.sync(self._client.scheduler.identity, callback_timeout=_SILENCE)["workers"])

    def _drop_stopped(self, workers: Mapping[str, Mapping[str, Any]]) -> None:
        """Has the scheduler take workers for lost that have stopped: by itself it waits up to ten minutes for them."""
        for address in self._stopped({address: one["last_seen"] for address, one in workers.items()}):
            lost = {"address": address, "stimulus_id": "stopped-worker"}
            with self._reaching():
                self._client.sync(self._client.scheduler.unregister, **lost, callback_timeout=_SILENCE)

    def _stopped(self, signs: Mapping[str, float]) -> list[str]:
        """The workers that are heard of no more; `signs` are the last of each, by the scheduler's time."""
        now, known = time.monotonic(), self._signs
        self._signs = {one: (sign, now) for one, sign in signs.items()}
        self._signs |= {one: before for one, before in known.items() if signs.get(one) == before[0]}
        return [one for one, (_, since) in self._signs.items() if now - since > _STOPPED]

    def _connected(self) -> Any:
        if self._client is None:
            self._build = Build.here(self._packages())
            self._client = _connect(self._address, self._build)
        return self._client

    def __enter__(self) -> DaskExecutor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        futures = [future for flight in self._flights for _, future in flight]
        self._flights.clear()
        with contextlib.suppress(ExecutorError), self._reaching():
            if futures:
                client.cancel(futures, force=True)
            client.close(timeout=_PATIENCE if kind is None else 1)


def _packed(function: Callable[[T], R], chunk: list[T]) -> bytes:
    """A chunk as bytes that say nothing: Dask pickles by a slower way what has `__main__` in it, as sources do."""
    return zlib.compress(pickle.dumps((function, chunk), pickle.HIGHEST_PROTOCOL), 1)


def _unpacked(packed: bytes, build: Build) -> list[Any]:
    """What a worker makes of a chunk. Raises `ImportError` where it has other code: it may have come later."""
    from distributed import get_worker  # noqa: PLC0415

    different = build.different(Build.here(build.packages))
    if different:
        raise ImportError(f"the one at {get_worker().address} has {different}")
    return run(*pickle.loads(zlib.decompress(packed)))  # noqa: S301 - it came from the client, as all that a worker runs


def _ends(future: Any) -> bool:
    """Whether a task comes to an end within a while, good or bad; its results have still to come over the network."""
    from distributed import TimeoutError as StillAtWork  # noqa: PLC0415

    with contextlib.suppress(StillAtWork):
        future.exception(timeout=_PATIENCE)
    return bool(future.done())


_DYING = "die again and again, and their tasks with them: is their --memory-limit too low to start?"
_SAME = "install the same Python, migrate-variables and codemods for every worker, and start it anew"


def _connect(address: str, build: Build) -> Any:
    """A client with at least one worker. Raises `ExecutorError`."""
    try:
        from distributed import Client  # noqa: PLC0415
        from tornado.websocket import WebSocketError  # noqa: PLC0415 - Dask rests on it
    except ImportError as error:
        raise ExecutorError("--executor dask needs Dask: pip install migrate-variables[dask]") from error
    for name in ("distributed", "distributed.client", "distributed.comm", "tornado.application", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters comes out as one line of ours
    _check_address(address)
    try:
        asyncio.run(_greet(address))
        client = Client(address, timeout=_GREETING, set_as_default=False)
    except (*_NONSENSE, WebSocketError) as error:
        raise ExecutorError(f"no Dask scheduler answers at {address}: {_first_line(error)}") from error
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
        _check_builds(_builds(client, build), build)
    except (OSError, asyncio.TimeoutError) as error:
        client.close(timeout=1)
        raise ExecutorError(f"the Dask scheduler at {address} has no workers: {_first_line(error)}") from error
    except ExecutorError:
        client.close(timeout=1)
        raise
    return client


def _builds(client: Any, build: Build) -> dict[str, Build | Exception]:
    """What each worker runs; nothing where one does not answer, as each is asked again with each of its tasks."""
    from distributed import TimeoutError as NoAnswer  # noqa: PLC0415

    with contextlib.suppress(NoAnswer):
        return dict(client.sync(client._run, Build.here, build.packages, on_error="return", callback_timeout=_PATIENCE))
    return {}


async def _greet(address: str) -> None:
    """Waits for an answer, and no longer: a client asks whoever keeps a connection open, and says nothing, for ever.

    Raises `ExecutorError` where a worker answers, whose address looks like a scheduler's.
    """
    from distributed import Security  # noqa: PLC0415
    from distributed.comm.core import connect  # noqa: PLC0415

    greeting = connect(address, timeout=_GREETING, **Security().get_connection_args("client"))
    comm = await asyncio.wait_for(greeting, _GREETING)
    try:
        await comm.write({"op": "identity"})
        answer = await asyncio.wait_for(comm.read(), _GREETING)
    finally:
        comm.abort()
    kind = answer.get("type") if isinstance(answer, dict) else None
    if kind in ("Worker", "Nanny"):
        raise ExecutorError(f"no Dask scheduler answers at {address}: a {kind.lower()} does")


def _check_address(address: str) -> None:
    """Raises `ExecutorError` for what no scheduler can have: a client that finds out itself complains as it goes."""
    from distributed.comm.addressing import parse_address, parse_host_port  # noqa: PLC0415
    from distributed.comm.registry import get_backend  # noqa: PLC0415

    try:
        scheme, location = parse_address(address)
        get_backend(scheme)
        if scheme == "inproc":
            raise ValueError("it leads nowhere but within one process")
        if not all(parse_host_port(location)):
            raise ValueError("no host, or no port")
    except ValueError as error:
        raise ExecutorError(f"{address} is no address of a Dask scheduler, such as tcp://host:8786: {error}") from error


def _check_builds(found: dict[str, Build | Exception], build: Build) -> None:
    """Raises `ExecutorError` for the first worker that has other code, or none; one that has gone has none to give."""
    for worker, other in sorted(found.items()):
        match other:
            case OSError() | asyncio.TimeoutError():
                continue
            case Exception():
                raise ExecutorError(f"the Dask worker at {worker} cannot do it: {_first_line(other)}; {_SAME}")
        different = build.different(other)
        if different:
            raise ExecutorError(f"the Dask worker at {worker} has {different}; {_SAME}")


def _first_line(error: BaseException) -> str:
    """What an error says; one that says nothing is that of an answer which did not come."""
    return (str(error).strip() or ("no answer" if "Timeout" in type(error).__name__ else repr(error))).splitlines()[0]
