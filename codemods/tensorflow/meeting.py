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
        self._programs: dict[str, frozenset[str]] = {}

    def programs(self, path: str) -> frozenset[str]:
        """The files whose run brings in `path`: itself and whatever imports it, directly or not."""
        if path not in self._programs:
            seen, queue = {path}, [path]
            while queue:
                for importer in self.tree.importers[queue.pop()]:
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
