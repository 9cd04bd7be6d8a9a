"""Names for new scopes that nothing bears which can meet them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property

from codemods.tensorflow.naming.sites import Site
from codemods.tensorflow.scopes.hidden import may_be_hidden
from codemods.tensorflow.scopes.table import ScopeTable
from codemods.tensorflow.text import Text, literal, overlaps, without_number

__all__ = ["ScopeNames"]

_MAX_NUMBER = 1000  # layers of one name in one program


class ScopeNames:
    """The names that scopes, ops and variables bear, with the files that give them."""

    def __init__(self, scopes: ScopeTable, sites: Iterable[Site]) -> None:
        self.scopes = scopes
        self.meeting = scopes.meeting
        self.tree = scopes.reach.tree
        self._named: dict[str, list[str]] = defaultdict(list)
        self._taken: dict[str, list[str]] = defaultdict(list)
        self._numbers: dict[str, list[str]] = defaultdict(list)  # of `w` where `w_1` is taken
        self._counting: dict[str, list[tuple[str, str]]] = defaultdict(list)  # new ones that TensorFlow numbers
        self._new: dict[str, list[tuple[str, str]]] = defaultdict(list)  # with the scopes around them
        self._given: dict[tuple[str, str, str], int] = {}  # for a file, a scope and a name how many in a row are taken
        self._patterns: dict[Text, set[str]] = defaultdict(set)  # scopes of whose names a part is known
        for item in scopes.items.values():
            for text in item.texts:
                for name in text.texts:
                    self._take(name, item.key[0])
                if not text.texts and text.tells and not text.is_open:
                    self._patterns[text].add(item.key[0])
        for text, path in scopes.bearers.patterns():
            self._patterns[text].add(path)
            self._take_folders(text.parts[0] if isinstance(text.parts[0], str) else "", path)
        for name, bearers in scopes.bearers.literals():
            self._named[name] += (instance.body[0] for _, instance in bearers)
            for path in self._named[name]:
                self._take_folders(name, path)
        self._sites = tuple(sites)
        self._by_function: dict[str, list[Site]] = defaultdict(list)  # those that pass a name
        for site in self._sites:
            if site.is_named:
                self._by_function[self.tree.body(site.body).name].append(site)

    @cached_property
    def _again(self) -> dict[str, list[str]]:
        """What is made again under a name that stays, so that it is numbered: the files, by the name.

        Asked for once it is known which functions make variables for scopes around their calls.
        """
        factories = [site for site in self._sites if site.domain is not None]
        moving = {id(one) for site in factories for one in site.instances if not site.keeps_name(one)}
        found = {}
        for name, bearers in self.scopes.bearers.literals():
            staying = [instance for _, instance in bearers if id(instance) not in moving]
            if len(staying) > 1 or any(map(self.scopes.places.repeats, staying)):
                found[name] = [instance.body[0] for instance in staying]
        return found

    def _take_folders(self, name: str, path: str) -> None:
        """Takes the scopes that a name says it is in: `a` of `a/w`."""
        for folder in name.split("/")[:-1] if "/" in name else ():
            self._take(folder, path)

    def _take(self, name: str, path: str) -> None:
        """Takes a name for a scope of a file."""
        key = name.lower()
        self._taken[key].append(path)
        self._take_number(key, path)

    def _take_number(self, key: str, path: str) -> None:
        if (stem := without_number(key)) != key:
            self._numbers[stem].append(path)

    def free(self, name: str, path: str, sites: Sequence[Site], *, unique: bool, around: str) -> str:
        """A scope name for file `path`, now taken; `sites` are inside and may have its name.

        One that is `unique` gets its number from TensorFlow, so that other scopes of its kind may share it. It stands
        right within the variable scope `around`, where that is known, and meets nothing new that stands within another.
        """
        if name.lower() in self.tree.op_names or self._may_be_meant(name.lower(), path):
            name = _another(name)  # TensorFlow compares the names of ops and scopes without regard to case
        if self._is_function_around(name, sites):
            name = _another(name)
        own = {(text.literal or "").lower() for site in sites for text in site.names}
        while self._is_numbered(name, path, own, unique=unique):
            name = _another(name)
        around = "" if unique else without_number(around.lower())
        given = 0 if unique else min(self._given.get((path, around, name), 0), _MAX_NUMBER - 1)
        for number in range(given, _MAX_NUMBER):
            candidate = f"{name}_{number}" if number and not unique else _another(name) if number else name
            key = candidate.lower()
            taken = [*self._taken[key], *self._matching(candidate), *(() if key in own else self._named[key])]
            taken += (where for where, other in self._new[key] if not around or other in ("", around))
            taken += self._numbers[key] if unique else ()
            if not any(self.meeting.files(path, other) for other in taken):
                break
            if number and unique:
                name = candidate
        if unique:
            self._counting[key].append((candidate, path))
        else:
            self._new[key].append((path, around))
            self._take_number(key, path)
            self._given[path, around, name] = given + (number == given)
        return candidate

    def _may_be_meant(self, key: str, path: str) -> bool:
        """Whether something that the program does not show may bear a name, or a number of it: `w_1`."""
        return any(key in (word, without_number(word)) for word in self.tree.unknown_words(path))

    def _is_numbered(self, name: str, path: str, own: Collection[str], *, unique: bool) -> bool:
        """Whether TensorFlow may give a name, its number or what differs in case alone to something else."""
        key = name.lower()
        stem = without_number(key)
        others = (one for each in dict.fromkeys((key, stem)) for one in self._counting.get(each, ()))
        paths = [where for other, where in others if not (unique and other == name)]
        if stem != key or key not in own:
            paths += self._again.get(stem, ())
        return any(self.meeting.files(path, where) for where in paths)

    def _is_function_around(self, name: str, sites: Sequence[Site]) -> bool:
        """Whether a scope that nobody sees, which may be called after its function, holds a name of what is inside."""
        inside = [text for site in sites for text in site.names]
        others = (one for one in self._by_function.get(name, ()) if inside and one not in sites)
        return any(
            any(overlaps(one, text) for one in other.names for text in inside)
            and any(may_be_hidden(instance, self.scopes) for instance in other.instances)
            for other in others
        )

    def _matching(self, name: str) -> Iterator[str]:
        """The files that make scopes which may be called `name`."""
        for pattern, paths in self._patterns.items():
            if overlaps(pattern, literal(name)):
                yield from paths


def _another(name: str) -> str:
    """Another word for a layer, where something else has its name: `softmax_layer`; `conv_block` for `conv_layer`."""
    return f"{name.removesuffix('layer')}block" if name.endswith("layer") else f"{name}_layer"
