"""How a report is to be shown: where, how wide, in which colours, and whether the changes were made."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Literal

from migrate.model import Rule

__all__ = ["ColorMode", "View", "columns", "is_unicode", "wants_color"]

ColorMode = Literal["auto", "always", "never"]
_WIDTH = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class View:
    """What every format needs beside the report.

    `root` is the directory that paths in machine formats are relative to, `rules` the known rules by code, `width` the
    terminal's columns, `applied` whether the files were written, `verbosity` -1 for `-q`, 0, or 1 and more for `-v`,
    and `encoding` that of the terminal.
    """

    root: str
    rules: Mapping[str, Rule]
    version: str
    color: bool
    width: int
    applied: bool
    verbosity: int
    encoding: str = field(default_factory=lambda: getattr(sys.stdout, "encoding", None) or "utf-8")

    @property
    def unicode(self) -> bool:
        """Whether the terminal shows characters beyond ASCII."""
        return is_unicode(self.encoding)


def is_unicode(encoding: str | None) -> bool:
    """Whether an encoding has every character."""
    return (encoding or "ascii").lower().replace("-", "").replace("_", "").startswith(("utf", "cp65001"))


def wants_color(mode: ColorMode, stream: IO[str], environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a stream gets colours: the option first, then `NO_COLOR`, `FORCE_COLOR`, and what the stream is.

    Both variables count once they are set to something (https://no-color.org); `FORCE_COLOR=0` means no.
    """
    if mode != "auto":
        return mode == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return environ["FORCE_COLOR"] != "0"
    return stream.isatty() and environ.get("TERM") != "dumb"


def columns(environ: Mapping[str, str] = os.environ, stream: IO[str] | None = None) -> int:
    """The width in columns: `COLUMNS` where it is a number, else the terminal's own, else 80."""
    given = environ.get("COLUMNS", "")
    if _WIDTH.fullmatch(given) and int(given):
        return int(given)
    try:
        return os.get_terminal_size((stream or sys.stdout).fileno()).columns or 80
    except (OSError, ValueError):  # no terminal, no file descriptor, or a closed stream
        return 80
