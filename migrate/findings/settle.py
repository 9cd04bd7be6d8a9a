"""Which of a file's rewrites are made: levels, rules switched off, comments, choices, and what depends on what."""

from __future__ import annotations

import dataclasses
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from migrate.codemod import Options
from migrate.findings import rules
from migrate.findings.suppress import Ignore, Suppressions
from migrate.model import Finding, Left, Level, Notice, Rewrite

__all__ = ["Hold", "Policy", "answering", "applied", "beyond", "falling", "hold", "missing", "settle", "silencing"]


@dataclass(frozen=True, slots=True)
class Policy:
    """What the configuration nearest to a file asks for: its codemods, the codes switched off, level and options."""

    codemods: tuple[str, ...]
    off: frozenset[str]
    level: Level
    options: Options


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a finding's rewrite is not made: an engine rule, a message and an advice."""

    code: str
    message: str
    advice: str


def settle(
    findings: Sequence[Finding], policy: Policy, suppressions: Suppressions, held: Mapping[str, Hold]
) -> tuple[Finding, ...]:
    """The findings as they are reported: each rewrite either stands or is turned into a left one that says why.

    `held` names, by finding id, what was decided outside this file. Notices under a rule that is switched off, or that
    belong to a rewrite that is not made, are dropped.
    """
    holds: dict[str, Hold] = {}
    for finding in findings:
        reason = _own_hold(finding, policy, suppressions) or held.get(finding.id)
        if reason:
            holds[finding.id] = reason
    _spread(findings, holds)
    kept = (one for one in findings if not (isinstance(one.outcome, Notice) and one.id in holds))
    return tuple(hold(one, holds[one.id]) if one.id in holds else one for one in kept)


def hold(finding: Finding, reason: Hold) -> Finding:
    """The finding, left for `reason`."""
    return dataclasses.replace(
        finding,
        code=reason.code,
        message=f"{finding.code} {reason.message}: {finding.message}",
        outcome=Notice() if _supports(finding) else Left(reason.advice),
        renames=(),
        requires=(),
    )


def _supports(finding: Finding) -> bool:
    """Whether a finding is of something that is no call seen: left, it is only worth knowing."""
    return isinstance(finding.outcome, Rewrite) and finding.outcome.supports


def applied(findings: Iterable[Finding]) -> frozenset[str]:
    """The ids of the findings whose rewrite stands."""
    return frozenset(finding.id for finding in findings if isinstance(finding.outcome, Rewrite))


def missing(needed: str) -> Hold:
    """The hold of a finding that requires another, `needed`, which is not made."""
    return Hold(rules.DEPENDENT, f"needs {needed}, which is not made", f"Allow {needed} and run again.")


def beyond(needed: str, path: str) -> Hold:
    """The hold of a finding that requires another, `needed`, in a file at `path` that is not to be rewritten."""
    message = f"needs {needed}, which is not made as {path} was not named"
    return Hold(rules.DEPENDENT, message, f"Name {path} as well, or the folder of both, and run again.")


def _own_hold(finding: Finding, policy: Policy, suppressions: Suppressions) -> Hold | None:
    if finding.code in policy.off:
        return Hold(rules.DESELECTED, "is switched off", f"Take {finding.code} out of ignore, or add it to select.")
    if comment := silencing(finding, policy, suppressions):
        why = f" ({comment.reason})" if comment.reason else ""
        return Hold(rules.SUPPRESSED, f"is ignored by a comment{why}", "Remove the comment to have it rewritten.")
    if level := _too_far(finding, policy):
        message = f"is of level {level.value}, this run allows {policy.level.value}"
        return Hold(rules.LEVEL, message, f"Run with --level {level.value} if that is what you want.")
    return None


def silencing(finding: Finding, policy: Policy, suppressions: Suppressions) -> Ignore | None:
    """The comment that switches a finding off, under its own code or the one that its level gives it."""
    return suppressions.of(finding, *answering(finding, policy)[1:])


def answering(finding: Finding, policy: Policy) -> tuple[str, ...]:
    """The codes under which a comment may switch a finding off: its own first."""
    return (finding.code, rules.LEVEL) if _too_far(finding, policy) else (finding.code,)


def _too_far(finding: Finding, policy: Policy) -> Level | None:
    """The level of a rewrite that the policy does not allow."""
    match finding.outcome:
        case Rewrite(level) if not policy.level.allows(level):
            return level
    return None


def _spread(findings: Sequence[Finding], holds: dict[str, Hold]) -> None:
    """Holds back whatever requires, directly or through others, a finding of this file that does not stand."""
    fallen = [one.id for one in findings if one.id in holds or isinstance(one.outcome, Left)]
    holds |= {name: missing(needed) for name, needed in falling(findings, fallen).items()}


def falling(findings: Iterable[Finding], lost: Iterable[str]) -> dict[str, str]:
    """Which findings require some that are `lost`, directly or through others, by id, and what each of them lacks."""
    needing: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        for name in finding.requires:
            needing[name].append(finding)
    waiting = deque(dict.fromkeys(lost))
    fallen = set(waiting)
    found: dict[str, str] = {}
    while waiting:
        needed = waiting.popleft()
        for one in needing.get(needed, ()):
            if one.id not in fallen:
                fallen.add(one.id)
                found[one.id] = needed
                waiting.append(one.id)
    return found
