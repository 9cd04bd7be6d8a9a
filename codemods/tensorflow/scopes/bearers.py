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
_Found = Mapping[str, list[Bearer]]


class Bearers:
    """What bears a name: by the name where it is known, by file where only a part of it is.

    What the program is seen to come to concerns other files, too, where it has the words for such a name.
    """

    def __init__(self, reach: ReachTable) -> None:
        self.reach = reach

    def of(self, path: str, text: Text) -> list[Bearer]:
        """The ops and variables that may bear a name: those that are known to, and those of which a part is known."""
        literals, patterns, _ = self._found
        known = (bearer for name in text.texts for bearer in literals.get(name.lower(), ()))
        return [*known, *self._near(patterns, path, text)]

    def of_known_names(self, path: str, text: Text) -> Iterator[Bearer]:
        """The ops and variables near a file that bear names which are known, for one that is not."""
        return self._near(self._by_file, path, text)

    def of_any_name(self, path: str, text: Text) -> Iterator[Bearer]:
        """The ops and variables near a file that the program is seen to give a name of which nothing is known."""
        found = self._near(self._found[2], path, text)
        return (one for one in found if one[1].body[0] != path or not one[1].way.unknown)

    def _near(self, found: _Found, path: str, text: Text) -> Iterator[Bearer]:
        words = self.reach.tree.vocabulary
        for other, bearers in found.items():
            if other == path:
                yield from bearers
            else:
                yield from (one for one in bearers if one[1].way.is_seen and words.may_agree(one[0], text))

    @cached_property
    def _by_file(self) -> Mapping[str, list[Bearer]]:
        found: dict[str, list[Bearer]] = defaultdict(list)
        literals = self._found[0]
        for bearers in literals.values():
            for bearer in bearers:
                found[bearer[1].body[0]].append(bearer)
        return found

    def literals(self) -> Iterator[tuple[str, list[Bearer]]]:
        """Every name that the program gives to ops or variables, in lower case, with all that bear it."""
        literals = self._found[0]
        yield from literals.items()

    def opaque(self) -> Iterator[Instance]:
        """Where the program is seen to give an op or variable a name of which nothing is known."""
        yield from (instance for found in self._found[2].values() for _, instance in found)

    def patterns(self) -> Iterator[tuple[Text, str]]:
        """The names of ops and variables of which a part is known, with the files that give them."""
        patterns = self._found[1]
        for path, found in patterns.items():
            yield from ((text, path) for text, one in found if one.way.is_seen)

    @cached_property
    def _found(self) -> tuple[_Found, _Found, _Found]:
        """Those whose names are known, by the name; those of which a part is, and those of which none is, by file."""
        literals: dict[str, list[Bearer]] = defaultdict(list)
        patterns: dict[str, list[Bearer]] = defaultdict(list)
        opaque: dict[str, list[Bearer]] = defaultdict(list)
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
                elif _may_be_any(given) and instance.way.is_seen:
                    opaque[body[0]].append((given, instance))
        return literals, patterns, opaque


def _may_be_any(name: Text) -> bool:
    """Whether nothing is known of a name but that there is one."""
    return bool(name.parts) and not (name.tells or name.is_none)


def _name(event: Event) -> Text | None:
    """The name that an event gives to an op or variable; a hole alone tells nothing."""
    if isinstance(event, Creation) and event.name is None:
        return literal("Variable")
    if isinstance(event, Call) and event.callee.name.rpartition(".")[2] == "name_scope":  # of a graph elsewhere
        return event.positional[0] if event.positional else dict(event.keywords).get("name")
    return event.name if isinstance(event, NamedOp | Creation | StoreUse) else None
