"""Options, environment variables and configuration files to `Settings`, the first before the next.

An unknown key is an error that names the nearest known one; a value that cannot be used is one that says where it
stands and what is possible.
"""

from __future__ import annotations

import enum
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from migrate.options import Color, Scope, Settings, options_of
from migrate.paths.recent import Recent
from migrate.registry import Registry

__all__ = ["Color", "Settings", "SettingsError", "check_filled", "load", "nearest", "parse", "variable"]

FILES = ("migrate.toml", "pyproject.toml")
_TRUTH = dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(("0", "false", "no", "off"), False)
_NUMBER = re.compile(r"[0-9]{1,18}")


class SettingsError(Exception):
    """A setting that cannot be used; the message is one line that says where it stands and what is possible."""


def load(registry: Registry, given: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of a run in the current directory.

    They come from what was `given` as options, from the variables of `environ`, none by default, and from files.
    Raises `SettingsError`.
    """
    clash = set(registry.options) & set(options_of())
    if clash:
        raise SettingsError(f"a codemod's option is called {clash.pop()}, as one of migrate's own")
    if given.get("config") and given.get("isolated"):
        raise SettingsError("--config and --isolated exclude each other")
    return _Finder(registry, dict(given), environ or {}).at(os.getcwd())


def check_filled(words: Sequence[str], where: str, metavar: str) -> None:
    """A variable of a script that nobody has set, as in `--shard "$PART"`, must not mean the whole tree.

    Raises `SettingsError` naming `where` it was set, unless there is something but blanks in one of the words.
    """
    if words and not any(word.strip() for word in words):
        raise SettingsError(f"{where} is empty: leave it out, or say {metavar}")


def variable(name: str) -> str:
    """The environment variable that sets an option."""
    return f"MIGRATE_{name.upper()}"


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?` for the known word most like `word`, nothing where none is like it."""
    import difflib  # noqa: PLC0415

    found = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {found[0]}?" if found else ""


class _Finder:
    """Finds the configuration nearest to a directory."""

    def __init__(self, registry: Registry, given: dict[str, Any], environ: Mapping[str, str]) -> None:
        self._registry = registry
        self._given = given
        self._environ = environ
        self._known: Recent[str, Settings] = Recent()
        self._default: Settings | None = None
        config = self._named = given.get("config") or ("" if given.get("isolated") else environ.get(variable("config")))
        if config:
            self._default = self._settings(config, _table(config, required=True) or {})
        elif given.get("isolated"):
            self._default = self._settings("", {})

    def at(self, directory: str) -> Settings:
        """The settings of the nearest file in `directory` or above it. Raises `SettingsError`."""
        if self._default is not None:
            return self._default
        below: list[str] = []  # directories without a file of their own
        while (settings := self._known.get(directory) or self._own(directory)) is None:
            below.append(directory)
            directory = os.path.dirname(directory)
        for one in (directory, *below):
            self._known[one] = settings
        return settings

    def _own(self, directory: str) -> Settings | None:
        """The settings of the file in a directory, if there is one; at the root those that hold without any."""
        for name in FILES:
            path = os.path.join(directory, name)
            table = _table(path)
            if table is not None:
                return self._settings(path, table)
        return self._settings("", {}) if os.path.dirname(directory) == directory else None

    def _settings(self, path: str, table: Mapping[str, Any]) -> Settings:
        root = os.path.dirname(os.path.abspath(path)) if path else os.getcwd()
        shown = os.path.relpath(path) if path else ""
        merged: dict[str, Any] = {}
        for key, value in table.items():
            name = key.replace("-", "_")
            _known_key(key, self._registry, shown)
            merged[name] = _checked(name, value, self._registry, f"{shown}: {key}", root)
            if not self._named and name in options_of() and options_of()[name][1].path:
                _check_inside(name, merged[name], f"{shown}: {key}", root)
        for name, text in self._environment():
            value = _value_of(text, name)
            merged[name] = _checked(name, value, self._registry, variable(name), os.getcwd())
        for name, value in self._given.items():
            merged[name] = _checked(name, value, self._registry, f"--{name.replace('_', '-')}", os.getcwd())
        values = {name: merged.pop(name) for name in self._registry.options if name in merged}
        settings = Settings(self._registry, values=values, origin=shown, finder=self.at, **merged)
        _check_names(settings, shown)
        return settings

    def _environment(self) -> Iterator[tuple[str, str]]:
        """The options that variables set, and to what; an empty variable sets nothing."""
        names = [name for name, (_, one) in options_of().items() if one.scope is not Scope.COMMAND]
        for name in (*names, *self._registry.options):
            if text := self._environ.get(variable(name)):
                yield name, text


def _value_of(text: str, name: str) -> Any:
    """What the text of a variable stands for; what it cannot stand for is left to be refused."""
    default = options_of()[name][0].default if name in options_of() else ""
    match default:
        case bool():
            return _TRUTH.get(text.lower(), text)
        case int():
            return int(text) if _NUMBER.fullmatch(text) else text
    return text


def _table(path: str, *, required: bool = False) -> dict[str, Any] | None:
    """The `[tool.migrate]` of a `pyproject.toml`, the whole of any other file; None where there is none."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        if required:
            raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
        return None
    except PermissionError as error:
        if not required and not os.path.lexists(path):  # the directory cannot be searched
            return None
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    is_project = os.path.basename(path) == "pyproject.toml"
    if is_project and not required and b"migrate" not in data:
        return None
    table = parse(path, data)
    if not is_project:
        return table
    tools = table.get("tool")
    own = tools.get("migrate") if isinstance(tools, dict) else None
    if own is not None and not isinstance(own, dict):
        raise SettingsError(f"{os.path.relpath(path)}: tool.migrate must be a table, not {own!r}")
    return {} if own is None and required else own


def parse(path: str, data: bytes) -> dict[str, Any]:
    """The tables of a TOML file. Raises `SettingsError`."""
    try:
        import tomllib  # noqa: PLC0415
    except ImportError:  # Python 3.10
        import tomli as tomllib  # type: ignore[no-redef,import-not-found,unused-ignore]  # noqa: PLC0415
    try:
        table: dict[str, Any] = tomllib.loads(data.decode("utf-8-sig"))
    except RecursionError as error:
        raise SettingsError(f"{os.path.relpath(path)} is not valid TOML: it is nested too deeply") from error
    except ValueError as error:  # what is no TOML, no UTF-8, or a number of more digits than Python converts
        raise SettingsError(f"{os.path.relpath(path)} is not valid TOML: {error}") from error
    return table


def _known_key(key: str, registry: Registry, shown: str) -> None:
    known = [name.replace("_", "-") for name, (_, one) in options_of().items() if one.scope is not Scope.COMMAND]
    known += registry.options
    if key in known:
        return
    if key == "tool":
        hint = "; the keys stand in this file without a heading, [tool.migrate] is for pyproject.toml"
    elif "_" not in key and key.replace("-", "_") in options_of():
        hint = " (it is an option of the command line only)"
    else:
        hint = nearest(key, known)
    raise SettingsError(f"{shown}: unknown key {key}{hint}")


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
            words = _words(value, where, option.metavar)
            return tuple(_anchored(word, root) for word in words) if "exclude" in name else words
    if not isinstance(value, str) or "\0" in value:
        raise SettingsError(f"{where} must be a string, not {value!r}")
    if option.choices:
        return _choice(value, option.choices, where)
    check_filled((value,), where, option.metavar)
    if not option.path or value == "-" or os.path.isabs(value):
        return value
    return os.path.relpath(os.path.join(root, value))


def _check_inside(name: str, value: str, where: str, root: str) -> None:
    """A file that was found, maybe in a stranger's project, may have nothing written outside of its directory."""
    if value == "-":
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


def _words(value: Any, where: str, metavar: str) -> tuple[str, ...]:
    """The words of a list; `[]` has none. What only looks like some, `""`, may be a variable that nobody has set."""
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise SettingsError(f"{where} must be a list of strings, not {value!r}")
    words = [word.strip() for one in value for word in one.split(",")]
    check_filled(words, where, metavar)
    return tuple(filter(None, words))


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
