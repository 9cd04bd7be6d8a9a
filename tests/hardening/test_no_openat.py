"""Writing where the system has neither `openat`, owners, attributes nor `flock`, as on Windows: imitated in a child."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CHILD = """
import contextlib, hashlib, json, os, shutil, subprocess, sys, tempfile, time, types
lacks = "O_NOFOLLOW O_DIRECTORY O_NONBLOCK fchmod fchown geteuid getegid getgroups listxattr getxattr setxattr"
for name in lacks.split():
    if hasattr(os, name):
        delattr(os, name)
os.supports_dir_fd = set()
locks = []
sys.modules["msvcrt"] = types.SimpleNamespace(LK_NBLCK=2, locking=lambda *arguments: locks.append(arguments))
sys.platform = "win32"
import migrate.disk.store
os.environ["LOCALAPPDATA"] = sys.argv[1]
from migrate import journal, writer
from migrate.model import FileResult, Revision
os.chdir(sys.argv[1])
written = writer.apply([FileResult("s/a.py", revision=Revision.of(b"1\\r\\n", b"2\\r\\n"))], sys.argv[1])
assert (written.run, written.written) == ("1", ("s/a.py",)), written
assert open("s/a.py", "rb").read() == b"2\\r\\n"
assert journal.undo(sys.argv[1]).restored == ("s/a.py",)
assert open("s/a.py", "rb").read() == b"1\\r\\n"
assert len(locks) == 2
"""


def test_there_and_back(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s/a.py").write_bytes(b"1\r\n")
    (tmp_path / "pyproject.toml").touch()
    done = subprocess.run([sys.executable, "-c", CHILD, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
