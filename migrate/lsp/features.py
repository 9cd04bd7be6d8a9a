"""The language server: each message of the protocol that it understands, tied to what it means."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from lsprotocol import types
from pygls.uris import to_fs_path

from migrate.lsp import answers, fixes
from migrate.lsp.documents import Cell, Notebook, Text, Units, change, changed
from migrate.lsp.server import Server
from migrate.registry import Registry

__all__ = ["run"]


def run(registry: Registry) -> int:
    """Serves on standard input and output until the editor ends it; the exit code is 1 where it did not say goodbye.

    Whatever else prints (a codemod, a library below Python) goes to standard error from now on.
    """
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    server = Server(registry)
    for tie in (_workspace, _documents, _notebooks, _requests):
        tie(server)
    server.start_io(source, target)
    return 0 if server.ended else 1


def _path(uri: str) -> str:
    return to_fs_path(uri) or uri


def _documents(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        one = params.text_document
        if one.language_id == "python" or one.uri.endswith((".py", ".pyi", ".pyw")):
            server.take(Text(one.uri, _path(one.uri), one.version, one.text))

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def edited(params: types.DidChangeTextDocumentParams) -> None:
        before = server.document(params.text_document.uri)
        if isinstance(before, Text):
            text = change(before.text, params.content_changes, server.client.units)
            server.take(Text(before.uri, before.path, params.text_document.version, text))

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.leave(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.saved(params.text_document.uri)


def _notebooks(server: Server) -> None:
    @server.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenNotebookDocumentParams) -> None:
        one = params.notebook_document
        cells = _cells(one.cells, {}, params.cell_text_documents)
        server.take_notebook(Notebook(one.uri, _path(one.uri), cells))

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def edited(params: types.DidChangeNotebookDocumentParams) -> None:
        before = server.document(params.notebook_document.uri)
        if isinstance(before, Notebook) and params.change.cells is not None:
            cells = _after(before.cells, params.change.cells, server.client.units)
            server.take_notebook(Notebook(before.uri, before.path, cells))

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseNotebookDocumentParams) -> None:
        server.leave(params.notebook_document.uri)


def _cells(
    cells: Sequence[types.NotebookCell], known: Mapping[str, Cell], opened: Sequence[types.TextDocumentItem]
) -> tuple[Cell, ...]:
    """Cells in their order, with the texts of those just `opened` or `known` before."""
    texts = {one.uri: Cell(one.uri, one.version, one.text, one.language_id == "python") for one in opened}
    found = []
    for cell in cells:
        one = texts.get(cell.document) or known.get(cell.document) or Cell(cell.document, None, "", code=False)
        code = cell.kind == types.NotebookCellKind.Code and one.code
        found.append(Cell(one.uri, one.version, one.text, code))
    return tuple(found)


def _after(before: tuple[Cell, ...], news: types.NotebookDocumentCellChanges, units: Units) -> tuple[Cell, ...]:
    """A notebook's cells after a change of which there are, and of what stands in them."""
    cells = before
    if news.structure is not None:
        array = news.structure.array
        fresh = _cells(array.cells or (), {one.uri: one for one in before}, news.structure.did_open or ())
        cells = (*before[: array.start], *fresh, *before[array.start + array.delete_count :])
    for text in news.text_content or ():
        cells = tuple(
            changed(one, text.changes, text.document.version, units) if one.uri == text.document.uri else one
            for one in cells
        )
    return cells


def _workspace(server: Server) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.begin(params)

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        await server.start()

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def configured(params: types.DidChangeConfigurationParams) -> None:
        await server.reconfigure(params.settings)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def watched(params: types.DidChangeWatchedFilesParams) -> None:
        server.files_changed(params.changes)

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders(_: types.DidChangeWorkspaceFoldersParams) -> None:
        server.refold()

    @server.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def cancelled(params: types.WorkDoneProgressCancelParams) -> None:
        server.cancel(params.token)

    @server.command("migrate.index")
    def index() -> None:
        server.resume()

    @server.feature(types.SHUTDOWN)
    def shutdown(_: None) -> None:
        server.close()


def _requests(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        view = await server.view(params.text_document.uri)
        here = types.Range(params.position, params.position)
        at = view.document.span(params.text_document.uri, here, server.client.units) if view else None
        return answers.hover(view, at, server.registry.rules) if view and at else None

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(fixes.KINDS))
    async def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        view = await server.view(params.text_document.uri)
        at = view.document.span(params.text_document.uri, params.range, server.client.units) if view else None
        wanted = [str(getattr(one, "value", one)) for one in params.context.only or ()]
        return fixes.actions(view, at, wanted) if view and at else []
