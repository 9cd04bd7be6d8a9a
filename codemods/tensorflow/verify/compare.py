"""Compares two runs of a program, variable by variable, in order of creation: same, renamed, or different."""

from __future__ import annotations

import difflib
import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from codemods.tensorflow.verify.dump import Dump, Graph, Initial, Variable
from codemods.tensorflow.verify.statistics import ERROR_RATE, differs

__all__ = ["Comparison", "Difference", "GraphPair", "Pair", "Verdict", "compare"]


class Verdict(enum.Enum):
    """What a comparison comes to, best first."""

    SAME = "same"
    RENAMED = "renamed"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that is not the same: `what` is its name, such as `shape` or `initial value`."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A variable before and after; one of them is None where the other has no partner.

    `drawn` says how random initial values were compared: `exact`, `recipe`, `test`, `undecided` (a sample is needed),
    or empty where they are not random.
    """

    before: Variable | None
    after: Variable | None
    differences: tuple[Difference, ...]
    drawn: str = ""

    @property
    def verdict(self) -> Verdict:
        """What this pair comes to."""
        if self.before is None or self.after is None or self.differences:
            return Verdict.DIFFERENT
        return Verdict.SAME if self.before.name == self.after.name else Verdict.RENAMED


@dataclass(frozen=True, slots=True)
class GraphPair:
    """A graph before and after: its variables, what else differs, and the ops named by the code that were renamed."""

    index: int
    pairs: tuple[Pair, ...]
    differences: tuple[Difference, ...]
    renamed_ops: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs, compared."""

    before: Dump
    after: Dump
    graphs: tuple[GraphPair, ...]
    differences: tuple[Difference, ...]

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs of all graphs."""
        return tuple(pair for graph in self.graphs for pair in graph.pairs)

    @property
    def verdict(self) -> Verdict:
        """What it all comes to. A run that did not get to its end makes it different: nothing is proved then."""
        verdicts = {pair.verdict for pair in self.pairs}
        if self.differences or Verdict.DIFFERENT in verdicts or any(graph.differences for graph in self.graphs):
            return Verdict.DIFFERENT
        if Verdict.RENAMED in verdicts or any(graph.renamed_ops for graph in self.graphs):
            return Verdict.RENAMED
        return Verdict.SAME

    @property
    def renames(self) -> dict[str, str]:
        """Old name -> new name of every variable whose name changed, slots included, in order of creation."""
        return {
            pair.before.name: pair.after.name
            for pair in self.pairs
            if pair.before and pair.after and pair.before.name != pair.after.name
        }

    @property
    def undecided(self) -> bool:
        """Whether random initial values remain of which a sample must decide."""
        return any(pair.drawn == "undecided" for pair in self.pairs)

    def explain(self) -> Iterator[str]:
        """One line for each difference and each rename, for people."""
        for difference in self.differences:
            yield _line("the run", difference)
        for graph in self.graphs:
            for difference in graph.differences:
                yield _line(f"graph {graph.index}", difference)
            for pair in graph.pairs:
                yield from _explain(pair)
            for old, new in graph.renamed_ops:
                yield f"op {old or '(none)'} -> {new or '(none)'}"


def compare(before: Dump, after: Dump) -> Comparison:
    """Compares two runs. Where `Comparison.undecided` holds, run both again with `draws` and compare those."""
    differences = tuple(_endings(before, after))
    if len(before.graphs) != len(after.graphs) and not differences:
        differences = (Difference("number of graphs", str(len(before.graphs)), str(len(after.graphs))),)
    tests = sum(variable.initial.random for variable in before.variables)
    graphs = tuple(
        _graph(index, old, new, max(tests, 1))
        for index, (old, new) in enumerate(zip(before.graphs, after.graphs, strict=False))
    )
    return Comparison(before, after, graphs, differences)


def _endings(before: Dump, after: Dump) -> Iterator[Difference]:
    for name, dump in (("before", before), ("after", after)):
        if not dump.end.complete:
            text = f"{dump.error.type}: {dump.error.message}" if dump.error else dump.end.value
            yield Difference(f"program {name} the migration", text if name == "before" else "", text)
    if before.end.complete and after.end.complete:
        if before.end is not after.end:
            yield Difference("where the run stopped", before.end.value, after.end.value)
        old, new = (dump.error.message if dump.error else "0" for dump in (before, after))
        if old != new:
            yield Difference("exit status", old, new)


def _graph(index: int, before: Graph, after: Graph, tests: int) -> GraphPair:
    exact = before.seeded and after.seeded
    pairs = tuple(
        Pair(old, new, ()) if old is None or new is None else _pair(old, new, exact=exact, tests=tests)
        for old, new in _align(before.variables, after.variables)
    )
    return GraphPair(index, pairs, tuple(_graph_differences(before, after)), tuple(_ops(before, after)))


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
        Difference(what, _show(old), _show(new))
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


def _graph_differences(before: Graph, after: Graph) -> Iterator[Difference]:
    missing = [name for name, found in after.lookups if not found]
    expected = [name for name, found in before.lookups if not found]
    if missing != expected:
        lost = [name for name in missing if name not in expected]
        yield Difference(
            "looked up by name and not found", ", ".join(expected) or "nothing", ", ".join(lost or missing)
        )
    old, new = ([(loss.collection, _digest(loss.value)) for loss in graph.losses] for graph in (before, after))
    if [one[0] for one in old] != [one[0] for one in new]:
        yield Difference("losses", _losses(before), _losses(after))
    elif old != new and not any(v.initial.lent for v in before.variables):
        yield Difference("values of the losses", _losses(before), _losses(after))
    if before.seeded != after.seeded:
        yield Difference("graph seed", _show(before.seeded), _show(after.seeded))
    if before.eager != after.eager:
        yield Difference("eager", _show(before.eager), _show(after.eager))


def _digest(value: Mapping[str, object]) -> object:
    return value.get("digest", value.get("error"))


def _losses(graph: Graph) -> str:
    return (
        ", ".join(f"{loss.name} = {loss.value.get('mean', loss.value.get('error'))}" for loss in graph.losses) or "none"
    )


def _ops(before: Graph, after: Graph) -> Iterator[tuple[str, str]]:
    """The ops named by the code that are called something else now, in pairs; an empty string where one is gone."""
    if before.named == after.named:
        return
    matcher = _matcher(before.named, after.named)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        old, new = before.named[a:b], after.named[c:d]
        for index in range(max(len(old), len(new))):
            yield old[index] if index < len(old) else "", new[index] if index < len(new) else ""


def _explain(pair: Pair) -> Iterator[str]:
    match pair:
        case Pair(before=None, after=Variable() as new):
            yield f"variable {new.name} is new"
        case Pair(before=Variable() as old, after=None):
            yield f"variable {old.name} is gone"
        case Pair(before=Variable() as old, after=Variable() as new):
            if old.name != new.name:
                yield f"variable {old.name} -> {new.name}"
            for difference in pair.differences:
                yield _line(f"variable {old.name}", difference)
        case _:
            return


def _line(subject: str, difference: Difference) -> str:
    return f"{subject}: {difference.what}: {difference.before or '-'} -> {difference.after or '-'}"


def _show(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case None:
            return "none"
        case tuple():
            return "[" + ", ".join("?" if item is None else str(item) for item in value) + "]"
        case _:
            return str(value)
