"""What happened, for a person, on standard error: failures, counts, what was left and why, renamed variables.

Plain lines in a log or a pipe; a table, drawn by rich, in a terminal. Neither holds source text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TextIO

from migrate.model import Report
from migrate.output.counts import Counts, count, renames
from migrate.output.view import View, is_unicode
from migrate.output.words import cause, plural, visible, visible_path

__all__ = ["headline", "write"]

_SHOWN = 20  # renames, unless -v asks for all: a checkpoint's worth would bury the rest


def write(report: Report, view: View, err: TextIO) -> None:
    """Writes the summary; with `-q` only what could not be processed."""
    failures = list(_failures(report))
    if view.verbosity < 0:
        err.write(_lines(failures, err))
    elif err.isatty():
        from migrate.output import closing  # noqa: PLC0415

        closing.draw(report, view, err, failures)
    else:
        err.write(_lines([*failures, *_plain(report, view)], err))
    err.flush()


def headline(counts: Counts, view: View) -> str:
    """How many files, and how many calls, in one sentence."""
    if not counts.seen:
        return f"Nothing to migrate in {plural(counts.files, 'file')}."
    verb = "changed" if view.applied else "would change"
    files = f"{plural(counts.changed, 'file')} of {counts.files:,} {verb}"
    levels = ", ".join(f"{number:,} {level.value}" for level, number in counts.levels.items())
    calls = f"{plural(counts.seen, 'call')} seen: {counts.rewritten:,} rewritten" + (f" ({levels})" if levels else "")
    scopes = f" Scopes and imports changed with them: {counts.supporting:,}." if counts.supporting else ""
    return f"{files}; {calls}, {counts.left:,} left.{scopes}"


def rename_lines(report: Report, view: View, arrow: str) -> Iterator[str]:
    """One line for each variable that is renamed, patterns marked, the first ones unless `-v` asks for all."""
    found = renames(report)
    shown = found if view.verbosity > 0 else found[:_SHOWN]
    for rename in shown:
        note = "" if rename.exact else "  (* is known when the program runs)"
        yield f"{visible(rename.old)} {arrow} {visible(rename.new)}{note}"
    if len(shown) < len(found):
        yield f"and {len(found) - len(shown):,} more: -v shows all, --output-format json holds them"


def _failures(report: Report) -> Iterator[str]:
    for failed in report.failures:
        line = f":{failed.failure.line}" if failed.failure and failed.failure.line else ""
        yield f"error: {visible_path(failed.path)}{line}: {cause(failed)}"


def _plain(report: Report, view: View) -> Iterator[str]:
    counts = count(report)
    yield headline(counts, view)
    if counts.failed:
        yield f"{plural(counts.failed, 'file')} could not be processed."
    yield from _reasons("Left alone:", counts.left_by, view)
    yield from _reasons("Worth knowing:", counts.notices_by, view)
    names = list(rename_lines(report, view, "->"))
    if names:
        yield "Variables renamed:"
        yield from (f"  {line}" for line in names)


def _reasons(title: str, by_code: Mapping[str, int], view: View) -> Iterator[str]:
    if by_code:
        yield title
    for code, number in by_code.items():
        rule = view.rules.get(code)
        yield f"  {number:>5,}  {code}  {rule.summary if rule else ''}".rstrip()


def _lines(lines: list[str], err: TextIO) -> str:
    text = "".join(f"{line}\n" for line in lines)
    if is_unicode(err.encoding):
        return text
    encoding = err.encoding or "ascii"
    return text.encode(encoding, "backslashreplace").decode(encoding)
