"""What a worker does with a task: the one place where any exception, whoever's fault, becomes one file's failure."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from functools import lru_cache
from threading import RLock
from typing import Any, TypeVar

from migrate import collecting, engine, registry
from migrate.codemod import Analysis, Codemod, Deferred
from migrate.engine import Indexed, Rewritten
from migrate.findings.settle import Hold, Policy
from migrate.kept import Kept
from migrate.model import Failure, FileResult, Rewrite

__all__ = ["IndexTask", "RewriteTask", "Work"]

R = TypeVar("R")

_TOLD = re.compile(r"\d+(?=: the limit is too low)")
_DEPTH = 1_200  # frames for a task: above what Python's own limit leaves anybody

# One task at a time in a process: how deep it may go in calls, and when cycles are collected, is set for all threads.
_ALONE = RLock()

_load = lru_cache(maxsize=4)(registry.of)


@dataclass(frozen=True, slots=True)
class IndexTask:
    """One source and the names of the analyses that want its facts: the whole ones, or else those of a glance."""

    path: str
    data: bytes
    analyses: tuple[str, ...]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class RewriteTask:
    """One source, its plans by analysis, and what `engine.Job` says of the rest."""

    path: str
    data: bytes
    plans: Mapping[str, Any]
    policy: Policy
    analyses: tuple[str, ...] = ()
    held: Mapping[str, Hold] = field(default_factory=dict)
    lines: Sequence[range] | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """The functions of a worker; it travels as the references of the codemods that it loads once a process.

    `largest` is how many characters of code a source may hold, 0: any number.
    """

    references: tuple[str, ...]
    largest: int = 0
    kept: Kept = field(default_factory=Kept, compare=False)

    def ready(self) -> None:
        """Imports whatever the codemods have put off; what cannot be imported fails when it is called, if it is."""
        known = _load(self.references)
        declared: list[Analysis | Codemod] = [*known.analyses, *known.codemods]
        for function in (getattr(one, own.name) for one in declared for own in fields(one)):
            if isinstance(function, Deferred):
                with suppress(Exception):  # anybody's code
                    function.load()

    def packages(self) -> frozenset[str]:
        """The top packages of the codemods and of what finds their facts, which may be another's."""
        functions = [function for one in _load(self.references).analyses for function in (one.index, one.glance)]
        found = [one.reference if isinstance(one, Deferred) else str(one.__module__) for one in functions]
        return frozenset(one.partition(":")[0].partition(".")[0] for one in (*self.references, *found)) - {"migrate"}

    def index(self, task: IndexTask) -> Indexed:
        """The facts of one source."""
        chosen = self._analyses(task.analyses)
        return _guard(
            task,
            lambda: engine.index(task.path, task.data, chosen, self.largest, self.kept, whole=task.whole),
            lambda failure: Indexed(task.path, failure=failure),
        )

    def rewrite(self, task: RewriteTask) -> Rewritten:
        """The result of one source."""
        codemods, analyses = _load(self.references).codemods, self._analyses(task.analyses)
        job = engine.Job(
            codemods,
            analyses,
            task.plans,
            task.policy,
            task.held,
            task.lines,
            task.comment,
            self.largest,
            self.kept,
        )
        return _guard(
            task,
            lambda: engine.rewrite(task.path, task.data, job),
            lambda failure: Rewritten(FileResult(task.path, failure=failure)),
        )

    def check(self, task: RewriteTask) -> tuple[str, int]:
        """A rewritten source's path and how many rewrites a second run would make in it."""
        findings = self.rewrite(task).result.findings
        return task.path, sum(isinstance(finding.outcome, Rewrite) for finding in findings)

    @property
    def analyses(self) -> Sequence[Analysis]:
        """All analyses of the codemods."""
        return _load(self.references).analyses

    def _analyses(self, names: tuple[str, ...]) -> list[Analysis]:
        return [one for one in self.analyses if one.name in names]


def _guard(task: IndexTask | RewriteTask, action: Callable[[], R], fail: Callable[[Failure], R]) -> R:
    try:
        with _ALONE, collecting.paused(), _room():
            return action()
    except Exception as error:  # a codemod is anybody's code; its mistake costs one file, not the run
        return fail(Failure(f"internal error: {type(error).__name__}: {error} {_place(error)}"))
    finally:
        collecting.relieve(len(task.data))


@contextmanager
def _room() -> Iterator[None]:
    """Within the block there is as much stack whoever runs it: what is too deep for one process is so for all."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(_depth() + _DEPTH)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _depth() -> int:
    """How deep in calls this is, as Python counts them: those that C makes count more than their frame.

    It says so where it is asked for less; where it does not, the frames are counted.
    """
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(1)
    except RecursionError as error:
        if told := _TOLD.search(str(error)):
            return int(told[0])
    sys.setrecursionlimit(limit)
    depth, frame = 0, sys._getframe().f_back
    while frame is not None:
        frame, depth = frame.f_back, depth + 1
    return depth


def _place(error: BaseException) -> str:
    """Where an exception was raised, for whoever mends it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    name = trace.tb_frame.f_code.co_filename.rpartition("/")[2]
    return f"(at {name}:{trace.tb_lineno})"
