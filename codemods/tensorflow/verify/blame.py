"""Finds the rewrites that spoil a program: by halves, so that few runs tell the guilty ones among many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from migrate.model import Finding, Rewrite

__all__ = ["atoms", "guilty"]


def guilty(candidates: Sequence[tuple[str, ...]], passes: Callable[[frozenset[str]], bool]) -> list[tuple[str, ...]]:
    """The candidates that must go for the rest to pass.

    A candidate is a group of finding ids that stand or fall together; `passes` says whether a set of ids may be
    applied. What is kept passes as a whole. n candidates with k guilty ones take about 2 k log n calls.
    """
    kept: list[tuple[str, ...]] = []
    dropped: list[tuple[str, ...]] = []

    def examine(part: Sequence[tuple[str, ...]]) -> None:
        if passes(frozenset(name for group in (*kept, *part) for name in group)):
            kept.extend(part)
        elif len(part) == 1:
            dropped.extend(part)
        else:
            middle = len(part) // 2
            examine(part[:middle])
            examine(part[middle:])

    if candidates:
        examine(candidates)
    return dropped


def atoms(findings: Iterable[Finding]) -> list[tuple[str, ...]]:
    """The ids of all rewrites, in groups of those that require each other, in order of their first."""
    rewrites = [finding for finding in findings if isinstance(finding.outcome, Rewrite)]
    leader = {finding.id: finding.id for finding in rewrites}

    def find(name: str) -> str:
        while leader[name] != name:
            name = leader[name]
        return name

    for finding in rewrites:
        for needed in finding.requires:
            if needed in leader:
                leader[find(finding.id)] = find(needed)
    groups: dict[str, list[str]] = {}
    for finding in rewrites:
        groups.setdefault(find(finding.id), []).append(finding.id)
    return [tuple(group) for group in groups.values()]
