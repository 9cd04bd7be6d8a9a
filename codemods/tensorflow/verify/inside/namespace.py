"""Makes the file system read-only for this process and all that it starts, but for some directories (Linux).

A mount namespace of our own keeps out what Landlock does not know: modes, owners, times and attributes of files.
"""
# ruff: noqa: UP006, UP035  (Python 3.6 knows no `list[str]` and no `str | None`)

import contextlib
import ctypes
import os
import struct
from typing import Any, Iterable, List

_NEW_MOUNTS, _NEW_USER = 0x20000, 0x10000000
_BIND, _RECURSIVELY, _PRIVATE = 0x1000, 0x4000, 0x40000
_MOUNT_SETATTR = 442  # Linux 5.12, the same on every architecture
_HERE, _ALL_BELOW, _READ_ONLY = -100, 0x8000, 1
_CAPABILITIES = 0x20080522


def read_only(writable: Iterable[str]) -> bool:
    """Lets this process write below `writable` only; says whether it could. Paths must be entered anew afterwards."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "unshare") or not _unshare(libc):
        return False
    own = outermost(writable)
    ready = libc.mount(None, b"/", None, _RECURSIVELY | _PRIVATE, None) == 0
    ready = ready and all(_bound(libc, path) for path in own) and _marked(libc, "/", _READ_ONLY, 0)
    if not ready or not all(_marked(libc, path, 0, _READ_ONLY) for path in own):
        _marked(libc, "/", 0, _READ_ONLY)
        return False
    if os.getuid() != 0:  # what the new user namespace gave
        libc.capset(struct.pack("Ii", _CAPABILITIES, 0), bytes(24))
    return True


def outermost(paths: Iterable[str]) -> List[str]:
    """The paths that lie below no other of them: what moves from one to another would leave its file system."""
    found: List[str] = []
    for path in sorted(paths):
        if not any((path + os.sep).startswith(one.rstrip(os.sep) + os.sep) for one in found):
            found.append(path)
    return found


def _unshare(libc: Any) -> bool:
    """Enters a mount namespace; one that has to be in a user namespace keeps user and group as they are."""
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_NEW_MOUNTS) == 0:
        return True
    if libc.unshare(_NEW_USER | _NEW_MOUNTS) != 0:
        return False
    with contextlib.suppress(OSError):
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with open("/proc/self/" + name, "w") as file:
                file.write(text)
        return True
    return False


def _bound(libc: Any, path: str) -> bool:
    """Makes a directory a mount of its own, so that it can differ from what is around it."""
    name = os.fsencode(path)
    return bool(libc.mount(name, name, None, _BIND | _RECURSIVELY, None) == 0)


def _marked(libc: Any, path: str, given: int, taken: int) -> bool:
    attributes = struct.pack("QQQQ", given, taken, 0, 0)
    return bool(libc.syscall(_MOUNT_SETATTR, _HERE, os.fsencode(path), _ALL_BELOW, attributes, len(attributes)) == 0)
