"""What is left whatever its name, and gets another number where others of that name go under scopes of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from codemods.tensorflow.facts import At, Creation
from codemods.tensorflow.naming.claim import Claim
from codemods.tensorflow.naming.claims import Claims
from codemods.tensorflow.naming.sites import names_of
from codemods.tensorflow.plan import LeavePlan
from migrate.model import Shift

__all__ = ["left_behind"]


def left_behind(left: Mapping[tuple[str, At], LeavePlan], claims: Claims) -> Iterator[tuple[tuple[str, At], LeavePlan]]:
    """Those of some creations that are left, by file and place, with what becomes of the names that they pass."""
    reach = claims.scopes.reach
    for body, number, event in reach.tree.events() if left else ():
        key = body[0], event.at
        if not isinstance(event, Creation) or event.name is None or key not in left:
            continue
        instances = reach.instances(body, number)
        moving = (
            f"*{name.pattern.lstrip('*')}"
            for name, one in zip(names_of(event, instances), instances, strict=True)
            if claims.wrapped_rivals(Claim(name, one, key))
        )
        shifts = tuple(Shift(reach.tree.program, name) for name in dict.fromkeys(moving))
        yield key, replace(left[key], shifts=(*left[key].shifts, *shifts))
