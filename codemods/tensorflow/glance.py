"""A short look at a file: that nothing in it can be rewritten shows in the functions that hold the word alone."""

from __future__ import annotations

import re
from dataclasses import replace

from codemods.tensorflow.file_facts import FileFacts
from codemods.tensorflow.indexing.index import creations
from codemods.tensorflow.leading import opens
from migrate.syntax.module import Module

__all__ = ["MENTION", "glance"]

MENTION = re.compile(r"Variable")
# Without one of these words no creation of a file is refused or eager for the file's own sake.
_CLOSING = tuple(
    re.compile(form)  # each begins with a word, which Python looks for much faster than for one of several
    for form in (
        *(r"tensorflow\.(?:python|ops)\b", "keras", "Keras", r"Module\b", "defun", "enable_(?:eager|v2)_"),
        *(r"\.function\b", r"@function\b", r"import .*\bfunction\b"),
    )
)


def glance(module: Module) -> FileFacts | None:
    """The facts of a module in which nothing can be rewritten, whatever other files say; None for any other.

    They have no event but creations: whoever rewrites something elsewhere needs the whole facts.
    """
    if not any(form.search(module.source.code) for form in _CLOSING):
        return None
    facts = creations(module.only(MENTION))
    readings = (facts, *(one.facts for one in facts.relayed))
    return None if any(map(_may_open, readings)) else facts


def _may_open(facts: FileFacts) -> bool:
    """Whether a creation may be rewritten by these facts, with what tells graph code in any function taken for all."""
    surely = replace(facts, evidence=replace(facts.evidence, graph=True), relayed=())
    return bool(opens({facts.path: surely}))
