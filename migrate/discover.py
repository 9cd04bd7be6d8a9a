"""Paths to the sources below them."""

from __future__ import annotations

import os
from collections.abc import Sequence

from migrate.model import Failure, FileResult

_SKIP = {".git", ".venv", "venv", "node_modules", "__pycache__", "build", "dist", ".tox"}
EXTENSIONS = (".py", ".pyi", ".pyw", ".ipynb")


def find(paths: Sequence[str]) -> tuple[list[str], list[FileResult]]:
    """The sources below `paths`, in order, and what could not be read."""
    files: set[str] = set()
    failures: list[FileResult] = []
    for path in paths:
        if not os.path.isdir(path):
            files.add(os.path.relpath(path))
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(set(folders) - _SKIP)
            files.update(os.path.relpath(os.path.join(folder, name)) for name in names if name.endswith(EXTENSIONS))
    return sorted(files), failures


def read(path: str) -> bytes | Failure:
    """A file's bytes, or why there are none."""
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read()
    except OSError as error:
        return Failure(f"cannot be read: {error.strerror}")
