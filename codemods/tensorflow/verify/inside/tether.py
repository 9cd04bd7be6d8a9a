"""Ties processes to the one that asked for them: what dies without a word must not leave them computing for nobody."""

import contextlib
import ctypes
import os
import select
import signal
import sys
from typing import Any, NoReturn

_PARENT_DEATH_SIGNAL = 1
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SLACK = 10  # seconds of processor time beyond what all processors give in the time that a program has


def end_on_signals() -> None:
    """Lets the first signal that ends this process unwind it, so that it ends what it started; later ones wait."""

    def leave(number: int, _: Any) -> NoReturn:
        for one in _SIGNALS:
            signal.signal(one, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for one in _SIGNALS:
        signal.signal(one, leave)


def is_alone(asker: int) -> bool:
    """Whether the process `asker`, the parent, is gone or closed standard input, where it sends nothing meanwhile."""
    return os.getppid() != asker or bool(select.select([0], [], [], 0)[0])


def tie(parent: int, seconds: float) -> None:
    """Makes this process, a fork, end with `parent` (Linux), and after as much processor time as `seconds` can hold.

    Processor time is a second wall, for children of its own as well: they lose the tie to the parent.
    """
    for one in _SIGNALS:
        signal.signal(one, signal.default_int_handler if one == signal.SIGINT else signal.SIG_DFL)
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the tie held
        os._exit(1)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not everywhere

        most = resource.getrlimit(resource.RLIMIT_CPU)[1]
        wall = int(seconds * (os.cpu_count() or 1)) + _SLACK
        if most == resource.RLIM_INFINITY or wall < most:
            resource.setrlimit(resource.RLIMIT_CPU, (wall, wall))
