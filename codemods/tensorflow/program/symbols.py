"""What a dotted name means over all files of a run: functions, classes and methods, through re-exports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import groupby

from codemods.tensorflow.facts import Callee, CalleeKind
from codemods.tensorflow.program.imports import Imports
from migrate.syntax.modules import parts_of
from migrate.syntax.names import STAR

__all__ = ["Symbols"]

_MAX_REEXPORTS = 6

_Name = tuple[str, str]  # a dotted name, and the file that spells it so
_Meaning = tuple[str, Callee]  # a definition, and the file that has it


class Symbols:
    """Resolves dotted names; where several meanings are possible, all of them are given."""

    def __init__(self, imports: Imports) -> None:
        self.imports = imports
        self.files = imports.files
        self._found: dict[_Name, list[_Meaning]] = {}
        self._stars: dict[str, list[tuple[str, list[str]]]] = {}
        self._closures: dict[str, frozenset[str]] = {}

    def find(self, dotted: str, origin: str) -> list[_Meaning]:
        """What a dotted name means in file `origin`, with the files: a method as `METHOD` of a class's index."""
        known = self._found.get((dotted, origin))
        if known is None:
            known = self._found[dotted, origin] = self._follow((one, origin) for one in self._spellings(dotted, origin))
        return known

    def at_top(self, name: str, path: str) -> list[_Meaning]:
        """What the top level of a file may have under a name, its own and what it imports."""
        own, passed_on = self._member(path, [name])
        return [*own, *self._follow(passed_on)]

    def all_at_top(self, path: str) -> Iterator[_Meaning]:
        """What the top level of a file may have under any name, its own and what it imports, by stars as well."""
        tops = (self.files[one].top for one in sorted(self._reached(path)))
        names = dict.fromkeys(name for top in tops for name in (*top.functions, *top.imports, *top.aliases))
        yield from (meaning for name in names if name != STAR for meaning in self.at_top(name, path))

    def holds(self, dotted: str, origin: str) -> bool:
        """Whether a dotted name is one that some file assigns what may be a function."""
        return any(self.holding(dotted, origin))

    def holding(self, dotted: str, origin: str) -> Iterator[str]:
        """The files that assign a dotted name what may be a function, or an object."""
        readings = (one for name in self._spellings(dotted, origin) for one in self.imports.readings(name, origin))
        return (path for path, names in readings if len(names) == 1 and names[0] in self.files[path].top.held)

    def classes(self, callee: Callee, path: str) -> list[tuple[str, int]]:
        """The classes, as files and indices, that a callee of file `path` can be."""
        found: list[_Meaning] = []
        if callee.kind is CalleeKind.CLASS:
            return [(path, callee.index)]
        if callee.kind is CalleeKind.IMPORTED:
            found = self.find(callee.name, path)
        elif callee.kind is CalleeKind.ATTRIBUTE and callee.receiver is None:  # one of several of that name
            found = self.at_top(callee.name, path)
        return [(owner, one.index) for owner, one in found if one.kind is CalleeKind.CLASS]

    def _follow(self, names: Iterable[_Name]) -> list[_Meaning]:
        """The definitions that some names lead to, each name followed once: modules may import each other's stars."""
        fresh = dict.fromkeys(names)
        seen: set[_Name] = set()
        found: dict[_Meaning, None] = {}
        for _ in range(_MAX_REEXPORTS):
            seen.update(fresh)
            read = [self._read(*one) for one in fresh]
            found.update(dict.fromkeys(one for own, _ in read for one in own))
            fresh = dict.fromkeys(one for _, passed_on in read for one in passed_on if one not in seen)
        return list(found)

    def _read(self, dotted: str, origin: str) -> tuple[list[_Meaning], list[_Name]]:
        """What the module that a dotted name begins with has under the rest, and what else that may be."""
        for _, group in groupby(self.imports.readings(dotted, origin), key=lambda one: len(one[1])):
            members = [self._member(path, names) for path, names in group]  # namesakes, the nearest first
            return next((one for one in members if any(one)), ([], []))
        return [], []

    def _member(self, path: str, names: list[str]) -> tuple[list[_Meaning], list[_Name]]:
        file, (first, *rest) = self.files[path], names
        defined = [one for own in file.top.functions.get(first, ()) for one in _part(own, rest)]
        origins = (*file.top.imports.get(first, ()), *file.top.aliases.get(first, ()))
        if not origins and first not in file.top.functions:
            origins = tuple(self._starred(path, first))
        return [(path, one) for one in defined], [(".".join([one, *rest]), path) for one in dict.fromkeys(origins)]

    def _starred(self, path: str, name: str) -> Iterator[str]:
        """What a name may be by the star imports of a file: packages of a hundred such files look up thousands."""
        having = self._having.get(name, ())
        for star, paths in self._stars_of(path):
            if name in self._modules or any(not self._reached(one).isdisjoint(having) for one in paths):
                yield star + name

    @cached_property
    def _having(self) -> Mapping[str, set[str]]:
        """The files that have a name at their top level."""
        having: dict[str, set[str]] = {}
        for path, file in self.files.items():
            for name in (*file.top.functions, *file.top.imports, *file.top.aliases):
                having.setdefault(name, set()).add(path)
        return having

    @cached_property
    def _modules(self) -> frozenset[str]:
        """What modules are called, which their packages have without a word."""
        return frozenset(part for path in self.files for part in parts_of(path)[-1:])

    def _reached(self, path: str) -> frozenset[str]:
        """A file and those that it brings names in from by star imports, by others of them as well."""
        known = self._closures.get(path)
        if known is None:
            waiting, reached = [path], {path}
            while waiting:
                fresh = {found for _, paths in self._stars_of(waiting.pop()) for found in paths} - reached
                reached |= fresh
                waiting += fresh
            known = self._closures[path] = frozenset(reached)
        return known

    def _stars_of(self, path: str) -> list[tuple[str, list[str]]]:
        """The star imports of a file, each with the files that it can mean."""
        known = self._stars.get(path)
        if known is None:
            stars = self.files[path].top.aliases.get(STAR, ())
            readings = ((star, self.imports.readings(f"{star}{STAR}", path)) for star in stars)
            known = self._stars[path] = [(star, [found for found, _ in paths]) for star, paths in readings]
        return known

    def _spellings(self, dotted: str, origin: str) -> Iterator[str]:
        """A dotted name, and what else the name that it was read from may stand for in its file."""
        yield dotted
        for alternatives in self.files[origin].top.alternatives:
            for one in alternatives:
                if dotted == one or dotted.startswith(one if one.endswith(".") else f"{one}."):
                    yield from (other + dotted.removeprefix(one) for other in alternatives if other != one)


def _part(own: Callee, rest: list[str]) -> Iterator[Callee]:
    """A definition, or what stands in it under the names that remain: a class's method."""
    if not rest:
        yield own
    elif own.kind is CalleeKind.CLASS and len(rest) == 1:
        yield Callee(CalleeKind.METHOD, own.index, rest[0])
