"""Which statements go together under a new variable scope: those of one run of a loop or function."""

from __future__ import annotations

from collections.abc import Iterable

from codemods.tensorflow.extent import Extent
from codemods.tensorflow.facts import At, Call, Creation, Enter, Event, Grip, NamedOp, StoreUse
from codemods.tensorflow.naming import Place, Site
from codemods.tensorflow.plan import WrapPlan
from codemods.tensorflow.reach import ReachTable
from codemods.tensorflow.targets import factory_name
from codemods.tensorflow.tree import BodyKey

__all__ = ["is_alone", "plan_wraps"]

_LAYER = "layer"


def plan_wraps(sites: Iterable[Site], reach: ReachTable, extent: Extent) -> dict[str, list[WrapPlan]]:
    """The wraps of each file; every site that goes into one is told its number there."""
    wraps: dict[str, list[WrapPlan]] = {}
    for group in _groups(sites):
        planned = wraps.setdefault(group[0].body[0], [])
        for run in _runs(group, reach, extent):
            for site in run:
                site.wrap = len(planned)
            planned.append(_wrap(run, reach))
    return wraps


def _groups(sites: Iterable[Site]) -> list[list[Site]]:
    """Sites that repeat, by the block of statements that they stand in."""
    groups: dict[tuple[BodyKey, At], list[Site]] = {}
    for site in sites:
        creation = site.creation
        if site.repeats and creation.grip is Grip.STATEMENT and site.place in (Place.ROOT, Place.IN_STEP):
            groups.setdefault((site.body, creation.block), []).append(site)
    return list(groups.values())


def _runs(group: list[Site], reach: ReachTable, extent: Extent) -> list[list[Site]]:
    """Splits a block's sites where something between them must not come under a new scope."""
    runs: list[list[Site]] = []
    for site in sorted(group, key=lambda site: site.creation.statement):
        if not _clean(site, site, reach, extent):
            continue
        if runs and _clean(runs[-1][0], site, reach, extent):
            runs[-1].append(site)
        else:
            runs.append([site])
    return runs


def _clean(first: Site, last: Site, reach: ReachTable, extent: Extent) -> bool:
    """Whether nothing from the first site's statement to the last one's would change its name under a new scope."""
    start, end = first.creation.statement, last.creation.statement_end
    for event in reach.tree.body(first.body).events:
        if start <= event.at < end and not _may_move(event, first.body, extent):
            return False
    return True


def is_alone(site: Site, reach: ReachTable, extent: Extent) -> bool:
    """Whether a scope around a creation's statement would change nothing else in it."""
    creation = site.creation
    others = [
        event
        for event in reach.tree.body(site.body).events
        if creation.statement <= event.at < creation.statement_end and event is not creation
    ]
    return creation.grip is Grip.STATEMENT and not any(
        isinstance(event, Creation) or not _may_move(event, site.body, extent) for event in others
    )


def _may_move(event: Event, body: BodyKey, extent: Extent) -> bool:
    match event:
        case NamedOp() | StoreUse() | Enter():
            return False
        case Call():
            return not extent.creates(event, body) and not extent.uses_store([event], body)
    return True


def _wrap(run: list[Site], reach: ReachTable) -> WrapPlan:
    first, last = run[0].creation, run[-1].creation
    return WrapPlan(first.statement, last.statement, _scope_name(run, reach), unique=True, keeps_op_names=False)


def _scope_name(run: list[Site], reach: ReachTable) -> str:
    """After the function that makes the layer; in a loop after what the loop makes."""
    body = reach.tree.body(run[0].body)
    in_loop = any(frame.kind == "loop" for frame in run[0].creation.frames)
    if not in_loop and body.name and not body.name.startswith("__"):
        return factory_name(body.name) or _LAYER
    if len(run) == 1 and run[0].creation.target:
        return run[0].creation.target
    return _LAYER
