"""Tells code from other code, by its content: a version says nothing of what is edited in place."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec

__all__ = ["code", "fingerprint", "of_package"]


def fingerprint(packages: frozenset[str]) -> bytes:
    """A digest of Python, of this package and of others, by their names; empty where some code cannot be read."""
    found = code(packages)
    python = repr((sys.implementation.cache_tag, sys.version_info[:3])).encode()
    return found and blake2b(python + found, digest_size=20).digest()


def code(packages: frozenset[str]) -> bytes:
    """The same without Python: a digest of the code alone, wherever it lies."""
    found = [of_package(package) for package in sorted({"migrate", *packages})]
    return blake2b(b"".join(found), digest_size=20).digest() if all(found) else b""


@cache
def of_package(package: str) -> bytes:
    """A digest of one package, which says so of one that is not there; empty where some of its code cannot be read.

    It is made once a process: whatever is installed while a server runs is not the code that it goes on with.
    """
    digest = blake2b(digest_size=20)
    paths = _sources(package)
    if paths is None:
        return digest.digest()
    if not any(map(os.path.exists, paths)):  # it lies in an archive, or has been compiled
        return b""
    for path in paths:
        # An editor's lock file beside a source may lead nowhere.
        with suppress(OSError), open(path, "rb", buffering=0) as file:
            digest.update(repr((package, os.path.basename(path))).encode() + file.read())
    return digest.digest()


def _sources(package: str) -> list[str] | None:
    """The files of a package that hold code; None where there is no such package."""
    try:
        spec = find_spec(package)
    except ValueError:  # it was not imported, as `__main__`
        return []
    if spec is None:
        return None
    folders = spec.submodule_search_locations or ()
    paths = [os.path.join(folder, file) for top in folders for folder, _, files in os.walk(top) for file in files]
    paths += [spec.origin] if spec.origin and not folders else []
    return sorted(path for path in paths if path.endswith(".py"))
