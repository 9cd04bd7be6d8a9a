"""The variables of TensorFlow's own layers: in the store they stand in a scope of the layer, such as `dense/kernel`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
        folders = (full[:place] for place, letter in enumerate(full) if letter == "/")
        return any(self.scopes.meeting.may_meet(one, own) for folder in folders for one in self._making(folder))

    def _making(self, folder: str) -> Iterator[Instance]:
        """The layers that may make a scope of some full name."""
        yield from self._made.get(folder, ())
        outer, slash, last = folder.rpartition("/")
        if last in self.scopes.reach.tree.op_names:
            yield from self._made.get(outer + slash, ())

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
    def _made(self) -> Mapping[str, Sequence[Instance]]:
        """The layers by the full name of the scope that each may make: for those nobody names that around, with `/`."""
        found: dict[str, list[Instance]] = {}
        for body, number, event in self.scopes.reach.tree.events():
            if isinstance(event, StoreUse) and event.scoped:
                for one in self.scopes.reach.instances(body, number):
                    outer = [text.pattern for text in self.scopes.store_path(one)]
                    for last in _called(event, one):
                        found.setdefault("/".join([*outer, last]).lower(), []).append(one)
        return found


def _is_unnamed(event: Event) -> bool:
    return isinstance(event, StoreUse) and event.scoped and event.name is None


def _called(event: StoreUse, instance: Instance) -> Sequence[str]:
    """What a layer's scope may be called; of one that nobody names TensorFlow knows that, and it is empty."""
    name = substitute(event.name, instance.way.arguments) if event.name is not None else literal("")
    return name.texts if name.parts else ("",)
