"""Programs that misbehave: each ends with a clear word, leaves no process behind, and the user's files as they were."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from codemods.tensorflow.verify.dump import End
from codemods.tensorflow.verify.probe import Limits, NoTensorFlow, Probe, Request
from codemods.tensorflow.verify.trees import copied

pytestmark = pytest.mark.tensorflow

BUILD = "import tensorflow as tf\nw = tf.Variable(1.0, name='w')\n"

HARMLESS = {
    "deletes its own directory": "import os, shutil\nshutil.rmtree(os.getcwd())\n" + BUILD,
    "deletes the directory around it": (
        "import os, shutil\nshutil.rmtree(os.path.dirname(os.getcwd()), ignore_errors=True)\n" + BUILD
    ),
    "has another program change modes": "import os\nos.system('chmod -R 0 ' + ORIGIN)\n" + BUILD,
    "writes through a link into its tree": "open('link.txt', 'a').write('x')\n" + BUILD,
    "writes beside itself": "open('new.txt', 'w').write('x')\nopen('data.txt', 'w').write('x')\n" + BUILD,
    "forks and goes on twice": "import os\nos.fork()\n" + BUILD,
    "leaves a daemon": (
        "import os, time\n"
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        open('pid', 'w').write(str(os.getpid()))\n        time.sleep(600)\n    os._exit(0)\n"
        "while not os.path.exists('pid'): time.sleep(0.01)\n" + BUILD
    ),
    "ends itself at once": BUILD + "import os\nos._exit(0)\n",
    "exits early": BUILD + "import sys\nsys.exit()\n",
    "swallows every exception": BUILD
    + "try:\n    tf.Session().run(w)\nexcept BaseException:\n    pass\nwhile True: pass\n",
    "keeps a thread": BUILD + "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n",
    "closes its output": BUILD + "import os\nos.close(1)\nos.close(2)\n",
    "reads standard input": "import sys\nassert sys.stdin.read() == ''\n" + BUILD,
}

# A read-only view of the file system, Landlock, and what guards where there is neither
REFUSED = "Read-only file system|Permission denied|keeps this file"

ENDED = {
    "hangs": (BUILD + "while True: pass\n", End.TIMEOUT, "time"),
    "hangs and ignores signals": (
        "import signal, time\nfor n in (1, 2, 15): signal.signal(n, signal.SIG_IGN)\n" + BUILD + "time.sleep(600)\n",
        End.TIMEOUT,
        "time",
    ),
    "prints without end": ("while True: print('x' * 100000)\n", End.OUTPUT, "printed"),
    "takes all memory": ("x = [b'x' * 50_000_000 for _ in range(100000)]\n", End.MEMORY, "memory"),
    "forks without end": (
        "import os, time\nwhile True:\n    if os.fork() == 0: time.sleep(600)\n", End.PROCESSES, "processes"
    ),
    "is killed": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", End.DIED, "signal 9"),
    "recurses": ("def f(): f()\nf()\n", End.RAISED, "recursion"),
    "overwrites the original": ("open(ORIGIN + '/data.txt', 'w')\n", End.RAISED, REFUSED),
    "deletes the original": ("import shutil\nshutil.rmtree(ORIGIN)\n", End.RAISED, REFUSED),
    "lets another program do it": (
        "import subprocess\nsubprocess.check_call(['touch', ORIGIN + '/new'])\n", End.RAISED, "touch"
    ),
    "writes through a link": ("open('outside.txt', 'a').write('x')\n", End.RAISED, REFUSED),
    "changes a mode": ("import os\nos.chmod(ORIGIN + '/data.txt', 0)\n", End.RAISED, REFUSED),
    "changes a time": ("import os\nos.utime(ORIGIN + '/data.txt', (1, 1))\n", End.RAISED, REFUSED),
    "changes a mode through a link": ("import os\nos.chmod('outside.txt', 0)\n", End.RAISED, REFUSED),
}  # fmt: skip


@pytest.fixture
def origin(tmp_path):
    root = tmp_path / "project"
    (root / "sub").mkdir(parents=True)
    (root / "data.txt").write_text("precious")
    (root / "sub/more.txt").write_text("too")
    (root / "link.txt").symlink_to(root / "data.txt")
    (tmp_path / "outside.txt").write_text("precious")
    (root / "outside.txt").symlink_to(tmp_path / "outside.txt")
    return root


def snapshot(root: Path):
    """Bytes, modes and times of all below the directory around a tree, and of the system's temporary directory."""
    found = {}
    for path in [*sorted(root.parent.rglob("*")), Path("/tmp")]:
        status = path.lstat()
        data = path.read_bytes() if path.is_file() else b""
        found[path] = (status.st_mode, status.st_uid, 0 if path == Path("/tmp") else status.st_mtime_ns, data)
    return found


def run(programs, origin: Path, text: str, **limits):
    (origin / "main.py").write_text(f"ORIGIN = {str(origin)!r}\n" + text)
    before = snapshot(origin)
    request = Request("main.py", until="session", origin=str(origin), limits=Limits(**limits))
    with copied(origin, {}) as tree:
        dump = programs.probe.run(tree, request)
    assert snapshot(origin) == before
    assert not descendants(programs.probe._process.pid)
    return dump


def descendants(process: int) -> list[str]:
    shown = ["ps", "--ppid", str(process), "-o", "pid,stat,args"]
    return subprocess.run(shown, capture_output=True, text=True, check=False).stdout.splitlines()[1:]


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_harmless_is_compared(tensorflow_programs, origin, name):
    dump = run(tensorflow_programs, origin, HARMLESS[name], seconds=60)
    assert dump.end.complete, dump
    assert dump.names == ("w",)


