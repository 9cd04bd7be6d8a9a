"""Which default names of ops, such as `zeros`, something bears in the place of a variable.

The op of its initial value has such a name today: once it stands under the variable's name, the other loses a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from codemods.tensorflow.initializers import OP_NAMES
from codemods.tensorflow.opnames import bare_names
from codemods.tensorflow.reach.ways import Instance
from codemods.tensorflow.scopes.table import ScopeTable

__all__ = ["DefaultNames"]


class DefaultNames:
    """Looks for such names over all files, as calls pass them; `opnames` looks for those that the file writes out."""

    def __init__(self, scopes: ScopeTable) -> None:
        self.scopes = scopes

    def beside(self, instances: Iterable[Instance]) -> frozenset[str]:
        """Those that something may bear where a variable is made."""
        return frozenset(name for own in instances for name, one in self._borne if self._may_share(one, own))

    def _may_share(self, one: Instance, own: Instance) -> bool:
        return self.scopes.meeting.may_meet(one, own) and self.scopes.places.same(one, own, converted=False)

    @cached_property
    def _borne(self) -> Sequence[tuple[str, Instance]]:
        bearers = [(name, one) for name, found in self.scopes.bearers.literals() for _, one in found]
        for item in self.scopes.items.values():
            pairs = zip(item.texts, item.instances, strict=True)
            bearers += [(name, one) for text, one in pairs for name in text.texts]
        found = [(bare, one) for name, one in bearers for bare in bare_names(name) if bare in OP_NAMES]
        opaque = [*self.scopes.bearers.opaque()]
        made = [*filter(self.scopes.reach.tree.vocabulary.makes, sorted(OP_NAMES))] if opaque else []
        return [*found, *((name, one) for name in made for one in opaque)]
