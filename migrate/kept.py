"""Modules that were parsed to be indexed, kept for when they are rewritten, so that they are parsed once."""

from __future__ import annotations

from migrate.syntax.module import Module

__all__ = ["Kept"]

_ROOM = 500_000  # characters of code, of which each takes 40 bytes as a tree


class Kept:
    """The first modules that there is room for: those that a run begins with hold the calls, others only imports.

    In another process, where nobody knows which worker rewrites what, it keeps nothing.
    """

    def __init__(self, room: int = _ROOM) -> None:
        self._room = room
        self._modules: dict[str, tuple[bytes, Module]] = {}

    def keep(self, data: bytes, module: Module) -> None:
        """Keeps what was made of the bytes of a file, if there is room."""
        self.take(module.path, b"")
        if len(module.source.text) <= self._room:
            self._room -= len(module.source.text)
            self._modules[module.path] = data, module

    def take(self, path: str, data: bytes) -> Module | None:
        """What was kept of a file, for the last time; None where it was made of other bytes, or there is nothing."""
        known, module = self._modules.pop(path, (b"", None))
        if module is not None:
            self._room += len(module.source.text)
        return module if known == data else None

    def __reduce__(self) -> tuple[type[Kept], tuple[int]]:
        return Kept, (0,)
