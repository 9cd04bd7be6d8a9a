"""Which files of a tree one program can hold together, judging by their imports alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property

from migrate.imports.importers import Importers, Imports
from migrate.syntax.joining import leaders
from migrate.syntax.modules import Modules, fronts, module_name

__all__ = ["Joints", "partition"]


class Joints:
    """The files that each file imports, by the places of all; what runs in a package runs its `__init__.py` as well."""

    def __init__(self, modules: Modules, imports: Imports) -> None:
        self._modules = modules
        self._imports = imports
        self._found: dict[str, tuple[str, ...]] = {}

    @cached_property
    def _names(self) -> Mapping[str, Sequence[str]]:
        """The files by their modules' names, which several can have: a stub stands beside its module."""
        found: dict[str, list[str]] = {}
        for path in sorted(self._modules.paths):
            found.setdefault(module_name(path), []).append(path)
        return found

    def of(self, path: str) -> Collection[str]:
        """The files that the one at `path` imports."""
        known = self._found.get(path)
        if known is None:
            names = {(front, relative) for dotted, relative in self._imports.of_file(path) for front in fronts(dotted)}
            found = (other for dotted, relative in names for other in self._means(dotted, path, relative=relative))
            known = self._found[path] = tuple(dict.fromkeys(found))
        return known

    def _means(self, dotted: str, path: str, *, relative: bool) -> Iterable[str]:
        """The files that a name can be: one that was relative was resolved, and is exact."""
        if relative:
            return self._names.get(dotted, ())
        return self._modules.find(dotted, path)

    def importers(self, paths: Iterable[str]) -> set[str]:
        """The files that import one of `paths`, by whatever way."""
        found = set(paths)
        fresh = found
        while fresh:
            packages = {module_name(path) for path in fresh if path.endswith("__init__.py")}
            candidates = self._imports.of(Importers(map(module_name, fresh))) | self._imports.below(packages)
            fresh = {path for path in candidates - found if not fresh.isdisjoint(self.of(path))}
            found |= fresh
        return found

    def reached(self, paths: Iterable[str]) -> set[str]:
        """The files that those at `paths` import, by whatever way, without themselves."""
        start = frozenset(paths)
        found = set(start)
        waiting = [*start]
        while waiting:
            fresh = set(self.of(waiting.pop())) - found
            found |= fresh
            waiting += fresh
        return found - start

    def joined(self, roots: Iterable[str], others: Iterable[str]) -> set[str]:
        """Those of `others` that imports join with one of `roots`, in whatever direction, or by way of each other."""
        start = frozenset(roots)
        leader = leaders(start.union(others), self.of) if start else {}
        rooted = {leader[root] for root in start}
        return {path for path, name in leader.items() if name in rooted} - start


def partition(joints: Joints, roots: Collection[str], companions: Iterable[str]) -> list[list[str]]:
    """The files that matter to `roots`, by what joins them: they, all that import them, and the `companions` thereof.

    Two files of different lists meet in no program: neither imports the other, and nobody imports both. Lists and the
    files in them are in the order of the paths.
    """
    members = joints.importers(roots).union(companions)
    leader = leaders(sorted(members), joints.of)
    lists: dict[str, list[str]] = {}
    for path, name in leader.items():
        lists.setdefault(name, []).append(path)
    rooted = {leader[root] for root in roots}
    return [own for name, own in lists.items() if name in rooted]
