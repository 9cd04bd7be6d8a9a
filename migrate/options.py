"""`Settings`, the table of all options: command line, keys, environment and `--show-settings` are read off it."""

from __future__ import annotations

import dataclasses
import enum
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrate.codemod import Options
from migrate.findings.settle import Policy
from migrate.model import Level
from migrate.registry import Registry

__all__ = [
    "DEFAULT_EXCLUDES",
    "Color",
    "Option",
    "Scope",
    "Settings",
    "choices",
    "options_of",
    "toml",
]

DEFAULT_EXCLUDES = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    "__pycache__",
    "__pypackages__",
    "_build",
    "buck-out",
    "build",
    "dist",
    "node_modules",
    "venv",
)


class Color(enum.Enum):
    """When standard output and standard error are coloured."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Scope(enum.Enum):
    """Where an option can be set."""

    FILE = "file"  # by the configuration nearest to each source
    RUN = "run"  # by the configuration nearest to the current directory
    COMMAND = "command"  # on the command line only


@dataclass(frozen=True, slots=True)
class Option:
    """How an option is spelled and explained; `choices` are its only values where there are any."""

    text: str
    scope: Scope = Scope.RUN
    short: str = ""
    metavar: str = ""
    path: bool = False  # relative to the configuration file that holds it
    choices: tuple[str, ...] = ()
    panel: str = "Options"


def _about(text: str, *rest: Any, **more: Any) -> dict[str, Option]:
    return {"option": Option(text, *rest, **more)}


EXECUTORS = ("auto", "serial", "processes", "dask")
FORMATS = ("rich", "concise", "json", "jsonl", "sarif", "github", "gitlab", "diff")
_OUTPUT, _SOURCES, _RUNNING, _PROOF = "Output", "Sources", "Running", "Proof"


@dataclass(frozen=True)
class Settings:
    """What a run was asked to do: an option a field, its name in kebab case on the command line and in files."""

    registry: Registry = field(repr=False)

    dry_run: bool = field(
        default=False, metadata=_about("Show the changes, write nothing.", scope=Scope.COMMAND, short="-n")
    )
    check: bool = field(
        default=False, metadata=_about("Write nothing; exit 1 if something would change.", scope=Scope.COMMAND)
    )
    interactive: bool = field(
        default=False, metadata=_about("Ask about each rewrite.", scope=Scope.COMMAND, short="-i")
    )
    resume: bool = field(default=False, metadata=_about("Go on with a review that was stopped.", scope=Scope.COMMAND))
    level: Level = field(
        default=Level.RENAMES,
        metadata=_about("How far a rewrite may go from the program it replaces.", scope=Scope.FILE),
    )
    select: tuple[str, ...] = field(
        default=(), metadata=_about("Only these codemods or codes.", scope=Scope.FILE, metavar="NAMES")
    )
    ignore: tuple[str, ...] = field(
        default=(), metadata=_about("Not these codemods or codes.", scope=Scope.FILE, metavar="NAMES")
    )
    strict: bool = field(default=False, metadata=_about("Exit 4 if calls are left that a person must look at."))
    exit_zero: bool = field(default=False, metadata=_about("Exit 0 although something would change or is left."))
    since: str = field(
        default="", metadata=_about("Only statements changed since REV.", scope=Scope.COMMAND, metavar="REV")
    )
    baseline: str = field(
        default="", metadata=_about("Calls left that FILE names do not count.", path=True, metavar="FILE")
    )
    write_baseline: bool = field(
        default=False, metadata=_about("Write what is left to the --baseline file.", scope=Scope.COMMAND)
    )
    add_ignore: bool = field(
        default=False, metadata=_about("Put an ignore comment at what is left.", scope=Scope.COMMAND)
    )
    mark: bool = field(
        default=False, metadata=_about("Put a TODO comment at what a person must look at.", scope=Scope.COMMAND)
    )

    exclude: tuple[str, ...] = field(
        default=DEFAULT_EXCLUDES,
        metadata=_about("Skip these, not the usual ones.", scope=Scope.FILE, metavar="GLOBS", panel=_SOURCES),
    )
    extend_exclude: tuple[str, ...] = field(
        default=(), metadata=_about("Skip these besides.", scope=Scope.FILE, metavar="GLOBS", panel=_SOURCES)
    )
    force_exclude: bool = field(
        default=False, metadata=_about("Skip what is excluded even if it is named.", panel=_SOURCES)
    )
    max_size: int = field(
        default=5, metadata=_about("Refuse sources with more code; 0: none.", metavar="MB", panel=_SOURCES)
    )
    respect_gitignore: bool = field(default=True, metadata=_about("Skip what git ignores.", panel=_SOURCES))
    whole_project: bool = field(
        default=True, metadata=_about("Decide with the facts of the project around.", panel=_SOURCES)
    )
    stdin_filename: str = field(
        default="", metadata=_about("What `-` is called.", scope=Scope.COMMAND, metavar="FILE", panel=_SOURCES)
    )
    show_files: bool = field(
        default=False, metadata=_about("Show the sources and stop.", scope=Scope.COMMAND, panel=_SOURCES)
    )

    output_format: str = field(
        default="rich", metadata=_about("How findings are shown.", choices=FORMATS, panel=_OUTPUT)
    )
    output_file: str = field(
        default="", metadata=_about("Where they go.", short="-o", path=True, metavar="FILE", panel=_OUTPUT)
    )
    report: str = field(
        default="", metadata=_about("Write a page to look at.", path=True, metavar="FILE.html", panel=_OUTPUT)
    )
    statistics: bool = field(default=False, metadata=_about("Show how often each code was found.", panel=_OUTPUT))
    color: Color = field(default=Color.AUTO, metadata=_about("When to use colours.", panel=_OUTPUT))
    quiet: int = field(
        default=0,
        metadata=_about("Show less; twice: nothing but errors.", scope=Scope.COMMAND, short="-q", panel=_OUTPUT),
    )
    verbose: int = field(default=0, metadata=_about("Show more.", scope=Scope.COMMAND, short="-v", panel=_OUTPUT))

    verify: str = field(
        default="",
        metadata=_about("Write only if this program builds the same.", Scope.COMMAND, "", "SCRIPT", panel=_PROOF),
    )
    drop_failing: bool = field(
        default=False, metadata=_about("Write the rest if some rewrites fail.", scope=Scope.COMMAND, panel=_PROOF)
    )
    python: str = field(
        default="", metadata=_about("The interpreter to run the program with.", metavar="FILE", panel=_PROOF)
    )
    until: str = field(
        default="session",
        metadata=_about("How far it runs: session, exit or a function.", metavar="POINT", panel=_PROOF),
    )
    stub: tuple[str, ...] = field(
        default=(), metadata=_about("Stand in for these modules.", metavar="MODULES", panel=_PROOF)
    )
    stub_missing: bool = field(default=False, metadata=_about("Stand in for modules that are missing.", panel=_PROOF))
    timeout: int = field(default=300, metadata=_about("Seconds for each run.", metavar="SECONDS", panel=_PROOF))
    memory: int = field(default=8192, metadata=_about("Megabytes for each run.", metavar="MB", panel=_PROOF))
    map: str = field(
        default="", metadata=_about("Write the rename map.", Scope.COMMAND, "", "FILE", path=True, panel=_PROOF)
    )

    jobs: int = field(
        default=0, metadata=_about("How many processes (0: one a processor).", short="-j", metavar="N", panel=_RUNNING)
    )
    executor: str = field(default="auto", metadata=_about("Where the work is done.", choices=EXECUTORS, panel=_RUNNING))
    scheduler: str = field(  # what it answers is unpickled: no file of a stranger's project may name it
        default="",
        metadata=_about("The Dask scheduler's address.", scope=Scope.COMMAND, metavar="URL", panel=_RUNNING),
    )
    cache: bool = field(default=True, metadata=_about("Use facts of other runs, and keep these.", panel=_RUNNING))
    shard: str = field(
        default="", metadata=_about("Only the I-th of N parts.", scope=Scope.COMMAND, metavar="I/N", panel=_RUNNING)
    )
    config: str = field(
        default="", metadata=_about("Use this file.", scope=Scope.COMMAND, metavar="FILE", panel=_RUNNING)
    )
    isolated: bool = field(
        default=False, metadata=_about("Use no configuration file.", scope=Scope.COMMAND, panel=_RUNNING)
    )
    show_settings: bool = field(
        default=False, metadata=_about("Show the settings and stop.", scope=Scope.COMMAND, panel=_RUNNING)
    )

    values: Mapping[str, str] = field(default_factory=dict)  # the codemods' own options
    origin: str = ""  # the configuration file, if any
    finder: Callable[[str], Settings] | None = field(default=None, repr=False, compare=False)

    def near(self, directory: str) -> Settings:
        """The settings for the sources in `directory`. Raises `settings.SettingsError`."""
        return self.finder(os.path.abspath(directory)) if self.finder else self

    def policy(self, path: str) -> Policy:
        """What the configuration nearest to `path` asks of the engine."""
        return self.near(os.path.dirname(path)).own_policy()

    def own_policy(self) -> Policy:
        """What these settings ask of the engine, whatever the path."""
        codemods = self.registry.codemods
        rules = {rule.code: codemod.name for codemod in codemods for rule in codemod.rules}
        on = {code for code, name in rules.items() if not self.select or _named(self.select, code, name)}
        on -= {code for code, name in rules.items() if _named(self.ignore, code, name)}
        names = tuple(one.name for one in codemods if one.name not in self.ignore and on & {r.code for r in one.rules})
        values = {name: self.values.get(name, known[0]) for name, known in self.registry.options.items()}
        return Policy(names, frozenset(rules) - on, self.level, Options(values, frozenset(names), self.level))

    def to_toml(self, near: Settings | None = None) -> str:
        """These settings as a `migrate.toml` that would make them, those for each source as `near` has them."""
        near = near or self
        origins = dict.fromkeys((self.origin, near.origin))
        lines = ["# " + (", ".join(filter(None, origins)) or "no configuration file")]
        for name, (_, option) in options_of().items():
            if option.scope is not Scope.COMMAND:
                value = getattr(near if option.scope is Scope.FILE else self, name)
                key = name.replace("_", "-")
                lines.append(f"# {key} = {option.metavar}" if value == "" else f"{key} = {toml(value)}")
        values = near.own_policy().options.values
        return "\n".join([*lines, *(f"{name} = {toml(value)}" for name, value in values.items())]) + "\n"


def toml(value: object) -> str:
    """A value as TOML writes it."""
    import json  # noqa: PLC0415

    # A TOML string, number, truth value or list of them is written as in JSON.
    plain = value.value if isinstance(value, enum.Enum) else list(value) if isinstance(value, tuple) else value
    return json.dumps(plain, ensure_ascii=False)


def options_of() -> dict[str, tuple[dataclasses.Field[Any], Option]]:
    """The fields of `Settings` that are options, by name."""
    return {one.name: (one, one.metadata["option"]) for one in dataclasses.fields(Settings) if "option" in one.metadata}


def choices(one: dataclasses.Field[Any], option: Option) -> tuple[str, ...]:
    """The only values that an option takes, none where it takes any."""
    if isinstance(one.default, enum.Enum):
        return tuple(member.value for member in type(one.default))
    return option.choices


def _named(names: Sequence[str], code: str, codemod: str) -> bool:
    return any(name == codemod or code.startswith(name) for name in names)
