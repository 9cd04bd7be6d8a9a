"""Diagnostics on their way to the editor: nothing is said twice, and a half-written line takes nothing else away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from migrate.lsp.answers import Client, View, diagnostics, failure
from migrate.lsp.documents import Document, Text, Units
from migrate.lsp.project import Look

__all__ = ["Publisher", "moved"]

_PATIENCE = 0.4  # seconds that a first glance is kept back: most projects are known whole by then


@dataclass(frozen=True, slots=True)
class _Good:
    """The last text of a document that could be read, and what was said of it."""

    lines: Sequence[str]
    diagnostics: Sequence[types.Diagnostic]


class Publisher:
    """Knows what the editor was told of each document."""

    def __init__(self, server: LanguageServer) -> None:
        self.client = Client(Units())
        self._server = server
        self._said: dict[str, tuple[int | None, list[types.Diagnostic]]] = {}
        self._good: dict[str, _Good] = {}

    def publish(self, look: Look, is_last: Callable[[], bool], current: Callable[[str], Document | None]) -> None:
        """Tells of all documents of a look that are still what they were; a first glance waits for better."""

        def tell() -> None:
            if is_last():
                for document in look.seen:
                    if current(document.uri) is document:
                        self._tell(look, document)

        if look.complete:
            tell()
        else:
            asyncio.get_running_loop().call_later(_PATIENCE, tell)

    def clear(self, document: Document) -> None:
        """Takes back all that was said of a document that is closed."""
        self._good.pop(document.uri, None)
        for uri, _ in document.parts:
            if self._said.pop(uri, (None, []))[1]:
                self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def _tell(self, look: Look, document: Document) -> None:
        found = self._found(look, document)
        for uri, version in document.parts:
            own = [one for part, one in found if part == uri]
            if self._said.get(uri) != (version, own):
                self._said[uri] = (version, own)
                self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, own, version))

    def _found(self, look: Look, document: Document) -> list[tuple[str, types.Diagnostic]]:
        path = next((path for path, one in look.documents.items() if one is document), None)
        if path is None:
            return []
        view = View(look, path, self.client)
        failed, found = failure(view), diagnostics(view)
        if not isinstance(document, Text):
            return [failed] if failed else found
        lines = document.text.split("\n")
        if failed is None:
            self._good[document.uri] = _Good(lines, [one for _, one in found])
            return found
        good = self._good.get(document.uri)
        kept = moved(good.diagnostics, good.lines, lines) if good else []
        return [failed, *((document.uri, one) for one in kept)]


def moved(found: Sequence[types.Diagnostic], old: Sequence[str], new: Sequence[str]) -> list[types.Diagnostic]:
    """Diagnostics of the lines `old` that stand in lines which `new` still has above or below what was edited."""
    top = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    pairs = zip(reversed(old[top:]), reversed(new[top:]), strict=False)
    bottom = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    shift = len(new) - len(old)
    kept = []
    for one in found:
        if one.range.end.line < top:
            kept.append(one)
        elif one.range.start.line >= len(old) - bottom:
            kept.append(_shifted(one, shift))
    return kept


def _shifted(one: types.Diagnostic, lines: int) -> types.Diagnostic:
    start, end = one.range.start, one.range.end
    where = types.Range(
        types.Position(start.line + lines, start.character), types.Position(end.line + lines, end.character)
    )
    return types.Diagnostic(
        where, one.message, one.severity, one.code, None, one.source, one.tags, one.related_information, one.data
    )
