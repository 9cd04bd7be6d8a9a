"""What one look at a project leaves for the next: the bytes of its files, and the results of tasks done before."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from migrate import discover, engine
from migrate.codemod import Analysis
from migrate.executors import Executor, Lost, R, T
from migrate.executors.recalling import RecallingExecutor
from migrate.findings.suppress import MARKER
from migrate.imports.importers import outline

__all__ = ["Remembering", "Results", "Sources"]

_KEPT = 8  # results a file and function: three levels, and what was held back on the way


class _Outline(bytes):
    """Stands for a file of which nothing but its imports is looked at; the memory of a tree of outlines is small."""


class Sources(Mapping[str, bytes]):
    """What stands in the files of a project: the editor's text where it is open there, else what is on disk.

    Files without any word that an analysis looks for are kept as their outline; `whole` has their bytes.
    """

    def __init__(self, analyses: Sequence[Analysis]) -> None:
        self._analyses = analyses
        self._open: dict[str, bytes] = {}
        self._kept: dict[str, bytes] = {}
        self._whole: dict[str, bytes] = {}
        self._stamps: dict[str, tuple[int, int]] = {}

    def open(self, texts: Mapping[str, bytes]) -> None:
        """Takes the texts of all open documents, by path, instead of those before."""
        self._open = dict(texts)

    def forget(self, path: str) -> None:
        """Reads the file again when it is asked for next."""
        for memory in (self._kept, self._whole, self._stamps):
            memory.pop(path, None)

    def refresh(self) -> None:
        """Forgets the files whose time or size is no longer what it was."""
        for path in [path for path, stamp in self._stamps.items() if _stamp(path) != stamp]:
            self.forget(path)

    def whole(self, path: str, data: bytes) -> bytes:
        """The bytes of the file whose outline `data` may be."""
        if not isinstance(data, _Outline):
            return data
        if path not in self._whole:
            read = discover.read(path)
            self._whole[path] = read if isinstance(read, bytes) else bytes(data)
        return self._whole[path]

    def __getitem__(self, path: str) -> bytes:
        """Raises `KeyError` for a file that cannot be read."""
        if path in self._open:
            return self._open[path]
        if path not in self._kept:
            stamp, data = _stamp(path), discover.read(path)
            if not isinstance(data, bytes):
                raise KeyError(path)
            self._kept[path] = data if self._matters(path, data) else _Outline(outline(data))
            self._stamps[path] = stamp
        return self._kept[path]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._kept, **self._open})

    def __len__(self) -> int:
        return len({**self._kept, **self._open})

    def _matters(self, path: str, data: bytes) -> bool:
        if MARKER in data or engine.triggered(data, self._analyses):
            return True
        return bool(engine.accompanying(path, data, self._analyses))


def _stamp(path: str) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


class Results:
    """The last results of tasks, by function and path, each with the task that it answers."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], deque[tuple[Any, Any]]] = {}

    def recall(self, name: str, task: Any) -> Any:
        """The result of an equal task, None where there is none."""
        known = self._known.get((name, task.path), ())
        return next((result for before, result in known if before == task), None)

    def keep(self, name: str, task: Any, result: Any) -> None:
        """Remembers a result for as long as it is among the last of its file."""
        self._known.setdefault((name, task.path), deque(maxlen=_KEPT)).appendleft((task, result))


class Remembering(RecallingExecutor):
    """Does only what was not done before; `check` is asked before each task whether to go on."""

    def __init__(self, inner: Executor, sources: Sources, results: Results, check: Callable[[], None]) -> None:
        super().__init__(inner, results)
        self._sources = sources
        self._check = check

    def map(self, function: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R | Lost]:
        """See `Executor.map`; the worker gets the whole of a file of which `tasks` have the outline."""
        return super().map(function, map(self._complete, tasks))

    def _complete(self, task: T) -> T:
        self._check()
        data = self._sources.whole(task.path, task.data)
        return task if data is task.data else replace(task, data=data)  # type: ignore[type-var]
