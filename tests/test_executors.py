"""Executors keep the order, draw tasks lazily, survive a dying worker and stop at once."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import shell
from numbered import Numbered, die_at_7, double, process, tasks

from migrate import executors
from migrate.executors import Executor, Lost
from migrate.executors.chunks import chunks
from migrate.executors.recalling import RecallingExecutor
from migrate.executors.worker import uninterrupted


def die_always(task: Numbered) -> int:
    os._exit(1)


@pytest.fixture(params=["serial", "processes", "auto"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    with executors.open_executor(request.param, 2, "") as opened:
        yield opened


def test_results_are_in_the_order_of_the_tasks(executor: Executor) -> None:
    assert list(executor.map(double, tasks(500, 3000))) == list(range(0, 1000, 2))
    assert list(executor.map(double, tasks(3))) == [0, 2, 4]
    assert list(executor.map(double, tasks(0))) == []


def test_a_map_within_another_one_keeps_apart_from_it(executor: Executor) -> None:
    inner: list[int | Lost] = []
    outer = []
    for number, result in enumerate(executor.map(double, tasks(60, 50_000))):
        outer.append(result)
        if number in (5, 30):
            inner += executor.map(double, tasks(3))
    assert outer == list(range(0, 120, 2))
    assert inner == [0, 2, 4, 0, 2, 4]


class EvenOnes:
    """Remembers the results of tasks with an even number."""

    def recall(self, name: str, task: Numbered) -> int | None:
        return double(task) if int(task.path) % 2 == 0 or int(task.path) >= 500 else None

    def keep(self, name: str, task: Numbered, result: int) -> None:
        assert int(task.path) % 2


def test_what_is_remembered_waits_for_what_is_under_way_but_not_without_end() -> None:
    drawn: list[int] = []

    def drawing() -> Iterator[Numbered]:
        for task in tasks(5000):
            drawn.append(int(task.path))
            yield task

    with executors.open_executor("serial", 1, "") as inner:
        results = RecallingExecutor(inner, EvenOnes()).map(double, drawing())
        assert list(itertools.islice(results, 600)) == list(range(0, 1200, 2))
        assert len(drawn) < 1000
        assert list(results) == list(range(1200, 10000, 2))


def test_few_tasks_need_no_process() -> None:
    with executors.open_executor("auto", 2, "") as executor:
        assert set(executor.map(process, tasks(10))) == {os.getpid()}
        assert os.getpid() not in set(executor.map(process, tasks(1000, 3000)))
    with executors.open_executor("processes", 2, "") as executor:
        assert os.getpid() not in set(executor.map(process, tasks(10)))


def test_tasks_are_drawn_as_they_are_needed(executor: Executor) -> None:
    drawn: list[int] = []

    def endless() -> Iterator[Numbered]:
        for index in itertools.count():
            drawn.append(index)
            yield Numbered(str(index), b"x" * 50_000)

    assert list(itertools.islice(executor.map(double, endless()), 100)) == list(range(0, 200, 2))
    assert len(drawn) < 130


def test_a_task_that_kills_its_worker_is_lost_alone() -> None:
    with executors.open_executor("processes", 3, "") as executor:
        results = list(executor.map(die_at_7, tasks(200, 10_000)))
        assert [index for index, one in enumerate(results) if isinstance(one, Lost)] == [7]
        assert results[7] == Lost("7", "the worker process died of it (out of memory, or a crash in an extension)")
        assert [one for one in results if not isinstance(one, Lost)] == [
            2 * index for index in range(200) if index != 7
        ]
        assert list(executor.map(double, tasks(10))) == list(range(0, 20, 2))


def test_tasks_that_all_kill_their_workers_come_to_an_end() -> None:
    with executors.open_executor("processes", 2, "") as executor:
        assert [one.path for one in executor.map(die_always, tasks(4)) if isinstance(one, Lost)] == list("0123")


def test_workers_that_die_together_of_something_else_cost_nothing() -> None:
    with executors.open_executor("processes", 2, "") as executor:
        results = executor.map(double, tasks(400, 10_000))
        found = [next(results)]
        for child in multiprocessing.active_children():
            os.kill(child.pid or 0, signal.SIGKILL)
        found += results
    assert found == list(range(0, 800, 2))


def die_while_sending(task: Numbered) -> bytes:
    if task.path == "7":
        threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGKILL)).start()
    return b"x" * (30_000_000 if task.path == "7" else 10)


def test_a_worker_that_dies_in_the_middle_of_a_message_holds_nobody_up() -> None:
    with executors.open_executor("processes", 2, "") as executor:
        results = list(executor.map(die_while_sending, tasks(40, 30_000)))
    assert [one for index, one in enumerate(results) if index != 7] == [b"x" * 10] * 39


def heeds_hang_ups(task: Numbered) -> bool:
    return signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there is no SIGHUP here")
def test_a_worker_ignores_the_end_of_the_terminal_where_the_run_does() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with executors.open_executor("processes", 2, "") as executor:
            assert list(executor.map(heeds_hang_ups, tasks(40, 30_000))) == [False] * 40
    finally:
        signal.signal(signal.SIGHUP, before)


def fail_at_7(task: Numbered) -> int:
    if task.path == "7":
        raise ValueError("seven")
    return double(task)


def test_what_a_task_raises_is_raised_with_the_place_in_the_worker() -> None:
    with executors.open_executor("processes", 2, "") as executor, pytest.raises(ValueError, match="seven") as raised:
        list(executor.map(fail_at_7, tasks(40, 30_000)))
    assert "fail_at_7" in str(raised.value.__cause__)


def interrupt_at_the_start() -> None:
    with uninterrupted():
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.1)  # it comes as the block is left


def test_an_interrupt_while_a_process_starts_is_not_lost() -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupt_at_the_start()


INTERRUPTED = """
import sys, time
sys.path[:0] = [{tests!r}]
import numbered
from migrate import executors

