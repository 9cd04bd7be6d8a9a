"""Where the user keeps what programs can make again."""

from __future__ import annotations

import os
import stat
import sys

__all__ = ["is_own", "user_cache"]


def user_cache(name: str) -> str | None:
    """A directory in the user's cache, whether it is there or not; None for a user without a home.

    A relative path would be another directory for each command; the XDG specification has it ignored.
    """
    if sys.platform == "win32":
        caches = os.environ.get("LOCALAPPDATA", ""), os.path.expanduser("~\\AppData\\Local")
    else:
        caches = os.environ.get("XDG_CACHE_HOME", ""), os.path.expanduser("~/.cache")
    return next((os.path.join(cache, name) for cache in caches if os.path.isabs(cache)), None)


def is_own(folder: str) -> bool:
    """Makes a directory; whether nobody but the user can write in it. Raises `OSError`."""
    os.makedirs(folder, 0o700, exist_ok=True)
    if sys.platform == "win32":  # a user's own directories are nobody else's there
        return True
    status = os.lstat(folder)
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o022
