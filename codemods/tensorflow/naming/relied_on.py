"""Which variables keep the name that they have, for what else the program makes and restores under it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codemods.tensorflow.facts import Call, StoreUse
from codemods.tensorflow.naming.sites import Site, names_of
from codemods.tensorflow.reach.table import ReachTable
from codemods.tensorflow.reach.ways import Instance
from codemods.tensorflow.scopes.table import ScopeTable
from codemods.tensorflow.text import Text, literal, overlaps

__all__ = ["free_answered", "keep_counted", "keep_restored"]


def free_answered(sites: Sequence[Site]) -> None:
    """Frees what the program compares, in files all of whose unnamed variables stand in scopes that answer that.

    One that kept a number among others that get names would get another one.
    """
    held: dict[str, list[Site]] = {}
    for site in sites:
        if site.looked_up:
            held.setdefault(site.body[0], []).append(site)
    for several in held.values():
        if all(site.answered or site.is_named for site in several):
            for site in several:
                site.looked_up = "" if site.answered else site.looked_up


def keep_restored(sites: Sequence[Site], reach: ReachTable) -> None:
    """Keeps unnamed what one graph may save and another one restore: by the same number, of other code."""
    events = reach.tree.events()
    for path in {key[0] for key, _, event in events if isinstance(event, Call) and event.callee.name == "restore"}:
        made: dict[object, set[object]] = {}
        for site, graph in _graphs_from(path, sites):
            made.setdefault(graph, set()).add(site.key)
        if len(set(map(frozenset, made.values()))) > 1:
            for site, _ in _graphs_from(path, sites):
                site.looked_up = site.looked_up or "what one graph saves may be restored in another"


def _graphs_from(root: str, sites: Sequence[Site]) -> Iterator[tuple[Site, object]]:
    """The unnamed variables of a program that starts in a file, each with the graphs that it is made in."""
    for site in sites:
        for instance in () if site.is_named else site.instances:
            if instance.way.root == root and instance.way.graph[0] in ("default", "new", "reset"):
                yield site, instance.way.graph


def keep_counted(sites: Sequence[Site], scopes: ScopeTable) -> None:
    """Keeps the name of what may come before a variable of the store with that name, which counts on it."""
    stored = _Stored(scopes)
    for site in sites if stored else ():
        for text, own in zip(site.graph_names, site.instances, strict=True):
            if any(_may_follow(one, own, scopes) for one in stored.called(text, own)):
                site.looked_up = site.looked_up or "a variable of the store has a number behind it"


class _Stored:
    """The variables that the program makes by `get_variable` itself: by their names, and those of unknown names."""

    def __init__(self, scopes: ScopeTable) -> None:
        self.words = scopes.reach.tree.vocabulary
        self.known, unknown = _stored(scopes.reach)
        self.unknown = [(name, one) for name, one in unknown if not scopes.extent.sees_all_of(one)]
        self._alike: dict[Text, list[Instance]] = {}

    def __bool__(self) -> bool:
        return bool(self.known or self.unknown)

    def called(self, text: Text, own: Instance) -> Iterator[Instance]:
        """Those that may bear the name of an instance; what comes to a name unseen means none of the program's."""
        yield from (one for name in text.texts for one in self.known.get(name.lower(), ()))
        yield from (one for name, one in self.unknown if self._may_be(name, text))
        if not text.texts and own.way.is_seen:
            yield from self._spelled(text)

    def _spelled(self, text: Text) -> list[Instance]:
        """Those of known names that an unknown one may be."""
        if text not in self._alike:
            found = (several for name, several in self.known.items() if self._may_be(literal(name), text))
            self._alike[text] = [one for several in found for one in several]
        return self._alike[text]

    def _may_be(self, name: Text, text: Text) -> bool:
        return overlaps(name, text) and self.words.may_agree(name, text)


def _stored(reach: ReachTable) -> tuple[dict[str, list[Instance]], list[tuple[Text, Instance]]]:
    """Such variables, by their names, and those of unknown names."""
    found: dict[str, list[Instance]] = {}
    unknown: list[tuple[Text, Instance]] = []
    for body, number, event in reach.tree.events():
        if isinstance(event, StoreUse) and event.name is not None and not (event.asked or event.scoped):
            instances = reach.instances(body, number)
            for text, instance in zip(names_of(event, instances), instances, strict=True):
                for name in text.texts:
                    found.setdefault(name.lower(), []).append(instance)
                if not text.texts and instance.way.is_seen:
                    unknown.append((text, instance))
    return found, unknown


def _may_follow(one: Instance, other: Instance, scopes: ScopeTable) -> bool:
    """Whether something may be made behind another one, in the same place of the same graph."""
    return scopes.meeting.may_meet(one, other) and scopes.places.same(one, other) and not one.surely_before(other)
