"""Which things that a program names can be alive in one graph together, and so clash."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from codemods.tensorflow.program.tree import Tree
from codemods.tensorflow.reach.graphs import components
from codemods.tensorflow.reach.ways import Instance, exclusive

__all__ = ["ANY_GRAPH", "Meeting", "may_be_one_graph"]

ANY_GRAPH = (("unknown",), ("other",))  # which graph these stand for is not known


class Meeting:
    """Decides whether two instances can happen in the same graph of the same program."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    @cached_property
    def _tops(self) -> Mapping[str, frozenset[str]]:
        """For each file, those that nothing imports and whose run brings it in; a circle of imports counts as one."""
        tops: dict[str, frozenset[str]] = {}
        importers = self.tree.imports.importers
        for circle in components(self.tree.files, importers.__getitem__):  # importers come before what they import
            inside = set(circle)
            above = {tops[one] for path in circle for one in importers[path] if one not in inside}
            own = above.pop() if len(above) == 1 else frozenset[str]().union(*above) if above else frozenset(circle[:1])
            tops.update(dict.fromkeys(circle, own))
        return tops

    def files(self, first: str, second: str) -> bool:
        """Whether one run can bring in both files."""
        return first == second or not self._tops[first].isdisjoint(self._tops[second])

    def may_meet(self, first: Instance, second: Instance) -> bool:
        """Whether both can happen in one graph."""
        alike = may_be_one_graph(first, second) and self.files(first.body[0], second.body[0])
        return alike and not exclusive(first, second)


def may_be_one_graph(first: Instance, second: Instance) -> bool:
    """Whether two instances may be in the same graph, wherever they stand."""
    one, two = first.way.graph, second.way.graph
    return one == two or one in ANY_GRAPH or two in ANY_GRAPH
