"""Options and configuration files to `Settings`; an unknown key is an error that names the nearest known one.

`Settings` is the table of all options: the command line, the configuration keys, the environment variables and
`--show-settings` are read off its fields.
"""

from __future__ import annotations

import dataclasses
import enum
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrate.codemod import Options
from migrate.model import Level
from migrate.registry import Registry
from migrate.settle import Policy

__all__ = [
    "DEFAULT_EXCLUDES",
    "Color",
    "Option",
    "Scope",
    "Settings",
    "SettingsError",
    "choices",
    "load",
    "nearest",
    "options_of",
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
FILES = ("migrate.toml", "pyproject.toml")


class SettingsError(Exception):
    """A setting that cannot be used; the message is one line that says where it stands and what is possible."""


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
    max_size: int = field(default=5, metadata=_about("Refuse sources with more code.", metavar="MB", panel=_SOURCES))
    respect_gitignore: bool = field(default=True, metadata=_about("Skip what git ignores.", panel=_SOURCES))
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
    finder: _Finder | None = field(default=None, repr=False, compare=False)

    def near(self, directory: str) -> Settings:
        """The settings for the sources in `directory`. Raises `SettingsError`."""
        return self.finder.at(os.path.abspath(directory)) if self.finder else self

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

    def to_toml(self) -> str:
        """These settings as a `migrate.toml` that would make them."""
        lines = [f"# {self.origin}" if self.origin else "# no configuration file"]
        for name, (_, option) in options_of().items():
            if option.scope is not Scope.COMMAND:
                lines.append(f"{name.replace('_', '-')} = {_toml(getattr(self, name))}")
        values = self.own_policy().options.values
        return "\n".join([*lines, *(f"{name} = {_toml(value)}" for name, value in values.items())]) + "\n"


def _toml(value: object) -> str:
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


def load(registry: Registry, given: Mapping[str, Any]) -> Settings:
    """The settings of a run in the current directory, from what was `given` as options. Raises `SettingsError`."""
    clash = set(registry.options) & set(options_of())
    if clash:
        raise SettingsError(f"a codemod's option is called {clash.pop()}, as one of migrate's own")
    return _Finder(registry, dict(given)).at(os.getcwd())


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?` for the known word most like `word`, nothing where none is like it."""
    import difflib  # noqa: PLC0415

    found = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {found[0]}?" if found else ""


def _named(names: Sequence[str], code: str, codemod: str) -> bool:
    return any(name == codemod or code.startswith(name) for name in names)


class _Finder:
    """Finds the configuration nearest to a directory; each file is read once, each directory looked at once."""

    def __init__(self, registry: Registry, given: dict[str, Any]) -> None:
        self._registry = registry
        self._given = given
        self._known: dict[str, Settings] = {}
        self._default: Settings | None = None
        if given.get("config"):
            self._default = self._settings(given["config"], _table(given["config"], required=True) or {})
        elif given.get("isolated"):
            self._default = self._settings("", {})

    def at(self, directory: str) -> Settings:
        """The settings of the nearest file in `directory` or above it. Raises `SettingsError`."""
        if self._default is not None:
            return self._default
        if directory not in self._known:
            self._known[directory] = self._find(directory)
        return self._known[directory]

    def _find(self, directory: str) -> Settings:
        for name in FILES:
            path = os.path.join(directory, name)
            table = _table(path)
            if table is not None:
                return self._settings(path, table)
        parent = os.path.dirname(directory)
        return self.at(parent) if parent != directory else self._settings("", {})

    def _settings(self, path: str, table: Mapping[str, Any]) -> Settings:
        root = os.path.dirname(os.path.abspath(path)) if path else os.getcwd()
        shown = os.path.relpath(path) if path else ""
        merged: dict[str, Any] = {}
        for key, value in table.items():
            name = key.replace("-", "_")
            _known_key(key, self._registry, shown)
            merged[name] = _checked(name, value, self._registry, f"{shown}: {key}", root)
            if not self._given.get("config"):
                _check_inside(name, merged[name], f"{shown}: {key}", root)
        for name, value in self._given.items():
            merged[name] = _checked(name, value, self._registry, f"--{name.replace('_', '-')}", os.getcwd())
        values = {name: merged.pop(name) for name in self._registry.options if name in merged}
        settings = Settings(self._registry, values=values, origin=shown, finder=self, **merged)
        _check_names(settings, shown)
        return settings


def _table(path: str, *, required: bool = False) -> dict[str, Any] | None:
    """The `[tool.migrate]` of a `pyproject.toml`, the whole of any other file; None where there is none."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError) as error:
        if required:
            raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
        return None
    is_project = os.path.basename(path) == "pyproject.toml"
    if is_project and not required and b"migrate" not in data:
        return None
    table = _parse(path, data)
    if not is_project:
        return table
    own = table.get("tool", {}).get("migrate")
    return own if isinstance(own, dict) else {} if required else None


def _parse(path: str, data: bytes) -> dict[str, Any]:
    try:
        import tomllib  # noqa: PLC0415
    except ImportError:  # Python 3.10
        import tomli as tomllib  # type: ignore[no-redef,import-not-found,unused-ignore]  # noqa: PLC0415
    try:
        table: dict[str, Any] = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{os.path.relpath(path)} is not valid TOML: {error}") from error
    return table


def _known_key(key: str, registry: Registry, shown: str) -> None:
    known = [name.replace("_", "-") for name, (_, one) in options_of().items() if one.scope is not Scope.COMMAND]
    known += registry.options
    if key not in known:
        alone = " (it is an option of the command line only)" if key.replace("-", "_") in options_of() else ""
        raise SettingsError(f"{shown}: unknown key {key}{alone or nearest(key, known)}")


def _checked(name: str, value: Any, registry: Registry, where: str, root: str) -> Any:
    """The value of one option in its own type. Raises `SettingsError` naming `where` it was set."""
    if name in registry.options:
        return _choice(value, registry.options[name], where)
    one, option = options_of()[name]
    match one.default:
        case enum.Enum():
            kind = type(one.default)
            return kind(_choice(getattr(value, "value", value), [member.value for member in kind], where))
        case bool() | int():
            return _number(value, type(one.default), where)
        case tuple():
            words = _words(value, where)
            return tuple(_anchored(word, root) for word in words) if "exclude" in name else words
    if not isinstance(value, str):
        raise SettingsError(f"{where} must be a string, not {value!r}")
    if option.choices:
        return _choice(value, option.choices, where)
    return os.path.relpath(os.path.join(root, value)) if option.path and value and value != "-" else value


def _check_inside(name: str, value: Any, where: str, root: str) -> None:
    """A file that was found, maybe in a stranger's project, may have nothing written outside of its directory."""
    if name not in options_of() or not options_of()[name][1].path or value in ("", "-"):
        return
    real, root = os.path.realpath(value), os.path.realpath(root)
    below = real.startswith(os.path.join(root, ""))
    if not below or ".git" in real[len(root) :].casefold().split(os.sep):
        raise SettingsError(f"{where} leads out of its project to {real}; --{name.replace('_', '-')} may do that")


def _choice(value: Any, known: Sequence[str], where: str) -> str:
    if value in known:
        return str(value)
    raise SettingsError(f"{where} must be one of {', '.join(known)}, not {value!r}{nearest(str(value), known)}")


def _number(value: Any, kind: type, where: str) -> Any:
    if isinstance(value, bool) is (kind is bool) and isinstance(value, int) and (kind is bool or value >= 0):
        return value
    wanted = "true or false" if kind is bool else "a whole number, 0 or more"
    raise SettingsError(f"{where} must be {wanted}, not {value!r}")


def _words(value: Any, where: str) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise SettingsError(f"{where} must be a list of strings, not {value!r}")
    return tuple(word.strip() for one in value for word in one.split(",") if word.strip())


def _anchored(pattern: str, root: str) -> str:
    """A glob with a `/` in it stands for paths below `root`, one without for a name at any depth."""
    bare = pattern.rstrip("/")
    below = bare.startswith(root.rstrip("/") + "/")
    return bare if "/" not in bare or below else os.path.normpath(os.path.join(root, bare.removeprefix("/")))


def _check_names(settings: Settings, shown: str) -> None:
    """Every name in select and ignore has to mean something."""
    codes = [code for codemod in settings.registry.codemods for code in (rule.code for rule in codemod.rules)]
    names = [codemod.name for codemod in settings.registry.codemods]
    for key in ("select", "ignore"):
        for word in getattr(settings, key):
            if word not in names and not any(code.startswith(word) for code in codes):
                where = f"{shown}: {key}" if shown else f"--{key}"
                raise SettingsError(f"{where}: unknown codemod or code {word}{nearest(word, [*names, *codes])}")
