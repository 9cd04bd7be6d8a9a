"""A name that something in a program bears or will bear."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from codemods.tensorflow.reach.ways import ANYWHERE, Instance
from codemods.tensorflow.text import Text

__all__ = ["FACTORY", "MOVED", "Claim", "outermost"]

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
