"""Has an interrupt, and whatever else asks a process to end or takes its terminal away, end a run once, in order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

__all__ = ["ENDING", "heeded", "unheeded"]

ENDING = tuple(signal.Signals[name] for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
_USUAL: Mapping[signal.Signals, Any] = {
    signal.SIGINT: signal.default_int_handler,
    **dict.fromkeys(ENDING, signal.SIG_DFL),
}


class _Ended(KeyboardInterrupt):
    """An interrupt of ours: after one of Python's own within `exec`, `python -m` dies by the signal at its end."""


@contextmanager
def heeded(*, for_good: bool = False) -> Iterator[None]:
    """Within the block the first of these signals raises `KeyboardInterrupt`, and later ones are passed over.

    Where it stands `for_good` all are passed over behind it: the process ends, and must not do so by a second one. None
    is taken that is ignored, as under `nohup`, or that somebody has taken before. Processes that are forked meanwhile
    have to give them back.
    """
    here = threading.current_thread() is threading.main_thread()
    taken = [one for one, usual in _USUAL.items() if here and signal.getsignal(one) is usual]

    def interrupt(*_: object) -> NoReturn:
        for one in taken:
            signal.signal(one, _pass_over)
        raise _Ended

    for one in taken:
        signal.signal(one, interrupt)
    try:
        yield
    finally:
        for one in taken:
            signal.signal(one, signal.SIG_IGN if for_good else _USUAL[one])


def _pass_over(*_: object) -> None:
    """Does nothing: of a signal that is under way when it comes to be ignored Python would complain."""


@contextmanager
def unheeded() -> Iterator[None]:
    """Within the block a request to end ends the process at once: what nothing can leave half done needs no order."""
    before = {one: signal.getsignal(one) for one in ENDING}
    taken = [one for one, handler in before.items() if callable(handler)]
    for one in taken:
        signal.signal(one, signal.SIG_DFL)
    try:
        yield
    finally:
        for one in taken:
            signal.signal(one, before[one])
