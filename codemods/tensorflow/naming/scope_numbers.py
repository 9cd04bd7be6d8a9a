"""The scopes that get other numbers or names once variables have names: what no creation makes there is told with them.

Such are `beta1_power` and `beta2_power`, which stand under the scope in which the optimizer is applied, and what
`get_variable` makes already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemods.tensorflow.facts import Call, Event, ScopeKind, StoreUse
from codemods.tensorflow.naming.old_names import OldNames
from codemods.tensorflow.naming.sites import UNNAMED
from codemods.tensorflow.scopes.table import ScopeTable
from migrate.model import Rename

__all__ = ["renumbered_scopes"]

_UNNAMED = re.compile(rf"{UNNAMED}(?:_\d+)?", re.IGNORECASE)
_APPLYING = frozenset({"minimize", "apply_gradients"})


def renumbered_scopes(scopes: ScopeTable, old: OldNames) -> tuple[Rename, ...]:
    """The entries of all that such scopes hold, where the program applies an optimizer; and of what the store has."""
    if not old.moves:
        return ()
    numbered = _renumbered(scopes, old) if any(map(_applies, _events(scopes))) else ()
    derived = _derived(scopes, old) if any(map(_stores, _events(scopes))) else ()
    return tuple(dict.fromkeys((*numbered, *derived)))


def _derived(scopes: ScopeTable, old: OldNames) -> Iterator[Rename]:
    """The variable scopes that are named after a variable: what the store has there is called otherwise with it."""
    for item in (one for one in scopes.items.values() if one.scope.kind is ScopeKind.VARIABLE):
        for text, instance in zip(item.texts, item.instances, strict=True):
            if text.is_derived:
                name = f"{old.prefix(instance, new=False)}{text.pattern}/*"
                yield Rename(name, name, exact=False)


def _renumbered(scopes: ScopeTable, old: OldNames) -> Iterator[Rename]:
    for item in scopes.items.values():
        for text, instance in zip(item.texts, item.instances, strict=True):
            if any(map(_UNNAMED.fullmatch, text.texts)) and old.is_counted(text):
                name = old.prefix(instance, new=False) + text.pattern
                yield Rename(f"{name}_*/*", f"{name}*/*", exact=False)


def _events(scopes: ScopeTable) -> Iterator[Event]:
    return (event for _, _, event in scopes.reach.tree.events())


def _applies(event: Event) -> bool:
    return isinstance(event, Call) and event.callee.name in _APPLYING


def _stores(event: Event) -> bool:
    return isinstance(event, StoreUse) and not (event.asked or event.looks_first)