def sleep(task):
    time.sleep(30)

with executors.open_executor("processes", 2, "") as executor:
    results = executor.map(sleep, numbered.tasks(100, 60000))
    print("ready", flush=True)
    next(results)
"""


def test_an_interrupt_stops_at_once_and_leaves_no_process(tmp_path: Path) -> None:
    code = INTERRUPTED.format(tests=str(shell.HERE))
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        time.sleep(1)
        began = time.monotonic()
        os.killpg(running.pid, signal.SIGINT)
        _, error = running.communicate(timeout=20)
    assert time.monotonic() - began < 5
    assert b"KeyboardInterrupt" in error
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_who_is_ended_leaves_no_process(sign: signal.Signals) -> None:
    command = [sys.executable, "-c", INTERRUPTED.format(tests=str(shell.HERE))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        time.sleep(1)
        running.send_signal(sign)
        running.communicate(timeout=20)  # whoever is left has the pipes open
    assert any(_is_empty(running.pid) or time.sleep(0.1) for _ in range(50))


def _is_empty(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def test_leaving_stops_what_is_at_work() -> None:
    began = time.monotonic()
    with executors.open_executor("processes", 2, "") as executor:
        results = executor.map(slowly, tasks(100, 60_000))
        assert next(results) == 0
    assert time.monotonic() - began < 5


def slowly(task: Numbered) -> int:
    if task.path != "0":
        time.sleep(30 if int(task.path) > 5 else 0)
    return double(task)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([100] * 4, [2, 2]),  # little work is shared out
        ([8_000, 100, 100, 100], [1, 3]),
        ([100], [1]),
        ([10_000] * 10, [2, 2, 2, 2, 1, 1]),  # and much comes in parts of the size
        ([], []),
    ],
)
def test_work_is_shared_out_evenly(sizes: list[int], expected: list[int]) -> None:
    drawn = (Numbered(str(number), b"x" * size) for number, size in enumerate(sizes))
    assert [len(chunk) for chunk in chunks(drawn, 20_000, 2)] == expected
