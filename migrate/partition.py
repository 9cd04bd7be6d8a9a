"""Which files of a tree one program can hold together, judging by their imports alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from migrate.importers import Importers, Imports
from migrate.syntax.joining import leaders
from migrate.syntax.modules import Modules, module_name
from migrate.syntax.run_names import said

__all__ = ["Joints", "joined", "partition"]


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
            names = {(front, relative) for dotted, relative in self._imports.of_file(path) for front in _fronts(dotted)}
            found = (other for dotted, relative in names for other in self._means(dotted, path, relative=relative))
            known = self._found[path] = tuple(dict.fromkeys(found))
        return known

    def _means(self, dotted: str, path: str, *, relative: bool) -> Iterable[str]:
        """The files that a name can be: one that was relative was resolved, and is exact."""
        if relative:
            return self._names.get(dotted, ())
        return self._modules.find(dotted, path)

    def named(self, roots: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The names in strings by which what leads to `roots` may be run, each with who says it, and who may run it."""
        if not self._imports.runners:
            return
        targets = self.importers(roots)
        words = {part for path in targets for part in module_name(path).split(".")[-1:]}
        for path, texts in self._imports.said.items():
            likely = [text for text in texts if not words.isdisjoint(re.split(r"[./:]", text))]
            names = [one for one in said(likely) if not one.endswith("?")]
            names = [one for one in names if not targets.isdisjoint(self._means(one, path, relative=False))]
            running = self._running_beside(path) if names else ()
            yield from ((one, name) for one in ([path, *running] if running else ()) for name in names)

    def _running_beside(self, path: str) -> list[str]:
        """The files that run modules by their names which imports join with a file."""
        return [one for one in sorted(self._imports.runners) if self._leader[one] == self._leader[path]]

    @cached_property
    def _leader(self) -> Mapping[str, str]:
        """Files that imports join, in whatever direction, have the same value here."""
        return leaders(sorted(self._modules.paths), self.of)

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


def joined(modules: Modules, imports: Imports, roots: Collection[str]) -> Joints:
    """The files that each file imports, with what it runs by a name that stands in another one."""
    while True:
        joints = Joints(modules, imports)
        fresh = [imports.add(path, name) for path, name in [*joints.named(roots)]]
        if not any(fresh):
            return joints


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


def _fronts(dotted: str) -> Iterator[str]:
    """`a.b.c`, `a.b`, `a`: to import a module runs the packages that it lies in."""
    while dotted:
        yield dotted
        dotted = dotted.rpartition(".")[0]
