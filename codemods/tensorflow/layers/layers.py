"""Plans the new scopes of a tree: around what makes, and first uses, the variables of a layer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from codemods.tensorflow.facts import At, Creation, FrameFacts, Grip, ScopeKind, StoreUse
from codemods.tensorflow.indexing.targets import says_nothing
from codemods.tensorflow.layers.arms import lift_arms
from codemods.tensorflow.layers.factories import Factory, FactoryCall, calls_by_statement, find_factories
from codemods.tensorflow.layers.grouping import Grouping
from codemods.tensorflow.layers.inside import may_clash_within
from codemods.tensorflow.layers.members import (
    LAYER,
    Block,
    Dictionaries,
    Member,
    block_of,
    calling,
    making,
    unit_of_loop,
    wants_layer,
)
from codemods.tensorflow.layers.names import ScopeNames
from codemods.tensorflow.layers.stems import is_role, stem_of
from codemods.tensorflow.naming.claim import FACTORY
from codemods.tensorflow.naming.sites import Site
from codemods.tensorflow.plan import WrapPlan
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.extent import Extent
from codemods.tensorflow.reach.ways import SCOPES, Instance
from codemods.tensorflow.scopes.moving import may_move_all
from codemods.tensorflow.scopes.table import ScopeTable
from codemods.tensorflow.text import without_number

__all__ = ["Wraps", "plan_layers"]

_NO_LAYER = frozenset({"variable", "variables", "var", "vars"})  # what a helper makes says nothing of the layer
_OPS_STAY = ("off", "minimal")  # `--layers` of which the ops of a layer stay outside


@dataclass(frozen=True, slots=True)
class Wraps:
    """The new scopes of each file, and every one of them by each way that leads to it."""

    by_file: Mapping[str, list[WrapPlan]] = field(default_factory=dict)
    bearers: tuple[tuple[WrapPlan, Instance], ...] = ()


def plan_layers(sites: list[Site], scopes: ScopeTable, extent: Extent, option: str) -> Wraps:
    """The wraps for some sites, each of which is told of its own; `option` is the value of `--layers`."""
    return _Planner(scopes, extent, option, Dictionaries(sites), ScopeNames(scopes, sites)).plan(sites)


@dataclass(slots=True)
class _Planner:
    scopes: ScopeTable
    extent: Extent
    option: str
    dictionaries: Dictionaries
    names: ScopeNames
    joined: dict[tuple[BodyKey, At], Member] = field(default_factory=dict)  # what creations make itself, by statement
    named: set[tuple[BodyKey, At]] = field(default_factory=set)  # blocks with layers whose names stay
    bare: set[tuple[BodyKey, At]] = field(default_factory=set)  # blocks with a `w` that tells of no layer
    keyed: set[BodyKey] = field(default_factory=set)  # bodies in which keys that the program computes name variables
    wraps: dict[str, list[WrapPlan]] = field(default_factory=lambda: defaultdict(list))
    bearers: list[tuple[WrapPlan, Instance]] = field(default_factory=list)

    def plan(self, sites: list[Site]) -> Wraps:
        factories = self._wrappable(find_factories(sites, self.scopes, self.extent))
        in_factory = {id(site) for factory in factories for site in factory.sites}
        for factory in factories:
            for site in factory.sites:
                site.domain = (site.body, FACTORY)
                site.kept = factory.kept
                site.inner = factory.name if factory.hands_out and says_nothing(site.creation.target) else ""
        members: dict[tuple[BodyKey, At], list[Member]] = defaultdict(list)
        for (body, _), calls in calls_by_statement(factories).items():
            key = body, calls[0][1].call.block
            members[key].append(calling(self._block(key), calls, self.extent.tree))
        for site in sites:
            if id(site) not in in_factory and self._wants_layer(site):
                self._join(members[site.body, site.creation.block], site)
            elif site.is_named and stem_of(site.creation.target):
                self.named.add((site.body, site.creation.block))
            elif is_role(site.creation.target) and not site.repeats:
                self.bare.add((site.body, site.creation.block))
            elif site.counts and site.creation.grip is Grip.STATEMENT:
                self.keyed.add(site.body)
        for key, found in self._lifted(members).items():
            self._plan_block(self._block(key), found)
        return Wraps(self.wraps, tuple(self.bearers))

    def _wants_layer(self, site: Site) -> bool:
        drops_scopes = not self.scopes.reach.name_tests
        return wants_layer(site, self.dictionaries, self.option, drops_scopes=drops_scopes)

    def _lifted(self, members: dict[tuple[BodyKey, At], list[Member]]) -> dict[tuple[BodyKey, At], list[Member]]:
        """The members, with what the arms of an `if` make as one, where ops in there may get other names."""
        if self.option in _OPS_STAY:
            return members
        return lift_arms(members, self.extent, self._ops_may_move)

    def _ops_may_move(self, body: BodyKey) -> bool:
        """Whether nobody looks for an op that a body makes without a name."""
        return not (self._ops_are_looked_up(body) or self._unnamed_ops_are_looked_up(body))

    def _block(self, key: tuple[BodyKey, At]) -> Block:
        return block_of(self.extent.tree, *key)

    def _wrappable(self, factories: list[Factory]) -> list[Factory]:
        """The factories of which each call can have a scope; where one cannot, their variables need another way."""
        while True:
            statements = calls_by_statement(factories).values()
            failing = {id(one) for calls in statements if not self._can_be_wrapped(calls) for one, _ in calls}
            if not failing:
                return factories
            factories = [one for one in factories if id(one) not in failing]

    def _can_be_wrapped(self, calls: list[tuple[Factory, FactoryCall]]) -> bool:
        """Whether a scope can go around a statement that calls factories."""
        body, block = calls[0][1].body, self._block((calls[0][1].body, calls[0][1].call.block))
        if any(self._runs_others(call, calls) for _, call in calls):
            return False
        makes_ops = any(not factory.hands_out or not call.call.whole for factory, call in calls)
        if makes_ops and self._unnamed_ops_are_looked_up(body):
            return False
        if may_clash_within(calls, self.extent.tree):
            return False
        statement = block.statements[block.place(calls[0][1].call.statement)]
        return may_move_all(statement, body, self.extent, [call.call for _, call in calls])

    def _runs_others(self, call: FactoryCall, calls: list[tuple[Factory, FactoryCall]]) -> bool:
        """Whether a call may run something else that names something, such as another class's method of that name."""
        factories = {factory.body for factory, one in calls if one.number == call.number}
        targets = self.extent.tree.targets(call.call, call.body)
        return any(target not in factories and self.extent.names_something(target) for target in targets)

    def _join(self, members: list[Member], site: Site) -> None:
        """Adds a site to the member that its statement is already, or as a new one."""
        member = making(self._block((site.body, site.creation.block)), site, self.dictionaries, self.extent.tree)
        other = self.joined.setdefault((site.body, site.creation.statement), member)
        if other is member:
            members.append(member)
        else:
            other.sites.append(site)

    def _plan_block(self, block: Block, members: list[Member]) -> None:
        takes_ops = self.option not in _OPS_STAY and not self._ops_are_looked_up(block.body)
        asked = not takes_ops and self._unnamed_ops_are_looked_up(block.body)
        grouping = Grouping(block, self.extent, takes_ops)
        groups = grouping.layers(members)
        chosen = self._chosen(groups, block)
        for group, last in zip(groups, grouping.lasts(groups), strict=True):
            if group[0].place in chosen:
                sites = [site for member in group for site in member.sites]
                first = block.statements[group[0].place]
                layer = self._layer(group[0], sites, block)
                around = self._scope_around(group[0].events[0].frames, first.at, block.body[0])
                name = self.names.free(layer, block.body[0], sites, unique=group[0].repeats, around=around)
                computes = asked and any(map(block.makes_more, group))
                keeps_ops = computes or any(member.keeps_ops for member in group)
                wrap = WrapPlan(first.at, last.at, last.end, name, unique=group[0].repeats, keeps_ops=keeps_ops)
                self._wrap(block.body, group, wrap, layer)

    def _scope_around(self, frames: Sequence[FrameFacts], at: At, path: str) -> str:
        """The last part of the name of the variable scope that a statement is right within; "" where it is not known.

        A name scope that becomes one counts.
        """
        frames = [one for one in frames if one.at < at and one.scope is not None and one.scope.kind in SCOPES]
        inner = frames[-1].scope if frames else None
        if inner is None or inner.name is None:
            return ""
        if inner.kind is ScopeKind.NAME and (path, frames[-1].at) not in self.scopes.places.forms:
            return ""
        return (inner.name.literal or "").rpartition("/")[2]

    def _chosen(self, groups: list[list[Member]], block: Block) -> set[int]:
        """The places of the layers that get a scope; all layers of a network are named in one way."""
        needed = {group[0].place for group in groups if self._needs_scope(group)}
        layers = [group for group in groups if group[0].has_stem]
        several = {group[0].place for group in groups if self._tells(group)}
        if self._stays_plain(block, layers):
            return needed
        names = [group[0].layer for group in layers]
        if len(set(names)) == len(names) and any(group[0].place in needed | several for group in layers):
            several |= {group[0].place for group in layers}
        return needed | several

    def _tells(self, group: list[Member]) -> bool:
        """Whether a scope says more than plain names do: it holds several, and is called by more than a letter."""
        return len(group[0].layer) > 1 and sum(len(member.sites) for member in group) > 1

    def _stays_plain(self, block: Block, layers: list[list[Member]]) -> bool:
        """Whether plain names go better with what is there: a scope for the one layer in it, or names of others."""
        key = block.body, block.statements[0].at
        if key in self.named or block.body in self.keyed or (layers and self._has_names(block, layers[0][0])):
            return True
        if key in self.bare and layers and all(group[0].layer.removeprefix(LAYER).isdigit() for group in layers):
            return True  # `w2` and `b2` beside `w` and `b`
        return len(layers) == 1 and any(_in_scope(site.creation) for site in layers[0][0].sites)

    def _has_names(self, block: Block, member: Member) -> bool:
        """Whether `get_variable` makes variables of layers beside a member, under names that stay."""
        beside = member.events[0].frames
        events = (one for one in self.extent.tree.body(block.body).events if isinstance(one, StoreUse))
        names = (
            one.name.literal for one in events if one.name and not (one.asked or one.scoped) and one.frames == beside
        )
        return any(name is not None and stem_of(name) for name in names)

    def _needs_scope(self, group: list[Member]) -> bool:
        """Whether names would clash without a scope."""
        first, sites = group[0], [site for member in group for site in member.sites]
        return first.repeats or bool(first.calls) or bool(self.dictionaries.scope(sites[0]))

    def _ops_are_looked_up(self, body: BodyKey) -> bool:
        """Whether the program looks ops up by name: then a new scope must not rename any."""
        return any(self.scopes.meeting.files(path, body[0]) for path in self.extent.tree.looking_up)

    def _unnamed_ops_are_looked_up(self, body: BodyKey) -> bool:
        """Whether the program may look for an op by the name that TensorFlow gives it, such as `Softmax_1`."""
        tree = self.extent.tree
        files = [tree.files[path] for path in tree.looking_up if self.scopes.meeting.files(path, body[0])]
        lasts = (without_number(name.rpartition("/")[2]).lower() for file in files for name in file.lookups.names)
        asked = any(one.asks for one in tree.files[body[0]].bodies)
        return asked or any(last in tree.op_names for last in lasts)

    def _layer(self, member: Member, sites: list[Site], block: Block) -> str:
        """What a person would call the layer that begins with a member."""
        layer = member.layer
        alone = sites[0].creation.target if len(sites) == 1 else ""
        if layer == LAYER and alone and not is_role(alone):
            layer = alone
        elif layer == LAYER and sites and member.repeats:
            layer = unit_of_loop([site.creation.target for site in sites], block.body, self.extent.tree)
        return LAYER if layer.lower() in _NO_LAYER else layer

    def _wrap(self, body: BodyKey, group: list[Member], wrap: WrapPlan, layer: str) -> None:
        """Notes a wrap, and tells its sites and those of the factories that are called in it."""
        self.wraps[body[0]].append(wrap)
        sites = [site for member in group for site in member.sites]
        bearing = sites if any(member.in_arms for member in group) else sites[:1]
        instances = [one for site in bearing for one in site.instances] or group[0].calls[0][1].instances
        self.bearers += [(wrap, instance) for instance in instances]
        for site in sites:
            site.domain = (body, wrap.first)
            site.wraps.append((body[0], wrap))
            stem = stem_of(site.creation.target)
            site.inner = stem.role if stem and stem.layer == layer else ""
        for member in group:
            for factory, call in member.calls:
                for site in factory.sites:
                    site.wraps.append((body[0], wrap))
                    site.call_wraps[body, call.number] = wrap


def _in_scope(creation: Creation) -> bool:
    """Whether the block that a creation stands in is that of a scope."""
    scope = creation.frames[-1].scope if creation.frames else None
    return scope is not None and scope.kind in (ScopeKind.NAME, ScopeKind.VARIABLE)
