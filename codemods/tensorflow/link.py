"""Joins the facts of all files into a plan for each: which creations are rewritten, under which names and scopes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from codemods.tensorflow.decide import Decider, hazards
from codemods.tensorflow.eager import eager_reason
from codemods.tensorflow.extent import Extent
from codemods.tensorflow.facts import At, BodyFacts, Call, Creation, FileFacts, NamedOp, StoreUse
from codemods.tensorflow.knowledge import DEFAULT_OP_NAMES
from codemods.tensorflow.layers import Layers, is_alone
from codemods.tensorflow.meeting import Meeting
from codemods.tensorflow.naming import MOVED, Claim, Claims, Site, place_of, site_names
from codemods.tensorflow.old_names import OldNames
from codemods.tensorflow.plan import FilePlan, LeavePlan, NamePlan, ScopePlan, WrapPlan
from codemods.tensorflow.reach import ReachTable, dynamic_parameters
from codemods.tensorflow.scopes import ScopeTable
from codemods.tensorflow.text import literal, overlaps
from codemods.tensorflow.tree import BodyKey, Tree
from migrate.codemod import Options
from migrate.model import Level, Rename

__all__ = ["link"]

_REFUSALS = {
    "scope-as-name": "GV204",
    "star-arguments": "GV201",
    "no-counterpart": "GV202",
    "no-initial-value": "GV206",
}


def link(facts: Mapping[str, FileFacts], options: Options) -> Mapping[str, FilePlan]:
    """The plan of each file. Programs that no import joins are looked at one by one: each bears its own cost."""
    files = dict(sorted(facts.items()))
    plans: dict[str, FilePlan] = {}
    for paths in Tree(files).programs():
        creates = any(_creates(body) for path in paths for body in files[path].bodies)
        if creates or any(files[path].hands_on for path in paths):
            plans |= _Linker(Tree({path: files[path] for path in paths}), options).plans()
    return plans


def _creates(body: BodyFacts) -> bool:
    return any(isinstance(event, Creation) for event in body.events)


class _Linker:
    """One link phase: the shared tables and the sites."""

    def __init__(self, tree: Tree, options: Options) -> None:
        self.tree = tree
        self.options = options
        self.keep = options.get("names", "idiomatic") == "keep"
        self.reach = ReachTable(tree)
        self.extent = Extent(self.reach)
        self.meeting = Meeting(tree)
        self.left: dict[tuple[str, At], LeavePlan] = {}
        creations = [*self._creations()]
        self.migrated = {(body, number) for body, number, _ in creations}
        convert = {"layer-scopes", "get-variable"} <= options.selected
        self.scopes = ScopeTable(self.reach, self.extent, self.meeting, self._is_migrated, convert)
        self.sites = [self._site(*found) for found in creations]
        self.layers = Layers(self.scopes, self.extent, options.get("layers", "full"))
        self.wraps: Mapping[str, list[WrapPlan]] = {}
        if convert and not self.keep:
            safe = [site for site in self.sites if not hazards(site, self.scopes)]
            self.wraps = self.layers.plan(safe)

    def _is_migrated(self, body: BodyKey, number: int) -> bool:
        return (body, number) in self.migrated

    def _creations(self) -> Iterable[tuple[BodyKey, int, Creation]]:
        """The creations to rewrite; those that are left whatever their names are noted in `left`."""
        for path, file in self.tree.files.items():
            for body in file.bodies:
                for number, event in enumerate(body.events):
                    if not isinstance(event, Creation):
                        continue
                    key = (path, body.index)
                    eager = eager_reason(self.tree, key, event.frames)
                    if event.refusal:
                        self.left[path, event.at] = LeavePlan(_REFUSALS[event.refusal], renames=self._shifted(event))
                    elif eager:
                        self.left[path, event.at] = LeavePlan("GV207", eager)
                    else:
                        yield key, number, event

    def _shifted(self, creation: Creation) -> tuple[Rename, ...]:
        """An unnamed variable that is left gets another number when others are counted no more."""
        unnamed = creation.name is None and not self.keep
        return (Rename("*Variable*", "*Variable*", False),) if unnamed else ()

    def _site(self, body: BodyKey, number: int, creation: Creation) -> Site:
        instances = self.reach.instances(body, number)
        names = site_names(creation, instances)
        site = Site(body, number, creation, instances, place_of(instances, self.scopes), names=names)
        site.repeats = self._repeats(site)
        site.nested = self._is_nested(site)
        site.looked_up = self._is_looked_up(site)
        site.alone = is_alone(site, self.extent)
        return site

    def _is_looked_up(self, site: Site) -> bool:
        """Whether the program has a string such as `w:0` that may mean this variable, by a number of it too."""
        asked = {
            lookup.partition(":")[0].rpartition("/")[2]
            for path in self.tree.looking_up
            if self.meeting.files(path, site.body[0])
            for lookup in self.tree.files[path].lookups
        }
        asked |= {re.sub(r"_\d+$", "", name) for name in asked}
        names = site.names or (literal("Variable"),)
        return any(overlaps(name, literal(one)) for name in names for one in asked)

    def _is_nested(self, site: Site) -> bool:
        """Whether something inside the call takes a name after the call's own name has been asked of the graph."""
        held = self.extent.between(site.body, site.creation.at, site.creation.end)
        inner = [event for event in held if event.at != site.creation.at]
        if site.creation.computes and any((name.literal or "").lower() in DEFAULT_OP_NAMES for name in site.names):
            return True
        known = [name for name in site.names if any(isinstance(part, str) for part in name.parts)]
        return any(
            isinstance(event, Creation | StoreUse)
            or (isinstance(event, NamedOp) and any(name.parts and overlaps(event.name, name) for name in known))
            or (isinstance(event, Call) and self.extent.creates(event, site.body))
            for event in inner
        )

    def _repeats(self, site: Site) -> bool:
        """Whether a site can meet itself: in a loop, by two ways, or by ways that nobody knows."""
        texts = site.names or (literal("Variable"),) * len(site.instances)
        pairs = list(zip(site.instances, texts, strict=True))
        if any(self.scopes.repeats(instance, text) for instance, text in pairs):
            return True
        return any(
            overlaps(one, two) and self.meeting.may_meet(first, second) and self.scopes.same_place(first, second)
            for place, (first, one) in enumerate(pairs)
            for second, two in pairs[:place]
        )

    # claims

    def _claims(self) -> Claims:
        claims = Claims(self.scopes, self.meeting)
        for site in self.sites:
            domain = site.domain
            if site.creation.name is None and not self.keep and domain is None:
                domain = MOVED
            names = site.names or (literal("Variable"),) * len(site.instances)
            for name, instance in zip(names, site.instances, strict=True):
                again = site.repeats or not site.names
                claims.add(Claim(name, instance, site.key, True, False, True, repeats=again, domain=domain))
        for path, file in self.tree.files.items():
            for body in file.bodies:
                self._claim_others(claims, (path, body.index))
        for item in self.scopes.items.values():  # a scope's name is taken in the graph as an op's is
            for text, instance in zip(item.texts, item.instances, strict=True):
                claims.add(Claim(text, instance, item.key, repeats=not self.scopes.enters_once(item)))
        for wrap, instance in self.layers.bearers:
            claims.add(Claim(literal(wrap.name), instance, (instance.body[0], wrap.first), repeats=wrap.unique))
        return claims

    def _claim_others(self, claims: Claims, key: BodyKey) -> None:
        """What bears a name beside the sites: ops, variables of the store, creations that are left alone."""
        for number, event in enumerate(self.tree.body(key).events):
            if not isinstance(event, NamedOp | StoreUse | Creation) or event.name is None:
                continue
            if self._is_migrated(key, number):
                continue
            instances = self.reach.instances(key, number)
            for name, instance in zip(site_names(event, instances), instances, strict=True):
                again = self.scopes.repeats_at_all(instances)
                asked = isinstance(event, StoreUse) and event.asked
                store = isinstance(event, StoreUse) and not asked
                creates = asked or isinstance(event, Creation)
                claims.add(Claim(name, instance, (key[0], event.at), creates, store, asked, repeats=again))

    # plans

    def _needing(self, site: Site, decision: NamePlan | LeavePlan) -> NamePlan | LeavePlan:
        """The decision, with the scopes of its own file that it takes for granted."""
        if isinstance(decision, LeavePlan):
            return decision
        stands = (stand for instance in site.instances for stand in self.scopes.stands(instance))
        items = (self.scopes.items.get((stand.path, stand.frame.at)) for stand in stands if stand.path == site.body[0])
        scopes = {item.key[1] for item in items if item is not None and item.form is not None}
        control_flow = self.tree.body(site.body).in_control_flow
        wraps = tuple((path, wrap.first) for path, wrap in site.wraps)
        return replace(decision, wraps=wraps, scopes=tuple(sorted(scopes)), in_control_flow=control_flow)

    def plans(self) -> dict[str, FilePlan]:
        claims, old = self._claims(), self._old_names()
        decider = Decider(self.scopes, claims, old, keep=self.keep, unsafe=self.options.level is Level.UNSAFE)
        creations: dict[str, dict[At, NamePlan | LeavePlan]] = {}
        for (path, at), left in self.left.items():
            creations.setdefault(path, {})[at] = left
        for site in self.sites:
            path = site.body[0]
            creations.setdefault(path, {})[site.creation.at] = self._needing(site, decider.decide(site))
        dynamic = dynamic_parameters(self.reach)
        passing = (path for path, file in self.tree.files.items() if file.hands_on)
        paths = {
            *creations,
            *self.wraps,
            *passing,
            *(path for (path, _), item in self.scopes.items.items() if item.form),
        }
        return {path: self._file_plan(path, creations.get(path, {}), dynamic) for path in sorted(paths)}

    def _old_names(self) -> OldNames:
        uncounted = frozenset(
            path for (path, at) in self.left for event in self._creations_at(path, at) if event.name is None
        )
        unnamed = {site.body[0] for site in self.sites if site.creation.name is None} | uncounted
        if len(unnamed) > 1:  # which of them a run brings in, and when, is not known
            uncounted = frozenset(unnamed)
        return OldNames(self.scopes, self.sites, renames_others=not self.keep, uncounted=uncounted)

    def _creations_at(self, path: str, at: At) -> Iterable[Creation]:
        events = (event for body in self.tree.files[path].bodies for event in body.events)
        return (event for event in events if isinstance(event, Creation) and event.at == at)

    def _file_plan(
        self, path: str, decided: Mapping[At, NamePlan | LeavePlan], dynamic: Mapping[BodyKey, frozenset[str]]
    ) -> FilePlan:
        forms = {at: item.form for (owner, at), item in self.scopes.items.items() if owner == path}
        file = self.tree.files[path]
        return FilePlan(
            decided,
            {at: ScopePlan(at, form) for at, form in forms.items() if form is not None},
            tuple(self.wraps.get(path, ())),
            file.version_2_root,
            {file.bodies[index].at: names for (owner, index), names in dynamic.items() if owner == path},
            any(one.seeded for one in self.tree.files.values()),
        )
