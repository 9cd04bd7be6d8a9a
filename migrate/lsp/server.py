"""The server's state: the open documents, the projects that they belong to, and the last look at each."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from typing import Any

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from migrate import project, settings
from migrate.lsp.answers import Client, View
from migrate.lsp.background import Background
from migrate.lsp.documents import Document, Notebook, Units
from migrate.lsp.indexing import Indexing
from migrate.lsp.project import Look, Project, client_settings
from migrate.lsp.protocol import Protocol
from migrate.lsp.publishing import Publisher
from migrate.registry import Registry
from migrate.settings import SettingsError
from migrate.version import __version__

__all__ = ["Server"]

_WAIT = 2.0  # seconds that a request waits for a look at the text that it is about
_BUILT_IN = (
    *(types.TEXT_DOCUMENT_DID_OPEN, types.TEXT_DOCUMENT_DID_CHANGE, types.TEXT_DOCUMENT_DID_CLOSE),
    *(types.NOTEBOOK_DOCUMENT_DID_OPEN, types.NOTEBOOK_DOCUMENT_DID_CHANGE, types.NOTEBOOK_DOCUMENT_DID_CLOSE),
)
_WATCHED = ("**/*.{py,pyi,pyw,ipynb}", "**/{pyproject,migrate}.toml", "**/.gitignore")
_NOTEBOOKS = types.NotebookDocumentSyncOptions(
    [
        types.NotebookDocumentFilterWithNotebook(
            types.NotebookDocumentFilterNotebookType("jupyter-notebook"), [types.NotebookCellLanguage("python")]
        )
    ]
)


class Server(LanguageServer):
    """Takes what an editor says and has projects looked at; `features` ties the protocol's messages to its methods."""

    def __init__(self, registry: Registry) -> None:
        super().__init__("migrate", __version__, protocol_cls=Protocol, notebook_document_sync=_NOTEBOOKS)
        self.registry = registry
        self.ended = False
        self.client = Client(Units())
        self.watches = False
        self._configures = False
        self._options: Mapping[str, Any] = {}
        self._documents: dict[str, Document] = {}
        self._cells: dict[str, str] = {}
        self._keys: dict[str, str] = {}  # of documents' URIs
        self._given: dict[str, Mapping[str, Any]] = {}
        self._looks: dict[str, Look] = {}
        self._bars: dict[str, Indexing] = {}
        self._told: dict[str, str] = {}
        self._arrival = asyncio.Event()
        self._publisher = Publisher(self)
        self._background = Background(self)
        self._running: asyncio.Task[None] | None = None
        for name in _BUILT_IN:  # positions are counted by this project's own rules, as are line ends
            del self.protocol.fm.builtin_features[name]

    # What `Background` asks and tells.

    def documents_of(self, key: str) -> Sequence[Document]:
        """The open documents of a project."""
        return [one for uri, one in self._documents.items() if self._keys[uri] == key]

    def settings_of(self, key: str) -> Mapping[str, Any]:
        """The editor's settings for a project."""
        return self._given.get(key, {})

    def looked(self, key: str, look: Look) -> None:
        """Answers waiting requests and publishes; a first glance only if the whole takes a while."""
        self._looks[key] = look
        self._told.pop(key, None)
        self._arrival.set()
        self._arrival = asyncio.Event()
        self._publisher.publish(look, lambda: self._looks.get(key) is look, self.document)

    def failed(self, key: str, message: str) -> None:
        """Tells the user, once."""
        if self._told.get(key) != message:
            self._told[key] = message
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"migrate: {message}"))

    def indexing(self, key: str, message: str, done: int, total: int) -> None:
        """Shows progress where the editor can."""
        if not get_capability(self.client_capabilities, "window.work_done_progress", False):
            return
        if message:
            self._bars.setdefault(key, Indexing(self, key)).step(message, done, total)
        elif key in self._bars:
            self._bars.pop(key).end("")

    # What the editor says.

    def begin(self, params: types.InitializeParams) -> None:
        """Notes what the editor can do."""
        able = params.capabilities
        self.client = Client(
            Units(str(types.PositionEncodingKind(self.workspace.position_encoding).value)),
            document_changes=get_capability(able, "workspace.workspace_edit.document_changes", False),
            annotations=get_capability(able, "workspace.workspace_edit.change_annotation_support") is not None,
            disabled=get_capability(able, "text_document.code_action.disabled_support", False),
            related=get_capability(able, "text_document.publish_diagnostics.related_information", False),
        )
        self._publisher.client = self.client
        self.watches = get_capability(able, "workspace.did_change_watched_files.dynamic_registration", False)
        self._configures = get_capability(able, "workspace.configuration", False)
        self._options = params.initialization_options if isinstance(params.initialization_options, dict) else {}

    async def start(self) -> None:
        """Asks to be told of files and settings, and begins to look at what is open."""
        self._running = asyncio.ensure_future(self._background.run())
        registrations = []
        if self.watches:
            watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            registrations.append(types.Registration("migrate-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
        if get_capability(self.client_capabilities, "workspace.did_change_configuration.dynamic_registration", False):
            section = types.DidChangeConfigurationRegistrationOptions("migrate")
            registrations.append(
                types.Registration("migrate-settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, section)
            )
        if registrations:
            await self.client_register_capability_async(types.RegistrationParams(registrations))

    def take(self, document: Document) -> None:
        """A document as it is from now on."""
        self._documents[document.uri] = document
        if document.uri not in self._keys:
            self._keys[document.uri] = self._key(document)
        self._touch(self._keys[document.uri])

    def leave(self, uri: str) -> None:
        """A document is closed: the file on disk counts again, and nothing is shown of it."""
        document = self._documents.pop(uri, None)
        if document is None:
            return
        self._publisher.clear(document)
        key = self._keys.pop(uri)
        if os.path.isabs(key):
            self._touch(key, [document.path])
        elif key in self._looks:
            self._background.drop(key)
            del self._looks[key]

    def document(self, uri: str) -> Document | None:
        """An open document, by its URI or that of one of its cells."""
        return self._documents.get(self._cells.get(uri, uri))

    def take_notebook(self, notebook: Notebook) -> None:
        """An open notebook as it is from now on."""
        for uri in [cell for cell, owner in self._cells.items() if owner == notebook.uri]:
            del self._cells[uri]
        self._cells.update((cell.uri, notebook.uri) for cell in notebook.cells)
        self.take(notebook)

    def files_changed(self, events: Sequence[types.FileEvent]) -> None:
        """Files have changed on disk; where some came or went, or a configuration changed, which there are."""
        paths = {to_fs_path(one.uri) or "": one.type for one in events}
        for key in {*self._keys.values()}:
            own = [path for path in paths if os.path.isabs(key) and _below(path, key)]
            outer = [path for path in paths if path.endswith((".toml", ".gitignore"))]
            if own or outer:
                moved = any(paths[path] != types.FileChangeType.Changed for path in own)
                self._touch(key, [os.path.realpath(path) for path in own], listing=moved or bool(outer))

    def saved(self, uri: str) -> None:
        """A file was written; where the editor does not tell of others, they are looked after now."""
        document = self.document(uri)
        if document is not None:
            key = self._keys[document.uri]
            self._touch(key, [document.path], listing=not os.path.isabs(key), refresh=not self.watches)

    async def reconfigure(self, pushed: Any) -> None:
        """The editor's settings have changed; old editors push them, others are asked."""
        if isinstance(pushed, dict) and isinstance(pushed.get("migrate"), dict):
            self._options = pushed["migrate"]
        keys = {*self._keys.values()}
        for key in keys:
            await self._configure(key)
            self._touch(key)

    def refold(self) -> None:
        """The workspace has other folders: documents may belong to other projects."""
        before = {*self._keys.values()}
        self._keys = {uri: self._key(document) for uri, document in self._documents.items()}
        for key in before - {*self._keys.values()}:
            self._background.drop(key)
            self._looks.pop(key, None)
        for key in {*self._keys.values()}:
            self._touch(key)

    def cancel(self, token: str | int) -> None:
        """The user does not want a project to be indexed."""
        for key, bar in list(self._bars.items()):
            if bar.token == token:
                self._bars.pop(key).end("stopped: only what is open is looked at")
                self._background.cancel(key)

    def resume(self) -> None:
        """The user wants it after all."""
        self._background.resume()

    async def view(self, uri: str) -> View | None:
        """The last look at a document as it is now; None where there is none within a moment."""
        end = asyncio.get_running_loop().time() + _WAIT
        while (document := self.document(uri)) is not None:
            look = self._looks.get(self._keys[document.uri])
            if look is not None and any(one is document for one in look.seen) and (look.finished or not look.complete):
                path = next((path for path, one in look.documents.items() if one is document), None)
                return None if path is None else View(look, path, self.client)
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                return None
            await asyncio.wait([asyncio.ensure_future(self._arrival.wait())], timeout=left)
        return None

    def close(self) -> None:
        """Ends all looks."""
        self.ended = True
        self._background.close()

    def _touch(self, key: str, forgotten: Sequence[str] = (), *, listing: bool = False, refresh: bool = False) -> None:
        if self._background.knows(key):
            self._background.touch(key, forgotten, listing=listing, refresh=refresh)
            return
        self._background.add(key, Project(self.registry, key if os.path.isabs(key) else None))

        async def first() -> None:
            await self._configure(key)
            if self._background.knows(key):
                self._background.touch(key)

        asyncio.ensure_future(first())  # noqa: RUF006 - it ends with the answer of the editor

    def _key(self, document: Document) -> str:
        """The project of a document: the workspace's folder around it, else the nearest project, else itself alone."""
        if not os.path.isabs(document.path):
            return document.uri
        path = os.path.realpath(document.path)
        folders = [os.path.realpath(to_fs_path(uri) or "") for uri in self.workspace.folders]
        if not folders and self.workspace.root_path:
            folders = [os.path.realpath(self.workspace.root_path)]
        around = [folder for folder in folders if _below(path, folder)]
        return max(around, key=len) if around else project.root(os.path.dirname(path)) or document.uri

    async def _configure(self, key: str) -> None:
        """Fetches the editor's settings for a project; wrong ones count as none, and the user is told."""
        values: dict[str, Any] = dict(self._options)
        if self._configures:
            scope = types.ConfigurationItem(_uri(key), "migrate")
            answer = await self.workspace_configuration_async(types.ConfigurationParams([scope]))
            values.update(answer[0] if answer and isinstance(answer[0], dict) else {})
        try:
            given = client_settings(self.registry, values)
            settings.load(self.registry, given)
        except SettingsError as error:
            self.failed(key, str(error))
            given = {}
        self._given[key] = given


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _uri(key: str) -> str:
    return (from_fs_path(key) or key) if os.path.isabs(key) else key
