"""A short look at a file: that nothing in it can be rewritten shows in the functions that hold the word alone."""

from __future__ import annotations

import re
from dataclasses import replace

from codemods.tensorflow.facts import FileFacts
from codemods.tensorflow.index import creations
from codemods.tensorflow.leading import opens
from codemods.tensorflow.relays import relays
from migrate.syntax.module import Module

__all__ = ["MENTION", "glance"]

MENTION = re.compile(r"Variable")
# Without one of these words no creation of a file is refused or eager for the file's own sake.
_CLOSING = re.compile(
    r"\btensorflow\.(?:python|ops)\b|[kK]eras|Module\b|(?:[.@]|import .*\b)function\b|defun|enable_(?:eager|v2)_"
)


def glance(module: Module) -> FileFacts | None:
    """The facts of a module in which nothing can be rewritten, whatever other files say; None for any other.

    They have no event but creations: whoever rewrites something elsewhere needs the whole facts.
    """
    if not _CLOSING.search(module.source.code):
        return None
    module = module.only(MENTION)
    if relays(module.walk):
        return None
    facts = creations(module)
    # What tells graph code may stand in any function, so that here all of them are taken to have it.
    surely = replace(facts, graph_evidence=True)
    return None if opens({module.path: surely}) else facts
