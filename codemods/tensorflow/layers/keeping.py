"""Calls of a factory that pass a name of their own: the variable keeps it, and the call needs no scope."""

from __future__ import annotations

from collections.abc import Sequence

from codemods.tensorflow.facts import Creation
from codemods.tensorflow.naming.sites import Place, Site, place_of
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.ways import Instance
from codemods.tensorflow.scopes.table import ScopeTable
from codemods.tensorflow.text import literal, overlaps

__all__ = ["calls_that_name"]


def calls_that_name(site: Site, scopes: ScopeTable) -> frozenset[tuple[BodyKey, int]]:
    """The calls (body, number of the event) whose variable is surely the first of its name, which nothing else bears.

    `site` is all that the factory makes.
    """
    pairs = [pair for pair in zip(site.instances, site.names, strict=False) if pair[0].way.calls]
    if not pairs or len({instance.way.root for instance, _ in pairs}) != 1:
        return frozenset()
    found: dict[str, Instance] = {}
    for instance, text in sorted(pairs, key=lambda pair: pair[0].way.order):
        name = (text.literal or "").lower()
        if name and name not in found:
            found[name] = instance
    return frozenset(
        instance.way.calls[-1]
        for name, instance in found.items()
        if _is_sure(instance, site.instances, scopes) and not _is_borne(name, site, scopes)
    )


def _is_sure(instance: Instance, all_of_it: Sequence[Instance], scopes: ScopeTable) -> bool:
    """Whether a call happens at most once, where both ways to make a variable give one name."""
    alone = sum(other.way.calls[-1:] == instance.way.calls[-1:] for other in all_of_it) == 1
    return alone and instance.way.runs_once and place_of((instance,), scopes) in (Place.ROOT, Place.IN_STEP)


def _is_borne(name: str, site: Site, scopes: ScopeTable) -> bool:
    """Whether anything but this factory's variables may bear a name: an op, a variable, a scope."""
    text, path = literal(name), site.body[0]
    others = (given for given, instance in scopes.bearers.of(path, text) if instance.body != site.body)
    texts = (given for item in scopes.items.values() for given in item.texts)
    if name in scopes.reach.tree.op_names or any(overlaps(given, text) for given in (*others, *texts)):
        return True
    any_name = (instance for _, instance in scopes.bearers.of_any_name(path, text) if instance.body != site.body)
    return any(_creates(instance, scopes) for instance in any_name)


def _creates(instance: Instance, scopes: ScopeTable) -> bool:
    """Whether an instance is one of a variable, of which `get_variable` makes no second one of that name."""
    return isinstance(scopes.reach.tree.body(instance.body).events[instance.event], Creation)
