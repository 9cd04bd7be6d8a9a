"""Paths to the sources below them: git is asked where there is a repository, the file system elsewhere.

No `Path` objects here: a tree of thousands of files is walked in a fraction of a second.
"""

from __future__ import annotations

import bisect
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from migrate.model import Failure, FileResult
from migrate.paths import excludes, git
from migrate.paths.excludes import Excludes, Ignored
from migrate.paths.listing import Paths, unshared
from migrate.settings import Settings

__all__ = ["EXTENSIONS", "Found", "PathError", "below", "find", "read", "shown"]

_LARGEST = 2**30  # bytes: holes in a file can make it larger than any memory
EXTENSIONS = (".py", ".pyi", ".pyw", ".ipynb")


class PathError(Exception):
    """A path on the command line that does not exist; the message is one line."""


@dataclass(frozen=True, slots=True)
class Found:
    """The sources in the order of their paths, the failures met on the way, and which sources were named.

    Those `around` were not asked for: they are read for what they tell of the others.
    """

    files: Sequence[str]
    failures: Sequence[FileResult] = ()
    named: frozenset[str] = frozenset()
    around: frozenset[str] = frozenset()

    @property
    def asked(self) -> Sequence[str]:
        """The sources that were asked for."""
        return [path for path in self.files if path not in self.around] if self.around else self.files


def find(paths: Sequence[str], settings: Settings, around: Callable[[], Iterable[str]] | None = None) -> Found:
    """The sources at and below `paths`, each once, relative to the current directory where they are below it.

    Where there are any, what lies below the folders that `around` gives is found besides, for what it tells.
    Raises `PathError` for a path that does not exist, `SettingsError` for a broken configuration beside a source.
    """
    search = _Search(settings)
    folders: list[str] = []
    for path in dict.fromkeys(paths):
        mode = _mode(path)
        if settings.force_exclude and search.excludes.hides(os.path.abspath(path)):
            continue
        if stat.S_ISDIR(mode):
            folders.append(search.name_folder(path))
        elif stat.S_ISREG(mode):
            search.named.add(search.add(os.path.realpath(path), os.path.abspath(path)))
        else:
            search.fail(os.path.abspath(path), "is not a regular file")
    search.walk(folders)
    search.follow_links()
    asked, failures, named = search.files(), tuple(search.failures), frozenset(search.named)
    besides = tuple(around()) if around and asked else ()
    if not besides:
        return Found(asked, failures, named)
    search.look_around(besides)
    files = search.files()
    return Found(files, failures, named, frozenset(unshared(files, asked)))


def below(folders: Iterable[str], settings: Settings) -> Sequence[str]:
    """The sources below `folders`, for what they tell: what is wrong there is passed over."""
    search = _Search(settings)
    search.look_around(folders)
    return search.files()


def read(path: str, *, named: bool = True) -> bytes | Failure | None:
    """A file's bytes, or why there are none; None for what vanished since it was listed, unless it was `named`."""
    try:
        # Without blocking: what was a file when it was listed may be a pipe by now.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb", buffering=0) as file:
            if os.fstat(descriptor).st_size > _LARGEST:
                return Failure("is larger than a gigabyte, and not read")
            return file.read()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        return Failure(f"cannot be read: {error.strerror}") if named else None
    except OSError as error:
        return Failure(f"cannot be read: {error.strerror}")


def shown(path: str) -> str:
    """A path as the user sees it: below the current directory relative to it, else absolute, with `/`."""
    return _shown(os.path.abspath(path), _prefix())


def _prefix() -> str:
    return os.getcwd().rstrip(os.sep) + os.sep


def _shown(full: str, prefix: str) -> str:
    return full.removeprefix(prefix).replace(os.sep, "/")


def _mode(path: str) -> int:
    try:
        return os.stat(path).st_mode
    except (FileNotFoundError, ValueError) as error:
        shown = path or "''"
        raise PathError(f"{shown}: no such file or directory") from error
    except OSError as error:
        raise PathError(f"{path}: {error.strerror}") from error


