"""Finds the claims that a name concerns where a part of either is unknown: in its own file, and in others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from codemods.tensorflow.naming.claim import Claim
from codemods.tensorflow.naming.sites import UNNAMED
from codemods.tensorflow.program.vocabulary import Vocabulary
from codemods.tensorflow.scopes.crossing import may_cross, may_have_folders
from codemods.tensorflow.text import Hole, Text, literal, overlaps

__all__ = ["Near"]

_UNNAMED = literal(UNNAMED)
_ByName = defaultdict[Text, list[Claim]]  # far fewer than there are ways to each


class Near:
    """Claims by whom they concern: what the program is seen to come to all of it, anything else its own file.

    What comes to a name from another file is a string of the program, as far as its `words` tell.
    """

    def __init__(self, words: Vocabulary) -> None:
        self._words = words
        self._seen: _ByName = defaultdict(list)
        self._own: dict[str, _ByName] = defaultdict(lambda: defaultdict(list))

    def add(self, claim: Claim, paths: Iterable[str] = ()) -> None:
        """Enters a claim, which concerns the files `paths` as well as its own."""
        if claim.instance.way.is_seen:
            self._seen[claim.name].append(claim)
            return
        for path in dict.fromkeys((claim.instance.body[0], *paths)):
            self._own[path][claim.name].append(claim)

    def names(self, path: str) -> Iterator[Text]:
        """The names that concern a file."""
        yield from self._seen
        yield from self._own.get(path, ())

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
        yield from self._seen.items()
        yield from self._own[claim.instance.body[0]].items()

    def _to(self, own: Text, claims: list[Claim], claim: Claim) -> Iterator[Claim]:
        """Those of some claims to a name, `own`, which may be that of another claim."""
        told = _is_told(claim) and not _are_of_two_minds(own, claim.name)
        alike, path = overlaps(own, claim.name), claim.instance.body[0]
        if alike and told and self._words.may_agree(own, claim.name):
            yield from claims
        elif alike or "/" in own.pattern + claim.name.pattern:
            crosses = told and (may_have_folders(own, self._words) or may_have_folders(claim.name, self._words))
            for one in claims:
                if (alike and one.instance.body[0] == path) or (crosses and self._cross(own, one, claim)):
                    yield one

    def _cross(self, own: Text, one: Claim, claim: Claim) -> bool:
        """Whether a claim's name may be that of another one with its scopes: `*/w`, and `w` in `a`."""
        return may_cross(one.instance, own, claim.instance, claim.name, self._words)


def _is_told(claim: Claim) -> bool:
    """Whether the program itself says what a name is: not where a part comes from whoever calls, and nobody does."""
    return bool(claim.name.texts) or claim.instance.way.is_seen


def _are_of_two_minds(first: Text, second: Text) -> bool:
    """Whether one is made of another variable's name, or is what TensorFlow gives without any and the other unknown.

    Who computes a name in another file means neither of these.
    """
    unnamed = any(one == _UNNAMED and not other.texts for one, other in ((first, second), (second, first)))
    return unnamed or first.is_derived or second.is_derived


def _numbers(name: Text) -> Text:
    """What a name is called when it is made again: `w_1`, `w_2` and so on."""
    return Text((f"{name.pattern}_", Hole()))
