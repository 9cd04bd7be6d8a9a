"""A look at a project in the words of the protocol: diagnostics, and what is known of the call under a pointer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lsprotocol import types
from pygls.uris import from_fs_path

from migrate.findings import annotate, rules
from migrate.lsp.documents import Document, Notebook, Units
from migrate.lsp.project import Look, Reading
from migrate.model import FileResult, Finding, Left, Level, Notice, Rewrite, Rule, Span

__all__ = ["INDEXING", "Client", "View", "diagnostics", "failure", "hover", "level_of", "meets"]

INDEXING = "the other files of the project are not known yet"
_SOURCE = "migrate"


@dataclass(frozen=True, slots=True)
class Client:
    """What an editor can do, as far as answers depend on it."""

    units: Units
    document_changes: bool = False
    annotations: bool = False
    disabled: bool = False
    related: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """One open document of a look, by the path that its findings have, for an editor."""

    look: Look
    path: str
    client: Client

    @property
    def document(self) -> Document:
        """The document as it was when it was looked at."""
        return self.look.documents[self.path]

    @property
    def result(self) -> FileResult:
        """What was found in it."""
        return self.look.own.result(self.path)

    def range(self, span: Span) -> tuple[str, types.Range]:
        """The part of the document and the range in it of a span."""
        return self.document.range(span, self.client.units)

    def place(self, reading: Reading, path: str, span: Span) -> tuple[str, types.Range]:
        """The document and the range of a span in any file that changes, open or not."""
        if path in self.look.documents:
            return self.look.documents[path].range(span, self.client.units)
        return self.uri(path), self.client.units.range(reading.files[path].source, span)

    def uri(self, path: str) -> str:
        """How the editor calls a file that is not open."""
        return from_fs_path(self.look.full(path)) or path


def diagnostics(view: View) -> list[tuple[str, types.Diagnostic]]:
    """What is found in an open document, each with the part of it (a notebook's cell) where it stands.

    What a comment or a setting has silenced is not shown.
    """
    told = []
    for finding in view.result.findings:
        severity = _severity(finding)
        if severity is not None:
            uri, where = view.range(finding.span)
            one = types.Diagnostic(where, _message(view.look, finding), severity, finding.code, source=_SOURCE)
            one.data = {"id": finding.id, "level": level_of(finding)}
            one.tags = [types.DiagnosticTag.Unnecessary] if finding.code == rules.UNUSED_IGNORE else None
            one.related_information = list(_related(view, finding)) or None
            told.append((uri, one))
    return told


def failure(view: View) -> tuple[str, types.Diagnostic] | None:
    """Why an open document could not be looked at, None where it could."""
    failed = view.look.own.failure(view.path)
    if failed is None or failed.failure is None:
        return None
    uri, where = _failed_line(view, max(failed.failure.line, 1))
    message = f"not looked at: {failed.failure.cause}"
    return uri, types.Diagnostic(where, message, types.DiagnosticSeverity.Warning, source=_SOURCE)


def hover(view: View, at: Span, known: Mapping[str, Rule]) -> types.Hover | None:
    """What is known of the calls at a place: the reason, what can be done, and the page of the code."""
    found = [one for one in view.result.findings if meets(one.span, at)]
    if not found:
        return None
    found.sort(key=lambda one: one.span.end - one.span.start)
    text = "\n\n---\n\n".join(_explained(view.look, one, known[one.code]) for one in found)
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), view.range(found[0].span)[1])


def meets(span: Span, at: Span) -> bool:
    """Whether a selection, or an empty one at a pointer, touches a span."""
    return span.start <= at.end and at.start <= span.end


def level_of(finding: Finding) -> str | None:
    """The level of a rewrite, None for what is none."""
    return finding.outcome.level.value if isinstance(finding.outcome, Rewrite) else None


def _severity(finding: Finding) -> types.DiagnosticSeverity | None:
    match finding.outcome:
        case Rewrite() | Notice():
            return types.DiagnosticSeverity.Information
        case Left():
            return types.DiagnosticSeverity.Warning if annotate.open_calls([finding]) else None


def _message(look: Look, finding: Finding) -> str:
    parts = [] if level_of(finding) in (None, Level.EXACT.value) else [f"level {level_of(finding)}"]
    if not look.complete:
        parts.append(INDEXING)
    return f"{finding.message} ({'; '.join(parts)})" if parts else finding.message


def _related(view: View, finding: Finding) -> Iterator[types.DiagnosticRelatedInformation]:
    """The other rewrites that a fix of this one takes along."""
    if not (view.client.related and view.look.complete and isinstance(finding.outcome, Rewrite)):
        return
    for other in view.look.own.together([finding.id]):
        if other.id != finding.id:
            uri, where = view.place(view.look.own, other.path, other.span)
            yield types.DiagnosticRelatedInformation(types.Location(uri, where), f"together with: {other.message}")


def _failed_line(view: View, line: int) -> tuple[str, types.Range]:
    document = view.document
    if isinstance(document, Notebook):  # its source may be what cannot be read
        first = next((cell.uri for cell in document.cells if cell.code), document.uri)
        return first, types.Range(types.Position(0, 0), types.Position(0, 0))
    starts = document.source.line_starts
    number = min(line, len(starts))
    stop = starts[number] if number < len(starts) else len(document.text)
    text = document.text[starts[number - 1] : stop].rstrip("\r\n")
    return view.range(Span(starts[number - 1], starts[number - 1] + len(text)))


def _explained(look: Look, finding: Finding, rule: Rule) -> str:
    lines = [f"**{finding.code}** {rule.summary}.", "", f"{_plain(finding.message)}."]
    match finding.outcome:
        case Rewrite(level):
            lines += ["", f"Rewritten at level `{level.value}`."]
            renames = [one for one in finding.renames if one.old != one.new]
            lines += ["", *(f"- `{one.old}` becomes `{one.new}`" for one in renames)] if renames else []
        case Left(advice):
            lines += ["", _plain(advice)]
    if not look.complete:
        lines += ["", f"_Not the last word: {INDEXING}._"]
    return "\n".join([*lines, "", "---", "", rule.page.strip()])


def _plain(text: str) -> str:
    """A message as Markdown shows it: `*args` and `__init__` stay what they are."""
    return "".join(f"\\{char}" if char in "\\*_[]<>`#" else char for char in text)
