"""The command line through the installed script: exit codes, streams, options, filter mode, odd endings."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import shell
from shell import SCRIPT, Shell


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    shell.install(folder, toy="toys:TOY", pairs="toys:PAIRS", sleeping="toys:SLEEPING")
    return folder


@pytest.fixture
def cli(tmp_path: Path, site: Path) -> Shell:
    (tmp_path / "work").mkdir()
    return Shell(tmp_path / "work", site)


def test_applies(cli: Shell) -> None:
    cli.write(a="old()\n", s__b="x = old(1)\r\n")
    ended = cli.run(".")
    assert (ended.returncode, ended.stdout) == (0, b"")
    assert b"2 files of 2 changed" in ended.stderr
    assert (cli.read("a.py"), cli.read("s/b.py")) == (b"new()\n", b"x = new(1)\r\n")
    assert cli.run("--check", ".").returncode == 0


def test_previews_a_patch_that_gives_what_applying_writes(cli: Shell) -> None:
    cli.write(a="old()\n", s__b="x = old(1)\r\ny = 1", c="# coding: latin-1\nold('é')\n".encode("latin-1"))
    preview = cli.run("--dry-run", ".")
    assert preview.returncode == 0
    assert b"3 files of 3 would change" in preview.stderr
    before = {path: path.read_bytes() for path in cli.cwd.rglob("*.py")}
    cli.run(".")
    applied = {path: path.read_bytes() for path in cli.cwd.rglob("*.py")}
    assert before != applied
    for path, data in before.items():
        path.write_bytes(data)
    shell.git(cli.cwd, "init")
    subprocess.run(["git", "apply", "-"], cwd=cli.cwd, input=preview.stdout, check=True)
    assert {path: path.read_bytes() for path in cli.cwd.rglob("*.py")} == applied


@pytest.mark.parametrize(
    ("files", "arguments", "code"),
    [
        ({"a": "x = 1\n"}, ["."], 0),
        ({}, ["."], 0),
        ({"a": ""}, ["."], 0),
        ({"a": "old()\n"}, ["--dry-run", "."], 0),
        ({"a": "old()\n"}, ["--check", "."], 1),
        ({"a": "old()\n"}, ["--dry-run", "--check", "."], 1),
        ({"a": "old()\n"}, ["--check", "--exit-zero", "."], 0),
        ({"a": "x = 1\n"}, ["--check", "."], 0),
        ({"a": "old(*x)\n"}, ["."], 0),
        ({"a": "old(*x)\n"}, ["--strict", "."], 4),
        ({"a": "old(*x)  # migrate: ignore\n"}, ["--strict", "."], 0),
        ({"a": "old(*x)\n"}, ["--strict", "--ignore", "TY201", "."], 0),
        ({"a": "old(*x)\n"}, ["--strict", "--exit-zero", "."], 0),
        ({"a": "old(a=1)\n"}, ["--strict", "."], 4),
        ({"a": "old(a=1)\n"}, ["--strict", "--level", "unsafe", "--check", "."], 1),
        ({"a": "old(*x)\nold()\n"}, ["--strict", "--check", "."], 4),
        ({"a": "old(\n"}, ["."], 3),
        ({"a": "old(\n", "b": "old(*x)\nold()\n"}, ["--strict", "--check", "."], 3),
        ({"a": "old(\n"}, ["--exit-zero", "."], 3),
        ({"a": "old(\n"}, ["--strict", "nope"], 2),
        ({"a": "old(\n"}, ["--check", "a.py", "--level", "x"], 2),
    ],
)
def test_exit_codes(cli: Shell, files: dict[str, str], arguments: list[str], code: int) -> None:
    cli.write(**files)
    ended = cli.run(*arguments)
    assert ended.returncode == code, ended.stderr
    assert b"Traceback" not in ended.stderr


def test_a_broken_file_among_good_ones(cli: Shell) -> None:
    cli.write(a="old()\n", b="x = 1\nold(\n", c="old()\n")
    ended = cli.run(".")
    assert ended.returncode == 3
    assert (cli.read("a.py"), cli.read("b.py"), cli.read("c.py")) == (b"new()\n", b"x = 1\nold(\n", b"new()\n")
    assert re.search(rb"^error: b\.py:2: .*never closed", ended.stderr, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "migrate: error: nothing to look at: name files or directories, such as migrate --dry-run ."),
        (["nope.py"], "migrate: error: nope.py: no such file or directory"),
        (["--levle", "exact", "."], "migrate: error: No such option: --levle"),
        (["--level", "exat", "."], "--level must be one of exact, renames, unsafe, not 'exat'; did you mean exact?"),
        (["--spelling", "nwe", "."], "--spelling must be one of new, newer, old, not 'nwe'"),
        (["--select", "tuy", "."], "--select: unknown codemod or code tuy; did you mean toy?"),
        (["-j", "many", "."], "Invalid value for '--jobs' / '-j'"),
        (["--shard", "3/2", "."], "--shard must be I/N with I from 1 to N, not '3/2'"),
        (["--shard", "²/3", "."], "--shard must be I/N with I from 1 to N, not '²/3'"),
        (["--shard", f"1/{'9' * 5_000}", "."], "--shard must be I/N with I from 1 to N, not '1/999"),
        *(
            (["--shard", part, "."], f"--shard must be I/N with I from 1 to N, not '{part}'")
            for part in ("0/3", "4/3", "1/0", "1/3/5", " 1/3 ", "1", "-1/3")
        ),
        (["--shard", "", "."], "--shard is empty: leave it out, or say I/N"),
        *(
            ([f"--{name}", "", "."], f"--{name} is empty: leave it out, or say {word}")
            for name, word in (("select", "NAMES"), ("ignore", "NAMES"), ("exclude", "GLOBS"), ("stub", "MODULES"))
        ),
        *(
            ([f"--{name}", "", "."], f"--{name} is empty: leave it out, or say {word}")
            for name, word in (("report", "FILE.html"), ("baseline", "FILE"), ("python", "FILE"), ("until", "POINT"))
        ),
        (["-o", " ", "."], "--output-file is empty: leave it out, or say FILE"),
        (["undo", "--project", ""], "--project is empty: leave it out, or say DIR"),
        (["new", "one", "--folder="], "--folder is empty: leave it out, or say DIR"),
        (["--extend-exclude", " , ", "."], "--extend-exclude is empty: leave it out, or say GLOBS"),
        (["--since=", "."], "--since is empty: leave it out, or say REV"),
        (["--config", "nope.toml", "."], "nope.toml cannot be read: No such file or directory"),
        (["--since", "HEAD", "."], "--since needs a git repository, and there is none here"),
        (["--resume", "."], "--resume goes on with a review: give --interactive with it"),
        (["--stdin-filename", "a.py", "."], "--stdin-filename names what comes on standard input: give - as the path"),
        (["--drop-failing", "."], "--drop-failing goes with a proof: give --verify SCRIPT with it"),
        (["--map", "names.json", "."], "--map goes with a proof: give --verify SCRIPT with it"),
        ([""], "'': no such file or directory"),
        (["--interactive", "--check", "."], "--interactive and --check exclude each other"),
        (["--executor", "dask", "."], "--executor dask needs --scheduler"),
        (["--scheduler", "tcp://host:1", "."], "--scheduler is of a Dask cluster: give --executor dask with it"),
        (["--write-baseline", "."], "--write-baseline needs --baseline FILE"),
        (["--baseline", "nope", "."], "--baseline: nope does not exist; --write-baseline makes it"),
        (["--baseline", "no/b.json", "--write-baseline", "."], "no/b.json cannot be written: there is no directory no"),
        (["--baseline", "b.json", "--write-baseline", "--shard", "1/2", "."], "--write-baseline and --shard exclude"),
        (["--baseline", "b.json", "--write-baseline", "--since", "HEAD", "."], "--write-baseline and --since exclude"),
        (["--report", ".", "."], "--report: . cannot be written: it is a directory"),
        (["--isolated", "--config", "a.toml", "."], "--config and --isolated exclude each other"),
        (["--interactive", "--add-ignore", "."], "--interactive and --add-ignore exclude each other"),
        (["--show-files", "-"], "- is standard input, for which --show-files means nothing"),
        (["--interactive", "-"], "- is standard input, for which --interactive means nothing"),
        (["--verify", "a.py", "-"], "- is standard input, for which --verify means nothing"),
        (["--since", "HEAD", "-"], "- is standard input, for which --since means nothing"),
        (["lst"], "lst is neither a path nor a command; did you mean list?"),
        (["explain"], "Missing argument 'code'; see migrate explain --help"),
        (["explain", "old-new"], "there is no code old-new; did you mean old-to-new?"),
        (["explain", "ty"], "there is no code ty; those that begin so are TY101, TY201 (migrate list shows all)"),
        (["-", "a.py"], "- stands alone"),
        (["explain", "TY901"], "there is no code TY901; did you mean TY201?"),
        (["undo", "nope"], "There is no run nope on record"),
        (["undo", ""], "RUN is empty: leave it out for the last one, or say which"),
        (["list", "more"], "Got unexpected extra argument"),
    ],
)
def test_wrong_use_is_one_line_and_2(cli: Shell, arguments: list[str], message: str) -> None:
    cli.write(a="old(*x)\n")
    ended = cli.run(*arguments)
    error = ended.stderr.decode().splitlines()
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert message in error[-1]
    assert len(error) == 1


def test_an_unknown_key_names_the_nearest(cli: Shell) -> None:
    (cli.cwd / "pyproject.toml").write_text('[tool.migrate]\nspeling = "new"\n')
    ended = cli.run(".")
    assert ended.returncode == 2
    assert ended.stderr == b"migrate: error: pyproject.toml: unknown key speling; did you mean spelling?\n"


def test_a_number_that_is_zero_is_said_as_well(cli: Shell) -> None:
    (cli.cwd / "migrate.toml").write_text("jobs = 1\nmax-size = 7\n")
    shown = cli.run("--show-settings", "-j", "0", "--max-size", "0").stdout.decode().splitlines()
    assert {"jobs = 0", "max-size = 0"} <= set(shown)


def test_environment_stands_between_file_and_option(cli: Shell) -> None:
    cli.write(a="old(a=1)\n")
    (cli.cwd / "migrate.toml").write_text('level = "exact"\n')
    assert cli.run("--check", ".").returncode == 0
    assert cli.run("--check", ".", MIGRATE_LEVEL="unsafe").returncode == 1
    assert cli.run("--check", "--level", "exact", ".", MIGRATE_LEVEL="unsafe").returncode == 0


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("LEVEL", "exat", b"MIGRATE_LEVEL must be one of exact, renames, unsafe, not 'exat'; did you mean exact?"),
        ("STRICT", "maybe", b"MIGRATE_STRICT must be true or false, not 'maybe'"),
        ("JOBS", "-1", b"MIGRATE_JOBS must be a whole number, 0 or more, not '-1'"),
        ("SPELLING", "nwe", b"MIGRATE_SPELLING must be one of new, newer, old, not 'nwe'; did you mean newer?"),
        ("CONFIG", "nope.toml", b"nope.toml cannot be read: No such file or directory"),
    ],
)
def test_a_variable_that_is_wrong_is_named(cli: Shell, name: str, value: str, message: bytes) -> None:
    cli.write(a="old()\n")
    ended = cli.run("--check", ".", **{f"MIGRATE_{name}": value})
    assert (ended.returncode, ended.stderr) == (2, b"migrate: error: " + message + b"\n")


def test_variables_set_every_kind_of_option(cli: Shell) -> None:
    cli.write(a="old()\nold(*x)\n")
    (cli.cwd / "other.toml").write_text('spelling = "old"\n')
    assert cli.run(".", MIGRATE_STRICT="yes", MIGRATE_IGNORE="TY101").returncode == 4
    assert cli.run(".", MIGRATE_STRICT="", MIGRATE_IGNORE="TY1,pairs").returncode == 0
    assert b"+newer()" in cli.run("-n", ".", MIGRATE_SPELLING="newer").stdout
    assert b'spelling = "old"' in cli.run("--show-settings", MIGRATE_CONFIG="other.toml").stdout
    assert b'spelling = "new"' in cli.run("--show-settings", "--isolated", MIGRATE_CONFIG="other.toml").stdout


def test_a_flag_in_a_file_can_be_taken_back(cli: Shell) -> None:
    cli.write(a="old(*x)\n")
    (cli.cwd / "migrate.toml").write_text("strict = true\n")
    assert cli.run(".").returncode == 4
    assert cli.run("--no-strict", ".").returncode == 0


def test_help_shows_every_option_and_command(cli: Shell) -> None:
    text = cli.run("--help").stdout.decode()
    for word in ("--dry-run", "-n,", "--level", "--spelling", "--stdin-filename", "--no-respect-gitignore", "undo"):
        assert word in text
    usage = "Usage: migrate [OPTIONS] PATHS...\n       migrate COMMAND ...\n"
    assert text.startswith(usage)
    assert cli.run("--help", COLUMNS="40").stdout.decode().startswith(usage)
    assert "Which name is put in. One of: new, newer, old." in " ".join(text.split())
    assert "run" not in [line.split()[0] for line in text.partition("Commands:")[2].splitlines() if line.strip()]
    assert cli.run("undo", "--help").stdout.startswith(b"Usage: migrate undo [OPTIONS] [RUN]")
    assert re.fullmatch(rb"migrate \d+\.\d+\.\d+\S*\n", cli.run("--version").stdout)


def test_list_and_explain(cli: Shell) -> None:
    listed = cli.run("list").stdout.decode()
    options = "  --spelling new|newer|old  Which name is put in.\n"
    assert f"toy: Calls old new\n{options}  TY101  rewrite  old-to-new: old is called new\n" in listed
    assert cli.run("explain", "ty101").stdout.startswith(
        b"# TY101 old-to-new\n\nold is called new.\n\n## What it means"
    )
    assert cli.run("explain", "held-back-by-level").stdout.startswith(b"# M001 ")


def test_a_page_in_a_terminal_has_the_colours_that_are_asked_for(cli: Shell) -> None:
    assert "\x1b[" in read_terminal(cli, "explain", "M001")
    assert "\x1b[" not in read_terminal(cli, "explain", "M001", FORCE_COLOR="0")
    assert max(map(len, read_terminal(cli, "explain", "M001", NO_COLOR="1", COLUMNS="40").split("\r\n"))) <= 40


def test_undo(cli: Shell) -> None:
    cli.write(a="old()\n", b="old()\n")
    assert cli.run("undo").returncode == 0
    cli.run(".")
    assert b"2 files" in cli.run("undo", "--list").stdout
    (cli.cwd / "b.py").write_text("new()  # edited\n")
    ended = cli.run("undo")
    assert ended.returncode == 3
    assert cli.read("a.py") == b"old()\n"
    assert cli.read("b.py") == b"new()  # edited\n"


def test_filter_mode(cli: Shell) -> None:
    ended = cli.run("-", input=b"old()\r\nx = 1")
    assert (ended.returncode, ended.stdout) == (0, b"new()\r\nx = 1")
    assert b"only this source is looked at" in ended.stderr
    same = b"\xef\xbb\xbfx = 1\r\n\r\n\t"
    ended = cli.run("-", input=same)
    assert (ended.stdout, ended.stderr) == (same, b"")
    ended = cli.run("-", input=b"")
    assert (ended.stdout, ended.stderr) == (b"", b"")
    broken = cli.run("-", "--stdin-filename", "a.py", input=b"old(\n")
    assert (broken.returncode, broken.stdout) == (3, b"old(\n")
    assert b"migrate: a.py:1: " in broken.stderr
    assert cli.run("-", "--check", input=b"old()\n").returncode == 1


def test_filter_mode_knows_the_project(cli: Shell) -> None:
    cli.write(s__maker="make('y')\n", user="import maker\n")
    (cli.cwd / "pyproject.toml").write_text("")
    ended = cli.run("-", "--stdin-filename", "s/maker.py", "--output-format", "concise", input=b"make('x')\n")
    assert b"known to 2 files" in ended.stdout
    assert b"only this source" not in ended.stderr
    new = cli.run("-", "--stdin-filename", "s/not_yet.py", input=b"make('x')\n")
    assert new.stdout == b"made('x')\n"
    assert cli.read("s/maker.py") == b"make('y')\n"


def test_filter_mode_leaves_what_is_excluded_by_force(cli: Shell) -> None:
    (cli.cwd / "pyproject.toml").write_text('[tool.migrate]\nextend-exclude = ["gen"]\nforce-exclude = true\n')
    assert cli.run("-", "--stdin-filename", "gen/a.py", input=b"old()\n").stdout == b"old()\n"
    assert cli.run("-", "--check", "--stdin-filename", "gen/a.py", input=b"old()\n").returncode == 0
    assert cli.run("-", "--stdin-filename", "a.py", input=b"old()\n").stdout == b"new()\n"
    named = cli.run("-", "--no-force-exclude", "--stdin-filename", "gen/a.py", input=b"old()\n")
    assert named.stdout == b"new()\n"


def test_filter_mode_counts_and_reports(cli: Shell) -> None:
    ended = cli.run("-", "-qq", "--statistics", "--report", "r.html", input=b"old()\n")
    assert (ended.stdout, ended.stderr) == (b"new()\n", b"1\tTY101\trewritten\told is called new\n")
    assert b"\\u003cstdin\\u003e" in cli.read("r.html")


def test_standard_output_is_the_diff_and_nothing_else(cli: Shell) -> None:
    cli.write(a="old()  # [red]Optional[int] \xe9\n")
    ended = cli.run("-n", "-v", "--statistics", ".")
    assert ended.stdout.decode().splitlines()[:2] == ["--- a/a.py", "+++ b/a.py"]
    assert "+new()  # [red]Optional[int] \xe9" in ended.stdout.decode().splitlines()
    assert cli.run("-n", "-qq", ".").stderr == b""
    assert cli.run("--check", ".").stdout == b""


def test_output_file(cli: Shell) -> None:
    cli.write(a="old()\n")
    ended = cli.run("-n", "--output-format", "json", "-o", "out.json", ".")
    assert ended.stdout == b""
    assert json.loads(cli.read("out.json"))
    wrong = cli.run("-n", "-o", "no/where.json", ".")
    assert (wrong.returncode, wrong.stderr.count(b"\n")) == (2, 1)


def test_a_closed_pipe_is_not_1(cli: Shell) -> None:
    cli.write(**{f"f{number}": "old()\n" * 3000 for number in range(20)})
    command = f"{SCRIPT} --dry-run . | head -1; echo ${{PIPESTATUS[0]}}"
    ended = subprocess.run(
        ["bash", "-c", command], cwd=cli.cwd, env=cli.environment(), capture_output=True, check=False
    )
    assert ended.stdout.splitlines()[-1] == b"141"
    assert b"Traceback" not in ended.stderr
    assert b"Exception ignored" not in ended.stderr


def test_an_interrupt_is_130_and_leaves_everything(cli: Shell) -> None:
    cli.write(a="old()\n", b="nap(1)\n", c="old()\n")
    with subprocess.Popen([SCRIPT, "."], cwd=cli.cwd, env=cli.environment(), stderr=subprocess.PIPE) as running:
        time.sleep(2)
        running.send_signal(signal.SIGINT)
        _, error = running.communicate(timeout=10)
    assert (running.returncode, error) == (130, b"migrate: interrupted\n")
    assert cli.read("a.py") == b"old()\n"


def test_an_uncaught_exception_is_not_1(cli: Shell, tmp_path: Path) -> None:
    shell.install(tmp_path / "site", bad="toys:LINKLESS")
    cli.write(a="old()\n")
    ended = Shell(cli.cwd, tmp_path / "site").run(".")
    assert ended.returncode == 70
    assert b"ZeroDivisionError" in ended.stderr
    assert b"please report it" in ended.stderr


def test_a_codemod_that_cannot_be_loaded(cli: Shell, tmp_path: Path) -> None:
    shell.install(tmp_path / "site", bad="nowhere:NOTHING")
    ended = Shell(cli.cwd, tmp_path / "site").run(".")
    assert ended.returncode == 2
    assert ended.stderr == b"migrate: error: codemod nowhere:NOTHING cannot be loaded: No module named 'nowhere'\n"


def test_since(cli: Shell) -> None:
    shell.git(cli.cwd, "init")
    cli.write(a="old()\nold(*x)\nx = old(\n    1,\n)\n", b="old()\n", c="x = 1\n")
    shell.git(cli.cwd, "add", ".")
    shell.git(cli.cwd, "commit", "-m", "first")
    assert cli.run("--check", "--since", "HEAD", ".").returncode == 0
    cli.write(a="old()\nold(*x)\nx = old(\n    2,\n)\n", d="old()\n")
    ended = cli.run("--since", "HEAD", "--strict", ".")
    assert ended.returncode == 0
    assert b"2 calls seen" in ended.stderr
    assert cli.read("a.py") == b"old()\nold(*x)\nx = new(\n    2,\n)\n"
    assert (cli.read("b.py"), cli.read("d.py")) == (b"old()\n", b"new()\n")
    wrong = cli.run("--since", "nowhere", ".")
    assert (wrong.returncode, wrong.stderr) == (2, b"migrate: error: --since: git knows no revision nowhere\n")


def test_since_looks_at_what_this_branch_did(cli: Shell) -> None:
    """A renamed file has only its edits changed, and what the other branch did since they parted does not count."""
    shell.git(cli.cwd, "init")
    cli.write(a="old()\nold(*x)\nx = 1\ny = 2\n", b="old()\nx = 1\ny = 2\nz = 3\n")
    shell.git(cli.cwd, "add", ".")
    shell.git(cli.cwd, "commit", "-m", "first")
    shell.git(cli.cwd, "checkout", "-b", "branch")
    shell.git(cli.cwd, "mv", "a.py", "c.py")
    cli.write(c="old()\nold(*x)\nx = old()\ny = 2\n")
    shell.git(cli.cwd, "add", ".")
    shell.git(cli.cwd, "commit", "-m", "second")
    shell.git(cli.cwd, "checkout", "main")
    cli.write(b="new()\nx = 1\ny = 2\nz = 3\n")
    shell.git(cli.cwd, "commit", "-a", "-m", "third")
    shell.git(cli.cwd, "checkout", "branch")
    found = cli.run("-n", "-qq", "--since", "main", "--output-format", "concise", ".")
    assert [line.split(b" ")[0] for line in found.stdout.splitlines()] == [b"c.py:3:5:"]


def test_baseline(cli: Shell) -> None:
    cli.write(a="old(*x)\n", s__b="old(*y)\n")
    assert cli.run("--baseline", "known.json", "--write-baseline", ".").returncode == 0
    assert cli.run("--strict", "--baseline", "known.json", ".").returncode == 0
    cli.write(a="# moved\nold(*x)\n")
    assert cli.run("--strict", "--baseline", "../known.json", ".", cwd=cli.cwd / "s").returncode == 0
    cli.write(a="old(*x)\nold(*z)\n")
    assert cli.run("--strict", "--baseline", "known.json", ".").returncode == 4
    for text in (
        "[]",
        '{"version": 1, "left": {"a.py": {"TY201": -1}}}',
        '{"version": 1, "left": {"a.py": []}}',
        "\xff",
    ):
        (cli.cwd / "known.json").write_text(text)
        assert b"is not a baseline" in cli.run("--strict", "--baseline", "known.json", ".").stderr


def test_shards_are_a_partition(cli: Shell) -> None:
    cli.write(**{f"f{number}": "old()\n" for number in range(30)})
    seen: list[bytes] = []
    for part in range(1, 4):
        found = re.findall(rb"^\+\+\+ b/(.*)$", cli.run("-n", "--shard", f"{part}/3", ".").stdout, re.MULTILINE)
        assert found
        seen += found
    assert sorted(seen) == sorted(b"f%d.py" % number for number in range(30))


def test_add_ignore_and_mark(cli: Shell) -> None:
    cli.write(a="old(*x)\nold()\n", b="old(a=1)\n")
    cli.run("--mark", "a.py")
    assert cli.read("a.py") == b"old(*x)  # TODO(migrate): TY201 passes a starred argument\nnew()\n"
    cli.run("--add-ignore", "b.py")
    assert cli.read("b.py") == b"old(a=1)  # migrate: ignore[M001]\n"
    assert cli.run("--strict", "b.py").returncode == 0


def test_each_code_of_an_ignore_has_to_silence_something(cli: Shell) -> None:
    lines = ("old()  # migrate: ignore[TY101, TY201]", "old(*x)  # migrate: ignore[TY2,TY201]")
    cli.write(a="\n".join((*lines, "x = 1  # migrate: ignore[TY101]", "old()  # migrate: ignore[TY1", "")))
    found = cli.run("-n", "-qq", "--output-format", "concise", ".").stdout.decode().splitlines()
    assert [line for line in found if "M009" in line] == [
        "a.py:1:8: M009 notice nothing here is found under TY201",
        "a.py:3:8: M009 notice nothing here is found under TY101",
    ]


def test_show_files_and_settings(cli: Shell) -> None:
    cli.write(b="", a="", build__c="")
    assert cli.run("--show-files", ".").stdout == b"a.py\nb.py\n"
    (cli.cwd / "migrate.toml").write_text('level = "exact"\n')
    assert cli.run("--show-settings").stdout.startswith(b'# migrate.toml\nlevel = "exact"\n')
    assert cli.run("--show-settings", "--isolated", ".").stdout.startswith(b"# no configuration file\n")
    cli.write(s__d="")
    (cli.cwd / "s" / "migrate.toml").write_text('level = "unsafe"\nstrict = true\n')
    below = cli.run("--show-settings", "s/d.py").stdout.decode().splitlines()
    assert below[:2] == ["# migrate.toml, s/migrate.toml", 'level = "unsafe"']
    assert "strict = false" in below, "the run as a whole is the current directory's affair"


def test_completion(cli: Shell) -> None:
    def complete(*words: str) -> list[str]:
        environment = {
            "_MIGRATE_COMPLETE": "complete_bash",
            "COMP_WORDS": " ".join(words),
            "COMP_CWORD": str(len(words) - 1),
        }
        return cli.run(**environment).stdout.decode().split()

    assert "--level" in complete("migrate", "--le")
    assert "explain" in complete("migrate", "ex")
    assert complete("migrate", "--level", "e") == ["exact"]
    assert complete("migrate", "--spelling", "n") == ["new", "newer"]
    assert complete("migrate", "--select", "TY") == ["TY101", "TY201"]
    assert complete("migrate", "explain", "TY2") == ["TY201"]


COMPLETING = {
    "bash": "COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); _migrate_completion migrate;"
    " echo ${{COMPREPLY[@]}}",
    "fish": "complete -C '{words}' | string split -f 1 \\t",
}


@pytest.mark.parametrize("name", COMPLETING)
def test_the_script_completes_in_a_real_shell(cli: Shell, name: str) -> None:
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"there is no {name} here")
    script = cli.run("--show-completion", name).stdout.decode()
    environment = cli.environment(HOME=str(cli.cwd))
    environment["PATH"] = f"{SCRIPT.parent}{os.pathsep}{environment['PATH']}"

    def complete(words: str) -> list[str]:
        command = [program, "-c", script + "\n" + COMPLETING[name].format(words=words)]
        ended = subprocess.run(command, cwd=cli.cwd, env=environment, capture_output=True, text=True, check=True)
        return ended.stdout.split()

    assert complete("migrate --lev") == ["--level"]
    assert complete("migrate explain TY") == ["TY101", "TY201"]
    assert complete("migrate undo --l") == ["--list"]


def test_completion_for_a_shell_that_is_named(cli: Shell) -> None:
    assert cli.run("--show-completion", "zsh").stdout.startswith(b"#compdef migrate")
    wrong = cli.run("--show-completion", "ksh")
    assert (wrong.returncode, wrong.stdout) == (2, b"")
    assert b"takes one of bash, zsh, fish, powershell, pwsh, not ksh" in wrong.stderr
    ended = cli.run("--install-completion", "fish", HOME=str(cli.cwd))
    assert ended.returncode == 0
    assert b"_MIGRATE_COMPLETE" in cli.read(".config/fish/completions/migrate.fish")


def read_terminal(cli: Shell, *arguments: str, **more: str) -> str:
    """What a person would see, with all escape codes."""
    child, descriptor = pty.fork()
    if child == 0:
        os.chdir(cli.cwd)
        os.execve(SCRIPT, [str(SCRIPT), *arguments], cli.environment(TERM="xterm-256color", **more))
    seen = b""
    while select.select([descriptor], [], [], 20)[0]:
        try:
            piece = os.read(descriptor, 65536)
        except OSError:
            break
        if not piece:
            break
        seen += piece
    os.waitpid(child, 0)
    return seen.decode()


def test_a_terminal_gets_colours_unless_told_otherwise(cli: Shell) -> None:
    cli.write(a="old()\n")
    assert "\x1b[" in read_terminal(cli, "-n", ".")
    assert "\x1b[3" not in read_terminal(cli, "-n", ".", NO_COLOR="1")
    assert "\x1b[3" not in read_terminal(cli, "-n", "--color", "never", ".")
    assert b"\x1b[" in cli.run("-n", "--color", "always", ".").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["-n", "."],
        ["-n", "--output-format", "diff", "."],
        ["-n", "--output-format", "concise", "."],
        ["--show-files", "."],
        ["no\x1b]0;t\x07pe"],
        ["--config", "no\x1b]0;t\x07pe", "."],
        ["explain", "\x1b]0;t\x07"],
        ["."],
    ],
)
def test_nothing_steers_the_terminal(cli: Shell, arguments: list[str]) -> None:
    """Neither what a source holds, nor a file's name, nor what was typed."""
    cli.write(**{"a\x1b]0;t\x07": "old()  # \x1b]0;t\x07 \x08\n", "b\x1b]0;t\x07": "old(\n"})
    shown = read_terminal(cli, *arguments, PYTHONUTF8="1")
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", re.sub(r"\x1b\[[0-9;]*[mK]", "", shown))
    assert "\\x1b]0;t\\x07" in shown or '"a/a\\033]0;t\\a.py"' in shown


def test_a_pipe_gets_the_bytes(cli: Shell) -> None:
    cli.write(**{"a\x1b": "old()  # \x1b\n"})
    assert cli.run("--show-files", ".").stdout == b"a\x1b.py\n"
    assert b"+new()  # \x1b\n" in cli.run("-n", "--output-format", "diff", ".").stdout


def test_long_runs_draw_a_bar_in_a_terminal_only(cli: Shell) -> None:
    cli.write(**{f"f{number:03}": "nap(0.001)\n" for number in range(150)})
    assert "Reading ━" in read_terminal(cli, "-j1", ".", PYTHONIOENCODING="utf-8")
    assert "Reading" not in read_terminal(cli, "-j1", ".", CI="true")
    assert b"Reading" not in cli.run(".").stderr


def test_python_runs_the_package_as_a_module(cli: Shell) -> None:
    command = [sys.executable, "-m", "migrate", "--version"]
    done = subprocess.run(command, cwd=cli.cwd, env=cli.environment(), capture_output=True, timeout=60, check=True)
    assert done.stdout == cli.run("--version").stdout
