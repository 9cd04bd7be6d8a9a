"""Holds the migration against random programs: `python tests/random_programs.py --seconds 600 --seed 1` runs that long.

For each program and each way to name it asks: does the migrated program build the same variables, under the same names
or under those that the findings report, and does a second run change nothing? What fails is made small and printed.
"""

from __future__ import annotations

import argparse
import fnmatch
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from programs import Program, write
from shrinking import shrink

from codemods.tensorflow.verify.compare import Comparison, GraphPair, Pair, compare
from codemods.tensorflow.verify.dump import Dump, Variable
from codemods.tensorflow.verify.probe import Limits, Probe
from codemods.tensorflow.verify.statistics import DRAWS
from migrate import registry
from migrate.findings import rules
from migrate.model import Finding, Left, Level, Notice, Rename, Rewrite
from migrate.registry import Registry
from migrate.testing import Case, Produced, produce

__all__ = ["Failure", "Prover", "explain", "main", "options_of"]

Options = dict[str, str]
_MOST_VARIABLES = 40
_KEPT = 16  # runs that are remembered: a program before and after, in each way to migrate it
_BROKEN = (rules.CONFLICT, rules.UNPARSABLE, rules.UNSTABLE)


@dataclass(frozen=True, slots=True)
class Failure:
    """What is wrong with the migration of a program: `kind` is one word, `text` says it."""

    kind: str
    text: str

    @property
    def kind_of_text(self) -> str:
        """What is wrong without the names in it: failures that are alike here often have one cause."""
        return self.kind + re.sub(r"\S*[\d/_'.*]\S*|\b\w{1,2}\b", "?", self.text)


@dataclass
class Prover:
    """Migrates programs and runs them before and after. `kept` counts what becomes of the calls."""

    probe: Probe
    known: Registry = field(default_factory=registry.load)
    outcomes: Counter[str] = field(default_factory=Counter)
    _dumps: dict[tuple[str, bool, int], Dump] = field(default_factory=dict)

    def runs(self, program: Program) -> bool:
        """Whether a program runs to its end before it is migrated, and is no giant."""
        dump = self._run(program, 0)
        return dump.end.complete and len(dump.variables) <= _MOST_VARIABLES

    def failure(self, program: Program, options: Options, kinds: Collection[str] = ()) -> Failure | None:
        """The first thing (of `kinds`, if any) that is wrong with the migration of a program that runs, or None."""
        made = produce(_case(program, options), self.known)
        for _, finding in made.findings:
            self.outcomes[f"{options.get('names', 'idiomatic')} {_word(finding)}"] += 1
        found = self._failures(program, options, made)
        return next((one for one in found if not kinds or one.kind in kinds), None)

    def _failures(self, program: Program, options: Options, made: Produced) -> Iterator[Failure]:
        for failure in made.failures:
            yield Failure("crash", failure)
        for path, finding in made.findings:
            if finding.code in _BROKEN:
                yield Failure("held", f"{path}:{finding.line}: {finding.message}")
        after = Program({path: data.decode() for path, data in made.files.items()}, program.compat)
        if after.files == program.files:
            return
        again = produce(_case(after, options), self.known)
        for path, data in again.files.items():
            if data != made.files[path]:
                yield Failure("second", f"a second run changes {path} into\n{data.decode()}")
        yield from compared(self._comparison(program, after), made, options)

    def _comparison(self, before: Program, after: Program) -> Comparison:
        comparison = compare(self._run(before, 0), self._run(after, 0))
        if comparison.undecided:
            comparison = compare(self._run(before, DRAWS), self._run(after, DRAWS))
        return comparison

    def _run(self, program: Program, draws: int) -> Dump:
        key = (str(program), program.compat, draws)
        if key not in self._dumps:
            if len(self._dumps) >= _KEPT:
                self._dumps.clear()
            self._dumps[key] = self.probe.dump(
                program.files, until="exit", compat=program.compat, draws=draws, limits=Limits(seconds=20.0)
            )
        return self._dumps[key]


def compared(comparison: Comparison, made: Produced, options: Options) -> Iterator[Failure]:
    """What two runs have different beyond what the findings say."""
    for when, dump in comparison.failed:
        yield Failure("raises", f"{when}: {_ending(dump)}")
    for difference in comparison.differences:
        yield Failure("run", f"{difference.what}: {difference.before} -> {difference.after}")
    if comparison.differences:
        return
    for graph in comparison.graphs:
        for pair in graph.pairs:
            yield from _pair(pair)
        for difference in graph.differences:
            yield Failure("graph", f"{difference.what}: {difference.before} -> {difference.after}")
        yield from _names([pair for pair in graph.pairs if pair.before and pair.after], made, options)
        yield from _ops(graph, options)


