"""A Dask cluster of real processes: the same report as in one process, workers may die, what is wrong is one line."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dask
import distributed
import pytest
from numbered import die_at_7, double, process, slow_double, tasks
from shell import HERE, SCRIPT

from migrate import executors, registry, runner, settings
from migrate.executors import ExecutorError, Lost
from migrate.executors.build import Build
from migrate.executors.dask import _check_builds
from migrate.model import Report

HEAVY = 50_000  # bytes of a task: few of them go to a worker at once


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as made:
        yield made


def test_results_are_in_order_and_come_from_several_processes(cluster: Any) -> None:
    with executors.open_executor("dask", 0, cluster.scheduler_address) as executor:
        assert list(executor.map(double, tasks(200, HEAVY))) == list(range(0, 400, 2))
        assert list(executor.map(double, tasks(0, HEAVY))) == []
        pids = set(executor.map(process, tasks(60, HEAVY)))
    assert len(pids) > 1
    assert os.getpid() not in pids


def test_a_worker_killed_in_the_middle_loses_nothing(cluster: Any) -> None:
    with executors.open_executor("dask", 0, cluster.scheduler_address) as executor:
        results = executor.map(slow_double, tasks(120, HEAVY))
        first = [next(results) for _ in range(5)]
        os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
        assert first + list(results) == list(range(0, 240, 2))


def test_a_worker_that_stops_is_taken_for_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrate.executors.dask._PATIENCE", 2)
    monkeypatch.setattr("migrate.executors.dask._STOPPED", 5)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as made:
        stopped = next(iter(made.workers.values())).pid
        with executors.open_executor("dask", 0, made.scheduler_address) as executor:
            results = executor.map(slow_double, tasks(40, HEAVY))
            first = next(results)
            os.kill(stopped, signal.SIGSTOP)
            assert [first, *results] == list(range(0, 80, 2))
        os.kill(stopped, signal.SIGCONT)


def test_a_map_within_another_one_keeps_apart_from_it(cluster: Any) -> None:
    inner: list[int | Lost] = []
    outer = []
    with executors.open_executor("dask", 0, cluster.scheduler_address) as executor:
        for number, result in enumerate(executor.map(double, tasks(60, HEAVY))):
            outer.append(result)
            if number in (5, 30):
                inner += executor.map(double, tasks(3))
    assert outer == list(range(0, 120, 2))
    assert inner == [0, 2, 4, 0, 2, 4]


def test_what_kills_every_worker_is_lost_alone(cluster: Any) -> None:
    with executors.open_executor("dask", 0, cluster.scheduler_address) as executor:
        results = list(executor.map(die_at_7, tasks(20, HEAVY)))
    lost = [one for one in results if isinstance(one, Lost)]
    assert [one.path for one in lost] == ["7"]
    assert [one for one in results if one not in lost] == [2 * number for number in range(20) if number != 7]


@pytest.fixture
def nobody() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{free.getsockname()[1]}"


def test_nobody_answers(nobody: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(_LAYERS)
    command = [SCRIPT, "--dry-run", "--executor", "dask", "--scheduler", nobody, "a.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"migrate: error: no Dask scheduler answers at {nobody}: ")
    assert done.stderr.count("\n") == 1


def test_a_worker_is_no_scheduler(cluster: Any) -> None:
    address = next(iter(cluster.scheduler.workers))  # one that lives
    executor = executors.open_executor("dask", 0, address)
    with executor, pytest.raises(ExecutorError, match=f"^no Dask scheduler answers at {address}: a worker does$"):
        next(iter(executor.map(double, tasks(1, HEAVY))))


@pytest.mark.parametrize("protocol", ["tcp", "tls", "ws"])
def test_who_says_nothing_is_not_waited_for_without_end(protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrate.executors.dask._GREETING", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"{protocol}://127.0.0.1:{silent.getsockname()[1]}"
        executor = executors.open_executor("dask", 0, address)
        with executor, pytest.raises(ExecutorError, match=f"^no Dask scheduler answers at {address}: .+$"):
            next(iter(executor.map(double, tasks(1, HEAVY))))


@pytest.mark.parametrize("words", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", bytes(64)])
def test_who_speaks_another_protocol_is_no_scheduler(words: bytes) -> None:
    def speak() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                connection.sendall(words)
                connections.append(connection)

    connections: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=speak, daemon=True).start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        executor = executors.open_executor("dask", 0, address)
        with executor, pytest.raises(ExecutorError, match=f"^no Dask scheduler answers at {address}: .+$"):
            next(iter(executor.map(double, tasks(1, HEAVY))))
    for connection in connections:
        connection.close()


@pytest.mark.parametrize("address", ["foo", "tcp://", "tcp://host", "http://host:1", "inproc://127.0.0.1/1/1"])
def test_what_is_no_address_is_said_at_once(address: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(_LAYERS)
    command = [SCRIPT, "--dry-run", "--executor", "dask", "--scheduler", address, "a.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"migrate: error: {address} is no address of a Dask scheduler, such as tcp://")
    assert done.stderr.count("\n") == 1


def test_a_scheduler_without_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrate.executors.dask._PATIENCE", 2)
    with distributed.LocalCluster(n_workers=0, dashboard_address=None, silence_logs=50) as empty:
        executor = executors.open_executor("dask", 0, empty.scheduler_address)
        with executor, pytest.raises(ExecutorError, match="has no workers"):
            next(iter(executor.map(double, tasks(1, HEAVY))))


def test_workers_that_all_go_are_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrate.executors.dask._PATIENCE", 5)
    monkeypatch.setattr("migrate.executors.dask._ABANDONED", 1)
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as leaving:
        executor = executors.open_executor("dask", 0, leaving.scheduler_address)
        with executor:
            results = executor.map(slow_double, tasks(200, HEAVY))
            next(results)
            leaving.scale(0)
            with pytest.raises(ExecutorError, match="has no workers left"):
                deque(results)


def test_workers_that_start_and_die_for_ever_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """As they do whose memory limit lies just below what they start with: somebody starts them anew each time."""
    monkeypatch.setattr("migrate.executors.dask._RESTARTED", 3)
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1_000}),
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as dying,
        executors.open_executor("dask", 0, dying.scheduler_address) as executor,
    ):
        results = executor.map(die_at_7, tasks(8, HEAVY))
        next(results)
        monkeypatch.setattr("migrate.executors.dask._PATIENCE", 1)
        with pytest.raises(ExecutorError, match="die again and again"):
            deque(results)


@pytest.fixture
def scheduler(nobody: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A scheduler and its worker in processes of their own: the address, and the scheduler."""
    port = nobody.rpartition(":")[2]
    commands = [
        ["scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"],
        ["worker", nobody, "--nthreads", "1", "--no-dashboard", "--no-nanny"],
    ]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent)])}
    with contextlib.ExitStack() as stack:
        started = []
        for name, *rest in commands:
            command = [sys.executable, "-m", f"distributed.cli.dask_{name}", *rest]
            started.append(stack.enter_context(subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment)))
            stack.callback(started[-1].kill)
        yield nobody, started[0]


