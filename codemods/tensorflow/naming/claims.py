"""Every name that something in a program bears or will bear, and who else may be after the same one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from codemods.tensorflow.naming.claim import Claim, Search, outermost
from codemods.tensorflow.naming.near import Near
from codemods.tensorflow.reach.meeting import may_be_one_graph
from codemods.tensorflow.reach.ways import ANYWHERE, Instance, in_other_arms, standing
from codemods.tensorflow.scopes.crossing import may_cross
from codemods.tensorflow.scopes.places import Fresh
from codemods.tensorflow.scopes.table import ScopeTable
from codemods.tensorflow.text import without_number

__all__ = ["Claims"]

_Bucket = dict[Fresh | None, list[Claim]]  # by the scopes around them that no other block shares
_ByPlace = dict[str, dict[str, _Bucket]]  # by the outermost scope, then by all before the name


@dataclass(slots=True)
class Claims:
    """All names of a tree, found by what they begin with, so that looking for rivals stays cheap."""

    scopes: ScopeTable
    holds_unknown: bool = False  # some name, in whatever file, may be any that the program uses, and be made again
    _exact: dict[str, _ByPlace] = field(default_factory=lambda: defaultdict(_by_place))
    _known: Near = field(init=False)
    _patterns: Near = field(init=False)
    _unknown: Near = field(init=False)
    _numbered: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # `w` where there is a `w_1`
    _stored_numbers: dict[str, list[Claim]] = field(default_factory=lambda: defaultdict(list))  # `w_1`, by its `w`
    _wrapped_numbers: dict[str, list[Claim]] = field(default_factory=lambda: defaultdict(list))  # those that move

    _kinds: dict[object, int] = field(default_factory=dict)  # numbers of those by which claims are compared
    _stands: dict[int, int] = field(default_factory=dict)  # and which of them each claim has, by identity
    _searches: dict[object, Search] = field(default_factory=lambda: defaultdict(Search))

    def __post_init__(self) -> None:
        words = self.scopes.reach.tree.vocabulary
        self._known, self._patterns, self._unknown = Near(words), Near(words), Near(words)

    def search(self, key: object, owner: object) -> Search:
        """How far others have come who look for a number in the same place, `key`, among what the program names."""
        known = self._searches[key]
        return Search() if known.knows(owner) else known

    def add(self, claim: Claim) -> None:
        """Enters a claim. One that could be any name counts only for a variable for which `get_variable` can raise."""
        if not claim.chosen:
            self._searches.clear()
        self._stands[id(claim)] = self._kinds.setdefault(_stand(claim), len(self._kinds))
        known = claim.name.texts
        if known:
            for name in dict.fromkeys(map(_last, known)):
                if (claim.in_store or _moves(claim)) and (stem := without_number(name)) != name:
                    numbers = self._stored_numbers if claim.in_store else self._wrapped_numbers
                    numbers[stem].append(claim)
                fresh = self._fresh_ones(claim)
                for top, place in self._places(claim):
                    self._exact[name][top][place][fresh].append(claim)
            where = ANYWHERE if claim.instance.way.is_seen else claim.instance.body[0]
            lower = [name.lower() for name in known]
            self._numbered[where].update(stem for name in lower if (stem := without_number(name)) != name)
            self._known.add(claim)
        elif claim.in_new_store or claim.in_store or claim.name.tells:
            self._patterns.add(claim)
            self.holds_unknown |= not claim.name.tells
        else:
            self._unknown.add(claim, (key[0] for key, _ in claim.instance.way.calls))

    def may_shift(self, claim: Claim) -> bool:
        """Whether something of whose name nothing is known may take a number of the name before it."""
        return any(self._rivals_among(self._unknown.overlapping(claim), claim))

    def may_be_taken(self, claim: Claim) -> bool:
        """Whether something that may have any name can have this one before it; not what nobody is seen to call."""
        seen = (one for one in self._unknown.overlapping(claim) if one.instance.way.is_seen)
        return self.scopes.reach.tree.makes_unseen or any(self._rivals_among(seen, claim))

    def may_be_taken_elsewhere(self, claim: Claim) -> bool:
        """Whether something of another file of whose name nothing is known may have this one."""
        others = (one for one in self._unknown.overlapping(claim) if one.instance.body[0] != claim.instance.body[0])
        return any(self._rivals_among(others, claim))

    def has_number(self, name: str, path: str) -> bool:
        """Whether something near a file is called `name_1` or the like, which `name` made again would be called too."""
        return any(name.lower() in self._numbered.get(where, ()) for where in (path, ANYWHERE))

    def numbers_in_store(self, claim: Claim) -> list[Claim]:
        """What `get_variable` makes in the same place under a number of the name, such as `w_1`."""
        found = (one for name in claim.name.texts for one in self._stored_numbers.get(_last(name), ()))
        meets = self.scopes.meeting.may_meet
        return [one for one in found if meets(one.instance, claim.instance) and self._may_share(one, claim)]

    def _may_share(self, one: Claim, other: Claim) -> bool:
        """Whether two claims may stand under the same scopes."""
        own, others = self._places(one), self._places(other)
        return any(place == ANYWHERE for _, place in own | others) or not own.isdisjoint(others)

    def is_alone(self, claim: Claim) -> bool:
        """Whether nothing of another owner may bear its name, or end in it, in whatever scope: no op, no scope."""
        return all(one.owner == claim.owner for one in self.namesakes(claim))

    def namesakes(self, claim: Claim) -> Iterator[Claim]:
        """What may bear its name, or end in it, in whatever scope: variables, ops and scopes."""
        if claim.name.literal is None:
            yield from self._known.overlapping(claim)
        else:
            tops = self._exact.get(_last(claim.name.literal), {}).values()
            buckets = (bucket for places in tops for place in places.values() for bucket in place.values())
            yield from chain.from_iterable(buckets)
        yield from self._patterns.overlapping(claim)

    def rivals(self, claim: Claim) -> list[Claim]:
        """The claims of others that may be to the same name in the same place of the same graph."""
        again = claim.domain is None  # under a scope for each run nothing is numbered
        candidates = (one for one in self._candidates(claim, again) if one.domain == claim.domain)
        return [*self._rivals_among(candidates, claim)]

    def former_rivals(self, claim: Claim) -> Iterator[Claim]:
        """The claims of others to the same name before anything is moved out of the way or named by this tool."""
        return self._rivals_among((one for one in self._candidates(claim, True) if not one.chosen), claim)

    def stored_rivals(self, claim: Claim) -> Iterator[Claim]:
        """Those of them that the variable store has already."""
        return self._rivals_among((one for one in self._candidates(claim, True) if one.in_store), claim)

    def wrapped_rivals(self, claim: Claim) -> list[Claim]:
        """The claims of others to the same name that are moved out of the way, into wraps; they bear it until then.

        Those to a number of it as well, where it may get one: `w_1`, which the second `w` is not called then.
        """
        candidates = self._candidates(claim, True)
        moving = [*self._rivals_among(filter(_moves, candidates), claim)]
        numbers = [one for name in claim.name.texts for one in self._wrapped_numbers.get(_last(name), ())]
        if numbers and (claim.repeats or moving or any(self._rivals_among(candidates, claim))):
            moving += self._rivals_among(numbers, claim)
        return moving

    def _candidates(self, claim: Claim, numbered: bool) -> list[Claim]:
        known = claim.name.texts
        if known:
            candidates = _once([self._called(name, claim, numbered=numbered) for name in map(_last, known)])
        else:
            candidates = [*self._known.overlapping(claim), *self._known.numbering(claim)]
        return [*candidates, *self._patterns.overlapping(claim)]

    def _called(self, name: str, claim: Claim, *, numbered: bool) -> Sequence[Claim]:
        more = self._numbering(name, claim) if numbered else ()
        return [*self._at(name, claim), *more] if more else self._at(name, claim)

    def _places(self, claim: Claim) -> set[tuple[str, str]]:
        """Where a claim is looked for: the outermost scope and all before its name, as far as they are known.

        One of the store is looked for in the graph's place and the store's; `a_1` is the place of `a` where that is the
        default name of a scope, which may be called so.
        """
        full = claim.instance.way.full(claim.name)
        if full is None:
            return {(self.scopes.places.by_default_names(outermost(claim)), ANYWHERE)}
        folders = {full.rpartition("/")[0]}
        if claim.in_store:
            store = [text.literal or "" for text in self.scopes.store_path(claim.instance)]
            folders.add("/".join([*store, str(claim.name.literal)]).lower().rpartition("/")[0])
        return {(folder.partition("/")[0], folder) for folder in map(self.scopes.places.by_default_names, folders)}

    def _at(self, name: str, claim: Claim) -> Sequence[Claim]:
        """The claims to a last part of a name that stand, or may stand, where `claim` does."""
        tops = self._exact.get(name)
        if not tops:
            return []
        own = self._places(claim)
        wanted = {top for top, _ in own} | {ANYWHERE}
        near = tops.values() if ANYWHERE in {top for top, _ in own} else [tops[one] for one in wanted if one in tops]
        places = {place for _, place in own} | {ANYWHERE}
        known = claim.instance.way.full(claim.name) is not None
        found = [one[place] for one in near for place in (places & one.keys() if known else one)]
        fresh = self._fresh_ones(claim)
        return _once([one[key] for one in found for key in ((fresh, None) if fresh is not None else one) if key in one])

    def _fresh_ones(self, claim: Claim) -> Fresh | None:
        """The scopes around a claim without which no other one is in its place; None where it may be all the same."""
        plain = claim.name.literal is not None and "/" not in claim.name.pattern
        return self.scopes.places.fresh_ones(claim.instance) if plain and not claim.in_store else None

    def _numbering(self, name: str, claim: Claim) -> Sequence[Claim]:
        """For `w_1`, the claims to `w`, where there are so many that one of them can be given that number."""
        stem = without_number(name)
        bucket = self._at(stem, claim) if stem != name else ()
        bucket = [one for one in bucket if may_be_one_graph(one.instance, claim.instance)]
        return bucket if len(bucket) > 1 or any(one.repeats for one in bucket) else []

    def _rivals_among(self, candidates: Iterable[Claim], claim: Claim) -> Iterator[Claim]:
        """Those of others that may be to the same name; of many that stand alike one is compared for all of them."""
        compared: dict[int, bool] = {}
        for one in candidates:
            if one.owner != claim.owner:
                stand = self._stands[id(one)]
                if stand not in compared:
                    compared[stand] = self._are_rivals(one, claim)
                if compared[stand]:
                    yield one

    def _are_rivals(self, one: Claim, other: Claim) -> bool:
        return (
            self.scopes.meeting.may_meet(one.instance, other.instance)
            and not _in_later_cell(one, other)
            and not _in_later_cell(other, one)
            and not _in_arms_of_a_wrap(one, other)
            and self._same_name(one, other)
        )

    def _same_name(self, one: Claim, other: Claim) -> bool:
        """Whether two claims are to one name in one place, or to one full name: `w` in the scope `a`, and `a/w`."""
        if one.in_store and self._same_in_store(one.instance, other.instance):
            return True
        full, others = one.instance.way.full(one.name), other.instance.way.full(other.name)
        folders = "/" in one.name.pattern or "/" in other.name.pattern
        if folders or len(one.instance.way.scopes) != len(other.instance.way.scopes):
            if full is not None and others is not None:
                return self.scopes.places.by_default_names(full) == self.scopes.places.by_default_names(others)
            if folders:
                return True
        if self.scopes.same(one.instance, other.instance):
            return True
        words = self.scopes.reach.tree.vocabulary
        return None in (full, others) and may_cross(one.instance, one.name, other.instance, other.name, words)

    def _same_in_store(self, stored: Instance, made: Instance) -> bool:
        """Whether what is made may get the scopes in front that the store has around what it holds."""
        return self.scopes.same_store(stored, made) or self.scopes.may_be_given(made, stored)


def _moves(claim: Claim) -> bool:
    """Whether what bears a name is moved out of the way of others."""
    return claim.domain is not None and not claim.chosen


def _once(buckets: Sequence[Sequence[Claim]]) -> Sequence[Claim]:
    """The claims of all buckets, each once; those of one bucket as they are, since there may be thousands."""
    if len(buckets) == 1:
        return buckets[0]
    return list({id(one): one for bucket in buckets for one in bucket}.values())


def _by_place() -> _ByPlace:
    return defaultdict(lambda: defaultdict(lambda: defaultdict(list)))


def _stand(claim: Claim) -> object:
    """All by which a claim is compared with others, but for its owner: by identity what takes long to compare."""
    return claim.name, claim.in_store, id(claim.domain), standing(claim.instance)


def _in_later_cell(one: Claim, other: Claim) -> bool:
    """Whether a cell begins the graph of `other`, so that another one, which asks for its names, can only follow."""
    asks = one.instance.way.reruns and not one.in_store and not other.in_store
    return asks and other.instance.way.graph[0] == "reset" and one.instance.way.root == other.instance.way.root


def _in_arms_of_a_wrap(one: Claim, other: Claim) -> bool:
    """Whether two stand in other arms of an `if` that a wrap is around, or around each call of its function.

    It is another scope each time.
    """
    if one.domain != other.domain or not isinstance(one.domain, tuple):
        return False
    return in_other_arms(one.instance, other.instance)


def _last(name: str) -> str:
    """The last part of a name, by which claims are found; names are compared without regard to case."""
    return name.lower().rpartition("/")[2]
