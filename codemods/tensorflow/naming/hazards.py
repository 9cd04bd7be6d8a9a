"""What the scopes around a creation give to `get_variable` and did not give to `tf.Variable`."""

from __future__ import annotations

from collections.abc import Iterable

from codemods.tensorflow.indexing.contexts.scope_calls import HAZARDS
from codemods.tensorflow.reach.table import ReachTable
from codemods.tensorflow.reach.ways import Instance

__all__ = ["hazards", "place_of_hazard"]


def hazards(instances: Iterable[Instance], reach: ReachTable) -> str:
    """The arguments that would reach a variable, such as `reuse`, comma-separated; "" for nothing."""
    found: list[str] = []
    for instance in instances:
        for stand in instance.way.stands:
            found += reach.unset.hazards(stand.path, stand.frame.scope) if stand.frame.scope is not None else ()
        if instance.way.partial:
            found += HAZARDS & reach.surroundings.above(instance.body)
        if reach.switches.before(instance):
            found.append("reuse")
    return ", ".join(sorted(set(found)))


def place_of_hazard(instances: Iterable[Instance], reach: ReachTable) -> str:
    """`file:line` of a scope that gives such an argument; "" where none is seen, as none is that a call switches."""
    for instance in instances:
        for stand in reversed(instance.way.stands):
            if stand.frame.scope is not None and reach.unset.hazards(stand.path, stand.frame.scope):
                return f"{stand.path}:{stand.frame.at[0]}"
        place = reach.surroundings.place_of_hazard(instance.body) if instance.way.partial else ""
        if place:
            return place
    return ""
