"""What a user names as the program: a script, or `module:function`, and the tree that it belongs to."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from codemods.tensorflow.verify.trees import project_root

__all__ = ["Script", "ScriptError", "locate"]


class ScriptError(Exception):
    """A program that is not there; the message is one line."""


@dataclass(frozen=True, slots=True)
class Script:
    """`main` is relative to `root`, or `module:function`; `directory`, relative to `root` too, is where it runs."""

    root: Path
    main: str
    directory: str


def locate(name: str, root: Path | None = None) -> Script:
    """The program `name`, a path or `module:function`; `root` is the tree around it. Raises `ScriptError`."""
    path = Path(name)
    module, _, function = name.partition(":")
    if path.exists() and not path.is_file():
        raise ScriptError(f"{name} is no file")
    if not path.exists() and not (function and all(part.isidentifier() for part in module.split("."))):
        raise ScriptError(f"{name}: no such file")
    current = Path(os.path.realpath(os.getcwd()))
    around = Path(os.path.realpath(root)) if root else project_root(path if path.exists() else current / "module")
    if not path.exists():
        return Script(around, name, _below(around, current))
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(around):
        raise ScriptError(f"{name} does not lie below {around}")
    return Script(around, real.relative_to(around).as_posix(), _below(around, current))


def _below(root: Path, directory: Path) -> str:
    """Where a program runs in its tree: where the user stands, if that is in the tree."""
    return os.path.relpath(directory, root) if directory.is_relative_to(root) else "."
