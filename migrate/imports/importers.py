"""Which files import a module, by their bytes: fast for the many that do not, exact about packages for the rest."""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

from migrate.imports.dynamic import Import, added, adds, run, runs
from migrate.syntax.modules import Modules, fronts, parts_of, resolved
from migrate.syntax.packages import Below

__all__ = ["Import", "Importers", "Imports", "Scan", "outline"]

# A statement begins a line, or stands behind another, as in `try: import a` and `import a; import b`.
# In a notebook a line is a JSON string: it begins with a quote and ends with an escaped line end, and another one may
# follow: `["import a\n", "import b"]`, or all of a cell is one string.
_FRONTS = (b"\r", b";", b":", b",", b"[", b"\\n")
_BEGIN = rb"(?:[\n\r;:,\[]|\\n)(?:\xef\xbb\xbf)?[ \t\f\"]*"
_GAP = rb"(?:[ \t]|\\\r?\n)+"
_REST = rb"((?:\\\r?\n|\\(?!n)|[^\r\n;\\\"])*)"
_STATEMENT = re.compile(
    _BEGIN
    + rb"(?:from"
    + _GAP
    + rb"((?:[.\w \t\x80-\xff]|\\\r?\n)+?)[ \t]*\bimport\b[ \t]*(\((?:#[^\r\n]*|[^)#])*\)?|"
    + _REST
    + rb")|import"
    + _GAP
    + _REST
    + rb")"
)
_NOISE = re.compile(rb"#[^\r\n]*|\\n|[\\()\"]")
_GAPS = re.compile(rb"[\s\\]+")


class Importers:
    """Knows the imports of some modules.

    A module is named by the path of its file without extension, `.` for `/` and without `__init__`, or by the last
    component alone, which then stands for every module that is called so.
    """

    def __init__(self, modules: Iterable[str]) -> None:
        self._modules = frozenset(name.strip(".") for name in modules)
        self._ends: set[str] = set()  # what the names end in, two components or more
        self._folders: dict[str, set[str]] = {}  # by the last component, where such modules lie
        for name in self._modules:
            folder, _, last = name.rpartition(".")
            self._folders.setdefault(last, set()).add(folder)
            self._ends.update(end for end in _ends(name) if "." in end)

    @property
    def words(self) -> Iterable[str]:
        """The last components of the modules: no name with another one is an import of them."""
        return self._folders

    def means(self, path: str, dotted: str, *, relative: bool) -> bool:
        """Whether `dotted`, in the file at `path`, is one of the modules.

        A program may be started from any folder, so that the front of an absolute name may be missing; a name of a
        single component is found beside the file or above it.
        """
        if dotted.rpartition(".")[2] not in self._folders:
            return False
        if any(end in self._modules for end in _ends(dotted)):
            return True
        if relative:
            return False
        return dotted in self._ends or ("." not in dotted and self._is_above(path, dotted))

    def _is_above(self, path: str, name: str) -> bool:
        folder = path.replace("\\", "/").rpartition("/")[0].replace("/", ".").strip(".")
        return not self._folders[name].isdisjoint((*fronts(folder), ""))


class Scan:
    """Finds the imports of one source after the other, a stretch at a time, for whoever has to wait in between.

    An import that can be none of the `modules` of the tree is not remembered. What is run by a name in a string counts
    as well. `found` goes by path.
    """

    def __init__(self, modules: Modules, sources: Iterable[tuple[str, bytes]]) -> None:
        self.found: dict[str, tuple[Import, ...]] = {}
        self._modules = modules
        self._sources = iter(sources)
        self._shared: dict[Import, Import] = {}  # one for all files that import the same
        self._adding: dict[str, tuple[str, ...]] = {}  # the folders that files add to where modules are looked for

    def go_on(self, most: float = math.inf) -> None:
        """Looks at the next sources, at `most` bytes of them or little more."""
        for path, data in self._sources:
            found = dict.fromkeys([*_imported(path, data), *run(path, data, self._below)])
            if near := tuple(added(path, data, self._below)):
                self._adding[path] = near
            own = tuple(self._shared.setdefault(one, one) for one in found if _last(one[0]) in self._words)
            if own:
                self.found[path] = own
            most -= len(data)
            if most <= 0:
                return
        self._follow_added()

    def _follow_added(self) -> None:
        """Notes what imports may mean in folders that their file adds, or one that imports it or that it imports."""
        for path, folders in self._near_added().items() if self._adding else ():
            absolute = [(dotted.partition(".")[0], dotted) for dotted, relative in self.found[path] if not relative]
            for folder in sorted(folders):
                lying = [dotted for first, dotted in absolute if (_last(folder), first) in self._lying]
                self.found[path] += tuple((f"{folder}.{dotted}", False) for dotted in lying)
        self._adding = {}

    def _near_added(self) -> Mapping[str, set[str]]:
        """Such folders by the files with imports that they may matter to."""
        adding = self._adding
        names = {word for path in adding for word in _words(path)}
        near = {path: {*folders} for path, folders in adding.items()}
        for path, own in self.found.items():
            imported = (dotted for dotted, _ in own if path in adding or _last(dotted) in names)
            for other in (one for dotted in imported for one in self._modules.find(dotted, path)):
                for adder, beside in ((path, other), (other, path)):
                    if adder in adding:
                        near.setdefault(beside, set()).update(adding[adder])
        return {path: folders for path, folders in near.items() if path in self.found}

    @cached_property
    def _lying(self) -> Collection[tuple[str, str]]:
        """What lies directly in which folder."""
        return {pair for path in self._modules.paths for pair in pairwise(parts_of(path))}

    @cached_property
    def _words(self) -> Collection[str]:
        return {word for path in self._modules.paths for word in _words(path)}

    @cached_property
    def _below(self) -> Below:
        return Below(self._modules.paths)


