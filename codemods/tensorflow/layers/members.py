"""The statements that make variables, and the name of the layer that each of them tells of."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from codemods.tensorflow.facts import At, Creation, Event, FrameFacts, Grip, StatementFacts
from codemods.tensorflow.indexing.targets import builds_all, factory_name, method_name
from codemods.tensorflow.layers.factories import Factory, FactoryCall
from codemods.tensorflow.layers.stems import Stem, is_role, stem_of
from codemods.tensorflow.naming.sites import Place, Site
from codemods.tensorflow.program.tree import BodyKey, Tree

__all__ = [
    "LAYER",
    "LAYERS",
    "Block",
    "Dictionaries",
    "Member",
    "block_of",
    "calling",
    "making",
    "unit_of_loop",
    "wants_layer",
]

LAYER = "layer"  # what a layer is called where nothing tells
LAYERS = "layers"  # and several that are in no order


@dataclass(frozen=True, slots=True)
class Block:
    """A block of statements in which variables are made."""

    body: BodyKey
    statements: tuple[StatementFacts, ...]

    def place(self, statement: At) -> int:
        """The place of a statement among its siblings."""
        return bisect_left(self.statements, statement, key=attrgetter("at"))

    def makes_more(self, member: Member) -> bool:
        """Whether the statement of a member goes on behind its variable, perhaps with ops that are made of it."""
        end = self.statements[member.place].end
        return any(site.creation.end != end for site in member.sites)


def block_of(tree: Tree, body: BodyKey, first: At) -> Block:
    """The block of a body that begins with the statement at `first`."""
    return Block(body, tree.files[body[0]].blocks[first])


@dataclass(slots=True)
class Member:
    """A statement that makes variables: by creations of its own, or by calling a factory."""

    place: int  # among the block's statements
    layer: str  # the layer that its target tells of, or a name for one
    repeats: bool
    sites: list[Site] = field(default_factory=list)
    calls: tuple[tuple[Factory, FactoryCall], ...] = ()
    has_stem: bool = False  # the layer's name is a part of the target's
    is_unit: bool = False  # the layer is what its function makes
    apart: bool = False  # others of its layer stand elsewhere, or it is a dictionary of several layers' variables
    in_arms: bool = False  # its variables are made in the arms of an `if`, which is its statement
    keeps_ops: bool = False  # what stands before it in its layer makes ops whose names must stay

    @property
    def targets(self) -> tuple[str, ...]:
        """What its variables are assigned to."""
        return (*(site.creation.target for site in self.sites), *(one.call.target for _, one in self.calls))

    @property
    def makes_variables(self) -> bool:
        """Whether what it assigns are variables, and no ops that a factory has made of them."""
        return all(factory.hands_out and one.call.whole for factory, one in self.calls)

    @property
    def events(self) -> list[Event]:
        """The events that a scope around the statement is for."""
        return [*(site.creation for site in self.sites), *(one.call for _, one in self.calls)]


class Dictionaries:
    """Dictionaries of variables with keys that another one has too: each gets a scope of its own."""

    def __init__(self, sites: Iterable[Site]) -> None:
        groups: dict[tuple[BodyKey, str], set[str]] = defaultdict(set)
        for site in sites:
            if site.creation.group:
                groups[site.body, site.creation.target.lower()].add(site.creation.group)
        self._crowded = {(body, name) for (body, _), names in groups.items() if len(names) > 1 for name in names}

    def scope(self, site: Site) -> str:
        """The name of the dictionary that a creation is made for, where that has to be a scope."""
        return site.creation.group if (site.body, site.creation.group) in self._crowded else ""


def wants_layer(site: Site, dictionaries: Dictionaries, option: str, *, drops_scopes: bool) -> bool:
    """Whether a creation needs a scope, or may have one because its name changes anyway; `option`: `--layers`.

    `drops_scopes`: nobody compares the name scopes in front of names.
    """
    creation = site.creation
    # Under name scopes that stay, a new scope is one of the root's, and they are no longer in front of the name.
    unseen = drops_scopes and site.place is Place.NAMED and site.repeats and not site.is_named
    if (
        creation.grip is not Grip.STATEMENT
        or not creation.spells_scopes
        or not (unseen or site.place in (Place.ROOT, Place.IN_STEP))
    ):
        return False
    if site.looked_up or site.counts:
        return False
    if site.repeats:
        return not (site.opaque_name or site.says_scopes or site.keeps_name_in_cells)
    if dictionaries.scope(site):
        return not site.is_named
    if option in ("off", "minimal"):
        return False
    return bool(stem_of(creation.target)) and (not site.is_named or option == "all")


def calling(block: Block, calls: Sequence[tuple[Factory, FactoryCall]], tree: Tree) -> Member:
    """The member that calls factories: one for a variable, or several in one statement."""
    factory, call = calls[0]
    place, repeats = block.place(call.call.statement), any(one.repeats for _, one in calls)
    target, stem = _target(calls, block.statements[place])
    hands_out = all(one.hands_out for one, _ in calls)
    unit = "" if stem or not hands_out else _unit_of(call, target, tree)
    layer = stem.layer if stem else unit or target
    if not target or target in block.statements[place].reads:  # `x = conv(x)`: what it is called tells nothing
        alone = factory.name if len(calls) == 1 and (call.call.whole or not hands_out) else ""
        layer, stem, unit = alone or layer, None, ""
        if not alone:
            layer = unit = _unit_name(call.body, call.call.frames, tree)
    return Member(place, layer, repeats, [], tuple(calls), has_stem=stem is not None, is_unit=bool(unit))


def _target(calls: Sequence[tuple[Factory, FactoryCall]], statement: StatementFacts) -> tuple[str, Stem | None]:
    """What a statement is taken to make, and the layer that it tells of; "" where its targets tell of several."""
    targets = [call.call.target for _, call in calls]
    names = statement.binds if targets == [""] else targets  # `W_fc1, b_fc1 = layer(x)`
    stems = {name: stem for name in names if (stem := stem_of(name)) is not None}
    layers = {stem.layer for stem in stems.values()}
    if len(layers) == 1 and all(name in stems or name.endswith(tuple(layers)) for name in names):
        return next(iter(stems.items()))
    return (targets[0], None) if len(set(targets)) == 1 else ("", None)


def _unit_of(call: FactoryCall, target: str, tree: Tree) -> str:
    """The function in which a variable is asked for, where that tells more than the variable's own name."""
    tells = call.repeats or is_role(target)
    return _unit_name(call.body, call.call.frames, tree) if tells and not tree.body(call.body).is_module else ""