def _ops(graph: GraphPair, options: Options) -> Iterator[Failure]:
    """Ops that are called otherwise; whether the code names one is a guess: what seems to come or go proves nothing."""
    for old, new in graph.renamed_ops:
        if not old or not new or _is_after_variable(old, new, graph.pairs):
            continue
        if _is_steady(options) or not re.search(r"_\d+(/|$)", old):  # a number is of what came before it
            yield Failure("op", f"the op {old} is called {new} now")


def _is_after_variable(old: str, new: str, pairs: Sequence[Pair]) -> bool:
    """Whether TensorFlow names an op after a variable, which has another name now."""
    found = [(pair.before.name, pair.after.name) for pair in pairs if pair.before and pair.after]
    return any(one != other and old.replace(one, other) == new for one, other in found)


def _ending(dump: Dump) -> str:
    if dump.error is None:
        return dump.end.value
    return f"{dump.error.type}: {dump.error.message.partition(chr(10))[0]}"


def _pair(pair: Pair) -> Iterator[Failure]:
    match pair:
        case Pair(before=Variable() as old, after=None):
            yield Failure("variables", f"{old.name} is gone")
        case Pair(before=None, after=Variable() as new):
            yield Failure("variables", f"{new.name} is new")
        case Pair(before=Variable() as old, differences=differences):
            for one in differences:
                yield Failure(one.what, f"{old.name}: {one.what}: {one.before} -> {one.after}")


def _names(pairs: list[Pair], made: Produced, options: Options) -> Iterator[Failure]:
    """Names that change though they must not, or otherwise than the findings say."""
    steady = _is_steady(options)
    new_names = [pair.after.name for pair in pairs if pair.after]
    for pair in pairs:
        old, new = pair.before, pair.after
        assert old is not None
        assert new is not None
        if old.name != new.name and steady:
            yield Failure("name", f"{old.name} is called {new.name} now, though every name must stay")
        elif old.slot_of is not None:
            if not _follows(old.name, new.name, pairs[old.slot_of].before.name, new_names[old.slot_of]):
                yield Failure("slot", f"the slot {old.name} is called {new.name}")
        else:
            yield from _reported(old, new.name, _told(old, made))


def _follows(old: str, new: str, old_owner: str, new_owner: str) -> bool:
    """Whether a slot that is named after its variable still is; one of an average has its scope's name in front."""
    if not old.startswith(old_owner):
        return True
    places = [match.start() for match in re.finditer(f"(?={re.escape(old_owner)})", old)]
    return any(new.startswith(old[:place] + new_owner) for place in places)


def _is_steady(options: Options) -> bool:
    """Whether no name may change."""
    return options.get("names") == "keep" or options.get("level") == "exact"


def _told(variable: Variable, made: Produced) -> list[Finding]:
    """What is said of the creations where a variable was made; one that is left may get another number too.

    What no creation makes is told of by those that `tf.Variable` is passed to, by the scope that holds it, or by those
    that were counted with it.
    """
    found = [
        finding
        for path, finding in made.findings
        if (path, finding.line) == (variable.file, variable.line) and not isinstance(finding.outcome, Notice)
        if isinstance(finding.outcome, Left) or not finding.outcome.supports
    ]
    return found or [finding for _, finding in made.findings if finding.code == "GV212" or _tells_of_others(finding)]


def _tells_of_others(finding: Finding) -> bool:
    """Whether a finding is about all that a scope holds, or about numbers: what no call names is made there as well."""
    return any(one.old.endswith(("/*", "_*")) for one in finding.renames)


def _reported(old: Variable, new: str, told: list[Finding]) -> Iterator[Failure]:
    if all(isinstance(one.outcome, Left) and not one.renames for one in told):
        if old.name != new:
            yield Failure("unreported", f"{old.name} is called {new} now, though its creation is not rewritten")
        return
    fits = [one for one in told if _fits(one, old.name, new)]
    announced = ", ".join(f"{one.old} -> {one.new}" for finding in told for one in finding.renames)
    if old.name == new and not fits and any(one.exact and one.old == old.name for f in told for one in f.renames):
        yield Failure("announced", f"{old.name} keeps its name, though {announced} is announced")
    elif old.name != new and not fits:
        yield Failure("report", f"{old.name} is called {new} now, and the report says {announced or 'nothing'}")
    elif old.name != new and all(_is_exact(finding) for finding in fits):
        yield Failure("level", f"{old.name} is called {new} now by a finding of level exact")


def _is_exact(finding: Finding) -> bool:
    return isinstance(finding.outcome, Rewrite) and finding.outcome.level is Level.EXACT


def _fits(finding: Finding, old: str, new: str) -> bool:
    if old == new and not finding.renames:
        return True
    return any(_matches(one, old, new) for one in finding.renames)


