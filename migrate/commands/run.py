"""The main command: its parameters are read off `Settings` and off what the codemods declare."""

from __future__ import annotations

import dataclasses
import inspect
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import typer

from migrate import collecting, commands, options, registry, settings
from migrate.commands import CommandError, job
from migrate.options import Option, Scope
from migrate.registry import Registry
from migrate.version import __version__

__all__ = ["build"]

_COUNTED = ("quiet", "verbose")  # how often they are said is what counts


def build() -> Callable[..., int]:
    """The function behind `migrate PATHS...`, with a parameter for every option. Raises `RegistryError`."""
    known = registry.load()

    def command(paths: list[str] | None, version: bool, **given: Any) -> int:
        """Rewrites the sources at and below PATHS; `-` reads one from standard input."""
        del version
        if not paths and not given["show_settings"]:
            raise CommandError("nothing to look at: name files or directories, such as migrate --dry-run .")
        _no_mistyped_command(paths or [])
        said = {name: value for name, value in given.items() if value not in (None, [])}
        chosen = {name: value for name, value in said.items() if value or name not in _COUNTED}
        collecting.rest()
        return job.execute(settings.load(known, chosen, os.environ), paths or [])

    parameters = list(_parameters(known))
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    return command


def _no_mistyped_command(paths: list[str]) -> None:
    """What is no path may be meant for a command."""
    word = paths[0] if paths else "."
    if word.isidentifier() and not os.path.lexists(word):
        hint = settings.nearest(word, commands.names())
        if hint:
            raise CommandError(f"{word} is neither a path nor a command{hint}")


def _parameters(known: Registry) -> Iterator[inspect.Parameter]:
    yield _parameter("paths", list[str] | None, typer.Argument(None, metavar="PATHS...", show_default=False))
    for name, (field, option) in options.options_of().items():
        yield _parameter(name, _kind(field.default), _option(name, field, option, known))
    for name, values in known.options.items():
        info = typer.Option(
            None,
            f"--{name}",
            metavar="WORD",
            help=known.about(name),
            rich_help_panel="Codemods",
            autocompletion=_completion(values),
        )
        yield _parameter(name, str | None, info)
    shown = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Show the version.")
    yield _parameter("version", bool, shown)


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _kind(default: Any) -> Any:
    """What typer reads; everything beyond that is checked with the settings, as it is for files."""
    match default:
        case bool():
            return bool | None
        case int():
            return int | None
        case tuple():
            return list[str] | None
    return str | None


def _option(name: str, field: dataclasses.Field[Any], option: Option, known: Registry) -> Any:
    spelled = name.replace("_", "-")
    flag = f"--{spelled}"
    if isinstance(field.default, bool) and option.scope is not Scope.COMMAND:
        flag += f"/--no-{spelled}"
    values = options.choices(field, option)
    return typer.Option(
        None,
        *filter(None, (flag, option.short)),
        help=option.text + (f" One of: {', '.join(values)}." if values else ""),
        metavar=None if isinstance(field.default, bool) else option.metavar or "WORD",
        count=name in _COUNTED,
        show_default=False,
        rich_help_panel=option.panel,
        autocompletion=_completion(_words(name, values, known)),
    )


def _words(name: str, values: Sequence[str], known: Registry) -> Sequence[str]:
    """What a shell may offer as the option's value."""
    if name in ("select", "ignore"):
        return [*(one.name for one in known.codemods), *(rule.code for one in known.codemods for rule in one.rules)]
    return values


def _completion(words: Sequence[str]) -> Callable[[str], list[str]] | None:
    return (lambda incomplete: [one for one in words if one.startswith(incomplete)]) if words else None


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"migrate {__version__}")
        raise typer.Exit
