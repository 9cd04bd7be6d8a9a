"""`migrate --verify SCRIPT`: proves a report before it is written, and names or drops the findings that spoil it."""

from __future__ import annotations

import contextlib
import shlex
import sys
from pathlib import Path

from codemods.tensorflow.verify import renames
from codemods.tensorflow.verify.asked import Asked, prove, started
from codemods.tensorflow.verify.probe import Limits, Probe
from codemods.tensorflow.verify.scripts import locate
from codemods.tensorflow.verify.session import errors, present
from codemods.tensorflow.verify.trial import changes_of
from migrate.commands import CommandError
from migrate.model import Report
from migrate.proof import Proof, Without
from migrate.settings import Settings

__all__ = ["asked_by", "prove_report"]


def prove_report(settings: Settings, report: Report, without: Without, running: Probe | None = None) -> Proof:
    """The proof of a report; the comparison goes to standard error. Raises `CommandError`.

    `running` is a probe to use instead of one of its own.
    """
    with errors():
        asked = asked_by(settings)  # a program that is not there is found out where nothing would change, too
        if not report.changed:
            return Proof(report, holds=True)
        with contextlib.nullcontext(running) if running else Probe(asked.python) as probe:
            probe.start()
            trial = started(probe, asked)
            answer = prove(trial, report, without)
            kept, comparison = report, answer.comparison
            if answer.blamed and settings.drop_failing:
                kept = without([finding.id for finding in answer.blamed])
                comparison = trial.compare(changes_of(kept.results, trial.root))
        present(answer, "rich", settings.color.value, sys.stderr)
        holds = comparison.verdict.proved
        if holds and settings.map:
            renames.write(Path(settings.map), comparison)
    _tell(kept, holds=holds, dropped=len(answer.blamed) if kept is not report else 0, blamed=len(answer.blamed))
    return Proof(kept, holds=holds)


def asked_by(settings: Settings) -> Asked:
    """How the settings want the program to be run. Raises `CommandError`, `ScriptError`."""
    words = shlex.split(settings.verify)
    if not words:
        raise CommandError("--verify needs the program to run")
    return Asked(
        script=locate(words[0]),
        arguments=tuple(words[1:]),
        python=settings.python or sys.executable,
        until=settings.until,
        stubs=settings.stub,
        stub_missing=settings.stub_missing,
        limits=Limits(float(settings.timeout), settings.memory),
    )


def _tell(report: Report, *, holds: bool, dropped: int, blamed: int) -> None:
    if not holds:
        advice = "; --drop-failing applies the rest" if blamed and not dropped else ""
        sys.stderr.write(f"migrate: not proved, so nothing is written{advice}\n")
    elif dropped:
        sys.stderr.write(
            f"migrate: {dropped} findings are dropped; {len(report.changed)} files are proved without them\n"
        )
