"""Chooses each variable's new name, so that it is the old one wherever that can be, and never one that is taken."""

from __future__ import annotations

import enum
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from codemods.tensorflow.facts import Creation, NamedOp, ScopeKind, StoreUse
from codemods.tensorflow.meeting import Meeting
from codemods.tensorflow.plan import WrapPlan
from codemods.tensorflow.reach import Instance
from codemods.tensorflow.scopes import ScopeTable, Step
from codemods.tensorflow.text import Hole, Text, overlaps, substitute
from codemods.tensorflow.tree import BodyKey

__all__ = ["MOVED", "Claim", "Claims", "Place", "Site", "place_of", "site_names"]


_NUMBERED = re.compile(r"(.+)_\d+")
MOVED = "moved"  # the domain of variables that get another name


class Place(enum.Enum):
    """What the scopes around a creation do to its name, taken over all the ways that lead to it."""

    ROOT = "root"  # no scope at all
    IN_STEP = "in step"  # variable scopes that name what they hold as name scopes would
    NAMED = "named"  # name scopes only: `get_variable` would lose their names
    MIXED = "mixed"  # name scopes within variable scopes that are in step
    BROKEN = "broken"


@dataclass(slots=True)
class Site:
    """A creation on its way to a decision."""

    body: BodyKey
    number: int
    creation: Creation
    instances: tuple[Instance, ...]
    place: Place
    repeats: bool = False  # can happen again under the same scopes, or meet itself by another way
    names: tuple[Text, ...] = ()  # the name that it passes, in each instance; empty where it passes none
    nested: bool = False  # its arguments may make variables, or an op of its name, before it does
    looked_up: bool = False  # the program asks for it by its graph name
    alone: bool = False  # its statement holds nothing else that a scope around it would change
    domain: object = None  # the wrap or factory that it goes into
    wraps: list[tuple[str, WrapPlan]] = field(default_factory=list)  # its own, or those around the calls of its factory
    call_wraps: dict[tuple[BodyKey, int], WrapPlan] = field(default_factory=dict)  # by the call that they are around
    inner: str = ""  # its name in there, where the layer's name has taken a part of it

    @property
    def key(self) -> tuple[str, tuple[int, int]]:
        """Names the site among all files, in their order."""
        return self.body[0], self.creation.at

    @property
    def opaque_name(self) -> bool:
        """Whether the name comes from data, so that it is the point of it: a loop over the names of a checkpoint."""
        holes = [part for name in self.names for part in name.parts if not isinstance(part, str)]
        return bool(holes) and self.creation.name is not None and not _passed_on(self.creation.name)

    @property
    def may_be_none(self) -> bool:
        """Whether the name that is passed on may be None."""
        return bool(self.creation.optional_name) and any(text.literal is None for text in self.names)


def _passed_on(name: Text) -> bool:
    return any(isinstance(part, Hole) and part.parameter for part in name.parts)


def site_names(event: Creation | NamedOp | StoreUse, instances: Iterable[Instance]) -> tuple[Text, ...]:
    """The name that a call passes in each instance."""
    if event.name is None:
        return ()
    return tuple(substitute(event.name, instance.way.arguments) for instance in instances)


def place_of(instances: tuple[Instance, ...], scopes: ScopeTable) -> Place:
    """What the scopes around all the instances come to."""
    places = {_place(instance, scopes) for instance in instances}
    if len(places) == 1:
        return places.pop()
    if places == {Place.ROOT, Place.IN_STEP}:
        return Place.IN_STEP
    if places == {Place.ROOT, Place.NAMED}:
        return Place.NAMED
    return Place.BROKEN


def _place(instance: Instance, scopes: ScopeTable) -> Place:
    kinds = {ScopeKind.NAME.value, ScopeKind.VARIABLE.value}
    if instance.way.partial and scopes.reach.above(instance.body) & kinds:
        return Place.BROKEN
    first = instance.way.calls[0][0] if instance.way.calls else instance.body
    hidden = instance.way.unknown and scopes.reach.is_handed_on(first)
    if hidden and ScopeKind.VARIABLE in scopes.reach.opaque_scopes:
        return Place.BROKEN
    steps = [scopes.step(stand) for stand in scopes.stands(instance)]
    if Step.BROKEN in steps:
        return Place.BROKEN
    named = [step in (Step.NAME, Step.NAME_MANY) for step in steps]
    if not any(named):
        return Place.IN_STEP if steps else Place.ROOT
    if all(named):
        return Place.NAMED
    return Place.MIXED if named == sorted(named) else Place.BROKEN


@dataclass(frozen=True, slots=True)
class Claim:
    """A name that something bears or will bear, by one of the ways that lead to it."""

    name: Text
    instance: Instance
    owner: object  # who claims: claims of one owner are not rivals here
    creates: bool = False  # a variable, and no other op
    in_store: bool = False  # `get_variable` makes it already: a second one of that name raises
    in_new_store: bool = False  # `get_variable` will make it
    chosen: bool = False  # not by the program but by this tool, which can choose again
    repeats: bool = False  # made again and again, so that `w_1`, `w_2` and so on are claimed as well
    domain: object = None  # the wrap that it stands in, or `MOVED`


