"""Makes one self-contained HTML file of a report: data, style and script inside, nothing loaded from anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, BinaryIO

from migrate.model import FileResult, Finding, Left, Report
from migrate.output.changed import Block, blocks, readable_sides
from migrate.output.counts import count
from migrate.output.facts import place
from migrate.output.summary import headline
from migrate.output.view import View
from migrate.output.words import cause, label, visible, visible_path

__all__ = ["write"]

# Parts of one function, in this order.
_SCRIPTS = ("start.js", "overview.js", "variables.js", "syntax.js", "files.js", "moving.js", "begin.js")


def write(report: Report, view: View, out: BinaryIO) -> None:
    """Writes the page. It shows every finding and every diff, and draws the diffs only once they are looked at."""
    page = _resource("page.html")
    data = json.dumps(_data(report, view), separators=(",", ":"))
    script = "".join(_resource(name) for name in _SCRIPTS)
    for slot, text in (("STYLE", _resource("page.css")), ("SCRIPT", script), ("DATA", _inert(data))):
        page = page.replace(f"<!--{slot}-->", text)
    out.write(page.encode("utf-8", "backslashreplace"))


def _resource(name: str) -> str:
    return (files("migrate.output.page") / name).read_text("utf-8")


def _inert(data: str) -> str:
    """JSON that no HTML parser finds anything in: neither the end of the script nor a comment."""
    return data.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _data(report: Report, view: View) -> dict[str, Any]:
    counts = count(report)
    codes = {finding.code for finding in report.findings()}
    rules = {code: view.rules[code] for code in sorted(codes & view.rules.keys())}
    return {
        "version": view.version,
        "applied": view.applied,
        "headline": headline(counts, view),
        "counts": {
            "files": counts.files,
            "changed": counts.changed,
            "failed": counts.failed,
            "seen": counts.seen,
            "levels": {level.value: number for level, number in counts.levels.items()},
            "left": counts.left,
            "rewritten_by": dict(counts.rewritten_by),
            "left_by": dict(counts.left_by),
            "notices_by": dict(counts.notices_by),
        },
        "rules": {code: [rule.name, rule.summary] for code, rule in rules.items()},
        "files": [_file(result, view) for result in report.results],
        "failures": [_failure(failed, view) for failed in report.failures],
    }


def _failure(failed: FileResult, view: View) -> list[Any]:
    why = failed.failure
    return [visible_path(place(failed.path, view)), why.line if why else 0, cause(failed)]


def _file(result: FileResult, view: View) -> dict[str, Any]:
    shown = readable_sides(result)
    return {
        "path": visible_path(place(result.path, view)),
        "findings": [_finding(finding) for finding in result.findings],
        "hunks": list(_hunks(shown)) if result.changed else [],
    }


def _finding(finding: Finding) -> list[Any]:
    advice = finding.outcome.advice if isinstance(finding.outcome, Left) else ""
    names = [[visible(one.old), visible(one.new), int(one.exact)] for one in finding.renames]
    message = visible(finding.message)
    return [finding.code, label(finding), finding.line, finding.column, message, visible(advice), names]


def _hunks(result: FileResult) -> Iterator[dict[str, Any]]:
    """Each hunk's lines, and the quote of a long string that is open where it begins, on either side."""
    for block in blocks(result):
        hunk = block.hunk
        yield {"old": hunk.old_start, "new": hunk.new_start, "open": [*block.opened], "lines": _lines(block)}


def _lines(block: Block) -> list[list[Any]]:
    """Sign, text, the marks where there are some, and whether the last newline is missing."""
    lines = []
    for shown in block.lines:
        line: list[Any] = [shown.line.sign, shown.text]
        if shown.marks or not shown.ended:
            line.append([edge for mark in shown.marks for edge in mark])
        if not shown.ended:
            line.append(1)
        lines.append(line)
    return lines