class Imports:
    """The imports of some files, each read once: who imports a module is found without another look at any."""

    def __init__(self, scan: Scan | None = None) -> None:
        """Those that a scan finds, which goes on to its end."""
        self._by_path: dict[str, tuple[Import, ...]] = {}
        if scan:
            scan.go_on()
            self._by_path = scan.found

    def packed(self, paths: Iterable[str]) -> bytes:
        """Those of the files at `paths`, in a tenth of the room, for as long as nobody asks."""
        part = {path: self._by_path[path] for path in paths if path in self._by_path}
        return zlib.compress(json.dumps(part).encode("ascii"), 1)

    @classmethod
    def unpacked(cls, packed: bytes) -> Imports:
        """What was packed."""
        imports, part = cls(), json.loads(zlib.decompress(packed))
        imports._by_path = {path: tuple((dotted, relative) for dotted, relative in own) for path, own in part.items()}
        return imports

    def of_file(self, path: str) -> Collection[Import]:
        """The dotted names that a file imports, and whether they were relative to its path."""
        return self._by_path.get(path, ())

    def of(self, modules: Importers) -> set[str]:
        """The paths of the files that import one of the modules."""
        return {
            path
            for word in modules.words
            for dotted, relative in self._by_word.get(word, ())
            for path in self._by_import[dotted, relative]
            if modules.means(path, dotted, relative=relative)
        }

    def below(self, packages: Iterable[str]) -> set[str]:
        """The paths of the files that import something in a package which may be one of `packages`."""
        words = {name.rpartition(".")[2] for name in packages}
        return {path for word in words for one in self._by_folder.get(word, ()) for path in self._by_import[one]}

    @cached_property
    def _by_import(self) -> Mapping[Import, Sequence[str]]:
        found: dict[Import, list[str]] = {}
        for path, imports in self._by_path.items():
            for one in imports:
                found.setdefault(one, []).append(path)
        return found

    @cached_property
    def _by_folder(self) -> Mapping[str, Sequence[Import]]:
        """The imports by all components of their names but the last."""
        return self._by(lambda dotted: dict.fromkeys(dotted.split(".")[:-1]))

    @cached_property
    def _by_word(self) -> Mapping[str, Sequence[Import]]:
        """The imports by the last components of their names."""
        return self._by(lambda dotted: (dotted.rpartition(".")[2],))

    def _by(self, words: Callable[[str], Iterable[str]]) -> Mapping[str, Sequence[Import]]:
        """The imports by some words of their names."""
        found: dict[str, list[Import]] = {}
        for one in self._by_import:
            for word in words(one[0]):
                found.setdefault(word, []).append(one)
        return found


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2]


def _ends(dotted: str) -> Iterator[str]:
    """`a.b.c`, `b.c`, `c`."""
    yield dotted
    while "." in dotted:
        dotted = dotted.partition(".")[2]
        yield dotted


def _words(path: str) -> Iterator[str]:
    """What the last component of the module's name can be: the file's own name, for `__init__` its folder's."""
    parts = path.replace("\\", "/").split("/")
    yield parts[-1].rpartition(".")[0]
    if len(parts) > 1:
        yield parts[-2].rpartition(".")[2]


def outline(data: bytes) -> bytes:
    """All that is looked at for the imports of a source: its import statements, or the whole where strings count."""
    return data if runs(data) or adds(data) else b"".join(match.group() for match in _statements(data))


def _statements(data: bytes) -> Iterator[re.Match[bytes]]:
    """The import statements of a source. Its lines are found by the word, which is twice as fast as trying each."""
    data = b"\n" + data
    done, at = 0, data.find(b"import")
    while at >= 0:
        match = _statement(data, done, at)
        if match:
            yield match
        done = max(at, match.end() if match else 0)
        at = data.find(b"import", done + 1)


def _statement(data: bytes, done: int, at: int) -> re.Match[bytes] | None:
    """The statement behind `done` whose word is the one at `at`: nearly always it begins the line."""
    line = _line(data, done, at)  # none where the word's line was tried already
    match = _STATEMENT.match(data, line) if line >= 0 else None
    if match and match.end() > at:
        return match
    front = max(data.rfind(one, max(done, line), at) for one in _FRONTS)
    return _STATEMENT.match(data, front) if front >= 0 else None


def _line(data: bytes, done: int, at: int) -> int:
    """Where the line begins, or the first of several that are carried on, in which something stands; -1: before."""
    line = data.rfind(b"\n", done, at)
    while line > done and data.endswith((b"\\", b"\\\r"), done, line):
        line = data.rfind(b"\n", done, line)
    return line


def _imported(path: str, data: bytes) -> Iterator[tuple[str, bool]]:
    """The dotted names that may be modules, in every import of a file, and whether they were relative to its path."""
    for match in _statements(data):
        if match[1] is None:
            for name in _names(match[4]):
                parts = name.split(".")
                yield from ((".".join(parts[:length]), False) for length in range(1, len(parts) + 1))
            continue
        written = _GAPS.sub(b"", match[1]).decode("utf-8", "replace")
        base, relative = resolved(written, path), written.startswith(".")
        yield base, relative
        yield from ((f"{base}.{name}".strip("."), relative) for name in _names(match[2]))


def _names(clause: bytes) -> Iterator[str]:
    """The names in `a.b as c, d`, whatever stands around them."""
    for item in _NOISE.sub(b" ", clause).split(b","):
        words = item.split()
        if words:
            yield words[0].decode("utf-8", "replace").rstrip(";")
