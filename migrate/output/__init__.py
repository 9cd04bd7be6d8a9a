"""The formats in which a report comes out; each lives in a file of its own and is imported only when asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import BinaryIO, TextIO

from migrate.model import Report
from migrate.output.view import View

__all__ = ["FORMATS", "PAGES", "View", "emit", "summarize"]

FORMATS: tuple[str, ...] = ("rich", "concise", "json", "jsonl", "sarif", "github", "gitlab", "diff")
PAGES: tuple[str, ...] = ("html", "markdown", "screen", "statistics")  # asked for otherwise

_MODULES = {
    "diff": "patch",
    "rich": "preview",
    "concise": "concise",
    "json": "whole",
    "jsonl": "lines",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "html": "page.build",
    "markdown": "markdown",
    "screen": "screen",
    "statistics": "statistics",
}

Writer = Callable[[Report, View, BinaryIO], None]


def emit(name: str, report: Report, view: View, out: BinaryIO) -> None:
    """Writes a report in the format `name`, one of `FORMATS` or `PAGES`. Raises `ValueError` for any other."""
    _writer(name)(report, view, out)
    out.flush()


def summarize(report: Report, view: View, err: TextIO) -> None:
    """Writes what happened for a person: failures, counts, what was left and why, which variables are renamed."""
    from migrate.output import summary  # noqa: PLC0415

    summary.write(report, view, err)


def _writer(name: str) -> Writer:
    module = _MODULES.get(name)
    if module is None:
        raise ValueError(f"unknown output format {name!r}: one of {', '.join(_MODULES)}")
    writer: Writer = import_module(f"migrate.output.{module}").write
    return writer
