"""The fixes that an editor is offered: a call with all that it needs, a whole document, or a comment that leaves it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lsprotocol import types

from migrate.findings import annotate
from migrate.findings.statements import Statements
from migrate.lsp.answers import INDEXING, View, diagnostics, level_of, meets
from migrate.lsp.documents import Document
from migrate.lsp.project import Reading
from migrate.model import Edit, Finding, Level, Rewrite, Span
from migrate.source import SourceError, read
from migrate.syntax.module import Module

__all__ = ["FIX_ALL", "KINDS", "MIGRATE", "actions"]

FIX_ALL = "source.fixAll.migrate"  # keeps every graph name, so that it may run whenever a file is saved
MIGRATE = "source.migrate"  # not below `source.fixAll`: what renames variables does not happen by the way
KINDS = (types.CodeActionKind.QuickFix, FIX_ALL, MIGRATE)
_NOTE = "migrate"


def actions(view: View, at: Span, wanted: Sequence[str]) -> list[types.CodeAction]:
    """The fixes for the calls at a place and for the whole document, of the kinds that are `wanted` (none: all).

    While the facts of the project are not complete nothing is offered, but shown as disabled where that can be.
    """
    quick = _asks(wanted, types.CodeActionKind.QuickFix)
    if not view.look.complete:
        return list(_disabled(view, at)) if quick and view.client.disabled else []
    offers = [*_fixes(view, at), *_ignores(view, at)] if quick else []
    if _asks(wanted, FIX_ALL) and view.look.finished:
        offers += _whole(view, view.look.exact, "Fix all that keeps the names of variables (migrate)", FIX_ALL)
    if _asks(wanted, MIGRATE):
        offers += _whole(view, view.look.own, "Migrate this file", MIGRATE)
    return offers


def _asks(wanted: Sequence[str], kind: str) -> bool:
    """Whether a kind, or one that it is a part of, is among those wanted."""
    return not wanted or any(kind == one or kind.startswith(f"{one}.") for one in wanted)


def _disabled(view: View, at: Span) -> Iterator[types.CodeAction]:
    """What will be offered once the facts are there, with the reason why it is not yet."""
    for finding in view.result.findings:
        if isinstance(finding.outcome, Rewrite) and meets(finding.span, at):
            reason = types.CodeActionDisabled(INDEXING)
            yield types.CodeAction(_title([finding], finding), types.CodeActionKind.QuickFix, disabled=reason)


def _fixes(view: View, at: Span) -> Iterator[types.CodeAction]:
    for finding in view.result.findings:
        if not meets(finding.span, at):
            continue
        reading, rewrite = _rewrite(view, finding)
        if rewrite is None:
            continue
        group = reading.together([rewrite.id])
        risky = rewrite is not finding or _may_change(group)
        if risky and not view.client.annotations:
            continue  # nobody would be asked
        action = types.CodeAction(_title(group, rewrite), types.CodeActionKind.QuickFix, _own(view, finding))
        action.is_preferred = not risky
        action.edit = _edit(view, reading, group, risky=risky)
        yield action


def _rewrite(view: View, finding: Finding) -> tuple[Reading, Finding | None]:
    """The rewrite of a call: the finding itself or, where it is left, what a higher level would make of it."""
    look = view.look
    if isinstance(finding.outcome, Rewrite):
        return look.own, finding
    if look.finished and annotate.open_calls([finding]):
        return look.unsafe, look.unsafe.rewritten(finding)
    return look.own, None


def _may_change(group: Iterable[Finding]) -> bool:
    return any(level_of(one) == Level.UNSAFE.value for one in group)


def _own(view: View, finding: Finding) -> list[types.Diagnostic]:
    every = diagnostics(view)
    return [one for _, one in every if isinstance(one.data, dict) and one.data["id"] == finding.id]


def _title(group: Sequence[Finding], finding: Finding) -> str:
    said = [] if level_of(finding) == Level.EXACT.value else [str(level_of(finding))]
    said += [f"with {len(group) - 1} more"] if len(group) > 1 else []
    return f"{finding.code}: {finding.message}" + (f" ({', '.join(said)})" if said else "")


def _whole(view: View, reading: Reading, title: str, kind: str) -> Iterator[types.CodeAction]:
    """All rewrites of a document and what they need; those that may change the program only if one can be asked."""
    ids = [one.id for one in reading.result(view.path).findings if isinstance(one.outcome, Rewrite)]
    group = reading.together(ids)
    risky = _may_change(group)
    if group and (view.client.annotations or not risky):
        yield types.CodeAction(title, kind, edit=_edit(view, reading, group, risky=risky))


def _ignores(view: View, at: Span) -> Iterator[types.CodeAction]:
    """An ignore comment for each call that a person must look at."""
    found = [one for one in annotate.open_calls(view.result.findings) if meets(one.span, at)]
    if not found:
        return
    try:
        module = Module(read(view.path, view.document.data))
    except SourceError:
        return
    statements = Statements(module)
    for finding in found:
        edits: list[Edit] = annotate.comments(module, statements, [finding], "ignore")
        changes = _document_edits(view, view.document, [(one.span, one.text) for one in edits], None)
        title = f"{finding.code}: leave it, with a comment that says so"
        action = types.CodeAction(title, types.CodeActionKind.QuickFix, _own(view, finding))
        action.edit = _workspace_edit(view, changes, None)
        yield action


def _edit(view: View, reading: Reading, group: Sequence[Finding], *, risky: bool) -> types.WorkspaceEdit:
    """The changes of some findings in all their files."""
    ids = [one.id for one in group]
    note = _annotation(group) if risky else None
    changes: list[types.TextDocumentEdit] = []
    for path in dict.fromkeys(one.path for one in group):
        if path not in reading.files:
            continue
        file = reading.files[path]
        texts = [(Span(one.start, one.end), one.text) for one in file.of(ids)]
        document = view.look.documents.get(path)
        if document is not None:
            changes += _document_edits(view, document, texts, note)
        else:
            units = view.client.units
            edits = [_text_edit(units.range(file.source, span), text, note) for span, text in texts]
            changes.append(_versioned(view.uri(path), None, edits))
    return _workspace_edit(view, changes, note)


def _annotation(group: Sequence[Finding]) -> types.ChangeAnnotation:
    label = "May change the program" if _may_change(group) else "Goes beyond the level that is allowed"
    return types.ChangeAnnotation(label, True, "; ".join(dict.fromkeys(one.message for one in group)))


def _document_edits(
    view: View, document: Document, texts: Iterable[tuple[Span, str]], note: types.ChangeAnnotation | None
) -> list[types.TextDocumentEdit]:
    by_part: dict[str, list[types.TextEdit]] = {}
    for span, text in texts:
        uri, where = document.range(span, view.client.units)
        by_part.setdefault(uri, []).append(_text_edit(where, text, note))
    versions = dict(document.parts)
    return [_versioned(uri, versions[uri], edits) for uri, edits in by_part.items()]


def _text_edit(where: types.Range, text: str, note: types.ChangeAnnotation | None) -> types.TextEdit:
    # An annotated edit is an edit with one field more, though not by inheritance in these types.
    return types.AnnotatedTextEdit(_NOTE, where, text) if note else types.TextEdit(where, text)  # type: ignore[return-value]


def _versioned(uri: str, version: int | None, edits: Sequence[types.TextEdit]) -> types.TextDocumentEdit:
    return types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri, version), list(edits))


def _workspace_edit(
    view: View, changes: Sequence[types.TextDocumentEdit], note: types.ChangeAnnotation | None
) -> types.WorkspaceEdit:
    if view.client.document_changes:
        return types.WorkspaceEdit(document_changes=list(changes), change_annotations={_NOTE: note} if note else None)
    plain = {one.text_document.uri: [edit for edit in one.edits if isinstance(edit, types.TextEdit)] for one in changes}
    return types.WorkspaceEdit(changes=plain)
