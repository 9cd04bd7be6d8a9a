"""Whether two things can stand under the same scopes, and whether one can happen there again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property

from codemods.tensorflow.facts import At, ScopeKind
from codemods.tensorflow.plan import ScopeForm
from codemods.tensorflow.reach.meeting import Meeting
from codemods.tensorflow.reach.ways import Instance, Stand
from codemods.tensorflow.scopes.items import Item, ItemKey, scopes_around
from codemods.tensorflow.text import Hole, Loop, Text, joined, overlaps, without_number

__all__ = ["Fresh", "Places", "numbers"]

Fresh = tuple[tuple[str, tuple[int, ...], At], ...]  # scopes that are others each time, each as one run enters it
_Around = tuple[Instance, Stand]  # with one of the scopes around it


def _none(_: Stand) -> bool:
    return False


class Places:
    """Compares the scopes around instances, those that are to be converted counted as what they become."""

    def __init__(self, items: Mapping[ItemKey, Item], meeting: Meeting) -> None:
        self.items = items
        self.meeting = meeting
        self.forms: dict[ItemKey, ScopeForm] = {}
        self._answers: dict[tuple[str, Hashable], bool] = {}  # with the forms as they are

    def convert(self, item: Item, form: ScopeForm) -> None:
        """Notes what a scope becomes: what is inside may now be entered once where it was not."""
        self.forms[item.key] = form
        self._answers.clear()

    def forget_forms(self) -> None:
        """Takes all such notes back."""
        self.forms.clear()
        self._answers.clear()

    def remembered(self, question: str, about: Hashable, find: Callable[[], bool]) -> bool:
        """The answer to a question, found once for as long as the forms are what they are."""
        known = self._answers.get((question, about))
        if known is None:
            known = self._answers[question, about] = find()
        return known

    def is_fresh(self, stand: Stand, *, converted: bool = True) -> bool:
        """Whether a scope around an instance is another one each time that it is entered."""
        item = self.items.get((stand.path, stand.frame.at)) if stand.frame.scope is not None else None
        if item is None:
            return False
        form = self.forms.get(item.key)
        return item.fresh_by_itself or (converted and form is not None and form.is_fresh)

    def fresh_ones(self, instance: Instance) -> Fresh | None:
        """The scopes around an instance that are others each time, by which those in other ones are surely elsewhere.

        None where that does not follow: where not all is known of what is around it, or a default name may be taken.
        """
        stands, folder = scopes_around(instance), instance.way.folder
        if folder is None or folder.count("/") != len(stands) or any(map(self.has_default_name, stands)):
            return None
        return tuple(stand.key for stand in stands if self.is_fresh(stand))

    def by_default_names(self, folder: str) -> str:
        """Some scopes, each that may be a number of another one's name called as that is: `a/b` for `a_1/b`."""
        names = self._numbered
        if not names or "_" not in folder:
            return folder
        parts = ((part, without_number(part)) for part in folder.split("/"))
        return "/".join(stem if stem in names else part for part, stem in parts)

    @cached_property
    def _numbered(self) -> frozenset[str]:
        """The names that scopes bear which are entered again, or of which there are several: these get numbers."""
        names = Counter[str]()
        for item in self.items.values():
            own = {name.lower() for text in item.texts for name in text.texts}
            again = item.fresh_by_itself or len(item.instances) > 1 or not all(map(_happens_once, item.instances))
            names.update(dict.fromkeys(own, 2 if again else 1))
        return frozenset(name for name, count in names.items() if count > 1)

    def same(
        self,
        first: Instance,
        second: Instance,
        *,
        converted: bool = True,
        in_order: bool = True,
        drops: Callable[[Stand], bool] = _none,
    ) -> bool:
        """Whether two instances can stand under the same scopes, judging by the scopes' names.

        `converted` says whether the scopes count as what they become rather than as what they are; those that `drops`
        holds for do not count. `in_order`: whether a default name is another one where its name is taken before.
        """
        if not (first.way.scopes or second.way.scopes):
            return True
        around = [scopes_around(each) for each in (first, second)]
        one, two = ([stand for stand in stands if not drops(stand)] for stands in around)
        if first.way.resets or second.way.resets:
            return True
        if first.way.partial or second.way.partial:
            return not (converted and self._are_in_other_ones(first, second))
        if any("/" in stand.name.pattern for stand in (*one, *two)):
            folders, dropped = {first.way.folder, second.way.folder}, len(one) + len(two) < sum(map(len, around))
            return dropped or None in folders or len(folders) == 1
        if len(one) != len(two):
            return False
        pairs = (((first, outer), (second, inner)) for outer, inner in zip(one, two, strict=True))
        return all(self._may_be_one(*pair, converted=converted, in_order=in_order) for pair in pairs)

    def _may_be_one(self, one: _Around, two: _Around, *, converted: bool, in_order: bool) -> bool:
        """Whether a scope around one instance may be the one that is around another, at the same depth."""
        outer, inner = one[1], two[1]
        fresh = self.is_fresh(outer, converted=converted) or self.is_fresh(inner, converted=converted)
        if outer.key != inner.key and fresh:
            return converted and self._share_in_store(one, two, in_order)
        return overlaps(outer.name, inner.name)

    def _share_in_store(self, one: _Around, two: _Around, in_order: bool) -> bool:
        """Whether a scope with a default name and one that is named may be one for `get_variable`, if not in the graph.

        The default name is new among the variable scopes so far: one that is named so later enters the same again.
        """
        (own, fresh), (other, named) = (one, two) if self.is_fresh(one[1]) else (two, one)
        if not self.has_default_name(fresh) or self.is_fresh(named):
            return False
        if not (overlaps(fresh.name, named.name) or overlaps(numbers(fresh.name), named.name)):
            return False
        return not in_order or self._stays_name_scope(named) or not _is_taken_first(other, named, own)

    def has_default_name(self, stand: Stand) -> bool:
        """Whether a scope around an instance gets a name that no variable scope has had."""
        item = self.items.get((stand.path, stand.frame.at))
        return item is not None and item.fresh_by_itself

    def _stays_name_scope(self, stand: Stand) -> bool:
        scope = stand.frame.scope
        named = scope is not None and scope.kind is ScopeKind.NAME
        return named and (stand.path, stand.frame.at) not in self.forms

    def _are_in_other_ones(self, first: Instance, second: Instance) -> bool:
        """Whether two are in scopes that become others each time, each in its own, or one that the other is surely not.

        No scope becomes such where the callers of its function may stand in scopes. What is around a partial way does
        not show, but for its own.
        """
        one, two = ({(stand.path, stand.frame.at) for stand in scopes_around(each)} for each in (first, second))
        own, others = (any(map(self._becomes_fresh, keys)) for keys in (one - two, two - one))
        if own and others:
            return True
        return (own and not second.way.partial) or (others and not first.way.partial)

    def _becomes_fresh(self, key: ItemKey) -> bool:
        form = self.forms.get(key)
        return form is not None and form.is_fresh

    def repeats(self, instance: Instance, text: Text | None = None, drops: Callable[[Stand], bool] = _none) -> bool:
        """Whether an instance can happen again under the same scopes: by loops and callers since the last fresh one.

        The loops whose rounds give `text` another value each do not count: it is the name that must not come again.
        Nor do the scopes that `drops` holds for.
        """
        own = text.loops if text is not None else frozenset[Loop]()
        loops, covered, fresh, entered = set[Loop](), set(own), False, set[Loop]()
        for stand in instance.way.stands:
            if stand.frame.kind == "loop":
                entered.add((stand.path, stand.frame.at))
            if stand.frame.scope is not None and drops(stand):
                continue
            if stand.resets:  # what is around it counts no more
                loops, covered, fresh = set(entered), set(own), False
            elif stand.frame.scope is not None and self.is_fresh(stand):
                loops, covered, fresh = set(), set(own), True
            elif stand.frame.scope is not None and stand.frame.scope.name is not None:
                covered |= stand.name.loops
            elif stand.frame.kind == "loop":
                loops.add((stand.path, stand.frame.at))
        if loops - covered:
            return True
        way = instance.way
        return not fresh and (way.unknown or way.partial or way.reruns or (way.repeats and not instance.in_loop))

    def recurs(
        self,
        instances: Sequence[Instance],
        texts: Sequence[Text] | None = None,
        drops: Callable[[Stand], bool] = _none,
    ) -> bool:
        """Whether something can happen twice under the same scopes and name, by itself or by two ways to it.

        Scopes that `drops` holds for do not count.
        """
        names: Sequence[Text | None] = texts if texts is not None else [None] * len(instances)
        pairs = list(zip(instances, names, strict=True))
        return any(self.repeats(instance, text, drops) for instance, text in pairs) or any(
            (one is None or two is None or overlaps(one, two))
            and self.meeting.may_meet(first, second)
            and self.same(first, second, drops=drops)
            for place, (first, one) in enumerate(pairs)
            for second, two in pairs[:place]
        )

    def enters_once(self, item: Item) -> bool:
        """Whether a scope is entered at most once under its name in one place."""
        return self.remembered("entered once", item.key, lambda: not self.recurs(item.instances, item.texts))


def _is_taken_first(one: Instance, named: Stand, other: Instance) -> bool:
    """Whether the name of a scope around `one` is surely taken when `other` asks for a new one, if ever."""
    if one.surely_before(other):
        return True
    ways = one.way, other.way
    if named.name.literal is None or any(way.unknown or way.partial or way.perhaps or way.reruns for way in ways):
        return False
    shared = {stand.key for stand in other.way.stands}  # in each of their rounds the one comes first
    skipped = any(stand.frame.may_be_skipped for stand in one.way.stands if stand.key not in shared)
    return one.way.root == other.way.root and one.way.order < other.way.order and not skipped


def _happens_once(instance: Instance) -> bool:
    return instance.way.runs_once and not instance.in_loop


def numbers(name: Text) -> Text:
    """What a name is called once it is taken: `a_1`, `a_2` and so on."""
    return joined((*name.parts, "_", Hole(digits=True)))
