"""Runs commands and says what they cost: processor time, wall time, peak memory; pairs are run in turns."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Command", "Cost", "measure", "python"]


@dataclass(frozen=True)
class Cost:
    """Seconds of processor time (user and system, with all child processes), of wall time, and peak megabytes."""

    cpu: float
    wall: float
    memory: float


@dataclass(frozen=True)
class Command:
    """A command, where it is run, which exit codes are well, and what has to be made new before each run."""

    words: Sequence[str | Path]
    cwd: Path | None = None
    codes: frozenset[int] = frozenset({0})
    prepare: Callable[[], object] = lambda: None


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


def _numbers(cost: Cost) -> tuple[float, float, float]:
    return cost.cpu, cost.wall, cost.memory


def _once(command: Command) -> Cost:
    command.prepare()
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen([*map(str, command.words)], cwd=command.cwd, stdout=out, stderr=out, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in command.codes:
            out.seek(0)
            text = out.read().decode(errors="replace")[-2000:]
            raise RuntimeError(f"{' '.join(map(str, command.words))} exited with {process.returncode}:\n{text}")
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)
