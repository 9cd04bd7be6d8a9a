"""`python spread.py TREE`: one tree in one process and on a Dask cluster of two, each with the seconds that it took."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

from distributed import LocalCluster

from migrate import discover, registry, runner, settings
from migrate.model import Report
from migrate.settings import Settings

_CALL = Path(__file__).parents[1] / "examples" / "convnet.py"


def main(tree: str) -> None:
    made = settings.load(registry.load(), {"isolated": True, "jobs": 1, "cache": False, "exclude": ["nothing"]})
    files = len(discover.find([tree], made).files)
    began = time.perf_counter()
    serial = runner.run(made, [tree])
    alone = time.perf_counter() - began
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with LocalCluster(silence_logs=50, **options) as cluster:
        over = replace(made, executor="dask", scheduler=cluster.scheduler_address)
        connect = _timed(over, [str(_CALL)])[0]  # the workers import what they need to look at a call
        seconds, own, report = _timed(over, [tree])
    if report != serial:
        raise SystemExit("the cluster's report is another one")
    figures = {"files": files, "alone": alone, "spread": seconds, "client": own, "connect": connect}
    print(json.dumps(figures))


def _timed(made: Settings, paths: list[str]) -> tuple[float, float, Report]:
    began, used = time.perf_counter(), time.process_time()
    report = runner.run(made, paths)
    return time.perf_counter() - began, time.process_time() - used, report


if __name__ == "__main__":
    main(sys.argv[1])
