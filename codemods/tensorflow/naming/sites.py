"""A creation on its way to a decision: all that the decision table asks of it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import takewhile

from codemods.tensorflow.facts import Call, Creation, Grip, NamedOp, ScopeKind, StoreUse
from codemods.tensorflow.file_facts import FileFacts
from codemods.tensorflow.knowledge import DEFAULT_OP_NAMES
from codemods.tensorflow.naming.tests import NameTests
from codemods.tensorflow.plan import WrapPlan
from codemods.tensorflow.program.tree import BodyKey, Tree
from codemods.tensorflow.reach.extent import Extent
from codemods.tensorflow.reach.ways import Instance, as_passed
from codemods.tensorflow.scopes.hidden import scopes_above, scopes_handed
from codemods.tensorflow.scopes.items import scope_names, scopes_around
from codemods.tensorflow.scopes.moving import bears_a_root
from codemods.tensorflow.scopes.table import ScopeTable, Step
from codemods.tensorflow.text import Hole, Text, literal, overlaps, substitute, without_number

__all__ = ["UNNAMED", "Place", "Site", "make_site", "names_of", "place_of"]

UNNAMED = "Variable"  # what TensorFlow calls a variable that nobody names
_MADE_BY_OPS = DEFAULT_OP_NAMES - {UNNAMED.lower()}


class Place(enum.Enum):
    """What the scopes around a creation do to its name, taken over all the ways that lead to it."""

    ROOT = "root"  # no scope at all
    IN_STEP = "in step"  # variable scopes that name what they hold as name scopes would
    NAMED = "named"  # name scopes only: `get_variable` would lose their names
    MIXED = "mixed"  # name scopes within variable scopes that are in step
    BROKEN = "broken"


@dataclass(slots=True)
class Site:
    """A creation, what is known of it, and the wraps that it goes into."""

    body: BodyKey
    number: int
    creation: Creation
    instances: tuple[Instance, ...]
    place: Place
    names: tuple[Text, ...]  # the name that it passes, in each instance; empty where it passes none
    repeats: bool  # can happen again under the same scopes, or meet itself by another way
    reruns: bool  # repeats for no other reason than that the cell of a notebook may run again
    nested: bool  # its arguments may make variables, or an op of its name, before it does
    looked_up: str  # how the program asks for it by its graph name, or compares that; "" where it does not
    answered: bool  # it does no more than compare that, and the scopes in front of the name answer
    counts: bool  # the program computes what names it: a counter, a key; another name each time
    bears_a_root: bool  # a root scope around its statement changes no other variable
    may_be_absent: bool = False  # its name comes from where it may be None
    domain: object = None  # the wrap or factory that it goes into
    wraps: list[tuple[str, WrapPlan]] = field(default_factory=list)  # its own, or those around the calls of its factory
    call_wraps: dict[tuple[BodyKey, int], WrapPlan] = field(default_factory=dict)  # by the call that they are around
    kept: frozenset[tuple[BodyKey, int]] = frozenset()  # the calls of its factory that no wrap is around
    suffix: str = ""  # what TensorFlow put behind its name: `_1`, or `*` where only a run knows
    inner: str = ""  # its name in there, where the layer's name has taken a part of it

    @property
    def key(self) -> tuple[str, tuple[int, int]]:
        """Names the site among all files, in their order."""
        return self.body[0], self.creation.at

    @property
    def statement(self) -> tuple[str, tuple[int, int]]:
        """Where its statement begins, among all files; in a lambda it has one of its own."""
        own = self.creation.grip is Grip.LAMBDA
        return self.body[0], self.creation.at if own else self.creation.statement

    @property
    def is_named(self) -> bool:
        """Whether the call passes a name."""
        return self.creation.name is not None

    @property
    def keeps_name_in_cells(self) -> bool:
        """Whether it has a name that only a cell which is run again would number: no scope may change it."""
        return self.reruns and self.is_named

    @property
    def graph_names(self) -> tuple[Text, ...]:
        """The name that it bears in each instance but for a number."""
        if not self.names:
            return (literal(UNNAMED),) * len(self.instances)
        return tuple(literal(UNNAMED) if name.is_none else name for name in self.names)

    @property
    def literal_name(self) -> str | None:
        """The name that it passes, where that is known and the same in all instances."""
        return self.names[0].literal if len(set(self.names)) == 1 else None

    @property
    def opaque_name(self) -> bool:
        """Whether the name comes from data, so that it is the point of it: a loop over the names of a checkpoint.

        A number beside a word is none: `w_0`, `w_1`.
        """
        holes = [part for name in self.names for part in name.parts if not (isinstance(part, str) or part.digits)]
        return bool(holes) and self.creation.name is not None and not _passed_on(self.creation.name)

    @property
    def says_scopes(self) -> bool:
        """Whether the name is a path, `conv1/weights`: one more scope in front would say it twice, or be wrong."""
        return any("/" in part for name in self.names for part in name.parts if isinstance(part, str))

    def keeps_name(self, instance: Instance) -> bool:
        """Whether it keeps, in this instance, the name that its factory is passed."""
        return bool(instance.way.calls) and instance.way.calls[-1] in self.kept

    @property
    def may_be_none(self) -> bool:
        """Whether the name that is passed on may be None."""
        optional = self.may_be_absent or bool(self.creation.optional_name)
        return any(text.may_be_none or (optional and text.literal is None) for text in self.names)


def _passed_on(name: Text) -> bool:
    return any(isinstance(part, Hole) and part.parameter for part in name.parts)


def names_of(event: Creation | NamedOp | StoreUse, instances: Iterable[Instance]) -> tuple[Text, ...]:
    """The name that a call passes in each instance."""
    if event.name is None:
        return ()
    return tuple(substitute(event.name, instance.way.arguments) for instance in instances)


def make_site(
    body: BodyKey, number: int, creation: Creation, scopes: ScopeTable, extent: Extent, tests: NameTests
) -> Site:
    """The site of a creation, which is event `number` of `body`."""
    instances = scopes.reach.instances(body, number)
    names = names_of(creation, instances)
    texts = names or (literal(UNNAMED),) * len(instances)
    place = place_of(instances, scopes)
    repeats = _repeats(instances, texts, place, scopes)
    asked = _looked_up(body, texts, scopes)
    comparing = _Comparing(body[0], creation, names, instances, scopes, tests)
    compared = "" if asked else comparing.place()
    stays = bool(compared) and place is Place.IN_STEP and not repeats
    return Site(
        body,
        number,
        creation,
        instances,
        place,
        names,
        repeats=repeats,
        reruns=_reruns(instances, texts, scopes),
        nested=_is_nested(body, creation, names, extent),
        looked_up=asked or compared,
        answered=stays and not comparing.place(list(map(_folders, instances))),
        counts=_counts(creation, instances, scopes),
        bears_a_root=bears_a_root(creation, body, extent),
    )


def _repeats(instances: tuple[Instance, ...], names: Sequence[Text], place: Place, scopes: ScopeTable) -> bool:
    """Whether a creation can happen again under the same scopes, or meet itself by another way.

    Two ways do not meet in a scope that its own function makes anew each time, where no scope around that is entered
    again: TensorFlow would count anew there.
    """
    if place is Place.IN_STEP and all(_has_own_scope(instance, scopes) for instance in instances):
        return any(map(scopes.places.repeats, instances, names))
    return scopes.places.recurs(instances, names)


def _has_own_scope(instance: Instance, scopes: ScopeTable) -> bool:
    path, body = instance.body
    return any(
        stand.frame.scope is not None and (stand.path, stand.frame.scope.body) == (path, body)
        for stand in scopes_around(instance)
        if scopes.places.is_fresh(stand)
    )


def _counts(creation: Creation, instances: tuple[Instance, ...], scopes: ScopeTable) -> bool:
    """Whether what counts a creation, if anything does, is another string each time."""
    if creation.counted is None or creation.name is not None or not scopes.known(instances):
        return False
    plain = place_of(instances, scopes) in (Place.ROOT, Place.IN_STEP)
    return plain and not scopes.places.recurs(instances, [creation.counted.text] * len(instances))


def _reruns(instances: Iterable[Instance], names: Iterable[Text], scopes: ScopeTable) -> bool:
    """Whether something would happen once, did nobody run a cell again."""
    tree, once = scopes.reach.tree, []
    for instance in instances:
        if instance.way.root not in tree.files or not tree.files[instance.way.root].reruns:
            return False
        once.append(replace(instance, way=replace(instance.way, repeats=instance.in_loop, reruns=False)))
    return not scopes.places.recurs(once, tuple(names))


def _looked_up(body: BodyKey, names: Iterable[Text], scopes: ScopeTable) -> str:
    """How the program may ask the graph for this variable by its name."""
    tree = scopes.reach.tree
    if _asks(body, tree):
        return "its function asks the graph for names"
    if ordering := next((path for path in tree.ordering if scopes.meeting.files(path, body[0])), ""):
        return f"{ordering} puts variables into the order of their names"
    asking = (path for path in tree.looking_up if scopes.meeting.files(path, body[0]))
    return next((f"{path} looks it up" for path in asking if _asks_for(names, tree.files[path])), "")


def _asks_for(names: Iterable[Text], file: FileFacts) -> bool:
    """Whether a file may ask for one of some names."""
    asked = _asked(file.lookups.names)
    known = _in_lower_case(asked)
    for name in names:
        if not known.isdisjoint(text.lower() for text in name.texts):
            return True
        patterns = file.lookups.patterns if name.texts else (*map(literal, asked), *file.lookups.patterns)
        if any(overlaps(name, one) for one in patterns):
            return True
    return False


@lru_cache(maxsize=64)
def _asked(lookups: frozenset[str]) -> frozenset[str]:
    """The names that are asked for, with the scopes before them and without, and so for their numbers."""
    asked = {suffix for lookup in lookups for suffix in _suffixes(lookup)}
    return frozenset((*asked, *map(without_number, asked)))


@lru_cache(maxsize=64)
def _in_lower_case(names: frozenset[str]) -> frozenset[str]:
    return frozenset(map(str.lower, names))


def _as_passed(creation: Creation, instances: Iterable[Instance], scopes: ScopeTable) -> Iterator[Text]:
    """The name in each instance, as whoever passes it puts it together."""
    if creation.name is not None:
        yield from (as_passed(creation.name, instance, scopes.reach.tree) for instance in instances)


@dataclass(frozen=True, slots=True)
class _Comparing:
    """What compares the names of a creation."""

    path: str
    creation: Creation
    names: tuple[Text, ...]
    instances: tuple[Instance, ...]
    scopes: ScopeTable
    tests: NameTests

    def place(self, folders: Sequence[tuple[str, ...]] = ()) -> str:
        """Where the program compares names, so that a new one, or one with a scope in front, may have another answer.

        `folders` are the scopes in front of each, where these are known and stay.
        """
        own = (self.creation.target, self.creation.group, *(name.pattern for name in self.names))
        place = self.tests.holding(self.path, own, folders) or self.tests.beginning(self.path, self.names)
        place = place or self.tests.fitting(self.path, _as_passed(self.creation, self.instances, self.scopes))
        return f"{place} compares names of variables" if place else ""


def _folders(instance: Instance) -> tuple[str, ...]:
    """The scopes in front of an instance's name, from the outermost on, as far as they are known."""
    if instance.way.partial or instance.way.resets:
        return ()
    return tuple(takewhile(bool, (name.literal or "" for name in scope_names(instance))))