@pytest.mark.parametrize("sign", [signal.SIGSTOP, signal.SIGKILL])
def test_a_scheduler_that_falls_silent_or_dies_is_not_waited_for_without_end(
    scheduler: tuple[str, subprocess.Popen[bytes]], sign: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, process = scheduler
    monkeypatch.setattr("migrate.executors.dask._GREETING", 30)
    monkeypatch.setattr("migrate.executors.dask._PATIENCE", 30)
    with executors.open_executor("dask", 0, address) as executor:
        results = executor.map(slow_double, tasks(200, HEAVY))
        next(results)
        monkeypatch.setattr("migrate.executors.dask._PATIENCE", 1)
        monkeypatch.setattr("migrate.executors.dask._SILENCE", 1)
        process.send_signal(sign)
        began = time.monotonic()
        with pytest.raises(ExecutorError, match=f"^the Dask scheduler at {address} has gone: .+$"):
            deque(results)
    assert time.monotonic() - began < 10


def test_a_worker_of_another_version_that_comes_later_is_one_clear_line(
    cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with executors.open_executor("dask", 0, cluster.scheduler_address) as executor:
        assert list(executor.map(double, tasks(1, HEAVY))) == [0]  # whoever is there is asked as the client connects
        monkeypatch.setattr(executor, "_build", replace(Build.here(frozenset()), version="9.9.9"))
        with pytest.raises(ExecutorError, match=r"the one at tcp:.* has migrate-variables .*, not 9.9.9; install .*"):
            list(executor.map(double, tasks(1, HEAVY)))


@pytest.mark.parametrize(
    ("name", "mine", "theirs"),
    [
        ("code", lambda _: b"mine", "other code of the same version in one of migrate, numbered"),
        ("__version__", "9.9.9", r"migrate-variables \d.*, not 9.9.9"),
    ],
)
def test_a_worker_with_other_code_is_named(
    cluster: Any, monkeypatch: pytest.MonkeyPatch, name: str, mine: Any, theirs: str
) -> None:
    monkeypatch.setattr(f"migrate.executors.build.{name}", mine)
    executor = executors.open_executor("dask", 0, cluster.scheduler_address, packages=lambda: frozenset({"numbered"}))
    line = f"^the Dask worker at tcp://.* has {theirs}; install the same Python, .* anew$"
    with executor, pytest.raises(ExecutorError, match=line):
        next(iter(executor.map(double, tasks(1, HEAVY))))


def test_a_worker_with_another_python_differs() -> None:
    here = Build.here(frozenset())
    assert here.different(replace(here, python="cpython-39")) == f"the Python cpython-39, not {here.python}"
    assert here.different(replace(here)) == ""


def test_code_in_an_archive_is_told_by_its_version_alone() -> None:
    known, packed = Build.here(frozenset()), replace(Build.here(frozenset()), code=b"")
    assert known.code
    assert known.different(packed) == packed.different(known) == ""


def test_a_worker_without_this_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = ModuleNotFoundError("No module named 'migrate'")
    found: dict[str, Build | Exception] = {"tcp://gone:1": OSError(), "tcp://other:1": absent}
    with pytest.raises(ExecutorError, match=r"^the Dask worker at tcp://other:1 cannot do it: No module"):
        _check_builds(found, Build.here(frozenset()))


def test_the_report_is_that_of_one_process(
    cluster: Any, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers have other files at the same paths, and look at none of them."""
    monkeypatch.chdir(tmp_path)
    for number in range(30):
        folder = tmp_path / f"package_{number % 5}"
        folder.mkdir(exist_ok=True)
        (folder / f"layers_{number}.py").write_text(_LAYERS)
        (folder / f"main_{number}.py").write_text(_MAIN.replace("layers", f"layers_{number}"))
    (tmp_path / "broken.py").write_text("import tensorflow as tf\nw = tf.Variable(0\n")
    _write_others(tmp_path_factory.mktemp("elsewhere"), cluster)
    serial = _report("serial", "")
    assert len(serial.changed) == 60
    assert len(serial.failures) == 1
    assert _report("dask", cluster.scheduler_address) == serial


def _write_others(folder: Path, cluster: Any) -> None:
    """Has the workers go on in a folder with other files at the same paths."""
    for number in range(30):
        inner = folder / f"package_{number % 5}"
        inner.mkdir(exist_ok=True)
        (inner / f"layers_{number}.py").write_text("import tensorflow as tf\nw = tf.Variable(0)\n" * 2)
    with distributed.Client(cluster, set_as_default=False) as client:
        client.run(os.chdir, str(folder))


def _report(executor: str, scheduler: str) -> Report:
    made = settings.load(registry.load(), {"isolated": True})
    return runner.run(replace(made, executor=executor, scheduler=scheduler), ["."])


_LAYERS = """\
import tensorflow as tf


def weight(shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1), name="weight")
"""
_MAIN = """\
import tensorflow as tf
from layers import weight

a = weight([2, 3])
b = weight([3, 4])
step = tf.constant(0)
"""
