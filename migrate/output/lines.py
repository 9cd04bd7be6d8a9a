"""The `jsonl` format: one JSON object a line, for programs that read along or keep little in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from migrate.model import Report
from migrate.output import facts
from migrate.output.view import View

__all__ = ["write"]


def write(report: Report, view: View, out: BinaryIO) -> None:
    """Writes `run`, then each `finding` and `failure`, then `end` with the numbers; `type` says which it is."""
    for kind, data in _objects(report, view):
        out.write(json.dumps({"type": kind, **data}, separators=(",", ":")).encode("ascii") + b"\n")


def _objects(report: Report, view: View) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "run", facts.head(view)
    for result in report.results:
        for finding in facts.findings(result, view):
            yield "finding", finding
    for failed in report.failures:
        yield "failure", facts.failure(failed, view)
    yield "end", facts.tail(report, view)
