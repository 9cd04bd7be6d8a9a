"""The entry points that are installed here, as the last process that had to ask for them found them.

To import `importlib.metadata` takes as long as to look at a small tree. Its answer rests on the `entry_points.txt` of
everything that is installed, and is kept with the times and sizes of all of these files. Where anything else than
Python's own search takes part, it is asked each time.
"""

from __future__ import annotations

import json
import os
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from importlib.machinery import PathFinder
from typing import Any

from migrate.places import is_own, user_cache

__all__ = ["points"]

_FOLDER = "migrate-installed"
_PREFIX = "migrate."  # of the groups that are kept
_METADATA = (".dist-info", "egg-info")
_FILES = 64  # answers that are kept, one for each environment but for those that share a place

Points = dict[str, list[list[str]]]  # by group, each a name and a reference, in the order of the search


def points(group: str) -> list[tuple[str, str]]:
    """The names and references of a group that begins with `migrate.`, in the order in which they are found."""
    return [(name, reference) for name, reference in _every().get(group, ())]


@cache
def _every() -> Points:
    place, state = _place(), _state()
    if place is None or state is None:
        return _ask()
    found = _read(place, state)
    if found is None:
        found = _ask()
        _keep(place, state, found)
    return found


def _ask() -> Points:
    from importlib.metadata import entry_points  # noqa: PLC0415

    every, found = entry_points(), Points()
    for group in sorted({group for group in every.groups if group.startswith(_PREFIX)}):
        found[group] = [[one.name, one.value] for one in every.select(group=group)]
    return found


def _place() -> str | None:
    """The file for an environment such as this one."""
    folder = user_cache(_FOLDER)
    return folder and os.path.join(folder, f"{zlib.crc32(repr(sys.path).encode()) % _FILES}.json")


def _state() -> list[str] | None:
    """What the answer rests on; None where that is not only files."""
    if any(hasattr(finder, "find_distributions") for finder in sys.meta_path if finder is not PathFinder):
        return None
    return [sys.version, *(line for folder in sys.path for line in _files(folder))]


def _files(folder: str) -> Iterator[str]:
    """A line for each file with entry points in a folder of the search path, or for the archive that it is."""
    yield folder
    try:
        with os.scandir(folder or ".") as entries:
            found = [entry.path for entry in entries if entry.name.lower().endswith(_METADATA)]
    except NotADirectoryError:
        found = [folder]
    except OSError:
        return
    for path in sorted(found):
        yield path
        with suppress(OSError):
            status = os.stat(path if path == folder else os.path.join(path, "entry_points.txt"))
            yield f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"


def _read(place: str, state: Sequence[str]) -> Points | None:
    """What was kept for this very state, None where there is nothing of the kind."""
    try:
        if not is_own(os.path.dirname(place)):
            return None
        with open(place, encoding="utf-8") as file:
            kept: Any = json.load(file)
    except (OSError, ValueError, RecursionError):
        return None
    match kept:
        case {"state": list(known), "points": dict(found)} if known == state and all(map(_is_group, found.values())):
            return found
    return None


def _is_group(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, list) and len(one) == 2 and all(isinstance(word, str) for word in one) for one in value
    )


def _keep(place: str, state: Sequence[str], found: Points) -> None:
    """Writes an answer, whole or not at all."""
    beside = f"{place}.{os.getpid()}"
    with suppress(OSError, UnicodeEncodeError):
        if is_own(os.path.dirname(place)):
            with open(beside, "w", encoding="utf-8") as file:
                file.write(json.dumps({"state": state, "points": found}))
            os.replace(beside, place)
