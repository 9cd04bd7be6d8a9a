"""Runs commands and says what they cost: processor time, wall time, peak memory; pairs are run in turns.

Memory is told twice: the largest process, as the system counts it, and the sum over all processes at one time, looked
up fifty times a second (proportional set size, so that shared pages count once).
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Command", "Cost", "measure", "python"]


@dataclass(frozen=True)
class Cost:
    """Seconds of processor time (user and system, with all child processes), of wall time, and peak megabytes.

    `memory` is that of the largest process, `total` that of all at once, 0 where it was not asked for.
    """

    cpu: float
    wall: float
    memory: float
    total: float = 0


@dataclass(frozen=True)
class Command:
    """A command, where it is run, which exit codes are well, what has to be made new before each run, and variables.

    What it `says` must be in its output: a traceback exits with 1, too.
    `watched`: the memory of all its processes is looked at, which takes some time from them.
    """

    words: Sequence[str | Path]
    cwd: Path | None = None
    codes: frozenset[int] = frozenset({0})
    says: str = ""
    prepare: Callable[[], object] = lambda: None
    watched: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)


def python(code: str, *arguments: str | Path) -> Command:
    """A Python program given as text."""
    return Command([sys.executable, "-c", code, *arguments])


def measure(commands: Sequence[Command], repeat: int) -> list[Cost]:
    """The least that each command took: in every round all of them run, so that a busy machine is busy for all."""
    rounds = [[_once(command) for command in commands] for _ in range(repeat)]
    return [
        Cost(*(min(values) for values in zip(*map(_numbers, costs), strict=False)))
        for costs in zip(*rounds, strict=False)
    ]


def _numbers(cost: Cost) -> tuple[float, ...]:
    return cost.cpu, cost.wall, cost.memory, cost.total


def _once(command: Command) -> Cost:
    command.prepare()
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "TF_CPP_MIN_LOG_LEVEL": "3", **command.environment}
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen([*map(str, command.words)], cwd=command.cwd, stdout=out, stderr=out, env=environment)
        watch = _Watch(process.pid) if command.watched else None
        _, status, usage = os.wait4(process.pid, 0)
        total = watch.end() if watch else 0
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode(errors="replace")
        if process.returncode not in command.codes or command.says not in text:
            words = " ".join(map(str, command.words))
            raise RuntimeError(f"{words} exited with {process.returncode}:\n{text[-2000:]}")
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, total)


class _Watch:
    """Looks at the memory of a process and all below it until it is ended; Linux only, elsewhere it sees nothing."""

    def __init__(self, pid: int) -> None:
        self._pid, self._peak, self._over = pid, 0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(0.02):
            self._peak = max(self._peak, sum(map(_kilobytes, _family(self._pid))))

    def end(self) -> float:
        """The most that was seen, in megabytes."""
        self._over.set()
        self._thread.join()
        return self._peak / 1024


def _family(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from _family(int(child))


def _kilobytes(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError):  # it has ended
        return int(Path(f"/proc/{pid}/smaps_rollup").read_text().partition("Pss:")[2].split()[0])
    return 0
