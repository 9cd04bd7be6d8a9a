"""Which parameters some call passes what may be a tensor, so that a shape made of them is known at run time only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from codemods.tensorflow.facts import BodyFacts, Call, Callee
from codemods.tensorflow.program.tree import BodyKey, Tree
from codemods.tensorflow.reach.ways import bound_parameters

__all__ = ["dynamic_parameters"]


def dynamic_parameters(tree: Tree) -> Mapping[BodyKey, frozenset[str]]:
    """The parameters of each body that some call passes what may be a tensor."""
    found: dict[BodyKey, set[str]] = defaultdict(set)
    for key, _, event in tree.events():
        if isinstance(event, Call) and event.tensors:
            for target in tree.targets(event, key):
                found[target].update(_names(tree.body(target), event.callee, event.tensors))
    return {key: frozenset(names) for key, names in found.items()}


def _names(body: BodyFacts, callee: Callee, passed: tuple[int | str, ...]) -> Iterator[str]:
    """The parameters that positions and keywords of a call mean."""
    own = bound_parameters(body, callee)
    for place in passed:
        if isinstance(place, str):
            yield place
        elif place < len(own):
            yield own[place]
