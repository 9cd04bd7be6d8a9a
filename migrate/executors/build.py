"""Tells whether two processes would make the same of a source: they run the same code under the same Python."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from migrate.caching.fingerprint import code
from migrate.version import __version__

__all__ = ["Build"]


@dataclass(frozen=True, slots=True)
class Build:
    """What a process runs: its Python, such as `cpython-311`, this package's version, and a digest of `packages` too.

    Versions of Python parse differently, those of libraries that pack what travels do not matter. The digest is empty
    where the code lies in an archive; then only versions are compared.
    """

    python: str
    version: str
    packages: frozenset[str]
    code: bytes

    @classmethod
    def here(cls, packages: frozenset[str]) -> Build:
        """That of this process."""
        return cls(sys.implementation.cache_tag, __version__, packages, code(packages))

    def different(self, other: Build) -> str:
        """What `other` has instead, in words; nothing where it does the same."""
        if other.version != self.version:
            return f"migrate-variables {other.version}, not {self.version}"
        if other.python != self.python:
            return f"the Python {other.python}, not {self.python}"
        if self.code and other.code and other.code != self.code:
            names = ", ".join(sorted({"migrate", *self.packages}))
            return f"other code of the same version in one of {names}"
        return ""
