"""Which files import which: what a module name means, and which files one program can hold together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

from codemods.tensorflow import knowledge
from codemods.tensorflow.components import components
from codemods.tensorflow.file_facts import FileFacts
from migrate.syntax.joining import leaders
from migrate.syntax.modules import Modules, fronts, module_name
from migrate.syntax.packages import Below

__all__ = ["Imports"]


class Imports:
    """The imports between the files of a run."""

    def __init__(self, files: Mapping[str, FileFacts]) -> None:
        self.files = files
        self._modules = Modules(files)

    def modules(self, dotted: str, origin: str) -> list[str]:
        """The files that module name `dotted`, as written in file `origin`, can mean."""
        if dotted.partition(".")[0] in knowledge.SAFE_MODULES:
            return []  # the standard library's `logging`, whatever the tree has under that name
        return self._modules.find(dotted, origin) or self._find_in_folders(dotted, origin)

    def readings(self, dotted: str, origin: str) -> Iterator[tuple[str, list[str]]]:
        """The files that the front of `dotted`, written in file `origin`, can mean, each with the names that remain."""
        if dotted.partition(".")[0] in knowledge.SAFE_MODULES:
            return
        found = self._modules.readings(dotted, origin)
        yield from ([*found] or self._readings_in_folders(dotted, origin)) if origin in self._folders else found

    def _readings_in_folders(self, dotted: str, origin: str) -> Iterator[tuple[str, list[str]]]:
        parts = dotted.split(".")
        for cut in range(len(parts) - 1, 0, -1):
            yield from ((path, parts[cut:]) for path in self._find_in_folders(".".join(parts[:cut]), origin))

    def spellings(self, dotted: str, origin: str) -> Iterator[str]:
        """A name, and what else it may be where folders are added to where modules are looked for."""
        yield dotted
        yield from (f"{one}.{dotted}" for one in self._folders.get(origin, ()) if not dotted.startswith("."))

    def _find_in_folders(self, dotted: str, origin: str) -> list[str]:
        """The files that an absolute name means in such folders."""
        _, *others = self.spellings(dotted, origin)
        return list(dict.fromkeys(path for one in others for path in self._modules.find(one, origin)))

    @cached_property
    def _folders(self) -> Mapping[str, Sequence[str]]:
        """Such folders by the files that add them, those that import these, and those that these import."""
        added: dict[str, set[str]] = {path: {*file.searched} for path, file in self.files.items() if file.searched}
        found = defaultdict[str, set[str]](set, {path: {*own} for path, own in added.items()})
        for path in self.files if added else ():
            for other in self._plainly_imported(path):
                found[path] |= added.get(other, set())
                found[other] |= added.get(path, set())
        return {path: sorted(own) for path, own in found.items() if own}

    def _plainly_imported(self, path: str) -> Iterator[str]:
        """The files that a file imports from where modules are looked for by themselves."""
        for dotted in self.files[path].modules:
            yield from self._modules.find(dotted, path) or self._modules.find(dotted.rpartition(".")[0], path)

    @cached_property
    def importers(self) -> Mapping[str, list[str]]:
        """The files that import each file."""
        importers: dict[str, list[str]] = {path: [] for path in self.files}
        for path, imports in self.imports.items():
            for imported in imports:
                importers[imported].append(path)
        return importers

    @cached_property
    def imports(self) -> Mapping[str, Collection[str]]:
        """The files that each file imports."""
        return {path: self.of(path) for path in self.files}

    def of(self, path: str) -> Collection[str]:
        """The files that a file imports."""
        modules = sorted(self.files[path].modules)
        return dict.fromkeys(found for module in modules for found in self.imported(module, path))

    @cached_property
    def loaded(self) -> frozenset[str]:
        """The files that another one may run by a name in a string, and then has as an object."""
        told = ((path, name) for path, file in self.files.items() for name in file.told.loaded)
        return frozenset(found for path, name in told for found in self.imported(name, path))

    @cached_property
    def held(self) -> frozenset[str]:
        """The files that another one may have as an object: those that it hands on as well, or imports for a while."""
        told = ((path, name) for path, file in self.files.items() for name in file.escapes.imports)
        return self.loaded.union(found for path, name in told for found in self.modules(name, path))

    def leading_to(self, path: str) -> frozenset[str]:
        """A file and those whose run brings it in."""
        found = dict.fromkeys([path])
        queue = list(found)
        while queue:
            fresh = [one for one in self.importers[queue.pop()] if one not in found]
            found.update(dict.fromkeys(fresh))
            queue += fresh
        return frozenset(found)

    @cached_property
    def circular(self) -> frozenset[str]:
        """The files that lead back to themselves through imports: the one that a program starts with runs twice."""
        circles = components(self.files, lambda path: self.imports[path])
        return frozenset(path for circle in circles if len(circle) > 1 for path in circle)

    def imported(self, dotted: str, path: str) -> list[str]:
        """The files that importing `dotted` in a file brings in: `a.b` may be a module, or `b` something within `a`."""
        if dotted.endswith("?"):
            found = [one for name in self._below.modules(dotted, path) for one in self._named[name]]
            return [other for other in found if other != path]
        found = self.modules(dotted, path)
        parent = dotted.rpartition(".")[0]
        if not found and parent.strip("."):
            found = self.modules(parent, path)
        return [other for other in found if other != path]

    def packages(self, dotted: str, path: str) -> Iterator[str]:
        """The `__init__` of each package that a module lies in which a file imports: that is run as well."""
        named = filter(lambda front: front.strip("."), fronts(dotted.rpartition(".")[0]))
        yield from (one for front in named for one in self.imported(front, path) if one.endswith("__init__.py"))

    @cached_property
    def _below(self) -> Below:
        return Below(self.files)

    @cached_property
    def _named(self) -> Mapping[str, Sequence[str]]:
        """The files by the names of their modules."""
        found: dict[str, list[str]] = {}
        for path in self.files:
            found.setdefault(module_name(path), []).append(path)
        return found

    def knows(self, path: str, other: str) -> bool:
        """Whether a file can be taken to mean the other's methods by their names: its own, and those it imports."""
        return path == other or other in self.imports[path]

    def programs(self) -> list[list[str]]:
        """The files by what imports join, in whatever direction: what one file does can concern no other's program."""
        joined: dict[str, list[str]] = defaultdict(list)
        for path, leader in self.program_of.items():
            joined[leader].append(path)
        return list(joined.values())

    @cached_property
    def program_of(self) -> Mapping[str, str]:
        """Files that imports join, in whatever direction, have the same value here."""
        return leaders(self.files, self._joined)

    def _joined(self, path: str) -> Collection[str]:
        packages = (one for module in self.files[path].modules for one in self.packages(module, path))
        return dict.fromkeys((*self.imports[path], *packages))
