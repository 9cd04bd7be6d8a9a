"""Variables that are made in the arms of an `if`: one scope around it, where each arm would have one of that name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from codemods.tensorflow.facts import At, StatementFacts
from codemods.tensorflow.layers.members import Block, Member, block_of
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.extent import Extent
from codemods.tensorflow.scopes.moving import may_move_all

__all__ = ["lift_arms"]

BlockKey = tuple[BodyKey, At]


@dataclass(slots=True)
class _Arms:
    """An `if` among its siblings, and the members in its arms with the blocks that they stand in."""

    block: Block
    statement: StatementFacts
    members: list[tuple[BlockKey, Member]] = field(default_factory=list)


def lift_arms(
    members: Mapping[BlockKey, list[Member]], extent: Extent, ops_may_move: Callable[[BodyKey], bool]
) -> dict[BlockKey, list[Member]]:
    """The members by their blocks, where those in the arms of an `if` are one member of the block that it stands in."""
    found = {key: [*several] for key, several in members.items()}
    for arms in _in_arms(members, extent):
        if not (_are_one(arms, extent) and ops_may_move(arms.block.body)):
            continue
        for key, member in arms.members:
            found[key].remove(member)
        own = arms.block.body, arms.block.statements[0].at
        found.setdefault(own, []).append(_joined(arms))
    return {key: several for key, several in found.items() if several}


def _in_arms(members: Mapping[BlockKey, list[Member]], extent: Extent) -> Sequence[_Arms]:
    """The `if` statements of which some members are in the arms."""
    found: dict[tuple[BodyKey, At], _Arms] = {}
    places: dict[str, Mapping[At, At]] = {}
    for (body, first), several in members.items():
        path = body[0]
        if path not in places:
            blocks = extent.tree.files[path].blocks
            places[path] = {one.at: start for start, block in blocks.items() for one in block if one.arms}
        for member in several if places[path] else ():
            at = _arm_of(member, places[path])
            if at is not None:
                block = block_of(extent.tree, body, places[path][at])
                arms = found.setdefault((body, at), _Arms(block, block.statements[block.place(at)]))
                arms.members.append(((body, first), member))
    return list(found.values())


def _arm_of(member: Member, places: Mapping[At, At]) -> At | None:
    """The `if` in whose arm a member stands; of an `elif` it is the first."""
    for frame in reversed(member.sites[0].creation.frames if member.sites else ()):
        if frame.kind != "branch":
            return None
        if frame.at in places:
            return frame.at
    return None


def _are_one(arms: _Arms, extent: Extent) -> bool:
    """Whether several arms would have scopes of one name, and all that the statement does may go under one."""
    first, blocks = arms.members[0][1], defaultdict(list)
    for key, member in arms.members:
        blocks[key].append(member)
    alike = all((one.layer, one.is_unit) == (first.layer, first.is_unit) for _, one in arms.members)
    again = all(member.repeats and not member.calls for _, member in arms.members)
    own = [event for _, member in arms.members for event in member.events]
    return len(blocks) > 1 and alike and again and may_move_all(arms.statement, arms.block.body, extent, own)


def _joined(arms: _Arms) -> Member:
    first = arms.members[0][1]
    sites = sorted((site for _, member in arms.members for site in member.sites), key=lambda site: site.creation.at)
    place = arms.block.place(arms.statement.at)
    return Member(place, first.layer, first.repeats, sites, is_unit=first.is_unit, in_arms=True)
