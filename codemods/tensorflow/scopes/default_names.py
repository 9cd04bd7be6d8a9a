"""Which default names of ops, such as `zeros`, something in another file bears in the place of a variable.

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
    """Looks for such names over all files; `opnames` looks in the file itself, and wherever in it they stand."""

    def __init__(self, scopes: ScopeTable) -> None:
        self.scopes = scopes

    def beside(self, path: str, instances: Iterable[Instance]) -> frozenset[str]:
        """Those that something outside of a file may bear where a variable of that file is made."""
        others = [(name, one) for name, one in self._borne if one.body[0] != path]
        return frozenset(name for own in instances if others for name, one in others if self._may_share(one, own))

    def _may_share(self, one: Instance, own: Instance) -> bool:
        return self.scopes.meeting.may_meet(one, own) and self.scopes.places.same(one, own, converted=False)

    @cached_property
    def _borne(self) -> Sequence[tuple[str, Instance]]:
        bearers = [(name, one) for name, found in self.scopes.bearers.literals() for _, one in found]
        for item in self.scopes.items.values():
            pairs = zip(item.texts, item.instances, strict=True)
            bearers += [(name, one) for text, one in pairs for name in text.texts]
        return [(bare, one) for name, one in bearers for bare in bare_names(name) if bare in OP_NAMES]
