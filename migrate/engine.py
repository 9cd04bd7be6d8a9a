"""The pure middle of a run: sources in, facts, plans and results out. Nothing here reads or writes a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrate import edits, rules, suppress
from migrate.codemod import Analysis, Codemod, Options
from migrate.model import Change, Edit, Failure, FileResult, Finding, Notice, Rewrite
from migrate.settle import Hold, Policy, applied, settle
from migrate.source import Source, SourceError
from migrate.suppress import Suppressions
from migrate.syntax.module import Module

__all__ = ["Indexed", "Job", "Rewritten", "imports_any", "index", "link", "open_source", "rewrite", "sought", "triggered"]


@dataclass(frozen=True, slots=True)
class Indexed:
    """One file's facts by the name of their analysis, or why it has none."""

    path: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A file's result and, where it changes, the facts of its new text, for the second pass."""

    result: FileResult
    facts: Mapping[str, Any] = field(default_factory=dict)


def open_source(path: str, data: bytes) -> Source:
    """The text of a file's bytes, whatever kind of file it is. Raises `SourceError`."""
    return Source.from_bytes(path, data)


def triggered(data: bytes, analyses: Iterable[Analysis]) -> tuple[str, ...]:
    """The names of the analyses that have to see a file, judging by its bytes alone."""
    return tuple(one.name for one in analyses if any(all(word in data for word in group) for group in one.triggers))


def index(path: str, data: bytes, analyses: Sequence[Analysis]) -> Indexed:
    """The facts that each analysis finds in one file; a file that does not parse has a failure instead."""
    try:
        module = Module(open_source(path, data))
    except SourceError as error:
        return Indexed(path, failure=Failure(error.cause, error.line))
    return Indexed(path, _facts(module, analyses))


def sought(facts: Mapping[str, Mapping[str, Any]], analyses: Sequence[Analysis]) -> dict[str, frozenset[str]]:
    """By analysis, the modules whose importers have to be indexed too. `facts` go by analysis, then by path."""
    wanted = {one.name: one.seeks(facts.get(one.name, {}).values()) for one in analyses}
    return {name: modules for name, modules in wanted.items() if modules}


def imports_any(modules: Iterable[str]) -> re.Pattern[bytes]:
    """Finds, in a file's bytes, an import line that mentions one of `modules` by its last component."""
    words = b"|".join(sorted({re.escape(name.rpartition(".")[2].encode()) for name in modules}))
    line = rb"(?:import|from)\b(?:\\\r?\n|[^\r\n])*?"
    block = rb"from\b[^\r\n(]*\bimport\s*\([^)]*?"
    return re.compile(rb"^[ \t\"]*(?:%s|%s)\b(?:%s)\b" % (block, line, words), re.MULTILINE)


def link(
    facts: Mapping[str, Mapping[str, Any]], analyses: Sequence[Analysis], options: Options
) -> dict[str, dict[str, Any]]:
    """The plans of all files: by path, then by analysis. `facts` go by analysis, then by path."""
    plans: dict[str, dict[str, Any]] = {}
    for analysis in analyses:
        for path, plan in analysis.link(facts.get(analysis.name, {}), options).items():
            plans.setdefault(path, {})[analysis.name] = plan
    return plans


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done to one file: `plans` go by analysis, `analyses` have facts of it, `held` was decided elsewhere."""

    codemods: Sequence[Codemod]
    analyses: Sequence[Analysis]
    plans: Mapping[str, Any]
    policy: Policy
    held: Mapping[str, Hold] = field(default_factory=dict)


def rewrite(path: str, data: bytes, job: Job) -> Rewritten:
    """What the codemods make of one file. What they raise goes through; `SourceError` becomes a failure."""
    try:
        module = Module(open_source(path, data))
    except SourceError as error:
        return Rewritten(FileResult(path, failure=Failure(error.cause, error.line)))
    suppressions = suppress.read(module)
    if suppressions.skip_file:
        return Rewritten(FileResult(path))
    offered = [found for one in job.codemods for found in _offer(one, module, job)]
    offered.sort(key=lambda finding: finding.span)
    return _splice(module, data, offered, _Settling(job, suppressions, dict(job.held)))


def _offer(codemod: Codemod, module: Module, job: Job) -> Iterable[Finding]:
    """A codemod's findings in one file, none where its analysis has no plan for it."""
    plan = job.plans.get(codemod.analysis.name)
    if plan is None or codemod.name not in job.policy.codemods:
        return
    codes = {rule.code for rule in codemod.rules}
    for finding in codemod.rewrite(module, plan, job.policy.options):
        if finding.code not in codes:
            raise ValueError(f"codemod {codemod.name} has no rule {finding.code}")
        yield finding


