"""Serves requests, one JSON object a line, each in a process of its own that is forked once TensorFlow is there."""
# ruff: noqa: UP006, UP035, UP045  (Python 3.6 knows no `list[str]` and no `str | None`)

import contextlib
import ctypes
import json
import os
import select
import signal
import sys
import time
from typing import Any, Dict, List, NoReturn, Optional

from .library import Library, quiet
from .program import Program
from .tether import end_on_signals, is_alone, tie

_TAIL = 16_384  # bytes of a program's output that are kept
_PROCESSES = 200  # of one program at a time
_SUBREAPER = 36


def main() -> int:
    """Reads requests from standard input until it ends. Exits 3 where there is no TensorFlow."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    quiet()
    try:
        library = Library()
    except ImportError as error:
        _answer(answers, {"ready": False, "python": sys.version.split()[0], "error": str(error)})
        return 3
    _answer(answers, {"ready": True, "python": sys.version.split()[0], "tensorflow": library.version})
    _adopt_strays()
    end_on_signals()
    for line in sys.stdin:
        _answer(answers, _serve(library, json.loads(line), answers.fileno()))
    return 0


def _answer(stream: Any, answer: Dict[str, Any]) -> None:
    stream.write(json.dumps(answer) + "\n")
    stream.flush()


def _serve(library: Library, request: Dict[str, Any], answers: int) -> Dict[str, Any]:
    began = time.time()
    reading, writing = os.pipe()
    server = os.getpid()
    child = os.fork()
    if child == 0:
        tie(server, request["seconds"])
        os.close(reading)
        os.close(answers)
        _become(library, request, writing)
    os.close(writing)
    watch = _Watch(child, reading, request)
    try:
        verdict = watch.follow()
    finally:
        watch.end()
    tail = watch.tail.decode("utf-8", "replace")
    return {"verdict": verdict, "status": watch.status, "output": tail, "seconds": round(time.time() - began, 3)}


def _become(library: Library, request: Dict[str, Any], writing: int) -> NoReturn:
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(writing, 1)
    os.dup2(writing, 2)
    if writing > 2:
        os.close(writing)
    if request.get("compat"):
        library.use_compat()
    Program(library, request).start()


class _Watch:
    """Follows one program until it ends or reaches a limit, and keeps the tail of what it prints."""

    def __init__(self, child: int, reading: int, request: Dict[str, Any]) -> None:
        self.tail = b""
        self.status: Optional[int] = None
        self._child = child
        self._reading: Optional[int] = reading
        self._request = request
        self._printed = 0
        self._look = 0.0
        self._deadline = time.time() + request["seconds"]
        self._asker = os.getppid()

    def follow(self) -> str:
        """Why the watch ended: `ended`, `timeout`, `output`, `memory` or `processes`.

        Raises `SystemExit` where nobody waits for the answer any more.
        """
        while True:
            if is_alone(self._asker):
                raise SystemExit(1)
            self._read(0.05)
            self._wait(os.WNOHANG)
            if self.status is not None or os.path.exists(self._request["result"]):
                self._read(0)
                return "ended"
            exceeded = self._exceeded()
            if exceeded is not None:
                return exceeded

    def end(self) -> None:
        """Ends the program and all that it started in its process group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child, signal.SIGKILL)
        if self.status is None:
            self._wait(0)
        _end_strays()
        if self._reading is not None:
            os.close(self._reading)

    def _read(self, seconds: float) -> None:
        if self._reading is None:  # the program closed its output and goes on
            time.sleep(seconds)
            return
        if not select.select([self._reading], [], [], seconds)[0]:
            return
        piece = os.read(self._reading, 65_536)
        if not piece:
            os.close(self._reading)
            self._reading = None
        self._printed += len(piece)
        self.tail = (self.tail + piece)[-_TAIL:]

    def _wait(self, flags: int) -> None:
        process, status = os.waitpid(self._child, flags)
        if process:
            self.status = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)

    def _exceeded(self) -> Optional[str]:
        if time.time() > self._deadline:
            return "timeout"
        if self._printed > self._request.get("output_bytes", 64_000_000):
            return "output"
        if time.time() < self._look:
            return None
        self._look = time.time() + 0.25
        family = _family(self._child)
        if len(family) > _PROCESSES:
            return "processes"
        limit = self._request.get("megabytes", 8_192) * 1_000_000
        if sum(map(_memory, family)) > limit and sum(map(_own_memory, family)) > limit:
            return "memory"
        return None


def _adopt_strays() -> None:
    """Makes processes that lose their parent children of this one, so that none outlives its program (Linux)."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def _end_strays() -> None:
    """Ends all children of this process; those whose parent dies meanwhile become children and end as well."""
    if not os.path.isdir("/proc/self"):
        return
    strays = _children(os.getpid())
    while strays:
        for process in strays:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
        strays = _children(os.getpid())


def _family(process: int) -> List[int]:
    """A process and its descendants; those that it has cast off are found among this process's children."""
    parents = _parents()
    family = {process, *(one for one, parent in parents.items() if parent == os.getpid())}
    grown = True
    while grown:
        more = {one for one, parent in parents.items() if parent in family} - family
        family |= more
        grown = bool(more)
    return sorted(family)


def _children(process: int) -> List[int]:
    return [one for one, parent in _parents().items() if parent == process]


def _parents() -> Dict[int, int]:
    """The parent of every process, as far as the system tells."""
    found = {}
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else ():
        if name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{name}/stat") as file:
                found[int(name)] = int(file.read().rpartition(")")[2].split()[1])
    return found


def _memory(process: int) -> int:
    """Resident bytes of a process, 0 where the system does not tell."""
    try:
        with open(f"/proc/{process}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


def _own_memory(process: int) -> int:
    """The same with what several processes share divided among them: forks share nearly all, and it takes longer."""
    try:
        with open(f"/proc/{process}/smaps_rollup") as file:
            return sum(int(line.split()[1]) * 1_024 for line in file if line.startswith("Pss:"))
    except (OSError, IndexError, ValueError):
        return _memory(process)
