"""Which names in attributes and under keys may be None, by all that the files of a program do to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cached_property

from codemods.tensorflow.facts import Call, Held
from codemods.tensorflow.indexing.strings.kept_names import NOTHING, argument
from codemods.tensorflow.naming.passed import Passed, of_arguments
from codemods.tensorflow.naming.sites import Site
from codemods.tensorflow.program.tree import BodyKey, Tree
from codemods.tensorflow.text import Hole

__all__ = ["note_absence"]


def note_absence(sites: Iterable[Site], tree: Tree) -> None:
    """Notes which names may be None by what other code does to where they are kept."""
    absence = _Absence(tree)
    for site in sites:
        held = site.creation.held
        site.may_be_absent = (held is not None and absence.may_be(held, site.body[0])) or absence.is_passed(site)


class _Absence:
    """Follows what methods keep of their parameters, and what is cleared or left out where nobody knows of what."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.passed = Passed(tree, self._left_out | self._cleared | {NOTHING})

    def may_be(self, held: Held, path: str) -> bool:
        """Whether what holds a name in a file may hold None."""
        if not self._cleared.isdisjoint(held.words):
            return True
        if held.owner < 0:
            return any(not known.isdisjoint(held.words) for known in (self._left_out, self._kept, self._passed_by_name))
        return self._may_keep(held.words[0], held.owner, path)

    def is_passed(self, site: Site) -> bool:
        """Whether the name is a parameter that may be None for all that other files tell; ways tell the rest."""
        match site.creation.name.parts if site.creation.name is not None else ():
            case (Hole(parameter=own),) if own:
                return argument(own) in self._left_out or (site.body, own) in self.passed.unseen
        return False

    def _may_keep(self, word: str, owner: int, path: str) -> bool:
        """Whether an object of a class may have kept None: from what a method was passed, or left at its default.

        What the file of the class itself assigns to the attribute is told by that.
        """
        if any(parameter in self.passed.loose for _, parameter in self.tree.files[path].absences.kept.get(word, ())):
            return True
        family = [*self._family(owner, path)]
        if any(key[0] != path and word in self.tree.files[key[0]].absences.left_out for key in family):
            return True
        methods = [(key[0], index) for key in family for index in self.tree.classes.facts(key).methods.values()]
        if any((method, word) in self.passed.spare for method in methods):
            return True
        return any(self._takes_none(word, method, path) for method in methods)

    def _takes_none(self, word: str, method: BodyKey, path: str) -> bool:
        """Whether a method may assign to an attribute a parameter that is None."""
        of_file = self.tree.files[method[0]].absences.kept.get(word, frozenset())
        kept = {parameter for body, parameter in of_file if body == method[1]}
        if method[0] != path and not kept.isdisjoint(self.tree.body(method).unset):
            return True
        return any((method, parameter) in self.passed.anyhow for parameter in kept)

    def _family(self, owner: int, path: str) -> Iterator[tuple[str, int]]:
        """A class, those that it derives from, and those that derive from it."""
        classes, own = self.tree.classes, (path, owner)
        return iter((*classes.ancestors(own), *classes.subclasses.get(own, ())))

    @cached_property
    def _cleared(self) -> Set[str]:
        return frozenset().union(*(file.absences.cleared for file in self.tree.files.values()))

    @cached_property
    def _left_out(self) -> Set[str]:
        return frozenset().union(*(file.absences.left_out for file in self.tree.files.values()), self._fields)

    @cached_property
    def _fields(self) -> Set[str]:
        """The fields of records for which a call in another file passes None."""
        records: dict[str, list[Sequence[str]]] = {}
        for file in self.tree.files.values():
            for name, several in file.absences.records.items():
                records.setdefault(name, []).extend(several)
        calls = (event for _, _, event in self.tree.events() if records and isinstance(event, Call) and event.unset)
        named = ((fields, call) for call in calls for fields in records.get(call.callee.name.rpartition(".")[2], ()))
        return {name for fields, call in named for name in of_arguments(call.unset, fields)}

    @cached_property
    def _kept(self) -> Set[str]:
        """The attributes that take a parameter of a constructor for which None is passed, or left at its default."""
        return {
            word
            for path, file in self.tree.files.items()
            for word, kept in file.absences.kept.items()
            if any(self._is_none_at(path, body, parameter) for body, parameter in kept)
        }

    def _is_none_at(self, path: str, index: int, parameter: str) -> bool:
        """Whether a parameter may be None: by default, in a constructor, or as it is passed."""
        body = self.tree.files[path].bodies[index]
        default = body.name == "__init__" and parameter in body.unset
        return default or ((path, index), parameter) in self.passed.anyhow

    @cached_property
    def _passed_by_name(self) -> Set[str]:
        """The parameters for which constructors are passed None."""
        return {name for key, name in self.passed.anyhow if self.tree.body(key).name == "__init__"} | {
            name for _, name in self.passed.spare
        }
