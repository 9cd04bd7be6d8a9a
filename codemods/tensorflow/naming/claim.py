"""A name that something in a program bears or will bear."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from itertools import chain

from codemods.tensorflow.reach.ways import ANYWHERE, Instance
from codemods.tensorflow.text import Text

__all__ = ["FACTORY", "MOVED", "Claim", "Search", "outermost"]

FACTORY = "factory"  # with the body of a factory: the domain of its variables
MOVED = "moved"  # the domain of variables that get another name


@dataclass(frozen=True, slots=True)
class Claim:
    """A name that something bears or will bear, by one of the ways that lead to it."""

    name: Text
    instance: Instance
    owner: object  # who claims: claims of one owner are not rivals here
    _: KW_ONLY
    creates: bool = False  # a variable, and no other op
    in_store: bool = False  # `get_variable` makes it already: a second one of that name raises
    in_new_store: bool = False  # `get_variable` will make it
    looks_first: bool = False  # of the store, but made only where the graph has nothing of that name
    chosen: bool = False  # not by the program but by this tool, which can choose again
    repeats: bool = False  # made again and again, so that `w_1`, `w_2` and so on are claimed as well
    domain: object = None  # the wrap that it stands in, or `MOVED`


def outermost(claim: Claim) -> str:
    """The outermost scope around a claim, or `ANYWHERE`; the store has places of its own."""
    return ANYWHERE if claim.in_store else claim.instance.way.outermost


class Search:
    """Where those who stand alike have found a number of a name: who comes after them need not try those before."""

    def __init__(self) -> None:
        self._taken = 1  # the numbers from 1 on that others bear
        self._owners: set[object] = set()  # who bear them, and may bear them again

    def numbers(self, most: int) -> Iterable[int]:
        """What to try: the name itself, which may have been somebody's own, and the numbers that nobody bears."""
        return chain(range(1), range(self._taken, most))

    def ends_at(self, number: int, owner: object) -> None:
        """Notes which number an owner has found, or that there is none."""
        self._taken = max(self._taken, number)
        self._owners.add(owner)

    def knows(self, owner: object) -> bool:
        """Whether an owner has searched before, so that a number that is passed over may be its own."""
        return owner in self._owners
