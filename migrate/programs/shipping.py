"""Sends whole programs to workers: their sources go there and the results come back, and no facts travel."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from migrate import collecting
from migrate.discover import Found
from migrate.engine import Rewritten
from migrate.executors import Executor
from migrate.executors.caching import CachingExecutor
from migrate.executors.serial import SerialExecutor
from migrate.findings.settle import Policy
from migrate.kept import Kept
from migrate.model import FileResult, Shift
from migrate.programs.extent import Setup
from migrate.programs.program import Program
from migrate.programs.reader import Reader
from migrate.programs.survey import Group
from migrate.work import Work

__all__ = ["Outcome", "Parcel", "carry_out", "pack", "shared_out"]

_PAYS = 1_000_000  # bytes: where there is less, files are spread as they come


@dataclass(frozen=True, slots=True)
class Parcel:
    """A program as a task: `data` are its sources, one behind the other, of which each has a length.

    `failures` are files that could not be read, `policies` go by folder; `cache` is where facts are kept, if anywhere.
    """

    path: str
    data: bytes
    lengths: Mapping[str, int]
    failures: tuple[FileResult, ...]
    group: Group
    work: Work
    policies: Mapping[str, Policy]
    comment: str
    cache: str | None

    def policy(self, path: str) -> Policy:
        """What the configuration nearest to a file asks for."""
        return self.policies[os.path.dirname(path)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a program's files."""

    results: Mapping[str, Rewritten]
    failures: Mapping[str, FileResult]
    unseen: Mapping[str, frozenset[Shift]]  # see `Program.unseen`


def shared_out(groups: Iterable[Group], width: int) -> tuple[deque[Group], deque[Group]]:
    """The programs that are gone through here, and those to send where `width` of them are gone through at once.

    One that is larger than a worker's share would keep the others waiting. The largest are sent first, so that what
    is left for the end is small.
    """
    ordered = sorted(groups, key=lambda group: -group.weight)
    total = sum(group.weight for group in ordered)
    share = total // width if width > 1 and total >= _PAYS else 0
    here = deque(group for group in ordered if not 0 < group.weight <= share)
    return here, deque(group for group in ordered if 0 < group.weight <= share)


def pack(group: Group, reader: Reader, setup: Setup, cache: str | None) -> Parcel:
    """A program with its sources, which are what they are from now on."""
    sources = dict(reader.read(group.files, "Sending"))
    for path, data in sources.items():
        reader.remember(path, data)
    firsts = {os.path.dirname(path): path for path in group.files}  # of those that are gone, too: facts of them remain
    return Parcel(
        group.files[0],
        b"".join(sources.values()),
        {path: len(data) for path, data in sources.items()},
        tuple(reader.failures[path] for path in group.files if path in reader.failures),
        group,
        setup.work,
        {folder: setup.policy(path) for folder, path in firsts.items()},
        setup.comment,
        cache,
    )


def carry_out(parcel: Parcel) -> Outcome:
    """Goes through a program, in whatever process, on whatever machine: nothing is read but what was sent."""
    reader = Reader(Found(parcel.group.files, parcel.failures), dict(_sources(parcel)), lambda *_: None, _gone)
    work = replace(parcel.work, kept=Kept())  # what is indexed here is rewritten here
    with collecting.paused(), _executor(parcel.cache, work) as executor:
        setup = Setup(work.analyses, executor, work, parcel.policy, parcel.comment)
        program = Program(setup, reader, parcel.group)
        program.look()
        program.forget()
    return Outcome(program.results, reader.failures, program.unseen)


def _gone(path: str, *, named: bool) -> None:
    """What was not sent had gone, whatever lies at its path on this machine."""


def _sources(parcel: Parcel) -> Iterator[tuple[str, bytes]]:
    start = 0
    for path, length in parcel.lengths.items():
        yield path, parcel.data[start : start + length]
        start += length


def _executor(cache: str | None, work: Work) -> Executor:
    return CachingExecutor(SerialExecutor(), work, cache, lambda _: True) if cache else SerialExecutor()