def making(block: Block, site: Site, dictionaries: Dictionaries, tree: Tree) -> Member:
    """The member that makes a variable itself."""
    creation = site.creation
    in_function = site.repeats and not tree.body(site.body).is_module
    crowded, group = dictionaries.scope(site), creation.group if site.repeats else ""
    layer = crowded or (_unit_name(site.body, creation.frames, tree) if in_function else "") or group
    stem = stem_of(creation.target)
    if not layer and stem is None and (site.repeats or not creation.target):
        layer = LAYER
    has_stem = not layer and stem is not None
    layer = layer or (stem.layer if stem else creation.target)
    place = block.place(creation.statement)
    is_unit, apart = in_function and not crowded, bool(crowded)
    return Member(place, layer, site.repeats, [site], has_stem=has_stem, is_unit=is_unit, apart=apart)


def unit_of_loop(targets: Sequence[str], key: BodyKey, tree: Tree) -> str:
    """What the rounds of a loop make: the layer that all targets tell of; what its function is for, unless they do.

    `W` and `b` are those of a layer, whatever function they are made in.
    """
    stems = [stem_of(target) for target in targets]
    layers = {stem.layer if stem else "" for stem in stems}
    if len(layers) == 1 and "" not in layers and not any(layer[-1].isdigit() for layer in layers):
        return layers.pop()
    if tree.body(key).is_module or all(stem or is_role(target) for stem, target in zip(stems, targets, strict=True)):
        return LAYER
    name = _unit_name(key, (), tree)
    return LAYER if builds_all(name) else name


def _unit_name(key: BodyKey, frames: tuple[FrameFacts, ...], tree: Tree) -> str:
    """What runs again gives the name: the function, the class; in a loop it is what the loop makes."""
    body = tree.body(key)
    if any(frame.kind == "loop" for frame in frames):
        return LAYER
    if body.owner < 0:
        return factory_name(body.name) or LAYER
    targets = {event.target for event in body.events if isinstance(event, Creation)}
    return method_name(body.name, tree.classes.facts((key[0], body.owner)).name, targets)
