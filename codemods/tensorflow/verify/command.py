"""`migrate verify`: runs a program as it is and migrated, and shows whether both build the same variables."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import typer

from migrate.commands import CommandError

__all__ = ["Options", "build"]


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked on the command line; `settings` are those that the migrated copy is made with.

    What is empty or None here is taken from the configuration.
    """

    script: str
    arguments: tuple[str, ...] = ()
    against: str = ""
    other: str = ""
    root: str = ""
    python: str = ""
    until: str = ""
    stub: tuple[str, ...] = ()
    stub_missing: bool = False
    timeout: float | None = None
    memory: int | None = None
    tensorflow: int = 0
    blame: bool = True
    map: str = ""
    output_format: str = "rich"
    color: str = "auto"
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Spec:
    """An option: its name here, its type, its flag, what stands for its value, and what it means."""

    name: str
    kind: Any
    flag: str
    metavar: str | None
    text: str
    panel: str = "Options"

    @property
    def parameter(self) -> inspect.Parameter:
        more: dict[str, Any] = {"metavar": self.metavar, "help": self.text, "show_default": False}
        more["rich_help_panel"] = self.panel
        return _parameter(self.name, self.kind | None, typer.Option(None, self.flag, **more))


_COPY = "The migrated copy"
_OWN = (
    _Spec("against", str, "--against", "REV", "Compare the tree at REV with the tree as it is."),
    _Spec("other", str, "--with", "SCRIPT", "Compare with this program."),
    _Spec("root", str, "--root", "DIR", "The tree to copy (the repository by default)."),
    _Spec("python", str, "--python", "FILE", "The interpreter that has TensorFlow (this one by default)."),
    _Spec("until", str, "--until", "POINT", "How far it runs: session (its first run), exit, or a function."),
    _Spec("stub", list[str], "--stub", "MODULE", "Stand in for this module."),
    _Spec("stub_missing", bool, "--stub-missing", None, "Stand in for all modules that are missing."),
    _Spec("timeout", float, "--timeout", "SECONDS", "Time for each run (300)."),
    _Spec("memory", int, "--memory", "MB", "Memory for each run (8192)."),
    _Spec("tensorflow", int, "--tensorflow", "1|2", "What `import tensorflow` means (whichever works)."),
    _Spec("blame", bool, "--blame/--no-blame", None, "Name the findings behind a difference."),
    _Spec("map", str, "--map", "FILE", "Write the rename map."),
    _Spec("output_format", str, "--output-format", "rich|json", "How the comparison is shown."),
    _Spec("color", str, "--color", "auto|always|never", "When to use colours."),
)
_SETTINGS = (
    _Spec("level", str, "--level", "LEVEL", "How far a rewrite may go.", _COPY),
    _Spec("select", list[str], "--select", "NAMES", "Only these codemods or codes.", _COPY),
    _Spec("ignore", list[str], "--ignore", "NAMES", "Not these codemods or codes.", _COPY),
    _Spec("config", str, "--config", "FILE", "Use this configuration file.", _COPY),
)


def __getattr__(name: str) -> Any:
    """`verify` has an option for every option of a codemod, so it is made when it is asked for."""
    if name == "verify":
        return build()
    raise AttributeError(name)


def build() -> Callable[..., int]:
    """The function behind `migrate verify`. Raises `RegistryError`."""
    from migrate import registry  # noqa: PLC0415

    known = registry.load()
    own = {spec.name for spec in _OWN}

    def verify(script: str, arguments: list[str] | None, **given: Any) -> int:
        """Run a program before and after its migration and compare the variables that it builds."""
        from codemods.tensorflow.verify import session  # noqa: PLC0415

        chosen = {name: value for name, value in given.items() if value not in (None, [])}
        words, arguments = _split(arguments or [], sys.argv)
        if words:
            chosen["other"] = _second(words, chosen)
        options: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in chosen.items() if n in own}
        rest = {name: value for name, value in chosen.items() if name not in own}
        return session.run(Options(script, tuple(arguments), **options, settings=rest), known)

    parameters = list(_parameters(known.options))
    verify.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    verify.__annotations__ = {one.name: one.annotation for one in parameters}
    return verify


def _split(words: list[str], line: list[str]) -> tuple[list[str], list[str]]:
    """The words before `--` on a command line, and those behind it, of which the parser makes one list."""
    behind = len(line) - line.index("--") - 1 if "--" in line else 0
    return words[: len(words) - behind], words[len(words) - behind :]


def _second(words: list[str], chosen: Mapping[str, Any]) -> str:
    """The program to compare with, where two are named. Raises `CommandError` where a word must be something else."""
    if len(words) > 1 or "other" in chosen or not os.path.isfile(words[0]):
        raise CommandError(f"{words[0]} is no second program; the program's own arguments come after --")
    return words[0]


def _parameters(options: Iterable[str]) -> Iterator[inspect.Parameter]:
    yield _parameter("script", str, typer.Argument(..., metavar="SCRIPT", help="A file, or module:function."))
    yield _parameter("arguments", list[str] | None, typer.Argument(None, metavar="[SCRIPT] [-- ARGS...]"))
    for spec in (*_OWN, *_SETTINGS):
        yield spec.parameter
    for name in options:
        yield _Spec(name, str, f"--{name}", "WORD", "For the codemods that know it.", _COPY).parameter


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
