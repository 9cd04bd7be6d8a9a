"""The `concise` format: one line a finding, path first, so that editors and terminals make it a link."""

from __future__ import annotations

from typing import BinaryIO

from migrate.model import Report
from migrate.output.view import View
from migrate.output.words import cause, label, path_bytes, said

__all__ = ["write"]


def write(report: Report, view: View, out: BinaryIO) -> None:
    """Writes `path:line:column: CODE level message` a finding, and `path:line:1: FAILED error cause` a failed file.

    Lines are 1-based, columns 1-based and in characters. Text is UTF-8, paths are as the file system has them.
    """
    del view
    for finding in report.findings():
        place = f":{finding.line}:{finding.column}: {finding.code} {label(finding)} {said(finding)}\n"
        out.write(path_bytes(finding.path) + place.encode())
    for failed in report.failures:
        line = failed.failure.line if failed.failure else 0
        out.write(path_bytes(failed.path) + f":{max(line, 1)}:1: FAILED error {cause(failed)}\n".encode())
