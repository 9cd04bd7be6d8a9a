"""The `json` format: one document, described by `schema.json`."""

from __future__ import annotations

from typing import BinaryIO

from migrate.model import Report
from migrate.output import facts
from migrate.output.documents import write_json
from migrate.output.view import View

__all__ = ["write"]


def write(report: Report, view: View, out: BinaryIO) -> None:
    """Writes the whole report, file by file."""
    document = {
        **facts.head(view),
        "files": (facts.file(result, view) for result in report.results),
        "failures": [facts.failure(failed, view) for failed in report.failures],
        **facts.tail(report, view),
    }
    write_json(document, out)
