"""Functions that make variables for whoever calls them: `W_conv1 = weight_variable([5, 5, 1, 32])`.

Their variables get a plain name, and each call a scope of its own, as long as every call is known and can be wrapped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from codemods.tensorflow.facts import AT_ONCE, At, Call, Creation, Grip, ScopeKind
from codemods.tensorflow.indexing.targets import factory_name
from codemods.tensorflow.layers.keeping import calls_that_name
from codemods.tensorflow.naming.sites import Place, Site, place_of
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.extent import Extent
from codemods.tensorflow.reach.ways import Instance
from codemods.tensorflow.scopes.moving import may_move
from codemods.tensorflow.scopes.table import ScopeTable

__all__ = ["Factory", "FactoryCall", "calls_by_statement", "find_factories"]


@dataclass(frozen=True, slots=True)
class FactoryCall:
    """A call of a factory, and the ways that lead to it."""

    body: BodyKey
    number: int  # of the call among its body's events
    call: Call
    instances: tuple[Instance, ...]
    repeats: bool


@dataclass(frozen=True, slots=True)
class Factory:
    """A function whose creations all repeat because it is called again, with all of its calls."""

    body: BodyKey
    name: str  # of what it makes, "" where its own name does not tell
    sites: tuple[Site, ...]
    calls: tuple[FactoryCall, ...]  # those that need a scope
    kept: frozenset[tuple[BodyKey, int]]  # the others, which give their variable a name of its own
    hands_out: bool  # it returns its variable, rather than an op made of it


def find_factories(sites: Iterable[Site], scopes: ScopeTable, extent: Extent) -> list[Factory]:
    """The functions of a tree that are factories."""
    by_body: dict[BodyKey, list[Site]] = defaultdict(list)
    for site in sites:
        by_body[site.body].append(site)
    found = (_factory(body, held, scopes, extent) for body, held in by_body.items())
    return [factory for factory in found if factory is not None]


def _factory(body: BodyKey, sites: list[Site], scopes: ScopeTable, extent: Extent) -> Factory | None:
    facts = scopes.reach.tree.body(body)
    if facts.is_module or facts.leaves == AT_ONCE:  # a generator does not run where it is called
        return None
    if not _is_simple(body, sites, extent) or not scopes.reach.graph.is_closed(body):
        return None
    kept = calls_that_name(sites[0], scopes) if len(sites) == 1 else frozenset()
    calls = []
    for caller, number in scopes.reach.graph.callers(body):
        if (caller, number) in kept:
            continue
        call = _call(caller, number, scopes, extent)
        if call is None:
            return None
        calls.append(call)
    if not calls:
        return None
    return Factory(body, factory_name(facts.name), tuple(sites), tuple(calls), kept, _hands_out(sites, extent))


def _hands_out(sites: list[Site], extent: Extent) -> bool:
    """Whether what a function returns is the one variable that it makes."""
    creation = sites[0].creation
    if len(sites) > 1 or creation.returned:
        return creation.returned
    file = extent.tree.files[sites[0].body[0]]
    statements = file.blocks[creation.block]
    made = next(one for one in statements if one.at == creation.statement)
    return len(made.binds) == 1 and statements[-1].reads == frozenset(made.binds) and not statements[-1].binds


def _is_simple(body: BodyKey, sites: list[Site], extent: Extent) -> bool:
    """Whether a function holds nothing that must not come under its callers' scopes."""
    events = extent.tree.body(body).events
    if len(sites) != sum(isinstance(event, Creation) for event in events):
        return False  # one of them is left alone
    if any(
        site.looked_up or site.says_scopes or site.keeps_name_in_cells or _in_graph(site.creation) for site in sites
    ):
        return False
    if any(not site.repeats or _in_loop(site) or site.place not in (Place.ROOT, Place.IN_STEP) for site in sites):
        return False
    return all(
        isinstance(event, Creation) or (isinstance(event, Call) and may_move(event, body, extent)) for event in events
    )


def _in_graph(creation: Creation) -> bool:
    """Whether a function enters a graph around a creation, in which the scopes of who calls it are none."""
    scopes = (frame.scope for frame in creation.frames)
    return any(one is not None and one.kind in (ScopeKind.NEW_GRAPH, ScopeKind.OTHER_GRAPH) for one in scopes)


def _in_loop(site: Site) -> bool:
    return site.creation.grip in (Grip.LAMBDA, Grip.EXPRESSION, Grip.COMPREHENSION) or any(
        frame.kind == "loop" for frame in site.creation.frames
    )


def _call(caller: BodyKey, number: int, scopes: ScopeTable, extent: Extent) -> FactoryCall | None:
    """A call of a factory that a scope can be put around."""
    call = extent.tree.body(caller).events[number]
    assert isinstance(call, Call)
    if call.grip is not Grip.STATEMENT:
        return None
    file = extent.tree.files[caller[0]]
    line = extent.tree.body(caller).spelled_from
    if call.block not in file.blocks or line is None or call.at[0] < line:  # where no scope can be written
        return None
    instances = scopes.reach.instances(caller, number)
    if place_of(instances, scopes) not in (Place.ROOT, Place.IN_STEP):
        return None
    return FactoryCall(caller, number, call, instances, scopes.places.recurs(instances))


def calls_by_statement(
    factories: Iterable[Factory],
) -> Mapping[tuple[BodyKey, At], list[tuple[Factory, FactoryCall]]]:
    """The calls of all factories by the statement that they stand in, in their order there."""
    found: dict[tuple[BodyKey, At], list[tuple[Factory, FactoryCall]]] = defaultdict(list)
    for factory in factories:
        for call in factory.calls:
            found[call.body, call.call.statement].append((factory, call))
    return {key: sorted(calls, key=lambda pair: pair[1].number) for key, calls in found.items()}
