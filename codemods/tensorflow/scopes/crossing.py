"""Names that may hold the scopes of others: one that nobody knows may be `a/b`, as a `b` in the scope `a` is."""

from __future__ import annotations

from codemods.tensorflow.program.vocabulary import Vocabulary
from codemods.tensorflow.reach.ways import Instance
from codemods.tensorflow.text import Hole, Text, joined, overlaps

__all__ = ["may_cross", "may_have_folders", "meet_across"]


def may_cross(first: Instance, one: Text, second: Instance, two: Text, words: Vocabulary) -> bool:
    """Whether two names in places that differ may be one full name: where one is open, and words have a `/`."""
    return (may_have_folders(one, words) or may_have_folders(two, words)) and meet_across(
        first, one, second, two, words
    )


def meet_across(first: Instance, one: Text, second: Instance, two: Text, words: Vocabulary) -> bool:
    """The same for names of which one is known to be such that it may have folders."""
    full, other = _full(first, one), _full(second, two)
    if full is None or other is None:
        return overlaps(_behind_any(one), _behind_any(two)) and all(map(words.may_stand_in_folders, (one, two)))
    return overlaps(full, other) and words.may_agree(full, other)


def may_have_folders(name: Text, words: Vocabulary) -> bool:
    """Whether a name may have a `/` in a part that nobody knows, or beside one."""
    return name.is_open and (name.may_have_folders or words.has_folders)


def _behind_any(name: Text) -> Text:
    """A name with scopes around it that nobody knows: it ends as it does."""
    return joined((Hole(), *name.parts))


def _full(instance: Instance, name: Text) -> Text | None:
    """A name with the scopes around it, None where they are not known."""
    folder = instance.way.folder
    return None if folder is None else joined((folder, *name.parts))
