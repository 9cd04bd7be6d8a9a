"""`migrate lsp`: serves an editor over the Language Server Protocol."""

from __future__ import annotations

import typer

from migrate import registry
from migrate.commands import CommandError
from migrate.interrupts import unheeded

__all__ = ["serve"]


def serve(stdio: bool = typer.Option(False, "--stdio", help="Speak on standard input and output, as it does.")) -> int:
    """Serves an editor over the Language Server Protocol."""
    del stdio  # many clients give it
    try:
        from migrate.lsp.features import run  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise CommandError("lsp needs pygls: pip install 'migrate-variables[lsp]'") from error
    with unheeded():
        return run(registry.load())
