"""What writing, recovering and undoing did, in sentences for standard error."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator, Sequence

from migrate.journal import Recovered, Run, Undone, project_root
from migrate.output.words import cause, plural, visible_path
from migrate.writer import Written

__all__ = ["recovered_lines", "run_lines", "undone_lines", "unfinished_line", "written_lines"]

_SHOWN = 5  # paths: the journal holds them all


def written_lines(written: Written) -> Iterator[str]:
    """How to go back, with what the changes mix, and what became of a run that had died."""
    if written.recovered:
        yield from recovered_lines(written.recovered)
    if written.already:
        yield f"{plural(len(written.already), 'file')} held the new bytes already: another run wrote them meanwhile."
    if written.mixed:
        yield f"The changes mix with uncommitted ones in {_some(written.mixed)}."
    if written.run:
        command = f"migrate undo {written.run}{_elsewhere(written.root)}"
        yield f"Written as run {written.run}; `{command}` brings the old bytes back."


def recovered_lines(recovered: Recovered) -> Iterator[str]:
    """What became of a run that had died."""
    if recovered.finished:
        yield f"Run {recovered.run} had died with all its files written: it counts as done now."
        return
    went = plural(len(recovered.restored), "file")
    yield f"Run {recovered.run} had died half done: {went} went back to the old bytes."
    yield from (f"error: {visible_path(one.path)}: {cause(one)}" for one in recovered.refused)


def unfinished_line(root: str, runs: Sequence[Run]) -> str | None:
    """What to say of a run that has not ended where nothing may be written; None where all have."""
    for run in runs:
        if run.state.unfinished:
            command = f"migrate undo{_elsewhere(root)}"
            return f"Run {run.id} is at work or has died; in the second case, `{command}` brings the old bytes back."
    return None


def _elsewhere(root: str) -> str:
    """What `undo` has to be told from here to find the journal of the project at `root`."""
    return "" if project_root([]) == root else f" --project {visible_path(shlex.quote(root))}"


def undone_lines(undone: Undone) -> Iterator[str]:
    """What went back, what had, and what did not and why."""
    if undone.run is None:
        yield "There is no run to undo."
        return
    yield from (f"restored {visible_path(path)}" for path in undone.restored)
    yield from (f"error: {visible_path(one.path)}: {cause(one)}" for one in undone.refused)
    parts = [f"{len(undone.restored):,} restored"]
    parts += [f"{len(undone.already):,} had the old bytes already"] if undone.already else []
    parts += [f"{len(undone.refused):,} left alone"] if undone.refused else []
    yield f"Run {undone.run}: {', '.join(parts)}."


def run_lines(runs: Sequence[Run]) -> Iterator[str]:
    """One line a run: what it is called, when it began, in local time, how far it came, and its files."""
    for run in runs:
        started = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(run.started)) if run.started else "?" * 19
        yield f"{run.id}  {started}  {run.state.value}  {_some(run.paths)}"


def _some(paths: Sequence[str]) -> str:
    shown = ", ".join(map(visible_path, paths[:_SHOWN]))
    more = f" and {len(paths) - _SHOWN:,} more" if len(paths) > _SHOWN else ""
    return f"{plural(len(paths), 'file')} ({shown}{more})" if paths else "0 files"
