"""What a dotted name means over all files of a run: functions, classes and methods, through re-exports."""

from __future__ import annotations

from codemods.tensorflow.facts import Callee, CalleeKind
from codemods.tensorflow.program.imports import Imports

__all__ = ["Symbols"]

_MAX_REEXPORTS = 6


class Symbols:
    """Resolves dotted names; where several meanings are possible, all of them are given."""

    def __init__(self, imports: Imports) -> None:
        self.imports = imports
        self.files = imports.files

    def find(self, dotted: str, origin: str, depth: int = 0) -> list[tuple[str, Callee]]:
        """What a dotted name means in file `origin`, with the files: a method as `METHOD` of a class's index."""
        for path, names in self.imports.readings(dotted, origin):
            found = self._member(path, names, depth)
            if found:
                return found
        return []

    def _member(self, path: str, names: list[str], depth: int) -> list[tuple[str, Callee]]:
        file = self.files[path]
        own = file.functions.get(names[0])
        if own is not None and len(names) == 1:
            return [(path, own)]
        if own is not None and own.kind is CalleeKind.CLASS and len(names) == 2:
            return [(path, Callee(CalleeKind.METHOD, own.index, names[1]))]
        passed_on = file.imports.get(names[0])
        if passed_on is not None and depth < _MAX_REEXPORTS:
            return self.find(".".join([passed_on, *names[1:]]), path, depth + 1)
        return []

    def classes(self, callee: Callee, path: str) -> list[tuple[str, int]]:
        """The classes, as files and indices, that a callee of file `path` can be."""
        if callee.kind is CalleeKind.CLASS:
            return [(path, callee.index)]
        if callee.kind is CalleeKind.IMPORTED:
            found = self.find(callee.name, path)
            return [(owner, one.index) for owner, one in found if one.kind is CalleeKind.CLASS]
        return []
