"""The editor's progress bar while a project's facts are collected, with a button to stop that."""

from __future__ import annotations

import asyncio
import time

from lsprotocol import types
from pygls.lsp.server import LanguageServer

__all__ = ["Indexing"]

_PATIENCE = 0.3  # seconds before a bar is worth its flicker


class Indexing:
    """One bar a project; `token` names it to the editor."""

    def __init__(self, server: LanguageServer, key: str) -> None:
        self.token = f"migrate-index:{key}"
        self._server = server
        self._asked_at = time.monotonic()
        self._task: asyncio.Task[None] | None = None
        self._begun = False
        self._ended = False

    def step(self, what: str, done: int, total: int) -> None:
        """Shows how much is done; the bar appears only once this has taken a while."""
        if self._ended or time.monotonic() < self._asked_at + _PATIENCE:
            return
        if self._task is None:
            self._task = asyncio.ensure_future(self._begin())
        elif self._begun:
            report = types.WorkDoneProgressReport(
                cancellable=True, message=f"{what} {done:,} of {total:,}", percentage=100 * done // max(total, 1)
            )
            self._server.work_done_progress.report(self.token, report)

    def end(self, message: str) -> None:
        """Takes the bar away."""
        self._ended = True
        if self._begun:
            self._begun = False
            self._server.work_done_progress.end(self.token, types.WorkDoneProgressEnd(message=message))

    async def _begin(self) -> None:
        await self._server.work_done_progress.create_async(self.token)
        if not self._ended:
            begin = types.WorkDoneProgressBegin("migrate: indexing", cancellable=True, percentage=0)
            self._server.work_done_progress.begin(self.token, begin)
            self._begun = True
