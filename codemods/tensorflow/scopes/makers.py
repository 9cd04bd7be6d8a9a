"""Which code makes variables that are rewritten, directly or through calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from codemods.tensorflow.facts import Call, Creation
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.extent import Extent
from codemods.tensorflow.scopes.items import Item

__all__ = ["Makers"]


class Makers:
    """Knows what a scope holds; `migrated` says which creations, by body and number, are rewritten."""

    def __init__(self, extent: Extent, migrated: Callable[[BodyKey, int], bool]) -> None:
        self.extent = extent
        self.migrated = migrated

    def are_in(self, item: Item) -> bool:
        """Whether something in a scope is rewritten, or leads to what is."""
        return any(
            (isinstance(event, Creation) and self.migrated(item.body, number))
            or (isinstance(event, Call) and not self._bodies.isdisjoint(self.extent.tree.targets(event, item.body)))
            for number, event in self.extent.inside(item.body, item.key[1])
        )

    def share_store(self, item: Item) -> bool:
        """Whether something in a scope makes variables through the store, which a new variable scope would rename."""
        return self.extent.uses_store((event for _, event in self.extent.inside(item.body, item.key[1])), item.body)

    @cached_property
    def _bodies(self) -> frozenset[BodyKey]:
        events = self.extent.tree.events()
        return self.extent.graph.leading_to(
            {key for key, number, event in events if isinstance(event, Creation) and self.migrated(key, number)}
        )
