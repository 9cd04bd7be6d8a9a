"""`migrate undo`: brings back what a run has written over."""

from __future__ import annotations

import time

import typer

from migrate import journal
from migrate.commands import CommandError

__all__ = ["undo"]

FAILED = 3


def undo(
    run: str = typer.Argument("", help="The run, as --list names it; the last one by default.", show_default=False),
    every: bool = typer.Option(False, "--list", help="Show the runs on record, newest first."),
) -> int:
    """Brings back what a run has written over."""
    root = journal.project_root([])
    try:
        return _show_runs(root) if every else _undo(root, run or None)
    except journal.JournalError as error:
        raise CommandError(error.cause) from error
    except OSError as error:
        raise CommandError(f"the journal cannot be read: {error.strerror}") from error


def _show_runs(root: str) -> int:
    for one in journal.runs(root):
        started = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(one.started))
        number = len(one.paths)
        typer.echo(f"{one.id}  {started}  {one.state.value}  {number} file{'s' if number != 1 else ''}")
    return 0


def _undo(root: str, run: str | None) -> int:
    undone = journal.undo(root, run)
    if undone.run is None:
        typer.echo("migrate: there is no run to undo", err=True)
        return 0
    for path in undone.restored:
        typer.echo(f"restored {path}", err=True)
    for one in undone.refused:
        typer.echo(f"migrate: {one.path}: {one.failure.cause if one.failure else ''}", err=True)
    typer.echo(f"Run {undone.run}: {len(undone.restored)} restored, {len(undone.refused)} left alone.", err=True)
    return FAILED if undone.refused else 0