def _asks(body: BodyKey, tree: Tree) -> bool:
    """Whether a body, or one around it, asks the graph for a name of which nothing is known."""
    path, index = body
    while index >= 0:
        facts = tree.body((path, index))
        if facts.asks:
            return True
        index = facts.parent
    return False


def _suffixes(name: str) -> Iterator[str]:
    """`a/b/w` is looked for as `w` too, in the scope `a/b`."""
    parts = name.split("/")
    return ("/".join(parts[start:]) for start in range(len(parts)))


def _is_nested(body: BodyKey, creation: Creation, names: tuple[Text, ...], extent: Extent) -> bool:
    """Whether something inside the call takes a name after the call's own name has been asked of the graph."""
    if creation.computes and any((name.literal or "").lower() in _MADE_BY_OPS for name in names):
        return True
    known = [name for name in names if name.literal]
    held = extent.between(body, creation.at, creation.end)
    return any(
        isinstance(event, Creation | StoreUse)
        or (isinstance(event, NamedOp) and any(name.parts and overlaps(event.name, name) for name in known))
        or (isinstance(event, Call) and extent.creates(event, body))
        for event in held
        if event.at != creation.at
    )


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
    hidden, handed = scopes_above(instance, scopes), scopes_handed(instance, scopes)
    steps = [scopes.step(stand) for stand in scopes_around(instance)]
    hidden |= handed if steps else handed - {ScopeKind.NAME}  # it is called again: the graph is asked for its name
    if Step.BROKEN in steps or ScopeKind.VARIABLE in hidden:
        return Place.BROKEN
    named = [*([True] if hidden else []), *(step.is_name for step in steps)]
    if not any(named):
        return Place.IN_STEP if steps else Place.ROOT
    if all(named):
        return Place.NAMED
    return Place.MIXED if named == sorted(named) else Place.BROKEN
