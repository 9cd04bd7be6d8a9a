"""A client of the Language Server Protocol, and an applier of workspace edits, that share nothing with the server."""

from __future__ import annotations

import contextlib
import itertools
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

CAPABILITIES: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "window": {"workDoneProgress": True},
    "workspace": {
        "configuration": True,
        "workspaceFolders": True,
        "didChangeWatchedFiles": {"dynamicRegistration": True},
        "didChangeConfiguration": {"dynamicRegistration": True},
        "workspaceEdit": {"documentChanges": True, "changeAnnotationSupport": {}},
    },
    "textDocument": {
        "codeAction": {
            "disabledSupport": True,
            "isPreferredSupport": True,
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "source"]}},
        },
        "publishDiagnostics": {"relatedInformation": True, "versionSupport": True},
    },
    "notebookDocument": {"synchronization": {}},
}


def uri_of(path: Path) -> str:
    return "file://" + quote(str(path))


def path_of(uri: str) -> Path:
    return Path(unquote(urlsplit(uri).path))


class Client:
    """Starts `migrate lsp`, speaks to it over its pipes, and keeps all that it says."""

    def __init__(self, command: list[str] | None = None, cwd: Path | None = None) -> None:
        self.process = subprocess.Popen(
            command or [str(Path(sys.executable).with_name("migrate")), "lsp"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd,
        )  # fmt: skip
        self.settings: dict[str, Any] = {}
        self.notes: list[dict[str, Any]] = []  # notifications and requests of the server, in order
        self._answers: dict[int, dict[str, Any]] = {}
        self._ids = itertools.count(1)
        self._news = threading.Condition()
        self.errors: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.garbage: bytes = b""
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._drain, daemon=True).start()

    def start(self, *roots: Path, capabilities: dict[str, Any] = CAPABILITIES, **more: Any) -> dict[str, Any]:
        folders = [{"uri": uri_of(root), "name": root.name} for root in roots]
        params = {"processId": None, "rootUri": folders[0]["uri"] if folders else None, "workspaceFolders": folders}
        answer = self.request("initialize", {**params, "capabilities": capabilities, **more})
        self.notify("initialized", {})
        return answer

    def end(self) -> int:
        self.request("shutdown", None)
        self.notify("exit", None)
        return self.process.wait(20)

    def open(self, path: Path, text: str | None = None, version: int = 1) -> str:
        text = path.read_bytes().decode() if text is None else text
        document = {"uri": uri_of(path), "languageId": "python", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return uri_of(path)

    def change(self, uri: str, version: int, *changes: dict[str, Any]) -> None:
        document = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)})

    def diagnostics(self, uri: str, version: int | None = 1, until: Callable[[Any], bool] = bool) -> list[Any]:
        """The first diagnostics of a document's version that are what is waited for."""

        def find() -> list[Any] | None:
            for note in self.notes:
                params = note.get("params")
                if note["method"] != "textDocument/publishDiagnostics" or params["uri"] != uri:
                    continue
                if params.get("version") == version and until(params["diagnostics"]):
                    return [params["diagnostics"]]
            return None

        return self.wait(find, f"diagnostics of {uri} {version}")[0]

    def actions(self, uri: str, where: dict[str, Any], *only: str) -> list[Any]:
        context = {"diagnostics": [], **({"only": list(only)} if only else {})}
        return self.request(
            "textDocument/codeAction", {"textDocument": {"uri": uri}, "range": where, "context": context}
        )

    def hover(self, uri: str, line: int, character: int) -> str:
        position = {"line": line, "character": character}
        answer = self.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": position})
        return answer["contents"]["value"] if answer else ""

    def said(self, method: str) -> list[Any]:
        with self._news:
            return [note["params"] for note in self.notes if note["method"] == method]

    def request(self, method: str, params: Any, timeout: float = 30) -> Any:
        number = next(self._ids)
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        answer = self.wait(lambda: self._answers.pop(number, None), method, timeout)
        assert "error" not in answer, answer
        return answer["result"]

    def notify(self, method: str, params: Any) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def wait(self, find: Callable[[], Any], what: str, timeout: float = 30) -> Any:
        end = time.monotonic() + timeout
        with self._news:
            while not (found := find()):
                left = end - time.monotonic()
                if left <= 0 or self.process.poll() is not None:
                    errors = [self.errors.get() for _ in range(self.errors.qsize())]
                    raise AssertionError(f"no {what}; the server said {self.notes[-3:]} {b''.join(errors).decode()}")
                self._news.wait(min(left, 0.5))
            return found

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps(message, ensure_ascii=False).encode()
        assert self.process.stdin
        with contextlib.suppress(ValueError, BrokenPipeError):  # the test has closed it, or the server is gone
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            self.process.stdin.flush()

    def _read(self) -> None:
        out = self.process.stdout
        assert out
        while header := out.readline():
            if not header.startswith(b"Content-Length: "):
                self.garbage += header
                continue
            length = int(header.split(b":")[1])
            while out.readline().strip():
                pass
            message = json.loads(out.read(length))
            with self._news:
                if "method" in message:
                    self.notes.append(message)
                else:
                    self._answers[message["id"]] = message
                self._news.notify_all()
            if "method" in message and "id" in message:
                self._send({"jsonrpc": "2.0", "id": message["id"], "result": self._answer(message)})

    def _answer(self, message: dict[str, Any]) -> Any:
        if message["method"] == "workspace/configuration":
            return [self.settings for _ in message["params"]["items"]]
        return None

    def _drain(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.errors.put(line)


def offset(text: str, position: dict[str, int], unit: str = "utf-16") -> int:
    """The index into `text` of a position, counted character by character."""
    index = 0
    for _ in range(position["line"]):
        ends = [text.find(end, index) for end in ("\n", "\r")]
        found = min(end for end in ends if end >= 0)
        index = found + (2 if text.startswith("\r\n", found) else 1)
    left = position["character"]
    while left > 0:
        size = {"utf-16": 2 if ord(text[index]) > 0xFFFF else 1, "utf-8": len(text[index].encode()), "utf-32": 1}[unit]
        left -= size
        index += 1
    assert left == 0, "within a character"
    return index


def apply(edit: dict[str, Any], texts: dict[str, str], unit: str = "utf-16") -> dict[str, str]:
    """The documents after a workspace edit, by URI."""
    changes = [(one["textDocument"]["uri"], one["edits"]) for one in edit.get("documentChanges") or ()]
    changes += list((edit.get("changes") or {}).items())
    after = dict(texts)
    for uri, edits in changes:
        text = after[uri]
        places = sorted(
            (
                (offset(text, e["range"]["start"], unit), offset(text, e["range"]["end"], unit), e["newText"])
                for e in edits
            ),
            reverse=True,
        )
        for (start, _, _), (_, end, _) in itertools.pairwise(places):
            assert end <= start, "edits overlap"
        for start, end, new in places:
            text = text[:start] + new + text[end:]
        after[uri] = text
    return after
