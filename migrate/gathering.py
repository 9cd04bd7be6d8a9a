"""Collects the facts of the files that matter: those that may hold a call, and whatever imports join with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, TypeAlias

from migrate import engine
from migrate.codemod import Analysis
from migrate.engine import Indexed
from migrate.executors import Executor, Lost
from migrate.importers import Importers, Imports
from migrate.model import Failure
from migrate.reader import Reader
from migrate.suppress import MARKER
from migrate.syntax.modules import Modules
from migrate.work import IndexTask, Work

__all__ = ["Facts", "Gathering"]

Facts: TypeAlias = dict[str, dict[str, Any]]  # by analysis, then by path
_Wanted: TypeAlias = tuple[str, bytes, tuple[str, ...]]  # a source, and the names of the analyses that want its facts
_FOLLOWING = "Following imports"


class Gathering:
    """The facts of one run; `commented` are the files with comments to migrate, whatever else they hold."""

    def __init__(self, reader: Reader, analyses: Sequence[Analysis], executor: Executor, work: Work) -> None:
        self.commented: set[str] = set()
        self._reader = reader
        self._analyses = analyses
        self._executor = executor
        self._work = work
        self._facts: Facts = {}
        self._brief: Facts = {}  # of files that nothing needed more of
        self._beside: dict[str, tuple[str, ...]] = {}  # files whose whole facts matter beside others, to which analyses
        self._traced: set[str] = set()  # files that were looked at for the sake of a name
        self._sought: dict[str, frozenset[str]] = {}  # modules whose importers are indexed, by analysis

    @property
    def facts(self) -> Facts:
        """All facts, brief ones where nothing asked for more."""
        names = {*self._brief, *self._facts}
        return {name: self._brief.get(name, {}) | self._facts.get(name, {}) for name in sorted(names)}

    def analyses_of(self, path: str) -> tuple[str, ...]:
        """The names of the analyses that have facts of a file."""
        return tuple(dict.fromkeys(name for own in (self._brief, self._facts) for name in own if path in own[name]))

    def gather(self) -> None:
        """Collects the facts of the files that have a codemod's triggers, and follows the imports around them."""
        read = self._reader.read(self._reader.files, "Reading")
        self._collect((self._triggered(path, data) for path, data in read), whole=False)
        fresh = self._take_sought()
        if fresh or engine.opened(self._facts, self._analyses):
            imports = Imports(self._reader.files, self._neighbours(seeking=bool(fresh)))
            self._seek(imports, fresh)
            joined = imports.joined(engine.opened(self._facts, self._analyses), {*self._known(), *self._beside})
            beside = sorted(joined - self._known())
            self._collect((path, data, self._beside[path]) for path, data in self._reader.read(beside, _FOLLOWING))
            self._seek(imports, self._take_sought())

    def _triggered(self, path: str, data: bytes) -> _Wanted:
        if MARKER in data:
            self.commented.add(path)
            self._reader.remember(path, data)
        return path, data, engine.triggered(data, self._analyses)

    def _neighbours(self, *, seeking: bool) -> Iterator[tuple[str, bytes]]:
        """The files whose imports matter: all where importers are sought, else those with facts and companions."""
        known = self._known()
        for path, data in self._reader.read(self._reader.files, _FOLLOWING):
            beside = engine.accompanying(path, data, self._analyses)
            if beside:
                self._beside[path] = beside
            if seeking or beside or path in known:
                yield path, data

    def _known(self) -> set[str]:
        return {path for own in self._facts.values() for path in own}

    def _take_sought(self) -> dict[str, frozenset[str]]:
        """Takes the modules whose importers are wanted, by analysis; each is given once."""
        wanted = engine.sought(self._facts, self._analyses)
        fresh = {name: modules - self._sought.get(name, frozenset()) for name, modules in wanted.items()}
        self._sought = wanted
        return {name: modules for name, modules in fresh.items() if modules}

    def _seek(self, imports: Imports, fresh: Mapping[str, frozenset[str]]) -> None:
        """Collects the facts of the files that import `fresh` modules, until nothing new is sought."""
        while fresh:
            importers: dict[str, list[str]] = {}
            for name, modules in fresh.items():
                for path in filter(partial(self._lacks, name), imports.of(Importers(modules))):
                    importers.setdefault(path, []).append(name)
            self._collect_of(importers)
            fresh = self._take_sought() if importers else {}

    def _trace(self) -> None:
        """Collects the facts of the files that define what analyses follow, and in turn of what these take it from."""
        defining: dict[str, list[str]] = {}
        for name, followed in engine.followed(self._facts, self._analyses).items():
            paths = {path for dotted, origin in followed for path, _ in self._modules.readings(dotted, origin)}
            for path in filter(partial(self._lacks, name), paths - self._traced):
                defining.setdefault(path, []).append(name)
        self._traced |= defining.keys()
        if defining:
            self._collect_of(defining)

    @cached_property
    def _modules(self) -> Modules:
        return Modules(self._reader.files)

    def _lacks(self, analysis: str, path: str) -> bool:
        return path not in self._facts.get(analysis, {})

    def _collect_of(self, wanted: Mapping[str, Sequence[str]]) -> None:
        """Collects the facts of some files, for the analyses to whose library they do not belong."""
        read = self._reader.read(sorted(wanted), _FOLLOWING)
        self._collect((path, data, self._others(path, data, wanted[path])) for path, data in read)

    def _others(self, path: str, data: bytes, names: Sequence[str]) -> tuple[str, ...]:
        return tuple(one.name for one in self._analyses if one.name in names and not one.library(path, data))

    def _collect(self, wanted: Iterable[_Wanted], *, whole: bool = True) -> None:
        for indexed in self._executor.map(self._work.index, self._tasks(wanted, whole)):
            match indexed:
                case Lost(path, cause):
                    self._reader.fail(path, Failure(cause))
                case Indexed(path, failure=Failure() as failure):
                    self._reader.fail(path, failure)
                case Indexed(path, facts, brief):
                    _note(self._facts, path, facts)
                    _note(self._brief, path, brief)
        self._trace()

    def _tasks(self, wanted: Iterable[_Wanted], whole: bool) -> Iterator[IndexTask]:
        for path, data, analyses in wanted:
            if analyses:
                self._reader.remember(path, data)
                yield IndexTask(path, data, analyses, whole)


def _note(facts: Facts, path: str, found: Mapping[str, Any]) -> None:
    for analysis, one in found.items():
        facts.setdefault(analysis, {})[path] = one
