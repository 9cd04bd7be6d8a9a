"""The lines of the budget: what is measured for each, against what, and how much it may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import peers, trees
from benchmarks.measure import Command, Cost, measure, python

__all__ = [
    "Bench",
    "Row",
    "dense_tree",
    "missing",
    "one_file",
    "run_again",
    "sparse_tree",
    "tree_without_calls",
    "two_processes",
]


@dataclass(frozen=True)
class Row:
    """One line of the table. `ratio` is ours to the other's; within the budget where it is at most `budget`."""

    work: str
    ours: str
    other: str
    ratio: float | None = None
    budget: float | None = None


@dataclass(frozen=True)
class Bench:
    """Where the trees are, and how often each command is run."""

    work: Path
    dense: Path
    sparse: Path
    repeat: int
    full: bool  # with the lines that take minutes

    def pair(self, ours: Command, other: Command) -> tuple[Cost, Cost]:
        first, second = measure([ours, other], self.repeat)
        return first, second


def _row(work: str, ours: float, other: float, what: str, budget: float | None) -> Row:
    return Row(work, f"{ours:.2f} s", f"{what} {other:.2f} s", ours / other, budget)


def missing(work: str, name: str) -> Row:
    return Row(work, "", f"{name} is not installed here")


def sparse_tree(bench: Bench) -> Iterator[Row]:
    number = sum(1 for _ in trees.find(bench.sparse))
    work = f"site-packages, {number:,} files, `--check`"
    ours, floor = bench.pair(peers.migrate(bench.sparse, "--check", "-q"), peers.floor("check", bench.sparse))
    yield _row(f"{work}: CPU", ours.cpu, floor.cpu, "read all, parse those with a call:", 2)
    yield Row(f"{work}: peak memory of the largest process", f"{ours.memory:.0f} MB", "200 MB", ours.memory / 200, 1)
    other = peers.ast_grep(bench.sparse)
    if other is None:
        yield missing(f"{work}: wall", "ast-grep")
    else:
        ours, theirs = bench.pair(peers.migrate(bench.sparse, "--check", "-q"), other)
        yield _row(f"{work}: wall", ours.wall, theirs.wall, "ast-grep (only finds)", 1 / 8)


def tree_without_calls(bench: Bench) -> Iterator[Row]:
    tree = trees.without_calls(bench.sparse, bench.work)
    work = f"{sum(1 for _ in trees.find(tree)):,} files in which nothing calls TensorFlow: wall"
    other = peers.ripgrep(tree)
    if other is None:
        yield missing(work, "ripgrep")
    else:
        ours, theirs = bench.pair(peers.migrate(tree, "--check", "-q"), other)
        yield _row(work, ours.wall, theirs.wall, "rg -l", 3)


def dense_tree(bench: Bench) -> Iterator[Row]:
    work = f"{_size(bench.dense)}, `--dry-run`: CPU"
    ours = peers.migrate(bench.dense, "--dry-run", "-j1")
    parsed = ("`ast.parse` of those with a call", peers.floor("parse", bench.dense), 6.0)
    every = ("`ast.parse` of every file", peers.floor("every", bench.dense), None)
    slow = [
        ("LibCST's runner", peers.libcst_runner(bench.dense, bench.work / "libcst"), 1 / 40),
        ("tf_upgrade_v2", peers.upgrade(bench.dense, bench.work), 1 / 10),
    ]
    found = ("ast-grep (only finds)", peers.ast_grep(bench.dense), None)
    for name, command, budget in (parsed, every, found, *(slow if bench.full else ())):
        if command is None:
            yield missing(work, name)
            continue
        rounds = bench.repeat if (name, command, budget) not in slow else max(1, bench.repeat // 3)
        cost, theirs = measure([ours, command], rounds)
        yield _row(work, cost.cpu, theirs.cpu, name, budget)


def run_again(bench: Bench) -> Iterator[Row]:
    """A run that finds the facts of the one before."""
    for tree, option in ((bench.dense, "--dry-run"), (bench.sparse, "--check")):
        first = peers.migrate(tree, option, "-q", "-j1")
        again = peers.migrate(tree, option, "-q", "-j1", "--cache")
        measure([again], 1)
        cost, without = bench.pair(again, first)
        yield _row(f"{tree.name} again, `{option}`: CPU", cost.cpu, without.cpu, "the first time", None)


def two_processes(bench: Bench) -> Iterator[Row]:
    one, two = bench.pair(
        peers.migrate(bench.dense, "--dry-run", "-j1"), peers.migrate(bench.dense, "--dry-run", "-j2")
    )
    yield Row(
        "the dense tree with two processes: wall",
        f"{two.wall:.2f} s",
        f"one process {one.wall:.2f} s",
        two.wall / one.wall,
        1 / 1.7,
    )


def one_file(bench: Bench) -> Iterator[Row]:
    path, work, importing = trees.one_file(bench.work), "one file, cold, `--dry-run`: CPU", peers.importing_libcst()
    if importing is None:
        yield missing(work, "LibCST")
    else:
        ours, other = bench.pair(peers.migrate(path, "--dry-run"), importing)
        yield _row(work, ours.cpu, other.cpu, 'python -c "import libcst"', 2)
    code = (
        "import sys, time\nfrom migrate import registry, runner, settings\n"
        "made = settings.load(registry.load(), {'isolated': True, 'jobs': 1})\nrunner.run(made, sys.argv[1:])\n"
        "start = time.perf_counter()\nfor _ in range(TIMES): runner.run(made, sys.argv[1:])\n"
    )
    once, often = measure(
        [python(code.replace("TIMES", "1"), path), python(code.replace("TIMES", "51"), path)], bench.repeat
    )
    yield Row("one file in a warm process: CPU", f"{(often.cpu - once.cpu) / 50 * 1000:.0f} ms", "no budget")


def _size(tree: Path) -> str:
    data = [path.read_bytes() for path in trees.find(tree)]
    calls = sum(b"Variable(" in one and b"tensorflow" in one for one in data)
    lines = sum(one.count(b"\n") for one in data)
    return f"TensorFlow 1 packages, {len(data)} files, {round(lines, -3):,} lines, {calls} files with a call"
