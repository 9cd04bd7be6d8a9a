"""One run from paths to a report: gather the facts, link them, rewrite, and look again at what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from migrate import collecting, discover, engine, places, rules
from migrate.discover import Found
from migrate.engine import Indexed, Rewritten
from migrate.executors import Executor, Lost, open_executor
from migrate.executors.caching import CachingExecutor
from migrate.gathering import Facts, Gathering
from migrate.model import Failure, FileResult, Level, Report, Rewrite
from migrate.reader import Progress, Reader
from migrate.settings import Settings
from migrate.settle import Hold, Policy, applied, missing
from migrate.shifts import shifted
from migrate.work import IndexTask, RewriteTask, Work

__all__ = ["Extent", "Progress", "Session", "run"]

_PAYS = 10  # files: to open the database takes as long as to index two of them

Plans = Mapping[str, Mapping[str, Any]]  # by path, then by analysis

_UNSTABLE = Hold(rules.UNSTABLE, "would be rewritten again by a second run", "Please report this as a mistake.")
_IDLE = Hold(rules.DEPENDENT, "serves calls of which one is not rewritten", "Have all of them rewritten.")
_UNPROVED = Hold(rules.DECLINED, "did not pass the verification", "Look at what `migrate verify` says of it.")
_DECLINED = Hold(rules.DECLINED, "was declined in the review", "Run again and accept it, or ignore it by a comment.")


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of what is found is rewritten; facts are those of all sources whatever it says.

    `overlay` holds bytes that stand for a file's own, such as an editor's unsaved text. `only` says which files are
    rewritten, `lines` which of their lines: statements that touch none of them are passed over. `part` says which
    rewritten files are reported: what a rewrite needs may stand in a file of another part.
    """

    overlay: Mapping[str, bytes] = field(default_factory=dict)
    only: Callable[[str], bool] | None = None
    lines: Mapping[str, Sequence[range]] | None = None
    part: Callable[[str], bool] = lambda _: True

    def wants(self, path: str) -> bool:
        """Whether anything in `path` may be rewritten."""
        return (self.only is None or self.only(path)) and (self.lines is None or path in self.lines)


def _quiet(what: str, done: int, total: int) -> None:
    """No progress is shown."""


def run(settings: Settings, paths: Sequence[str], extent: Extent = Extent(), progress: Progress = _quiet) -> Report:
    """What the codemods find below `paths`; nothing is written.

    Raises `discover.PathError`, `settings.SettingsError`, `executors.ExecutorError`.
    """
    with Session(settings, discover.find(paths, settings), extent, progress) as session:
        return session.report()


def _executor(settings: Settings, work: Work, files: int, extent: Extent) -> Executor:
    """What the settings ask for, with the facts of other runs where there are enough `files` for that to pay.

    Other machines may have other code. What somebody is writing, which is what is looked at `only`, is not kept.
    """
    plain = open_executor(settings.executor, settings.jobs, settings.scheduler, work.ready)
    folder = places.user_cache("migrate-facts") if settings.cache and files >= _PAYS else None
    if folder is None or settings.executor == "dask":
        return plain
    return CachingExecutor(plain, work, folder, lambda path: extent.only is None or not extent.only(path))


