"""`migrate undo`: brings back what a run has written over."""

from __future__ import annotations

import os

import typer

from migrate import journal
from migrate.commands import CommandError
from migrate.disk import store
from migrate.output import history
from migrate.output.messages import say

__all__ = ["undo"]

FAILED = 3


def undo(
    run: str | None = typer.Argument(
        None, metavar="[RUN]", help="The run, as --list names it; the last one by default.", show_default=False
    ),
    every: bool = typer.Option(False, "--list", help="Show the runs on record, newest first."),
    project: str = typer.Option(
        "", metavar="DIR", help="The project; the one around the current directory by default.", show_default=False
    ),
) -> int:
    """Brings back what a run has written over."""
    if run is not None and not run.strip():
        raise CommandError("RUN is empty: leave it out for the last one, or say which")
    try:
        root = _root(project)
        return _show_runs(root) if every else _undo(root, run)
    except journal.JournalError as error:
        raise CommandError(error.cause) from error
    except OSError as error:
        raise CommandError(f"the journal cannot be read: {error.strerror}") from error


def _root(project: str) -> str:
    """The directory whose journal is meant: the one named if it has a journal, else that of its project."""
    real = os.path.realpath(project)
    if project and not os.path.isdir(real):
        raise CommandError(f"{project} is no directory")
    return real if project and store.find(real) else journal.project_root([project] if project else [])


def _show_runs(root: str) -> int:
    for line in history.run_lines(journal.runs(root)):
        typer.echo(line)
    return 0


def _undo(root: str, run: str | None) -> int:
    undone = journal.undo(root, run)
    for line in history.undone_lines(undone):
        say(line)
    return FAILED if undone.refused else 0
