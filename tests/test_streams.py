"""Standard streams that are closed, full or broken: what is done, what is said, and the exit code."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from shell import SCRIPT, Shell, install

FULL = "/dev/full"


@pytest.fixture
def cli(tmp_path: Path) -> Shell:
    site, cwd = tmp_path / "site", tmp_path / "work"
    install(site, toy="toys:TOY")
    cwd.mkdir()
    shell = Shell(cwd, site)
    shell.write(a="old()\n")
    return shell


def redirected(cli: Shell, arguments: str, redirections: str) -> subprocess.CompletedProcess[bytes]:
    command = f"{SCRIPT} {arguments} {redirections}"
    environment = cli.environment()
    return subprocess.run(
        ["bash", "-c", command], cwd=cli.cwd, env=environment, input=b"old()\n", capture_output=True, check=False
    )


@pytest.mark.skipif(not Path(FULL).exists(), reason="there is no device that is always full")
@pytest.mark.parametrize(
    "arguments", ["-n .", "-n --color always .", "--output-format json -n .", "--help", "list", "-"]
)
@pytest.mark.parametrize(("to", "cause"), [("&-", b"Bad file descriptor"), (FULL, b"No space left on device")])
def test_an_output_that_cannot_be_written_is_one_line(cli: Shell, arguments: str, to: str, cause: bytes) -> None:
    ended = redirected(cli, arguments, f">{to}")
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr.splitlines()[-1] == b"migrate: error: standard output cannot be written: " + cause
    assert b"Traceback" not in ended.stderr
    assert b"Exception ignored" not in ended.stderr


@pytest.mark.parametrize("to", [">&- 2>&-", ">&-", "2>&-", f"2>{FULL}", "<&- >&- 2>&-"])
def test_what_prints_nothing_needs_no_streams(cli: Shell, to: str) -> None:
    ended = redirected(cli, ".", to)
    assert (ended.returncode, ended.stdout) == (0, b"")
    assert cli.read("a.py") == b"new()\n"


@pytest.mark.parametrize("to", ["2>&-", f"2>{FULL}"])
@pytest.mark.parametrize(("arguments", "code"), [("-n --check .", 1), ("-n .", 0), ("nope.py", 2), ("-", 0)])
def test_messages_that_cannot_be_written_change_no_exit_code(cli: Shell, to: str, arguments: str, code: int) -> None:
    assert redirected(cli, arguments, to).returncode == code


def test_an_input_that_cannot_be_read_is_one_line(cli: Shell) -> None:
    ended = redirected(cli, "-", "<&-")
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr == b"migrate: error: standard input cannot be read: Bad file descriptor\n"
