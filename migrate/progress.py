"""A progress bar on standard error for runs that take a while; nothing in CI, in logs and pipes, or for short runs."""

from __future__ import annotations

import os
import sys
import time
from typing import TextIO

__all__ = ["Bar", "wanted"]

_PATIENCE = 0.5  # seconds before a bar is worth its flicker
_PERIOD = 0.1  # seconds between two drawings
_WIDTH = 30


def wanted(stream: TextIO) -> bool:
    """Whether `stream` is a terminal that can redraw a line, with somebody before it."""
    return stream.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"


class Bar:
    """Draws on one line, which it takes away when the `with` block ends; no thread, so that processes can fork."""

    def __init__(self, stream: TextIO = sys.stderr, *, shown: bool = True) -> None:
        self._stream = stream
        self._shown = shown
        self._next = time.monotonic() + _PATIENCE
        self._drawn = False

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Says that `done` of `total` are done of `what`."""
        if not self._shown or done % 16 or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _PERIOD
        filled = _WIDTH * done // total if total else 0
        full, empty = "━─" if (self._stream.encoding or "").lower().startswith("utf") else "#-"
        self._stream.write(f"\r\x1b[K{what} {full * filled}{empty * (_WIDTH - filled)} {done:,}/{total:,}")
        self._stream.flush()
        self._drawn = True
