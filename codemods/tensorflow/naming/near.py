"""Finds the claims that a name concerns where a part of either is unknown: in its own file, and in others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from codemods.tensorflow.naming.claim import Claim, outermost
from codemods.tensorflow.naming.sites import UNNAMED
from codemods.tensorflow.program.vocabulary import Vocabulary
from codemods.tensorflow.reach.ways import ANYWHERE
from codemods.tensorflow.scopes.crossing import may_have_folders, meet_across
from codemods.tensorflow.scopes.items import scopes_around
from codemods.tensorflow.text import Hole, Text, literal, overlaps

__all__ = ["Near"]

_UNNAMED = literal(UNNAMED)
_FEW = 8  # claims of one kind that others have to do with: a name that many make is one for all
_ByName = defaultdict[Text, list[Claim]]  # far fewer than there are ways to each


class _Reach(NamedTuple):
    """Where claims to two names may be to one: in all files, in the same one, where one holds the other's scopes."""

    everywhere: bool
    here: bool
    crosses: bool


class Near:
    """Claims by whom they concern: what the program is seen to come to all of it, anything else its own file.

    What comes to a name from another file is a string of the program, as far as its `words` tell.
    """

    def __init__(self, words: Vocabulary) -> None:
        self._words = words
        self._seen: dict[str, _ByName] = defaultdict(_by_name)  # by the outermost scope, as those below
        self._open: dict[str, _ByName] = defaultdict(_by_name)  # those of them that may be any name
        self._alike: Counter[object] = Counter()
        self._own: dict[str, _ByName] = defaultdict(_by_name)
        self._reaches: dict[tuple[Text, Text, bool], _Reach] = {}

    def add(self, claim: Claim, paths: Iterable[str] = ()) -> None:
        """Enters a claim, which concerns the files `paths` as well as its own."""
        seen = claim.instance.way.is_seen
        for path in dict.fromkeys((claim.instance.body[0], *(() if seen else paths))):
            self._own[path][claim.name].append(claim)
        if seen and self._alike[kind := _kind(claim)] < _FEW:
            self._alike[kind] += 1
            self._seen[outermost(claim)][claim.name].append(claim)
            if claim.name.is_open:
                self._open[outermost(claim)][claim.name].append(claim)

    def overlapping(self, claim: Claim) -> Iterator[Claim]:
        """The claims to what may be the same name."""
        return (one for own, claims in self._around(claim) for one in self._to(own, claims, claim))

    def numbering(self, claim: Claim) -> Iterator[Claim]:
        """The claims to another name that, made again, may come to the same."""
        for own, claims in self._around(claim):
            again = [one for one in claims if one.repeats]
            if again and not overlaps(own, claim.name):
                yield from self._to(_numbers(own), again, claim)

    def _around(self, claim: Claim) -> Iterator[tuple[Text, list[Claim]]]:
        path, top = claim.instance.body[0], outermost(claim)
        tops = self._seen if claim.name.is_open else self._open
        near = tops.values() if top == ANYWHERE else [tops[one] for one in (top, ANYWHERE) if one in tops]
        for name, claims in (item for group in near for item in group.items()):
            if elsewhere := [one for one in claims if one.instance.body[0] != path]:
                yield name, elsewhere
        yield from self._own.get(path, {}).items()

    def _to(self, own: Text, claims: list[Claim], claim: Claim) -> Iterator[Claim]:
        """Those of some claims to a name, `own`, which may be that of another claim."""
        everywhere, here, crosses = self._reach(own, claim)
        if everywhere:
            yield from claims
        elif here or crosses:
            path = claim.instance.body[0]
            for one in claims:
                if (here and one.instance.body[0] == path) or (crosses and self._cross(own, one, claim)):
                    yield one

    def _reach(self, own: Text, claim: Claim) -> _Reach:
        """Where claims to a name may be to that of another claim: asked once for two names, far more often for ways."""
        key = own, claim.name, claim.instance.way.is_seen
        known = self._reaches.get(key)
        if known is None:
            known = self._reaches[key] = self._compared(own, claim)
        return known

    def _compared(self, own: Text, claim: Claim) -> _Reach:
        alike = overlaps(own, claim.name)
        if not alike and "/" not in own.pattern and "/" not in claim.name.pattern:
            return _Reach(everywhere=False, here=False, crosses=False)
        told = _is_told(claim) and not _are_of_two_minds(own, claim.name)
        agree = _is_spelled(own, claim.name) or _is_unnamed(own, claim.name)
        agree = agree or (told and self._words.may_agree(own, claim.name))
        folders = may_have_folders(own, self._words) or may_have_folders(claim.name, self._words)
        return _Reach(everywhere=alike and agree, here=alike, crosses=told and folders)

    def _cross(self, own: Text, one: Claim, claim: Claim) -> bool:
        """Whether a claim's name may be that of another one with its scopes: `*/w`, and `w` in `a`."""
        return meet_across(one.instance, own, claim.instance, claim.name, self._words)


def _by_name() -> _ByName:
    return defaultdict(list)


def _kind(claim: Claim) -> object:
    """What two claims have in common that concern the same others, wherever they stand in the program."""
    scopes = tuple(stand.name for stand in scopes_around(claim.instance))
    store = claim.in_store, claim.in_new_store, claim.looks_first
    return claim.name, scopes, claim.instance.way.graph, store, claim.creates, claim.chosen, claim.repeats, claim.domain


def _is_told(claim: Claim) -> bool:
    """Whether the program itself says what a name is: not where a part comes from whoever calls, and nobody does."""
    return bool(claim.name.texts) or claim.instance.way.is_seen


def _are_of_two_minds(first: Text, second: Text) -> bool:
    """Whether one is made of another variable's name, or is what TensorFlow gives without any and the other unknown.

    Who computes a name in another file means neither of these.
    """
    unnamed = any(one == _UNNAMED and not other.texts for one, other in ((first, second), (second, first)))
    return unnamed or first.is_derived or second.is_derived


def _is_unnamed(first: Text, second: Text) -> bool:
    """Whether one is what TensorFlow gives without a name, and the other may be none."""
    return any(one == _UNNAMED and other.may_be_none for one, other in ((first, second), (second, first)))


def _is_spelled(first: Text, second: Text) -> bool:
    """Whether one is written out that the other, made of a variable's name, may be: `w_sum`, `"%s_sum" % v.name`."""
    return any(one.is_derived and one.tells and other.literal for one, other in ((first, second), (second, first)))


@lru_cache(maxsize=4096)
def _numbers(name: Text) -> Text:
    """What a name is called when it is made again: `w_1`, `w_2` and so on."""
    return Text((f"{name.pattern}_", Hole()))
