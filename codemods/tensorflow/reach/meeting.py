"""Which things that a program names can be alive in one graph together, and so clash."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from codemods.tensorflow.components import components
from codemods.tensorflow.program.tree import Tree
from codemods.tensorflow.reach.ways import Instance, Way, exclusive

__all__ = ["ANY_GRAPH", "Meeting", "may_be_one_graph"]

ANY_GRAPH = (("unknown",), ("other",))  # which graph these stand for is not known


class Meeting:
    """Decides whether two instances can happen in the same graph of the same program."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._leading: dict[str, frozenset[str]] = {}

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
        return alike and not exclusive(first, second) and self._may_run_together(first.way, second.way)

    def _may_run_together(self, first: Way, second: Way) -> bool:
        """Whether one run can take both ways: what a file does as the first of a program, none that imports it does."""
        if first.root == second.root or not (first.guarded or second.guarded):
            return True
        return self._brings_in(first, second) or self._brings_in(second, first)

    def _brings_in(self, first: Way, other: Way) -> bool:
        """Whether a program that starts with the root of a way may take another one."""
        if other.guarded or not other.root or other.reruns:
            return not other.guarded
        return not self._leading_to(other.root).isdisjoint(_run_at_first(first.root))

    def _leading_to(self, path: str) -> frozenset[str]:
        if path not in self._leading:
            self._leading[path] = self.tree.imports.leading_to(path)
        return self._leading[path]


def _run_at_first(path: str) -> list[str]:
    """A file that a program starts with, and those of the packages that it lies in: `python -m nets.train`."""
    folders = path.split("/")[:-1]
    return [path, *("/".join([*folders[:depth], "__init__.py"]) for depth in range(len(folders) + 1))]


def may_be_one_graph(first: Instance, second: Instance) -> bool:
    """Whether two instances may be in the same graph, wherever they stand."""
    one, two = first.way.graph, second.way.graph
    return one == two or one in ANY_GRAPH or two in ANY_GRAPH
