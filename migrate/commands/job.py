"""The main job: a run, what it prints, what it writes, and the exit code that sums it up."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO, Literal, TextIO

from migrate import baseline, discover, output, project
from migrate.commands import CommandError, contradictions
from migrate.discover import Found
from migrate.findings import annotate
from migrate.model import Failure, FileResult, Report
from migrate.output.messages import say
from migrate.output.view import View, columns, wants_color
from migrate.output.words import cause, visible_path
from migrate.paths import git
from migrate.progress import Bar, wanted
from migrate.proof import Proof
from migrate.runner import Extent, Session
from migrate.settings import Settings, SettingsError
from migrate.version import __version__

__all__ = ["execute"]

DONE, WOULD_CHANGE, FAILED, LEFT, NOT_PROVED = 0, 1, 3, 4, 5
_SHARD = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")


def execute(settings: Settings, paths: Sequence[str]) -> int:
    """Does what `settings` ask with `paths` and returns the exit code. Raises what the floors below raise."""
    contradictions.check(settings, paths)
    if settings.show_settings:
        return _show_settings(settings, paths)
    if "-" in paths:
        from migrate.commands import filtering  # noqa: PLC0415

        return filtering.execute(settings)
    found = project.find(paths, settings)
    if settings.show_files:
        return _show_files(found)
    applies = not (settings.dry_run or settings.check)
    _end_dead_run(paths, settings, may_write=applies)
    extent = _extent(settings, paths)
    proof: Proof | None = None
    bar = Bar(shown=wanted(sys.stderr) and not settings.quiet)
    with bar, Session(settings, found, extent, bar) as session:
        report = session.report()
        if settings.interactive:
            report = _review(session, report, settings, paths)
        if settings.verify:
            proof = _prove(session, report, settings)
            report, applies = proof.report, applies and proof.holds
    if applies:
        report = _apply(report, paths, settings)
    if settings.write_baseline:
        baseline.write(annotate.open_calls(report.findings()), settings.baseline)
    show(report, settings, applied=applies)
    _tell(_unseen(report, paths, settings), settings)
    return NOT_PROVED if proof and not proof.holds and not report.failures else exit_code(report, settings)


def _prove(session: Session, report: Report, settings: Settings) -> Proof:
    """What may be written of a report, once a verifier has run the program before and after."""
    from migrate import proof  # noqa: PLC0415

    try:
        return proof.load()(settings, report, session.without)
    except proof.VerifierError as error:
        raise CommandError(str(error)) from error


def exit_code(report: Report, settings: Settings) -> int:
    """What happened, worst first: failures, calls that a person must look at, pending changes."""
    if report.failures:
        return FAILED
    left = annotate.open_calls(report.findings())
    if settings.exit_zero:
        return DONE
    if settings.strict and (baseline.beyond(left, settings.baseline) if settings.baseline else left):
        return LEFT
    return WOULD_CHANGE if settings.check and report.changed else DONE


def show(report: Report, settings: Settings, *, applied: bool) -> None:
    """Prints the report in its format to standard output or a file, and the summary to standard error."""
    name = settings.output_format
    if settings.dry_run or name != "rich" or settings.output_file:
        _emit(report, settings, applied=applied)
    view = view_for(settings, sys.stderr, applied=applied)
    if settings.quiet < 2:
        output.summarize(report, view, sys.stderr)
    show_more(report, settings, view)


def show_more(report: Report, settings: Settings, view: View) -> None:
    """What was asked for beside a format: statistics, the page, and the summary of a step on GitHub."""
    if settings.statistics:
        output.emit("statistics", report, view, sys.stderr.buffer)
    if settings.report:
        with _file(settings.report, "--report") as file:
            output.emit("html", report, view, file)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if settings.output_format == "github" and summary:
        with _file(summary, "GITHUB_STEP_SUMMARY", "ab") as file:
            output.emit("markdown", report, view, file)


def view_for(settings: Settings, stream: TextIO, *, applied: bool) -> View:
    """How a report is shown on `stream`."""
    return View(
        root=_root(os.getcwd()),
        rules=settings.registry.rules,
        version=__version__,
        color=wants_color(settings.color.value, stream),
        width=columns(stream=stream),
        applied=applied,
        verbosity=-settings.quiet or settings.verbose,
        encoding=getattr(stream, "encoding", None) or "utf-8",
    )


def _emit(report: Report, settings: Settings, *, applied: bool) -> None:
    view = view_for(settings, sys.stdout, applied=applied)
    if settings.output_file and settings.output_file != "-":
        name = "diff" if settings.output_format == "rich" else settings.output_format
        with _file(settings.output_file, "--output-file") as file:
            output.emit(name, report, dataclasses.replace(view, color=False), file)
        return
    output.emit(_on_stream(settings.output_format, view, sys.stdout), report, view, sys.stdout.buffer)


def _on_stream(name: str, view: View, stream: TextIO) -> str:
    """The form that a format has on a stream: a preview is a patch in a pipe, a patch on a terminal is readable."""
    terminal = stream.isatty()
    match name:
        case "rich" if not (terminal or view.color):
            return "diff"
        case "diff" if terminal:
            return "screen"
    return name


@contextlib.contextmanager
def _file(path: str, option: str, mode: Literal["wb", "ab"] = "wb") -> Iterator[BinaryIO]:
    """An open file that `option` names. Raises `SettingsError` where it cannot be written."""
    try:
        with open(path, mode) as file:
            yield file
    except OSError as error:
        raise SettingsError(f"{option}: {path} cannot be written: {error.strerror}") from error


def _extent(settings: Settings, paths: Sequence[str]) -> Extent:
    lines = None
    if settings.since:
        folders = dict.fromkeys(path if os.path.isdir(path) else os.path.dirname(path) for path in paths)
        roots = dict.fromkeys(git.repository(os.path.abspath(folder)) or folder for folder in folders)
        lines = {
            discover.shown(path): ranges
            for root in roots
            for path, ranges in git.changed_lines(root, settings.since).items()
        }
    return Extent(lines=lines, part=_shard(settings.shard))


def _shard(shard: str) -> Callable[[str], bool]:
    """Whether a path is in the I-th of N parts, by a checksum of the path that no other path moves."""
    if not shard:
        return lambda _: True
    match = _SHARD.fullmatch(shard)
    index, number = (int(match[1]) - 1, int(match[2])) if match else (0, 0)
    if not 0 <= index < number:
        raise SettingsError(f"--shard must be I/N with I from 1 to N, not {shard!r}")
    return lambda path: zlib.crc32(os.fsencode(path)) % number == index


def _show_files(found: Found) -> int:
    for path in found.asked:
        shown = visible_path(path) if sys.stdout.isatty() else path
        sys.stdout.buffer.write(os.fsencode(shown) + b"\n")
    for failure in found.failures:
        say(f"{failure.path}: {cause(failure)}")
    return FAILED if found.failures else DONE


def _show_settings(settings: Settings, paths: Sequence[str]) -> int:
    """Prints what counts for the first path, or for the current directory."""
    path = settings.stdin_filename or "." if "-" in paths else next(iter(paths), ".")
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    sys.stdout.buffer.write(settings.to_toml(settings.near(folder)).encode())
    return DONE


def _root(folder: str) -> str:
    return git.repository(folder) or folder


def _end_dead_run(paths: Sequence[str], settings: Settings, *, may_write: bool) -> None:
    """Ends what a run that died left half done or, where nothing may be written, says that there is such a one."""
    from migrate.disk import store  # noqa: PLC0415

    try:
        root = store.project_root(paths)
    except store.JournalError:  # several drives: applying will say so
        return
    if store.find(root) is None:  # the usual case costs no more imports
        return
    from migrate import journal  # noqa: PLC0415
    from migrate.output import history  # noqa: PLC0415

    if may_write:
        try:
            recovered = journal.recover(root)
        except journal.JournalError as error:
            raise CommandError(error.cause) from error
        _tell(history.recovered_lines(recovered) if recovered else [], settings)
    else:
        line = history.unfinished_line(root, journal.runs(root))
        _tell([line] if line else [], settings)


def _apply(report: Report, paths: Sequence[str], settings: Settings) -> Report:
    """Writes what changes; what could not be written joins the failures."""
    from migrate import journal, writer  # noqa: PLC0415
    from migrate.output import history  # noqa: PLC0415

    try:
        written = writer.apply(report.results, journal.project_root(paths))
    except journal.JournalError as error:
        failure = Failure(error.cause)
        written = writer.Written(None, failures=tuple(FileResult(one.path, failure=failure) for one in report.changed))
    _tell(history.written_lines(written), settings)
    if not written.failures:
        return report
    failed = {one.path for one in written.failures}
    results = tuple(one for one in report.results if one.path not in failed)
    failures = sorted((*report.failures, *written.failures), key=lambda one: one.path)
    return dataclasses.replace(report, results=results, failures=tuple(failures))


def _tell(lines: Iterable[str], settings: Settings) -> None:
    """Says what was written, unless that was not wanted."""
    if not settings.quiet:
        for line in lines:
            say(line)


def _unseen(report: Report, paths: Sequence[str], settings: Settings) -> Iterator[str]:
    """Says, where anything was found, that nobody knows who calls a file outside of any project."""
    path = project.outside(paths) if report.results and settings.whole_project else None
    if path:
        yield f"only these sources are looked at, not who calls them: there is no project around {discover.shown(path)}"


def _review(session: Session, report: Report, settings: Settings, paths: Sequence[str]) -> Report:
    """What is left of the report once a person was asked about each change."""
    from migrate import journal, review  # noqa: PLC0415

    try:
        memory = review.Memory.of(journal.project_root(paths))
    except journal.JournalError as error:
        raise CommandError(f"there is no place to keep the answers: {error.cause}") from error
    if settings.resume:
        memory.load()
    view = view_for(settings, sys.stderr, applied=False)
    return review.conduct(report, session.decline, view, memory, (sys.stdin, sys.stderr))
