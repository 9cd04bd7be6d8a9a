"""The lines of the budget: what is measured for each, against what, and how much it may be."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import peers, trees
from benchmarks.measure import Command, Cost, measure, python

__all__ = ["LINES", "Bench", "Row"]


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


def _row(work: str, ours: float, other: float, what: str, budget: float, unit: str = "s") -> Row:
    return Row(work, f"{ours:.2f} {unit}", f"{what} {other:.2f} {unit}", ours / other, budget)


def _missing(work: str, name: str) -> Row:
    return Row(work, "", f"{name} is not installed here")


def sparse_tree(bench: Bench) -> Iterator[Row]:
    number = sum(1 for _ in trees.find(bench.sparse))
    work = f"site-packages, {number:,} files, `--check`"
    ours, floor = bench.pair(peers.migrate(bench.sparse, "--check", "-q"), peers.floor("check", bench.sparse))
    yield _row(f"{work}: CPU", ours.cpu, floor.cpu, "read all, parse those with a call:", 2)
    yield Row(f"{work}: peak memory", f"{ours.memory:.0f} MB", "200 MB", ours.memory / 200, 1)
    other = peers.ast_grep(bench.sparse)
    if other is None:
        yield _missing(f"{work}: wall", "ast-grep")
    else:
        ours, theirs = bench.pair(peers.migrate(bench.sparse, "--check", "-q"), other)
        yield _row(f"{work}: wall", ours.wall, theirs.wall, "ast-grep (only finds)", 1 / 8)


def tree_without_calls(bench: Bench) -> Iterator[Row]:
    tree = trees.without_calls(bench.sparse, bench.work / "without")
    work = f"{sum(1 for _ in trees.find(tree)):,} files in which nothing calls TensorFlow: wall"
    other = peers.ripgrep(tree)
    if other is None:
        yield _missing(work, "ripgrep")
    else:
        ours, theirs = bench.pair(peers.migrate(tree, "--check", "-q"), other)
        yield _row(work, ours.wall, theirs.wall, "rg -l", 3)


def dense_tree(bench: Bench) -> Iterator[Row]:
    work = f"{_size(bench.dense)}, `--dry-run`"
    ours, floor = bench.pair(peers.migrate(bench.dense, "--dry-run", "-j1"), peers.floor("parse", bench.dense))
    yield _row(f"{work}: CPU", ours.cpu, floor.cpu, "`ast.parse` of those with a call", 6)
    if not bench.full:
        return
    others = [("LibCST's runner", peers.libcst_runner(bench.dense, bench.work / "libcst"), 1 / 40)]
    script = peers.upgrade(bench.dense, bench.work)
    if script is None:
        yield _missing(f"{work}: CPU", "tf_upgrade_v2")
    else:
        others.append(("tf_upgrade_v2", script, 1 / 10))
    for name, command, budget in others:
        ours, theirs = (
            one for one in measure([peers.migrate(bench.dense, "--dry-run", "-j1"), command], max(1, bench.repeat // 3))
        )
        yield _row(f"{work}: CPU", ours.cpu, theirs.cpu, name, budget)


def two_processes(bench: Bench) -> Iterator[Row]:
    one, two = bench.pair(
        peers.migrate(bench.dense, "--dry-run", "-j1"), peers.migrate(bench.dense, "--dry-run", "-j2")
    )
    yield Row(
        "the same with two processes: wall",
        f"{two.wall:.2f} s",
        f"one process {one.wall:.2f} s",
        two.wall / one.wall,
        1 / 1.7,
    )


def one_file(bench: Bench) -> Iterator[Row]:
    path = trees.one_file(bench.work)
    ours, other = bench.pair(peers.migrate(path, "--dry-run"), python("import libcst"))
    yield _row("one file, cold, `--dry-run`: CPU", ours.cpu, other.cpu, 'python -c "import libcst"', 2)
    code = (
        "import sys, time\nfrom migrate import registry, runner, settings\n"
        "made = settings.load(registry.load(), {'isolated': True, 'jobs': 1})\nrunner.run(made, sys.argv[1:])\n"
        "start = time.perf_counter()\nfor _ in range(TIMES): runner.run(made, sys.argv[1:])\n"
    )
    once, often = measure(
        [python(code.replace("TIMES", "1"), path), python(code.replace("TIMES", "51"), path)], bench.repeat
    )
    yield Row("one file in a warm process: CPU", f"{(often.cpu - once.cpu) / 50 * 1000:.0f} ms", "no budget")


def many_copies(bench: Bench) -> Iterator[Row]:
    """Ten and a hundred times the dense tree: the cost of a file must not grow."""
    first: float | None = None
    for number in (1, 2, 10, 100) if bench.full else (1, 2):
        tree = bench.dense if number == 1 else trees.copies(bench.dense, number, bench.work / f"times{number}")
        files = sum(1 for _ in trees.find(tree))
        (cost,) = measure([peers.migrate(tree, "--dry-run", "-j1", "-q")], bench.repeat if number < 10 else 1)
        each = cost.cpu / files * 1000
        first = first or each
        yield Row(
            f"{number} times the dense tree, {files:,} files: CPU",
            f"{cost.cpu:.1f} s, {cost.memory:.0f} MB",
            f"{each:.2f} ms a file, at first {first:.2f}",
            each / first,
            1.2,
        )


def fifty_thousand(bench: Bench) -> Iterator[Row]:
    """Files that hold no call cost no memory."""
    if not bench.full:
        return
    tree = trees.without_calls(bench.sparse, bench.work / "without")
    many = trees.copies(tree, 9, bench.work / "many")
    few, often = measure([peers.migrate(one, "--check", "-q") for one in (tree, many)], 1)
    files = [f"{sum(1 for _ in trees.find(one)):,}" for one in (tree, many)]
    yield Row(
        f"{files[1]} files without a call: peak memory",
        f"{often.memory:.0f} MB",
        f"{files[0]} files: {few.memory:.0f} MB; 200 MB",
        often.memory / 200,
        1,
    )


def dask(bench: Bench) -> Iterator[Row]:
    """What the way over a scheduler costs: two workers on this machine against one process."""
    program = bench.work / "dask_run.py"
    program.write_text(_DASK)
    script = Path(sys.executable).with_name("migrate")
    if shutil.which("dask", path=str(script.parent)) is None:
        yield _missing("a Dask cluster of two workers here: wall", "Dask")
        return
    cluster = Command([sys.executable, program, bench.dense], cwd=bench.work)
    alone, spread = bench.pair(peers.migrate(bench.dense, "--dry-run", "-j1", "-q"), cluster)
    yield Row(
        "the dense tree on a Dask cluster of two workers, its start included: wall",
        f"{spread.wall:.2f} s",
        f"one process {alone.wall:.2f} s",
        spread.wall / alone.wall,
    )


_DASK = """
import subprocess, sys
from pathlib import Path
from distributed import LocalCluster

if __name__ == "__main__":
    options = dict(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50)
    with LocalCluster(**options) as cluster:
        script = Path(sys.executable).with_name("migrate")
        command = [script, "--isolated", "--exclude", "nothing", "--dry-run", "-q", "--executor", "dask"]
        subprocess.run([*command, "--scheduler", cluster.scheduler_address, sys.argv[1]], check=False)
"""


def _size(tree: Path) -> str:
    data = [path.read_bytes() for path in trees.find(tree)]
    calls = sum(b"Variable(" in one and b"tensorflow" in one for one in data)
    lines = sum(one.count(b"\n") for one in data)
    return f"TensorFlow 1 packages, {len(data)} files, {round(lines, -3):,} lines, {calls} files with a call"


LINES: tuple[Callable[[Bench], Iterator[Row]], ...] = (
    sparse_tree,
    tree_without_calls,
    dense_tree,
    two_processes,
    one_file,
    many_copies,
    fifty_thousand,
    dask,
)
