"""One folder of an editor's workspace, looked at again and again: what `migrate` would say of it with unsaved text."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from migrate import discover, settings
from migrate.discover import Found
from migrate.findings import annotate
from migrate.findings.rules import DEPENDENT
from migrate.lsp.documents import Document, Notebook
from migrate.lsp.memory import Remembering, Results, Sources
from migrate.model import FileResult, Finding, Level, Report, Rewrite
from migrate.output.replacements import Replaced, fixes, replaced
from migrate.paths.excludes import Excludes
from migrate.registry import Registry
from migrate.runner import Extent, Progress, Session
from migrate.settings import Settings, SettingsError
from migrate.source import Source, read

__all__ = ["CLIENT_OPTIONS", "Look", "Project", "Reading", "Watch", "client_settings"]

CLIENT_OPTIONS = (
    *("level", "select", "ignore", "exclude", "extend_exclude", "respect_gitignore"),
    *("config", "isolated", "jobs", "executor", "scheduler"),
)


def client_settings(registry: Registry, values: Mapping[str, Any]) -> dict[str, Any]:
    """An editor's settings under the names of `Settings`. Raises `SettingsError` for a key that is none."""
    known = [*CLIENT_OPTIONS, *registry.options]
    given = {}
    for key, value in values.items():
        name = key.replace("-", "_")
        if name not in known:
            kebab = [one.replace("_", "-") for one in known]
            raise SettingsError(f"the editor's settings: unknown key {key}{settings.nearest(key, kebab)}")
        if value is not None:
            given[name] = value
    return given


@dataclass(frozen=True)
class Reading:
    """What one level makes of a project."""

    report: Report
    notebooks: frozenset[str]  # the paths of notebooks that are open, cell by cell

    def result(self, path: str) -> FileResult:
        """What was found in a file."""
        return self._results.get(path) or FileResult(path)

    def failure(self, path: str) -> FileResult | None:
        """Why a file could not be looked at."""
        return next((one for one in self.report.failures if one.path == path), None)

    def rewritten(self, finding: Finding) -> Finding | None:
        """The rewrite that this level makes where another one has left `finding`."""
        own = [one for one in self.result(finding.path).findings if one.span == finding.span]
        first = finding.message.partition(" ")[0]  # what is held back says first what it was
        made = [one for one in own if isinstance(one.outcome, Rewrite)]
        return next((one for one in made if one.code == first), made[0] if made else None)

    def together(self, ids: Iterable[str]) -> tuple[Finding, ...]:
        """The findings called `ids` and all that have to be applied with them, in order."""
        names = {name for one in ids for name in self._fixes.get(one, ())}
        return tuple(finding for finding in self.report.findings() if finding.id in names)

    @cached_property
    def files(self) -> Mapping[str, Replaced]:
        """The replacements of each file that changes; those of an open notebook are in its program's text."""
        found = {}
        for result in self.report.changed:
            reader = read if result.path in self.notebooks else Source.from_bytes
            changes = replaced(result, reader)
            if changes is not None:
                found[result.path] = changes
        return found

    @cached_property
    def _fixes(self) -> Mapping[str, tuple[str, ...]]:
        return fixes(self.report, self.files)

    @cached_property
    def _results(self) -> Mapping[str, FileResult]:
        return {result.path: result for result in self.report.results}


@dataclass(frozen=True)
class Look:
    """What one look has found: as configured, and at other levels where those would say something else.

    `seen` are the open documents as they were, `documents` those that are sources of the project, by the path that
    findings have. `complete` says whether the facts are those of all files of the project.
    """

    root: str
    seen: tuple[Document, ...]
    documents: Mapping[str, Document]
    complete: bool
    finished: bool  # whether `exact` and `unsafe` are what they will be
    own: Reading
    exact: Reading
    unsafe: Reading

    def full(self, path: str) -> str:
        """The absolute path of a finding's file."""
        return os.path.join(self.root, path) if self.root else path


