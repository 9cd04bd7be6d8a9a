"""The commands beside the main one, by name: each is imported when it is run, others come through entry points."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from migrate import installed

__all__ = ["GROUP", "CommandError", "load", "names", "summaries"]

GROUP = "migrate.commands"

_OWN: Mapping[str, tuple[str, str]] = {
    "list": ("migrate.commands.rules:show_list", "Show the codemods, their options and their codes."),
    "explain": ("migrate.commands.rules:explain", "Show the page of a code."),
    "undo": ("migrate.commands.undo:undo", "Bring back what a run has written over."),
    "new": ("migrate.commands.new:new", "Begin a codemod: the file, its cases, its entry point."),
    "lsp": ("migrate.commands.lsp:serve", "Serve an editor over the Language Server Protocol."),
}


class CommandError(Exception):
    """A command that cannot do what it was asked; the message is one line."""


def names() -> tuple[str, ...]:
    """The names of all commands but the main one."""
    return (*_OWN, *_installed())


def summaries() -> dict[str, str]:
    """One sentence a command."""
    own = {name: text for name, (_, text) in _OWN.items()}
    return own | {name: (load(name).__doc__ or "").strip().partition("\n")[0] for name in _installed()}


def load(name: str) -> Callable[..., Any]:
    """The function behind a command, with typer's parameters. Raises `CommandError` where it cannot be imported."""
    if name == "run":
        from migrate.commands.run import build  # noqa: PLC0415

        return build()
    reference = _OWN[name][0] if name in _OWN else _installed()[name]
    module, _, attribute = reference.partition(":")
    try:
        found: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    except ImportError as error:
        raise CommandError(f"{name} is not installed here: {error}") from error
    return found


@cache
def _installed() -> Mapping[str, str]:
    """The commands of other packages, by name."""
    found = sorted(dict(installed.points(GROUP)).items())
    return {name: value for name, value in found if name not in _OWN and name != "run"}
