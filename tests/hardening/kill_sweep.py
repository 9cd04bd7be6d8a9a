"""Kills a process with signal 9 at every one of its system calls, and looks at what it leaves.

A child is traced (`ptrace`), so that it stops before and after each system call; at the chosen stop it is killed, and
the call that it was about to make does not happen. `python tests/hardening/kill_sweep.py` runs the whole sweep and
prints its numbers; the test-suite runs a part of it.
"""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from migrate import journal, writer
from migrate.disk.record import State
from migrate.model import FileResult, Revision

OLD = {
    "plain.py": b"a = 1\n" * 40,
    "sub/exec.py": b"b = 1\r\n" * 400,
    "sub/inner/real.py": b"\xef\xbb\xbfc = 1",
    "twin_a.py": b"d = 1\n" * 90,
    "outward.py": b"e = 1\n" * 3000,
    "odd\n[name] \udcff.py": b"f = 1\n",
}
NEW = {path: data.replace(b" = 1", b" = 22") for path, data in OLD.items()}
NEW["outward.py"] = NEW["outward.py"][:9000]  # shorter: the old end must go, too
IN_PLACE = {"outward.py"}  # has a name that no search of the project finds

_TRACEME, _SYSCALL, _SETOPTIONS = 0, 24, 0x4200
_SYSGOOD, _EXITKILL = 1, 0x00100000


@dataclass(frozen=True)
class Tree:
    """A project with one file of each kind, and a name outside of it."""

    root: Path
    outside: Path

    @classmethod
    def make(cls, folder: Path) -> Tree:
        tree = cls(folder / "project", folder / "outside.py")
        for path, data in OLD.items():
            (tree.root / path).parent.mkdir(parents=True, exist_ok=True)
            (tree.root / path).write_bytes(data)
        (tree.root / "pyproject.toml").touch()
        (tree.root / "sub/exec.py").chmod(0o750)
        (tree.root / "link.py").symlink_to("sub/inner/real.py")
        os.link(tree.root / "twin_a.py", tree.root / "sub/twin_b.py")
        os.link(tree.root / "outward.py", tree.outside)
        return tree

    def results(self) -> list[FileResult]:
        named = {"sub/inner/real.py": "link.py"}
        return [
            FileResult(str(self.root / named.get(path, path)), revision=Revision.of(OLD[path], NEW[path]))
            for path in OLD
        ]

    def contents(self) -> dict[str, bytes]:
        return {path: (self.root / path).read_bytes() for path in OLD}

    def torn(self) -> set[str]:
        return {path for path, data in self.contents().items() if data not in {OLD[path], NEW[path]}}

    def check_settled(self) -> None:
        """Everything that holds whenever nobody is writing."""
        twins = (self.root / "twin_a.py").stat(), (self.root / "sub/twin_b.py").stat()
        assert twins[0].st_ino == twins[1].st_ino, "hard link cut"
        assert twins[0].st_nlink == 2, "hard link added"
        assert self.outside.samefile(self.root / "outward.py"), "hard link to the outside cut"
        assert os.readlink(self.root / "link.py") == "sub/inner/real.py", "symbolic link replaced"
        assert (self.root / "sub/exec.py").stat().st_mode & 0o777 == 0o750, "mode lost"
        litter = list(self.root.rglob(".migrate-*"))
        assert not litter, f"left behind: {litter}"


def traced(work: Callable[[], object], stop: int) -> tuple[bool, int]:
    """Runs `work` in a child and kills it at its stop number `stop`; whether it was killed, and the stops seen."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    pid = os.fork()
    if pid == 0:
        _child(libc, work)
    os.waitpid(pid, 0)
    if libc.ptrace(_SETOPTIONS, pid, None, _SYSGOOD | _EXITKILL):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise NotImplementedError("this system does not let a process trace its child")
    seen = 0
    while True:
        libc.ptrace(_SYSCALL, pid, None, None)
        _, status = os.waitpid(pid, 0)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0, "the child failed on its own"
            return False, seen
        assert os.WIFSTOPPED(status), status
        seen += 1
        if seen == stop:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return True, seen


def _child(libc: ctypes.CDLL, work: Callable[[], object]) -> None:
    code = 1
    try:
        libc.ptrace(_TRACEME, 0, None, None)
        os.kill(os.getpid(), signal.SIGSTOP)
        work()
        code = 0
    finally:
        os._exit(code)


@contextmanager
def fresh() -> Iterator[Tree]:
    """A new tree, in memory where the system has a place for that: kills are many, and they test no disk."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Tree.make(Path(folder))


