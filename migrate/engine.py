"""The pure middle of a run: sources in, facts, plans and results out. Nothing here reads or writes a file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrate import edits
from migrate.codemod import Analysis, Codemod, Options, Trigger
from migrate.findings import annotate, rules, suppress
from migrate.findings.settle import Hold, Policy, answering, applied, settle, silencing
from migrate.findings.statements import Statements
from migrate.findings.suppress import Ignore, Suppressions
from migrate.kept import Kept
from migrate.model import Change, Edit, Failure, FileResult, Finding, Notice, Revision, Rewrite, Shift
from migrate.source import Source, SourceError
from migrate.source import read as read_source
from migrate.syntax.module import Module
from migrate.text.encoding import narrow

__all__ = [
    "Indexed",
    "Job",
    "Rewritten",
    "accompanying",
    "followed",
    "index",
    "link",
    "opened",
    "remaining",
    "rewrite",
    "sought",
    "triggered",
]


@dataclass(frozen=True, slots=True)
class Indexed:
    """One file's facts by the name of their analysis, or why it has none; `brief` are those of a glance."""

    path: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    brief: Mapping[str, Any] = field(default_factory=dict)
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A file's result, and for the second pass the facts of its new text, if any, and how much it may still offer.

    `done`: nothing is left in it, and a second run would not look at it, by its bytes; it has no new facts then.
    `withheld` counts the rewrites that are held back by a choice which a second run does not know of; `forgone` has the
    ids of the findings that the rewrites which are not made would have required. `unseen` says what becomes of names of
    which no finding tells, as it is about statements that were not to be looked at.
    """

    result: FileResult
    facts: Mapping[str, Any] = field(default_factory=dict)
    withheld: int = 0
    forgone: frozenset[str] = frozenset()
    done: bool = False
    unseen: frozenset[Shift] = frozenset()


def triggered(data: bytes, analyses: Iterable[Analysis]) -> tuple[str, ...]:
    """The names of the analyses that have to see a file, judging by its bytes alone."""
    seen = narrow(data)
    return tuple(one.name for one in analyses if _holds(seen, one.triggers))


def accompanying(path: str, data: bytes, analyses: Iterable[Analysis]) -> tuple[str, ...]:
    """The names of the analyses that have to see a file once they have seen another, by its path and bytes alone."""
    seen = narrow(data)
    return tuple(one.name for one in analyses if _holds(seen, one.companions) and not one.library(path, data))


def _holds(data: bytes, groups: tuple[tuple[Trigger, ...], ...]) -> bool:
    return any(all(_pulls(one, data) for one in group) for group in groups)


def _pulls(trigger: Trigger, data: bytes) -> bool:
    if isinstance(trigger, bytes):
        return trigger in data
    return trigger.search(data) is not None if isinstance(trigger, re.Pattern) else trigger(data)


def index(
    path: str,
    data: bytes,
    analyses: Sequence[Analysis],
    largest: int = 0,
    kept: Kept | None = None,
    *,
    whole: bool = True,
) -> Indexed:
    """The facts that each analysis finds in one file; one that does not parse or is too large has a failure instead.

    Unless they have to be `whole`, those of a glance will do where an analysis has them. A module with whole facts is
    kept for `rewrite`, as far as there is room for it.
    """
    try:
        module = _module(path, data, largest)
        with module.bounded():
            brief = {} if whole else _present({one.name: one.glance(module) for one in analyses})
            facts = _facts(module, [one for one in analyses if one.name not in brief])
        if facts and kept is not None:
            kept.keep(data, module)
        return Indexed(path, facts, brief)
    except SourceError as error:
        return Indexed(path, failure=Failure(error.cause, error.line))


def _module(path: str, data: bytes, largest: int, *, known: bool = False) -> Module:
    """A source, parsed unless it is `known` to parse.

    Raises `SourceError`: a tree takes 350 times the room of its text, and a minute for 5 MB.
    """
    source = read_source(path, data)
    if largest and len(source.text) > largest:
        sizes = f"{len(source.text) / 1e6:,.1f} MB of code, and --max-size allows {largest / 1e6:,.0f}"
        raise SourceError(f"holds {sizes}")
    return Module(source, known=known)


def sought(facts: Mapping[str, Mapping[str, Any]], analyses: Sequence[Analysis]) -> dict[str, frozenset[str]]:
    """By analysis, the modules whose importers have to be indexed too. `facts` go by analysis, then by path."""
    wanted = {one.name: one.seeks(facts[one.name].values()) for one in analyses if facts.get(one.name)}
    return {name: modules for name, modules in wanted.items() if modules}


def opened(facts: Mapping[str, Mapping[str, Any]], analyses: Sequence[Analysis]) -> set[str]:
    """The files in which something may be rewritten. `facts` go by analysis, then by path."""
    return {path for one in analyses if facts.get(one.name) for path in one.opens(facts[one.name])}


def followed(
    facts: Mapping[str, Mapping[str, Any]], analyses: Sequence[Analysis]
) -> dict[str, frozenset[tuple[str, str]]]:
    """By analysis, the dotted names, with the files that have them, whose own files have to be indexed too."""
    return {one.name: one.follows(facts[one.name].values()) for one in analyses if facts.get(one.name)}


def link(
    facts: Mapping[str, Mapping[str, Any]], analyses: Sequence[Analysis], options: Options
) -> dict[str, dict[str, Any]]:
    """The plans of all files: by path, then by analysis. `facts` go by analysis, then by path."""
    plans: dict[str, dict[str, Any]] = {}
    for analysis in analyses:
        known = facts.get(analysis.name)
        for path, plan in analysis.link(known, options).items() if known else ():
            plans.setdefault(path, {})[analysis.name] = plan
    return plans


def remaining(
    facts: Mapping[str, Mapping[str, Any]], analyses: Sequence[Analysis], done: Collection[str]
) -> dict[str, dict[str, Any]]:
    """The facts of the files that can still get a plan with something to rewrite, once others are `done`."""
    kept: dict[str, dict[str, Any]] = {}
    for one in analyses:
        own = facts.get(one.name, {})
        kept[one.name] = {path: own[path] for path in one.remains(own, done)} if own else {}
    return kept


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done to one file.

    `plans` go by analysis, `analyses` are those that have facts of it, `held` names findings that were decided
    elsewhere. Where `lines` are given, only statements that touch them are looked at. `comment` is what is put at calls
    that are left: "ignore", "mark" or nothing. `largest` is how many characters of code a file may hold, 0: any number.
    `kept` has modules that need not be parsed again.
    """

    codemods: Sequence[Codemod]
    analyses: Sequence[Analysis]
    plans: Mapping[str, Any]
    policy: Policy
    held: Mapping[str, Hold] = field(default_factory=dict)
    lines: Sequence[range] | None = None
    comment: str = ""
    largest: int = 0
    kept: Kept | None = None


