"""The project around what is named: sources outside of it call it, open scopes for it, and look its variables up."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from migrate import discover
from migrate.discover import Found
from migrate.paths import git
from migrate.settings import Settings

__all__ = ["find", "outside", "root"]

_FILES = ("pyproject.toml", "migrate.toml", "setup.py", "setup.cfg")


def find(paths: Sequence[str], settings: Settings) -> Found:
    """The sources at and below `paths`, and those of their projects for what they tell.

    Raises what `discover.find` raises; what is wrong elsewhere in a project is nobody's error.
    """
    return discover.find(paths, settings, lambda: _larger(paths) if settings.whole_project else ())


def root(folder: str) -> str | None:
    """The nearest folder with a project's file, or its repository; None where there is neither.

    The home directory is no project, nor is what holds it: whose dotfiles are in git has all of his disk there.
    """
    here = folder
    while os.path.dirname(here) != here:
        if any(os.path.exists(os.path.join(here, name)) for name in _FILES):
            break
        here = os.path.dirname(here)
    else:
        here = git.repository(folder) or here
    home = os.path.realpath(os.path.expanduser("~"))
    return None if _lies_in(home, os.path.realpath(here)) else here


def outside(paths: Sequence[str]) -> str | None:
    """The first of the files among `paths` that neither a project holds nor a folder that is named as well."""
    named = _named_folders(paths)
    for path in paths:
        real = os.path.realpath(path)
        if not os.path.isdir(path) and not any(_lies_in(real, folder) for folder in named) and not any(_roots(path)):
            return path
    return None


def _larger(paths: Sequence[str]) -> list[str]:
    """The projects that hold `paths`, but for those that lie in a folder that is named."""
    named = _named_folders(paths)
    roots = dict.fromkeys(one for path in paths for one in _roots(path))
    return [one for one in roots if not any(_lies_in(os.path.realpath(one), folder) for folder in named)]


def _named_folders(paths: Sequence[str]) -> list[str]:
    return [os.path.realpath(path) for path in paths if os.path.isdir(path)]


def _roots(path: str) -> Iterator[str]:
    """The project of a path as it is spelled and, by way of links, of where it lies."""
    for full in dict.fromkeys((os.path.abspath(path), os.path.realpath(path))):
        found = root(full if os.path.isdir(full) else os.path.dirname(full))
        if found:
            yield found


def _lies_in(real: str, folder: str) -> bool:
    return real == folder or real.startswith(folder.rstrip(os.sep) + os.sep)
