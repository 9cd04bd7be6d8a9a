"""The variables of TensorFlow's own layers: in the store they stand in a scope of the layer, such as `dense/kernel`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from codemods.tensorflow.facts import Event, StoreUse
from codemods.tensorflow.reach.ways import Instance
from codemods.tensorflow.scopes.items import Item
from codemods.tensorflow.scopes.table import ScopeTable
from codemods.tensorflow.text import Text, literal, substitute, without_number

__all__ = ["OwnLayers"]


class OwnLayers:
    """Tells which full names may be those of a layer's variables."""

    def __init__(self, scopes: ScopeTable) -> None:
        self.scopes = scopes

    def may_hold(self, name: Text, own: Instance) -> bool:
        """Whether a layer may have a variable with the graph name that another one bears by one way."""
        folder = own.way.folder
        full = (f"{'' if folder is None else folder}{name.pattern}").lower()
        if "/" not in full:
            return False
        meets = self.scopes.meeting.may_meet
        return any(full.startswith(prefixes) and meets(one, own) for prefixes, one in self._made)

    def may_count(self, item: Item) -> bool:
        """Whether a layer that nobody names may be called as a scope: another number, were that a variable scope."""
        names = {without_number(name.lower()) for text in item.texts for name in text.texts}
        if names.isdisjoint(self.scopes.reach.tree.op_names):
            return False
        return any(self.scopes.meeting.may_meet(one, own) for one in self._unnamed for own in item.instances)

    @cached_property
    def _unnamed(self) -> Sequence[Instance]:
        reach = self.scopes.reach
        layers = ((body, number) for body, number, event in reach.tree.events() if _is_unnamed(event))
        return [one for found in layers for one in reach.instances(*found)]

    @cached_property
    def _made(self) -> Sequence[tuple[tuple[str, ...], Instance]]:
        """The scopes that each layer may make, with a `/` behind them."""
        reach, found = self.scopes.reach, []
        for body, number, event in reach.tree.events():
            if isinstance(event, StoreUse) and event.scoped:
                for one in reach.instances(body, number):
                    outer = [text.pattern for text in self.scopes.store_path(one)]
                    name = substitute(event.name, one.way.arguments) if event.name is not None else literal("")
                    names = name.texts if name.parts else reach.tree.op_names
                    found.append((tuple("/".join([*outer, last, ""]).lower() for last in names), one))
        return found


def _is_unnamed(event: Event) -> bool:
    return isinstance(event, StoreUse) and event.scoped and event.name is None
