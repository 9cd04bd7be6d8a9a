"""A comparison as JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from codemods.tensorflow.verify.asked import Answer
from codemods.tensorflow.verify.comparison import Difference, GraphPair, Pair
from codemods.tensorflow.verify.dump import Dump, Frame, Variable
from codemods.tensorflow.verify.renames import as_json
from migrate.model import Finding

__all__ = ["machine"]


def machine(answer: Answer) -> dict[str, Any]:
    """The whole comparison, and what is known about its differences."""
    comparison = answer.comparison
    return {
        "version": 1,
        "verdict": comparison.verdict.value,
        "runs": {"before": _run(comparison.before, {}), "after": _run(comparison.after, answer.frames)},
        "differences": [_difference(one) for one in comparison.differences],
        "graphs": [_graph(graph) for graph in comparison.graphs],
        "renames": as_json(comparison)["renames"],
        "blamed": [_finding(finding) for finding in answer.blamed],
        "wavers": list(answer.wavers),
        "unreached": [_finding(finding) for finding in answer.unreached],
        "notes": list(answer.notes),
    }


def _run(dump: Dump, frames: Mapping[Frame, list[Finding]]) -> dict[str, Any]:
    error = None
    if dump.error is not None:
        lines = [
            {**dataclasses.asdict(frame), "findings": [_finding(one) for one in frames.get(frame, [])]}
            for frame in dump.error.frames
        ]
        error = {"type": dump.error.type, "message": dump.error.message, "frames": lines}
    return {
        "end": dump.end.value,
        "error": error,
        "seconds": dump.seconds,
        "python": dump.python,
        "tensorflow": dump.tensorflow,
        "stand_ins": list(dump.stand_ins),
        "guard": dump.guard,
        "output": dump.output,
    }


def _graph(graph: GraphPair) -> dict[str, Any]:
    return {
        "index": graph.index,
        "differences": [_difference(one) for one in graph.differences],
        "renamed_ops": [{"before": old, "after": new} for old, new in graph.renamed_ops],
        "variables": [_pair(pair) for pair in graph.pairs],
    }


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "verdict": pair.verdict.value,
        "before": _variable(pair.before),
        "after": _variable(pair.after),
        "differences": [_difference(one) for one in pair.differences],
        "compared": pair.drawn or "exact",
    }


def _variable(variable: Variable | None) -> dict[str, Any] | None:
    if variable is None:
        return None
    return {
        "name": variable.name,
        "shape": variable.shape,
        "dtype": variable.dtype,
        "trainable": variable.trainable,
        "collections": list(variable.collections),
        "traits": list(variable.traits),
        "slot_of": variable.slot_of,
        "initial": {**variable.initial.value, "random": variable.initial.random},
        "file": variable.file,
        "line": variable.line,
    }


def _difference(difference: Difference) -> dict[str, str]:
    return {"what": difference.what, "before": difference.before, "after": difference.after}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "code": finding.code,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
    }
