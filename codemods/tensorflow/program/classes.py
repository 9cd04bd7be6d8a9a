"""The classes of a run: what derives from what, and which method a class has under a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from codemods.tensorflow.facts import ClassFacts
from codemods.tensorflow.program.symbols import Symbols

__all__ = ["BodyKey", "ClassKey", "Classes"]

BodyKey = tuple[str, int]  # a path and a body's index
ClassKey = tuple[str, int]


class Classes:
    """Follows base classes over all files."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols
        self.files = symbols.files
        self._bases: dict[ClassKey, list[ClassKey]] = {}

    def facts(self, key: ClassKey) -> ClassFacts:
        """The facts of a class."""
        return self.files[key[0]].classes[key[1]]

    def bases(self, key: ClassKey) -> list[ClassKey]:
        """The classes of the tree that a class directly derives from."""
        found = self._bases.get(key)
        if found is None:
            found = self._bases[key] = []
            for base in self.facts(key).bases:
                found += self.symbols.classes(base, key[0])
        return found

    def ancestors(self, key: ClassKey) -> Iterator[ClassKey]:
        """A class and the classes that it derives from, nearest first."""
        seen = {key}
        queue = [key]
        while queue:
            current = queue.pop(0)
            yield current
            for base in self.bases(current):
                if base not in seen:
                    seen.add(base)
                    queue.append(base)

    def is_whole(self, key: ClassKey) -> bool:
        """Whether the tree has all that a class derives from: its objects have no other methods."""
        return all(
            base.name == "builtins.object" or bool(self.symbols.classes(base, path))
            for path, index in self.ancestors(key)
            for base in self.facts((path, index)).bases
        )

    @cached_property
    def subclasses(self) -> Mapping[ClassKey, list[ClassKey]]:
        """The classes that derive from each class, directly or not."""
        below: dict[ClassKey, list[ClassKey]] = defaultdict(list)
        for path, file in self.files.items():
            for facts in file.classes:
                for ancestor in self.ancestors((path, facts.index)):
                    if ancestor != (path, facts.index):
                        below[ancestor].append((path, facts.index))
        return below

    def method(self, key: ClassKey, name: str) -> list[BodyKey]:
        """The method that a class has under `name`, its own or inherited."""
        for ancestor in self.ancestors(key):
            index = self.facts(ancestor).methods.get(name)
            if index is not None:
                return [(ancestor[0], index)]
        return []

    def kin(self, key: ClassKey) -> list[ClassKey]:
        """The classes that an object of a class, or of one that derives from it, may have anything of."""
        own = (key, *self.subclasses.get(key, ()))
        return list(dict.fromkeys(ancestor for one in own for ancestor in self.ancestors(one)))

    def called_on_self(self, key: ClassKey, name: str) -> list[BodyKey]:
        """What `self.name()` in a class can run: its own method, one of a subclass, or of what that has beside it.

        The constructor, where that is a class which stands in one of them.
        """
        found = self.method(key, name)
        for subclass in self.subclasses.get(key, ()):
            index = self.facts(subclass).methods.get(name)
            if index is not None:
                found.append((subclass[0], index))
        beside = (one for base in self._beside(key, in_front=True) for one in self.method(base, name))
        made = (one for inner in self._inner_of_self(key, name) for one in self.method(inner, "__init__"))
        return list(dict.fromkeys((*found, *beside, *made)))

    def may_be_another(self, key: ClassKey, name: str) -> bool:
        """Whether `self.name` in a class can be a class that stands in one, and something nobody knows as well."""
        kin = self.kin(key) if name in self._inner else ()
        own = [facts.inner[name] for facts in map(self.facts, kin) if name in facts.inner]
        made = (self.method(inner, "__init__") for inner in self._inner_of_self(key, name))
        return bool(own) and (name in self._replaced or -1 in own or not all(made))

    def is_replaced(self, key: ClassKey) -> bool:
        """Whether a class stands in another one, where something else may take its place."""
        facts = self.facts(key)
        return facts.is_inner and facts.name in self._replaced

    def _inner_of_self(self, key: ClassKey, name: str) -> list[ClassKey]:
        """The classes that `self.name` in a class can be as they stand in that, or in one that derives from it."""
        kin = self.kin(key) if name in self._inner else ()
        own = ((path, self.facts((path, index)).inner.get(name, -1)) for path, index in kin)
        return [one for one in own if one[1] >= 0]

    @cached_property
    def _inner(self) -> frozenset[str]:
        """What classes are called that stand in others."""
        return frozenset(one.name for file in self.files.values() for one in file.classes if one.is_inner)

    @cached_property
    def _replaced(self) -> frozenset[str]:
        """What may be such a class and is assigned from outside."""
        return frozenset().union(*(file.replaced for file in self.files.values()))

    def inherited(self, key: ClassKey, name: str) -> list[BodyKey]:
        """What `super().name()` in a class can run: a base's method, or one of what a subclass has beside the class."""
        own = next(filter(None, (self.method(base, name) for base in self.bases(key))), [])
        beside = (found for base in self._beside(key) for found in self.method(base, name))
        return list(dict.fromkeys((*own, *beside)))

    def _beside(self, key: ClassKey, *, in_front: bool = False) -> Iterator[ClassKey]:
        """The bases that subclasses name behind one that is a class, or derives from it: `class Net(Scoped, Dense)`.

        Those that they name `in_front` of it, too, where that is asked for.
        """
        for subclass in self.subclasses.get(key, ()):
            bases = self.bases(subclass) if len(self.facts(subclass).bases) > 1 else ()
            place = next((number for number, base in enumerate(bases) if key in self.ancestors(base)), len(bases))
            others = bases if in_front else bases[place + 1 :]
            yield from (base for base in others if key not in self.ancestors(base))
