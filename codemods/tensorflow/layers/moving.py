"""What may come under a new scope and still make the same names, or names that nobody gave."""

from __future__ import annotations

from collections.abc import Collection

from codemods.tensorflow.facts import Call, Creation, Enter, Event, Grip, NamedOp, StatementFacts, StoreUse
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.extent import Extent

__all__ = ["may_come_along", "may_move", "may_move_all", "stands_alone"]


def may_move(event: Event, body: BodyKey, extent: Extent) -> bool:
    """Whether an event can come under a new variable scope."""
    match event:
        case NamedOp() | StoreUse() | Enter() | Creation():
            return False
        case Call():
            if extent.creates(event, body) or extent.speaks(event, body):
                return False
            return not extent.uses_store([event], body)
    return True


def may_come_along(statement: StatementFacts, body: BodyKey, extent: Extent) -> bool:
    """Whether a scope that leaves the names of ops alone can go around a statement for the sake of its neighbours."""
    return statement.plain and all(
        may_move(event, body, extent) or _makes_ops_only(event, body, extent)
        for event in extent.between(body, statement.at, statement.end)
    )


def _makes_ops_only(event: Event, body: BodyKey, extent: Extent) -> bool:
    match event:
        case NamedOp():
            return True
        case Call():
            return not extent.creates(event, body) and not extent.uses_store([event], body)
    return False


def may_move_all(statement: StatementFacts, body: BodyKey, extent: Extent, known: Collection[Event] = ()) -> bool:
    """Whether a scope can go around a statement, whose events `known` are what the scope is for."""
    if not statement.plain:
        return False
    own = {id(event) for event in known}
    events = extent.between(body, statement.at, statement.end)
    return all(id(event) in own or may_move(event, body, extent) for event in events)


def stands_alone(creation: Creation, body: BodyKey, extent: Extent) -> bool:
    """Whether a scope around a creation's statement would change nothing else in it."""
    if creation.grip not in (Grip.STATEMENT, Grip.COMPREHENSION) or not creation.spells_scopes:
        return False
    statements = extent.tree.files[body[0]].blocks[creation.block]
    own = [statement for statement in statements if statement.at == creation.statement]
    return any(may_move_all(statement, body, extent, [creation]) for statement in own)
