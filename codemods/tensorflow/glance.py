"""A short look at a file: that nothing in it can be rewritten shows in the functions that hold the word alone."""

from __future__ import annotations

import re
from dataclasses import replace

from codemods.tensorflow.file_facts import FileFacts
from codemods.tensorflow.index import creations
from codemods.tensorflow.leading import opens
from codemods.tensorflow.relays import relays
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
    module = module.only(MENTION)
    if relays(module.walk):
        return None
    facts = creations(module)
    # What tells graph code may stand in any function, so that here all of them are taken to have it.
    surely = replace(facts, evidence=replace(facts.evidence, graph=True))
    return None if opens({module.path: surely}) else facts