class Sweep:
    """Kills at each of `stops`, and counts what it found."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def kill_apply(self, stop: int) -> bool:
        """Kills applying; then the next run, or `undo`, must end it. False where it had ended before."""
        with fresh() as tree:
            killed, _ = traced(lambda: writer.apply(tree.results(), str(tree.root)), stop)
            self._look(tree, killed)
            if stop % 2:
                self._recover(tree)
            else:
                dead = any(run.state.unfinished for run in journal.runs(str(tree.root)))
                done = journal.undo(str(tree.root))
                assert not done.refused, done
                assert tree.contents() == OLD, "undo is not exact"
                self.counts["undone by hand after a crash" if dead else "undone"] += 1
            tree.check_settled()
            return killed

    def kill_undo(self, stop: int) -> bool:
        """Kills undoing; then the next run, or another `undo`, must go on with it."""
        with fresh() as tree:
            writer.apply(tree.results(), str(tree.root))
            killed, _ = traced(lambda: journal.undo(str(tree.root)), stop)
            self._look(tree, killed)
            if stop % 2:
                writer.recover(str(tree.root))
            if journal.runs(str(tree.root))[0].state is not State.UNDONE:
                assert not journal.undo(str(tree.root)).refused
            assert tree.contents() == OLD, "undo is not exact"
            assert journal.undo(str(tree.root)).run is None, "an undone run is undone again"
            tree.check_settled()
            return killed

    def kill_recovery(self, first: int, stop: int) -> bool:
        """Kills applying at `first`, then the recovery from it; a second recovery must end it."""
        with fresh() as tree:
            traced(lambda: writer.apply(tree.results(), str(tree.root)), first)
            killed, _ = traced(lambda: writer.recover(str(tree.root)), stop)
            self._look(tree, killed)
            self._recover(tree)
            tree.check_settled()
            return killed

    def kill_by_clock(self, seconds: float) -> None:
        """Kills an untraced child after a time, so that a kill may hit the middle of a system call, too."""
        with fresh() as tree:
            pid = os.fork()
            if pid == 0:
                try:
                    writer.apply(tree.results(), str(tree.root))
                finally:
                    os._exit(0)
            time.sleep(seconds)
            os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            self._look(tree, os.WIFSIGNALED(status))
            self._recover(tree)
            tree.check_settled()

    def _look(self, tree: Tree, killed: bool) -> None:
        self.counts["kills" if killed else "ended before the kill"] += 1
        torn = tree.torn()
        assert torn <= IN_PLACE, f"torn: {torn}"
        self.counts["half-written in place, then mended"] += bool(torn)

    def _recover(self, tree: Tree) -> None:
        recovered = writer.recover(str(tree.root))
        now = tree.contents()
        assert now in (OLD, NEW), "neither all old nor all new"
        if recovered:
            assert not recovered.refused, recovered
            assert recovered.finished == (now == NEW), recovered
            self.counts["finished" if recovered.finished else "rolled back"] += 1
        applied = [run for run in journal.runs(str(tree.root)) if run.state is State.APPLIED]
        assert bool(applied) == (now == NEW), "the journal says another thing than the files"
        journal.undo(str(tree.root))
        assert tree.contents() == OLD, "undo is not exact"
        again = writer.apply(tree.results(), str(tree.root))
        assert not again.failures, again
        assert tree.contents() == NEW, "cannot be applied again"


def stops(work: Callable[[Tree], object], prepare: Callable[[Tree], object] = lambda tree: None) -> int:
    """How often the work stops: twice for each of its system calls."""
    with fresh() as tree:
        prepare(tree)
        return traced(lambda: work(tree), -1)[1]


def apply_stops() -> int:
    return stops(lambda tree: writer.apply(tree.results(), str(tree.root)))


def undo_stops() -> int:
    return stops(lambda tree: journal.undo(str(tree.root)), lambda tree: writer.apply(tree.results(), str(tree.root)))


def main() -> None:
    random.seed(7)
    sweep, started = Sweep(), time.monotonic()
    applying, undoing = apply_stops(), undo_stops()
    for stop in range(1, applying + 1):
        sweep.kill_apply(stop)
    for stop in range(1, undoing + 1):
        sweep.kill_undo(stop)
    for _ in range(600):
        sweep.kill_recovery(random.randint(applying // 3, applying), random.randint(1, undoing))
    for _ in range(600):
        sweep.kill_by_clock(random.uniform(0, 0.012))
    lines = [f"system calls: applying {applying // 2}, undoing {undoing // 2}"]
    lines += [f"{name}: {count}" for name, count in sorted(sweep.counts.items())]
    sys.stdout.write("\n".join(lines) + f"\n{time.monotonic() - started:.0f} s\n")


if __name__ == "__main__":
    os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp()
    try:
        main()
    finally:
        shutil.rmtree(os.environ["XDG_CACHE_HOME"])
