"""The `github` format: workflow commands that GitHub shows beside the lines of a pull request.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from typing import BinaryIO

from migrate.model import Finding, Left, Level, Notice, Report, Rewrite
from migrate.output.places import from_root
from migrate.output.view import View
from migrate.output.words import cause, said, visible_path

__all__ = ["write"]

# Ten annotations of a step are shown; what a person has to look at goes first.
_ORDER = {"error": 0, "warning": 1, "notice": 2}


def write(report: Report, view: View, out: BinaryIO) -> None:
    """Writes one command a line: failures as errors, what is left or unsafe as warnings, the rest as notices."""
    commands = [(_severity(finding), _command(finding, view)) for finding in report.findings()]
    for failed in report.failures:
        line = failed.failure.line if failed.failure else 0
        place = {"title": "migrate: not processed", "file": _path(failed.path, view)}
        commands.append(("error", _line("error", place | ({"line": str(line)} if line else {}), cause(failed))))
    for _, command in sorted(commands, key=lambda one: _ORDER[one[0]]):
        out.write(command.encode("utf-8", "backslashreplace"))


def _severity(finding: Finding) -> str:
    match finding.outcome:
        case Left() | Rewrite(Level.UNSAFE):
            return "warning"
        case Rewrite() | Notice():
            return "notice"


def _command(finding: Finding, view: View) -> str:
    """The command of a finding: a column only where start and end share a line, or GitHub drops the annotation."""
    rule = view.rules.get(finding.code)
    title = f"{finding.code} {rule.name}" if rule else finding.code
    place = {"title": title, "file": _path(finding.path, view), "line": str(finding.line)}
    place |= {"endLine": str(finding.line), "col": str(finding.column)}
    return _line(_severity(finding), place, said(finding))


def _line(severity: str, place: dict[str, str], message: str) -> str:
    properties = ",".join(f"{key}={_property(value)}" for key, value in place.items())
    return f"::{severity} {properties}::{_data(message)}\n"


def _path(path: str, view: View) -> str:
    return visible_path(from_root(path, view.root) or path)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
