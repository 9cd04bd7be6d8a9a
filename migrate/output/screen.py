"""The `diff` format where a terminal shows it: the same lines, with escapes for what could steer the terminal."""

from __future__ import annotations

from typing import BinaryIO

from migrate.diff import patch, split
from migrate.model import Report
from migrate.output.changed import decoder
from migrate.output.view import View
from migrate.output.words import visible

__all__ = ["write"]


def write(report: Report, view: View, out: BinaryIO) -> None:
    """Writes what `patch` does for people to read: in the terminal's encoding, line ends as line feeds."""
    for result in report.changed:
        encoding = decoder(result.before or b"")
        for line in split(patch(result)):
            text = line.decode(encoding, "surrogateescape").removesuffix("\n").removesuffix("\r")
            out.write(f"{visible(text)}\n".encode(view.encoding, "backslashreplace"))
