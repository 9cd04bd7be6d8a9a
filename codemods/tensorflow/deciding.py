"""Decides what becomes of all that one program creates: the tables, the sites, what gets a scope, then each name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from codemods.tensorflow.facts import At, Creation
from codemods.tensorflow.layers.layers import Wraps, plan_layers
from codemods.tensorflow.naming.absence import note_absence
from codemods.tensorflow.naming.claiming import gather_claims
from codemods.tensorflow.naming.claims import Claims
from codemods.tensorflow.naming.decide import Decider
from codemods.tensorflow.naming.hazards import hazards
from codemods.tensorflow.naming.left_behind import given_up, left_behind, stored_behind
from codemods.tensorflow.naming.old_names import OldNames
from codemods.tensorflow.naming.refusals import borrowing
from codemods.tensorflow.naming.relied_on import free_answered, keep_counted, keep_restored
from codemods.tensorflow.naming.scope_numbers import renumbered_scopes
from codemods.tensorflow.naming.sites import Site, make_site
from codemods.tensorflow.naming.tests import NameTests
from codemods.tensorflow.plan import LeavePlan, NamePlan, ScopePlan, WrapPlan
from codemods.tensorflow.program.tree import BodyKey, Tree
from codemods.tensorflow.reach.dynamic import dynamic_parameters
from codemods.tensorflow.reach.extent import Extent
from codemods.tensorflow.reach.meeting import Meeting
from codemods.tensorflow.reach.table import ReachTable
from codemods.tensorflow.reach.ways import Instance
from codemods.tensorflow.scopes.conversion import convert_scopes, scope_plans
from codemods.tensorflow.scopes.default_names import DefaultNames
from codemods.tensorflow.scopes.items import scopes_around
from codemods.tensorflow.scopes.own_layers import OwnLayers
from codemods.tensorflow.scopes.table import ScopeTable
from migrate.codemod import Options
from migrate.model import Level, Rename

__all__ = ["Decided", "Decision", "decide"]

Decision = NamePlan | LeavePlan


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of creations and scopes, by file and place, and what gets a scope, by file."""

    creations: Mapping[tuple[str, At], Decision] = field(default_factory=dict)
    scopes: Mapping[tuple[str, At], ScopePlan] = field(default_factory=dict)
    wraps: Mapping[str, Sequence[WrapPlan]] = field(default_factory=dict)
    dynamic: Mapping[BodyKey, frozenset[str]] = field(default_factory=dict)  # parameters that may be tensors
    given_up: tuple[str, ...] = ()  # the names, in whatever scope, of which others may be counted without some


def decide(
    tree: Tree,
    creations: Sequence[tuple[BodyKey, int, Creation]],
    left: Mapping[tuple[str, At], LeavePlan],
    options: Options,
) -> Decided:
    """All decisions on the creations of a program; those that are `left` whatever their names may get others."""
    return _Decisions(tree, creations, left, options).decided() if creations else Decided()


