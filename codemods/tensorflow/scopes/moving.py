"""What may come under a new scope and still make the same names, or names that nobody gave."""

from __future__ import annotations

from collections.abc import Collection

from codemods.tensorflow.facts import Call, Creation, Enter, Event, Grip, NamedOp, StatementFacts, StoreUse
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.extent import Extent

__all__ = ["bears_a_root", "may_come_along", "may_move", "may_move_all"]


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


def _is_plain(statement: StatementFacts, body: BodyKey, extent: Extent) -> bool:
    """Whether a scope can be written around a statement, and all that runs in there is seen in it."""
    if not (statement.plain or statement.arms):
        return False
    return not (extent.hands_makers(statement, body) or extent.resumes_makers(statement, body))


def may_come_along(statement: StatementFacts, body: BodyKey, extent: Extent) -> bool:
    """Whether a scope that leaves the names of ops alone can go around a statement for the sake of its neighbours."""
    if not _is_plain(statement, body, extent):
        return False
    return all(
        may_move(event, key, extent) or _makes_ops_only(event, key, extent)
        for key, event in extent.held(statement, body)
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
    if not _is_plain(statement, body, extent):
        return False
    own = {id(event) for event in known}
    return all(id(event) in own or may_move(event, key, extent) for key, event in extent.held(statement, body))


def bears_a_root(creation: Creation, body: BodyKey, extent: Extent) -> bool:
    """Whether a root scope around a creation's statement would change no other variable of it, seen or not.

    Such a scope leaves the name scope as it is, and with it ops and what `tf.Variable` makes.
    """
    if creation.grip not in (Grip.STATEMENT, Grip.COMPREHENSION, Grip.LAMBDA) or not creation.spells_scopes:
        return False
    statements = extent.tree.files[body[0]].blocks[creation.block]
    own = next((one for one in statements if one.at == creation.statement), None)
    if own is None or not own.plain:
        return False
    if creation.grip is Grip.LAMBDA:  # which becomes a function, with the scope in that
        return not any(_asks_the_scope(event, key, extent) for key, event in extent.deferred(body))
    return not any(_asks_the_scope(event, body, extent) for event in extent.between(body, own.at, own.end))


def _asks_the_scope(event: Event, body: BodyKey, extent: Extent) -> bool:
    """Whether an event depends on the variable scope in which it happens, or may for all that is known."""
    match event:
        case StoreUse() | Enter():
            return True
        case Call():
            return extent.creates(event, body) or extent.uses_store([event], body)
    return False