class _Search:
    """What a search has found so far. Files go by their real path as it is shown, so that none is taken twice."""

    def __init__(self, settings: Settings) -> None:
        self._found = Paths()  # those that go by their real paths; one may be in it more than once
        self._spellings: dict[str, str] = {}  # the others' real paths, as they are shown, to what the user calls them
        self.failures: list[FileResult] = []
        self.named: set[str] = set()
        self.excludes = Excludes(settings)
        self.excludes.allow(os.getcwd())
        self._gitignore = settings.respect_gitignore
        self._prefix = _prefix()
        self._spelled: dict[str, str] = {}  # real path of a named folder to the user's, where that is elsewhere
        self._links: list[str] = []

    def files(self) -> Sequence[str]:
        """What was found so far, in order."""
        real = set(filter(self._spellings.__contains__, self._found)) if self._spellings else ()
        return self._found.sorted(name for path, name in self._spellings.items() if path not in real)

    def add(self, real: str, full: str) -> str:
        """Takes a source that the user would call `full`; of two names for one file the first stays."""
        name = _shown(real, self._prefix)
        if name in self.named:
            return name
        if real != full and not real.startswith(self._prefix):
            return self._spellings.setdefault(name, _shown(full, self._prefix))
        if name in self._spellings:
            return self._spellings[name]
        self._found.add(name)
        return name

    def fail(self, full: str, cause: str) -> None:
        """Reports a path that cannot be looked at."""
        self.failures.append(FileResult(_shown(self._spell(full), self._prefix), failure=Failure(cause)))

    def name_folder(self, path: str) -> str:
        """The real path of a folder that the user named, which is wanted whatever it is called."""
        real, full = os.path.realpath(path), os.path.abspath(path)
        if real != full and not real.startswith(self._prefix):
            self._spelled.setdefault(real, full)
        self.excludes.allow(real)
        return real

    def walk(self, folders: Iterable[str]) -> None:
        """Takes the sources below `folders`."""
        plain: list[str] = []
        by_root: dict[str, list[str]] = {}
        for folder in sorted(set(folders)):
            root = git.repository(folder) if self._gitignore else None
            if root:
                by_root.setdefault(root, []).append(folder)
            else:
                plain.append(folder)
        for root, inside in by_root.items():
            plain += self._ask_git(root, inside)
        for folder in plain:
            self._scan(folder)

    def follow_links(self) -> None:
        """Takes the links to files that were not found by themselves."""
        for full in sorted(self._links):
            real = os.path.realpath(full)
            if os.path.isfile(real):
                self.add(real, self._spell(full))

    def look_around(self, folders: Iterable[str]) -> None:
        """Takes what lies below `folders` as well; what is wrong there is passed over."""
        self.excludes.tolerate()
        self.walk([self.name_folder(folder) for folder in folders])
        self.follow_links()

    def _ask_git(self, root: str, folders: Sequence[str]) -> list[str]:
        """Takes what git lists below `folders`, and returns those of which it lists nothing: it may ignore them."""
        listing = git.files(root, folders, EXTENSIONS)
        if listing is None:
            return list(folders)
        for name in listing.unreadable:
            self.fail(os.path.join(root, name), "cannot be read: Permission denied")
        found = [os.path.join(root, name) for name in listing.files]
        for full in found:
            if not self.excludes.hides(full):
                self._take(full, linked=os.path.islink(full))
        inner = [os.path.join(root, name) for name in listing.repositories]
        self.walk(one for one in inner if one not in folders and not self.excludes.hides_folder(one))
        every = sorted(found + inner)
        return [folder for folder in folders if not _any_below(folder, every)]

    def _take(self, full: str, *, linked: bool) -> None:
        if linked:
            self._links.append(full)
        else:
            self.add(full, self._spell(full))

    def _spell(self, full: str) -> str:
        for real, path in self._spelled.items():
            if full == real or full.startswith(real + os.sep):
                return path + full[len(real) :]
        return full

    def _scan(self, folder: str) -> None:
        """Walks a folder that git does not know."""
        outer = excludes.above(folder, os.getcwd()) if self._gitignore else None
        pending: list[tuple[str, Ignored | None]] = [(folder, outer)]
        while pending:
            here, ignored = pending.pop()
            try:
                with os.scandir(here) as entries:
                    inside = list(entries)
            except OSError as error:
                self.fail(here, f"cannot be read: {error.strerror}")
                continue
            names = {entry.name for entry in inside} if self._gitignore else ()
            if ".git" in names and here != folder:
                self.walk([here])
                continue
            if ".gitignore" in names:
                ignored = Ignored.load(here, ignored)
            pending += ((path, ignored) for path in self._entries(inside, ignored))

    def _entries(self, inside: Iterable[os.DirEntry[str]], ignored: Ignored | None) -> Iterator[str]:
        """Takes the sources in a folder and yields its folders; links to folders are not followed."""
        for entry in inside:
            if entry.is_dir(follow_symlinks=False):
                if not self.excludes.hides_folder(entry.path) and not (ignored and ignored.hides(entry.path + "/")):
                    yield entry.path
            elif entry.name.endswith(EXTENSIONS) and not self.excludes.hides(entry.path):
                regular = entry.is_file(follow_symlinks=False)
                if (regular or entry.is_symlink()) and not (ignored and ignored.hides(entry.path)):
                    self._take(entry.path, linked=not regular)


def _any_below(folder: str, paths: Sequence[str]) -> bool:
    """Whether one of the sorted `paths` is `folder` or below it."""
    start = bisect.bisect_left(paths, folder)
    return any(one == folder or one.startswith(folder + os.sep) for one in paths[start : start + 2])
