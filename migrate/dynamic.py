"""Which modules a file runs by names in strings, judging by its bytes: `import_module("nets." + name)`, `exec`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

from migrate.syntax.modules import module_name, resolved

__all__ = ["Below", "Import", "run", "runs"]

Import: TypeAlias = tuple[str, bool]  # a dotted name, and whether it was relative to the path of its file

# What runs a module, or the text of a file, that a string names, whatever it is called here.
_RUNNING = re.compile(rb"\b(?:import_module|__import__|run_module|run_path|exec|execfile|load_source)\b")
_RUNNERS = (b"_module", b"__import__", b"run_path", b"exec", b"load_source")  # looked up, which is faster
_BY_MODULE = frozenset({b"import_module", b"__import__", b"run_module"})  # the others run text: a file has an end
_NAMED = re.compile(rb"[\"'](?:\.{1,2}/)*(\.*[A-Za-z_][\w./]*?)(\.py|\.ipynb)?\\?[\"']")
# Where the name is put together: of an end such as `"%s.py"`, in a statement such as `"import %s"`, behind `"nets."`.
_ENDING = re.compile(rb"(?:[\"'}*]|%\w)\.(?:py|ipynb)\\?[\"']")
_STATING = re.compile(
    rb"[\"'](?:from|import)[ \t]+(?:((?:[.\w]*\.)?[\"']|[.\w]*[%{]|[.\w]+[ \t]+import[ \t]*[\"'%{])|"
    rb"([.\w]*\w)(?:[ \t]+import\b|[ \t]*\\?[\"';]))"
)
_LEADING = re.compile(
    rb"[\"'](?:(?:from|import)[ \t]+)?(?:(?:\./)*(\.*(?:\w+[./])+)[\"'%{]|(\.)(?:[\"'][ \t]*\+|[%{]))|"
    rb"[\"']from[ \t]+([.\w]+)[ \t]+import[ \t]*[\"'%{]"
)
_FEW = 100  # strings of a file that are tried in pairs


def runs(data: bytes) -> bool:
    """Whether a file runs anything so."""
    return any(word in data for word in _RUNNERS) and _RUNNING.search(data) is not None


def run(path: str, data: bytes, below: Below) -> Iterator[Import]:
    """The modules that a file may run by their names: whatever its strings can mean, if it runs any so."""
    if not runs(data):
        return
    stated = [*_STATING.finditer(data)]
    by_module = not _BY_MODULE.isdisjoint(_RUNNING.findall(data)) or any(match[1] for match in stated)
    by_parts = by_module or _ENDING.search(data) is not None
    written = [match[1] for match in _NAMED.finditer(data) if by_parts or match[2]]
    written += [match[2] for match in stated if match[2]]
    names = [name.replace("/", ".") for name in dict.fromkeys(map(_decoded, written))]
    yield from ((resolved(name, path), name.startswith(".")) for name in names)
    if len(names) <= _FEW:
        yield from ((name, False) for name in _joined(names))
    if by_parts:
        fronts = dict.fromkeys(_decoded(match[match.lastindex or 0]) for match in _LEADING.finditer(data))
        yield from (one for front in fronts for one in below.modules(front, path))


def _decoded(name: bytes) -> str:
    return name.decode("utf-8", "replace")


class Below:
    """The modules of a tree by the packages that they lie in, for names of which the front is known."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = paths

    def modules(self, front: str, path: str) -> Iterator[Import]:
        """The modules in what `nets.`, `nets/` or `.` means in the file at `path`."""
        package = resolved(front.rstrip("./").replace("/", ".") or ".", path)
        if front.startswith("."):
            yield from ((name, True) for name in self._found.get(package, ()))
        elif package.rpartition(".")[2] in self._named:
            for parent in self._named[package.rpartition(".")[2]]:
                if parent == package or parent.endswith(f".{package}"):
                    yield from ((name, True) for name in self._found[parent])

    @cached_property
    def _found(self) -> Mapping[str, Sequence[str]]:
        """The names of the modules by those of their packages."""
        found: dict[str, list[str]] = {}
        for path in self._paths:
            name = module_name(path)
            found.setdefault(name.rpartition(".")[0], []).append(name)
        return found

    @cached_property
    def _named(self) -> Mapping[str, Sequence[str]]:
        """The packages by the last parts of their names."""
        named: dict[str, list[str]] = {}
        for package in self._found:
            named.setdefault(package.rpartition(".")[2], []).append(package)
        return named


def _joined(names: Sequence[str]) -> Iterator[str]:
    """The names that two others make, which say by a dot that they are parts: `"nets" + ".model"`, `"nets/" + name`."""
    for front in names:
        for back in names:
            if not front.startswith(".") and (front.endswith(".") or back.startswith(".")):
                yield f"{front.rstrip('.')}.{back.lstrip('.')}"
