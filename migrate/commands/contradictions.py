"""What options ask for that cannot be done, found out before any work and said in one line."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from migrate import baseline
from migrate.settings import Settings, SettingsError

__all__ = ["check"]

_EXCLUDING = (
    ("interactive", "check"),
    ("interactive", "dry_run"),
    ("interactive", "add_ignore"),
    ("interactive", "mark"),
    ("add_ignore", "mark"),
    ("add_ignore", "check"),
    ("write_baseline", "since"),  # what the rest has left would be off the record
    ("write_baseline", "shard"),
)
_NOT_ON_STANDARD_INPUT = ("show_files", "interactive", "verify", "since", "shard", "write_baseline")
_OF_A_PROOF = ("drop_failing", "map")


def check(settings: Settings, paths: Sequence[str]) -> None:
    """Raises `SettingsError` for the first thing that cannot be."""
    for wrong in (*_pairs(settings), *_on_standard_input(settings, paths), *_alone(settings, paths)):
        raise SettingsError(wrong)
    if settings.baseline and not settings.write_baseline:
        baseline.beyond((), settings.baseline)
    for name in ("output_file", "report", *(["baseline"] if settings.write_baseline else [])):
        _check_place(getattr(settings, name), _flag(name))


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _pairs(settings: Settings) -> Iterator[str]:
    for one, other in _EXCLUDING:
        if getattr(settings, one) and getattr(settings, other):
            yield f"{_flag(one)} and {_flag(other)} exclude each other"


def _on_standard_input(settings: Settings, paths: Sequence[str]) -> Iterator[str]:
    if "-" not in paths:
        return
    if len(paths) > 1:
        yield "- stands alone: name either - or paths"
    for name in _NOT_ON_STANDARD_INPUT:
        if getattr(settings, name):
            yield f"- is standard input, for which {_flag(name)} means nothing"


def _alone(settings: Settings, paths: Sequence[str]) -> Iterator[str]:
    """Options that mean nothing without another."""
    if settings.stdin_filename and "-" not in paths:  # nobody who filters a buffer wants files to be written
        yield "--stdin-filename names what comes on standard input: give - as the path"
    for name in _OF_A_PROOF:
        if getattr(settings, name) and not settings.verify:
            yield f"{_flag(name)} goes with a proof: give --verify SCRIPT with it"
    if settings.write_baseline and not settings.baseline:
        yield "--write-baseline needs --baseline FILE to say where"
    if settings.resume and not settings.interactive:
        yield "--resume goes on with a review: give --interactive with it"
    if settings.executor == "dask" and not settings.scheduler:
        yield "--executor dask needs --scheduler tcp://HOST:PORT"
    if settings.scheduler and settings.executor != "dask":
        yield "--scheduler is of a Dask cluster: give --executor dask with it"


def _check_place(path: str, option: str) -> None:
    """That a file can be made where an option names one; a full disk shows only later."""
    if path in ("", "-"):
        return
    folder = os.path.dirname(path) or "."
    causes = (
        (os.path.isdir(path), "it is a directory"),
        (not os.path.isdir(folder), f"there is no directory {folder}"),
        (not os.access(path if os.path.exists(path) else folder, os.W_OK), "permission denied"),
    )
    for wrong, cause in causes:
        if wrong:
            raise SettingsError(f"{option}: {path} cannot be written: {cause}")