@dataclass(frozen=True, slots=True)
class _Settling:
    """What decides over a file's findings; `held` grows while conflicts are found."""

    job: Job
    suppressions: Suppressions
    held: dict[str, Hold]

    def settle(self, offered: Sequence[Finding]) -> tuple[Finding, ...]:
        return settle(offered, self.job.policy, self.suppressions, self.held)


def _splice(module: Module, data: bytes, offered: Sequence[Finding], settling: _Settling) -> Rewritten:
    """Applies what stands; on a conflict or a text that does not parse holds back what is to blame, and tries again."""
    findings = settling.settle(offered)
    path, source = module.path, module.source
    try:
        text = edits.apply(source.text, _changes(findings), code=source.code)
    except edits.Conflict:
        settling.held.update(_conflicting(source, findings))
        return _splice(module, data, offered, settling)
    findings = _with_unused(module, offered, findings, settling.suppressions)
    if text == source.text:
        return Rewritten(FileResult(path, findings))
    try:
        after = source.to_bytes(text)
        again = Module(open_source(path, after))
    except SourceError as error:
        reason = Hold(rules.UNPARSABLE, f"would not parse ({error.cause})", "Please report this as a mistake of the tool.")
        settling.held.update(dict.fromkeys(applied(findings), reason))
        return _splice(module, data, offered, settling)
    return Rewritten(FileResult(path, findings, data, after), _facts(again, settling.job.analyses))


def _changes(findings: Iterable[Finding]) -> list[Change]:
    """The changes of all that stands; an insertion that several findings ask for, such as an import, is made once."""
    changes: list[Change] = []
    shared: set[Edit] = set()
    for finding in findings:
        match finding.outcome:
            case Rewrite(_, own):
                changes += [one for one in own if one not in shared]
                shared |= {one for one in own if isinstance(one, Edit)}
    return changes


def _conflicting(source: Source, findings: Sequence[Finding]) -> dict[str, Hold]:
    """The findings whose changes cannot be made beside those of the findings before them."""
    reason = Hold(rules.CONFLICT, "overlaps a rewrite before it", "Run once more: it is then looked at by itself.")
    made: list[Finding] = []
    held: dict[str, Hold] = {}
    for finding in findings:
        if not isinstance(finding.outcome, Rewrite):
            continue
        try:
            edits.apply(source.text, _changes([*made, finding]), code=source.code)
            made.append(finding)
        except edits.Conflict:
            held[finding.id] = reason
    return held or dict.fromkeys(applied(findings), reason)


def _with_unused(
    module: Module, offered: Sequence[Finding], findings: tuple[Finding, ...], suppressions: Suppressions
) -> tuple[Finding, ...]:
    """The findings and a notice for each ignore comment that silences none of those offered."""
    used = {suppressions.of(finding) for finding in offered}
    unused = [one for one in suppressions.ignores if one not in used]
    if not unused:
        return findings
    notices = []
    for one in unused:
        line, column = module.source.position(one.span.start)
        codes = ", ".join(one.codes) or "any code"
        message = f"nothing here is found under {codes}"
        notices.append(Finding(rules.UNUSED_IGNORE, module.path, one.span, line, column, message, Notice()))
    return tuple(sorted((*findings, *notices), key=lambda finding: finding.span))


def _facts(module: Module, analyses: Sequence[Analysis]) -> dict[str, Any]:
    found = {one.name: one.index(module) for one in analyses}
    return {name: facts for name, facts in found.items() if facts is not None}
