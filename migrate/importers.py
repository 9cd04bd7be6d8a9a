"""Which files import a module, by their bytes: fast for the many that do not, exact about packages for the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

__all__ = ["Importers", "outline"]

# In a notebook a line is a JSON string: it begins with a quote and ends with an escaped line end.
_BEGIN = rb"^(?:\xef\xbb\xbf)?[ \t\"]*"
_REST = rb"((?:\\\r?\n|[^\r\n])*)"
_STATEMENT = re.compile(
    _BEGIN
    + rb"(?:from[ \t]+([.\w \t]+?)[ \t]+import\b[ \t]*(\((?:#[^\r\n]*|[^)#])*\)?|"
    + _REST
    + rb")|import[ \t]+"
    + _REST
    + rb")",
    re.MULTILINE,
)
_NOISE = re.compile(rb"#[^\r\n]*|\\n|[\\()\"]")


class Importers:
    """Knows the imports of some modules.

    A module is named by the path of its file without extension, `.` for `/` and without `__init__`, or by the last
    component alone, which then stands for every module that is called so.
    """

    def __init__(self, modules: Iterable[str]) -> None:
        self._modules = [name.strip(".") for name in sorted(set(modules))]
        self._words = sorted({name.rpartition(".")[2].encode() for name in self._modules})
        self._ends = {name.rpartition(".")[2] for name in self._modules}

    def match(self, path: str, data: bytes) -> bool:
        """Whether the source at `path` imports one of the modules, or something from it."""
        # Most files do not hold the words at all, and to look for them is twenty times cheaper than the pattern.
        if not any(word in data for word in self._words):
            return False
        return any(self._means(dotted, relative=relative) for dotted, relative in _imported(path, data))

    def _means(self, dotted: str, *, relative: bool) -> bool:
        """A program may be started from any folder, so that the front of an absolute name may be missing."""
        if dotted.rpartition(".")[2] not in self._ends:
            return False
        return any(
            dotted == one or ("." + dotted).endswith("." + one) or (not relative and one.endswith("." + dotted))
            for one in self._modules
        )


def outline(data: bytes) -> bytes:
    """The import statements of a source, which are all that `Importers.match` looks at."""
    return b"\n".join(match.group() for match in _STATEMENT.finditer(data))


def _imported(path: str, data: bytes) -> Iterator[tuple[str, bool]]:
    """The dotted names that may be modules, in every import of a file, and whether they were relative to its path."""
    for match in _STATEMENT.finditer(data):
        if match[1] is None:
            for name in _names(match[4]):
                parts = name.split(".")
                yield from ((".".join(parts[:length]), False) for length in range(1, len(parts) + 1))
            continue
        written = match[1].decode("ascii", "replace").replace(" ", "").replace("\t", "")
        base, relative = _resolved(written, path), written.startswith(".")
        yield base, relative
        yield from ((f"{base}.{name}".strip("."), relative) for name in _names(match[2]))


def _names(clause: bytes) -> Iterator[str]:
    """The names in `a.b as c, d`, whatever stands around them."""
    for item in _NOISE.sub(b" ", clause).split(b","):
        words = item.split()
        if words:
            yield words[0].decode("utf-8", "replace").rstrip(";")


def _resolved(base: str, path: str) -> str:
    """The module that `from base import` means in the file at `path`."""
    name = base.lstrip(".")
    dots = len(base) - len(name)
    if not dots:
        return name
    folders = path.replace("\\", "/").strip("/").split("/")[:-dots]
    return ".".join([*folders, *filter(None, [name])])
