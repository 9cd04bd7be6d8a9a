"""Compares two runs of a program, variable by variable, in order of creation: same, renamed, or different."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from codemods.tensorflow.verify import graphs
from codemods.tensorflow.verify.comparison import Comparison, Difference, GraphPair, Pair, Verdict, shown
from codemods.tensorflow.verify.dump import Dump, Graph, Initial, Variable
from codemods.tensorflow.verify.statistics import ERROR_RATE, differs

__all__ = ["Comparison", "Difference", "GraphPair", "Pair", "Verdict", "compare"]


def compare(before: Dump, after: Dump) -> Comparison:
    """Compares two runs. Where `Comparison.undecided` holds, run both again with `draws` and compare those."""
    tests = sum(variable.initial.random for variable in before.variables)
    paired = tuple(
        _graph(index, old, new, max(tests, 1))
        for index, (old, new) in enumerate(zip(before.graphs, after.graphs, strict=False))
    )
    return Comparison(before, after, paired, tuple(_endings(before, after)))


def _endings(before: Dump, after: Dump) -> Iterator[Difference]:
    if not (before.end.complete and after.end.complete):
        return
    if before.end is not after.end:
        yield Difference("where the run stopped", before.end.value, after.end.value)
    if len(before.graphs) != len(after.graphs):
        yield Difference("number of graphs", str(len(before.graphs)), str(len(after.graphs)))


def _graph(index: int, before: Graph, after: Graph, tests: int) -> GraphPair:
    exact = before.seeded and after.seeded
    pairs = tuple(
        Pair(old, new, ()) if old is None or new is None else _pair(old, new, exact=exact, tests=tests)
        for old, new in _align(before.variables, after.variables)
    )
    return GraphPair(index, pairs, tuple(graphs.differences(before, after)), tuple(graphs.renamed_ops(before, after)))


def _align(before: Sequence[Variable], after: Sequence[Variable]) -> Iterator[tuple[Variable | None, Variable | None]]:
    """Pairs variables in order of creation; where one side has more, by what they look like."""
    if len(before) == len(after):
        yield from zip(before, after, strict=True)
        return
    matcher = _matcher([v.name for v in before], [v.name for v in after])
    if matcher.ratio() < 0.5:
        looks = [[f"{v.shape} {v.dtype} {v.initial.recipe}" for v in side] for side in (before, after)]
        matcher = _matcher(looks[0], looks[1])
    for _, a, b, c, d in matcher.get_opcodes():
        common = min(b - a, d - c)
        yield from zip(before[a : a + common], after[c : c + common], strict=True)
        yield from ((old, None) for old in before[a + common : b])
        yield from ((None, new) for new in after[c + common : d])


def _matcher(before: Sequence[str], after: Sequence[str]) -> difflib.SequenceMatcher[str]:
    return difflib.SequenceMatcher(None, before, after, autojunk=False)


def _pair(before: Variable, after: Variable, *, exact: bool, tests: int) -> Pair:
    found = [
        Difference(what, shown(old), shown(new))
        for what, old, new in (
            ("shape", before.shape, after.shape),
            ("dtype", before.dtype, after.dtype),
            ("trainable", before.trainable, after.trainable),
            ("collections", before.collections, after.collections),
            ("kind", before.kind, after.kind),
            ("traits", before.traits, after.traits),
            ("slot of", before.slot_of, after.slot_of),
        )
        if old != new
    ]
    drawn, difference = _initial(before.initial, after.initial, exact=exact, tests=tests)
    if difference is not None and not any(one.what in ("shape", "dtype") for one in found):
        found.append(difference)
    return Pair(before, after, tuple(found), drawn)


def _initial(before: Initial, after: Initial, *, exact: bool, tests: int) -> tuple[str, Difference | None]:
    """How two initial values were compared, and their difference.

    Exactly, wherever that says that they agree or the program fixes its seeds; else by recipe, else by a test.
    """
    random = before.random or after.random
    if _same_value(before, after):
        return ("exact" if random else ""), None
    difference = Difference("initial value", _describe(before), _describe(after))
    if not (before.random and after.random) or exact or not (before.lent and after.lent):
        return ("exact" if random else ""), difference
    if before.recipe == after.recipe:
        return "recipe", None
    if not before.sample or not after.sample:
        return "undecided", difference
    return "test", difference if differs(before.sample, after.sample, ERROR_RATE / tests) else None


def _same_value(before: Initial, after: Initial) -> bool:
    if "error" in before.value or "error" in after.value:
        return before.value.get("error") == after.value.get("error") and before.recipe == after.recipe
    return bool(before.value["digest"] == after.value["digest"])


def _describe(initial: Initial) -> str:
    value = initial.value
    if "error" in value:
        return f"cannot be computed ({value['error']})"
    if value.get("std") is None:
        return f"{value['count']} values, digest {value['digest'][:8]}"
    if value["count"] == 1:
        return f"{value['mean']:.6g}"
    return f"mean {value['mean']:.4g}, std {value['std']:.4g}, {value['low']:.4g} to {value['high']:.4g}"