def rewrite(path: str, data: bytes, job: Job) -> Rewritten:
    """What the codemods make of one file. What they raise goes through; `SourceError` becomes a failure."""
    try:
        module = (job.kept.take(path, data) if job.kept else None) or _module(path, data, job.largest, known=True)
        with module.bounded():
            return _rewrite(module, data, job)
    except SourceError as error:
        return Rewritten(FileResult(path, failure=Failure(error.cause, error.line)))


def _rewrite(module: Module, data: bytes, job: Job) -> Rewritten:
    statements = Statements(module)
    suppressions = suppress.read(module, statements)
    offered = [found for one in job.codemods for found in _offer(one, module, job)]
    if suppressions.skip_file:
        return Rewritten(FileResult(module.path), unseen=_shifts(offered))
    offered.sort(key=lambda finding: finding.span)
    outside = _outside(offered, statements, job.lines)
    held = {**job.held, **dict.fromkeys(outside, _UNCHANGED)}
    return _splice(_Rewriting(module, data, job, statements, suppressions, tuple(offered), held, outside))


def _shifts(findings: Iterable[Finding]) -> frozenset[Shift]:
    return frozenset(shift for one in findings for shift in one.shifts)


_UNCHANGED = Hold(rules.DECLINED, "has not changed since", "Run without --since to have it rewritten.")


def _outside(offered: Iterable[Finding], statements: Statements, lines: Sequence[range] | None) -> frozenset[str]:
    """The ids of the findings in statements that touch none of `lines`."""
    if lines is None:
        return frozenset()

    def touches(finding: Finding) -> bool:
        first, last = statements.around(finding.line)
        return any(first < one.stop and one.start <= last for one in lines)

    return frozenset(finding.id for finding in offered if not touches(finding))


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
class _Rewriting:
    """One file on its way from what is offered to what is made; `held` grows until the result holds together."""

    module: Module
    data: bytes
    job: Job
    statements: Statements
    suppressions: Suppressions
    offered: tuple[Finding, ...]
    held: dict[str, Hold]
    outside: frozenset[str]


