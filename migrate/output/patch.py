"""The `diff` format: one patch of all changed files, which `git apply` takes."""

from __future__ import annotations

from typing import BinaryIO

from migrate.diff import patch
from migrate.model import Report
from migrate.output.view import View

__all__ = ["write"]


def write(report: Report, view: View, out: BinaryIO) -> None:
    """Writes each changed file's patch, in the order of their paths; the bytes are those that applying writes."""
    del view  # a patch looks the same everywhere
    for result in report.changed:
        out.write(patch(result))
