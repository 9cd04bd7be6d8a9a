"""A summary in Markdown: what GitHub shows of a step (`$GITHUB_STEP_SUMMARY`), or a merge request in a note."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from migrate.model import Finding, Left, Report
from migrate.output.counts import count, renames
from migrate.output.places import from_root
from migrate.output.summary import headline
from migrate.output.view import View
from migrate.output.words import cause, label, said, visible, visible_path

__all__ = ["write"]

_SHOWN = 200  # rows of a table: GitHub takes no summary above 1 MiB
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&])")


def write(report: Report, view: View, out: BinaryIO) -> None:
    """Writes headline, what could not be processed, counts by reason, what is left, and renamed variables."""
    out.write("".join(f"{line}\n" for line in _lines(report, view)).encode("utf-8", "backslashreplace"))


def _lines(report: Report, view: View) -> Iterator[str]:
    counts = count(report)
    yield from ("## migrate", "", _escape(headline(counts, view)), "")
    failures = [(_place(one.path, view), _escape(cause(one))) for one in report.failures]
    yield from _table(f"{counts.failed} not processed", ("File", "Cause"), failures)
    yield from _table(f"{counts.left} left, by reason", ("Calls", "Code", "Reason"), _reasons(counts.left_by, view))
    left = [finding for finding in report.findings() if isinstance(finding.outcome, Left)]
    yield from _table("Left, one by one", ("Where", "Code", "What to do"), [_row(one, view) for one in left])
    names = [(_code(one.old), _code(one.new), "yes" if one.exact else "pattern") for one in renames(report)]
    yield from _table(f"{len(names)} variables renamed", ("Old", "New", "Exact"), names)
    others = [one for one in report.findings() if not isinstance(one.outcome, Left)]
    yield from _table("Rewritten, and worth knowing", ("Where", "Code", "What"), [_row(one, view) for one in others])


def _table(title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    if not rows:
        return
    yield from (f"<details><summary>{title}</summary>", "")
    yield "| " + " | ".join(heads) + " |"
    yield "|" + " --- |" * len(heads)
    yield from ("| " + " | ".join(row) + " |" for row in rows[:_SHOWN])
    if len(rows) > _SHOWN:
        yield from ("", f"and {len(rows) - _SHOWN:,} more")
    yield from ("", "</details>", "")


def _reasons(by_code: Mapping[str, int], view: View) -> list[tuple[str, ...]]:
    rules = view.rules
    return [
        (f"{number:,}", code, _escape(rules[code].summary if code in rules else "")) for code, number in by_code.items()
    ]


def _row(finding: Finding, view: View) -> tuple[str, ...]:
    place = f"{_place(finding.path, view)}:{finding.line}"
    return place, f"{finding.code} {label(finding)}", _escape(said(finding))


def _place(path: str, view: View) -> str:
    return _code(visible_path(from_root(path, view.root) or path))


def _code(text: str) -> str:
    """Text in a code span, with backticks and bars that do not end it."""
    text = visible(text).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    rim = " " if "`" in text else ""
    return f"{fence}{rim}{text}{rim}{fence}"


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
