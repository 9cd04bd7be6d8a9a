"""Which names in attributes and under keys may be None, by all that the files of a program do to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from functools import cached_property

from codemods.tensorflow.facts import Call, CalleeKind, Held
from codemods.tensorflow.naming.sites import Site
from codemods.tensorflow.program.tree import BodyKey, Tree
from codemods.tensorflow.reach.ways import bound_parameters

__all__ = ["note_absence"]


def note_absence(sites: Iterable[Site], tree: Tree) -> None:
    """Notes which names may be None by what other code does to where they are kept."""
    absence = _Absence(tree)
    for site in sites:
        held = site.creation.held
        site.may_be_absent = held is not None and absence.may_be(held, site.body[0])


class _Absence:
    """Follows what methods keep of their parameters, and what is cleared or left out where nobody knows of what."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def may_be(self, held: Held, path: str) -> bool:
        """Whether what holds a name in a file may hold None."""
        if held.word in self._cleared:
            return True
        if held.owner < 0:
            return held.word in self._left_out or held.word in self._passed_by_name
        return self._may_keep(held, path)

    def _may_keep(self, held: Held, path: str) -> bool:
        """Whether an object of a class may have kept None: from what a method was passed, or left at its default."""
        kept = self.tree.files[path].kept.get(held.word, frozenset())
        if not kept.isdisjoint(self._loose):
            return True
        for key in self._methods(held.owner, path):
            elsewhere = key[0] != path and held.word in self.tree.body(key).unset
            own = kept if key[0] == path else {held.word}
            if elsewhere or any((key, parameter) in self._passed for parameter in own):
                return True
        return False

    def _methods(self, owner: int, path: str) -> Iterator[BodyKey]:
        """The methods of a class, of those that it derives from, and of those that derive from it."""
        classes, own = self.tree.classes, (path, owner)
        for key in (*classes.ancestors(own), *classes.subclasses.get(own, ())):
            yield from ((key[0], index) for index in classes.facts(key).methods.values())

    @cached_property
    def _cleared(self) -> Set[str]:
        return frozenset().union(*(file.cleared for file in self.tree.files.values()))

    @cached_property
    def _left_out(self) -> Set[str]:
        return frozenset().union(*(file.left_out for file in self.tree.files.values()))

    @property
    def _passed(self) -> Set[tuple[BodyKey, str]]:
        """The parameters for which some call passes None."""
        return self._nones[0]

    @property
    def _loose(self) -> Set[str]:
        """The keywords with which None is passed to what takes any, or to nobody knows what."""
        return self._nones[1]

    @cached_property
    def _passed_by_name(self) -> Set[str]:
        """The parameters for which constructors are passed None."""
        return {name for key, name in self._passed if self.tree.body(key).name == "__init__"}

    @cached_property
    def _nones(self) -> tuple[Set[tuple[BodyKey, str]], Set[str]]:
        passed: set[tuple[BodyKey, str]] = set()
        loose: set[str] = set()
        for caller, _, event in self.tree.events():
            if isinstance(event, Call) and event.unset:
                given = {target: self._unset(event, target) for target in self.tree.targets(event, caller)}
                passed.update((target, name) for target, names in given.items() for name in names)
                if given or event.callee.kind is not CalleeKind.IMPORTED:
                    loose |= {item for item in event.unset if isinstance(item, str)}.difference(*given.values())
        return passed, loose

    def _unset(self, call: Call, target: BodyKey) -> Set[str]:
        """The parameters of a body for which a call of it passes None."""
        names = bound_parameters(self.tree.body(target))
        places = (item for item in call.unset if isinstance(item, int) and item < len(names))
        return {*(names[place] for place in places), *(item for item in call.unset if item in names)}
