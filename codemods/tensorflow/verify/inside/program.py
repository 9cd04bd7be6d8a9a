"""Runs one program of the user's until it has built its graphs, and writes down what it built or why it failed."""
# ruff: noqa: UP006, UP035, UP045  (Python 3.6 knows no `list[str]` and no `str | None`)

import importlib
import json
import linecache
import os
import sys
import tempfile
import threading
import traceback
import types
from typing import Any, Callable, Dict, List, NoReturn, Optional

from .chance import settle
from .describe import describe
from .guard import confine
from .library import Library
from .record import Recorder
from .stand_ins import StandIns

_SESSION_CALLS = ("run", "partial_run_setup", "_make_callable_from_options", "make_callable")


class Program:
    """One run of the program that `request` describes; its keys are those of `Request` on the other side."""

    def __init__(self, library: Library, request: Dict[str, Any]) -> None:
        self.request = request
        self.until: str = request.get("until", "session")
        self.root = os.path.realpath(request["root"])
        self.recorder = Recorder(library, self.root + os.sep)
        self.stand_ins = StandIns(request.get("stub", []), request.get("stub_missing", False))
        self._library = library
        self._run = library.session.BaseSession.run
        self._pid = os.getpid()
        self._finished = False
        self.guard = ""
        self._awaited = "" if self.until in ("session", "exit") else self.until

    def start(self) -> NoReturn:
        """Runs the program; never returns, for a program may hold threads that never end."""
        self._prepare()
        end, error = "exit", None
        try:
            self._execute()
        except SystemExit as leave:
            if leave.code not in (None, 0):
                end = "status"
                error = {"type": "SystemExit", "message": str(leave.code), "frames": self._frames(leave)}
        except BaseException as raised:
            end, error = "raised", {"type": type(raised).__name__, "message": str(raised)[:4000]}
            error["frames"] = self._frames(raised)
        self.finish(end, error)

    def finish(self, end: str, error: Optional[Dict[str, Any]] = None) -> NoReturn:
        """Writes the result and ends the process. A child of the program's own ends without a word."""
        if os.getpid() != self._pid or self._finished:
            self._leave(0)
        self._finished = True
        found: Dict[str, Any] = {
            "end": end,
            "error": error,
            "python": sys.version.split()[0],
            "tensorflow": self._library.version,
            "guard": self.guard,
            "missed": "" if end == "function" else self._awaited,
        }
        try:
            found["graphs"] = describe(self.recorder, self._run, self.request.get("draws", 0))
        except BaseException as broken:  # the probe's own failure must come out as one, not as the program's
            message = traceback.format_exc()[-4000:]
            found.update(end="broken", graphs=[])
            found["error"] = {"type": type(broken).__name__, "message": message, "frames": []}
        found["stand_ins"] = sorted(self.stand_ins.used)
        partial = self.request["result"] + ".part"
        with open(partial, "w") as file:
            json.dump(found, file)
        os.rename(partial, self.request["result"])
        self._leave(0)

    def _prepare(self) -> None:
        self._leave = os._exit
        self._move()
        self.recorder.start()
        settle(self.root)
        if self.until == "session":
            self._stop_at_session()
        elif self.until != "exit":
            self._stop_at_function(self.until)
        os._exit = self._early  # type: ignore[assignment]
        if self.stand_ins.wanted:
            sys.meta_path.append(self.stand_ins)
            self.stand_ins.replace()

    def _move(self) -> None:
        """Goes to where the program runs, leads imports from the original tree to the copy, and shuts the door."""
        origin = self.request.get("origin")
        if origin:
            sys.path[:] = [self._moved(entry, origin) for entry in sys.path]
            for name, module in list(sys.modules.items()):
                if name.startswith("__editable__") and isinstance(getattr(module, "MAPPING", None), dict):
                    module.MAPPING.update({k: self._moved(v, origin) for k, v in module.MAPPING.items()})
        temporary = os.path.join(os.path.dirname(self.request["result"]), "tmp")
        os.makedirs(temporary, exist_ok=True)
        os.environ["TMPDIR"] = tempfile.tempdir = temporary
        self.guard = confine(self.request.get("writable", [self.root]), origin or self.root)
        os.chdir(os.path.join(self.root, self.request.get("directory", ".")))

    def _moved(self, path: str, origin: str) -> str:
        return self.root + path[len(origin) :] if (path + os.sep).startswith(origin + os.sep) else path

    def _execute(self) -> None:
        main = self.request["main"]
        if ":" in main and not os.path.exists(main):
            module, _, function = main.partition(":")
            sys.argv = [module, *self.request.get("argv", [])]
            sys.path.insert(0, os.getcwd())
            target: Any = importlib.import_module(module)
            for part in function.split("."):
                target = getattr(target, part)
            target(*self.request.get("argv", []))
            return
        path = os.path.join(self.root, main)
        sys.argv = [path, *self.request.get("argv", [])]
        sys.path.insert(0, os.path.dirname(path))
        module_object = types.ModuleType("__main__")
        module_object.__dict__.update(__file__=path, __builtins__=__builtins__)
        sys.modules["__main__"] = module_object
        with open(path, "rb") as file:
            code = compile(file.read(), path, "exec")
        exec(code, module_object.__dict__)  # noqa: S102  (running the program is what this is for)

    def _stop_at_session(self) -> None:
        for name in _SESSION_CALLS:
            inner = getattr(self._library.session.BaseSession, name, None)
            if inner is not None:
                setattr(self._library.session.BaseSession, name, self._stopper(inner))

    def _stopper(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        def stop(*args: Any, **kwargs: Any) -> Any:
            if not self._finished:
                self.finish("session")
            return inner(*args, **kwargs)

        return stop

    def _stop_at_function(self, called: str) -> None:
        owner, _, name = called.rpartition(".")

        def profile(frame: Any, event: str, _: Any) -> None:
            code = frame.f_code
            if event == "call" and code.co_name == name and code.co_filename.startswith(self.root):
                if owner and not _is_method(frame, owner):
                    return
                sys.setprofile(None)
                self.finish("function")

        sys.setprofile(profile)
        threading.setprofile(profile)

    def _early(self, code: int) -> NoReturn:
        if os.getpid() != self._pid:
            self._leave(code)
        if code == 0:
            self.finish("exit")
        self.finish("status", {"type": "os._exit", "message": str(code), "frames": []})

    def _frames(self, error: BaseException) -> List[Dict[str, Any]]:
        """The frames of the user's own code, outermost first; the innermost of all where there is none."""
        frames = []
        trace = error.__traceback__
        while trace is not None:
            code, line = trace.tb_frame.f_code, trace.tb_lineno
            if code.co_filename.startswith(self.root):
                frames.append(_frame(code.co_filename, line, code.co_name))
            trace = trace.tb_next
        if isinstance(error, SyntaxError) and error.filename:
            frames.append(_frame(error.filename, error.lineno or 0, "<module>"))
        return frames


def _frame(path: str, line: int, function: str) -> Dict[str, Any]:
    return {"file": path, "line": line, "function": function, "text": linecache.getline(path, line).strip()}


def _is_method(frame: Any, owner: str) -> bool:
    """Whether a call is one of a method of the class `owner`, or of a function of the module."""
    module = frame.f_globals.get("__name__", "")
    first = frame.f_locals.get(frame.f_code.co_varnames[0]) if frame.f_code.co_argcount else None
    kind = first if isinstance(first, type) else type(first)
    return owner == module or any(owner in (one.__name__, one.__qualname__) for one in kind.__mro__)
