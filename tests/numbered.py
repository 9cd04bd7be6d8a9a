"""Tasks for executors that number themselves, and what workers make of them: some die."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Numbered:
    path: str
    data: bytes


def tasks(number: int, weight: int = 1000) -> Iterator[Numbered]:
    return (Numbered(str(index), b"x" * weight) for index in range(number))


def double(task: Numbered) -> int:
    return 2 * int(task.path)


def slow_double(task: Numbered) -> int:
    time.sleep(0.05)
    return double(task)


def process(task: Numbered) -> int:
    return os.getpid()


def die_at_7(task: Numbered) -> int:
    if task.path == "7":
        os.kill(os.getpid(), signal.SIGKILL)
    return double(task)
