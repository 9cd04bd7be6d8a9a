"""Which paths a search leaves out: the globs of the configuration, and `.gitignore` files where git is not asked."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from migrate.paths.recent import Recent
from migrate.settings import Settings, SettingsError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

__all__ = ["Excludes", "Ignored"]

_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class _Globs:
    """Globs without a `/` match a name at any depth; the others, which are absolute, a path and what is below it."""

    names: frozenset[str]
    pattern: re.Pattern[str] | None

    def match(self, name: str, path: str) -> bool:
        return name in self.names or bool(self.pattern and self.pattern.fullmatch(path))


@lru_cache(maxsize=64)
def _compile(globs: tuple[str, ...]) -> _Globs:
    plain = frozenset(glob for glob in globs if "/" not in glob and not _WILD.search(glob))
    others = [_regex(glob) for glob in globs if glob not in plain]
    return _Globs(plain, re.compile("|".join(others)) if others else None)


def _regex(glob: str) -> str:
    pieces = ["" if "/" in glob else "(?:.*/)?"]
    for token in re.findall(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]]*\]|.", glob, re.DOTALL):
        match token:
            case "**/":
                pieces.append("(?:.*/)?")
            case "**":
                pieces.append(".*")
            case "*":
                pieces.append("[^/]*")
            case "?":
                pieces.append("[^/]")
            case _ if len(token) > 1:
                pieces.append("[" + token[1:-1].replace("\\", "\\\\").replace("!", "^", 1) + "]")
            case _:
                pieces.append(re.escape(token))
    return "".join(pieces)


class Excludes:
    """Answers for absolute paths. Folders that were named are never excluded."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._named = {""}  # the root, too
        self._folders: Recent[str, bool] = Recent()
        self._matchers: Recent[str, _Globs] = Recent()
        self._tolerant = False

    def allow(self, folder: str) -> None:
        """Says that `folder` was asked for, whatever it is called and wherever it lies."""
        self._named.add(folder)

    def tolerate(self) -> None:
        """Says that from now on a folder whose configuration is broken is excluded rather than an error."""
        self._tolerant = True

    def hides(self, path: str) -> bool:
        """Whether the configuration nearest to `path` excludes it or, up to a folder that was named, what holds it."""
        folder, _, name = path.rpartition("/")
        return self.hides_folder(folder) or self._globs(folder).match(name, path)

    def hides_folder(self, folder: str) -> bool:
        """The same for a folder."""
        below: list[tuple[str, str, str]] = []  # folders of which it is not known, and what holds each
        while folder not in self._named and folder not in self._folders:
            above, _, name = folder.rpartition("/")
            below.append((folder, above, name))
            folder = above
        hidden = folder not in self._named and self._folders[folder]
        for one, above, name in reversed(below):
            hidden = self._folders[one] = hidden or self._globs(above).match(name, one)
        return hidden

    def _globs(self, folder: str) -> _Globs:
        globs = self._matchers.get(folder)
        if globs is None:
            globs = self._matchers[folder] = self._globs_near(folder or "/")
        return globs

    def _globs_near(self, folder: str) -> _Globs:
        try:
            settings = self._settings.near(folder)
        except SettingsError:
            if not self._tolerant:
                raise
            return _compile(("*",))
        return _compile((*settings.exclude, *settings.extend_exclude))


@dataclass(frozen=True, slots=True)
class Ignored:
    """The `.gitignore` of `folder`, and those above it."""

    folder: str
    spec: GitIgnoreSpec
    above: Ignored | None

    @classmethod
    def load(cls, folder: str, above: Ignored | None) -> Ignored | None:
        """Reads the `.gitignore` of `folder`; `above` where it has none that can be read."""
        from pathspec import GitIgnoreSpec  # noqa: PLC0415

        try:
            with open(os.path.join(folder, ".gitignore"), encoding="utf-8", errors="surrogateescape") as file:
                return cls(folder, GitIgnoreSpec.from_lines(file), above)
        except OSError:
            return above

    def hides(self, path: str) -> bool:
        """Whether an absolute path, a folder's with a `/` behind it, is ignored; the innermost file decides."""
        ignored: Ignored | None = self
        while ignored:
            said = ignored.spec.check_file(path[len(ignored.folder.rstrip("/")) + 1 :]).include
            if said is not None:
                return said
            ignored = ignored.above
        return False


def above(folder: str, top: str) -> Ignored | None:
    """The `.gitignore` files that hold for `folder`, from `top` on; none where they would hide `folder` itself."""
    ignored: Ignored | None = None
    for one in _between(top, folder):
        if os.path.exists(os.path.join(one, ".gitignore")):
            ignored = Ignored.load(one, ignored)
    return None if ignored and ignored.hides(folder + "/") else ignored


def _between(top: str, folder: str) -> Sequence[str]:
    """The folders from `top` down to the one above `folder`; none where `folder` is not below `top`."""
    inside = []
    while folder not in (top, os.path.dirname(folder)):
        folder = os.path.dirname(folder)
        inside.append(folder)
    return inside[::-1] if folder == top else ()
