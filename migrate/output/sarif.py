"""The `sarif` format: SARIF 2.1.0 with fixes, as code scanning services and editors read it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from migrate.model import FileResult, Finding, Left, Level, Notice, Report, Rewrite, Rule, RuleKind
from migrate.output.documents import write_json
from migrate.output.places import charset, fingerprints, root_uri, uri
from migrate.output.replacements import Replaced, Replacement, fixes, replaced
from migrate.output.view import View
from migrate.output.words import readable, said, visible
from migrate.source import Source

__all__ = ["write"]

Data = dict[str, Any]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_BASE = "%SRCROOT%"
_KINDS = {RuleKind.REWRITE: "warning", RuleKind.LEFT: "warning", RuleKind.NOTICE: "note"}


def write(report: Report, view: View, out: BinaryIO) -> None:
    """Writes one run. Applying all fixes, each different replacement once, gives the migrated files.

    Columns and offsets count characters (`unicodeCodePoints`), without a byte order mark; a lone carriage return ends
    a line, as it does for Python.
    """
    write_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": iter([_Run(report, view).data()])}, out)


class _Run:
    """One SARIF run: what its parts refer to by index is kept here."""

    def __init__(self, report: Report, view: View) -> None:
        self._report = report
        self._view = view
        self._files = {one.path: change for one in report.results if (change := replaced(one)) is not None}
        self._fixes = fixes(report, self._files)
        self._findings = {one.id: one for one in report.findings()}
        used = {one.code for one in report.findings()}
        self._rules = {code: view.rules[code] for code in sorted(used & view.rules.keys())}
        self._rule_index = {code: number for number, code in enumerate(self._rules)}
        paths = [*(one.path for one in report.results), *(one.path for one in report.failures)]
        self._artifact_index = {path: number for number, path in enumerate(dict.fromkeys(paths))}

    def data(self) -> Data:
        """The run object; its results come one by one."""
        driver = {
            "name": "migrate",
            "version": self._view.version,
            "rules": [_rule(rule) for rule in self._rules.values()],
        }
        return {
            "tool": {"driver": driver},
            "columnKind": "unicodeCodePoints",
            "newlineSequences": ["\r\n", "\n", "\r"],
            "defaultEncoding": "utf-8",
            "originalUriBaseIds": {_BASE: {"uri": root_uri(self._view.root)}},
            "invocations": [self._invocation()],
            "artifacts": [self._artifact(path) for path in self._artifact_index],
            "results": self._results(),
        }

    def _results(self) -> Iterator[Data]:
        for finding, name in fingerprints(self._report.findings(), self._view.root):
            yield self._result(finding, name)

    def _invocation(self) -> Data:
        data: Data = {"executionSuccessful": not self._report.failures}
        if self._report.failures:
            data["toolExecutionNotifications"] = [self._notification(failed) for failed in self._report.failures]
        return data

    def _notification(self, failed: FileResult) -> Data:
        physical: Data = {"artifactLocation": self._location(failed.path)}
        if failed.failure and failed.failure.line:
            physical["region"] = {"startLine": failed.failure.line}
        cause = failed.failure.cause if failed.failure else ""
        return {
            "level": "error",
            "message": {"text": visible(cause)},
            "descriptor": {"id": "file-failed"},
            "locations": [{"physicalLocation": physical}],
        }

    def _artifact(self, path: str) -> Data:
        address, relative = uri(path, self._view.root)
        location = {"uri": address, "uriBaseId": _BASE} if relative else {"uri": address}
        data: Data = {"location": location, "sourceLanguage": "python"}
        if path in self._files:
            data["encoding"] = charset(self._files[path].source.encoding)
        return data

    def _location(self, path: str) -> Data:
        address, relative = uri(path, self._view.root)
        data: Data = {"uri": address, "index": self._artifact_index[path]}
        return {**data, "uriBaseId": _BASE} if relative else data

    def _result(self, finding: Finding, fingerprint: str) -> Data:
        physical = {"artifactLocation": self._location(finding.path), "region": self._region(finding)}
        data: Data = {
            "ruleId": finding.code,
            "level": _level(finding),
            "message": {"text": said(finding)},
            "locations": [{"physicalLocation": physical}],
            "partialFingerprints": {"migrateFinding/v1": fingerprint},
            "properties": _properties(finding),
        }
        if finding.code in self._rule_index:
            data["ruleIndex"] = self._rule_index[finding.code]
        if isinstance(finding.outcome, Rewrite) and (changes := self._changes(finding)):
            about = self._rules[finding.code].summary if finding.code in self._rules else finding.message
            data["fixes"] = [{"description": {"text": visible(about)}, "artifactChanges": changes}]
        return data

    def _region(self, finding: Finding) -> Data:
        change = self._files.get(finding.path)
        if change is not None and finding.span.end <= len(change.source.text):
            found = _region(change.source, finding.span.start, finding.span.end)
            if (found["startLine"], found["startColumn"]) == (finding.line, finding.column):
                return found
        return {"startLine": finding.line, "startColumn": finding.column}

    def _changes(self, finding: Finding) -> list[Data]:
        """What has to be replaced for this finding and those that it needs, file by file."""
        together = self._fixes[finding.id]
        paths = dict.fromkeys((finding.path, *(self._findings[name].path for name in together)))
        changes = []
        for path in paths:
            change = self._files.get(path)
            found = change.of(together) if change else ()
            if change and found:
                replacements = [_replacement(change, one) for one in found]
                changes.append({"artifactLocation": self._location(path), "replacements": replacements})
        return changes


def _rule(rule: Rule) -> Data:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": f"{rule.summary}."},
        "help": {"text": rule.page or rule.summary, "markdown": rule.page or rule.summary},
        "defaultConfiguration": {"level": _KINDS[rule.kind]},
        "properties": {"kind": rule.kind.value},
    }


def _level(finding: Finding) -> str:
    match finding.outcome:
        case Rewrite(Level.EXACT) | Notice():
            return "note"
        case _:
            return "warning"


def _properties(finding: Finding) -> Mapping[str, Any]:
    match finding.outcome:
        case Rewrite(level):
            about: Data = {"outcome": "rewritten", "level": level.value}
        case Left(advice):
            about = {"outcome": "left", "advice": advice}
        case Notice():
            about = {"outcome": "notice"}
    names = [{"old": one.old, "new": one.new, "exact": one.exact} for one in finding.renames]
    return {
        **about,
        "id": readable(finding.id),
        "requires": [readable(name) for name in finding.requires],
        "renames": names,
    }


def _replacement(change: Replaced, one: Replacement) -> Data:
    return {"deletedRegion": _region(change.source, one.start, one.end), "insertedContent": {"text": one.text}}


def _region(source: Source, start: int, end: int) -> Data:
    line, column = source.position(start)
    end_line, end_column = source.position(end)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
        "charOffset": start,
        "charLength": end - start,
    }
