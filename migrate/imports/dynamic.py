"""Which modules a file runs by names in strings, judging by its bytes: `import_module("nets." + name)`, `exec`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import partial
from typing import TypeAlias

from migrate.syntax.modules import resolved
from migrate.syntax.packages import Below
from migrate.syntax.run_names import ALL_BELOW, ALL_IN, HOLE, LOADERS, RUNNERS, Takes, nameable
from migrate.syntax.search_path import ADDING, folders

__all__ = ["Import", "added", "adds", "run", "runs"]

Import: TypeAlias = tuple[str, bool]  # a dotted name, and whether it was relative to the path of its file


def _last(name: str) -> bytes:
    return name.rpartition(".")[2].encode()


def _called(*takes: Takes) -> frozenset[bytes]:
    return frozenset(_last(name) for name, runner in RUNNERS.items() if runner.takes in takes)


# Mostly whether a library is there: who runs what it finds calls another one, too.
_ASKING = frozenset({b"find_spec", b"find_module"})
_BY_MODULE = _called(Takes.NAME, Takes.FOLDER) | {name.encode() for name in LOADERS}
_IN_FOLDERS = _called(Takes.FOLDER)
_MAIN = frozenset(_last(name) for name, runner in RUNNERS.items() if runner.main)
# What runs a module, or the text of a file, that a string names, whatever it is called here.
# A word list has `exec` between quotes; `getattr(importlib, "import_module")` is no word list.
_TEXT = b"|".join(sorted(_called(Takes.FILE, Takes.CODE)))
_RUNNING = re.compile(rb"\b(?:(?:" + b"|".join(sorted(_BY_MODULE - _ASKING)) + rb")\b|(?:" + _TEXT + rb")\b(?![\"']))")
# Each of them holds one of these, which is looked up: that is faster.
_RUNNERS: tuple[bytes, ...] = (
    b"_module",
    b"_packages",
    b"__import__",
    b"exec",
    b"run_path",
    b"load_source",
    b"spec_from_file_location",
    b"SourceFileLoader",
    b"pydoc",
    b"resolve_name",
)
_LISTED = re.compile(rb"\bfromlist\b|__import__\((?:[^()\[\]]|\(\))*\[")  # `__import__("nets", fromlist=["a"])`
_AROUND = 30  # bytes, more than any of the names has
_PATH_OF = re.compile(rb"\b(\w+)\.__path__")
_LAST = re.compile(rb"([\w.]+)[ \t]+\Z")  # of what stands in front
_ENDS = re.compile(rb"[\"'*}/]\.(?:py|ipynb)\b")  # beside `__file__`: whatever lies there
_QUOTES = re.compile(rb"\\*[\"']+")
_LINE_ENDS = re.compile(r"\\+r?n|\r\n?")
_ADDED = re.compile(rb"[ \t]*\+|\.join\b")
_LONGEST = 300  # bytes of a name or a path
_NO_NAME = re.compile(rb"[ \t\r\n,;()=]")
_ADDING = tuple(word.encode() for word in ADDING)


def runs(data: bytes) -> bool:
    """Whether a file runs anything so."""
    return any(_holds(data, word) for word in _RUNNERS)


def _holds(data: bytes, word: bytes) -> bool:
    """Whether a part of a name stands in one that runs something; the part is looked up, which is fast."""
    at = data.find(word)
    while at >= 0:
        if _RUNNING.search(data, max(0, at - _AROUND), at + _AROUND):
            return True
        at = data.find(word, at + len(word))
    return False


def run(path: str, data: bytes, below: Below) -> Iterator[Import]:
    """The modules that a file may run by their names: whatever its strings can mean, if it runs any so."""
    if not runs(data):
        return
    words = frozenset(_RUNNING.findall(data))
    by_name, folders = not words.isdisjoint(_BY_MODULE), _folders(data, words)
    main = not words.isdisjoint(_MAIN)
    found = nameable(_texts(data), by_name=by_name, folders=folders, main=main, is_package=partial(below.holds, path))
    for name in (*found, *_own(data, folders)):
        if name.endswith("?"):
            yield from ((found, True) for found in below.modules(name, path))
        else:
            yield resolved(name, path), name.startswith(".")


def adds(data: bytes) -> bool:
    """Whether a file adds folders to where modules are looked for."""
    return any(word in data for word in _ADDING)


def added(path: str, data: bytes, below: Below) -> Iterator[str]:
    """The folders that a file may add, of those that lie around it, as the fronts of dotted names."""
    if adds(data):
        yield from (folder for folder in dict.fromkeys(folders(_texts(data))) if below.holds(path, folder))


def _folders(data: bytes, words: Collection[bytes]) -> str:
    """What is meant of packages that any string can name: all in them, all below, or nothing."""
    if b"walk_packages" in words:
        return ALL_BELOW
    listed = b"__import__" in words and _LISTED.search(data) is not None
    return ALL_IN if listed or not _IN_FOLDERS.isdisjoint(words) else ""


def _own(data: bytes, folders: str) -> Iterator[str]:
    """What is named without a string: modules in the file's own folder, or in a package that it has imported."""
    if folders:
        for name in frozenset(_PATH_OF.findall(data)):
            named = (name, *_imported_as(name, data))
            yield from (f"{one.decode('utf-8', 'replace').strip('.')}{folders}" for one in named)
    if (folders or _ENDS.search(data)) and (b"__file__" in data or b"__path__" in data):
        yield folders or ALL_IN


def _imported_as(name: bytes, data: bytes) -> Iterator[bytes]:
    """What a module or package that is imported by a name is called itself."""
    for found in re.finditer(rb"\bas[ \t]+" + name + rb"\b", data):
        front = _LAST.search(data, max(0, found.start() - _LONGEST), found.start())
        if front:
            yield front[1]


def _texts(data: bytes) -> Collection[str]:
    """What stands between two quotes: strings and what lies between them, with a hole where more is added."""
    found: dict[tuple[bytes, bool], None] = {}
    start = 0
    for quote in _QUOTES.finditer(data):
        piece = data[start : quote.start()]
        start = quote.end()
        if b"import" in piece or b"from" in piece or (len(piece) <= _LONGEST and _may_name(piece)):
            found[piece, _ADDED.match(data, start) is not None] = None
    texts: dict[str, None] = {}
    for piece, added in found:
        text = _LINE_ENDS.sub("\n", piece.decode("utf-8", "replace"))
        if added or text.strip("."):  # `name.split(".")` joins nothing
            texts[text] = None
        if added:
            texts[text + HOLE] = None
    return texts


def _may_name(piece: bytes) -> bool:
    return piece != b"" and (b"{" in piece or b"%" in piece or _NO_NAME.search(piece) is None)
