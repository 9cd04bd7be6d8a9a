"""Joins the facts of all files into a plan for each: which creations are rewritten, under which names and scopes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from codemods.tensorflow.eager import eager_reason, is_open
from codemods.tensorflow.facts import At, Call, Creation, Event, FileFacts, StoreUse
from codemods.tensorflow.layers.layers import Wraps, plan_layers
from codemods.tensorflow.naming.claiming import gather_claims
from codemods.tensorflow.naming.decide import Decider
from codemods.tensorflow.naming.hazards import hazards
from codemods.tensorflow.naming.old_names import OldNames
from codemods.tensorflow.naming.sites import UNNAMED, Site, make_site, names_of
from codemods.tensorflow.naming.tests import NameTests
from codemods.tensorflow.plan import FilePlan, LeavePlan, NamePlan, ScopeForm, ScopePlan, WrapPlan
from codemods.tensorflow.program.relays import settled
from codemods.tensorflow.program.tree import BodyKey, Tree
from codemods.tensorflow.reach.dynamic import dynamic_parameters
from codemods.tensorflow.reach.extent import Extent
from codemods.tensorflow.reach.meeting import Meeting
from codemods.tensorflow.reach.table import ReachTable
from codemods.tensorflow.reach.ways import Instance
from codemods.tensorflow.scopes.conversion import convert_scopes
from codemods.tensorflow.scopes.default_names import DefaultNames
from codemods.tensorflow.scopes.items import scopes_around
from codemods.tensorflow.scopes.own_layers import OwnLayers
from codemods.tensorflow.scopes.table import ScopeTable
from migrate.codemod import Options
from migrate.model import Level, Shift

__all__ = ["link", "remains"]

_REFUSALS = {
    "scope-as-name": "GV204",
    "star-arguments": "GV201",
    "no-counterpart": "GV202",
    "no-initial-value": "GV206",
    "order-by-version": "GV210",
}
_PATCHED = "the program puts something else in the place of tf.Variable or tf.get_variable"
_DETAILS = {"order-by-version": "it calls a module inside, whose order of arguments is another since TensorFlow 1.12"}


def link(facts: Mapping[str, FileFacts], options: Options) -> Mapping[str, FilePlan]:
    """The plan of each file. Programs that no import joins are looked at one by one: each bears its own cost."""
    files = settled(dict(sorted(facts.items())))
    plans: dict[str, FilePlan] = {}
    for paths in Tree(files).imports.programs():
        plans |= _Linker(Tree({path: files[path] for path in paths}), options).plans()
    return plans


def remains(facts: Mapping[str, FileFacts], done: Collection[str]) -> list[str]:
    """The files of the programs in which a creation can be rewritten that is in none of the files `done`."""
    tree = Tree(settled(dict(sorted(facts.items()))))
    pending = {key[0] for key, _, event in tree.events() if isinstance(event, Creation) and is_open(tree, key, event)}
    pending -= set(done)
    return [path for paths in tree.imports.programs() if not pending.isdisjoint(paths) for path in paths]


_Decision = NamePlan | LeavePlan


@dataclass(frozen=True, slots=True)
class _Decided:
    """What becomes of the creations that are not left whatever their names, of scopes, and of what gets a scope."""

    creations: Mapping[tuple[str, At], NamePlan | LeavePlan] = field(default_factory=dict)
    forms: Mapping[tuple[str, At], ScopeForm] = field(default_factory=dict)
    wraps: Mapping[str, Sequence[WrapPlan]] = field(default_factory=dict)  # by file
    dynamic: Mapping[BodyKey, frozenset[str]] = field(default_factory=dict)


class _Linker:
    """One link phase over one program: what is left whatever its name, and the plans of the files."""

    def __init__(self, tree: Tree, options: Options) -> None:
        self.tree = tree
        self.options = options
        self.keep = options.get("names", "idiomatic") == "keep"
        self.left: dict[tuple[str, At], LeavePlan] = {}
        self.creations = [*self._creations()]

    def _creations(self) -> Iterator[tuple[BodyKey, int, Creation]]:
        """The creations to rewrite; those that are left whatever their names are noted in `left`."""
        patched = any(file.patches for file in self.tree.files.values())
        unsafe = self.options.level is Level.UNSAFE
        for key, number, event in self.tree.events():
            if not isinstance(event, Creation):
                continue
            eager = eager_reason(self.tree, key, event.frames)
            if patched:
                self.left[key[0], event.at] = LeavePlan("GV210", _PATCHED, self._shifted(event))
            elif event.refusal:
                self.left[key[0], event.at] = LeavePlan(
                    _REFUSALS[event.refusal], _DETAILS.get(event.refusal, ""), self._shifted(event)
                )
            elif eager:
                self.left[key[0], event.at] = LeavePlan("GV207", eager, self._shifted(event))
            elif not unsafe and (restored := self.tree.restoring(key[0])):
                self.left[key[0], event.at] = LeavePlan("GV213", restored, self._shifted(event))
            else:
                yield key, number, event

    def _shifted(self, creation: Creation) -> tuple[Shift, ...]:
        """An unnamed variable that is left gets another number when others are counted no more."""
        unnamed = (creation.name is None or creation.refusal == "star-arguments") and not self.keep
        return (Shift(self.tree.program, f"*{UNNAMED}"),) if unnamed else ()

    def plans(self) -> dict[str, FilePlan]:
        """The plan of each file that has something to change or to report."""
        decided = _Namer(self).decided() if self.creations else _Decided()  # most programs have nothing to name
        creations: dict[str, dict[At, NamePlan | LeavePlan]] = {}
        for (path, at), decision in {**self.left, **decided.creations}.items():
            creations.setdefault(path, {})[at] = decision
        forms: dict[str, dict[At, ScopePlan]] = {}
        for (path, at), form in decided.forms.items():
            forms.setdefault(path, {})[at] = ScopePlan(at, form)
        dynamic: dict[str, dict[At, frozenset[str]]] = {}
        for key, names in decided.dynamic.items():
            dynamic.setdefault(key[0], {})[self.tree.body(key).at] = names
        ends: dict[str, dict[At, At]] = {}
        for key, _, event in self.tree.events():
            if isinstance(event, Creation):
                ends.setdefault(key[0], {})[event.at] = event.end
        passing = (path for path, file in self.tree.files.items() if file.hands_on)
        seeded = any(one.seeded for one in self.tree.files.values())
        return {
            path: FilePlan(
                creations.get(path, {}),
                forms.get(path, {}),
                tuple(decided.wraps.get(path, ())),
                self.tree.files[path].version_2_root,
                self.tree.files[path].hands_on,
                dynamic.get(path, {}),
                any(one.resource_scopes for one in self.tree.files.values()),
                seeded,
                self.tree.files[path].synonyms,
                self.tree.program,
                ends.get(path, {}),
            )
            for path in sorted({*creations, *decided.wraps, *passing, *forms})
        }


class _Namer:
    """Names what is to be rewritten in one program: the tables, the sites, the wraps."""

    def __init__(self, linker: _Linker) -> None:
        self.tree, self.options, self.keep, self.left = linker.tree, linker.options, linker.keep, linker.left
        self.reach = ReachTable(self.tree)
        extent = Extent(self.reach.graph)
        self.migrated = {(body, number) for body, number, _ in linker.creations}
        meeting = Meeting(self.tree)
        self.scopes = ScopeTable(self.reach, extent, meeting)
        self.default_names = DefaultNames(self.scopes)
        converting = {"layer-scopes", "get-variable"} <= self.options.selected
        if converting:
            convert_scopes(self.scopes, extent, self._is_made)
        tests = NameTests(self.tree, meeting)
        self.sites = [make_site(*found, self.scopes, extent, tests) for found in linker.creations]
        self._keep_restored()
        self._keep_counted()
        self.wraps = Wraps()
        if converting and not self.keep:
            safe = [one for one in self.sites if self._may_move(one.instances)]
            self.wraps = plan_layers(safe, self.scopes, extent, self.options.get("layers", "full"))

    def _keep_restored(self) -> None:
        """Keeps unnamed what one graph may save and another one restore: by the same number, of other code."""
        restoring = {key[0] for key, _, event in self.tree.events() if _restores(event)}
        for path in restoring:
            made: dict[object, set[object]] = {}
            for site, graph in self._graphs_from(path):
                made.setdefault(graph, set()).add(site.key)
            if len(set(map(frozenset, made.values()))) > 1:
                for site, _ in self._graphs_from(path):
                    site.looked_up = site.looked_up or "what one graph saves may be restored in another"

    def _keep_counted(self) -> None:
        """Keeps the name of what may come before a variable of the store with that name, which counts on it."""
        stored = self._stored()
        for site in self.sites if stored else ():
            for text, own in zip(site.graph_names, site.instances, strict=True):
                others = [one for name in text.texts for one in stored.get(name.lower(), ())]
                if any(self._may_follow(one, own) for one in others):
                    site.looked_up = site.looked_up or "a variable of the store has a number behind it"

    def _stored(self) -> dict[str, list[Instance]]:
        """The variables that the program makes by `get_variable` itself, by their names."""
        found: dict[str, list[Instance]] = {}
        for body, number, event in self.tree.events():
            if isinstance(event, StoreUse) and event.name is not None and not (event.asked or event.scoped):
                instances = self.reach.instances(body, number)
                for text, instance in zip(names_of(event, instances), instances, strict=True):
                    for name in text.texts:
                        found.setdefault(name.lower(), []).append(instance)
        return found

    def _may_follow(self, one: Instance, other: Instance) -> bool:
        """Whether something may be made behind another one, in the same place of the same graph."""
        scopes = self.scopes
        return scopes.meeting.may_meet(one, other) and scopes.places.same(one, other) and not one.surely_before(other)

    def _graphs_from(self, root: str) -> Iterator[tuple[Site, object]]:
        """The unnamed variables of a program that starts in a file, each with the graphs that it is made in."""
        for site in self.sites:
            for instance in () if site.is_named else site.instances:
                if instance.way.root == root and instance.way.graph[0] in ("default", "new", "reset"):
                    yield site, instance.way.graph

    def _may_move(self, instances: tuple[Instance, ...]) -> bool:
        """Whether something may go under a new scope; a thread of its own would number such scopes anew."""
        threaded = self.tree.threads and any(one.way.partial for one in instances)
        return not threaded and not hazards(instances, self.reach)

    def _is_made(self, body: BodyKey, number: int) -> bool:
        """Whether a creation is rewritten whatever its name: the scopes around it give it nothing."""
        if not self._is_migrated(body, number):
            return False
        unsafe = self.options.level is Level.UNSAFE
        return unsafe or not hazards(self.reach.instances(body, number), self.reach)

    def _is_migrated(self, body: BodyKey, number: int) -> bool:
        return (body, number) in self.migrated

    def decided(self) -> _Decided:
        """All decisions."""
        creations = {site.key: decision for site, decision in self._decisions()}
        forms = self.scopes.places.forms
        return _Decided(creations, forms, self.wraps.by_file, dynamic_parameters(self.tree))

    def _decisions(self) -> Iterator[tuple[Site, NamePlan | LeavePlan]]:
        """What becomes of each site, in order: a name that is chosen is taken for those behind it."""
        claims = gather_claims(self.scopes, self.sites, self._is_migrated, self.wraps.bearers, keep=self.keep)
        unsafe = self.options.level is Level.UNSAFE
        decider = Decider(self.scopes, claims, self._old_names(), self.keep, unsafe, OwnLayers(self.scopes))
        decisions = [(site, decider.decide(site)) for site in self.sites]
        for site, decision in _together(decisions, decider):
            yield site, self._needing(site, decision)

    def _needing(self, site: Site, decision: NamePlan | LeavePlan) -> NamePlan | LeavePlan:
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
        names = self.default_names.beside(site.body[0], site.instances) if site.creation.computes else frozenset()
        return replace(needed, level=level, in_control_flow=control_flow, default_names=names)

    def _old_names(self) -> OldNames:
        left = {
            key[0]
            for key, _, event in self.tree.events()
            if isinstance(event, Creation) and event.name is None and (key[0], event.at) in self.left
        }
        unnamed = {site.body[0] for site in self.sites if not site.is_named} | left
        left |= {path for path, file in self.tree.files.items() if file.makes_unseen}
        unnamed |= left
        several = len(unnamed) > 1  # which of them a run brings in, and when, is not known
        uncounted = frozenset(unnamed if several else left)
        return OldNames(self.scopes, self.sites, renames_others=not self.keep, uncounted=uncounted)


def _together(decisions: Sequence[tuple[Site, _Decision]], decider: Decider) -> Iterator[tuple[Site, _Decision]]:
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


def _restores(event: Event) -> bool:
    return isinstance(event, Call) and event.callee.name == "restore"
