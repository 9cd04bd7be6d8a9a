"""`migrate new NAME`: begins a codemod with its file, its case file, its entry point and its line in the docs."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from migrate import registry, settings
from migrate.commands import CommandError, templates

__all__ = ["new"]

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PREFIX = re.compile(r"[A-Z]{2,}")
_SECTION = '[project.entry-points."migrate.codemods"]'
_OWN = "codemods"  # the package that holds this project's: one of that name elsewhere would hide it


def new(
    name: str = typer.Argument(..., help="Its name, such as rename-losses.", show_default=False),
    folder: str = typer.Option("", "--folder", metavar="DIR", help="The package that it goes into."),
    prefix: str = typer.Option("", "--prefix", metavar="XX", help="What its codes begin with; made of its name."),
) -> None:
    """Begins a codemod: the file, its cases, its entry point."""
    if not _NAME.fullmatch(name):
        raise CommandError(f"{name} is no name for a codemod: small letters and digits, with - between words")
    project = Path("pyproject.toml")
    table, text = _project(project)
    package = _package(folder, table)
    letters = _letters(prefix, name)
    module = name.replace("-", "_")
    files = {
        Path(package, f"{module}.py"): templates.CODEMOD,
        Path("tests", "cases", name, f"{module}.md"): templates.CASES,
    }
    for path in files:
        if path.exists():
            raise CommandError(f"{path} is there already")
    with_entry = _with_entry_point(text, name, f"{'.'.join(package.parts)}.{module}:CODEMOD")
    try:
        for path, template in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(template.replace("@NAME@", name).replace("@PREFIX@", letters), "utf-8", newline="\n")
            typer.echo(f"wrote {path}")
        _add_packages(package)
        project.write_bytes(with_entry.encode())
        typer.echo(f"added the entry point {name} to {project}")
        _add_to_docs(Path("docs", "codemods.md"), name)
    except OSError as error:
        raise CommandError(f"{error.filename} cannot be written: {error.strerror}") from error
    typer.echo("install the project again (pip install -e .), then: python -m migrate.testing tests/cases/" + name)


def _project(path: Path) -> tuple[Mapping[str, Any], str]:
    """The project's table and text. Raises `CommandError` and `settings.SettingsError` where there is none to use."""
    try:
        data = path.read_bytes()
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            wanted = "run it in the root of a project, whose entry points it needs"
            raise CommandError(f"there is no pyproject.toml here: {wanted}") from error
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error
    return settings.parse(str(path), data), data.decode()


def _package(folder: str, table: Mapping[str, Any]) -> Path:
    """The package that is asked for or, by default, one beside the project's own, by its name."""
    name = re.sub(r"\W+", "_", str(table.get("project", {}).get("name", "my"))).lower()
    is_own = name == "migrate_variables"
    package = Path(os.path.normpath(folder or (_OWN if is_own else f"{name}_codemods")))
    if package.is_absolute() or not all(part.isidentifier() for part in package.parts):
        raise CommandError(f"--folder must be a package below the current directory, not {folder}")
    if package.parts[0] == _OWN and not is_own:
        raise CommandError(f"--folder cannot be {_OWN}: that package is migrate's own, which yours would hide")
    return package


def _letters(prefix: str, name: str) -> str:
    """What the codes begin with. Raises `CommandError` where others have such codes."""
    letters = prefix.upper() or "".join(word[0] for word in name.split("-")).upper().ljust(2, "X")
    if not _PREFIX.fullmatch(letters):
        raise CommandError(f"--prefix must be two letters or more, not {prefix}")
    taken = [code for code in registry.load().rules if code.rstrip("0123456789") == letters]
    if taken:
        raise CommandError(f"{taken[0]} is taken: give other letters with --prefix")
    return letters


def _add_packages(package: Path) -> None:
    for folder in (package, *package.parents):
        if folder != Path() and not (folder / "__init__.py").exists():
            (folder / "__init__.py").write_text('"""Codemods."""\n', encoding="utf-8")


def _with_entry_point(text: str, name: str, reference: str) -> str:
    """The project's text with a line more in the section of the entry points, which is made where there is none.

    Raises `CommandError` where that would not be TOML any more, with the line that a person has to put in.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    line = f'{name} = "{reference}"'
    head, section, rest = text.partition(_SECTION + newline)
    if section:
        made = f"{head}{section}{line}{newline}{rest}"
    else:
        made = f"{text.rstrip()}{newline * 2}{_SECTION}{newline}{line}{newline}"
    try:
        settings.parse("pyproject.toml", made.encode())
    except settings.SettingsError as error:
        raise CommandError(f"pyproject.toml has no place for {line} in its entry points: add it by hand") from error
    return made


def _add_to_docs(page: Path, name: str) -> None:
    if page.exists():
        text = page.read_text(encoding="utf-8").rstrip("\n")
        page.write_text(f"{text}\n- `{name}`: say what it does.\n", encoding="utf-8", newline="\n")
        typer.echo(f"added a line to {page}")