@dataclass(slots=True)
class Claims:
    """All names of a tree, found by what they begin with, so that looking for rivals stays cheap."""

    scopes: ScopeTable
    meeting: Meeting
    _exact: dict[str, dict[str, list[Claim]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    _known: dict[str, list[Claim]] = field(default_factory=lambda: defaultdict(list))
    _patterns: dict[str, list[Claim]] = field(default_factory=lambda: defaultdict(list))

    def add(self, claim: Claim) -> None:
        """Enters a claim. One that could be any name counts only for a variable for which `get_variable` can raise."""
        known = claim.name.literal
        if known is not None:
            for place in self._places(claim):
                self._exact[_last(known)][place].append(claim)
            self._known[claim.instance.body[0]].append(claim)
        elif claim.in_new_store or any(isinstance(part, str) for part in claim.name.parts):
            self._patterns[claim.instance.body[0]].append(claim)

    def has_number(self, name: str, path: str) -> bool:
        """Whether something in a file is called `name_1` or the like, which `name` made again would be called too."""
        numbered = re.compile(rf"{re.escape(name)}_\d+", re.IGNORECASE)
        return any(numbered.fullmatch(one.name.literal or "") for one in self._known.get(path, ()))

    def rivals(self, claim: Claim) -> list[Claim]:
        """The claims of others that may be to the same name in the same place of the same graph."""
        again = claim.domain is None  # under a scope for each run nothing is numbered
        return [
            one for one in self._candidates(claim, again) if one.domain == claim.domain and self._is_rival(one, claim)
        ]

    def wrapped_rivals(self, claim: Claim) -> list[Claim]:
        """The claims of others to the same name that are moved out of the way, into wraps."""
        return [one for one in self._candidates(claim, True) if one.domain is not None and self._is_rival(one, claim)]

    def _candidates(self, claim: Claim, numbered: bool) -> list[Claim]:
        known, path = claim.name.literal, claim.instance.body[0]
        if known is not None:
            candidates = [
                *self._at(_last(known), claim),
                *(self._numbering(_last(known), claim) if numbered else ()),
            ]
        else:
            candidates = [
                one
                for one in self._known.get(path, ())
                if overlaps(one.name, claim.name) or (one.repeats and overlaps(_numbers(one.name), claim.name))
            ]
        return candidates + [one for one in self._patterns.get(path, ()) if overlaps(one.name, claim.name)]

    def _places(self, claim: Claim) -> set[str]:
        """Where a claim is looked for: the scopes before its name, in graph and store; `?` where they are not known."""
        full = self._full(claim)
        if full is None:
            return {"?"}
        store = [text.literal or "" for text in self.scopes.store_path(claim.instance)] if claim.in_store else None
        folders = {full.rpartition("/")[0]}
        return (
            folders
            if store is None
            else {*folders, "/".join([*store, str(claim.name.literal)]).lower().rpartition("/")[0]}
        )

    def _at(self, name: str, claim: Claim) -> list[Claim]:
        """The claims to a last part of a name that stand, or may stand, where `claim` does."""
        buckets = self._exact.get(name)
        if not buckets:
            return []
        places = {*self._places(claim), "?"}
        wanted = buckets.values() if self._full(claim) is None else [buckets[one] for one in places if one in buckets]
        return list({id(one): one for bucket in wanted for one in bucket}.values())

    def _numbering(self, name: str, claim: Claim) -> list[Claim]:
        """For `w_1`, the claims to `w`, where there are so many that one of them can be given that number."""
        match = _NUMBERED.fullmatch(name)
        bucket = self._at(match.group(1), claim) if match else []
        return bucket if len(bucket) > 1 or any(one.repeats for one in bucket) else []

    def _is_rival(self, one: Claim, other: Claim) -> bool:
        return (
            one.owner != other.owner
            and self.meeting.may_meet(one.instance, other.instance)
            and self._same_name(one, other)
        )

    def _same_name(self, one: Claim, other: Claim) -> bool:
        """Whether two claims are to one name in one place, or to one full name: `w` in the scope `a`, and `a/w`."""
        if one.in_store and self.scopes.same_store(one.instance, other.instance):
            return True
        full, others = self._full(one), self._full(other)
        depths = len(self.scopes.stands(one.instance)), len(self.scopes.stands(other.instance))
        if full is not None and others is not None and depths[0] != depths[1]:
            return full == others
        if "/" in one.name.pattern + other.name.pattern:
            return full is None or full == others
        return self.scopes.same_place(one.instance, other.instance)

    def _full(self, claim: Claim) -> str | None:
        """A claim's graph name, None where a part of it is not known."""
        parts = [text.literal for text in (*self.scopes.path(claim.instance), claim.name)]
        return None if None in parts or claim.instance.way.partial else "/".join(map(str, parts)).lower()


def _numbers(name: Text) -> Text:
    """What a name is called when it is made again: `w_1`, `w_2` and so on."""
    return Text((f"{name.pattern}_", Hole()))


def _last(name: str) -> str:
    """The last part of a name, by which claims are found; names are compared without regard to case."""
    return name.lower().rpartition("/")[2]
