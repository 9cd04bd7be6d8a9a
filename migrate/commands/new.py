"""`migrate new NAME`: begins a codemod with its file, its case file, its entry point and its line in the docs."""

from __future__ import annotations

import os
import re
from pathlib import Path

import typer

from migrate.commands import CommandError

__all__ = ["new"]

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_SECTION = '[project.entry-points."migrate.codemods"]'

_CODEMOD = '''"""@NAME@: say in one sentence what becomes of what.

Put a link here to what explains why.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from migrate.codemod import Analysis, Codemod, Options
from migrate.model import Edit, Finding, Left, Level, Rewrite, Rule, RuleKind
from migrate.syntax.module import Module

__all__ = ["CODEMOD"]

_OLD, _NEW = "old_name", "new_name"

_REWRITTEN = """## What it does
Calls of `old_name` become calls of `new_name`.

## Why
Say what is better afterwards, and which graph names or results change.
"""
_LEFT = """## What it means
The arguments are not known before the program runs, so that the call is left alone.

## What to do
Write the arguments out, and run again.
"""
_RULES = (
    Rule("@PREFIX@101", "@NAME@", RuleKind.REWRITE, "The call is rewritten", _REWRITTEN),
    Rule("@PREFIX@201", "@NAME@-star-arguments", RuleKind.LEFT, "Starred arguments are left alone", _LEFT),
)


def _calls(module: Module) -> list[ast.Call]:
    calls = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    return [node for node in calls if isinstance(node.func, ast.Name) and node.func.id == _OLD]


def _index(module: Module) -> int | None:
    """The facts of one file: small, picklable, None where there are none."""
    return len(_calls(module)) or None


def _link(facts: Mapping[str, int], options: Options) -> Mapping[str, int]:
    """The plan of each file, from the facts of all."""
    del options
    return facts


def _rewrite(module: Module, plan: int, options: Options) -> Iterator[Finding]:
    """A finding for every call: rewritten, or left with what a person can do."""
    del plan, options
    for call in _calls(module):
        if any(isinstance(argument, ast.Starred) for argument in call.args):
            yield module.finding("@PREFIX@201", call, "passes starred arguments", Left("Write the arguments out."))
        else:
            edit = Edit(module.span(call.func), _NEW)
            yield module.finding("@PREFIX@101", call, f"becomes {_NEW}", Rewrite(Level.EXACT, (edit,)))


_ANALYSIS = Analysis("@NAME@", triggers=((_OLD.encode(),),), index=_index, link=_link)
CODEMOD = Codemod("@NAME@", "Say in a few words what it does", _RULES, _ANALYSIS, _rewrite)
'''

_CASES = """# @NAME@

## A call is rewritten
options: run=no

```python before
x = old_name(1)
```

```python after
x = new_name(1)
```

```findings
1 @PREFIX@101 exact
```

## Starred arguments are left alone
options: run=no

```python before
x = old_name(*arguments)
```

```findings
1 @PREFIX@201 left
```
"""


def new(
    name: str = typer.Argument(..., help="Its name, such as rename-losses.", show_default=False),
    folder: str = typer.Option("codemods", "--folder", metavar="DIR", help="The package that it goes into."),
    prefix: str = typer.Option("", "--prefix", metavar="XX", help="What its codes begin with; made of its name."),
) -> None:
    """Begins a codemod: the file, its cases, its entry point."""
    if not _NAME.fullmatch(name):
        raise CommandError(f"{name} is no name for a codemod: small letters and digits, with - between words")
    letters = prefix.upper() or "".join(word[0] for word in name.split("-")).upper().ljust(2, "X")
    project, package = Path("pyproject.toml"), os.path.normpath(folder)
    if (
        os.path.isabs(package)
        or package.startswith("..")
        or not all(part.isidentifier() for part in Path(package).parts)
    ):
        raise CommandError(f"--folder must be a package below the current directory, not {folder}")
    if not project.exists():
        raise CommandError(
            "there is no pyproject.toml here: run it in the root of a project, whose entry points it needs"
        )
    module = name.replace("-", "_")
    files = {
        Path(package, f"{module}.py"): _CODEMOD,
        Path("tests", "cases", name, f"{module}.md"): _CASES,
    }
    for path in files:
        if path.exists():
            raise CommandError(f"{path} is there already")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("@NAME@", name).replace("@PREFIX@", letters), encoding="utf-8", newline="\n")
        typer.echo(f"wrote {path}")
    _add_packages(Path(package))
    _add_entry_point(project, name, f"{package.replace(os.sep, '.')}.{module}:CODEMOD")
    _add_to_docs(Path("docs", "codemods.md"), name)
    typer.echo("install the project again (pip install -e .), then: python -m migrate.testing tests/cases/" + name)


def _add_packages(package: Path) -> None:
    for folder in (package, *package.parents):
        if folder != Path() and not (folder / "__init__.py").exists():
            (folder / "__init__.py").write_text('"""Codemods."""\n', encoding="utf-8")


def _add_entry_point(project: Path, name: str, reference: str) -> None:
    """Adds a line to the section of the entry points, which is made where there is none."""
    text = project.read_text(encoding="utf-8")
    line = f'{name} = "{reference}"\n'
    if _SECTION in text:
        head, section, rest = text.partition(_SECTION + "\n")
        text = head + section + line + rest
    else:
        text = text.rstrip("\n") + f"\n\n{_SECTION}\n{line}"
    project.write_text(text, encoding="utf-8", newline="\n")
    typer.echo(f"added the entry point {name} to {project}")


def _add_to_docs(page: Path, name: str) -> None:
    if page.exists():
        text = page.read_text(encoding="utf-8").rstrip("\n")
        page.write_text(f"{text}\n- `{name}`: say what it does.\n", encoding="utf-8", newline="\n")
        typer.echo(f"added a line to {page}")
