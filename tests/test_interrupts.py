"""A request to end, and a terminal that goes, end a run as an interrupt does: nothing is half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import shell

from migrate.interrupts import ENDING, heeded, unheeded


@pytest.mark.parametrize("sign", [*ENDING, signal.SIGINT])
def test_the_first_one_interrupts_and_later_ones_are_passed_over(sign: signal.Signals) -> None:
    usual, done = signal.getsignal(sign), False

    def run() -> None:
        nonlocal done
        with heeded():
            try:
                os.kill(os.getpid(), sign)
            finally:
                for one in (*ENDING, signal.SIGINT):
                    os.kill(os.getpid(), one)
                done = True

    with pytest.raises(KeyboardInterrupt):
        run()
    assert done
    assert signal.getsignal(sign) is usual


def test_two_that_come_at_once_are_one() -> None:
    program = (
        "import os, signal, time\n"
        "from migrate.interrupts import heeded\n"
        "both = signal.SIGINT, signal.SIGTERM\n"
        "try:\n"
        "    with heeded(for_good=True):\n"
        "        signal.pthread_sigmask(signal.SIG_BLOCK, both)\n"
        "        [os.kill(os.getpid(), one) for one in both]\n"
        "        signal.pthread_sigmask(signal.SIG_UNBLOCK, both)\n"
        "        time.sleep(1)\n"
        "except KeyboardInterrupt:\n"
        "    print('once')\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.stderr, ended.returncode) == ("once\n", "", 0)


@pytest.mark.parametrize("sign", ENDING)
def test_what_is_ignored_stays_so(sign: signal.Signals) -> None:
    signal.signal(sign, signal.SIG_IGN)
    try:
        with heeded():
            os.kill(os.getpid(), sign)
        assert signal.getsignal(sign) is signal.SIG_IGN
    finally:
        signal.signal(sign, signal.SIG_DFL)


@pytest.mark.parametrize("sign", [*ENDING, signal.SIGINT])
def test_at_the_end_of_a_process_a_second_one_is_passed_over(tmp_path: Path, sign: signal.Signals) -> None:
    os.mkfifo(tmp_path / "wait.toml")
    command = [shell.SCRIPT, "--config", "wait.toml", "."]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE) as running:
        writing = os.open(tmp_path / "wait.toml", os.O_WRONLY)  # until it reads there
        while running.poll() is None:
            running.send_signal(sign)
            time.sleep(0.005)
        said = running.stderr.read() if running.stderr else b""
    assert (running.returncode, said) == (130, b"migrate: interrupted\n")
    os.close(writing)


@pytest.mark.parametrize("sign", ENDING)
def test_what_needs_no_order_ends_at_once(sign: signal.Signals) -> None:
    with heeded():
        handler = signal.getsignal(sign)
        with unheeded():
            assert signal.getsignal(sign) is signal.SIG_DFL
        assert signal.getsignal(sign) is handler


@pytest.mark.parametrize("sign", [*ENDING, signal.SIGINT])
@pytest.mark.parametrize("after", [0.0, 0.02, 0.05])
def test_who_is_ended_while_writing_leaves_all_as_it_was(tmp_path: Path, sign: signal.Signals, after: float) -> None:
    text = b"import tensorflow as tf\nw = tf.Variable(tf.zeros([2]), name='w')\n"
    files = [tmp_path / f"m{number}.py" for number in range(200)]
    for file in files:
        file.write_bytes(text)
    command = [shell.SCRIPT, "-q", "-j1", "--isolated", "."]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE) as running:
        while running.poll() is None and not [*tmp_path.glob(".migrate_cache/runs/*")]:
            time.sleep(0.001)
        time.sleep(after)
        running.send_signal(sign)
        _, said = running.communicate(timeout=30)
    changed = {file.read_bytes() == text for file in files}
    assert (running.returncode, said, changed) in (
        (130, b"migrate: interrupted\n", {True}),
        (130, b"migrate: interrupted\n", {False}),
        (0, b"", {False}),
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [".migrate_cache", *(file.name for file in files)]
    )
