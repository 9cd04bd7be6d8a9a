"""Keeps a program from writing anywhere but where it may: by the kernel where that is possible, else inside Python.

Landlock (Linux 5.13) and a read-only view of the file system hold for a process and all that it starts, whatever it
does. Elsewhere what Python itself is asked to write is refused; TensorFlow's own writing is not seen then.
"""
# ruff: noqa: UP006, UP035  (Python 3.6 knows no `list[str]` and no `str | None`)

import builtins
import ctypes
import functools
import io
import os
import shutil
import struct
import sys
from typing import Any, Callable, Iterable, Tuple

from .namespace import read_only

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every architecture
_NO_NEW_PRIVILEGES = 38
_BENEATH = 1
# Everything that changes a file system, by the version of Landlock that knows it: write, remove, make; refer; truncate
_RIGHTS = {1: sum(1 << bit for bit in (1, 4, 5, 6, 7, 8, 9, 10, 11, 12)), 2: 1 << 13, 3: 1 << 14}

# The functions that change what a path names; audit events are called like them.
_CHANGING = frozenset(
    """
    os.remove os.rename os.rmdir os.mkdir os.truncate os.link os.symlink os.chmod os.chown os.utime os.setxattr
    os.removexattr shutil.rmtree shutil.move shutil.copyfile
    """.split()
)
_ALIASES = {"os.unlink", "os.replace", "os.lchown", "os.mkfifo", "os.mknod"}
_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def confine(writable: Iterable[str], kept: str) -> str:
    """Lets this process write below `writable` only; says how: `kernel`, or `python`, which protects `kept` only."""
    paths = [os.path.realpath(path) for path in writable if os.path.exists(path)]
    if sys.platform.startswith("linux"):
        whole = read_only(paths)
        if _landlock(paths) or whole:
            if not whole:
                refuse(kept, tuple(paths))
            return "kernel"
    refuse(kept, tuple(paths))
    return "python"


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


def refuse(kept: str, writable: Tuple[str, ...]) -> None:
    """Lets Python's own functions change nothing below `kept` but what is `writable`: by audit, or by wrapping them."""

    def check(event: str, arguments: Tuple[Any, ...]) -> None:
        for path in _changed(event, arguments):
            if isinstance(path, (str, bytes)) and _is_kept(os.fsdecode(path), kept, writable):
                raise PermissionError(13, "migrate verify keeps this file as it is", path)

    if hasattr(sys, "addaudithook"):
        sys.addaudithook(check)
    else:  # Python 3.7 and before
        _wrap(check)


def _changed(event: str, arguments: Tuple[Any, ...]) -> Iterable[Any]:
    """The paths that a call changes."""
    if event != "open":
        return arguments[:2] if event in _CHANGING or event in _ALIASES else ()
    path, mode, flags = (*arguments, None, None)[:3]
    changes = set(str(mode)) & set("wax+") if isinstance(mode, str) else flags is None or flags & _FLAGS
    return (path,) if changes else ()


def _wrap(check: Callable[[str, Tuple[Any, ...]], None]) -> None:
    for event in sorted(_CHANGING | _ALIASES):
        name = event.rpartition(".")[2]
        owner = os if event.startswith("os.") else shutil
        if hasattr(owner, name):
            setattr(owner, name, _checked(getattr(owner, name), event, check))
    builtins.open = io.open = _checked_open(builtins.open, check)
    inner = os.open

    @functools.wraps(inner)
    def opened(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
        check("open", (path, None, flags))
        return inner(path, flags, *args, **kwargs)

    os.open = opened


def _checked(inner: Callable[..., Any], event: str, check: Callable[[str, Tuple[Any, ...]], None]) -> Any:
    @functools.wraps(inner)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        check(event, args)
        return inner(*args, **kwargs)

    return wrapper


def _checked_open(inner: Callable[..., Any], check: Callable[[str, Tuple[Any, ...]], None]) -> Any:
    @functools.wraps(inner)
    def wrapper(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        check("open", (file, mode, 0))
        return inner(file, mode, *args, **kwargs)

    return wrapper


def _is_kept(path: str, kept: str, writable: Tuple[str, ...]) -> bool:
    full = os.path.realpath(path)
    if any(full == one or full.startswith(one + os.sep) for one in writable):
        return False
    return full == kept or full.startswith(kept + os.sep)
