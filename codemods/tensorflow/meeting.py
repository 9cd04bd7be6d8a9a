"""Which things that a program names can be alive in one graph together, and so clash."""

from __future__ import annotations

from codemods.tensorflow.reach import Instance, exclusive
from codemods.tensorflow.tree import Tree

__all__ = ["Meeting"]

_ANY_GRAPH = (("unknown",), ("other",))


class Meeting:
    """Decides whether two instances can happen in the same graph of the same program."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._importers: dict[str, list[str]] = {path: [] for path in tree.files}
        for path, file in tree.files.items():
            for module in sorted(file.modules):
                for imported in self._imported(module, path):
                    self._importers[imported].append(path)
        self._programs: dict[str, frozenset[str]] = {}

    def _imported(self, dotted: str, path: str) -> list[str]:
        """The files that an import of `dotted` brings in: `a.b` may be a module, or `b` something within `a`."""
        found = self.tree.modules(dotted, path)
        parent = dotted.rpartition(".")[0]
        if not found and parent.strip("."):
            found = self.tree.modules(parent, path)
        return [other for other in found if other != path]

    def programs(self, path: str) -> frozenset[str]:
        """The files whose run brings in `path`: itself and whatever imports it, directly or not."""
        if path not in self._programs:
            seen, queue = {path}, [path]
            while queue:
                for importer in self._importers.get(queue.pop(), ()):
                    if importer not in seen:
                        seen.add(importer)
                        queue.append(importer)
            self._programs[path] = frozenset(seen)
        return self._programs[path]

    def files(self, first: str, second: str) -> bool:
        """Whether one run can bring in both files."""
        return first == second or not self.programs(first).isdisjoint(self.programs(second))

    def may_meet(self, first: Instance, second: Instance) -> bool:
        """Whether both can happen in one graph."""
        one, two = first.way.graph, second.way.graph
        if one != two and one not in _ANY_GRAPH and two not in _ANY_GRAPH:
            return False
        return self.files(first.body[0], second.body[0]) and not exclusive(first, second)
