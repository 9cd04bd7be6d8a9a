"""Starts the probe in an interpreter that has TensorFlow, and asks it to run programs."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from codemods.tensorflow.verify.dump import Dump, End, Raised

__all__ = ["Limits", "NoTensorFlow", "Probe", "Request"]

INSIDE = Path(__file__).parent / "inside"
_PATIENCE = 20  # seconds for a process to end what it runs, or to finish importing TensorFlow


class NoTensorFlow(Exception):  # noqa: N818 - it names what is missing
    """The chosen interpreter cannot import TensorFlow, or cannot be started at all."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program may take: wall-clock seconds, resident megabytes, and bytes of output."""

    seconds: float = 300.0
    megabytes: int = 8_192
    output: int = 64_000_000


@dataclass(frozen=True, slots=True)
class Request:
    """How a program is run.

    `main` is a path below the tree, or `module:function`; `directory` is where it runs, relative to the tree, and
    `origin` the tree's original, which must not be read or written in its place. `until` is `session`, `exit` or the
    name of a function of the program's own. `compat` makes a plain `import tensorflow` mean TensorFlow 1. With `draws`
    above 0, random initial values come with that many numbers drawn from them.
    """

    main: str
    arguments: tuple[str, ...] = ()
    directory: str = "."
    origin: str = ""
    until: str = "session"
    compat: bool = True
    draws: int = 0
    stubs: tuple[str, ...] = ()
    stub_missing: bool = False
    limits: Limits = Limits()


class Probe:
    """A process that has imported TensorFlow once and forks a process for each program that it is asked to run.

    `python` is the interpreter to use, this one by default. Use it as a context manager, or call `close`.
    """

    def __init__(self, python: str = sys.executable) -> None:
        self.python = python
        self.tensorflow = ""
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Probe:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def dump(self, files: Mapping[str, str], main: str = "main.py", **options: Any) -> Dump:
        """Writes `files` (path -> text) to a directory of their own, runs `main` there, and says what it built.

        `options` are the fields of `Request`. Raises `NoTensorFlow`.
        """
        with tempfile.TemporaryDirectory(prefix="migrate-") as directory:
            root = Path(os.path.realpath(directory)) / "tree"
            for name, text in files.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode("utf-8"))
            return self.run(root, Request(main, **options))

    def run(self, root: Path, request: Request) -> Dump:
        """Runs a program in the tree `root`, which it may change as it likes, with all that lies beside it.

        Raises `NoTensorFlow`.
        """
        root = Path(os.path.realpath(root))
        scratch = os.path.realpath(tempfile.mkdtemp(prefix="migrate-"))
        result = os.path.join(scratch, "result.json")
        try:
            answer = self._ask(_as_json(root, request, result))
            return _read(answer, result, str(root), self.tensorflow)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def close(self) -> None:
        """Ends the process."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None and process.stdout is not None:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()

    def start(self) -> None:
        """Imports TensorFlow, unless that is done. Raises `NoTensorFlow`."""
        if self._process is not None:
            return
        try:
            process = subprocess.Popen(
                [self.python, "-B", "-W", "ignore", str(INSIDE)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                env=_environment(),
            )
        except OSError as error:
            raise NoTensorFlow(f"{self.python} cannot be started: {error.strerror}") from error
        assert process.stdout is not None
        line = process.stdout.readline()
        self._process = process
        hello: dict[str, Any] = (
            json.loads(line) if line else {"ready": False, "error": "it ended while importing TensorFlow"}
        )
        if not hello["ready"]:
            self.close()
            raise NoTensorFlow(f"{self.python} has no TensorFlow ({hello['error']})")
        self.tensorflow = hello["tensorflow"]

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        self.start()
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            self.close()
            return {"verdict": "died", "status": process.returncode, "output": "", "seconds": 0.0}
        answer: dict[str, Any] = json.loads(line)
        return answer


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8", "PYTHONHASHSEED": "0"}


def _as_json(root: Path, request: Request, result: str) -> dict[str, Any]:
    return {
        "root": str(root),
        "main": request.main,
        "directory": request.directory,
        "origin": request.origin,
        "writable": [str(root.parent), os.path.dirname(result), *_shared(request.origin)],
        "argv": list(request.arguments),
        "until": request.until,
        "compat": request.compat,
        "draws": request.draws,
        "stub": list(request.stubs),
        "stub_missing": request.stub_missing,
        "result": result,
        "seconds": request.limits.seconds,
        "megabytes": request.limits.megabytes,
        "output_bytes": request.limits.output,
    }


def _shared(origin: str) -> list[str]:
    """Where any program may write: devices, and the system's own temporary directories unless the original is there."""
    open_to_all = [os.path.realpath(path) for path in ("/tmp", "/var/tmp")]  # noqa: S108
    return ["/dev", *(path for path in open_to_all if not f"{origin}/".startswith(path + "/"))]


def _read(answer: Mapping[str, Any], result: str, root: str, tensorflow: str) -> Dump:
    output, seconds = answer["output"], answer["seconds"]
    if os.path.exists(result):
        with open(result, encoding="utf-8") as file:
            return Dump.from_json(json.load(file), root, output, seconds)
    end = End.DIED if answer["verdict"] == "ended" else End(answer["verdict"])
    return Dump(end, (), Raised(end.value, _why(end, answer["status"]), ()), output, seconds, "", tensorflow)


def _why(end: End, status: int | None) -> str:
    match end:
        case End.TIMEOUT:
            return "it did not end in the time that it was given"
        case End.MEMORY:
            return "it took more memory than it was given"
        case End.PROCESSES:
            return "it started too many processes"
        case End.OUTPUT:
            return "it printed more than it was allowed to"
        case _ if status is not None and status < 0:
            return f"signal {-status} ended it"
        case _:
            return f"its process ended with status {status} before it had built its graphs"
