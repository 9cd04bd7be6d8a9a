"""What else may bear a scope's name in its place: other scopes, and ops or variables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from functools import cached_property
from itertools import chain

from codemods.tensorflow.facts import ScopeKind
from codemods.tensorflow.knowledge import DEFAULT_OP_NAMES
from codemods.tensorflow.reach.ways import ANYWHERE, Instance
from codemods.tensorflow.scopes.alike import Kinds, Row
from codemods.tensorflow.scopes.bearers import Bearer, Bearers
from codemods.tensorflow.scopes.crossing import may_cross
from codemods.tensorflow.scopes.items import Item, ItemKey
from codemods.tensorflow.scopes.places import Places
from codemods.tensorflow.text import Text, literal, overlaps, without_number

__all__ = ["Rivals", "surely_before"]


class Rivals:
    """Looks for rivals where somebody asks, and remembers them."""

    def __init__(self, places: Places, bearers: Bearers) -> None:
        self.items = places.items
        self.places = places
        self.bearers = bearers
        self.kinds = Kinds(self.items.values())
        self._words = bearers.reach.tree.vocabulary
        self._op_names = bearers.reach.tree.op_names | DEFAULT_OP_NAMES
        self._rivals: dict[ItemKey, list[Item]] = {}
        self._rows: dict[int | ItemKey, Row] = {}  # by kind, or by scope where one that goes back may be among them
        self._by_name: dict[str, dict[int, list[Item]]] = {}
        self._compared: dict[tuple[int, int], bool] = {}  # two kinds
        self._numbered: dict[ItemKey, list[Item]] = {}
        self._later: dict[ItemKey, bool] = {}
        self._meets_op: dict[ItemKey, bool] = {}

    def of(self, item: Item) -> list[Item]:
        """The other scopes that may take a scope's name in its place: by their own, or by the number that they get."""
        return self.namesakes(item) + self._by_number(item)

    def namesakes(self, item: Item) -> list[Item]:
        """The other scopes that may bear the same name in the same place."""
        known = self._rivals.get(item.key)
        if known is None:
            known = self._rivals[item.key] = [other for other in self._row(item).items if other is not item]
        return known

    def kinds_of(self, item: Item) -> list[Item]:
        """One of each kind among a scope and the others that may bear its name in its place."""
        return self._row(item).kinds

    def outside(self, item: Item, chosen: frozenset[ItemKey]) -> list[Item]:
        """The rivals of a scope that are not among some."""
        found = [*self._row(item).outside(chosen), *self._by_number(item)]
        return [other for other in found if other is not item and other.key not in chosen]

    def _row(self, item: Item) -> Row:
        """The scopes that may bear a scope's name in its place: found once for all that are alike."""
        kind = self.kinds.of(item)
        known = self._rows.get(kind) or self._rows.get(item.key)
        if known is None:
            candidates = list({other.key: other for other in self._namesakes(item)}.values())
            found = [other for other in candidates if self._are_rivals(item, other)]
            known = Row(found, self.kinds.first_of_each(found))
            self._rows[item.key if any(other.goes_back for other in candidates) else kind] = known
        return known

    def called_apart(self, item: Item) -> Iterator[Item]:
        """The scopes, wherever they stand, that are known to be called as another one is, but for its rivals."""
        near = {self.kinds.of(one) for one in (*self.kinds_of(item), *self._by_number(item))}
        names = dict.fromkeys(_last(name) for text in item.texts for name in text.texts)
        found = chain.from_iterable(self._kinds_called(name).items() for name in names)
        return (one for kind, several in found if kind not in near for one in several if one is not item)

    def _kinds_called(self, name: str) -> Mapping[int, list[Item]]:
        """The scopes that a name is known to be of, wherever they stand, by their kinds."""
        known = self._by_name.get(name)
        if known is None:
            known = self._by_name[name] = defaultdict(list)
            for item in self._called(name, ANYWHERE):
                known[self.kinds.of(item)].append(item)
        return known

    def is_later(self, item: Item) -> bool:
        """Whether a scope may find its name taken: it has rivals, and is not the first of them for sure."""
        known = self._later.get(item.key)
        if known is None:
            known = self._later[item.key] = any(not surely_before(item, rival) for rival in self.of(item))
        return known

    def earlier(self, item: Item, among: Container[ItemKey]) -> list[Item]:
        """The rivals of a scope, of some, that are not surely entered after it, or one that leads to all of them."""
        nearest = None if self._by_number(item) else self._row(item).nearest(item, among)
        if nearest is not None:
            return nearest
        return [one for one in self.of(item) if one.key in among and not surely_before(item, one)]

    def mixes_case(self, item: Item) -> bool:
        """Whether a scope, with its rivals, has names that differ in case alone, which name scopes ignore."""
        near = (item, *self.kinds_of(item), *self._by_number(item))
        names = {name for one in near for text in one.texts for name in text.texts}
        return len({name.lower() for name in names}) < len(names)

    def may_mix_case(self, item: Item) -> bool:
        """Whether it may have such names where calls pass what nobody knows; who calls from elsewhere does not."""
        return self.bearers.reach.tree.mixes_case and any(
            text.is_open and instance.way.is_seen
            for one in (item, *self.kinds_of(item), *self._by_number(item))
            for instance, text in zip(one.instances, one.texts, strict=True)
        )

    def meets_an_op(self, item: Item) -> bool:
        """Whether an op or variable may take the scope's name first: the name scope would then be called otherwise."""
        known = self._meets_op.get(item.key)
        if known is None:
            known = self._meets_op[item.key] = self._finds_op(item)
        return known

    def _finds_op(self, item: Item) -> bool:
        if any((text.literal or "").lower() in self._op_names for text in item.texts):
            return True
        places = list(zip(item.instances, item.texts, strict=True))
        return any(
            self._bears(bearer, instance, text)
            for instance, text in places
            for bearer in self._near(item.key[0], instance, text)
        ) or any(
            self._are_numbered(stem, instance, item.key[0])
            for instance, text in places
            for stem in filter(None, map(_stem, text.texts))
        )

    def _bears(self, bearer: Bearer, instance: Instance, text: Text) -> bool:
        """Whether an op or variable may have the name of a scope in its place."""
        name, one = bearer
        if not (overlaps(name, text) and self.places.meeting.may_meet(one, instance)) or self._is_later(one, instance):
            return False
        return self.places.same(one, instance) or may_cross(one, name, instance, text, self._words)

    def _is_later(self, bearer: Instance, instance: Instance) -> bool:
        """Whether what bears a name surely comes after a scope, in a program that does not begin anew."""
        again = self.bearers.reach.tree.imports.circular
        return instance.way.root not in again and instance.always_before(bearer)

    def _are_numbered(self, stem: str, instance: Instance, path: str) -> bool:
        """Whether several ops, variables or scopes may have one name beside a scope: the second `s` is called `s_1`."""
        name = literal(stem)
        found = [bearer for bearer in self.bearers.of(path, name) if self._bears(bearer, instance, name)]
        return self.places.recurs([one for _, one in found], [name for name, _ in found]) or (
            bool(found) and self._may_follow(stem, instance)
        )

    def _may_follow(self, name: str, instance: Instance) -> bool:
        """Whether a scope may come behind another one of a name in its place, after which ops are numbered."""
        return any(
            self.places.meeting.may_meet(one, instance)
            and self.places.same(one, instance, converted=False)
            and not self._is_later(one, instance)
            for item in self._called(name, ANYWHERE)
            for one in item.instances
        )

    def _near(self, path: str, instance: Instance, name: Text) -> Iterator[Bearer]:
        """What may bear a scope's name as far as names tell. What may bear any can only take it first."""
        yield from self.bearers.of(path, name)
        yield from self._any(path, instance, name)
        yield from (one for one in self.bearers.of_any_name(path, name) if not instance.surely_before(one[1]))

    def _any(self, path: str, instance: Instance, name: Text) -> Iterator[Bearer]:
        """What bears any name, for a scope whose name nobody knows, though it is seen being given one."""
        return iter(()) if name.texts or not instance.way.is_seen else self.bearers.of_known_names(path, name)

    def _by_number(self, item: Item) -> list[Item]:
        """The scopes `s` that may be called `s_1` beside a scope of that name, and the scopes `s_1` beside an `s`."""
        known = self._numbered.get(item.key)
        if known is None:
            names = {_last(name) for text in item.texts for name in text.texts}
            below = {one.key: one for stem in filter(None, map(_stem, names)) for one in self._called(stem, ANYWHERE)}
            above = {one.key: one for name in names for one in self._by_stem.get(name, ())}
            known = self._numbered[item.key] = [
                *(one for one in below.values() if self._may_be_called(one, item)),
                *(one for one in above.values() if self._may_be_called(item, one)),
            ]
        return known

    def _may_be_called(self, item: Item, other: Item) -> bool:
        """Whether a scope may get a number, and so the name of another one."""
        if self.places.enters_once(item) and not self.namesakes(item) and not self.meets_an_op(item):
            return False
        return any(
            self.places.meeting.may_meet(first, second) and self.places.same(first, second, converted=False)
            for first in item.instances
            for second in other.instances
        )

    def _are_rivals(self, item: Item, other: Item) -> bool:
        """Whether two scopes may bear one name in one place: of those that do not go back one answers for its kind."""
        if item.goes_back or other.goes_back:
            return self._may_share_name(item, other)
        kinds = self.kinds.of(item), self.kinds.of(other)
        if kinds not in self._compared:
            self._compared[kinds] = self._may_share_name(item, other)
        return self._compared[kinds]

    def _may_share_name(self, item: Item, other: Item) -> bool:
        again = self._may_be_entered_by(other, item) or self._may_be_entered_by(item, other)
        return any(
            self.places.meeting.may_meet(first, second) and (again or self._bear_one_name(first, one, second, two))
            for first, one in zip(item.instances, item.texts, strict=True)
            for second, two in zip(other.instances, other.texts, strict=True)
        )

    def _may_be_entered_by(self, other: Item, item: Item) -> bool:
        """Whether a scope enters another one again that may have this one's name, wherever that has been made.

        What it enters is a variable scope, but where it has the name from something that stands in a scope.
        """
        if not (other.goes_back and any(one.way.is_seen for one in other.instances)):
            return False
        names = {_last(name) for text in item.texts for name in text.texts}
        by_name = any(text.is_derived for text in other.texts)
        made = (one for name in names for one in self._called(name, ANYWHERE) if not surely_before(other, one))
        return any(
            (by_name or one.scope.kind is ScopeKind.VARIABLE) and (one is not item or not self.places.enters_once(item))
            for one in made
        )

    def _bear_one_name(self, first: Instance, one: Text, second: Instance, two: Text) -> bool:
        """Whether two scopes may have one name in one place: `a/b`, and `b` in the scope `a`; `a/` takes none."""
        if one.ends_folder or two.ends_folder:
            return False
        if "/" in one.pattern + two.pattern:
            full, others = first.way.full(one), second.way.full(two)
            names = self.places.by_default_names
            return full is None or others is None or names(full) == names(others)
        if self._may_be_one(first, one, second, two) and self.places.same(first, second, converted=False):
            return True
        return self._are_seen(first, second) and may_cross(first, one, second, two, self._words)

    def _may_be_one(self, first: Instance, one: Text, second: Instance, two: Text) -> bool:
        """Whether two names may be one: of another file where the program has the words for what is unknown."""
        apart = first.body[0] != second.body[0] and not (one.tells and two.tells)
        told = not apart or (self._are_seen(first, second) and self._words.may_agree(one, two))
        return told and overlaps(one, two)

    def _are_seen(self, first: Instance, second: Instance) -> bool:
        return first.way.is_seen and second.way.is_seen

    def _namesakes(self, item: Item) -> Iterator[Item]:
        """The scopes of the same known name, in any file; where a name is not all known, those of the same file.

        Those of other files count where it may be any, and the program is seen to enter them: what nobody calls may do
        so elsewhere.
        """
        path = item.key[0]
        for instance, text in zip(item.instances, item.texts, strict=True):
            for name in text.texts:
                yield from self._called(_last(name), instance.way.outermost)
        if not all(text.texts for text in item.texts):
            yield from self.items.values() if _is_open(item) else self._in_file.get(path, ())
        yield from self._patterned.get(path, ())
        yield from self._open

    def _called(self, name: str, outermost: str) -> Iterator[Item]:
        """The scopes that a name is known to be of, but for those in other scopes than the outermost one."""
        tops = self._bearing.get(name, {})
        near = tops if outermost == ANYWHERE else (outermost, ANYWHERE)
        return chain.from_iterable(tops[top] for top in near if top in tops)

    @cached_property
    def _bearing(self) -> Mapping[str, Mapping[str, list[Item]]]:
        """The scopes by the last part of their names where these are known, and by the outermost scope around them."""
        bearing: dict[str, dict[str, list[Item]]] = defaultdict(lambda: defaultdict(list))
        for item in self.items.values():
            places = zip(item.instances, item.texts, strict=True)
            for name, top in {(_last(name), one.way.outermost) for one, text in places for name in text.texts}:
                bearing[name][top].append(item)
        return bearing

    @cached_property
    def _by_stem(self) -> Mapping[str, list[Item]]:
        by_stem: dict[str, list[Item]] = defaultdict(list)
        for name, tops in self._bearing.items():
            if stem := _stem(name):
                by_stem[stem] += chain.from_iterable(tops.values())
        return by_stem

    @cached_property
    def _in_file(self) -> Mapping[str, list[Item]]:
        in_file: dict[str, list[Item]] = defaultdict(list)
        for item in self.items.values():
            in_file[item.key[0]].append(item)
        return in_file

    @cached_property
    def _patterned(self) -> Mapping[str, list[Item]]:
        return {
            path: [item for item in items if not all(text.texts for text in item.texts)]
            for path, items in self._in_file.items()
        }

    @cached_property
    def _open(self) -> list[Item]:
        """Those that the program is seen to enter under what may be any name, in whatever file."""
        return [item for items in self._patterned.values() for item in items if _is_open(item)]


def _is_open(item: Item) -> bool:
    """Whether the program is seen to enter a scope under a name of which a part may be anything."""
    return any(one.way.is_seen and text.is_open for text, one in zip(item.texts, item.instances, strict=True))


def _last(name: str) -> str:
    return name.lower().rpartition("/")[2]


def _stem(name: str) -> str:
    """What a name was before it got its number; empty where it has none."""
    stem = without_number(name)
    return stem if stem != name else ""


def surely_before(item: Item, rival: Item) -> bool:
    """Whether a scope is surely entered, and before another one."""
    return all(not one.conditional and one.surely_before(two) for one in item.instances for two in rival.instances)
