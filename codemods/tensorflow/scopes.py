"""What each scope does to a variable's name: which name scopes can become variable scopes, and which stay in step.

A variable scope is in step where its name scope carries the same name: then `tf.Variable` and `get_variable` agree.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from codemods.tensorflow import knowledge
from codemods.tensorflow.extent import Extent
from codemods.tensorflow.facts import At, Call, Creation, Enter, Event, NamedOp, ScopeFacts, ScopeKind, StoreUse
from codemods.tensorflow.meeting import Meeting
from codemods.tensorflow.plan import ScopeForm
from codemods.tensorflow.reach import Instance, ReachTable, Stand
from codemods.tensorflow.text import Text, literal, overlaps, substitute
from codemods.tensorflow.tree import BodyKey

__all__ = ["Item", "ItemKey", "ScopeTable", "Step"]

_SCOPE_KINDS = {ScopeKind.NAME.value, ScopeKind.VARIABLE.value}
ItemKey = tuple[str, At]


class Step(enum.Enum):
    """What entering a scope means for the names inside, once the migration is made."""

    FRESH = "fresh"  # a variable scope that no other run or block shares
    IN_STEP = "in step"  # a variable scope that is entered once
    NAME = "name"  # stays a name scope, entered once
    NAME_MANY = "name many"  # stays a name scope, entered again or uncertain
    BROKEN = "broken"  # a variable scope whose name scope has another name, or an unknown one


@dataclass(slots=True)
class Item:
    """One place that enters a name scope or variable scope."""

    key: ItemKey
    body: BodyKey
    scope: ScopeFacts
    instances: tuple[Instance, ...]
    texts: tuple[Text, ...]  # its name in each instance, arguments filled in
    form: ScopeForm | None = None  # what it becomes
    meets_op: bool | None = None  # whether something else may take its name; None until that is looked up

    @property
    def fresh_by_itself(self) -> bool:
        """`variable_scope(None, default_name=...)`: another scope each time."""
        return self.scope.kind is ScopeKind.VARIABLE and self.scope.name is None and self.scope.default is not None


class ScopeTable:
    """All scopes of a tree, and what becomes of them. `migrated` says which creations will be rewritten."""

    def __init__(
        self,
        reach: ReachTable,
        extent: Extent,
        meeting: Meeting,
        migrated: Callable[[BodyKey, int], bool],
        convert: bool,
    ) -> None:
        self.reach = reach
        self.extent = extent
        self.meeting = meeting
        self.migrated = migrated
        self.items = {item.key: item for item in self._items()}
        self._rivals: dict[ItemKey, list[Item]] = {}
        self._once: dict[ItemKey, bool] = {}
        if convert:
            self._convert()

    # finding scopes and their rivals

    def _items(self) -> Iterator[Item]:
        for path, file in self.reach.tree.files.items():
            for body in file.bodies:
                key = (path, body.index)
                for number, event in enumerate(body.events):
                    if isinstance(event, Enter):
                        instances = self.reach.instances(key, number)
                        yield Item(
                            (path, event.at), key, self._aliased(key, event), instances, _texts(event, instances)
                        )

    def _aliased(self, key: BodyKey, event: Enter) -> ScopeFacts:
        """The scope as its `with` item knows it, which has its alias; a scope that no `with` enters is no candidate."""
        for _, other in self.extent.inside(key, event.at):
            for frame in other.frames:
                if frame.at == event.at and frame.scope is not None:
                    return frame.scope
        return event.scope

    def rivals(self, item: Item) -> list[Item]:
        """The other scopes that may bear the same name in the same place; looked for where somebody asks."""
        known = self._rivals.get(item.key)
        if known is None:
            found = {other.key: other for other in self._namesakes(item) if other is not item}
            known = self._rivals[item.key] = [other for other in found.values() if self._are_rivals(item, other)]
        return known

    def _namesakes(self, item: Item) -> Iterator[Item]:
        """The scopes of the same known name, in any file; where a name is not all known, those of the same file."""
        path = item.key[0]
        for name in {text.literal for text in item.texts}:
            yield from self._in_file.get(path, ()) if name is None else self._bearing[name.lower()]
        yield from self._patterned.get(path, ())

    @cached_property
    def _bearing(self) -> Mapping[str, list[Item]]:
        bearing: dict[str, list[Item]] = defaultdict(list)
        for item in self.items.values():
            for name in {text.literal.lower() for text in item.texts if text.literal is not None}:
                bearing[name].append(item)
        return bearing

    @cached_property
    def _in_file(self) -> Mapping[str, list[Item]]:
        in_file: dict[str, list[Item]] = defaultdict(list)
        for item in self.items.values():
            in_file[item.key[0]].append(item)
        return in_file

    @cached_property
    def _patterned(self) -> Mapping[str, list[Item]]:
        return {
            path: [item for item in items if any(text.literal is None for text in item.texts)]
            for path, items in self._in_file.items()
        }

    def _are_rivals(self, item: Item, other: Item) -> bool:
        return any(
            overlaps(one, two)
            and self.meeting.may_meet(first, second)
            and self.same_place(first, second, converted=False)
            for first, one in zip(item.instances, item.texts, strict=True)
            for second, two in zip(other.instances, other.texts, strict=True)
        )

    def same_place(self, first: Instance, second: Instance, *, converted: bool = True) -> bool:
        """Whether two instances can stand under the same scopes, judging by the scopes' names.

        `converted` says whether the scopes count as what they become rather than as what they are.
        """
        one, two = self.path(first), self.path(second)
        if first.way.partial or second.way.partial:
            return True
        if any(
            stand.frame.scope and _resets(stand.frame.scope) for one in (first, second) for stand in self.stands(one)
        ):
            return True
        for outer, inner in zip(self.stands(first), self.stands(second), strict=False):
            if outer.key != inner.key and (self._is_fresh(outer, converted) or self._is_fresh(inner, converted)):
                return False
        return len(one) == len(two) and all(overlaps(a, b) for a, b in zip(one, two, strict=True))

    def same_store(self, first: Instance, second: Instance) -> bool:
        """The same for names in the variable store, which know of variable scopes only."""
        one, two = self.store_path(first), self.store_path(second)
        return len(one) == len(two) and all(overlaps(a, b) for a, b in zip(one, two, strict=True))

    def store_path(self, instance: Instance) -> list[Text]:
        """The names of the variable scopes around an instance, those that name scopes become included."""
        names = (Step.NAME, Step.NAME_MANY)
        return [stand.name for stand in self.stands(instance) if self.step(stand) not in names]

    def stands(self, instance: Instance) -> list[Stand]:
        """The name scopes and variable scopes around an instance, outermost first."""
        kinds = (ScopeKind.NAME, ScopeKind.VARIABLE)
        return [stand for stand in instance.way.stands if stand.frame.scope and stand.frame.scope.kind in kinds]

    def path(self, instance: Instance) -> list[Text]:
        """The names of the scopes around an instance, outermost first."""
        return [stand.name for stand in self.stands(instance)]

    # how often

    def repeats(self, instance: Instance, text: Text | None = None) -> bool:
        """Whether an instance can happen again under the same scopes: by loops and callers since the last fresh one."""
        loops: set[At] = set()
        fresh = False
        covered = set(text.loops) if text is not None else set()
        for stand in instance.way.stands:
            if stand.frame.scope is not None and self._is_fresh(stand):
                fresh, loops, covered = True, set(), set(text.loops) if text is not None else set()
            elif stand.frame.scope is not None and stand.frame.scope.name is not None:
                covered |= stand.name.loops
            elif stand.frame.kind == "loop":
                loops.add(stand.frame.at)
        if loops - covered:
            return True
        way = instance.way
        return not fresh and (way.unknown or way.partial or (way.repeats and not _has_loop(instance)))

    def repeats_at_all(self, instances: tuple[Instance, ...]) -> bool:
        """Whether something can happen twice under the same scopes, by itself or by two ways."""
        return any(self.repeats(instance) for instance in instances) or any(
            self.meeting.may_meet(first, second) and self.same_place(first, second)
            for place, first in enumerate(instances)
            for second in instances[:place]
        )

    # what becomes of them

    def _is_fresh(self, stand: Stand, converted: bool = True) -> bool:
        item = self.items.get((stand.path, stand.frame.at)) if stand.frame.scope is not None else None
        return item is not None and ((converted and item.form is ScopeForm.UNIQUE) or item.fresh_by_itself)

    def step(self, stand: Stand) -> Step:
        """What a scope around an instance means for names."""
        scope = stand.frame.scope
        assert scope is not None
        item = self.items.get((stand.path, scope.at))
        if item is None:
            return Step.BROKEN
        if self._is_fresh(stand):
            return Step.BROKEN if item.fresh_by_itself and self._meets_an_op(item) else Step.FRESH
        if item.form is ScopeForm.PLAIN:
            return Step.IN_STEP
        once = self.enters_once(item) and not self._is_later_rival(item) and not self._meets_an_op(item)
        if scope.kind is ScopeKind.NAME:
            return Step.NAME if once and scope.plain and not _resets(scope) else Step.NAME_MANY
        if scope.name is None or not once:
            return Step.BROKEN
        return Step.IN_STEP

    def enters_once(self, item: Item) -> bool:
        """Whether a scope is entered at most once under its name in one place."""
        known = self._once.get(item.key)
        if known is None:
            known = self._once[item.key] = self._enters_once(item)
        return known

    def _enters_once(self, item: Item) -> bool:
        pairs = list(zip(item.instances, item.texts, strict=True))
        if any(self.repeats(instance, text) for instance, text in pairs):
            return False
        return not any(
            overlaps(one, two) and self.meeting.may_meet(first, second) and self.same_place(first, second)
            for place, (first, one) in enumerate(pairs)
            for second, two in pairs[:place]
        )

    def _convert(self) -> None:
        """Chooses the scopes to convert: candidates, less those whose surroundings or rivals forbid it."""
        chosen = {key for key, item in self.items.items() if self._is_candidate(item)}
        while True:
            kept = {key for key in chosen if self._is_allowed(self.items[key], chosen)}
            if kept == chosen:
                break
            chosen = kept
        for key in sorted(chosen, key=lambda key: min(len(self.path(one)) for one in self.items[key].instances)):
            item = self.items[key]
            plain = item.scope.kind is ScopeKind.NAME and self.enters_once(item) and not self._is_later_rival(item)
            if item.scope.kind is ScopeKind.NAME or not self.enters_once(item) or self._is_later_rival(item):
                item.form = ScopeForm.PLAIN if plain else ScopeForm.UNIQUE
                self._once.clear()  # what is inside may now be entered once where it was not

    def _is_later_rival(self, item: Item) -> bool:
        """Whether a scope may find its name taken: it has rivals, and is not the first of them for sure."""
        return any(not self._surely_before(item, rival) for rival in self.rivals(item))

    def _surely_before(self, item: Item, rival: Item) -> bool:
        return all(
            one.way.root == two.way.root and not one.conditional and one.way.runs_once and one.way.order < two.way.order
            for one in item.instances
            for two in rival.instances
        )

    def _is_candidate(self, item: Item) -> bool:
        """Whether a scope holds a creation to migrate and nothing that a new variable scope would rename."""
        scope = item.scope
        if not scope.plain or scope.alias or scope.name is None or scope.statement == (0, 0):
            return False
        literal = scope.name.literal
        if literal is not None and (not literal or literal.endswith("/")):
            return False
        held = self.extent.inside(item.body, item.key[1])
        if not self._holds_migrated(item.body, held):
            return False
        if scope.kind is ScopeKind.VARIABLE and self.enters_once(item) and not self.rivals(item):
            return False
        return not self.extent.uses_store((event for _, event in held), item.body)

    def _holds_migrated(self, body: BodyKey, held: list[tuple[int, Event]]) -> bool:
        return any(
            (isinstance(event, Creation) and self.migrated(body, number))
            or (isinstance(event, Call) and self.extent.creates(event, body))
            for number, event in held
        )

    def _is_allowed(self, item: Item, chosen: set[ItemKey]) -> bool:
        if any(rival.key not in chosen and rival.scope.kind is ScopeKind.NAME for rival in self.rivals(item)):
            return False
        standing = [rival for rival in self.rivals(item) if rival.key not in chosen]
        if any(not self._surely_before(rival, item) for rival in standing):
            return False  # what a variable scope of that name makes later would find its name taken
        # unique names ignore case, scopes do not
        if any(rival.scope.name != item.scope.name for rival in self.rivals(item)):
            return False
        if self._meets_an_op(item):
            return False
        for instance in item.instances:
            if instance.way.partial and self.reach.above(item.body) & _SCOPE_KINDS:
                return False
            for stand in self.stands(instance):
                outer = self.items.get((stand.path, stand.frame.at))
                if outer is None or (outer.key not in chosen and self.step(stand) not in (Step.IN_STEP, Step.FRESH)):
                    return False
        return True

    def _meets_an_op(self, item: Item) -> bool:
        """Whether an op or variable may take the scope's name first: the name scope would then be called otherwise."""
        if item.meets_op is None:
            item.meets_op = self._find_op(item)
        return item.meets_op

    def _find_op(self, item: Item) -> bool:
        if any((text.literal or "").lower() in knowledge.DEFAULT_OP_NAMES for text in item.texts):
            return True
        return any(
            overlaps(name, text) and self.meeting.may_meet(one, two) and self.same_place(one, two)
            for two, text in zip(item.instances, item.texts, strict=True)
            for name, one in self._bearers(item.key[0], text)
        )

    def known(self, instances: tuple[Instance, ...]) -> bool:
        """Whether every scope around some instances is one that the analysis has seen being made."""
        return all((stand.path, stand.frame.at) in self.items for one in instances for stand in self.stands(one))

    def literal_names(self) -> list[tuple[str, str]]:
        """Every name that the program gives to an op or variable, in lower case, with the file that does."""
        literals, _ = self._borne
        return [(name, instance.body[0]) for name, found in literals.items() for _, instance in found]

    def _bearers(self, path: str, text: Text) -> list[tuple[Text, Instance]]:
        """The ops and variables that may bear a name: those that are known to, and patterns of the same file."""
        literals, patterns = self._borne
        known = text.literal
        return [*(literals.get(known.lower(), ()) if known is not None else ()), *patterns.get(path, ())]

    @cached_property
    def _borne(self) -> tuple[Mapping[str, list[tuple[Text, Instance]]], Mapping[str, list[tuple[Text, Instance]]]]:
        """What bears a name: by the name where it is known, by file where a part of it is."""
        literals: dict[str, list[tuple[Text, Instance]]] = defaultdict(list)
        patterns: dict[str, list[tuple[Text, Instance]]] = defaultdict(list)
        for path, file in self.reach.tree.files.items():
            for body in file.bodies:
                for number, event in enumerate(body.events):
                    name = _borne_name(event)
                    if name is None:
                        continue
                    for instance in self.reach.instances((path, body.index), number):
                        given = substitute(name, instance.way.arguments)
                        if given.literal is not None:
                            literals[given.literal.lower()].append((given, instance))
                        elif any(isinstance(part, str) for part in given.parts):
                            patterns[path].append((given, instance))
        return literals, patterns


def _borne_name(event: Event) -> Text | None:
    """The name that an event gives to an op or variable; a hole alone tells nothing."""
    if isinstance(event, Creation) and event.name is None:
        return literal("Variable")
    return event.name if isinstance(event, NamedOp | Creation | StoreUse) else None


def _resets(scope: ScopeFacts) -> bool:
    """Whether a name scope leaves the ones around it: `name_scope(None)`, `name_scope("")`, `name_scope("a/")`."""
    if scope.kind is not ScopeKind.NAME or scope.default is not None:
        return False
    if scope.name is None or not scope.name.parts:
        return True
    last = scope.name.parts[-1]
    return isinstance(last, str) and last.endswith("/")


def _texts(event: Enter, instances: tuple[Instance, ...]) -> tuple[Text, ...]:
    name = event.scope.name or event.scope.default or Text(())
    return tuple(substitute(name, instance.way.arguments) for instance in instances)


def _has_loop(instance: Instance) -> bool:
    return any(stand.frame.kind == "loop" for stand in instance.way.stands)
