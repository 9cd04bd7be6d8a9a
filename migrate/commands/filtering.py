"""Filter mode: one source from standard input to standard output, with the facts of the project around its name."""

from __future__ import annotations

import os
import sys

from migrate import discover, project, streams
from migrate.commands import job
from migrate.discover import Found
from migrate.model import Report
from migrate.output.messages import say
from migrate.output.words import cause
from migrate.paths.excludes import Excludes
from migrate.runner import Extent, Session
from migrate.settings import Settings

__all__ = ["execute"]

_NAMELESS = "<stdin>"


def execute(settings: Settings) -> int:
    """Migrates standard input and returns the exit code. What cannot be processed is echoed as it came."""
    data = streams.read_input()
    path = discover.shown(settings.stdin_filename) if settings.stdin_filename else _NAMELESS
    own = Report((), 1) if settings.force_exclude and _is_excluded(path, settings) else _look(path, data, settings)
    _tell_unseen(path, own, settings)
    if settings.dry_run or settings.check or settings.output_format != "rich" or settings.output_file:
        job.show(own, settings, applied=False)
        return job.exit_code(own, settings)
    after = next((result.after for result in own.results if result.after is not None), data)
    sys.stdout.buffer.write(after)
    sys.stdout.buffer.flush()
    for failure in own.failures:
        line = f":{failure.failure.line}" if failure.failure and failure.failure.line else ""
        say(f"{path}{line}: {cause(failure)}")
    job.show_more(own, settings, job.view_for(settings, sys.stderr, applied=True))
    return job.exit_code(own, settings)


def _look(path: str, data: bytes, settings: Settings) -> Report:
    """What is found in `data`, the source that `path` stands for."""
    found = _around(path, settings)
    with Session(settings, found, Extent({path: data}, only=lambda one: one == path)) as session:
        return session.report()


def _is_excluded(path: str, settings: Settings) -> bool:
    full = os.path.abspath(path)
    excludes = Excludes(settings)
    excludes.allow(project.root(os.path.dirname(full)) or os.getcwd())
    return excludes.hides(full)


def _around(path: str, settings: Settings) -> Found:
    """The sources of the project that holds `path`, and `path` itself whether it exists or not."""
    root = _root(path)
    if root is None or not settings.whole_project:
        return Found([path])
    around = frozenset(discover.below([root], settings)) - {path}
    return Found(sorted({*around, path}), named=frozenset({path}), around=around)


def _root(path: str) -> str | None:
    """The project around the source, if it has a name and there is one."""
    return project.root(os.path.dirname(os.path.abspath(path))) if path != _NAMELESS else None


def _tell_unseen(path: str, own: Report, settings: Settings) -> None:
    """Says, where anything was found, that nobody knows who calls a source outside of any project."""
    if own.results and settings.whole_project and not settings.quiet and _root(path) is None:
        hint = "give --stdin-filename" if path == _NAMELESS else f"there is no project around {path}"
        say(f"only this source is looked at, not who calls it: {hint}")
