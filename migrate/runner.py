"""One run from paths to a report: index every source, link the facts, rewrite, and look again at what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrate import discover, engine, rules
from migrate.engine import Indexed, Rewritten
from migrate.executors import Executor, Lost, open_executor
from migrate.model import Failure, FileResult, Report, Rewrite
from migrate.settings import Settings
from migrate.settle import Hold, applied, missing
from migrate.work import IndexTask, RewriteTask, Work

__all__ = ["run"]

Facts = dict[str, dict[str, Any]]  # by analysis, then by path
Plans = Mapping[str, Mapping[str, Any]]  # by path, then by analysis


def run(settings: Settings, paths: Sequence[str]) -> Report:
    """What the codemods find below `paths`; nothing is written. Raises `discover.PathError`, `ExecutorError`."""
    files, failures = discover.find(paths)
    with open_executor(settings.executor, settings.jobs, settings.scheduler) as executor:
        run = _Run(settings, executor, Work(settings.registry.references))
        run.failures.update({failure.path: failure for failure in failures})
        run.index(files)
        run.seek(files)
        run.rewrite_all()
    results = (one.result for _, one in sorted(run.results.items()))
    kept = tuple(one for one in results if one.findings and not one.failure)
    return Report(kept, len(files), tuple(run.failures[path] for path in sorted(run.failures)))


@dataclass(slots=True)
class _Run:
    """What a run knows so far: facts, a digest of the bytes that they come from, results, what is held back."""

    settings: Settings
    executor: Executor
    work: Work
    facts: Facts = field(default_factory=dict)
    digests: dict[str, int] = field(default_factory=dict)
    results: dict[str, Rewritten] = field(default_factory=dict)
    failures: dict[str, FileResult] = field(default_factory=dict)
    held: dict[str, dict[str, Hold]] = field(default_factory=dict)

    def index(self, files: Iterable[str]) -> None:
        """Collects the facts of the files that have a codemod's triggers."""
        analyses = self.settings.registry.analyses
        self._collect((path, data, engine.triggered(data, analyses)) for path, data in self._read(files))

    def seek(self, files: Sequence[str]) -> None:
        """Collects the facts of the files that import what an analysis seeks, until nothing new is sought."""
        analyses = self.settings.registry.analyses
        known: dict[str, frozenset[str]] = {}
        while (wanted := engine.sought(self.facts, analyses)) != known:
            fresh = {name: modules - known.get(name, frozenset()) for name, modules in wanted.items()}
            patterns = {name: engine.imports_any(modules) for name, modules in fresh.items() if modules}
            known = wanted
            self._collect(
                (path, data, tuple(name for name, one in patterns.items() if self._new(name, path) and one.search(data)))
                for path, data in self._read(files)
            )

    def _new(self, analysis: str, path: str) -> bool:
        return path not in self.facts.get(analysis, {})

    def _collect(self, wanted: Iterable[tuple[str, bytes, tuple[str, ...]]]) -> None:
        for indexed in self.executor.map(self.work.index, self._index_tasks(wanted)):
            match indexed:
                case Lost(path, cause):
                    self._fail(path, Failure(cause))
                case Indexed(path, _, Failure() as failure):
                    self._fail(path, failure)
                case Indexed(path, facts):
                    for analysis, found in facts.items():
                        self.facts.setdefault(analysis, {})[path] = found

    def _index_tasks(self, wanted: Iterable[tuple[str, bytes, tuple[str, ...]]]) -> Iterator[IndexTask]:
        for path, data, analyses in wanted:
            if analyses:
                self.digests[path] = hash(data)
                yield IndexTask(path, data, analyses)

    def _read(self, files: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The bytes of each file; one that cannot be read, or that is not what it was, is a failure."""
        for path in files:
            if path in self.failures:
                continue
            match discover.read(path):
                case Failure() as failure:
                    self._fail(path, failure)
                case bytes(data) if self.digests.get(path, hash(data)) != hash(data):
                    self._fail(path, Failure("changed while it was being looked at; run again"))
                case bytes(data):
                    yield path, data

    def _fail(self, path: str, failure: Failure) -> None:
        self.failures[path] = FileResult(path, failure=failure)
        self.results.pop(path, None)
        for facts in self.facts.values():
            facts.pop(path, None)

    def rewrite_all(self) -> None:
        """Rewrites what has a plan, again as long as something that was taken for granted has to be held back."""
        plans = self._link(self.facts)
        todo: Iterable[str] = sorted(plans)
        while todo:
            self._rewrite(todo, plans)
            todo = self._hold_dependents() or self._hold_unstable()

    def _link(self, facts: Facts) -> Plans:
        """The plans of all files, linked once for each set of options that some file's configuration has."""
        registry = self.settings.registry
        paths = {path for own in facts.values() for path in own}
        policies = {path: self.settings.policy(path) for path in sorted(paths)}
        plans: dict[str, Mapping[str, Any]] = {}
        done: list[Any] = []
        for policy in policies.values():
            if policy.options in done:
                continue
            done.append(policy.options)
            linked = engine.link(facts, registry.analyses, policy.options)
            plans |= {path: plan for path, plan in linked.items() if policies[path].options == policy.options}
        return plans

    def _rewrite(self, paths: Iterable[str], plans: Plans) -> None:
        tasks = (self._rewrite_task(path, data, plans) for path, data in self._read(paths))
        for rewritten in self.executor.map(self.work.rewrite, tasks):
            match rewritten:
                case Lost(path, cause):
                    self._fail(path, Failure(cause))
                case Rewritten(FileResult(path, failure=Failure() as failure)):
                    self._fail(path, failure)
                case Rewritten(result):
                    self.results[result.path] = rewritten

    def _rewrite_task(self, path: str, data: bytes, plans: Plans) -> RewriteTask:
        indexed = tuple(name for name, facts in self.facts.items() if path in facts)
        return RewriteTask(path, data, plans[path], self.settings.policy(path), indexed, self.held.get(path, {}))

    def _hold_dependents(self) -> list[str]:
        """Holds back what requires a finding of another file that does not stand; the paths to rewrite again."""
        standing = {path: applied(one.result.findings) for path, one in self.results.items()}
        everything = frozenset().union(*standing.values())
        again: dict[str, None] = {}
        for path, one in self.results.items():
            for finding in one.result.findings:
                needed = next((name for name in finding.requires if name not in everything), None)
                if needed and isinstance(finding.outcome, Rewrite):
                    self.held.setdefault(path, {})[finding.id] = missing(finding, needed)
                    again[path] = None
        return sorted(again)

    def _hold_unstable(self) -> list[str]:
        """Holds back every rewrite in a file that a second run would rewrite again; the paths to rewrite again."""
        changed = {path: one for path, one in self.results.items() if one.result.changed}
        after: Facts = {name: dict(facts) for name, facts in self.facts.items()}
        for path, one in changed.items():
            for name, facts in after.items():
                facts.pop(path, None)
                if name in one.facts:
                    facts[path] = one.facts[name]
        plans = self._link(after) if changed else {}
        tasks = (
            RewriteTask(path, one.result.after or b"", plans[path], self.settings.policy(path), ())
            for path, one in sorted(changed.items())
            if any(plans.get(path, {}).values())
        )
        unstable = []
        for checked in self.executor.map(self.work.check, tasks):
            if not isinstance(checked, Lost) and checked[1] > len(self.held.get(checked[0], {})):
                unstable.append(checked[0])
        reason = Hold(rules.UNSTABLE, "would be rewritten again by a second run", "Please report this as a mistake.")
        for path in unstable:
            names = applied(changed[path].result.findings)
            self.held.setdefault(path, {}).update(dict.fromkeys(names, reason))
        return unstable
