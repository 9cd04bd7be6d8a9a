"""The first look at every file of a tree, and into which programs they fall."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from migrate import engine
from migrate.engine import Indexed
from migrate.findings.suppress import MARKER
from migrate.imports.importers import Imports, Scan
from migrate.imports.partition import Joints, partition
from migrate.programs.extent import Setup
from migrate.programs.gathering import FOLLOWING, Collector, Facts, Known, Wanted
from migrate.programs.reader import Reader

__all__ = ["Group", "Survey"]

_MOST = 300  # files whose facts are held, 80 KB each
_MEANWHILE = 60_000  # bytes that are looked through for imports while a worker finds the facts of one file, or less


@dataclass(frozen=True, slots=True)
class Group:
    """Files that are linked together, and those that they import; what is `known` of them, and what joins them.

    `members` may be rewritten: those of two groups are others. `triggered` are those that an analysis has to see,
    `beside` the files whose facts matter beside others, both with the analyses; `commented` have comments to migrate,
    whatever else they hold. `imports` are those of all files, packed. `weight` is the length of the members' sources,
    in bytes. Facts to `spare` are of files to which only a name led: whoever comes to them by a name of these files
    need not find them again.
    """

    members: Sequence[str]
    files: Sequence[str]
    triggered: Mapping[str, tuple[str, ...]]
    known: Known
    commented: frozenset[str] = frozenset()
    imports: bytes = Imports().packed(())
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weight: int = 0
    spare: Facts = field(default_factory=dict)


class Survey:
    """Looks at the bytes of all files, and at the code of those that have a codemod's triggers."""

    def __init__(self, reader: Reader, setup: Setup) -> None:
        self._reader = reader
        self._analyses = setup.analyses
        self._known = Known()
        self._collector = Collector(reader, setup, self._known, meanwhile=self._look_ahead)
        self._scan = Scan(self._collector.modules, self._around())
        self._waits = setup.executor.width > 1  # for others, who are at work while it does something else
        self._opens = False
        self._commented: set[str] = set()
        self._triggered: dict[str, tuple[str, ...]] = {}
        self._forgotten: set[str] = set()  # files of which there were whole facts
        self._sizes: dict[str, int] = {}
        self._beside: dict[str, tuple[str, ...]] = {}

    def groups(self) -> list[Group]:
        """All files that matter, in the order of their paths; what no program joins is in the last group."""
        read = self._reader.read(self._reader.files, "Reading")
        self._collector.collect((self._looked_at(path, data) for path, data in read), whole=False)
        if not self._is_open():
            return [self._rest(self._known)]
        imports = Imports(self._scan)
        joints = Joints(self._collector.modules, imports)
        rewritable = self._rewritable()
        programs = self._programs(joints, rewritable | self._forgotten)
        groups = [self._group(members, rewritable, joints, imports) for members in programs]
        glanced = Known(brief=self._known.brief)
        return [*groups, self._rest(glanced, {path for group in groups for path in group.members})]

    def _looked_at(self, path: str, data: bytes) -> Wanted:
        if MARKER in data:
            self._commented.add(path)
            self._reader.remember(path, data)
        wanting = engine.triggered(data, self._analyses)
        if wanting:
            self._triggered[path] = wanting
            self._relieve()
        return path, data, wanting

    def _look_ahead(self, indexed: Indexed) -> None:
        """Looks for imports while others index, once there is a file that makes them matter."""
        if self._waits and not self._opens:
            facts = {name: {indexed.path: own} for name, own in indexed.facts.items()}
            self._opens = bool(engine.opened(facts, self._analyses))
        if self._opens:
            self._scan.go_on(_MEANWHILE)

    def _relieve(self) -> None:
        """Lets go of the last facts where there are too many; whoever goes through a program finds them again.

        They come in the order of the files, so that the same ones go with any number of workers.
        """
        for name, own in self._known.whole.items():
            glanced = self._known.brief.get(name, {})
            while len(own) > _MOST:
                path, _ = own.popitem()
                if path not in glanced:
                    self._forgotten.add(path)

    def _is_open(self) -> bool:
        """Whether anything may be rewritten."""
        facts = self._known.whole
        sought = engine.sought(facts, self._analyses)
        return bool(self._forgotten or engine.opened(facts, self._analyses) or any(sought.values()))

    def _around(self) -> Iterator[tuple[str, bytes]]:
        for path, data in self._reader.read(self._reader.files, FOLLOWING):
            self._sizes[path] = len(data)
            beside = engine.accompanying(path, data, self._analyses)
            if beside:
                self._beside[path] = beside
            yield path, data

    def _programs(self, joints: Joints, roots: Collection[str]) -> list[list[str]]:
        """The files by what joins them; all together where one of the analyses can't do with less."""
        concerned = {name for names in self._triggered.values() for name in names}
        if not all(one.apart for one in self._analyses if one.name in concerned):
            return [[*self._reader.files]]
        return partition(joints, roots, self._beside)

    def _rewritable(self) -> set[str]:
        """The files of which facts are held since a glance did not do, but for those to which only a name led."""
        whole, brief = self._known.whole, self._known.brief
        glanced = {name: own.keys() - brief.get(name, {}).keys() for name, own in whole.items()}
        return self._triggered.keys() & set[str]().union(*glanced.values())

    def _group(self, members: Sequence[str], rewritable: set[str], joints: Joints, imports: Imports) -> Group:
        files = sorted(joints.reached(members).union(members))
        return Group(
            members,
            files,
            {path: self._triggered[path] for path in members if path in self._triggered},
            self._known.of(rewritable.intersection(members), brief=members),
            frozenset(self._commented.intersection(members)),
            imports.packed(files),
            {path: self._beside[path] for path in files if path in self._beside},
            sum(self._sizes.get(path, 0) for path in members),
            self._known.of(set(files) - rewritable, brief=()).whole,
        )

    def _rest(self, known: Known, others: Collection[str] = ()) -> Group:
        """What stands in no program: calls that are left whatever else there is, and comments to migrate."""
        commented = frozenset(self._commented.difference(others))
        rest = sorted(known.all_paths().difference(others) | commented)
        return Group(rest, rest, {}, known.of(rest, brief=rest), commented)
