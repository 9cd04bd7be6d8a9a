"""Indexes only what no run has indexed before."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any

from migrate.executors import Executor
from migrate.executors.recalling import RecallingExecutor
from migrate.work import Work

if TYPE_CHECKING:
    from migrate.caching.cache import FactsCache

__all__ = ["CachingExecutor"]


class CachingExecutor(RecallingExecutor):
    """An executor that looks for facts in `folder` first; it opens what lies there for the first task.

    `keeps` tells the paths of the files whose facts are worth keeping.
    """

    def __init__(self, inner: Executor, work: Work, folder: str, keeps: Callable[[str], bool]) -> None:
        super().__init__(inner, self)
        self._work = work
        self._folder = folder
        self._keeps = keeps

    def recall(self, name: str, task: Any) -> Any:
        """The facts of an equal source; no other results are kept."""
        return self._cache.find(task) if name == "index" and self._cache else None

    def keep(self, name: str, task: Any, result: Any) -> None:
        """Keeps the facts of a source."""
        if name == "index" and self._cache and self._keeps(task.path):
            self._cache.keep(task, result)

    @cached_property
    def _cache(self) -> FactsCache | None:
        try:
            from migrate.caching.cache import FactsCache  # noqa: PLC0415
        except ImportError:  # Python can be built without SQLite
            return None
        return FactsCache(self._work, self._folder)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        if "_cache" in vars(self) and self._cache:
            self._cache.close(keeps=kind is None)
