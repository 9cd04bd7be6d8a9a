"""Makes a program's chance the same in both runs: NumPy's and Python's generators without a seed, and the clock."""
# ruff: noqa: UP035  (Python 3.6 knows no `collections.abc.Iterator[int]`)

import hashlib
import importlib
import itertools
import os
import random
import sys
import time
from typing import Any, Iterator

_BEGIN = 1_600_000_000.0  # the time at which every program starts: 13 September 2020
_TICK = 1e-4  # seconds from one look at the clock to the next


def settle(root: str) -> None:
    """Seeds what has no seed, in the order of asking; to the code below `root` the clock goes by its looks at it."""
    source = _bytes()
    entropy = lambda size: bytes(itertools.islice(source, size))  # noqa: E731 - stands for a built-in function
    os.urandom = entropy
    random._urandom = entropy  # type: ignore[attr-defined]  # what `secrets`, and so NumPy, takes seeds from
    _seed_generators()
    random.seed(0)
    importlib.import_module("numpy").random.seed(0)
    _set_clock(root)


def _set_clock(root: str) -> None:
    """Libraries go on seeing the time: they log what one run does and the other does not, and wait."""
    looks = itertools.count()
    inner = time.time

    def clock() -> float:
        own = sys._getframe(1).f_code.co_filename.startswith(root)
        return _BEGIN + _TICK * next(looks) if own else inner()

    time.time = clock


def _bytes() -> Iterator[int]:
    for number in itertools.count():
        yield from hashlib.sha256(b"migrate %d" % number).digest()


def _seed_generators() -> None:
    """`random.Random()` asks the system in C, where nothing can be put in its place."""
    inner = random.Random.seed
    numbers = itertools.count(1)

    def seed(self: Any, a: Any = None, version: int = 2) -> None:
        inner(self, next(numbers) if a is None else a, version)

    random.Random.seed = seed  # type: ignore[method-assign]
