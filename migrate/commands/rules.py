"""`migrate list` and `migrate explain CODE`: what the installed codemods do, and what their codes mean."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import typer

from migrate import registry, settings
from migrate.commands import CommandError
from migrate.findings.rules import RULES
from migrate.model import Rule
from migrate.output.view import columns, wants_color

__all__ = ["explain", "show_list"]


def show_list() -> None:
    """Shows the codemods, their options and their codes."""
    known = registry.load()
    for codemod in known.codemods:
        typer.echo(f"{codemod.name}: {codemod.summary}")
        for name, values in codemod.options.items():
            typer.echo(f"  --{name} {'|'.join(values)}  {codemod.about.get(name, '')}".rstrip())
        _show_rules(codemod.rules)
    typer.echo("migrate: The engine's own")
    _show_rules(RULES)


def _show_rules(rules: tuple[Rule, ...]) -> None:
    for rule in rules:
        typer.echo(f"  {rule.code}  {rule.kind.value:<7}  {rule.name}: {rule.summary}")


def _codes(incomplete: str) -> list[tuple[str, str]]:
    """The codes that a shell may offer, each with what it says."""
    rules = registry.load().rules.values()
    return [(rule.code, rule.summary) for rule in rules if rule.code.startswith(incomplete)]


def explain(
    code: str = typer.Argument(
        ..., help="A code, such as GV101, or its name.", show_default=False, autocompletion=_codes
    ),
) -> None:
    """Shows the page of a code."""
    known = registry.load()
    names = {rule.name: rule for rule in known.rules.values()}
    rule = known.rules.get(code.upper()) or names.get(code.lower())
    if rule is None:
        raise CommandError(f"there is no code {code}{_hint(code, known.rules, names)} (migrate list shows all)")
    page = f"# {rule.code} {rule.name}\n\n{rule.summary}.\n\n{rule.page.strip()}\n"
    if sys.stdout.isatty():
        from rich.console import Console  # noqa: PLC0415
        from rich.markdown import Markdown  # noqa: PLC0415

        width, colored = columns(stream=sys.stdout), wants_color("auto", sys.stdout)
        Console(color_system="standard" if colored else None, width=width).print(Markdown(page))
    else:
        sys.stdout.write(page)


def _hint(code: str, codes: Iterable[str], names: Iterable[str]) -> str:
    """The codes that begin like `code`, else the code or name that is most like it."""
    begun = [one for one in codes if one.startswith(code.upper())]
    if begun:
        return f"; those that begin so are {', '.join(begun)}"
    return settings.nearest(code.upper(), codes) or settings.nearest(code.lower(), names)
