"""Which statements go together under a new variable scope: those that make, and first use, the variables of a layer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from codemods.tensorflow.extent import Extent
from codemods.tensorflow.factories import Factory, FactoryCall, calls_by_block, find_factories
from codemods.tensorflow.facts import At, Call, Creation, Enter, Event, Grip, NamedOp, StatementFacts, StoreUse
from codemods.tensorflow.naming import Place, Site
from codemods.tensorflow.plan import WrapPlan
from codemods.tensorflow.reach import Instance
from codemods.tensorflow.scopes import ScopeTable
from codemods.tensorflow.stems import stem_of
from codemods.tensorflow.targets import factory_name, snake_case
from codemods.tensorflow.tree import BodyKey

__all__ = ["Layers", "is_alone"]

_LAYER = "layer"
_MAX_NUMBER = 1000  # layers of one name in one program
_NOT_TAKEN_IN = frozenset({"off", "minimal"})  # `--layers` of which the ops of a layer stay outside


@dataclass(slots=True)
class Member:
    """A statement that makes variables: by creations of its own, or by calling a factory."""

    place: int  # among the block's statements
    layer: str  # the layer that its target tells of, or a name for one
    repeats: bool
    sites: list[Site] = field(default_factory=list)
    factory: Factory | None = None
    call: FactoryCall | None = None


@dataclass(slots=True)
class Layers:
    """Plans the wraps of a tree. `extent` of a wrap follows `option`, the value of `--layers`."""

    scopes: ScopeTable
    extent: Extent
    option: str
    wraps: dict[str, list[WrapPlan]] = field(default_factory=lambda: defaultdict(list))
    bearers: list[tuple[WrapPlan, Instance]] = field(default_factory=list)  # every wrap, by each way that leads to it
    _crowded: set[tuple[BodyKey, str]] = field(default_factory=set)  # dictionaries that need a scope
    _named: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # names of ops and variables
    _taken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # scope names, and their files

    def plan(self, sites: list[Site]) -> Mapping[str, list[WrapPlan]]:
        """The wraps of each file; every site that one holds is told of it."""
        for item in self.scopes.items.values():
            for text in item.texts:
                self._taken[(text.literal or "").lower()].append(item.key[0])
        for name, path in self.scopes.literal_names():
            self._named[name].append(path)
        factories = [one for one in find_factories(sites, self.scopes, self.extent) if self._can_be_wrapped(one)]
        self._find_crowded(sites)
        in_factory = {id(site) for factory in factories for site in factory.sites}
        for factory in factories:
            for site in factory.sites:
                site.domain = (site.body, "factory")
        blocks: dict[tuple[BodyKey, At], list[Member]] = defaultdict(list)
        for key, calls in calls_by_block(factories).items():
            blocks[key] += [self._calling(key, *pair) for pair in calls]
        for site in sites:
            if id(site) not in in_factory and self._wants_layer(site):
                self._join(blocks[site.body, site.creation.block], site)
        for (body, block), members in blocks.items():
            self._plan_block(body, self._statements(body, block), members)
        return self.wraps

    def _can_be_wrapped(self, factory: Factory) -> bool:
        """Whether a scope can go around every call of a factory; where one cannot, its variables need another way."""
        for call in factory.calls:
            key = (call.body, call.call.block)
            member = self._calling(key, factory, call)
            if not self._is_clean(call.body, self._statements(*key)[member.place], member):
                return False
        return True

    def _find_crowded(self, sites: list[Site]) -> None:
        """Dictionaries with keys that another one has too: each gets a scope of its own."""
        groups: dict[tuple[BodyKey, str], set[str]] = defaultdict(set)
        for site in sites:
            if site.creation.group:
                groups[site.body, site.creation.target.lower()].add(site.creation.group)
        for (body, _), names in groups.items():
            if len(names) > 1:
                self._crowded.update((body, name) for name in names)

    def _dictionary(self, site: Site) -> str:
        """The name of the dictionary that a creation is made for, where that has to be a scope."""
        return site.creation.group if (site.body, site.creation.group) in self._crowded else ""

    # members

    def _statements(self, body: BodyKey, block: At) -> tuple[StatementFacts, ...]:
        return self.extent.tree.files[body[0]].blocks[block]

    def _wants_layer(self, site: Site) -> bool:
        """Whether a creation needs a scope, or may have one because its name changes anyway."""
        if site.creation.grip is not Grip.STATEMENT or site.place not in (Place.ROOT, Place.IN_STEP):
            return False
        if site.repeats or site.looked_up:
            return not site.opaque_name and not site.looked_up
        if self._dictionary(site):
            return site.creation.name is None
        if self.option in ("off", "minimal"):
            return False
        return bool(stem_of(site.creation.target)) and (site.creation.name is None or self.option == "all")

    def _place(self, body: BodyKey, block: At, statement: At) -> int:
        return next(place for place, one in enumerate(self._statements(body, block)) if one.at == statement)

    def _calling(self, key: tuple[BodyKey, At], factory: Factory, call: FactoryCall) -> Member:
        stem = stem_of(call.call.target)
        place = self._place(*key, call.call.statement)
        return Member(place, stem.layer if stem else call.call.target, call.repeats, [], factory, call)

    def _join(self, members: list[Member], site: Site) -> None:
        creation = site.creation
        place = self._place(site.body, creation.block, creation.statement)
        for member in members:
            if member.place == place and member.call is None:
                member.sites.append(site)
                return
        layer = self._unit_name(site) if site.repeats and not self.extent.tree.body(site.body).is_module else ""
        stem = stem_of(creation.target)
        layer = layer or self._dictionary(site)
        if not layer and stem is None and (site.repeats or not creation.target):
            layer = _LAYER
        members.append(Member(place, layer or (stem.layer if stem else creation.target), site.repeats, [site]))

    def _unit_name(self, site: Site) -> str:
        """What runs again gives the name: the function, the class; in a loop it is what the loop makes."""
        body = self.extent.tree.body(site.body)
        if any(frame.kind == "loop" for frame in site.creation.frames):
            return _LAYER
        if body.name == "__init__" and body.owner >= 0:
            return snake_case(self.extent.tree.class_facts((site.body[0], body.owner)).name)
        return factory_name(body.name) or _LAYER

    # layers

    def _plan_block(self, body: BodyKey, statements: tuple[StatementFacts, ...], members: list[Member]) -> None:
        members = [member for member in members if self._is_clean(body, statements[member.place], member)]
        members.sort(key=lambda member: member.place)
        groups = list(self._groups(body, statements, members))
        if not groups:
            return
        ends = [*(group[0].place for group in groups[1:]), len(statements)][: len(groups)]
        for group, end in zip(groups, ends, strict=True):
            self._wrap(body, statements, group, end)

    def _groups(
        self, body: BodyKey, statements: tuple[StatementFacts, ...], members: list[Member]
    ) -> Iterator[list[Member]]:
        group: list[Member] = []
        for member in members:
            if group and self._continues(body, statements, group, member):
                group.append(member)
            else:
                if group:
                    yield group
                group = [member]
        if group:
            yield group

    def _continues(
        self, body: BodyKey, statements: tuple[StatementFacts, ...], group: list[Member], member: Member
    ) -> bool:
        """Whether a member belongs to the layer before it, and what stands between them may come along."""
        last = group[-1]
        if statements[last.place].cell != statements[member.place].cell:
            return False
        if last.layer != member.layer or last.repeats != member.repeats or (last.call is None) != (member.call is None):
            return False
        if member.factory is not None and any(one.factory is member.factory for one in group):
            return False  # one scope cannot hold two variables of the same name
        between = statements[last.place + 1 : member.place]
        if between and (self.option in _NOT_TAKEN_IN or self._ops_are_looked_up(body)):
            return False
        return all(self._is_clean(body, one) for one in between)

    def _ops_are_looked_up(self, body: BodyKey) -> bool:
        """Whether the program looks ops up by name: then a new scope must not rename any."""
        return any(self.scopes.meeting.files(path, body[0]) for path in self.extent.tree.looking_up)

    def _is_clean(self, body: BodyKey, statement: StatementFacts, member: Member | None = None) -> bool:
        """Whether a scope can go around a statement and changes no name there that somebody may look for."""
        if not statement.plain:
            return False
        own = {id(site.creation) for site in member.sites} if member else set()
        if member is not None and member.call is not None:
            own.add(id(member.call.call))
        events = self.extent.between(body, statement.at, statement.end)
        return all(id(event) in own or may_move(event, body, self.extent) for event in events)

    def _taken_in(self, body: BodyKey, statements: tuple[StatementFacts, ...], group: list[Member], end: int) -> int:
        """The place of the last statement of the layer: those that use its variables at once come along."""
        last = group[-1].place
        if self.option in _NOT_TAKEN_IN or self._ops_are_looked_up(body):
            return last
        bound = {name for member in group for name in statements[member.place].binds}
        for place in range(last + 1, end):
            statement = statements[place]
            if statement.cell != statements[last].cell or not self._is_clean(body, statement):
                break
            if bound.isdisjoint(statement.reads) or not self._is_of_layer(statement, group[0]):
                continue  # it comes along if one behind it belongs to the layer
            bound.update(statement.binds)
            last = place
        return last

    def _is_of_layer(self, statement: StatementFacts, member: Member) -> bool:
        """Whether a statement that uses a layer's variables is part of it, by its name where names tell."""
        if member.repeats and member.call is None:
            return True
        stems = [stem_of(name) for name in statement.binds]
        return any(stem is not None and stem.layer == member.layer for stem in stems)

    def _wrap(self, body: BodyKey, statements: tuple[StatementFacts, ...], group: list[Member], end: int) -> None:
        sites = [site for member in group for site in member.sites]
        repeats = group[0].repeats
        needed = repeats or group[0].call is not None or bool(self._dictionary(sites[0]))
        if not needed and len(sites) < 2:
            return  # a lone variable is no layer
        first, last = statements[group[0].place], statements[self._taken_in(body, statements, group, end)]
        layer = group[0].layer
        if layer == _LAYER and len(sites) == 1 and sites[0].creation.target:
            layer = sites[0].creation.target
        name = self._free(layer, body[0], sites, unique=repeats)
        wrap = WrapPlan(first.at, last.at, name, unique=repeats, keeps_op_names=False)
        self.wraps[body[0]].append(wrap)
        instances = sites[0].instances if sites else group[0].call.instances if group[0].call else ()
        self.bearers += [(wrap, instance) for instance in instances]
        for site in sites:
            site.domain = (body, first.at)
            site.wraps.append((body[0], wrap))
            stem = stem_of(site.creation.target)
            site.inner = stem.role if stem and stem.layer == group[0].layer else ""
        for member in group:
            for site in member.factory.sites if member.factory else ():
                site.wraps.append((body[0], wrap))
                if member.call is not None:
                    site.call_wraps[body, member.call.number] = wrap

    def _free(self, name: str, path: str, sites: list[Site], *, unique: bool) -> str:
        """A scope name that nothing which may meet it bears: scopes, ops, and variables other than those inside."""
        own = {(text.literal or "").lower() for site in sites for text in site.names}
        for number in range(_MAX_NUMBER):
            candidate = f"{name}_{number}" if number and not unique else f"{name}_scope" if number else name
            key = candidate.lower()
            taken = [*self._taken[key], *(() if key in own else self._named[key])]
            if not any(self.scopes.meeting.files(path, other) for other in taken):
                break
            if number and unique:
                name = candidate
        if not unique:
            self._taken[key].append(path)
        return candidate


def is_alone(site: Site, extent: Extent) -> bool:
    """Whether a scope around a creation's statement would change nothing else in it."""
    creation = site.creation
    statements = extent.tree.files[site.body[0]].blocks[creation.block]
    plain = any(statement.at == creation.statement and statement.plain for statement in statements)
    events = extent.between(site.body, creation.statement, creation.statement_end)
    others = (event for event in events if event is not creation)
    return plain and creation.grip is Grip.STATEMENT and all(may_move(event, site.body, extent) for event in others)


def may_move(event: Event, body: BodyKey, extent: Extent) -> bool:
    """Whether an event can come under a new variable scope and make the same names, or names that nobody gave."""
    match event:
        case NamedOp() | StoreUse() | Enter() | Creation():
            return False
        case Call():
            if extent.creates(event, body) or extent.speaks(event, body):
                return False
            return not extent.uses_store([event], body)
    return True
