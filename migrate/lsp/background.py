"""Looks at projects beside the conversation with the editor, which is never kept waiting."""

from __future__ import annotations

import asyncio
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol

from migrate.discover import PathError
from migrate.executors import ExecutorError
from migrate.lsp.documents import Document
from migrate.lsp.project import Look, Project, Watch
from migrate.paths.git import GitError
from migrate.registry import RegistryError
from migrate.settings import SettingsError

__all__ = ["Background", "Listener"]

_PAUSE = 0.08  # seconds without a change before a look is worth its while
_PERIOD = 0.1  # seconds between two words about the progress
_EXPECTED = (SettingsError, PathError, ExecutorError, GitError, RegistryError, OSError)


class Listener(Protocol):
    """Who wants to know; all is called on the thread of the event loop."""

    def documents_of(self, key: str) -> Sequence[Document]:
        """The open documents of a project."""

    def settings_of(self, key: str) -> Mapping[str, Any]:
        """The editor's settings for a project."""

    def looked(self, key: str, look: Look) -> None:
        """There is news."""

    def failed(self, key: str, message: str) -> None:
        """A look has ended with an error."""

    def indexing(self, key: str, message: str, done: int, total: int) -> None:
        """The facts of a project are being collected for the first time; the last word is that all is done."""


class _Interrupted(Exception):  # noqa: N818 - a look that is out of date, not an error
    """Ends a look whose documents have changed meanwhile."""


@dataclass(slots=True)
class _State:
    """A project and what is to be done before it is looked at again."""

    project: Project
    forgotten: set[str] = field(default_factory=set)
    listing: bool = False
    refresh: bool = False
    due: bool = False
    whole: bool = True  # False once the user has cancelled the indexing
    known: bool = False  # whether a look with all facts has ended


class Background:
    """One thread that looks at one project after the other, beginning anew whenever something changes."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._states: dict[str, _State] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="migrate")
        self._stale = threading.Event()
        self._wake = asyncio.Event()
        self._closed = False
        self._spoken = 0.0

    def knows(self, key: str) -> bool:
        """Whether there is such a project."""
        return key in self._states

    def add(self, key: str, project: Project) -> None:
        """Takes a project, to be looked at once it is `touched`."""
        self._states[key] = _State(project)

    def drop(self, key: str) -> None:
        """Forgets a project."""
        self._states.pop(key, None)
        self._stale.set()

    def touch(self, key: str, forgotten: Sequence[str] = (), *, listing: bool = False, refresh: bool = False) -> None:
        """Looks at a project again: its documents, the `forgotten` files, with `listing` which files there are."""
        state = self._states[key]
        state.forgotten.update(forgotten)
        state.listing |= listing
        state.refresh |= refresh
        state.due = True
        self._stale.set()
        self._wake.set()

    def cancel(self, key: str) -> None:
        """Looks no further than the open documents of a project until `resume`."""
        self._states[key].whole = False
        self.touch(key)

    def resume(self) -> None:
        """Looks at all files of all projects again."""
        for key, state in self._states.items():
            state.whole = True
            self.touch(key, refresh=True)

    def close(self) -> None:
        """Ends the look that is under way, and all others."""
        self._closed = True
        self._stale.set()
        self._wake.set()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def run(self) -> None:
        """Looks at what is due, until `close`."""
        while not self._closed:
            await self._wake.wait()
            await asyncio.sleep(_PAUSE)
            self._wake.clear()
            if self._closed:
                return
            self._stale.clear()
            for key in [key for key, state in self._states.items() if state.due]:
                if not self._stale.is_set() and key in self._states:
                    await self._look(key, self._states[key])

    async def _look(self, key: str, state: _State) -> None:
        loop = asyncio.get_running_loop()
        documents, given = self._listener.documents_of(key), self._listener.settings_of(key)
        forgotten, listing, refresh = sorted(state.forgotten), state.listing, state.refresh
        state.forgotten, state.listing, state.refresh = set(), False, False
        watch = Watch(self._check, None if state.known or not state.whole else self._teller(loop, key))

        def work() -> None:
            if refresh:
                state.project.refresh()
            state.project.forget(forgotten, listing=listing)
            for look in state.project.looks(given, documents, watch, whole=state.whole):
                loop.call_soon_threadsafe(self._arrived, key, state, look)

        future = loop.run_in_executor(self._thread, work)
        await asyncio.wait([future])
        self._ended(key, state, future.exception())

    def _arrived(self, key: str, state: _State, look: Look) -> None:
        if look.complete and not state.known:
            state.known = True
            self._listener.indexing(key, "", 1, 1)
        self._listener.looked(key, look)

    def _ended(self, key: str, state: _State, error: BaseException | None) -> None:
        if isinstance(error, _Interrupted):
            self._wake.set()
            return
        state.due = self._stale.is_set() and state.due
        if error is None:
            if not state.whole:
                self._listener.indexing(key, "", 1, 1)
            return
        if not isinstance(error, _EXPECTED):
            traceback.print_exception(error)  # to standard error, which editors keep
        known = isinstance(error, _EXPECTED)
        self._listener.indexing(key, "", 1, 1)
        self._listener.failed(key, str(error) if known else f"internal error: {type(error).__name__}: {error}")

    def _check(self) -> None:
        if self._stale.is_set():
            raise _Interrupted

    def _teller(self, loop: asyncio.AbstractEventLoop, key: str) -> Callable[[str, int, int], None]:
        def tell(what: str, done: int, total: int) -> None:
            if time.monotonic() >= self._spoken + _PERIOD:
                self._spoken = time.monotonic()
                loop.call_soon_threadsafe(self._listener.indexing, key, what, done, total)

        return tell