_WITHHELD = (rules.DEPENDENT, rules.DECLINED, rules.UNSTABLE)


def _splice(work: _Rewriting) -> Rewritten:
    """Applies what stands; on a conflict or a text that does not parse holds back what is to blame, and tries again."""
    module, source = work.module, work.module.source
    settled = settle(work.offered, work.job.policy, work.suppressions, work.held)
    findings = _inside(work, settled)
    comments = annotate.comments(module, work.statements, findings, work.job.comment) if work.job.comment else []
    try:
        changes = [*_changes(findings), *comments]
        text = edits.apply(source.text, changes, code=source.code, borders=source.borders)
    except edits.Conflict:
        work.held.update(_conflicting(source, findings))
        return _splice(work)
    withheld = len(work.outside) + sum(one.code in _WITHHELD for one in findings)
    forgone = _forgone(work.offered, applied(settled))
    unseen = _shifts(one for one in work.offered if one.id in work.outside)
    findings = _with_unused(work, findings)
    if text == source.text:
        return Rewritten(FileResult(module.path, findings), withheld=withheld, forgone=forgone, unseen=unseen)
    try:
        after = source.to_bytes(text)
        again = Module(read_source(module.path, after))
    except SourceError as error:
        advice = "Please report this as a mistake of the tool."
        reason = Hold(rules.UNPARSABLE, f"would not parse ({error.cause})", advice)
        if not applied(findings):
            raise
        work.held.update(dict.fromkeys(applied(findings), reason))
        return _splice(work)
    result = FileResult(module.path, findings, Revision.of(work.data, after))
    done = _is_done(work, settled, after)
    return Rewritten(result, {} if done else _facts(again, work.job.analyses), withheld, forgone, done, unseen)


def _is_done(work: _Rewriting, settled: Iterable[Finding], after: bytes) -> bool:
    """Whether everything that was found is rewritten, and what pulled every analysis to the file is gone from it."""
    analyses = work.job.analyses
    left = work.outside or not all(isinstance(one.outcome, Rewrite | Notice) for one in settled)
    return not left and len(triggered(work.data, analyses)) == len(analyses) and not triggered(after, analyses)


def _forgone(offered: Iterable[Finding], standing: frozenset[str]) -> frozenset[str]:
    """What the rewrites that are offered and not made would have required."""
    return frozenset(needed for one in offered if one.id not in standing for needed in one.requires)


def _inside(work: _Rewriting, settled: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings in the statements that the run was asked to look at."""
    if not work.outside:
        return tuple(settled)
    spans = {(one.span, one.line, one.column) for one in work.offered if one.id in work.outside}
    return tuple(one for one in settled if (one.span, one.line, one.column) not in spans)


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
            edits.apply(source.text, _changes([*made, finding]), code=source.code, borders=source.borders)
            made.append(finding)
        except edits.Conflict:
            held[finding.id] = reason
    return held or dict.fromkeys(applied(findings), reason)


def _with_unused(work: _Rewriting, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings and a notice for each ignore comment with a code, or the want of any, that silences none offered."""
    if not work.suppressions.ignores or work.job.lines is not None:
        return findings
    used: dict[Ignore, set[str]] = {}
    for finding in work.offered:
        if comment := silencing(finding, work.job.policy, work.suppressions):
            used.setdefault(comment, set()).update(comment.meaning(answering(finding, work.job.policy)))
    notices = []
    for one in work.suppressions.ignores:
        idle = [code for code in one.codes if code not in used.get(one, ())]
        if one in used and not idle:
            continue
        line, column = work.module.source.position(one.span.start)
        message = f"nothing here is found under {', '.join(idle) or 'any code'}"
        notices.append(Finding(rules.UNUSED_IGNORE, work.module.path, one.span, line, column, message, Notice()))
    return tuple(sorted((*findings, *notices), key=lambda finding: finding.span))


def _facts(module: Module, analyses: Sequence[Analysis]) -> dict[str, Any]:
    return _present({one.name: one.index(module) for one in analyses})


def _present(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: facts for name, facts in found.items() if facts is not None}
