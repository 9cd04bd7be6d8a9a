"""What the scopes around a creation give to `get_variable` and did not give to `tf.Variable`."""

from __future__ import annotations

from collections.abc import Iterable

from codemods.tensorflow.reach.table import ReachTable
from codemods.tensorflow.reach.ways import Instance
from codemods.tensorflow.scope_calls import HAZARDS

__all__ = ["hazards"]


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
