"""Which statements of a block make one layer: those that make its variables, and those that use them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from codemods.tensorflow.facts import Call, Creation, Event, StatementFacts
from codemods.tensorflow.layers.inside import may_clash
from codemods.tensorflow.layers.members import LAYER, LAYERS, Block, Member
from codemods.tensorflow.layers.stems import stem_of
from codemods.tensorflow.reach.extent import Extent
from codemods.tensorflow.scopes.moving import may_come_along, may_move_all

__all__ = ["Grouping"]

_BETWEEN = 8  # statements that come along with those around them, though they make no variable
_ABOUT_VARIABLES = frozenset(
    {"assign", "assign_add", "assign_sub", "l2_loss", "eval", "run"}
)  # no layer's op uses these


@dataclass(frozen=True, slots=True)
class Grouping:
    """Groups the members of a block. `takes_ops`: whether ops come under the scope of their layer as well."""

    block: Block
    extent: Extent
    takes_ops: bool

    def layers(self, members: Iterable[Member]) -> list[list[Member]]:
        """The members of each layer, in their order."""
        clean = (member for member in members if self._is_clean(member.place, member))
        groups = list(self._groups(self._joined(sorted(clean, key=lambda member: member.place))))
        torn = _torn(groups)
        return [part for group in groups for part in (_apart(group) if group[0].layer in torn else [group])]

    def _joined(self, members: Iterable[Member]) -> Iterator[Member]:
        """The members, where those that run again, and in one cell, are of one layer unless each layer is in one piece.

        Every scope there is another one: `W1` and `b1` with `W2` in between would stand in two that differ in number.
        """
        for _, together in groupby(members, key=lambda member: self.block.statements[member.place].cell):
            cell = list(together)
            yield from map(_loosened, cell) if _is_scattered(cell) else cell

    def lasts(self, groups: Sequence[list[Member]]) -> Iterator[StatementFacts]:
        """The last statement that belongs to each layer."""
        made = frozenset(self._made())
        for number, group in enumerate(groups):
            end = groups[number + 1][0].place if number + 1 < len(groups) else len(self.block.statements)
            yield self.block.statements[self._last(group, end, made)]

    def _made(self) -> Iterator[str]:
        """The names in the block that variables are assigned to."""
        for statement in self.block.statements:
            events = self.extent.between(self.block.body, statement.at, statement.end)
            if any(self._makes(event) for event in events):
                yield from statement.binds

    def _makes(self, event: Event) -> bool:
        if isinstance(event, Call):
            return event.whole and self.extent.creates(event, self.block.body)
        return isinstance(event, Creation)

    def _groups(self, members: Iterable[Member]) -> Iterator[list[Member]]:
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
        mixed = (not last.calls) != (not member.calls)
        told = member.is_unit or (last.has_stem and member.has_stem)  # what is called alike, whoever makes it
        if last.layer != member.layer or last.repeats != member.repeats or (mixed and not told):
            return False
        if may_clash(member, group, self.extent.tree):
            return False
        between = range(last.place + 1, member.place)
        if (self.takes_ops or not between) and all(self._is_clean(place) for place in between):
            return True
        member.keeps_ops = member.is_unit and last.is_unit and self._come_along(between)
        return member.keeps_ops

    def _come_along(self, between: range) -> bool:
        """Whether what stands between members of one function may go under its scope, whose ops keep their names."""
        statements = (self.block.statements[place] for place in between)
        return len(between) <= _BETWEEN and all(may_come_along(one, self.block.body, self.extent) for one in statements)

    def _last(self, group: list[Member], end: int, made: frozenset[str]) -> int:
        """The place of the last statement of the layer: those that use its variables at once come along."""
        last = group[-1].place
        if not self.takes_ops or group[0].apart or any(member.keeps_ops for member in group):
            return last
        statements = self.block.statements
        bound = {name for member in group for name in statements[member.place].binds}
        variables = {name for member in group if member.makes_variables for name in statements[member.place].binds}
        own = frozenset(bound)
        for place in range(last + 1, end):
            statement = statements[place]
            if statement.cell != statements[last].cell or not self._is_clean(place):
                break
            if _is_of_layer(statement, group[0], bound):
                bound.update(statement.binds)
                last = place if statement.computes else last
            elif any(name in made and name not in own for name in statement.reads):
                break  # another layer's
            elif _has_ops(group[0]) and (_is_op_of(statement, variables) or _goes_on(statement, bound - own)):
                bound.update(statement.binds)
                last = place if statement.computes else last
        return last

    def _is_clean(self, place: int, member: Member | None = None) -> bool:
        """Whether a scope can go around a statement and changes no name there that somebody may look for."""
        own = member.events if member else ()
        return may_move_all(self.block.statements[place], self.block.body, self.extent, own)


def _is_of_layer(statement: StatementFacts, member: Member, bound: Collection[str]) -> bool:
    """Whether a statement that uses what a layer has made is part of it, by its name where names tell."""
    if statement.reads.isdisjoint(bound):
        return False
    stems = map(stem_of, statement.binds)
    own = any(stem is not None and stem.layer == member.layer for stem in stems)
    return own or (member.repeats and _makes_one_layer(member))


def _makes_one_layer(member: Member) -> bool:
    """Whether all that follows from a layer's variables is part of it: in a function, or in the round of a loop.

    What a cell goes on with, such as the loss, may be anything.
    """
    in_loop = any(frame.kind == "loop" for frame in member.events[0].frames)
    return member.is_unit or (in_loop and not member.calls)


def _has_ops(member: Member) -> bool:
    """Whether what uses the variables of a member is of their layer, whatever it is called."""
    return member.has_stem or member.is_unit or (member.repeats and not member.calls)


def _is_op_of(statement: StatementFacts, variables: Collection[str]) -> bool:
    """Whether a statement makes what some variables are for, under a name that tells of no other layer."""
    return (
        bool(statement.binds)
        and not statement.reads.isdisjoint(variables)
        and statement.reads.isdisjoint(_ABOUT_VARIABLES)
        and not any(map(stem_of, statement.binds))
    )


def _goes_on(statement: StatementFacts, made: Collection[str]) -> bool:
    """Whether a statement makes anew what a layer's op has made: `h = tf.nn.relu(h)`."""
    return any(name in made and name in statement.reads for name in statement.binds)


