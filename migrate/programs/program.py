"""The course of one program: gather its facts, link them, rewrite, and look again at what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from migrate import engine
from migrate.engine import Indexed, Rewritten
from migrate.executors import Lost
from migrate.findings import rules
from migrate.findings.settle import Hold, applied, beyond, falling, missing
from migrate.findings.shifts import renames
from migrate.imports.importers import Imports
from migrate.model import Failure, FileResult, Level, Rewrite, Shift, path_of
from migrate.programs.extent import Setup
from migrate.programs.gathering import Collector, Facts, Gathering, Known
from migrate.programs.reader import Reader
from migrate.programs.survey import Group
from migrate.work import IndexTask, RewriteTask

__all__ = ["Program"]

Plans = Mapping[str, Mapping[str, Any]]  # by path, then by analysis

_UNSTABLE = Hold(rules.UNSTABLE, "would be rewritten again by a second run", "Please report this as a mistake.")
_IDLE = Hold(rules.DEPENDENT, "serves calls of which one is not rewritten", "Have all of them rewritten.")


class Program:
    """The files of a group and what is made of them; whoever reviews can ask again with less than all."""

    def __init__(self, setup: Setup, reader: Reader, group: Group, results: Mapping[str, Rewritten] = {}) -> None:
        self.results = dict(results)
        self._setup = setup
        self._reader = reader
        self.group = group
        # What becomes of names that no finding tells of, by file.
        self.unseen: dict[str, frozenset[Shift]] = {path: one.unseen for path, one in results.items()}
        self._held: dict[str, dict[str, Hold]] = {}
        self._known: Known | None = None

    @property
    def size(self) -> int:
        """How many files it may have facts of."""
        return len(self.group.members)

    def look(self) -> None:
        """Finds everything in the members; of other files there are facts, but what they hold is said elsewhere.

        Where there are no facts of what is wanted, there is nothing to link the others for.
        """
        wants = self._setup.extent.wants
        if any(map(wants, self._gathered().all_paths() | self.group.commented)):
            plans = self._link(self._facts)
            concerned = {*plans, *self.group.commented}.intersection(self.group.members)
            self._settle(plans, sorted(filter(wants, concerned)))
            if any(map(renames, (found for one in self.results.values() for found in one.result.findings))):
                self._look_beyond(plans, sorted(path for path in concerned if not wants(path)))

    def _look_beyond(self, plans: Plans, paths: Sequence[str]) -> None:
        """Notes what becomes of the names in files of which nothing is rewritten, while others give theirs up."""
        read = self._reader.read(paths, "Looking on")
        tasks = (replace(self._rewrite_task(path, data, plans), lines=()) for path, data in read)
        for rewritten in self._setup.executor.map(self._setup.work.rewrite, tasks):
            match rewritten:
                case Lost(path, cause):
                    self._reader.fail(path, Failure(cause))
                case Rewritten(result):
                    self.unseen[result.path] = rewritten.unseen

    def decline(self, ids: Iterable[str], reason: Hold) -> None:
        """Finds everything but the rewrites of the findings called `ids` and whatever requires them."""
        refused = frozenset(ids)
        again = []
        for path, one in self.results.items():
            names = applied(one.result.findings) & refused
            if names:
                self._held.setdefault(path, {}).update(dict.fromkeys(names, reason))
                again.append(path)
        if again and self._known is None:
            self.look()
        elif again:
            self._settle(self._link(self._facts), sorted(again))

    def copy(self) -> Program:
        """The same, so far."""
        other = Program(self._setup, self._reader, self.group, self.results)
        other.unseen = dict(self.unseen)
        other._held = {path: dict(own) for path, own in self._held.items()}
        other._known = self._known
        return other

    def forget(self) -> None:
        """Lets go of all facts; whoever declines something goes through the program again."""
        self._known = None
        self.group = replace(self.group, known=Known(), spare={})
        self.results = {path: replace(one, facts={}) for path, one in self.results.items()}

    @property
    def _facts(self) -> Facts:
        return self._gathered().merged()

    def _gathered(self) -> Known:
        """All that is known of the program's files."""
        if self._known is None:
            setup, group = self._setup, self.group
            self._known = group.known.copy()
            collector = Collector(self._reader, setup, self._known, group.spare)
            lacking = sorted(group.triggered.keys() - self._known.all_paths())
            read = self._reader.read(lacking, "Reading")
            collector.collect(((path, data, group.triggered[path]) for path, data in read), whole=False)
            imports = Imports.unpacked(group.imports)
            Gathering(collector, self._reader, setup.analyses, imports, group.beside).gather()
        return self._known

    def _link(self, facts: Facts) -> Plans:
        """The plans of all files, linked once for each set of options that some file's configuration has."""
        policies = {path: self._setup.policy(path) for path in sorted({path for own in facts.values() for path in own})}
        plans: dict[str, Mapping[str, Any]] = {}
        done = []
        for policy in policies.values():
            if policy.options not in done:
                done.append(policy.options)
                linked = engine.link(facts, self._setup.analyses, policy.options)
                plans |= {path: plan for path, plan in linked.items() if policies[path].options == policy.options}
        return plans

    def _settle(self, plans: Plans, todo: Sequence[str]) -> None:
        """Rewrites `todo`, and again whatever took something for granted that had to be held back."""
        while todo:
            self._rewrite(todo, plans)
            todo = self._hold_dependents() or self._hold_idle() or self._hold_unstable()

    def _rewrite(self, paths: Sequence[str], plans: Plans) -> None:
        tasks = (self._rewrite_task(path, data, plans) for path, data in self._reader.read(paths, "Rewriting"))
        for rewritten in self._setup.executor.map(self._setup.work.rewrite, tasks):
            match rewritten:
                case Lost(path, cause):
                    self._reader.fail(path, Failure(cause))
                case Rewritten(FileResult(path, failure=Failure() as failure)):
                    self._reader.fail(path, failure)
                case Rewritten(result):
                    self.results[result.path] = rewritten
                    self.unseen[result.path] = rewritten.unseen
        for path in self._reader.failures.keys() & self.results.keys():
            del self.results[path]

    def _rewrite_task(self, path: str, data: bytes, plans: Plans) -> RewriteTask:
        lines = self._setup.extent.lines
        return RewriteTask(
            path,
            data,
            plans.get(path, {}),
            self._setup.policy(path),
            self._gathered().analyses_of(path),
            self._held.get(path, {}),
            None if lines is None else lines.get(path, ()),
            self._setup.comment,
        )

    def _hold_dependents(self) -> list[str]:
        """Holds back what requires a finding of another file that does not stand; the paths to rewrite again."""
        findings = [one for rewritten in self.results.values() for one in rewritten.result.findings]
        standing = {one.id: one for one in findings if isinstance(one.outcome, Rewrite)}
        lost = dict.fromkeys(name for one in standing.values() for name in one.requires if name not in standing)
        lacking = falling(standing.values(), lost)
        for name, needed in lacking.items():
            self._held.setdefault(standing[name].path, {})[name] = self._missing(needed)
        return sorted({standing[name].path for name in lacking})

    def _missing(self, needed: str) -> Hold:
        """The hold of what requires a finding that is not made, be it for want of leave to touch its file."""
        path = path_of(needed)
        return missing(needed) if self._setup.extent.reaches(path) else beyond(needed, path)

    def _hold_idle(self) -> list[str]:
        """Holds back what serves only others that do not stand; the paths to rewrite again.

        What renames is held back where one of them does not stand: a scope around a call that stays as it is would
        rename its variable, and no finding would say so.
        """
        findings = [one for rewritten in self.results.values() for one in rewritten.result.findings]
        served = {name for one in findings if isinstance(one.outcome, Rewrite) for name in one.requires}
        forgone = frozenset[str]().union(*(rewritten.forgone for rewritten in self.results.values()))
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
        changed = {path: one for path, one in self.results.items() if one.result.changed}
        plans = self._link(self._remaining(changed)) if changed else {}
        tasks = (
            RewriteTask(path, one.result.after or b"", plans[path], self._setup.policy(path))
            for path, one in sorted(changed.items())
            if any(plans.get(path, {}).values())
        )
        checks = (one for one in self._setup.executor.map(self._setup.work.check, tasks) if not isinstance(one, Lost))
        unstable = [path for path, number in checks if number > changed[path].withheld]
        for path in unstable:
            names = applied(changed[path].result.findings)
            self._held.setdefault(path, {}).update(dict.fromkeys(names, _UNSTABLE))
        return unstable

    def _remaining(self, changed: Mapping[str, Rewritten]) -> Facts:
        """The facts of what a second run could still rewrite; those of the changed files are from their new text."""
        done = {path: one.result.after or b"" for path, one in changed.items() if one.done}
        after = self._facts
        _replace(after, {path: one.facts for path, one in changed.items() if not one.done})
        kept = engine.remaining(after, self._setup.analyses, done.keys())
        beside = {path: names for path in done if (names := tuple(name for name in kept if path in kept[name]))}
        tasks = (IndexTask(path, done[path], names) for path, names in sorted(beside.items()))
        found = (one for one in self._setup.executor.map(self._setup.work.index, tasks) if isinstance(one, Indexed))
        _replace(kept, {path: {} for path in beside} | {one.path: one.facts for one in found})
        return kept


def _replace(facts: Facts, own: Mapping[str, Mapping[str, Any]]) -> None:
    """Puts the facts of some files, which go by path, then by analysis, in the place of those that they had."""
    for name, known in facts.items():
        for path, found in own.items():
            known.pop(path, None)
            if name in found:
                known[path] = found[name]
