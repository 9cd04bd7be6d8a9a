"""What stays whatever its name, and gets another number where others of that name go under scopes of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from codemods.tensorflow.facts import At, Creation
from codemods.tensorflow.naming.claim import Claim
from codemods.tensorflow.naming.claims import Claims
from codemods.tensorflow.naming.old_names import OldNames
from codemods.tensorflow.naming.sites import Site, names_of
from codemods.tensorflow.plan import LeavePlan
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.ways import Instance
from codemods.tensorflow.text import Text
from migrate.model import Rename, Shift

__all__ = ["given_up", "left_behind", "stored_behind"]


def given_up(sites: Iterable[Site]) -> tuple[str, ...]:
    """The names, in whatever scope, that are free for what comes later, as what bears them goes under new scopes."""
    named = (site for site in sites if site.is_named and site.domain is not None)
    pairs = (pair for site in named for pair in zip(site.names, site.instances, strict=True) if not _stays(site, *pair))
    return tuple(dict.fromkeys(f"*{name.pattern.lstrip('*')}" for name, _ in pairs))


def left_behind(
    left: Mapping[tuple[str, At], LeavePlan], claims: Claims, free: Iterable[str]
) -> Iterator[tuple[tuple[str, At], LeavePlan]]:
    """Those of some creations that are left, by file and place, with what becomes of the names that they pass.

    What is passed in a dictionary may be any of the names that are `free` now.
    """
    reach = claims.scopes.reach
    for body, number, event in reach.tree.events() if left else ():
        key = body[0], event.at
        if not isinstance(event, Creation) or key not in left:
            continue
        moving: Iterable[str] = free if event.refusal == "star-arguments" else ()
        if event.name is not None:
            moving = _moving(body, number, event, claims)
        shifts = tuple(Shift(reach.tree.program, name) for name in dict.fromkeys(moving))
        yield key, replace(left[key], shifts=(*left[key].shifts, *shifts))


def stored_behind(site: Site, claims: Claims, old: OldNames) -> Iterator[Rename]:
    """The numbers of what `get_variable` makes already, where a site does bear its name no more."""
    for name, instance in zip(site.graph_names, site.instances, strict=True):
        for one in claims.stored_rivals(Claim(name, instance, site.key, creates=True)):
            if not one.instance.surely_before(instance):
                stored = f"{old.prefix(one.instance, new=True)}{one.name.pattern}"
                yield Rename(f"{stored}_*", f"{stored}*", exact=False)


def _moving(body: BodyKey, number: int, event: Creation, claims: Claims) -> Iterator[str]:
    """The names that a creation passes and others give up."""
    instances = claims.scopes.reach.instances(body, number)
    again = claims.scopes.places.recurs(instances)
    for name, one in zip(names_of(event, instances), instances, strict=True):
        if claims.wrapped_rivals(Claim(name, one, (body[0], event.at), repeats=again)):
            yield f"*{name.pattern.lstrip('*')}"


def _stays(site: Site, name: Text, instance: Instance) -> bool:
    """Whether a site bears the name in this instance as before."""
    return name.is_none or site.keeps_name(instance)
