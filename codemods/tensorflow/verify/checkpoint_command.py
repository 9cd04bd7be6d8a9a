"""`migrate checkpoint`: gives the variables of a checkpoint their new names, or says how to read it as it is."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from migrate.commands import CommandError

__all__ = ["checkpoint"]


def checkpoint(  # noqa: PLR0913, PLR0917 - the options of a command
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Such as model.ckpt-100, or its directory.")],
    new: Annotated[Path | None, typer.Argument(metavar="[NEW]", help="What the new one is called.")] = None,
    map: Annotated[Path | None, typer.Option(metavar="FILE", help="The rename map.")] = None,  # noqa: A002
    graph: Annotated[int | None, typer.Option(metavar="N", help="Of this graph, if there are several.")] = None,
    reverse: Annotated[bool, typer.Option("--reverse", help="The way back.")] = False,
    emit_assignment_map: Annotated[
        bool, typer.Option("--emit-assignment-map", help="Print what tf.train.init_from_checkpoint takes.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace NEW if it exists.")] = False,
) -> int:
    """Rename the variables in a checkpoint, so that the migrated program restores it."""
    from codemods.tensorflow.verify import renames  # noqa: PLC0415
    from codemods.tensorflow.verify.checkpoint.rename import CheckpointError  # noqa: PLC0415

    if map is None:
        raise CommandError("checkpoint needs --map FILE; migrate verify --map FILE writes one")
    if (new is None) is not emit_assignment_map:
        raise CommandError("checkpoint needs either NEW or --emit-assignment-map")
    try:
        names = renames.read(map, graph)
        names = renames.reverse(names) if reverse else names
        if new is None:
            _emit(old, names)
        else:
            _rename(old, new, names, force=force)
    except (renames.MapError, CheckpointError) as error:
        raise CommandError(str(error)) from error
    return 0


def _emit(old: Path, names: dict[str, str]) -> None:
    """Prints a dictionary from what the checkpoint calls its variables to what the program calls them."""
    from codemods.tensorflow.verify.checkpoint.rename import find  # noqa: PLC0415
    from codemods.tensorflow.verify.checkpoint.rename import names as present  # noqa: PLC0415

    sys.stdout.write(json.dumps({name: names.get(name, name) for name in present(find(old))}, indent=4) + "\n")


def _rename(old: Path, new: Path, names: dict[str, str], *, force: bool) -> None:
    from codemods.tensorflow.verify.checkpoint.rename import rename  # noqa: PLC0415

    done = rename(old, new, names, force=force)
    for name, value in done.renames.items():
        sys.stdout.write(f"{name} -> {value}\n")
    if done.absent:
        sys.stderr.write(f"migrate: not in the checkpoint: {', '.join(done.absent)}\n")
    sys.stderr.write(f"migrate: {len(done.renames)} renamed, {len(done.files)} files written\n")
