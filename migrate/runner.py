"""One run from paths to a report: a look at all files, then one program after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType

from migrate import collecting, places, project
from migrate.discover import Found
from migrate.executors import Executor, open_executor
from migrate.executors.caching import CachingExecutor
from migrate.findings import rules
from migrate.findings.settle import Hold
from migrate.findings.shifts import shifted
from migrate.model import Report
from migrate.programs.extent import WHOLE, Extent, Setup
from migrate.programs.program import Program
from migrate.programs.reader import Progress, Reader
from migrate.programs.survey import Survey
from migrate.programs.traversal import Traversal
from migrate.settings import Settings
from migrate.work import Work

__all__ = ["Extent", "Progress", "Session", "run"]

_PAYS = 10  # files: to open the database takes as long as to index two of them
_UNPROVED = Hold(rules.DECLINED, "did not pass the verification", "Look at what `migrate verify` says of it.")
_DECLINED = Hold(rules.DECLINED, "was declined in the review", "Run again and accept it, or ignore it by a comment.")


def _quiet(what: str, done: int, total: int) -> None:
    """No progress is shown."""


def run(settings: Settings, paths: Sequence[str], extent: Extent = WHOLE, progress: Progress = _quiet) -> Report:
    """What the codemods find below `paths`, with the facts of the projects around; nothing is written.

    Raises `discover.PathError`, `settings.SettingsError`, `executors.ExecutorError`.
    """
    with Session(settings, project.find(paths, settings), extent, progress) as session:
        return session.report()


def _cache(settings: Settings, files: int) -> str | None:
    """Where the facts of other runs are, with enough `files` for that to pay. Other machines may have other code."""
    wanted = settings.cache and files >= _PAYS and settings.executor != "dask"
    return places.user_cache("migrate-facts") if wanted else None


def _executor(settings: Settings, work: Work, cache: str | None, extent: Extent) -> Executor:
    """What the settings ask for. What somebody is writing, which is what is looked at `only`, is not kept."""
    plain = open_executor(settings.executor, settings.jobs, settings.scheduler, work.ready, work.packages)
    if cache is None:
        return plain
    return CachingExecutor(plain, work, cache, lambda path: extent.only is None or not extent.only(path))


class Session:
    """The programs that some sources are and what was made of them; whoever reviews can ask again with less than all.

    To be used in a `with` block, which stops the workers. `wrap` may put something before what does the work.
    """

    def __init__(
        self,
        settings: Settings,
        found: Found,
        extent: Extent = WHOLE,
        progress: Progress = _quiet,
        wrap: Callable[[Executor], Executor] = lambda plain: plain,
    ) -> None:
        work = Work(settings.registry.references, settings.max_size * 1_000_000)
        self._cache = _cache(settings, len(found.files))
        self._executor = wrap(_executor(settings, work, self._cache, extent))
        comment = "ignore" if settings.add_ignore else "mark" if settings.mark else ""
        inner = extent.without(found.around)
        self._setup = Setup(settings.registry.analyses, self._executor, work, settings.policy, comment, inner)
        self._around = found.around
        self._reader = Reader(found, extent.overlay, progress)
        self._programs: list[Program] | None = None

    def __enter__(self) -> Session:
        self._executor.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._executor.__exit__(kind, error, trace)

    def report(self) -> Report:
        """Everything that is found; the first call does the work."""
        return self._report(self._looked())

    def without(self, ids: Iterable[str]) -> Report:
        """The same without some rewrites, for once: what is asked next starts from everything again."""
        failures = dict(self._reader.failures)
        programs = [one.copy() for one in self._looked()]
        try:
            return self._declined(programs, ids, _UNPROVED)
        finally:
            self._reader.failures.clear()
            self._reader.failures.update(failures)

    def decline(self, ids: Iterable[str], reason: Hold = _DECLINED) -> Report:
        """The same without the rewrites of the findings called `ids` and whatever requires them."""
        return self._declined(self._looked(), ids, reason)

    def _declined(self, programs: Sequence[Program], ids: Iterable[str], reason: Hold) -> Report:
        refused = frozenset(ids)
        with collecting.paused():
            for program in programs:
                program.decline(refused, reason)
        return self._report(programs)

    def _looked(self) -> Sequence[Program]:
        """The programs, gone through one after the other: of most, nothing is kept but the results."""
        if self._programs is None:
            with collecting.paused():
                self._programs = [*self._go_through()]
        return self._programs

    def _go_through(self) -> Iterator[Program]:
        groups = Survey(self._reader, self._setup).groups()
        concerned = deque(group for group in groups if any(map(self._concerns, group.members)))
        del groups  # whose facts would stay
        yield from Traversal(self._setup, self._reader, self._cache).programs(concerned)

    def _concerns(self, path: str) -> bool:
        return self._setup.extent.part(path) and self._setup.extent.wants(path)

    def _report(self, programs: Sequence[Program]) -> Report:
        part, around = self._setup.extent.part, self._around
        results = {path: one.result for program in programs for path, one in program.results.items()}
        unseen = {path: one for program in programs for path, one in program.unseen.items()}
        told = [one for _, one in sorted(results.items()) if one.findings]
        found = shifted(told, unseen)  # by what other parts free, too
        failed = (one for path, one in sorted(self._reader.failures.items()) if part(path) and path not in around)
        files = len(self._reader.files) - len(around)
        return Report(tuple(one for one in found if part(one.path)), files, tuple(failed))