def _is_scattered(members: Iterable[Member]) -> bool:
    """Whether layers that run again come apart, or hold a single variable each."""
    pieces = [(layer, len(list(piece))) for layer, piece in groupby(members, key=_layer_that_runs_again)]
    told = [(layer, count) for layer, count in pieces if layer]
    layers = {layer for layer, _ in told}
    return len(layers) > 1 and (len(told) > len(layers) or all(count == 1 for _, count in told))


def _layer_that_runs_again(member: Member) -> str:
    return member.layer if member.repeats and member.has_stem and not member.calls else ""


def _loosened(member: Member) -> Member:
    """A member by its own name among those of several layers, where its layer is no function's and no dictionary's."""
    loose = _layer_that_runs_again(member) or (member.layer == LAYER and member.repeats and not member.is_unit)
    return replace(member, layer=LAYERS, has_stem=False, apart=True) if loose and not member.calls else member


def _torn(groups: Sequence[list[Member]]) -> set[str]:
    """The layers whose members come apart: `W1` and `b1` with `W2` in between, or out of one factory."""
    targets: dict[str, set[frozenset[str]]] = defaultdict(set)
    for group in groups:
        if group[0].has_stem or group[0].is_unit:
            targets[group[0].layer].add(frozenset(name for member in group for name in member.targets))
    return {layer for layer, several in targets.items() if len(several) > 1}


def _apart(group: list[Member]) -> list[list[Member]]:
    """Those of a layer that comes apart, each by itself and under its own name where it has to have a scope."""
    if not any(member.calls for member in group):
        return [group]
    return [[_by_itself(member) if member.calls else member] for member in group]


def _by_itself(member: Member) -> Member:
    return replace(member, layer=member.targets[0] or member.layer, apart=True)
