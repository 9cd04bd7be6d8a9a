"""Which statements of a block make one layer: those that make its variables, and those that use them at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from codemods.tensorflow.facts import StatementFacts
from codemods.tensorflow.layers.members import Block, Member
from codemods.tensorflow.layers.moving import may_move_all
from codemods.tensorflow.layers.stems import stem_of
from codemods.tensorflow.reach.extent import Extent

__all__ = ["Grouping"]


@dataclass(frozen=True, slots=True)
class Grouping:
    """Groups the members of a block. `takes_ops`: whether ops come under the scope of their layer as well."""

    block: Block
    extent: Extent
    takes_ops: bool

    def layers(self, members: Iterable[Member]) -> Iterator[tuple[list[Member], StatementFacts]]:
        """The members of each layer, with the last statement that belongs to it."""
        clean = (member for member in members if self._is_clean(member.place, member))
        groups = list(self._groups(sorted(clean, key=lambda member: member.place)))
        for number, group in enumerate(groups):
            end = groups[number + 1][0].place if number + 1 < len(groups) else len(self.block.statements)
            yield group, self.block.statements[self._last(group, end)]

    def _groups(self, members: list[Member]) -> Iterator[list[Member]]:
        group: list[Member] = []
        for member in members:
            if group and not self._continues(group, member):
                yield group
                group = []
            group.append(member)
        if group:
            yield group

    def _continues(self, group: list[Member], member: Member) -> bool:
        """Whether a member belongs to the layer before it, and what stands between them may come along."""
        last, statements = group[-1], self.block.statements
        if statements[last.place].cell != statements[member.place].cell:
            return False
        if last.layer != member.layer or last.repeats != member.repeats or (last.call is None) != (member.call is None):
            return False
        if member.factory is not None and any(one.factory is member.factory for one in group):
            return False  # one scope cannot hold two variables of the same name
        between = range(last.place + 1, member.place)
        return (self.takes_ops or not between) and all(self._is_clean(place) for place in between)

    def _last(self, group: list[Member], end: int) -> int:
        """The place of the last statement of the layer: those that use its variables at once come along."""
        last = group[-1].place
        if not self.takes_ops:
            return last
        statements = self.block.statements
        bound = {name for member in group for name in statements[member.place].binds}
        for place in range(last + 1, end):
            statement = statements[place]
            if statement.cell != statements[last].cell or not self._is_clean(place):
                break
            if bound.isdisjoint(statement.reads) or not _is_of_layer(statement, group[0]):
                continue  # it comes along if one behind it belongs to the layer
            bound.update(statement.binds)
            last = place
        return last

    def _is_clean(self, place: int, member: Member | None = None) -> bool:
        """Whether a scope can go around a statement and changes no name there that somebody may look for."""
        own = member.events if member else ()
        return may_move_all(self.block.statements[place], self.block.body, self.extent, own)


def _is_of_layer(statement: StatementFacts, member: Member) -> bool:
    """Whether a statement that uses a layer's variables is part of it, by its name where names tell."""
    if member.repeats and member.call is None:
        return True
    stems = [stem_of(name) for name in statement.binds]
    return any(stem is not None and stem.layer == member.layer for stem in stems)
