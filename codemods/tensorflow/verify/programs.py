"""Compares two programs given as files: runs both, draws samples where only they can decide, compares."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from codemods.tensorflow.verify.compare import Comparison, compare
from codemods.tensorflow.verify.probe import Probe, Request
from codemods.tensorflow.verify.statistics import DRAWS

__all__ = ["compare_trees", "run_pair"]


def run_pair(
    probe: Probe, before: str | Mapping[str, str], after: str | Mapping[str, str], **options: Any
) -> Comparison:
    """Runs two programs, each a text or files (path -> text), and compares what they build.

    `options` are those of `Request`; `main` is `main.py` unless given.
    """
    old, new = _files(before), _files(after)
    comparison = compare(probe.dump(old, **options), probe.dump(new, **options))
    if comparison.undecided:
        drawn = {**options, "draws": DRAWS}
        comparison = compare(probe.dump(old, **drawn), probe.dump(new, **drawn))
    return comparison


def compare_trees(probe: Probe, before: Path, after: Path, request: Request) -> Comparison:
    """The same for two directories, which the programs may change as they like."""
    comparison = compare(probe.run(before, request), probe.run(after, request))
    if comparison.undecided:
        drawn = dataclasses.replace(request, draws=DRAWS)
        comparison = compare(probe.run(before, drawn), probe.run(after, drawn))
    return comparison


def _files(program: str | Mapping[str, str]) -> Mapping[str, str]:
    return {"main.py": program} if isinstance(program, str) else program