class Session:
    """The facts of some sources and what was made of them; whoever reviews can ask again with less than all.

    To be used in a `with` block, which stops the workers. `wrap` may put something before what does the work.
    """

    def __init__(
        self,
        settings: Settings,
        found: Found,
        extent: Extent = Extent(),
        progress: Progress = _quiet,
        wrap: Callable[[Executor], Executor] = lambda plain: plain,
    ) -> None:
        self._settings = settings
        self._extent = extent
        self._work = Work(settings.registry.references, settings.max_size * 1_000_000)
        self._executor = wrap(_executor(settings, self._work, len(found.files), extent))
        self._reader = Reader(found, extent.overlay, progress)
        self._gathering = Gathering(self._reader, settings.registry.analyses, self._executor, self._work)
        self._results: dict[str, Rewritten] = {}
        self._held: dict[str, dict[str, Hold]] = {}
        self._gathered = False

    def __enter__(self) -> Session:
        self._executor.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._executor.__exit__(kind, error, trace)

    def report(self) -> Report:
        """Everything that is found; the first call does the work."""
        with collecting.paused():
            self._look()
        part = self._extent.part
        kept = [one.result for path, one in sorted(self._results.items()) if one.result.findings and part(path)]
        failed = (one for path, one in sorted(self._reader.failures.items()) if part(path))
        return Report(shifted(kept), len(self._reader.files), tuple(failed))

    def _look(self) -> None:
        if not self._gathered:
            self._gathering.gather()
            self._gathered = True
            plans = self._link(self._gathering.facts)
            wanted = filter(self._extent.wants, {*plans, *self._gathering.commented})
            self._settle(plans, sorted(wanted))

    def without(self, ids: Iterable[str]) -> Report:
        """The same without some rewrites, for once: what is asked next starts from everything again."""
        held = {path: dict(own) for path, own in self._held.items()}
        kept = dict(self._results), dict(self._reader.failures)
        try:
            return self.decline(ids, _UNPROVED)
        finally:
            self._held, (self._results, self._reader.failures) = held, kept

    def decline(self, ids: Iterable[str], reason: Hold = _DECLINED) -> Report:
        """The same without the rewrites of the findings called `ids` and whatever requires them."""
        self.report()
        refused = frozenset(ids)
        again = []
        for path, one in self._results.items():
            names = applied(one.result.findings) & refused
            if names:
                self._held.setdefault(path, {}).update(dict.fromkeys(names, reason))
                again.append(path)
        self._settle(self._link(self._gathering.facts), sorted(again))
        return self.report()

    def _link(self, facts: Facts) -> Plans:
        """The plans of all files, linked once for each set of options that some file's configuration has."""
        policies = {path: self._policy(path) for path in sorted({path for own in facts.values() for path in own})}
        plans: dict[str, Mapping[str, Any]] = {}
        done = []
        for policy in policies.values():
            if policy.options not in done:
                done.append(policy.options)
                linked = engine.link(facts, self._settings.registry.analyses, policy.options)
                plans |= {path: plan for path, plan in linked.items() if policies[path].options == policy.options}
        return plans

    def _policy(self, path: str) -> Policy:
        return self._settings.policy(path)

    def _settle(self, plans: Plans, todo: Sequence[str]) -> None:
        """Rewrites `todo`, and again whatever took something for granted that had to be held back."""
        while todo:
            self._rewrite(todo, plans)
            todo = self._hold_dependents() or self._hold_idle() or self._hold_unstable()

    def _rewrite(self, paths: Sequence[str], plans: Plans) -> None:
        tasks = (self._rewrite_task(path, data, plans) for path, data in self._reader.read(paths, "Rewriting"))
        for rewritten in self._executor.map(self._work.rewrite, tasks):
            match rewritten:
                case Lost(path, cause):
                    self._reader.fail(path, Failure(cause))
                case Rewritten(FileResult(path, failure=Failure() as failure)):
                    self._reader.fail(path, failure)
                case Rewritten(result):
                    self._results[result.path] = rewritten
        for path in self._reader.failures.keys() & self._results.keys():
            del self._results[path]

    def _rewrite_task(self, path: str, data: bytes, plans: Plans) -> RewriteTask:
        return RewriteTask(
            path,
            data,
            plans.get(path, {}),
            self._policy(path),
            self._gathering.analyses_of(path),
            self._held.get(path, {}),
            None if self._extent.lines is None else self._extent.lines.get(path, ()),
            "ignore" if self._settings.add_ignore else "mark" if self._settings.mark else "",
        )

    def _hold_dependents(self) -> list[str]:
        """Holds back what requires a finding of another file that does not stand; the paths to rewrite again."""
        standing = [applied(one.result.findings) for one in self._results.values()]
        everything = frozenset[str]().union(*standing)
        again: dict[str, None] = {}
        for path, one in self._results.items():
            for finding in one.result.findings:
                needed = next((name for name in finding.requires if name not in everything), None)
                if needed and isinstance(finding.outcome, Rewrite):
                    self._held.setdefault(path, {})[finding.id] = missing(needed)
                    again[path] = None
        return sorted(again)

    def _hold_idle(self) -> list[str]:
        """Holds back what serves only others that do not stand; the paths to rewrite again.

        What renames is held back where one of them does not stand: a scope around a call that stays as it is would
        rename its variable, and no finding would say so.
        """
        findings = [one for rewritten in self._results.values() for one in rewritten.result.findings]
        served = {name for one in findings if isinstance(one.outcome, Rewrite) for name in one.requires}
        forgone = frozenset[str]().union(*(rewritten.forgone for rewritten in self._results.values()))
        again: dict[str, None] = {}
        for one in findings:
            match one.outcome:
                case Rewrite(Level.RENAMES, supports=True):
                    idle = one.id not in served - forgone
                case Rewrite(supports=True):
                    idle = one.id in forgone - served
                case _:
                    idle = False
            if idle:
                self._held.setdefault(one.path, {})[one.id] = _IDLE
                again[one.path] = None
        return sorted(again)

    def _hold_unstable(self) -> list[str]:
        """Holds back every rewrite in a file that a second run would rewrite again; the paths to rewrite again."""
        changed = {path: one for path, one in self._results.items() if one.result.changed}
        plans = self._link(self._remaining(changed)) if changed else {}
        tasks = (
            RewriteTask(path, one.result.after or b"", plans[path], self._policy(path))
            for path, one in sorted(changed.items())
            if any(plans.get(path, {}).values())
        )
        checks = (one for one in self._executor.map(self._work.check, tasks) if not isinstance(one, Lost))
        unstable = [path for path, number in checks if number > changed[path].withheld]
        for path in unstable:
            names = applied(changed[path].result.findings)
            self._held.setdefault(path, {}).update(dict.fromkeys(names, _UNSTABLE))
        return unstable

    def _remaining(self, changed: Mapping[str, Rewritten]) -> Facts:
        """The facts of what a second run could still rewrite; those of the changed files are from their new text."""
        done = {path: one.result.after or b"" for path, one in changed.items() if one.done}
        after = self._gathering.facts
        _replace(after, {path: one.facts for path, one in changed.items() if not one.done})
        kept = engine.remaining(after, self._settings.registry.analyses, done.keys())
        beside = {path: names for path in done if (names := tuple(name for name in kept if path in kept[name]))}
        tasks = (IndexTask(path, done[path], names) for path, names in sorted(beside.items()))
        found = (one for one in self._executor.map(self._work.index, tasks) if isinstance(one, Indexed))
        _replace(kept, {path: {} for path in beside} | {one.path: one.facts for one in found})
        return kept


def _replace(facts: Facts, own: Mapping[str, Mapping[str, Any]]) -> None:
    """Puts the facts of some files, which go by path, then by analysis, in the place of those that they had."""
    for name, known in facts.items():
        for path, found in own.items():
            known.pop(path, None)
            if name in found:
                known[path] = found[name]
