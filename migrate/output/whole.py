"""The `json` format: one document, described by `schema.json`."""

from __future__ import annotations

import json
from typing import BinaryIO

from migrate.model import Report
from migrate.output import facts
from migrate.output.view import View

__all__ = ["write"]


def write(report: Report, view: View, out: BinaryIO) -> None:
    """Writes the whole report; in ASCII, for a file name that is no UTF-8 then survives as well."""
    data = {
        **facts.head(view),
        "files": [facts.file(result, view) for result in report.results],
        "failures": [facts.failure(failed, view) for failed in report.failures],
        **facts.tail(report, view),
    }
    out.write(json.dumps(data, indent=2).encode("ascii") + b"\n")
