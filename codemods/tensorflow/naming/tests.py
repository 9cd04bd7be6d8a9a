"""Which of the program's comparisons of names a new name of a variable may change the answer of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from codemods.tensorflow.facts import Call, Creation, Event, StoreUse
from codemods.tensorflow.file_facts import NameTest
from codemods.tensorflow.indexing.lookups.name_tests import tells_apart
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.meeting import Meeting
from codemods.tensorflow.reach.table import ReachTable
from codemods.tensorflow.text import Hole, Text, overlaps, without_number

__all__ = ["NameTests"]

_ANYWHERE = ("Variable", "variable", "layer", "scope", "var")  # what any new name, or number, may have to do with


class NameTests:
    """Knows the place of a comparison that keeps the names of a file's variables as they are."""

    def __init__(self, reach: ReachTable, meeting: Meeting) -> None:
        self.tree, self.meeting = reach.tree, meeting
        self._tests = reach.name_tests
        self._found: dict[str, list[tuple[str, NameTest]]] = {}

    def holding(self, path: str, own: Sequence[str], folders: Sequence[Sequence[str]]) -> str:
        """`file:line` of the first comparison that can tell a new name of a variable of a file; "" for none.

        `folders` are the scopes in front of its name, by each way to it, where they are known and stay: what they
        answer is settled, and a new name is made of its `own` words.
        """
        if path not in self._found:
            self._found[path] = list(self._holding(path)) if self._tests else []
        words = (*_ANYWHERE, *own)
        told = self._found[path]
        return next((place for place, test in told if not (folders and _is_settled(test, words, folders))), "")

    def beginning(self, path: str, names: Iterable[Text]) -> str:
        """`file:line` of the first test of how names begin that names of a file may pass by themselves; "" for none.

        What a scope is put in front of begins otherwise.
        """
        return next((f"{file}:{line}" for file, line in self._beginning(path, tuple(names))), "")

    def fitting(self, path: str, names: Iterable[Text]) -> str:
        """`file:line` of the first choice by a computed scope that a name which is put together may fit.

        `scope=self.scope` may mean what is called `self.scope + "_w"`, by whoever passes that; "" for none. A
        parameter alone is mostly what callers name the variable.
        """
        tests = ((file, one) for file, tests in self._tests.items() for one in tests if one.is_computed)
        found = next((f"{file}:{one.line}" for file, one in tests if self.meeting.files(file, path)), "")
        return found if found and any(_is_any(name.parts[:1], alone=len(name.parts) == 1) for name in names) else ""

    def _beginning(self, path: str, names: tuple[Text, ...]) -> Iterator[tuple[str, int]]:
        told = [name for name in names if name.tells]
        for file, tests in self._tests.items() if told else ():
            stems = [(stem, one.line) for one in tests if one.begins for stem in {one.text, without_number(one.text)}]
            asked = [(Text((stem, Hole())), line) for stem, line in sorted(stems) if stem]
            if asked and self.meeting.files(file, path):
                yield from ((file, line) for text, line in asked if any(overlaps(name, text) for name in told))

    def _holding(self, path: str) -> Iterator[tuple[str, NameTest]]:
        for file, tests in self._tests.items():
            if self.meeting.files(file, path):
                yield from ((f"{file}:{test.line}", test) for test in tells_apart(tests, self._words[path]))

    @cached_property
    def _words(self) -> Mapping[str, set[str]]:
        """What new names of each file's variables can be made of: targets there, and where its functions are called."""
        own: dict[str, set[str]] = defaultdict(lambda: set(_ANYWHERE))
        makers = {key for key, _, event in self.tree.events() if _may_get_a_name(event)}
        for key in makers:
            own[key[0]].update(self._owners(key))
        calls: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
        for key, _, event in self.tree.events():
            if isinstance(event, Creation):
                own[key[0]].update((event.target, event.group))
            elif isinstance(event, StoreUse) and event.asked:
                own[key[0]].add(event.target)
            elif isinstance(event, Call) and event.target:
                made = {target[0] for target in self.tree.targets(event, key) if target in makers}
                if made:
                    calls[key[0]][0].update(made)
                    calls[key[0]][1].add(event.target)
        for files, targets in calls.values():  # calls side by side can go into one scope
            for file in files:
                own[file] |= targets
        return own

    def _owners(self, key: BodyKey) -> Iterator[str]:
        """The names of a function and of its class."""
        body = self.tree.body(key)
        yield body.name
        if body.owner >= 0:
            yield self.tree.classes.facts((key[0], body.owner)).name


def _is_settled(test: NameTest, words: Sequence[str], folders: Sequence[Sequence[str]]) -> bool:
    """Whether the answer for a variable is one whatever it is called in its scopes, or none of its words changes it."""
    return all(_is_answered(test, names) for names in folders) or not tells_apart([test], words)


def _is_answered(test: NameTest, folders: Sequence[str]) -> bool:
    """Whether scopes in front of a name, which TensorFlow may number, answer a test by themselves."""
    if not (test.plain and test.text):
        return False
    if not test.begins:
        return any(test.text in folder for folder in folders)
    asked = test.text
    for folder in folders:
        if folder.startswith(asked) or not asked.startswith(folder):
            return True
        if asked[len(folder)] != "/":
            return asked[len(folder)] != "_"
        asked = asked[len(folder) + 1 :]
    return not asked


def _is_any(parts: Sequence[str | Hole], *, alone: bool) -> bool:
    """Whether the first part of a name may be any string, and no parameter where it is all of it."""
    match parts:
        case (Hole(digits=False, choices=(), loop=None, parameter=own),):
            return not (own and alone)
    return False


def _may_get_a_name(event: Event) -> bool:
    """Whether an event makes what this tool names, or has asked a name for in an earlier run, which tests keep."""
    return isinstance(event, Creation) or (isinstance(event, StoreUse) and event.asked)
