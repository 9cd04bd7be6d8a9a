"""One `migrate verify`: from options to a printed comparison and an exit code."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from codemods.tensorflow.verify import renames, scripts, trees
from codemods.tensorflow.verify.asked import Answer, Asked, prove, started
from codemods.tensorflow.verify.command import Options
from codemods.tensorflow.verify.comparison import Verdict
from codemods.tensorflow.verify.probe import Limits, NoTensorFlow, Probe
from codemods.tensorflow.verify.trial import Trial
from migrate import discover, settings
from migrate.commands import CommandError
from migrate.model import Report, Rewrite
from migrate.registry import Registry
from migrate.runner import Session
from migrate.settings import Settings

__all__ = ["EXIT_CODES", "errors", "present", "run"]

# Beside those of the main command: 1 says there that something would change, and here that names do.
EXIT_CODES = {Verdict.SAME: 0, Verdict.RENAMED: 1, Verdict.EMPTY: 5, Verdict.DIFFERENT: 5}

_PIPED = 160  # columns where nobody looks at a terminal, so that names stay whole


def run(options: Options, registry: Registry, running: Probe | None = None) -> int:
    """Does what `options` ask and returns the exit code; `running` is a probe to use instead of one of its own.

    Raises `CommandError`, and what a run of codemods raises.
    """
    if options.output_format not in ("rich", "json"):
        raise CommandError(f"--output-format must be rich or json, not {options.output_format}")
    if options.against and options.other:
        raise CommandError("--against and --with exclude each other")
    with errors():
        chosen = settings.load(registry, dict(options.settings))
        asked = _asked(options, chosen)
        with contextlib.nullcontext(running) if running else Probe(asked.python) as probe:
            probe.start()
            answer = _answer(probe, asked, options, chosen)
        present(answer, options.output_format, options.color)
        if options.map and answer.comparison.verdict.proved:
            renames.write(Path(options.map), answer.comparison)
    return EXIT_CODES[answer.comparison.verdict]


@contextlib.contextmanager
def errors() -> Iterator[None]:
    """Turns what can go wrong into `CommandError`, with what to install where there is no TensorFlow."""
    try:
        yield
    except NoTensorFlow as error:
        advice = "install one (pip install tensorflow-cpu) or name an interpreter that has it with --python"
        raise CommandError(f"{error}; {advice}") from error
    except (renames.MapError, scripts.ScriptError, trees.TreeError) as error:
        raise CommandError(str(error)) from error


def present(answer: Answer, output_format: str, color: str, out: TextIO | None = None) -> None:
    """Prints an answer to `out`, standard output by default."""
    stream = out or sys.stdout
    if output_format == "json":
        from codemods.tensorflow.verify.machine import machine  # noqa: PLC0415

        stream.write(json.dumps(machine(answer), indent=2) + "\n")
        return
    from rich.console import Console  # noqa: PLC0415

    from codemods.tensorflow.verify.show import show  # noqa: PLC0415

    forced = {"always": True, "never": False}.get(color)
    plain = color == "never" or bool(os.environ.get("NO_COLOR"))
    wide = None if stream.isatty() or os.environ.get("COLUMNS") else _PIPED
    console = Console(
        width=wide, file=stream, force_terminal=forced, no_color=plain, highlight=False, markup=False, emoji=False
    )
    show(answer, console)


def _asked(options: Options, chosen: Settings) -> Asked:
    return Asked(
        script=scripts.locate(options.script, Path(options.root) if options.root else None),
        arguments=options.arguments,
        python=options.python or chosen.python or sys.executable,
        until=options.until or chosen.until,
        stubs=options.stub or chosen.stub,
        stub_missing=options.stub_missing or chosen.stub_missing,
        limits=Limits(options.timeout or float(chosen.timeout), options.memory or chosen.memory),
        version=options.tensorflow,
    )


def _answer(probe: Probe, asked: Asked, options: Options, chosen: Settings) -> Answer:
    if options.other:
        second = scripts.locate(options.other)
        return Answer(started(probe, asked).compare_with(second.root, {}, second.main))
    if options.against:
        return _against(probe, asked, options.against)
    with Session(chosen, discover.find([str(asked.script.root)], chosen)) as session:
        report = session.report()
        _tell(report)
        return prove(started(probe, asked), report, session.without if options.blame else None)


def _tell(report: Report) -> None:
    """What the migrated copy is, so that nobody takes an unchanged one for a proof."""
    for failure in report.failures:
        cause = failure.failure.cause if failure.failure else ""
        sys.stderr.write(f"migrate: {failure.path}: {cause}\n")
    rewrites = sum(isinstance(finding.outcome, Rewrite) for finding in report.findings())
    sys.stderr.write(f"migrate: the migrated copy has {rewrites} rewrites in {len(report.changed)} files\n")


def _against(probe: Probe, asked: Asked, revision: str) -> Answer:
    """The tree at a revision, before, and the tree as it is, after."""
    with trees.checked_out(asked.script.root, revision) as old:
        request = started(probe, asked).request
        return Answer(Trial(probe, old, request).compare_with(asked.script.root, {}))
