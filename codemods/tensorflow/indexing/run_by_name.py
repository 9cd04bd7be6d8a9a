"""Modules that a call runs by a name in a string, as far as it is known: `import_module("nets." + name)`, `exec`.

What the call's own arguments do not tell may be any of the strings of the file.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from codemods.tensorflow.indexing.bodies import behind
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.text import Text
from migrate.syntax.calls import keyword_or_place
from migrate.syntax.module import Module
from migrate.syntax.names import resolve
from migrate.syntax.run_names import ALL_BELOW, ALL_IN, HOLE, RUNNERS, Runner, Takes, beneath, nameable
from migrate.syntax.walk import CallSite, Scope

__all__ = ["run_modules"]

_QUOTES = re.compile(r"[\"']+")
_OWN = frozenset({"__name__", "__package__", "__file__", "__path__"})
_MOST_STEPS = 12  # from what is run to where its path is written
_PLACES = frozenset({"join", "joinpath", "Path", "PurePath"})
_SAME = frozenset({"abspath", "realpath", "expanduser", "normpath", "str", "open", "compile", "fspath", "read_file"})


def run_modules(module: Module, site: CallSite, called: str, callees: Callees) -> Iterator[str]:
    """The modules that a call runs, as an import would name them."""
    runner = RUNNERS[called]
    given = keyword_or_place(site.node, runner.keyword, runner.place)
    read = _Reading(module, site, callees, runner)
    match runner.takes:
        case Takes.NAME:
            found = read.by_name(given) if called.endswith("_module") or given is None else read.listed(given)
        case Takes.FILE:
            found = read.by_path(given)
        case Takes.CODE | Takes.EXPRESSION:
            found = read.by_code(given)
        case Takes.FOLDER:
            found = read.in_folders(given, ALL_BELOW if called.endswith("walk_packages") else ALL_IN)
    yield from found


class _Reading:
    """Reads what one call is given."""

    def __init__(self, module: Module, site: CallSite, callees: Callees, runner: Runner) -> None:
        self.call, self.scope, self.callees = site.node, site.scope, callees
        self.strings = module.walk.strings
        self.main, self.only_known = runner.main, runner.takes is Takes.EXPRESSION

    def by_name(self, given: ast.expr | None) -> Iterator[str]:
        """What a dotted name means, a relative one in the package that the call names."""
        names = [*self._named(given)]
        packages = self._packages(keyword_or_place(self.call, "package", 1))
        if not names or (packages is None and any(name.startswith(".") for name in names)):
            yield from nameable(self.strings, by_name=True, main=self.main)
        for name in names:
            yield name
            if self.main and not name.endswith("?"):
                yield f"{name}.__main__"
            if name.startswith("."):
                yield from (beneath(name, package) for package in packages or ())

    def _named(self, given: ast.expr | None) -> Iterator[str]:
        """The names that an expression is known to be, or the front of them; none where a part in front is missing."""
        text = self.callees.text(given, self.scope) if given is not None else None
        if text is None:
            return
        if text.parts and not isinstance(text.parts[0], str) and not text.texts and not self._is_own(given):
            return
        yield from nameable(text.texts or [_with_holes(text)], by_name=True)

    def _is_own(self, given: ast.expr | None) -> bool:
        """Whether an expression begins with the name of its own module or package: `__name__ + "." + name`."""
        return given is not None and any(isinstance(one, ast.Name) and one.id in _OWN for one in ast.walk(given))

    def _packages(self, given: ast.expr | None) -> list[str] | None:
        """The packages that relative names are relative to, none for the file's own; None where nobody knows."""
        if given is None or self._is_own(behind(given, self.scope)):
            return []
        return [*self.callees.text(given, self.scope).texts] or None

    def listed(self, given: ast.expr) -> Iterator[str]:
        """What `__import__` names, and what it takes from there: `__import__("nets", fromlist=["a"])`."""
        level = keyword_or_place(self.call, "level", 4)
        dots = "." * level.value if isinstance(level, ast.Constant) and isinstance(level.value, int) else ""
        listed = keyword_or_place(self.call, "fromlist", 3)
        text = self.callees.text(given, self.scope)
        names = [f"{dots}{name}" for name in text.texts or ([""] if dots and text.parts == () else [])]
        if not names:
            names = [*self._named(given)]
        if not names or (level is not None and not dots and getattr(level, "value", 0) != 0):
            yield from nameable(self.strings, by_name=True, folders=ALL_IN if listed is not None else "")
        for name in names:
            yield name
            if listed is not None and not name.endswith("?"):
                yield from _inside(name, listed)

    def by_path(self, given: ast.expr | None) -> Iterator[str]:
        """What the path of a file means."""
        text = self._path(given, self.scope) if given is not None else HOLE
        found = [*nameable([text], by_name=False, main=self.main)]
        yield from found or nameable(self.strings, by_name=False, main=self.main)

    def by_code(self, given: ast.expr | None) -> Iterator[str]:
        """What code imports, or the file whose text it is."""
        known = self.callees.text(given, self.scope) if given is not None else None
        if known is not None and known.texts:
            pieces = [piece for text in known.texts for piece in (text, *_QUOTES.split(text))]
            yield from nameable(pieces, by_name=any("import_module" in text or "__import__" in text for text in pieces))
            return
        if self.only_known:
            return
        own = [one.value for one in ast.walk(self.call) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        path = self._path(given, self.scope) if given is not None else HOLE
        found = [*nameable([path], by_name=False)] or [*nameable(own, by_name=False)]
        if not found or "import" in path:  # of which the rest may stand elsewhere
            yield from nameable([path, *self.strings], by_name=False)
        yield from found

    def in_folders(self, given: ast.expr | None, all_of: str) -> Iterator[str]:
        """The modules of the packages that a call goes through: `pkgutil.iter_modules(nets.__path__)`."""
        value = behind(given, self.scope) if given is not None else None
        parts = [*ast.walk(value)] if value is not None else []
        found = False
        for one in parts:
            match one:
                case ast.Attribute(value=package, attr="__path__") if dotted := resolve(package, self.scope):
                    found = True
                    yield f"{dotted}{all_of}"
                case ast.Name(id="__path__" | "__file__"):
                    found = True
                    yield all_of
                case ast.Constant(value=str() as text):
                    found = True
                    yield from nameable([text], by_name=True, folders=all_of)
        if not found:
            yield all_of
            yield from nameable(self.strings, by_name=True, folders=all_of)

    def _path(self, node: ast.expr, scope: Scope, steps: int = 0) -> str:
        """The path that an expression is, or that of the file whose text it is, with holes."""
        known = self.callees.text(node, scope)
        if known.tells:
            return known.literal or _with_holes(known)
        if steps >= _MOST_STEPS:
            return HOLE

        def path(part: ast.expr) -> str:
            return self._path(part, scope, steps + 1)

        match node:
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return f"{path(left)}/{path(right)}"
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return f"{path(left)}{path(right)}"
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[_, *_] as parts) if name in _PLACES:
                return "/".join(map(path, parts))
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[first, *_]) if name in _SAME:
                return path(first)
            case ast.Call(func=ast.Attribute(value=held)):  # `.read()`, `.resolve()`, `open(...)` of a path
                return path(held)
            case ast.Name(id=name) if found := scope.find(name):
                values = [one.value or one.context for one in found[1]]
                return self._path(values[0], found[0], steps + 1) if len(values) == 1 and values[0] else HOLE
        return HOLE


def _with_holes(text: Text) -> str:
    return "".join(part if isinstance(part, str) else HOLE for part in text.parts)


def _inside(package: str, listed: ast.expr) -> Iterator[str]:
    """What a list of names may take from a package; all where it does not show them."""
    items: Iterable[ast.expr | None] = listed.elts if isinstance(listed, ast.List | ast.Tuple) else [None]
    dot = "" if package.endswith(".") else "."
    for item in items:
        known = isinstance(item, ast.Constant) and isinstance(item.value, str) and item.value not in ("", "*")
        yield f"{package}{dot}{item.value}" if known else f"{package}{dot}?"  # type: ignore[union-attr]
