"""A report as plain data, which the `json` and `jsonl` formats write; `schema.json` beside this file describes it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from migrate.model import FileResult, Finding, Left, Rename, Report, Rewrite
from migrate.output.counts import Counts, count, renames
from migrate.output.places import charset, from_root, uri
from migrate.output.replacements import Replaced, replaced
from migrate.output.view import View
from migrate.output.words import label, readable
from migrate.source import Source

__all__ = ["SCHEMA", "failure", "file", "finding", "findings", "head", "place", "tail"]

SCHEMA = 1  # grows with every change that a reader of the last one would not understand

Data = dict[str, Any]


def head(view: View) -> Data:
    """What was run."""
    return {"schema": SCHEMA, "tool": "migrate", "version": view.version, "applied": view.applied}


def tail(report: Report, view: View) -> Data:
    """The numbers, the renamed variables, and the rules of all codes that occur."""
    counts = count(report)
    codes = sorted({one.code for one in report.findings()} & view.rules.keys())
    return {
        "summary": _numbers(counts),
        "renames": [_rename(one) for one in renames(report)],
        "rules": {code: {"name": view.rules[code].name, "summary": view.rules[code].summary} for code in codes},
    }


def file(result: FileResult, view: View) -> Data:
    """One file and its findings."""
    change = replaced(result)
    return {
        "path": place(result.path, view),
        "uri": uri(result.path, view.root)[0],
        "changed": result.changed,
        "encoding": charset(change.source.encoding) if change else None,
        "bom": bool(change and change.source.bom),
        "findings": [finding(one, change, view) for one in result.findings],
    }


def findings(result: FileResult, view: View) -> Iterator[Data]:
    """A file's findings, one by one."""
    change = replaced(result)
    for one in result.findings:
        yield finding(one, change, view)


def finding(one: Finding, change: Replaced | None, view: View) -> Data:
    """One finding; `change` holds the replacements of its file, where that changes."""
    data: Data = {
        "id": readable(one.id),
        "code": one.code,
        "rule": view.rules[one.code].name if one.code in view.rules else None,
        "path": place(one.path, view),
        "uri": uri(one.path, view.root)[0],
        "line": one.line,
        "column": one.column,
        "span": {"start": one.span.start, "end": one.span.end},
        "message": one.message,
        "outcome": "rewritten" if isinstance(one.outcome, Rewrite) else label(one),
        "level": one.outcome.level.value if isinstance(one.outcome, Rewrite) else None,
        "advice": one.outcome.advice if isinstance(one.outcome, Left) else None,
        "renames": [_rename(rename) for rename in one.renames],
        "requires": [readable(name) for name in one.requires],
        "edits": [],
    }
    if change is not None:
        own = change.of((one.id,))
        data["edits"] = [
            {**_region(change.source, edit.start, edit.end), "text": edit.text, "shared": len(edit.owners) > 1}
            for edit in own
        ]
    return data


def failure(failed: FileResult, view: View) -> Data:
    """A file that could not be processed."""
    why = failed.failure
    return {
        "path": place(failed.path, view),
        "uri": uri(failed.path, view.root)[0],
        "line": why.line if why else 0,
        "cause": why.cause if why else "",
    }


def place(path: str, view: View) -> str:
    """The path from the root, or as it is where the file does not lie below the root, in readable characters."""
    return readable(from_root(path, view.root) or path.replace(os.sep, "/"))


def _region(source: Source, start: int, end: int) -> Data:
    return {"start": _position(source, start), "end": _position(source, end)}


def _position(source: Source, offset: int) -> Mapping[str, int]:
    line, column = source.position(offset)
    byte = len(source.bom) + len(source.text[:offset].encode(source.encoding))
    return {"line": line, "column": column, "offset": offset, "byte": byte}


def _rename(rename: Rename) -> Data:
    return {"old": rename.old, "new": rename.new, "exact": rename.exact}


def _numbers(counts: Counts) -> Data:
    return {
        "files": counts.files,
        "changed": counts.changed,
        "failed": counts.failed,
        "seen": counts.seen,
        "supporting": counts.supporting,
        "rewritten": counts.rewritten,
        "left": counts.left,
        "by_level": {level.value: number for level, number in counts.levels.items()},
        "rewritten_by_code": dict(counts.rewritten_by),
        "left_by_code": dict(counts.left_by),
        "notices_by_code": dict(counts.notices_by),
    }
