"""Has whatever asks a process to end, or takes its terminal away, end a run as an interrupt does: in order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

__all__ = ["ENDING", "heeded"]

ENDING = tuple(signal.Signals[name] for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def heeded() -> Iterator[None]:
    """Within the block the first of these signals raises `KeyboardInterrupt`, later ones wait for what that leads to.

    None is taken that is ignored, as under `nohup`, or that somebody has taken before. Processes that are forked
    meanwhile have to give them back.
    """
    here = threading.current_thread() is threading.main_thread()
    taken = [one for one in ENDING if here and signal.getsignal(one) is signal.SIG_DFL]

    def interrupt(*_: object) -> NoReturn:
        for one in taken:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    for one in taken:
        signal.signal(one, interrupt)
    try:
        yield
    finally:
        for one in taken:
            signal.signal(one, signal.SIG_DFL)
