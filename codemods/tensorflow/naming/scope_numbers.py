"""The scopes that get other numbers once variables have names: what an optimizer makes for itself there is in no call.

Such are `beta1_power` and `beta2_power`, which stand under the scope in which the optimizer is applied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemods.tensorflow.facts import Call
from codemods.tensorflow.naming.old_names import OldNames
from codemods.tensorflow.naming.sites import UNNAMED
from codemods.tensorflow.scopes.table import ScopeTable
from migrate.model import Rename

__all__ = ["renumbered_scopes"]

_UNNAMED = re.compile(rf"{UNNAMED}(?:_\d+)?", re.IGNORECASE)
_APPLYING = frozenset({"minimize", "apply_gradients"})


def renumbered_scopes(scopes: ScopeTable, old: OldNames) -> tuple[Rename, ...]:
    """The entries of all that such scopes hold, where the program applies an optimizer."""
    found = tuple(dict.fromkeys(_renumbered(scopes, old))) if old.moves else ()
    return found if found and _applies(scopes) else ()


def _renumbered(scopes: ScopeTable, old: OldNames) -> Iterator[Rename]:
    for item in scopes.items.values():
        for text, instance in zip(item.texts, item.instances, strict=True):
            if any(map(_UNNAMED.fullmatch, text.texts)) and old.is_counted(text):
                name = old.prefix(instance, new=False) + text.pattern
                yield Rename(f"{name}_*/*", f"{name}*/*", exact=False)


def _applies(scopes: ScopeTable) -> bool:
    return any(isinstance(event, Call) and event.callee.name in _APPLYING for _, _, event in scopes.reach.tree.events())
