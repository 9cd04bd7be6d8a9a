"""What differs between two graphs beside their variables: losses, collections, what is computed, what is looked up."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator

from codemods.tensorflow.verify.comparison import Difference, shown
from codemods.tensorflow.verify.dump import Graph

__all__ = ["differences", "renamed_ops"]

_SHOWN = 5  # names of ops that a line tells


def differences(before: Graph, after: Graph) -> Iterator[Difference]:
    """What differs between two graphs, but for their variables one by one."""
    yield from _lookups(before, after)
    yield from _losses(before, after)
    if len(before.variables) == len(after.variables):  # else places mean nothing
        yield from _collections(before, after)
        yield from _computed(before, after)
    if before.seeded != after.seeded:
        yield Difference("graph seed", shown(before.seeded), shown(after.seeded))
    if before.eager != after.eager:
        yield Difference("eager", shown(before.eager), shown(after.eager))


def renamed_ops(before: Graph, after: Graph) -> Iterator[tuple[str, str]]:
    """The ops named by the code that are called something else now, in pairs; an empty string where one is gone."""
    if before.named == after.named:
        return
    matcher = difflib.SequenceMatcher(None, before.named, after.named, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        old, new = before.named[a:b], after.named[c:d]
        for index in range(max(len(old), len(new))):
            yield old[index] if index < len(old) else "", new[index] if index < len(new) else ""


def _lookups(before: Graph, after: Graph) -> Iterator[Difference]:
    missing = [lookup.name for lookup in after.lookups if not lookup.found]
    expected = [lookup.name for lookup in before.lookups if not lookup.found]
    if missing != expected:
        lost = [name for name in missing if name not in expected]
        yield Difference(
            "looked up by name and not found", ", ".join(expected) or "nothing", ", ".join(lost or missing) or "nothing"
        )
    elif len(before.lookups) == len(after.lookups):
        for old, new in zip(before.lookups, after.lookups, strict=True):
            if old.recipe and new.recipe and old.recipe != new.recipe:
                yield Difference("looked up by name and something else now", old.name, new.name)


def _losses(before: Graph, after: Graph) -> Iterator[Difference]:
    if [loss.collection for loss in before.losses] != [loss.collection for loss in after.losses]:
        yield Difference("losses", _summed(before), _summed(after))
        return
    pairs = zip(before.losses, after.losses, strict=True)
    if any(old.recipe != new.recipe and _digest(old.value) != _digest(new.value) for old, new in pairs):
        yield Difference("values of the losses", _summed(before), _summed(after))


def _collections(before: Graph, after: Graph) -> Iterator[Difference]:
    """The collections that hold the same variables in another order."""
    for key, places in before.collections.items():
        others = after.collections.get(key, [])
        if places != others and sorted(places) == sorted(others):
            yield Difference(
                f"order in the collection {key}",
                ", ".join(before.variables[place].name for place in places),
                ", ".join(after.variables[place].name for place in others),
            )


def _computed(before: Graph, after: Graph) -> Iterator[Difference]:
    """The ops that compute something of variables that no op of the other graph computes of its variables."""
    old, new = ({recipe: list(names) for recipe, names in graph.computed.items()} for graph in (before, after))
    gone = Counter({recipe: len(names) for recipe, names in old.items()})
    gone.subtract({recipe: len(names) for recipe, names in new.items()})
    if any(gone.values()):
        yield Difference(
            "what is computed of the variables",
            _listed([name for recipe, count in gone.items() if count > 0 for name in old[recipe][:count]]),
            _listed([name for recipe, count in gone.items() if count < 0 for name in new[recipe][:-count]]),
        )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more ops" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _digest(value: object) -> object:
    return value.get("digest", value.get("error")) if isinstance(value, dict) else value


def _summed(graph: Graph) -> str:
    return (
        ", ".join(f"{loss.name} = {loss.value.get('mean', loss.value.get('error'))}" for loss in graph.losses) or "none"
    )