class _Decisions:
    """What the decisions on one program stand on, and the decisions."""

    def __init__(
        self,
        tree: Tree,
        creations: Sequence[tuple[BodyKey, int, Creation]],
        left: Mapping[tuple[str, At], LeavePlan],
        options: Options,
    ) -> None:
        self.tree = tree
        self.keep = options.get("names", "idiomatic") == "keep"
        self.unsafe = options.level is Level.UNSAFE
        self.reach = ReachTable(tree)
        extent = Extent(self.reach.graph)
        self.left = {**left, **borrowing(creations, self.reach, extent, keep=self.keep)}
        creations = [one for one in creations if (one[0][0], one[2].at) not in self.left]
        self.migrated = {(body, number) for body, number, _ in creations}
        meeting = Meeting(tree)
        self.scopes = ScopeTable(self.reach, extent, meeting)
        self.default_names = DefaultNames(self.scopes)
        converting = {"layer-scopes", "get-variable"} <= options.selected
        if converting:
            convert_scopes(self.scopes, extent, self._is_made)
        tests = NameTests(self.reach, meeting)
        self.sites = [make_site(*found, self.scopes, extent, tests) for found in creations]
        note_absence(self.sites, tree)
        free_answered(self.sites)
        keep_restored(self.sites, self.reach)
        keep_counted(self.sites, self.scopes)
        self.wraps = Wraps()
        if converting and not self.keep:
            safe = [one for one in self.sites if self._may_move(one.instances)]
            self.wraps = plan_layers(safe, self.scopes, extent, options.get("layers", "full"))

    def _may_move(self, instances: tuple[Instance, ...]) -> bool:
        """Whether something may go under a new scope; a thread of its own would number such scopes anew."""
        threaded = self.tree.threads and any(one.way.partial for one in instances)
        return not threaded and not hazards(instances, self.reach)

    def _is_made(self, body: BodyKey, number: int) -> bool:
        """Whether a creation is rewritten whatever its name: the scopes around it give it nothing."""
        if not self._is_migrated(body, number):
            return False
        return self.unsafe or not hazards(self.reach.instances(body, number), self.reach)

    def _is_migrated(self, body: BodyKey, number: int) -> bool:
        return (body, number) in self.migrated

    def decided(self) -> Decided:
        """All decisions."""
        claims = gather_claims(self.scopes, self.sites, self._is_migrated, self.wraps.bearers, keep=self.keep)
        free = given_up(self.sites)
        creations: dict[tuple[str, At], Decision] = {**self.left, **dict(left_behind(self.left, claims, free))}
        creations |= {site.key: decision for site, decision in self._decisions(claims)}
        scopes = scope_plans(self.scopes, {*_needed(creations)})
        return Decided(creations, scopes, self.wraps.by_file, dynamic_parameters(self.tree), free)

    def _decisions(self, claims: Claims) -> Iterator[tuple[Site, Decision]]:
        """What becomes of each site, in order: a name that is chosen is taken for those behind it."""
        decider = Decider(self.scopes, claims, self._old_names(), self.keep, self.unsafe, OwnLayers(self.scopes))
        decisions = [(site, decider.decide(site)) for site in self.sites]
        numbers = renumbered_scopes(self.scopes, decider.old)
        for site, decision in _together(decisions, decider):
            told = chain(numbers, stored_behind(site, claims, decider.old))
            yield site, self._needing(site, _telling(decision, told))

    def _needing(self, site: Site, decision: Decision) -> Decision:
        """The decision, with the scopes that it takes for granted."""
        if isinstance(decision, LeavePlan):
            return decision
        stands = (stand for instance in site.instances for stand in scopes_around(instance))
        forms = self.scopes.places.forms
        keys = sorted({(stand.path, stand.frame.at) for stand in stands} & forms.keys())
        scopes = tuple(at for path, at in keys if path == site.body[0])
        elsewhere = tuple((path, ScopePlan(at, forms[path, at])) for path, at in keys if path != site.body[0])
        control_flow = self.tree.body(site.body).in_control_flow
        wraps = tuple((path, wrap.first) for path, wrap in site.wraps)
        level = Level.UNSAFE if self.tree.restoring(site.body[0]) else decision.level
        needed = replace(decision, wraps=wraps, scopes=scopes, scopes_elsewhere=elsewhere)
        names = self.default_names.beside(site.instances)
        held = any(map(self.reach.waiting.holds, site.instances))
        return replace(needed, level=level, in_control_flow=control_flow, held=held, default_names=names)

    def _old_names(self) -> OldNames:
        left = {
            key[0]
            for key, _, event in self.tree.events()
            if isinstance(event, Creation) and event.name is None and (key[0], event.at) in self.left
        }
        unnamed = {site.body[0] for site in self.sites if not site.is_named} | left
        left |= {path for path, file in self.tree.files.items() if file.told.makes_unseen}
        unnamed |= left
        several = len(unnamed) > 1  # which of them a run brings in, and when, is not known
        uncounted = frozenset(unnamed if several else left)
        return OldNames(self.scopes, self.sites, renames_others=not self.keep, uncounted=uncounted)


def _needed(creations: Mapping[tuple[str, At], Decision]) -> Iterator[tuple[str, At]]:
    """The scopes that decisions take for granted, by their files and places: others stay as they are."""
    for (path, _), decision in creations.items():
        if isinstance(decision, NamePlan):
            yield from ((path, at) for at in decision.scopes)
            yield from ((other, plan.at) for other, plan in decision.scopes_elsewhere)


def _telling(decision: Decision, numbers: Iterable[Rename]) -> Decision:
    """A decision that gives another name, with what that means for the numbers of others; else nobody asks for them."""
    if isinstance(decision, LeavePlan) or not any(one.changes for one in decision.renames):
        return decision
    return replace(decision, renames=tuple(dict.fromkeys((*decision.renames, *numbers))))


def _together(decisions: Sequence[tuple[Site, Decision]], decider: Decider) -> Iterator[tuple[Site, Decision]]:
    """The decisions, but those alike that stand in one statement: under a root scope around it, or none of them."""
    plans = [(site, decision) for site, decision in decisions if isinstance(decision, NamePlan)]
    rooted = {site.statement for site, plan in plans if plan.escapes}
    relying = {site.statement for site, plan in plans if not plan.escapes and (site.wraps or not site.bears_a_root)}
    for site, decision in decisions:
        if isinstance(decision, LeavePlan) or site.statement not in rooted:
            yield site, decision
        elif site.statement in relying:
            yield site, replace(LeavePlan("GV204"), shifts=decision.shifts) if decision.escapes else decision
        else:
            yield site, decision if decision.escapes else decider.decide(site, rooted=True)
