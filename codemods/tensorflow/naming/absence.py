"""Which names in attributes and under keys may be None, by all that the files of a program do to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
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
        if not self._cleared.isdisjoint(held.words):
            return True
        if held.owner < 0:
            return any(not known.isdisjoint(held.words) for known in (self._left_out, self._kept, self._passed_by_name))
        return self._may_keep(held.words[0], held.owner, path)

    def _may_keep(self, word: str, owner: int, path: str) -> bool:
        """Whether an object of a class may have kept None: from what a method was passed, or left at its default.

        What the file of the class itself assigns to the attribute is told by that.
        """
        if not self.tree.files[path].absences.kept.get(word, frozenset()).isdisjoint(self._loose):
            return True
        for key in self._methods(owner, path):
            found = self.tree.files[key[0]].absences
            kept = found.kept.get(word, frozenset())
            elsewhere = key[0] != path and (word in found.left_out or not kept.isdisjoint(self.tree.body(key).unset))
            if elsewhere or any((key, parameter) in self._passed for parameter in kept):
                return True
        return False

    def _methods(self, owner: int, path: str) -> Iterator[BodyKey]:
        """The methods of a class, of those that it derives from, and of those that derive from it."""
        classes, own = self.tree.classes, (path, owner)
        for key in (*classes.ancestors(own), *classes.subclasses.get(own, ())):
            yield from ((key[0], index) for index in classes.facts(key).methods.values())

    @cached_property
    def _cleared(self) -> Set[str]:
        return frozenset().union(*(file.absences.cleared for file in self.tree.files.values()))

    @cached_property
    def _left_out(self) -> Set[str]:
        return frozenset().union(*(file.absences.left_out for file in self.tree.files.values()), self._fields)

    @cached_property
    def _fields(self) -> Set[str]:
        """The fields of records for which a call in another file passes None."""
        records = {name: fields for file in self.tree.files.values() for name, fields in file.absences.records.items()}
        calls = (event for _, _, event in self.tree.events() if records and isinstance(event, Call) and event.unset)
        named = ((records.get(call.callee.name.rpartition(".")[2], ()), call) for call in calls)
        return {name for fields, call in named if fields for name in _of_arguments(call, fields)}

    @cached_property
    def _kept(self) -> Set[str]:
        """The attributes that take a parameter of a constructor for which None is passed, or left at its default."""
        found: set[str] = set()
        for (path, _), body in self.tree.bodies() if self._takers else ():
            if body.name == "__init__":
                given = self._takers.get(path, {})
                found |= {word for parameter in body.unset for word in given.get(parameter, ())}
        return found | {word for key, name in self._passed for word in self._takers.get(key[0], {}).get(name, ())}

    @cached_property
    def _takers(self) -> Mapping[str, Mapping[str, list[str]]]:
        """By file the attributes that take each parameter."""
        found: dict[str, dict[str, list[str]]] = {}
        for path, file in self.tree.files.items():
            for word, parameters in file.absences.kept.items():
                for parameter in parameters:
                    found.setdefault(path, {}).setdefault(parameter, []).append(word)
        return found

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
        return _of_arguments(call, bound_parameters(self.tree.body(target)))


def _of_arguments(call: Call, names: Sequence[str]) -> Set[str]:
    """Those of the names that arguments have in their order for which a call passes None."""
    places = (item for item in call.unset if isinstance(item, int) and item < len(names))
    return {
        *(names[place] for place in places),
        *(item for item in call.unset if isinstance(item, str) and item in names),
    }
