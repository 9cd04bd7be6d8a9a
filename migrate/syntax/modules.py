"""Which file of a tree a dotted module name means, judging by the files' places alone."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

__all__ = ["Modules", "module_name", "parts_of"]

Parts = tuple[str, ...]


class Modules:
    """The modules that files at `paths` are. A look-up costs as much as its answer is long, however large the tree."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(paths)
        self._whole: dict[Parts, list[str]] = defaultdict(list)
        self._pairs: dict[Parts, list[str]] = defaultdict(list)  # by the last two components of the name
        self._ending: dict[Parts, list[tuple[Parts, str]]] = {}  # by the last components that were asked for
        for path in sorted(self._paths):
            parts = parts_of(path)
            self._whole[parts].append(path)
            if len(parts) > 1:
                self._pairs[parts[-2:]].append(path)
        self._lasts = {parts[-1] for parts in self._whole if parts}
        self._found: dict[tuple[str, Parts | str], list[str]] = {}

    def find(self, dotted: str, origin: str) -> list[str]:
        """The files that `dotted` can mean where it is written in file `origin`; of namesakes the nearest, in order.

        A name with leading dots is relative to `origin`; one of a single component lies beside or above it.
        """
        if not dotted.startswith(".") and dotted.rpartition(".")[2] not in self._lasts:
            return []  # most names are other libraries'
        folder = _folder(origin)
        key = (dotted, folder if "." in dotted else origin)
        known = self._found.get(key)
        if known is None:
            relative = dotted.startswith(".")
            known = self._relative(dotted, origin) if relative else self._absolute(dotted, folder, origin)
            self._found[key] = known
        return known

    def readings(self, dotted: str, origin: str) -> Iterator[tuple[str, list[str]]]:
        """The files that the front of `dotted` can mean, each with the names that then remain; longest fronts first."""
        level = len(dotted) - len(dotted.lstrip("."))
        parts = dotted[level:].split(".")
        for cut in range(len(parts) - 1, -1 if level else 0, -1):
            for path in self.find(dotted[:level] + ".".join(parts[:cut]), origin):
                yield path, parts[cut:]

    def holds(self, dotted: str, origin: str) -> bool:
        """Whether `dotted`, or what it is taken from, is one of the files."""
        parent = dotted.rpartition(".")[0]
        return bool(self.find(dotted, origin) or (parent and self.find(parent, origin)))

    def _relative(self, dotted: str, origin: str) -> list[str]:
        level = len(dotted) - len(dotted.lstrip("."))
        folder = origin.replace("\\", "/").split("/")[:-1]
        folder = folder[: len(folder) - (level - 1)] if level > 1 else folder
        name = "/".join([*folder, *filter(None, dotted[level:].split("."))])
        return [path for path in (f"{name}.py", f"{name}/__init__.py", f"{name}.pyi") if path in self._paths]

    def _absolute(self, dotted: str, folder: Parts, origin: str) -> list[str]:
        wanted = tuple(dotted.split("."))
        if len(wanted) > 1 and (ending := self._ending_in(wanted)):
            return _nearest(ending, folder)
        if len(wanted) == 1:
            above = parts_of(origin)
            found = [path for cut in range(len(above) + 1) for path in self._whole.get((*above[:cut], *wanted), ())]
        else:
            # A tree that is looked at from within a package: `a.b.c` is `b/c.py` there, or `c.py`.
            cuts = range(1, len(wanted))
            found = next((self._whole[wanted[cut:]] for cut in cuts if wanted[cut:] in self._whole), [])
        return _nearest(sorted((_folder(path), path) for path in dict.fromkeys(found)), folder)

    def _ending_in(self, wanted: Parts) -> list[tuple[Parts, str]]:
        """The files whose names end in `wanted`, with their folders, sorted."""
        known = self._ending.get(wanted)
        if known is None:
            paths = self._pairs.get(wanted[-2:], ())
            known = sorted((_folder(path), path) for path in paths if parts_of(path)[-len(wanted) :] == wanted)
            if paths:
                self._ending[wanted] = known
        return known


@lru_cache(maxsize=1 << 13)  # a program is linked again and again
def parts_of(path: str) -> Parts:
    """The components of the dotted name of the module that a file is, from the top of its path."""
    parts = [part for part in path.replace("\\", "/").rsplit(".", 1)[0].split("/") if part not in ("", ".", "..")]
    if parts and parts[-1] == "__init__":
        parts.pop()
    return tuple(parts)


def module_name(path: str) -> str:
    """The dotted name of the module that a file is, from the top of its path, whatever characters the folders have."""
    return path.replace("\\", "/").rpartition(".")[0].removesuffix("/__init__").replace("/", ".").strip(".")


@lru_cache(maxsize=1 << 13)
def _folder(path: str) -> Parts:
    return tuple(path.replace("\\", "/").split("/")[:-1])


def _nearest(candidates: list[tuple[Parts, str]], folder: Parts) -> list[str]:
    """Those of the sorted candidates that are above, in or below `folder`, or else share most folders with it."""
    if len(candidates) < 2:
        return [path for _, path in candidates]
    found = [path for cut in range(len(folder)) for path in _in(candidates, folder[:cut])]
    found += [path for _, path in _below(candidates, folder)]
    for cut in range(len(folder) - 1, -1, -1):
        if found:
            break
        found = [path for _, path in _below(candidates, folder[:cut])]
    return sorted(found)


def _in(candidates: list[tuple[Parts, str]], folder: Parts) -> Iterable[str]:
    start = bisect.bisect_left(candidates, (folder, ""))
    for owner, path in candidates[start:]:
        if owner != folder:
            return
        yield path


def _below(candidates: list[tuple[Parts, str]], folder: Parts) -> list[tuple[Parts, str]]:
    if not folder:
        return candidates
    start = bisect.bisect_left(candidates, (folder, ""))
    stop = bisect.bisect_left(candidates, ((*folder[:-1], folder[-1] + "\0"), ""))
    return candidates[start:stop]
