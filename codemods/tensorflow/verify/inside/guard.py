"""Keeps a program from writing anywhere but where it may: by the kernel where that is possible, else inside Python.

Landlock (Linux 5.13) holds for a process and all that it starts, whatever it does. Elsewhere an audit hook refuses what
Python itself is asked to write; TensorFlow's own writing is not seen by it.
"""
# ruff: noqa: UP006, UP035  (Python 3.6 knows no `list[str]` and no `str | None`)

import ctypes
import os
import struct
import sys
from typing import Any, Iterable, Tuple

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every architecture
_NO_NEW_PRIVILEGES = 38
_BENEATH = 1
# Everything that changes a file system, by the version of Landlock that knows it: write, remove, make; refer; truncate
_RIGHTS = {1: sum(1 << bit for bit in (1, 4, 5, 6, 7, 8, 9, 10, 11, 12)), 2: 1 << 13, 3: 1 << 14}

_CHANGING = frozenset(["os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.truncate", "os.link", "os.symlink"])
_WRITING = _CHANGING | {"os.chmod", "os.chown", "os.utime", "shutil.rmtree", "shutil.move", "shutil.copyfile"}


def confine(writable: Iterable[str], kept: str) -> str:
    """Lets this process write below `writable` only; says how: `kernel`, or `python`, which protects `kept` only."""
    if sys.platform.startswith("linux") and _landlock([path for path in writable if os.path.exists(path)]):
        return "kernel"
    if hasattr(sys, "addaudithook"):
        _audit(kept, tuple(os.path.realpath(path) for path in writable))
        return "python"
    return ""


def _landlock(writable: Iterable[str]) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE, None, 0, 1)
    if version < 1:
        return False
    rights = sum(right for known, right in _RIGHTS.items() if known <= version)
    ruleset = libc.syscall(_CREATE, struct.pack("Q", rights), 8, 0)
    if ruleset < 0:
        return False
    for path in writable:
        directory = os.open(path, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
        libc.syscall(_ADD, ruleset, _BENEATH, struct.pack("=Qi", rights, directory), 0)
        os.close(directory)
    confined = libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0 and libc.syscall(_RESTRICT, ruleset, 0) == 0
    os.close(ruleset)
    return bool(confined)


def _audit(kept: str, writable: Tuple[str, ...]) -> None:
    def hook(event: str, arguments: Tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            changes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC) if isinstance(flags, int) else mode
            paths = [path] if changes else []
        else:
            paths = list(arguments[:2]) if event in _WRITING else []
        for path in paths:
            if isinstance(path, (str, bytes)) and _is_kept(os.fsdecode(path), kept, writable):
                raise PermissionError(13, "migrate verify keeps this file as it is", path)

    sys.addaudithook(hook)


def _is_kept(path: str, kept: str, writable: Tuple[str, ...]) -> bool:
    full = os.path.realpath(path)
    if any(full == one or full.startswith(one + os.sep) for one in writable):
        return False
    return full == kept or full.startswith(kept + os.sep)
