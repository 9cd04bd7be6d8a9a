"""Whose importers decide how often variables are made: the modules with functions that lead to a creation.

Followed function by function and by name: an importer that mentions none of a module's leading names cannot run them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from codemods.tensorflow.eager import eager_reason
from codemods.tensorflow.facts import Call, Callee, CalleeKind, Creation, FileFacts
from codemods.tensorflow.tree import BodyKey, ClassKey, Tree
from migrate.syntax.modules import module_name

__all__ = ["seeks"]

_Word = tuple[str, str]  # a file, and a name that it gives to others
_ANY = "*"


def seeks(facts: Iterable[FileFacts]) -> Mapping[str, frozenset[str]]:
    """The modules whose importers have to be looked at, each with the names of which such an importer holds one."""
    leading = _Leading(Tree({file.path: file for file in sorted(facts, key=lambda file: file.path)}))
    return {module_name(path): frozenset(words) for path, words in leading.words.items()}


class _Leading:
    """Goes from the creations up to whatever can run them."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.words: dict[str, set[str]] = {}
        self._bodies: set[BodyKey] = set()
        self._classes: set[ClassKey] = set()
        self._waiting: list[BodyKey] = []
        self._calling: dict[object, list[BodyKey]] = defaultdict(list)  # by what is called, as `_keys` names it
        self._deriving: dict[object, list[ClassKey]] = defaultdict(list)
        self._passing: dict[_Word, list[_Word]] = defaultdict(list)
        for path in tree.files:
            self._note(path)
        self._start()
        while self._waiting:
            self._follow(self._waiting.pop())

    def _start(self) -> None:
        """The creations that may be rewritten: what is eager or refused anyway, nobody has to be followed for."""
        for path, file in self.tree.files.items():
            for body in file.bodies:
                for event in body.events:
                    key = (path, body.index)
                    open_ = isinstance(event, Creation) and not event.refusal
                    if open_ and not eager_reason(self.tree, key, event.frames):
                        self._lead(key)

    # who mentions what

    def _note(self, path: str) -> None:
        file = self.tree.files[path]
        for body in file.bodies:
            if not body.is_module:
                called = dict.fromkeys(event.callee for event in body.events if isinstance(event, Call))
                for key in dict.fromkeys(key for callee in called for key in self._keys(callee, path)):
                    self._calling[key].append((path, body.index))
        for one in file.classes:
            for key in (key for base in one.bases for key in self._keys(base, path)):
                self._deriving[key].append((path, one.index))
        if path.endswith("__init__.py"):
            for name, dotted in file.imports.items():
                for word in self._meant(dotted, path):
                    self._passing[word].append((path, name))

    def _keys(self, callee: Callee, path: str) -> Iterator[object]:
        """What a call can be found by: a body, a class, a name of a file, a method's name where it is called."""
        match callee.kind:
            case CalleeKind.BODY | CalleeKind.CLASS:
                yield callee.kind, path, callee.index
            case CalleeKind.IMPORTED:
                yield from self._meant(callee.name, path)
            case CalleeKind.METHOD | CalleeKind.SUPER | CalleeKind.ATTRIBUTE:
                yield CalleeKind.ATTRIBUTE, path, callee.name

    def _meant(self, dotted: str, path: str) -> Iterator[_Word]:
        """The files that a dotted name can come from, each with the names that follow the module's."""
        level = len(dotted) - len(dotted.lstrip("."))
        parts = dotted[level:].split(".")
        for cut in range(len(parts), -1 if level else 0, -1):
            found = self.tree.modules(dotted[:level] + ".".join(parts[:cut]), path)
            if found:
                names = parts[cut:] or [_ANY]
                yield from ((other, name) for other in found for name in names)
                return

    # what leads

    def _lead(self, key: BodyKey) -> None:
        if key not in self._bodies and not self.tree.body(key).is_module:
            self._bodies.add(key)
            self._waiting.append(key)

    def _follow(self, key: BodyKey) -> None:
        path, body = key[0], self.tree.body(key)
        self._lead((path, body.parent))
        self._lead_all(self._calling.get((CalleeKind.BODY, *key), ()))
        if body.owner >= 0:
            self._lead_class((path, body.owner))
        if not body.is_lambda:
            self._give(path, body.name)
            for other in (path, *(self.tree.importers[path] if body.owner >= 0 else ())):
                self._lead_all(self._calling.get((CalleeKind.ATTRIBUTE, other, body.name), ()))

    def _lead_all(self, keys: Iterable[BodyKey]) -> None:
        for key in keys:
            self._lead(key)

    def _lead_class(self, key: ClassKey) -> None:
        """Whoever makes an object of the class, or of one that derives from it, can run the method."""
        if key in self._classes:
            return
        self._classes.add(key)
        self._lead_all(self._calling.get((CalleeKind.CLASS, *key), ()))
        name = self.tree.class_facts(key).name
        self._give(key[0], name)
        for below in (*self._deriving.get((CalleeKind.CLASS, *key), ()), *self._deriving.get((key[0], name), ())):
            self._lead_class(below)

    def _give(self, path: str, name: str) -> None:
        """A file has a name that leads to a creation; packages pass it on under the name by which they import it."""
        words = self.words.setdefault(path, set())
        if name in words or name == "__init__":
            return
        words.add(name)
        self._lead_all(self._calling.get((path, name), ()))
        for other, passed in self._passing.get((path, name), ()):
            self._give(other, passed)
        for other, _ in self._passing.get((path, _ANY), ()):
            self._give(other, name)
