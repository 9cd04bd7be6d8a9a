"""What runs a module that a string names, and what strings can say: a name, a path, code that imports, parts of those.

The modules are named as an import would name them; one that ends in `?` stands for all whose names begin so:
`nets.?` for any module in a package, `nets.net_?` for some of them, `.?` for any beside the file that says so, and
`nets.??` for any that lies below, however deep.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

__all__ = [
    "ALL_BELOW",
    "ALL_IN",
    "HOLE",
    "LOADERS",
    "RUNNERS",
    "Front",
    "Runner",
    "Takes",
    "beneath",
    "front",
    "nameable",
]

ALL_IN = ".?"
ALL_BELOW = ".??"
HOLE = "\0"  # what is not known of a text: `nets.` and this for `"nets." + name`


class Takes(enum.Enum):
    """What the string is that a call runs a module by."""

    NAME = "name"
    FILE = "file"
    CODE = "code"
    EXPRESSION = "expression"  # code as well, which counts where it is known: nearly none of it imports anything
    FOLDER = "folder"  # in which modules are found


@dataclass(frozen=True, slots=True)
class Runner:
    """What a call takes, by which keyword and where; `main`: of a package it runs `__main__`."""

    takes: Takes
    keyword: str
    place: int = 0
    main: bool = False


RUNNERS: Mapping[str, Runner] = {
    "importlib.import_module": Runner(Takes.NAME, "name"),
    "importlib.util.find_spec": Runner(Takes.NAME, "name"),
    "importlib.__import__": Runner(Takes.NAME, "name"),
    "builtins.__import__": Runner(Takes.NAME, "name"),
    "runpy.run_module": Runner(Takes.NAME, "mod_name", main=True),
    "imp.find_module": Runner(Takes.NAME, "name"),
    "pydoc.locate": Runner(Takes.NAME, "path"),
    "pkgutil.resolve_name": Runner(Takes.NAME, "name"),
    "runpy.run_path": Runner(Takes.FILE, "path_name", main=True),
    "imp.load_source": Runner(Takes.FILE, "pathname", 1),
    "importlib.util.spec_from_file_location": Runner(Takes.FILE, "location", 1),
    "importlib.machinery.SourceFileLoader": Runner(Takes.FILE, "path", 1),
    "builtins.execfile": Runner(Takes.FILE, "filename"),
    "past.builtins.execfile": Runner(Takes.FILE, "filename"),
    "builtins.exec": Runner(Takes.CODE, "source"),
    "builtins.eval": Runner(Takes.EXPRESSION, "source"),
    "six.exec_": Runner(Takes.CODE, "_code_"),
    "pkgutil.iter_modules": Runner(Takes.FOLDER, "path"),
    "pkgutil.walk_packages": Runner(Takes.FOLDER, "path"),
}
# Methods that run what has been found elsewhere, as often as they are called.
LOADERS = frozenset({"exec_module", "load_module"})

_HOLES = re.compile(r"\$\{\w*\}|\$\w+|%(?:\(\w*\))?[-#0 +]*[\d.]*[a-zA-Z]|\{[^{}]*(?:\}|\Z)|\*+|\[[^\]]*\]")
_HOLDING = frozenset("$%{*[")
_WORDS = re.compile(rf"[\w.{HOLE}]*[\w{HOLE}.]")
_PATH = re.compile(rf"[\w./{HOLE}-]+")
_FILE = re.compile(r"(.*)\.(?:py|ipynb)", re.DOTALL)
_OBJECT = re.compile(r"([\w.]+):[\w.]+")  # `nets.a:make`
# `from nets import (a, b)`, `import nets.a as x, b`; the last may break off behind any of its words.
_FROM = re.compile(rf"(?:^|[\n;:])[ \t]*from[ \t]+([.\w{HOLE}]*)[ \t]*(?:\bimport\b[ \t]*(\([^)]*\)?|[^\n;]*)|\Z)")
_IMPORT = re.compile(r"(?:^|[\n;:])[ \t]*import\b(?:[ \t]+([^\n;]*)|\Z)")
_LONGEST = 300  # characters of a name or a path
_MOST = 10_000  # names that are put together of two others


@dataclass(slots=True)
class _Said:
    """What some texts say, each as the name of a module; dictionaries keep the order."""

    names: dict[str, None] = field(default_factory=dict)  # `nets.a`, `.a`
    fronts: dict[str, None] = field(default_factory=dict)  # `nets.?` of `nets.`
    files: dict[str, None] = field(default_factory=dict)  # of paths that end as a file does, those with holes as well
    imported: dict[str, None] = field(default_factory=dict)  # by code
    asks: bool = False  # code imports a module whose name stands elsewhere: `"import " + name`
    ends: bool = False  # a path is put together: `name + ".py"`
    dots: bool = False  # a name may be: `".".join(parts)`


def nameable(
    texts: Iterable[str],
    *,
    by_name: bool,
    folders: str = "",
    main: bool = False,
    is_package: Callable[[str], bool] = lambda _: True,
) -> Iterator[str]:
    """The modules that texts can name, alone or together: by what takes modules' names, else by what runs text.

    `folders`: of a package that a text names, what this says is meant. `main`: so is its `__main__`.
    """
    said = _Said()
    for text in texts:
        _read(text, said)
    by_name |= said.asks
    yield from said.imported
    yield from said.files
    if by_name or said.ends or folders:
        yield from said.names
        yield from (one.rpartition(".")[0] for one in said.names if "." in one.strip("."))  # `nets.a.make`
        yield from said.fronts
    if main:
        yield from (f"{name}.__main__" for name in said.names)
    inner = [one for one in (*said.names, *said.fronts) if one.startswith(".")] if by_name or said.ends else []
    if said.asks:  # `"from " + package + " import a"`
        inner += [f".{one}" for one in said.imported if "." not in one]
    parts = folders or (ALL_IN if said.ends or (said.dots and by_name) else "")
    packages = [name for name in said.names if not name.startswith(".") and is_package(name)]
    yield from _together(packages, inner, [*said.files], parts)


def _together(packages: list[str], inner: list[str], files: list[str], parts: str) -> Iterator[str]:
    """What a text that names a package makes together with another: `"nets"` and `".a"`, `"nets"` and `"a.py"`."""
    if len(packages) * (len(inner) + len(files)) > _MOST:
        yield from (f"{package}{ALL_BELOW}" for package in packages)
        return
    for package in packages:
        yield from (beneath(one, package) for one in inner)
        yield from (f"{package}.{one}" for one in files)
        if parts:
            yield f"{package}{parts}"


def beneath(relative: str, package: str) -> str:
    """What a relative name means in a package: `nets.a` for `.a` in `nets`, `a` for `..a`."""
    name = relative.lstrip(".")
    above = len(relative) - len(name) - 1
    parts = package.split(".")
    return ".".join([*parts[: max(0, len(parts) - above)], name])


@dataclass(frozen=True, slots=True)
class Front:
    """A name that ends in `?`: the package, what its modules begin with, and whether any depth is meant.

    Without a package it is any module that lies beside the file, or above it.
    """

    package: str
    begins: str
    deep: bool


def front(name: str) -> Front:
    """Takes a name that ends in `?` apart."""
    rest = name.lstrip(".")
    dots = name[: len(name) - len(rest)]
    package, _, begins = rest.rstrip("?").rpartition(".")
    return Front(dots + package, begins, name.endswith("??"))


def _read(text: str, said: _Said) -> None:
    """Takes down what one text says."""
    if "import" in text or "from" in text:
        _read_code(text.replace("\\\n", " "), said)
    if not text or len(text) > _LONGEST:
        return
    if not _HOLDING.isdisjoint(text):
        text = _HOLES.sub(lambda found: HOLE * (1 + (found[0] == "**")), text)
    if text.strip(".") == "":
        said.dots = True
    elif found := _FILE.fullmatch(text):
        _read_file(found[1], said)
    elif "/" in text:
        said.fronts.update(dict.fromkeys(_in_folders(text)))
    elif _WORDS.fullmatch(text):
        _read_name(text, said)
    elif found := _OBJECT.fullmatch(text):
        said.names[found[1]] = None


def _read_name(text: str, said: _Said) -> None:
    """A dotted name, or its front: `nets.`, `nets.{}`, `net_`, `.{}`; what stands before a dot may be a package."""
    text = text.lstrip(HOLE) if text.lstrip(HOLE).startswith(".") else text
    known, hole, _ = text.partition(HOLE)
    if known and (hole or known.endswith((".", "_"))):
        said.fronts[f"{known}?"] = None
    if not hole and known.strip("."):
        said.names[known.rstrip(".")] = None


def _read_file(stem: str, said: _Said) -> None:
    """The path of a file without its end."""
    said.ends |= not stem.strip(HOLE + "./") or ("/" not in stem and stem.startswith(("_", "-")))
    said.files.update(dict.fromkeys(_in_folders(stem)))


def _in_folders(path: str) -> Iterator[str]:
    """The module that a path names, or the front of its name; of what stands before it nothing need be known."""
    if not _PATH.fullmatch(path):
        return
    parts = path.split("/")
    beside = parts[0] in (".", "..")
    while parts and (HOLE in parts[0] or parts[0] in ("", ".", "..")) and len(parts) > 1:
        parts = parts[1:]
    known: list[str] = []
    while parts and parts[0] and HOLE not in parts[0]:
        known.append(parts.pop(0))
    begins = parts[0].partition(HOLE)[0] if parts else ""
    if not parts:
        yield ".".join(known)
    elif known or begins or beside:
        yield ".".join([*known, begins]) + ("??" if HOLE * 2 in path else "?")


def _read_code(text: str, said: _Said) -> None:
    """The import statements of code, with holes for what is put in."""
    if not _HOLDING.isdisjoint(text):
        text = _HOLES.sub(lambda found: found[0] if found[0][0] in "*[" else HOLE, text)
    for found in _FROM.finditer(text):
        _read_from(found[1], found[2], said)
    for found in _IMPORT.finditer(text):
        names = [*_items(found[1] or "")]
        said.asks |= not names or any(name.startswith(HOLE) for name in names)
        said.imported.update(dict.fromkeys(filter(None, map(_whole, names))))


def _read_from(base: str, clause: str | None, said: _Said) -> None:
    """One `from base import a, b`, of which what is imported may be missing."""
    names = [*_items(clause or "")]
    breaks_off = clause is not None and (not clause.strip() or clause.rstrip().endswith(","))
    if not base or base.startswith(HOLE):
        said.asks = True
        said.names.update(dict.fromkeys(f".{name}" for name in names if HOLE not in name))
        said.dots |= breaks_off or any(HOLE in name for name in names)
        return
    package = _whole(base)
    if clause is None:
        said.fronts.update(dict.fromkeys([package, f"{base.rstrip('.')}{ALL_IN}"] if base.strip(".") else []))
        return
    said.imported[package] = None
    if not package.endswith("?"):
        inside = base if base.endswith(".") else f"{base}."
        found = [*names, HOLE] if breaks_off else names
        said.imported.update(dict.fromkeys(f"{inside}?" if HOLE in name else f"{inside}{name}" for name in found))


def _items(clause: str) -> Iterator[str]:
    """The names in `a as b, c`, without what is none, as `*` is."""
    for item in clause.strip("() \t\n").split(","):
        words = item.split()
        if words and _WORDS.fullmatch(words[0]):
            yield words[0]


def _whole(name: str) -> str:
    """A name as it is, or with a `?` for what is not known of it; nothing where that is all."""
    known, hole, _ = name.partition(HOLE)
    return f"{known}?" if hole and known else known
