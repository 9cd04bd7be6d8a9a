"""What the options of `verify` ask for, and the answer: a comparison, and the findings to blame."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from codemods.tensorflow.verify.blame import atoms, guilty
from codemods.tensorflow.verify.comparison import Comparison, Verdict
from codemods.tensorflow.verify.dump import End, Frame
from codemods.tensorflow.verify.lines import culprits, unreached
from codemods.tensorflow.verify.probe import Limits, Probe, Request
from codemods.tensorflow.verify.scripts import Script
from codemods.tensorflow.verify.statistics import ERROR_RATE
from codemods.tensorflow.verify.trial import Trial, changes_of
from migrate.model import Finding, Report

__all__ = ["Answer", "Asked", "prove", "started"]

_SHOWN = 5  # places that a note tells

Without = Callable[[Iterable[str]], Report]


@dataclass(frozen=True, slots=True)
class Asked:
    """How the program is run; `version` is the TensorFlow that a plain import means, 0 for whichever works."""

    script: Script
    arguments: tuple[str, ...] = ()
    python: str = sys.executable
    until: str = "session"
    stubs: tuple[str, ...] = ()
    stub_missing: bool = False
    limits: Limits = field(default_factory=Limits)
    version: int = 0

    @property
    def request(self) -> Request:
        """The run, as the probe is asked for it."""
        return Request(
            main=self.script.main,
            arguments=self.arguments,
            directory=self.script.directory,
            until=self.until,
            compat=self.version != 2,
            stubs=self.stubs,
            stub_missing=self.stub_missing,
            limits=self.limits,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A comparison, and what is known about its differences.

    `blamed` are the rewrites that must go for it to hold, `frames` the findings behind each line of a traceback,
    `wavers` tells how the program, as it is, differs from itself, and `unreached` are the rewritten calls that made no
    variable in this run.
    """

    comparison: Comparison
    blamed: tuple[Finding, ...] = ()
    frames: Mapping[Frame, list[Finding]] = field(default_factory=dict)
    wavers: tuple[str, ...] = ()
    unreached: tuple[Finding, ...] = ()

    @property
    def notes(self) -> Iterator[str]:
        """What the reader of a verdict should know about how it came about."""
        comparison = self.comparison
        stand_ins = sorted({*comparison.before.stand_ins, *comparison.after.stand_ins})
        if any(pair.drawn == "test" for pair in comparison.pairs):
            rate = f"{1 / ERROR_RATE:,.0f}"
            yield f"Some values are random and were tested: wrong in one of {rate} runs at most."
        if stand_ins:
            yield f"Stand-ins were used for {', '.join(stand_ins)}."
        if comparison.before.missed:
            yield f"{comparison.before.missed} was never called: the program ran to its end."
        if comparison.before.guard == "python":
            yield "This system cannot confine programs: only what Python itself writes was kept from your files."
        if self.unreached:
            places = [f"{finding.path}:{finding.line}" for finding in self.unreached]
            more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
            yield (
                f"{len(places)} rewritten calls made no variable in this run, which says nothing about them: "
                f"{', '.join(places[:_SHOWN])}{more}."
            )


def started(probe: Probe, asked: Asked) -> Trial:
    """The trial of a program, under the TensorFlow that it is written for."""
    trial = Trial(probe, asked.script.root, asked.request)
    if asked.version == 0 and trial.before().end in (End.RAISED, End.STATUS) and not probe.tensorflow.startswith("1."):
        second = Trial(probe, asked.script.root, dataclasses.replace(asked.request, compat=False))
        if second.before().end.complete:
            return second
    return trial


def prove(trial: Trial, report: Report, without: Without | None) -> Answer:
    """Compares the program before and after `report`; where they differ, `without` helps to tell which finding did it.

    `without` gives the report without some findings. Nobody is blamed where the program fails as it is.
    """
    comparison = trial.compare(changes_of(report.results, trial.root))
    after = comparison.after
    answer = Answer(
        comparison,
        frames=culprits(after.error.frames, report.results, trial.root) if after.error else {},
        unreached=tuple(unreached(comparison.before, report.results, trial.root)),
    )
    if comparison.verdict is not Verdict.DIFFERENT or not comparison.before.end.complete:
        return answer
    wavers = trial.wavers()
    if wavers or without is None:
        return dataclasses.replace(answer, wavers=wavers)
    return dataclasses.replace(answer, blamed=_blamed(trial, report, without))


def _blamed(trial: Trial, report: Report, without: Without) -> tuple[Finding, ...]:
    """The findings without which the program is the same."""
    candidates = atoms(report.findings())
    everything = frozenset(name for group in candidates for name in group)

    def passes(kept: frozenset[str]) -> bool:
        return kept != everything and trial.passes(changes_of(without(everything - kept).results, trial.root))

    names = {name for group in guilty(candidates, passes) for name in group}
    return tuple(one for one in report.findings() if one.id in names)
