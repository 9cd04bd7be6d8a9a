"""Proves over all files which names of other modules are TensorFlow, and which of its two interfaces they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from codemods.tensorflow import knowledge
from codemods.tensorflow.file_facts import FileFacts, Relayed
from codemods.tensorflow.program.imports import Imports
from migrate.syntax.names import STAR

__all__ = ["follows", "passing", "settled"]

_MAX_REEXPORTS = 6
_ROOT, _VERSION_1 = "tensorflow", "tensorflow.compat.v1"


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a name is: TensorFlow's root, which may be known to be version 2's, or version 1's, or a thing in them."""

    dotted: str
    version_2: bool

    def fits(self, name: str) -> bool:
        """Whether a relayed name is used for what it is: TensorFlow itself, or its own thing of that name."""
        single = knowledge.canonical(self.dotted) != _ROOT
        return not single or self.dotted.rpartition(".")[2] == name.rpartition(".")[2]


def settled(files: Mapping[str, FileFacts]) -> dict[str, FileFacts]:
    """The files with what each says where all that it takes for TensorFlow is, and otherwise without any of it."""
    if not any(file.relayed for file in files.values()):
        return dict(files)
    relays = _Relays(files)
    return {path: relays.settle(path, file) for path, file in files.items()}


def follows(facts: Iterable[FileFacts]) -> frozenset[tuple[str, str]]:
    """The dotted names, each with the file that has it, on which it depends whether names are TensorFlow."""
    files = {file.path: file for file in facts}
    return frozenset(_followed(files).asked) if any(file.relayed for file in files.values()) else frozenset()


def passing(files: Mapping[str, FileFacts]) -> set[str]:
    """The files that have TensorFlow for others: who imports them may use it without a word of where it comes from."""
    return _followed(files).passing if any(file.relayed for file in files.values()) else set()


def _followed(files: Mapping[str, FileFacts]) -> _Relays:
    relays = _Relays(files)
    for path, file in files.items():
        for source in dict.fromkeys(
            one for relayed in file.relayed for many in relayed.sources.values() for one in many
        ):
            relays.meaning(source, path)
    return relays


class _Relays:
    """Follows names from file to file: `asked` are all that it came by, `passing` the files that have TensorFlow."""

    def __init__(self, files: Mapping[str, FileFacts]) -> None:
        self.files = files
        self.imports = Imports(files)
        self.asked: set[tuple[str, str]] = set()
        self.passing: set[str] = set()
        self._found: dict[tuple[str, str, int], list[tuple[str, str]]] = {}

    def settle(self, path: str, file: FileFacts) -> FileFacts:
        """A file's facts with as much as holds of what it takes for TensorFlow."""
        settled = (self._settled(path, file, relayed) for relayed in file.relayed)
        return next((one for one in settled if one is not None), file)

    def _settled(self, path: str, file: FileFacts, relayed: Relayed) -> FileFacts | None:
        meanings = {name: self._among(sources, path) for name, sources in relayed.sources.items()}
        known = {name: meaning for name, meaning in meanings.items() if meaning is not None and meaning.fits(name)}
        if len(known) < len(meanings):
            return None
        synonyms = {name: meaning.dotted for name, meaning in known.items()}
        roots = [meaning for meaning in known.values() if not meaning.dotted.startswith(_VERSION_1)]
        version_2 = relayed.facts.version_2_root if roots else file.version_2_root
        version_2 |= any(meaning.version_2 for meaning in roots) and not relayed.version_1_root
        return replace(relayed.facts, relayed=file.relayed, synonyms=synonyms, version_2_root=version_2)

    def _among(self, sources: Sequence[str], path: str) -> _Meaning | None:
        """What a name is that one of several modules may have: of star imports the last one counts that has it."""
        binding = (source for source in reversed(sources) if self._origins(source, path, 0))
        return self.meaning(next(binding, sources[0]), path)

    def meaning(self, dotted: str, path: str, depth: int = 0) -> _Meaning | None:
        """What `dotted` is in file `path`; None where it may be anything but TensorFlow."""
        name = knowledge.canonical(dotted) or ""
        if name == _ROOT or name.startswith(f"{_ROOT}."):
            spelled = dotted if name == dotted else name.replace(_ROOT, _VERSION_1, 1)
            return _Meaning(spelled, self.files[path].version_2_root)
        origins = self._origins(dotted, path, depth)
        found = [self.meaning(origin, owner, depth + 1) for origin, owner in origins]
        known = [meaning for meaning in found if meaning is not None]
        if not known or len(known) < len(found):
            return None
        self.passing.update(owner for _, owner in origins)
        spelled = max(meaning.dotted for meaning in known)  # with either, by version, what both have is right
        return _Meaning(spelled, any(meaning.version_2 for meaning in known))

    def _origins(self, dotted: str, path: str, depth: int) -> list[tuple[str, str]]:
        """What the files of the tree bind `dotted` to, with those files; "" for anything that has no dotted name."""
        if depth > _MAX_REEXPORTS:
            return []
        known = self._found.get((dotted, path, depth))
        if known is None:  # files that star-import one another ask for the same again and again
            known = self._found[dotted, path, depth] = self._find_origins(dotted, path, depth)
        return known

    def _find_origins(self, dotted: str, path: str, depth: int) -> list[tuple[str, str]]:
        self.asked.add((dotted, path))
        for _, group in groupby(self.imports.readings(dotted, path), key=lambda one: len(one[1])):
            bound = ((owner, names[1:], self._bound(owner, names[0], depth)) for owner, names in group)
            found = [(".".join([origin, *rest]), owner) for owner, rest, origins in bound for origin in origins]
            if found:  # in the module itself, whatever its package has under the module's name
                return found
        return []

    def _bound(self, path: str, name: str, depth: int) -> Sequence[str]:
        """The origins of a name that the top level of a file has."""
        file = self.files[path]
        if name in file.top.aliases:
            return file.top.aliases[name] or ("",)
        if name in file.top.imports:
            return file.top.imports[name]
        if name in file.top.functions:
            return ("",)
        stars = (star + name for star in reversed(file.top.aliases.get(STAR, ())))
        return next(([one] for one in stars if self._origins(one, path, depth + 1)), [])
