"""Collects the facts of the files that matter in one program: those with a call, and what imports join with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from migrate import engine
from migrate.codemod import Analysis
from migrate.engine import Indexed
from migrate.executors import Lost
from migrate.imports.importers import Importers, Imports
from migrate.imports.partition import Joints
from migrate.model import Failure
from migrate.programs.extent import Setup
from migrate.programs.reader import Reader
from migrate.syntax.modules import Modules
from migrate.work import IndexTask

__all__ = ["FOLLOWING", "Collector", "Facts", "Gathering", "Known", "Wanted"]

Facts: TypeAlias = dict[str, dict[str, Any]]  # by analysis, then by path
Wanted: TypeAlias = tuple[str, bytes, tuple[str, ...]]  # a source, and the names of the analyses that want its facts
FOLLOWING = "Following imports"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some files: their facts, and the brief ones of those that nothing needed more of."""

    whole: Facts = field(default_factory=dict)
    brief: Facts = field(default_factory=dict)

    def note(self, indexed: Indexed) -> None:
        """Adds what was found in a file."""
        for facts, found in ((self.whole, indexed.facts), (self.brief, indexed.brief)):
            for analysis, one in found.items():
                facts.setdefault(analysis, {})[indexed.path] = one

    def of(self, paths: Iterable[str], brief: Iterable[str]) -> Known:
        """What is known of the files at `paths`, and briefly of those at `brief`."""
        return Known(_of(self.whole, frozenset(paths)), _of(self.brief, frozenset(brief)))

    def copy(self) -> Known:
        """The same, for more to be added."""
        return Known(_of(self.whole), _of(self.brief))

    def paths(self) -> set[str]:
        """The files of which more is known than a glance tells."""
        return {path for own in self.whole.values() for path in own}

    def all_paths(self) -> set[str]:
        """The files of which anything is known."""
        return self.paths() | {path for own in self.brief.values() for path in own}

    def analyses_of(self, path: str) -> tuple[str, ...]:
        """The names of the analyses that have facts of a file."""
        return tuple(dict.fromkeys(name for own in (self.brief, self.whole) for name in own if path in own[name]))

    def merged(self) -> Facts:
        """All facts, brief ones where there are no others."""
        names = {*self.brief, *self.whole}
        return {name: self.brief.get(name, {}) | self.whole.get(name, {}) for name in sorted(names)}


def _of(facts: Facts, paths: frozenset[str] | None = None) -> Facts:
    found = {name: {path: own[path] for path in own if paths is None or path in paths} for name, own in facts.items()}
    return {name: own for name, own in found.items() if own}


class Collector:
    """Indexes files into what is `known`, and what defines the names in them that analyses follow.

    Facts that are `spare` were found for somebody else, and are taken once they are asked for. `meanwhile` is called
    with what each file came to, while others may be under way.
    """

    def __init__(
        self,
        reader: Reader,
        setup: Setup,
        known: Known,
        spare: Facts | None = None,
        meanwhile: Callable[[Indexed], None] = lambda _: None,
    ) -> None:
        self.known = known
        self._spare = spare or {}
        self._meanwhile = meanwhile
        self.modules = Modules(reader.files)
        self._reader = reader
        self._setup = setup
        self._traced: set[str] = set()  # files that were looked at for the sake of a name

    def collect(self, wanted: Iterable[Wanted], *, whole: bool = True) -> None:
        """Indexes some sources, and what they take names from; those of a glance will do where not `whole`."""
        for indexed in self._setup.executor.map(self._setup.work.index, self._tasks(wanted, whole)):
            match indexed:
                case Lost(path, cause):
                    self._reader.fail(path, Failure(cause))
                case Indexed(path, failure=Failure() as failure):
                    self._reader.fail(path, failure)
                case Indexed():
                    self.known.note(indexed)
                    self._meanwhile(indexed)
        self.trace()

    def collect_of(self, wanted: Mapping[str, Sequence[str]]) -> None:
        """Indexes some files, for the analyses to whose library they do not belong."""
        read = self._reader.read(sorted(path for path in wanted if not self._takes(path, wanted[path])), FOLLOWING)
        self.collect((path, data, self._others(path, data, wanted[path])) for path, data in read)

    def trace(self) -> None:
        """Indexes the files that define what analyses follow, and in turn those that these take it from."""
        defining: dict[str, list[str]] = {}
        for name, followed in engine.followed(self.known.whole, self._setup.analyses).items():
            paths = {path for dotted, origin in followed for path, _ in self.modules.readings(dotted, origin)}
            for path in filter(partial(self.lacks, name), paths - self._traced):
                defining.setdefault(path, []).append(name)
        self._traced |= defining.keys()
        if defining:
            self.collect_of(defining)

    def lacks(self, analysis: str, path: str) -> bool:
        """Whether an analysis has no whole facts of a file."""
        return path not in self.known.whole.get(analysis, {})

    def _takes(self, path: str, names: Sequence[str]) -> bool:
        """Whether all that is wanted of a file was to spare; it is known then."""
        found = {name: self._spare[name][path] for name in names if path in self._spare.get(name, {})}
        if len(found) < len(names):
            return False
        self.known.note(Indexed(path, found))
        return True

    def _others(self, path: str, data: bytes, names: Sequence[str]) -> tuple[str, ...]:
        return tuple(one.name for one in self._setup.analyses if one.name in names and not one.library(path, data))

    def _tasks(self, wanted: Iterable[Wanted], whole: bool) -> Iterator[IndexTask]:
        for path, data, analyses in wanted:
            if analyses:
                self._reader.remember(path, data)
                yield IndexTask(path, data, analyses, whole)


class Gathering:
    """Collects the facts of one program, from those that a first look gave.

    `beside` are the files whose whole facts matter beside others, with the analyses to which they do.
    """

    def __init__(
        self,
        collector: Collector,
        reader: Reader,
        analyses: Sequence[Analysis],
        imports: Imports,
        beside: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._joints = Joints(collector.modules, imports)
        self._collector = collector
        self._reader = reader
        self._analyses = analyses
        self._imports = imports
        self._beside = beside
        self._sought: dict[str, frozenset[str]] = {}  # modules whose importers are indexed, by analysis

    def gather(self) -> None:
        """Follows the imports around the files of which facts are known."""
        self._collector.trace()
        self._seek()
        facts, known = self._collector.known.whole, self._collector.known.paths()
        joined = self._joints.joined(engine.opened(facts, self._analyses), {*known, *self._beside})
        found = self._reader.read(sorted(joined - known), FOLLOWING)
        self._collector.collect((path, data, self._beside[path]) for path, data in found)
        self._seek()

    def _seek(self) -> None:
        """Collects the facts of the files that import what is sought, until nothing new is."""
        while fresh := self._take_sought():
            importers: dict[str, list[str]] = {}
            for name, modules in fresh.items():
                for path in filter(partial(self._collector.lacks, name), self._imports.of(Importers(modules))):
                    importers.setdefault(path, []).append(name)
            if not importers:
                return
            self._collector.collect_of(importers)

    def _take_sought(self) -> dict[str, frozenset[str]]:
        """Takes the modules whose importers are wanted, by analysis; each is given once."""
        wanted = engine.sought(self._collector.known.whole, self._analyses)
        fresh = {name: modules - self._sought.get(name, frozenset()) for name, modules in wanted.items()}
        self._sought = wanted
        return {name: modules for name, modules in fresh.items() if modules}
