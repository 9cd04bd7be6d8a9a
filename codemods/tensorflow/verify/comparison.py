"""What a comparison of two runs comes to, as data: same, renamed or different, variable by variable."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.tensorflow.verify.dump import Dump, End, Variable

__all__ = ["Comparison", "Difference", "GraphPair", "Pair", "Verdict", "shown"]


class Verdict(enum.Enum):
    """What a comparison comes to, best first."""

    SAME = "same"
    RENAMED = "renamed"
    EMPTY = "empty"  # neither program built a variable before it ended: nothing is proved
    DIFFERENT = "different"

    @property
    def proved(self) -> bool:
        """Whether this shows that the programs build the same variables, whatever they are called."""
        return self in (Verdict.SAME, Verdict.RENAMED)


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
        if not (self.before.end.complete and self.after.end.complete):
            return Verdict.DIFFERENT
        if self.differences or Verdict.DIFFERENT in verdicts or any(graph.differences for graph in self.graphs):
            return Verdict.DIFFERENT
        if Verdict.RENAMED in verdicts or any(graph.renamed_ops for graph in self.graphs):
            return Verdict.RENAMED
        return Verdict.SAME if verdicts else Verdict.EMPTY

    @property
    def failed(self) -> Iterator[tuple[str, Dump]]:
        """The runs that did not get to their end, each with when it was."""
        for when, dump in (("before", self.before), ("after", self.after)):
            if not dump.end.complete and dump.end is not End.SKIPPED:
                yield f"{when} the migration", dump

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
        for when, dump in self.failed:
            yield f"the program {when}: {_why(dump)}"
        for difference in self.differences:
            yield _line("the run", difference)
        for graph in self.graphs:
            for difference in graph.differences:
                yield _line(f"graph {graph.index}", difference)
            for pair in graph.pairs:
                yield from _explain(pair)
            for old, new in graph.renamed_ops:
                yield f"op {old or '(none)'} -> {new or '(none)'}"


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


def _why(dump: Dump) -> str:
    return f"{dump.error.type}: {dump.error.message}" if dump.error else dump.end.value


def _line(subject: str, difference: Difference) -> str:
    return f"{subject}: {difference.what}: {difference.before or '-'} -> {difference.after or '-'}"


def shown(value: object) -> str:
    """A property of a variable or a graph, for people."""
    match value:
        case bool():
            return "yes" if value else "no"
        case None:
            return "none"
        case tuple():
            return "[" + ", ".join("?" if item is None else str(item) for item in value) + "]"
        case _:
            return str(value)
