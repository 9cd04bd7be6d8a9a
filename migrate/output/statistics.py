"""What `--statistics` prints: how often each code occurs, most frequent first."""

from __future__ import annotations

from typing import BinaryIO

from migrate.model import Report
from migrate.output.counts import count
from migrate.output.view import View

__all__ = ["write"]


def write(report: Report, view: View, out: BinaryIO) -> None:
    """Writes `count<tab>code<tab>outcome<tab>summary` for each code that occurs."""
    counts = count(report)
    kinds = (("rewritten", counts.rewritten_by), ("left", counts.left_by), ("notice", counts.notices_by))
    rows = [(number, code, kind) for kind, by_code in kinds for code, number in by_code.items()]
    for number, code, kind in sorted(rows, key=lambda row: (-row[0], row[1], row[2])):
        summary = view.rules[code].summary if code in view.rules else ""
        out.write(f"{number}\t{code}\t{kind}\t{summary}\n".encode())
