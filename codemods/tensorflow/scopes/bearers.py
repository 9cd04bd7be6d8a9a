"""Every op and variable that a program names, found by its name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from codemods.tensorflow.facts import Call, Creation, Event, NamedOp, StoreUse
from codemods.tensorflow.reach.table import ReachTable
from codemods.tensorflow.reach.ways import Instance
from codemods.tensorflow.text import Text, literal, substitute

__all__ = ["Bearer", "Bearers"]

Bearer = tuple[Text, Instance]


class Bearers:
    """What bears a name: by the name where it is known, by file where only a part of it is."""

    def __init__(self, reach: ReachTable) -> None:
        self.reach = reach

    def of(self, path: str, text: Text) -> list[Bearer]:
        """The ops and variables that may bear a name: those that are known to, and patterns of the same file."""
        literals, patterns = self._found
        known = (bearer for name in text.texts for bearer in literals.get(name.lower(), ()))
        return [*known, *patterns.get(path, ())]

    def in_file(self, path: str) -> list[Bearer]:
        """The ops and variables of a file that bear names which are known."""
        return self._by_file.get(path, [])

    @cached_property
    def _by_file(self) -> Mapping[str, list[Bearer]]:
        found: dict[str, list[Bearer]] = defaultdict(list)
        literals, _ = self._found
        for bearers in literals.values():
            for bearer in bearers:
                found[bearer[1].body[0]].append(bearer)
        return found

    def literals(self) -> Iterator[tuple[str, list[Bearer]]]:
        """Every name that the program gives to ops or variables, in lower case, with all that bear it."""
        literals, _ = self._found
        yield from literals.items()

    def literal_names(self) -> Iterator[tuple[str, str]]:
        """Every name that the program gives to an op or variable, in lower case, with the file that does."""
        literals, _ = self._found
        for name, found in literals.items():
            for _, instance in found:
                yield name, instance.body[0]

    def patterns(self) -> Iterator[tuple[Text, str]]:
        """The names of ops and variables of which a part is known, with the files that give them."""
        _, patterns = self._found
        for path, found in patterns.items():
            yield from ((text, path) for text, one in found if one.way.partial or not one.way.unknown)

    @cached_property
    def _found(self) -> tuple[Mapping[str, list[Bearer]], Mapping[str, list[Bearer]]]:
        literals: dict[str, list[Bearer]] = defaultdict(list)
        patterns: dict[str, list[Bearer]] = defaultdict(list)
        for body, number, event in self.reach.tree.events():
            name = _name(event)
            if name is None:
                continue
            for instance in self.reach.instances(body, number):
                given = substitute(name, instance.way.arguments)
                for text in given.texts:
                    literals[text.lower()].append((given, instance))
                if not given.texts and given.tells:
                    patterns[body[0]].append((given, instance))
        return literals, patterns


def _name(event: Event) -> Text | None:
    """The name that an event gives to an op or variable; a hole alone tells nothing."""
    if isinstance(event, Creation) and event.name is None:
        return literal("Variable")
    if isinstance(event, Call) and event.callee.name.rpartition(".")[2] == "name_scope":  # of a graph elsewhere
        return event.positional[0] if event.positional else dict(event.keywords).get("name")
    return event.name if isinstance(event, NamedOp | Creation | StoreUse) else None
