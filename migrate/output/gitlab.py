"""The `gitlab` format: a Code Quality report, which GitLab shows in merge requests.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from migrate.model import FileResult, Finding, Left, Level, Notice, Report, Rewrite
from migrate.output.documents import write_json
from migrate.output.places import fingerprints, from_root
from migrate.output.view import View
from migrate.output.words import cause, readable, said

__all__ = ["write"]


def write(report: Report, view: View, out: BinaryIO) -> None:
    """Writes a JSON array; each entry's fingerprint stays the same while lines above it come and go."""
    write_json(_entries(report, view), out)


def _entries(report: Report, view: View) -> Iterator[dict[str, Any]]:
    yield from (_entry(finding, name, view) for finding, name in fingerprints(report.findings(), view.root))
    yield from (_failed(failed, view) for failed in report.failures)


def _entry(finding: Finding, fingerprint: str, view: View) -> dict[str, Any]:
    return {
        "type": "issue",
        "check_name": finding.code,
        "description": f"{finding.code}: {said(finding)}",
        "categories": ["Compatibility"],
        "severity": _severity(finding),
        "fingerprint": fingerprint,
        "location": {
            "path": readable(from_root(finding.path, view.root) or finding.path),
            "lines": {"begin": finding.line, "end": finding.line},
        },
    }


def _severity(finding: Finding) -> str:
    match finding.outcome:
        case Left() | Rewrite(Level.UNSAFE):
            return "major"
        case Rewrite():
            return "minor"
        case Notice():
            return "info"


def _failed(failed: FileResult, view: View) -> dict[str, Any]:
    path = readable(from_root(failed.path, view.root) or failed.path)
    line = max(failed.failure.line, 1) if failed.failure else 1
    name = hashlib.sha256(f"failed\0{path}\0{cause(failed)}".encode()).hexdigest()
    return {
        "type": "issue",
        "check_name": "file-failed",
        "description": f"could not be processed: {cause(failed)}",
        "categories": ["Compatibility"],
        "severity": "blocker",
        "fingerprint": name,
        "location": {"path": path, "lines": {"begin": line, "end": line}},
    }