def _matches(rename: Rename, old: str, new: str) -> bool:
    if rename.exact:
        return (rename.old, rename.new) == (old, new)
    return fnmatch.fnmatchcase(old, rename.old) and fnmatch.fnmatchcase(new, rename.new)


def _case(program: Program, options: Options) -> Case:
    return Case(Path("random"), 1, "random", program.files, {}, None, options)


def _word(finding: Finding) -> str:
    match finding.outcome:
        case Rewrite(level):
            return level.value
        case Left():
            return f"left {finding.code}"
    return "notice"


def options_of(seed: int, fixed: Options | None = None) -> list[Options]:
    """The ways in which the program of a seed is migrated: both ways to name, and one with the rest at random.

    What is `fixed` is the same in all of them.
    """
    draw = random.Random(f"options {seed}")
    mixed = {
        "names": draw.choice(["keep", "idiomatic"]),
        "layers": draw.choice(["full", "all", "minimal", "off"]),
        "form": draw.choice(["shape", "value"]),
        "level": draw.choice(["exact", "renames"]),
    }
    return [{**one, **(fixed or {})} for one in ({"names": "keep"}, {"names": "idiomatic"}, mixed)]


def explain(program: Program, options: Options, failure: Failure, prover: Prover) -> str:
    """A failing program, what becomes of it, and what is wrong."""
    made = produce(_case(program, options), prover.known)
    after = Program({path: data.decode() for path, data in made.files.items()})
    findings = "\n".join(
        f"{path}:{one.line} {one.code} {_word(one)} {', '.join(f'{r.old} -> {r.new}' for r in one.renames)}".rstrip()
        for path, one in made.findings
    )
    told = " ".join(f"{name}={value}" for name, value in options.items())
    head = f"{failure.kind}: {failure.text}\noptions: {told} compat={program.compat}"
    return f"{head}\n{program}\nbecomes\n{after}\n{findings}\n"


def smallest(
    program: Program, options: Options, failure: Failure, prover: Prover, tries: int = 200
) -> tuple[Program, Failure]:
    """The smallest program found in so many tries that fails in the same way, and how it does."""

    def fails(smaller: Program) -> bool:
        return prover.failure(smaller, options, (failure.kind,)) is not None and prover.runs(smaller)

    small = shrink(program, fails, tries)
    return small, prover.failure(small, options, (failure.kind,)) or failure


def main(arguments: list[str] | None = None) -> int:
    """Tries programs until the time is over; 1 where any failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=0, help="the first program; the others follow")
    parser.add_argument("--stop", type=int, default=1_000_000, help="stop after this many distinct failures")
    parser.add_argument("--kinds", nargs="*", default=(), help="look for failures of these kinds only, such as `name`")
    parser.add_argument("--alike", type=int, default=4, help="how many failures that read alike are made small")
    parser.add_argument("--tries", type=int, default=200, help="how many smaller programs are tried for each failure")
    parser.add_argument("--without", help="leave out programs in which this pattern occurs, such as a known failure's")
    parser.add_argument("--old", action="store_true", help="programs with layers that TensorFlow 2.16 and later lack")
    parser.add_argument("--level", choices=("exact", "renames"), help="migrate at this level only")
    parser.add_argument("--layers", choices=("all", "full", "minimal", "off"), help="put so much under scopes only")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has TensorFlow")
    given = parser.parse_args(arguments)
    fixed = {name: value for name in ("level", "layers") if (value := getattr(given, name))}
    out = sys.stdout
    with Probe(given.python) as probe:
        prover = Prover(probe)
        seen: set[str] = set()
        alike: Counter[str] = Counter()
        began, seed, valid = time.time(), given.seed, 0
        while time.time() < began + given.seconds and len(seen) < given.stop:
            program = write(seed, given.old)
            seed += 1
            if (given.without and re.search(given.without, str(program))) or not prover.runs(program):
                continue
            valid += 1
            for options in options_of(seed - 1, fixed):
                failure = prover.failure(program, options, given.kinds)
                if failure is None:
                    continue
                alike[failure.kind_of_text] += 1
                if alike[failure.kind_of_text] > given.alike:
                    continue
                small, failure = smallest(program, options, failure, prover, given.tries)
                text = explain(small, options, failure, prover)
                if text not in seen:
                    seen.add(text)
                    out.write(f"=== seed {seed - 1}\n{text}\n")
                    out.flush()
        out.write("\n".join(f"{count:7} {text}" for text, count in alike.most_common()) + "\n")
        out.write(f"{valid} of {seed - given.seed} programs ran; {len(seen)} distinct failures\n")
        out.write("\n".join(f"{count:7} {name}" for name, count in sorted(prover.outcomes.items())) + "\n")
    return 1 if seen else 0


if __name__ == "__main__":
    sys.exit(main())
