"""What size does: many times the dense tree, many files without a call, and a cluster beside one process."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from benchmarks import peers, trees
from benchmarks.lines import Bench, Row, missing
from benchmarks.measure import Cost, measure

__all__ = ["Spread", "cluster", "fifty_thousand", "many_copies", "prose", "spread"]

HERE = Path(__file__).parent


def many_copies(bench: Bench) -> Iterator[Row]:
    """Ten and a hundred times the dense tree: the cost of a file must not grow."""
    first: float | None = None
    for number in (1, 10, 100) if bench.full else (1, 2):
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
    """Files that hold no call cost the memory of their paths; several processes are looked at together."""
    if not bench.full:
        return
    tree = trees.without_calls(bench.sparse, bench.work)
    few = sum(1 for _ in trees.find(tree))
    many = trees.copies(tree, max(2, 50_000 // few + 1), bench.work / f"many-{tree.name}")
    files = sum(1 for _ in trees.find(many))
    for jobs, name, budget in (1, "one process", 1), (2, "all of up to two processes, below 200 MB", None):
        runs = [replace(peers.migrate(one, "--check", "-q", f"-j{jobs}"), watched=True) for one in (tree, many)]
        small, large = map(_most, measure(runs, 1))
        yield Row(
            f"{files:,} files without a call: peak memory of {name}",
            f"{large:.0f} MB",
            f"{few:,} files: {small:.0f} MB",
            large / small,
            budget,
        )


def _most(cost: Cost) -> float:
    return max(cost.total, cost.memory)


@dataclass(frozen=True)
class Spread:
    """Seconds for one tree: in one process, on a cluster of two workers, the client's own share, and to connect."""

    files: int
    alone: float
    spread: float
    client: float
    connect: float


def cluster(bench: Bench) -> Iterator[Row]:
    """What the way over a scheduler costs: two workers on this machine against one process."""
    found = spread(bench)
    if found is None:
        yield missing("a Dask cluster of two workers here: wall", "Dask")
        return
    yield Row(
        f"{found.files:,} files on a Dask cluster of two workers here, its start not counted: wall",
        f"{found.spread:.2f} s, {found.client:.2f} s of CPU in the client",
        f"one process {found.alone:.2f} s",
        found.spread / found.alone,
    )


@cache  # the table and what it means for larger trees are of one measurement
def spread(bench: Bench) -> Spread | None:
    """Measures a tree of ten times the dense one (twice where it must go quickly); None without Dask."""
    if importlib.util.find_spec("distributed") is None:
        return None
    number = 10 if bench.full else 2
    tree = trees.copies(bench.dense, number, bench.work / f"times{number}")
    command = [sys.executable, str(HERE / "spread.py"), str(tree)]
    ended = subprocess.run(command, check=True, capture_output=True, text=True, cwd=bench.work)
    return Spread(**json.loads(ended.stdout.splitlines()[-1]))


def prose(found: Spread) -> str:
    """What these figures mean for larger trees, with the arithmetic."""
    each, own = found.alone / found.files * 1000, found.client / found.files * 1000
    worker = max(found.spread * 2 - found.client, 0) / found.files * 1000
    rows = []
    for workers in (4, 16, 64):
        paced = max(own, worker / workers)
        even = found.connect / (each - paced) * 1000 if each > paced else None
        pays = f"{even:,.0f} files" if even else "never"
        rows.append(f"| {workers} | {paced:.2f} ms | {pays} | {paced * 10_000_000 / 1000 / 3600:.1f} h |\n")
    return (
        f"On {found.files:,} files of the dense tree one process takes {each:.2f} ms a file. On a cluster the client "
        f"takes {own:.2f} ms a file for reading and sending, the workers {worker:.2f} ms together, and to "
        f"connect takes {found.connect:.1f} s. So *w* workers take the larger of {own:.2f} and {worker:.2f} / *w* ms "
        "a file:\n\n| workers | a file | pays against one process from | ten million such files |\n|---|---|---|---|\n"
        f"{''.join(rows)}\n"
        f"One process would take {each * 10_000_000 / 1000 / 3600:.0f} h for ten million files of which every tenth "
        "creates variables. Whoever reads them all in one run holds their imports, 1 KB a file or 10 GB, and what "
        "changes: such a tree is run in parts.\n"
    )
