"""What the command line says of itself on standard error, one line at a time."""

from __future__ import annotations

import sys

from migrate.output.words import visible

__all__ = ["say"]


def say(text: str) -> None:
    """Writes one line; what could steer a terminal, a file's name for one, is shown and not sent."""
    sys.stderr.write(f"migrate: {visible(text)}\n")
    sys.stderr.flush()
