"""Gathers every claim to a name in a tree: those of the sites, and those of whatever else bears one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from codemods.tensorflow.facts import Call, Creation, Event, NamedOp, ScopeKind, StoreUse
from codemods.tensorflow.naming.claim import MOVED, Claim
from codemods.tensorflow.naming.claims import Claims
from codemods.tensorflow.naming.sites import UNNAMED, Site, names_of
from codemods.tensorflow.plan import WrapPlan
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.ways import Instance
from codemods.tensorflow.scopes.table import ScopeTable
from codemods.tensorflow.text import literal, substitute

__all__ = ["gather_claims"]


def gather_claims(
    scopes: ScopeTable,
    sites: Iterable[Site],
    migrated: Callable[[BodyKey, int], bool],
    wraps: Iterable[tuple[WrapPlan, Instance]],
    *,
    keep: bool,
) -> Claims:
    """All claims of a tree before names are chosen; `wraps` holds every new scope, by each way that leads to it."""
    claims = Claims(scopes, holds_unknown=scopes.reach.tree.makes_unseen)
    found = (_of_sites(sites, keep=keep), _of_others(scopes, migrated), _of_scopes(scopes), _of_wraps(wraps))
    for several in (*found, *(() if keep else (_of_calls(scopes),))):
        for claim in several:
            claims.add(claim)
    return claims


def _of_sites(sites: Iterable[Site], *, keep: bool) -> Iterator[Claim]:
    for site in sites:
        moved = not (site.is_named or keep or site.looked_up) and site.domain is None
        domain = MOVED if moved else site.domain
        for name, instance in zip(site.graph_names, site.instances, strict=True):
            kept, again = site.keeps_name(instance), site.repeats or name.literal == UNNAMED
            here = None if kept else domain
            yield Claim(
                name, instance, site.key, creates=True, in_new_store=True, repeats=again and not kept, domain=here
            )


def _of_others(scopes: ScopeTable, migrated: Callable[[BodyKey, int], bool]) -> Iterator[Claim]:
    """What bears a name beside the sites: ops, variables of the store, creations that are left alone."""
    for body, number, event in scopes.reach.tree.events():
        if not isinstance(event, NamedOp | StoreUse | Creation) or event.name is None or migrated(body, number):
            continue
        instances = scopes.reach.instances(body, number)
        again = scopes.places.recurs(instances)
        asked = isinstance(event, StoreUse) and event.asked
        store = isinstance(event, StoreUse) and not asked and not event.scoped
        for name, instance in zip(names_of(event, instances), instances, strict=True):
            yield Claim(
                name,
                instance,
                (body[0], event.at),
                creates=asked or isinstance(event, Creation),
                in_store=store,
                in_new_store=asked,
                looks_first=_looks_first(event, instance),
                repeats=again,
            )


def _looks_first(event: Event, instance: Instance) -> bool:
    """Whether it takes what the root of the graph has under its name: in a variable scope it makes one of its own."""
    scopes = (stand.frame.scope for stand in instance.way.scopes)
    scoped = instance.way.partial or any(one is not None and one.kind is ScopeKind.VARIABLE for one in scopes)
    return isinstance(event, StoreUse) and event.looks_first and not scoped


def _of_calls(scopes: ScopeTable) -> Iterator[Claim]:
    """What calls of functions that are not the program's are given as a name: an op may bear it."""
    tree = scopes.reach.tree
    for body, number, event in tree.events():
        name = dict(event.keywords).get("name") if isinstance(event, Call) and event.keywords else None
        if isinstance(event, Call) and name is not None and not tree.targets(event, body):
            instances = scopes.reach.instances(body, number)
            again = scopes.places.recurs(instances)
            for instance in instances:
                text = substitute(name, instance.way.arguments)
                yield Claim(text, instance, (body[0], event.at), repeats=again)


def _of_scopes(scopes: ScopeTable) -> Iterator[Claim]:
    """A scope's name is taken in the graph as an op's is."""
    for item in scopes.items.values():
        again = not scopes.places.enters_once(item)
        for text, instance in zip(item.texts, item.instances, strict=True):
            yield Claim(text, instance, item.key, repeats=again)


def _of_wraps(wraps: Iterable[tuple[WrapPlan, Instance]]) -> Iterator[Claim]:
    for wrap, instance in wraps:
        yield Claim(literal(wrap.name), instance, (instance.body[0], wrap.first), repeats=wrap.unique)
