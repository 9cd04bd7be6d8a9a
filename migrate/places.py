"""Where the user keeps what programs can make again."""

from __future__ import annotations

import os
import sys

__all__ = ["user_cache"]


def user_cache(name: str) -> str | None:
    """A directory in the user's cache, whether it is there or not; None for a user without a home.

    A relative path would be another directory for each command; the XDG specification has it ignored.
    """
    if sys.platform == "win32":
        caches = os.environ.get("LOCALAPPDATA", ""), os.path.expanduser("~\\AppData\\Local")
    else:
        caches = os.environ.get("XDG_CACHE_HOME", ""), os.path.expanduser("~/.cache")
    return next((os.path.join(cache, name) for cache in caches if os.path.isabs(cache)), None)