@pytest.mark.parametrize("name", ENDED)
def test_what_is_not_is_ended(tensorflow_programs, origin, name):
    text, end, word = ENDED[name]
    began = time.time()
    dump = run(tensorflow_programs, origin, text, seconds=4 if end is End.TIMEOUT else 30, megabytes=2000)
    assert dump.end is end, dump
    assert re.search(word, f"{dump.error.type} {dump.error.message} {dump.output}")
    assert time.time() - began < 40
    assert len(dump.output) < 20_000


def test_an_early_end_with_a_status_is_told(tensorflow_programs, origin):
    dump = run(tensorflow_programs, origin, BUILD + "raise SystemExit('no data')\n", seconds=60)
    assert dump.end is End.STATUS
    assert not dump.end.complete
    assert dump.error.message == "no data"
    assert dump.error.frames[-1].text == "raise SystemExit('no data')"


def test_the_copy_is_removed_whatever_its_modes(tensorflow_programs, origin, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # others have copies, too
    text = "import os\nos.mkdir('d')\nopen('d/f', 'w').close()\nos.chmod('d/f', 0)\nos.chmod('d', 0)\n" + BUILD
    assert run(tensorflow_programs, origin, text, seconds=60).end is End.EXIT
    assert not [*tmp_path.glob("migrate-tree-*")]


@pytest.mark.parametrize("way", ["audited", "wrapped"])  # Python 3.7 has no audit hooks
def test_where_the_kernel_cannot_help_python_refuses(origin, way):
    """The kernel is tried by the programs above; this is what guards on other systems."""
    program = (
        "import os, shutil, sys\nfrom codemods.tensorflow.verify.inside import guard\n"
        "kept, free, way = sys.argv[1:]\nif way == 'wrapped': del sys.addaudithook\n"
        "guard.refuse(kept, (free,))\nrefused = 0\n"
        "for act in (lambda: open(kept + '/data.txt', 'w'), lambda: os.remove(kept + '/data.txt'),\n"
        "            lambda: shutil.rmtree(kept), lambda: os.rename(free + '/x', kept + '/x'),\n"
        "            lambda: os.open(kept + '/new', os.O_CREAT | os.O_WRONLY), lambda: os.mkdir(kept + '/d'),\n"
        "            lambda: os.chmod(kept + '/data.txt', 0), lambda: os.utime(kept + '/data.txt', (1, 1))):\n"
        "    try:\n        act()\n    except PermissionError:\n        refused += 1\n"
        "open(free + '/x', 'a').close()\nassert open(kept + '/data.txt').read() == 'precious'\nprint(refused)\n"
    )
    free = origin.parent / "free"
    free.mkdir()
    (free / "x").write_text("")
    before = snapshot(origin)
    done = subprocess.run(
        [sys.executable, "-c", program, str(origin), str(free), way], capture_output=True, text=True, check=True
    )
    assert done.stdout == "8\n"
    assert snapshot(origin) == before


def test_an_interpreter_without_tensorflow_is_named(tmp_path):
    plain = tmp_path / "plain"
    subprocess.run(["python3", "-m", "venv", "--without-pip", str(plain)], check=True)
    with pytest.raises(NoTensorFlow, match="plain/bin/python has no TensorFlow"), Probe(f"{plain}/bin/python") as probe:
        probe.start()
    with pytest.raises(NoTensorFlow, match="nowhere cannot be started"), Probe("/nowhere") as probe:
        probe.start()


HANGS = """\
import subprocess
subprocess.Popen(["sleep", "600"], start_new_session=True)
while True: pass
"""


def command_of(process: int) -> str:
    """What a process runs, "" for one that has ended since it was seen."""
    shown = ["ps", "-p", str(process), "-o", "comm="]
    return subprocess.run(shown, capture_output=True, text=True, check=False).stdout.strip()


@pytest.fixture
def hanging(tensorflow_programs, tmp_path, monkeypatch):
    """A `migrate verify` that will not end, and what runs below it: the server, the program, a child of the program."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "main.py").write_text(BUILD + HANGS)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    command = [Path(sys.executable).with_name("migrate"), "verify", "main.py"]
    command += ["--root", root, "--python", tensorflow_programs.probe.python]
    with subprocess.Popen(
        command, cwd=root, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        below: list[int] = []

        def found() -> bool:
            below[:] = []
            while shown := descendants(below[-1] if below else process.pid):
                below.append(int(shown[0].split()[0]))
            return bool(below) and command_of(below[-1]) == "sleep"

        try:
            wait_for(found)
            yield process, below
        finally:
            for one in [process.pid, *below]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one, signal.SIGKILL)


def wait_for(condition, seconds: float = 40):
    end = time.time() + seconds
    while not condition():
        assert time.time() < end
        time.sleep(0.05)


def runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc")


@linux
@pytest.mark.parametrize("group", [False, True], ids=["alone", "with its group"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_verifier_that_dies_takes_along_what_it_started(hanging, tmp_path, number, group):
    process, below = hanging
    (os.killpg if group else os.kill)(process.pid, number)
    process.wait(30)
    wait_for(lambda: not any(map(runs, below[:2])), 20)
    if number != signal.SIGKILL:
        assert process.returncode == 130
        assert process.stdout.read().endswith("migrate: interrupted\n")
        assert not list((tmp_path / "tmp").iterdir())
    if number != signal.SIGKILL or not group:  # else nobody is left who knows the program's own children
        wait_for(lambda: not runs(below[2]), 20)


@linux
def test_a_program_ends_with_its_server(hanging):
    process, below = hanging
    assert "Max cpu time" in (limits := Path(f"/proc/{below[1]}/limits").read_text())
    assert not re.search(r"Max cpu time +unlimited", limits)
    os.kill(below[0], signal.SIGKILL)
    wait_for(lambda: not runs(below[1]), 20)
    assert process.wait(30) == 5
