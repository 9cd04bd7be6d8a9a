"""Calls that bring ops of another program into the graph: `tf.import_graph_def`, `tf.train.import_meta_graph`."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.tensorflow.facts import Enter, FrameFacts, NamedOp, ScopeFacts, ScopeKind
from codemods.tensorflow.indexing.bodies import position
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.text import FOREIGN, literal
from migrate.syntax.calls import keyword_or_place
from migrate.syntax.walk import CallSite

__all__ = ["IMPORTING", "imported"]

# The argument that names the scope in which the ops come: its keyword and place, and what it is where it is not given.
IMPORTING = {
    "tensorflow.import_graph_def": ("name", 3, "import"),
    "tensorflow.graph_util.import_graph_def": ("name", 3, "import"),
    "tensorflow.train.import_meta_graph": ("import_scope", 2, ""),
    "tensorflow.saved_model.load": ("import_scope", 3, ""),
    "tensorflow.saved_model.loader.load": ("import_scope", 3, ""),
}


def imported(
    site: CallSite, called: str, frames: tuple[FrameFacts, ...], callees: Callees
) -> Iterator[Enter | NamedOp]:
    """The scope that such a call enters, or ops that have whatever names they had where they come from, or both."""
    keyword, place, default = IMPORTING[called]
    given = keyword_or_place(site.node, keyword, place)
    name = literal(default) if given is None else callees.given(given, site.scope)
    at = position(site.node)
    if name.literal != "" and not name.is_none:
        yield Enter(at, frames, ScopeFacts(ScopeKind.NAME, at, name, plain=False))
    if not name.literal:
        yield NamedOp(at, frames, FOREIGN)
