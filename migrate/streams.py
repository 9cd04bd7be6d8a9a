"""The three standard streams of the process, whole: none is missing, and what goes wrong with one has a name.

Descriptors that were closed (`>&-`) are filled first, for otherwise the next file to be opened would take their
number. They get the wrong end of the null device, so that whoever uses such a stream is still told. Standard error
only reports: that it cannot be written changes neither what is done nor the exit code.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO

__all__ = ["StreamError", "discard_output", "mend", "read_input"]


class StreamError(Exception):
    """Standard input that cannot be read, or standard output that cannot be written; the message is one line."""


class _Output(io.FileIO):
    """Standard output; a closed pipe is left to whoever knows what that means."""

    def write(self, data: Any, /) -> Any:
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise StreamError(f"standard output cannot be written: {error.strerror}") from error


class _Messages(io.FileIO):
    """Standard error; what it does not take is lost."""

    def write(self, data: Any, /) -> Any:
        try:
            return super().write(data)
        except OSError:
            return len(data)


def mend() -> None:
    """Gives the process three streams that behave as above; those that something else stands in for stay."""
    for descriptor, flag in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_RDONLY)):
        _fill(descriptor, flag)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process
    if _is_plain(sys.stdout, sys.__stdout__):
        sys.stdout = _text(_Output(1, "w", closefd=False), sys.stdout, "strict")
    if _is_plain(sys.stderr, sys.__stderr__):
        sys.stderr = _text(_Messages(2, "w", closefd=False), sys.stderr, "backslashreplace")


def _fill(descriptor: int, flag: int) -> None:
    try:
        os.fstat(descriptor)
    except OSError:
        opened = os.open(os.devnull, flag)
        if opened != descriptor:
            os.dup2(opened, descriptor, inheritable=True)
            os.close(opened)


def _is_plain(stream: TextIO | None, original: TextIO | None) -> bool:
    """Whether nothing stands in for a stream, and it is no console of Windows, which takes no bytes."""
    return stream is None or (stream is original and not (os.name == "nt" and stream.isatty()))


def _text(raw: io.FileIO, old: Any, errors: str) -> io.TextIOWrapper:
    """A text stream over `raw` that is set up as the `old` one, if any."""
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=old.encoding if old else "utf-8",
        errors=old.errors if old else errors,
        line_buffering=bool(old) and (old.line_buffering or old is sys.__stderr__),
        write_through=bool(old) and old.write_through,
    )


def read_input() -> bytes:
    """All of standard input. Raises `StreamError`."""
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise StreamError(f"standard input cannot be read: {error.strerror}") from error


def discard_output() -> None:
    """Drops what waits to be written to standard output, which the interpreter would try again as it shuts down."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
