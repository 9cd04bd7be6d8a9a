"""What else may bear a scope's name in its place: other scopes, and ops or variables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from codemods.tensorflow import knowledge
from codemods.tensorflow.scopes.bearers import Bearers
from codemods.tensorflow.scopes.items import Item, ItemKey
from codemods.tensorflow.scopes.places import Places
from codemods.tensorflow.text import overlaps

__all__ = ["Rivals", "surely_before"]


class Rivals:
    """Looks for rivals where somebody asks, and remembers them."""

    def __init__(self, places: Places, bearers: Bearers) -> None:
        self.items = places.items
        self.places = places
        self.bearers = bearers
        self._rivals: dict[ItemKey, list[Item]] = {}
        self._meets_op: dict[ItemKey, bool] = {}

    def of(self, item: Item) -> list[Item]:
        """The other scopes that may bear the same name in the same place."""
        known = self._rivals.get(item.key)
        if known is None:
            found = {other.key: other for other in self._namesakes(item) if other is not item}
            known = self._rivals[item.key] = [other for other in found.values() if self._are_rivals(item, other)]
        return known

    def is_later(self, item: Item) -> bool:
        """Whether a scope may find its name taken: it has rivals, and is not the first of them for sure."""
        return any(not surely_before(item, rival) for rival in self.of(item))

    def mixes_case(self, item: Item) -> bool:
        """Whether a scope, with its rivals, has names that differ in case alone, which name scopes ignore."""
        names = {name for one in (item, *self.of(item)) for text in one.texts for name in text.texts}
        return len({name.lower() for name in names}) < len(names)

    def may_mix_case(self, item: Item) -> bool:
        """Whether it may have such names where calls pass what nobody knows; who calls from elsewhere does not."""
        return self.bearers.reach.tree.mixes_case and any(
            text.is_open and (instance.way.partial or not instance.way.unknown)
            for one in (item, *self.of(item))
            for instance, text in zip(one.instances, one.texts, strict=True)
        )

    def meets_an_op(self, item: Item) -> bool:
        """Whether an op or variable may take the scope's name first: the name scope would then be called otherwise."""
        known = self._meets_op.get(item.key)
        if known is None:
            known = self._meets_op[item.key] = self._finds_op(item)
        return known

    def _finds_op(self, item: Item) -> bool:
        if any((text.literal or "").lower() in knowledge.DEFAULT_OP_NAMES for text in item.texts):
            return True
        may_meet = self.places.meeting.may_meet
        return any(
            overlaps(name, text) and may_meet(one, two) and self.places.same(one, two)
            for two, text in zip(item.instances, item.texts, strict=True)
            for name, one in self.bearers.of(item.key[0], text)
        )

    def _are_rivals(self, item: Item, other: Item) -> bool:
        return any(
            overlaps(one, two)
            and self.places.meeting.may_meet(first, second)
            and self.places.same(first, second, converted=False)
            for first, one in zip(item.instances, item.texts, strict=True)
            for second, two in zip(other.instances, other.texts, strict=True)
        )

    def _namesakes(self, item: Item) -> Iterator[Item]:
        """The scopes of the same known name, in any file; where a name is not all known, those of the same file."""
        path = item.key[0]
        for text in item.texts:
            for name in text.texts:
                yield from self._bearing.get(name.lower(), ())
        if not all(text.texts for text in item.texts):
            yield from self._in_file.get(path, ())
        yield from self._patterned.get(path, ())

    @cached_property
    def _bearing(self) -> Mapping[str, list[Item]]:
        bearing: dict[str, list[Item]] = defaultdict(list)
        for item in self.items.values():
            for name in {name.lower() for text in item.texts for name in text.texts}:
                bearing[name].append(item)
        return bearing

    @cached_property
    def _in_file(self) -> Mapping[str, list[Item]]:
        in_file: dict[str, list[Item]] = defaultdict(list)
        for item in self.items.values():
            in_file[item.key[0]].append(item)
        return in_file

    @cached_property
    def _patterned(self) -> Mapping[str, list[Item]]:
        return {
            path: [item for item in items if not all(text.texts for text in item.texts)]
            for path, items in self._in_file.items()
        }


def surely_before(item: Item, rival: Item) -> bool:
    """Whether a scope is surely entered, and before another one."""
    return all(not one.conditional and one.surely_before(two) for one in item.instances for two in rival.instances)
