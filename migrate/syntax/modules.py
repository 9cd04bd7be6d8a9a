"""Which file of a tree a dotted module name means, judging by the files' places alone."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property, lru_cache

__all__ = ["Modules", "fronts", "module_name", "parts_of", "resolved"]

Parts = tuple[str, ...]

_MOST = 10_000  # answers that are kept, 200 bytes each
_END = "\0"  # behind each component of a backward name: what ends in a name then begins with the same characters


class Modules:
    """The modules that files at `paths` are. A look-up costs as much as its answer is long, however large the tree.

    The names are sorted backwards, so that those with the same end stand together: a hundred bytes a file, and nothing
    before the first look-up, until when `paths` must stay what they are.
    """

    def __init__(self, paths: Collection[str]) -> None:
        self._given = paths
        self._ending: dict[str, list[str]] = {}  # by the ends of names that were asked for
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
            if len(self._found) >= _MOST:
                self._found.clear()
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
        return [path for path in (f"{name}.py", f"{name}/__init__.py", f"{name}.pyi") if path in self.paths]

    def _absolute(self, dotted: str, folder: Parts, origin: str) -> list[str]:
        wanted = tuple(dotted.split("."))
        if len(wanted) > 1 and (ending := self._ending_in(wanted)):
            return _nearest(ending, folder)
        if len(wanted) == 1:
            above = parts_of(origin)
            found = [path for cut in range(len(above) + 1) for path in self._whole((*above[:cut], *wanted))]
        else:
            # A tree that is looked at from within a package: `a.b.c` is `b/c.py` there, or `c.py`.
            found = next(filter(None, (self._whole(wanted[cut:]) for cut in range(1, len(wanted)))), [])
        return _nearest(sorted(dict.fromkeys(found), key=_place), folder)

    def _ending_in(self, wanted: Parts) -> list[str]:
        """The files whose names end in `wanted`, by the folders that they lie in."""
        end = _backward(wanted)
        known = self._ending.get(end)
        if known is None:
            known = sorted(self._between(end, end[:-1] + chr(ord(_END) + 1)), key=_place)
            if known:
                self._ending[end] = known
        return known

    def _whole(self, parts: Parts) -> list[str]:
        """The files of which this is the whole name."""
        name = _backward(parts)
        return self._between(name, name + _END)

    def _between(self, first: str, last: str) -> list[str]:
        names, paths = self._backwards
        return paths[bisect_left(names, first) : bisect_left(names, last)]

    @cached_property
    def paths(self) -> frozenset[str]:
        """The paths of the files."""
        return frozenset(self._given)

    @cached_property
    def _backwards(self) -> tuple[list[str], list[str]]:
        """The backward names of all files and, in the same order, their paths."""
        pairs = sorted((_backward(parts_of(path)), path) for path in self.paths)
        return [name for name, _ in pairs], [path for _, path in pairs]

    @cached_property
    def _lasts(self) -> Collection[str]:
        """The last components of all names."""
        return {name.partition(_END)[0] for name in self._backwards[0] if name}


@lru_cache(maxsize=1 << 10)  # a program is linked again and again
def parts_of(path: str) -> Parts:
    """The components of the dotted name of the module that a file is, from the top of its path."""
    parts = [part for part in path.replace("\\", "/").rsplit(".", 1)[0].split("/") if part not in ("", ".", "..")]
    if parts and parts[-1] == "__init__":
        parts.pop()
    return tuple(parts)


def module_name(path: str) -> str:
    """The dotted name of the module that a file is, from the top of its path, whatever characters the folders have."""
    return path.replace("\\", "/").rpartition(".")[0].removesuffix("/__init__").replace("/", ".").strip(".")


def fronts(dotted: str) -> Iterator[str]:
    """`a.b.c`, `a.b`, `a`: to import a module runs the packages that it lies in."""
    while dotted:
        yield dotted
        dotted = dotted.rpartition(".")[0]


def resolved(base: str, path: str) -> str:
    """The module that `from base import` means in the file at `path`."""
    name = base.lstrip(".")
    dots = len(base) - len(name)
    if not dots:
        return name
    folders = path.replace("\\", "/").strip("/").split("/")[:-dots]
    return ".".join([*folders, *filter(None, [name])])


def _backward(parts: Parts) -> str:
    return "".join(part + _END for part in reversed(parts))


def _folder(path: str) -> Parts:
    return tuple(path.replace("\\", "/").split("/")[:-1])


def _place(path: str) -> tuple[Parts, str]:
    return _folder(path), path


def _nearest(candidates: Sequence[str], folder: Parts) -> list[str]:
    """Those of the candidates, sorted by place, that are above, in or below `folder`, or else share most folders."""
    if len(candidates) < 2:
        return [*candidates]
    found = [path for cut in range(len(folder)) for path in _in(candidates, folder[:cut])]
    found += _below(candidates, folder)
    for cut in range(len(folder) - 1, -1, -1):
        if found:
            break
        found = [*_below(candidates, folder[:cut])]
    return sorted(found)


def _in(candidates: Sequence[str], folder: Parts) -> Sequence[str]:
    start = bisect_left(candidates, folder, key=_folder)
    return candidates[start : bisect_right(candidates, folder, start, key=_folder)]


def _below(candidates: Sequence[str], folder: Parts) -> Sequence[str]:
    if not folder:
        return candidates
    start = bisect_left(candidates, folder, key=_folder)
    return candidates[start : bisect_left(candidates, (*folder[:-1], folder[-1] + "\0"), start, key=_folder)]
