"""What the options of `verify` ask for, and the answer: a comparison, and the findings to blame."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from codemods.tensorflow.verify.blame import atoms, guilty
from codemods.tensorflow.verify.compare import Comparison, Verdict
from codemods.tensorflow.verify.dump import End, Frame
from codemods.tensorflow.verify.probe import Limits, Probe, Request
from codemods.tensorflow.verify.scripts import Script
from codemods.tensorflow.verify.trial import Trial, changes_of, culprits
from migrate.model import Finding, Report

__all__ = ["Answer", "Asked", "prove", "started"]

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

    `blamed` are the rewrites that must go for it to hold, `frames` the findings behind each line of a traceback, and
    `wavers` tells how the program, as it is, differs from itself.
    """

    comparison: Comparison
    blamed: tuple[Finding, ...] = ()
    frames: Mapping[Frame, list[Finding]] = field(default_factory=dict)
    wavers: tuple[str, ...] = ()


def started(probe: Probe, asked: Asked) -> Trial:
    """The trial of a program, under the TensorFlow that it is written for."""
    trial = Trial(probe, asked.script.root, asked.request)
    if asked.version == 0 and trial.before().end is End.RAISED and not probe.tensorflow.startswith("1."):
        second = Trial(probe, asked.script.root, dataclasses.replace(asked.request, compat=False))
        if second.before().end.complete:
            return second
    return trial


def prove(trial: Trial, report: Report, without: Without | None) -> Answer:
    """Compares the program before and after `report`; where they differ, `without` helps to tell which finding did it.

    `without` gives the report without some findings. Nobody is blamed where the program fails as it is.
    """
    comparison = trial.compare(changes_of(report.results, trial.root))
    frames = culprits(comparison.after.error.frames, report.results, trial.root) if comparison.after.error else {}
    if comparison.verdict is not Verdict.DIFFERENT or not comparison.before.end.complete:
        return Answer(comparison, (), frames)
    wavers = trial.wavers()
    if wavers or without is None:
        return Answer(comparison, (), frames, wavers)
    candidates = atoms(report.findings())
    everything = frozenset(name for group in candidates for name in group)

    def passes(kept: frozenset[str]) -> bool:
        return kept != everything and trial.passes(changes_of(without(everything - kept).results, trial.root))

    names = {name for group in guilty(candidates, passes) for name in group}
    return Answer(comparison, tuple(one for one in report.findings() if one.id in names), frames)