class Project:
    """A folder and the documents open in it; all but the constructor belong to the thread that looks.

    `root` is None for documents that are no files: they are looked at by themselves.
    """

    def __init__(self, registry: Registry, root: str | None) -> None:
        self.root = root
        self._registry = registry
        self._sources = Sources(registry.analyses)
        self._results = Results()
        self._found: Found | None = None
        self._listed: frozenset[str] = frozenset()
        self._excluded: frozenset[str] = frozenset()  # files that are open but were not found
        self._indexed = False

    def forget(self, paths: Iterable[str], *, listing: bool) -> None:
        """Reads files, given by absolute path, again; and with `listing` searches the folder again."""
        self._enter()
        for path in paths:
            self._sources.forget(discover.shown(path))
        if listing:
            self._found = None

    def refresh(self) -> None:
        """Reads again what has changed on disk, for an editor that does not tell."""
        self._enter()
        self._sources.refresh()
        self._found = None

    def looks(
        self, given: Mapping[str, Any], documents: Iterable[Document], watch: Watch, *, whole: bool
    ) -> Iterator[Look]:
        """What is found, first by the open documents alone if more is to come and not known yet.

        With `whole` the facts are those of the folder. `given` are settings on top of the configuration files. Raises
        what `watch.check` raises, and what the floors below do.
        """
        self._enter()
        options = settings.load(self._registry, given)
        seen = tuple(documents)
        open_ones = {self._shown(one): one for one in seen}
        if self.root is not None and not (self._indexed and whole):
            yield self._look(options, seen, open_ones, Found(sorted(open_ones)), watch.quietly())
            if not whole:
                return
        found = self._search(options, open_ones)
        watch.check()
        mine = {path: one for path, one in open_ones.items() if self._belongs(path, options)}
        everything = Found(sorted({*found.files, *mine}), found.failures, frozenset(mine))
        look = replace(self._look(options, seen, mine, everything, watch), complete=True)
        self._indexed = True
        yield look
        if not look.finished:
            yield self._other_levels(look, given, everything, watch)

    def _look(
        self,
        options: Settings,
        seen: tuple[Document, ...],
        documents: Mapping[str, Document],
        found: Found,
        watch: Watch,
    ) -> Look:
        self._sources.open({path: one.data for path, one in documents.items()})
        own = self._read(options, documents, found, watch)
        findings = [finding for path in documents for finding in own.result(path).findings]
        levels = {one.outcome.level for one in findings if isinstance(one.outcome, Rewrite)}
        settled = levels <= {Level.EXACT} and not annotate.open_calls(findings)
        root = os.getcwd() if self.root is not None else ""
        return Look(root, seen, documents, False, settled, own, own, own)

    def _other_levels(self, look: Look, given: Mapping[str, Any], found: Found, watch: Watch) -> Look:
        readings = []
        for level in (Level.EXACT, Level.UNSAFE):
            options = settings.load(self._registry, {**given, "level": level.value})
            readings.append(self._read(options, look.documents, found, watch.quietly()))
        return replace(look, finished=True, exact=readings[0], unsafe=readings[1])

    def _read(self, options: Settings, documents: Mapping[str, Document], found: Found, watch: Watch) -> Reading:
        """Facts are those of all files; rewritten are the open ones and, in other files, what those need."""
        notebooks = frozenset(path for path, one in documents.items() if isinstance(one, Notebook))
        wanted = frozenset(documents)
        while True:
            remembering = partial(Remembering, sources=self._sources, results=self._results, check=watch.check)
            extent = Extent(self._sources, only=wanted.__contains__)
            with Session(options, found, extent, watch.step, remembering) as session:
                report = session.report()
            needed = {path for finding in report.findings() for path in _lacking(finding)}
            if needed <= wanted:
                return Reading(report, notebooks)
            wanted |= needed

    def _search(self, options: Settings, paths: Iterable[str]) -> Found:
        """The folder's sources, searched for again when something is new there, an open file such as one of `paths`."""
        if self.root is None:
            return Found([])
        strange = {path for path in paths if path not in self._listed and os.path.exists(path)}
        if self._found is None or not strange <= self._excluded:
            self._found = discover.find([self.root], options)
            self._listed = frozenset(self._found.files)
            self._excluded = frozenset(strange - self._listed)
        return self._found

    def _belongs(self, path: str, options: Settings) -> bool:
        """Whether an open document is one of the project's sources; what is excluded is not looked at."""
        if self.root is None or path in self._listed:
            return True
        full = os.path.abspath(path)
        if os.path.exists(full):
            return False
        excludes = Excludes(options)
        excludes.allow(os.getcwd())
        return not excludes.hides(full)

    def _shown(self, document: Document) -> str:
        return discover.shown(os.path.realpath(document.path)) if self.root is not None else document.path

    def _enter(self) -> None:
        """Names, and globs of the configuration, are relative to the folder, as for a run in it."""
        if self.root is not None:
            os.chdir(self.root)


_NEEDS = re.compile(r"needs \w+@(.+):\d+:\d+, which is not made")  # as `settle.missing` has it


def _lacking(finding: Finding) -> tuple[str, ...]:
    """The file of the rewrite for want of which this one is held back."""
    match = _NEEDS.search(finding.message) if finding.code == DEPENDENT else None
    return (match[1],) if match else ()


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks after a look: `check` raises to end it, `step` hears how far it is."""

    check: Callable[[], None]
    tell: Progress | None = None

    def step(self, what: str, done: int, total: int) -> None:
        """Passes progress on, unless the look is to end."""
        self.check()
        if self.tell is not None:
            self.tell(what, done, total)

    def quietly(self) -> Watch:
        """The same without a word."""
        return Watch(self.check)
