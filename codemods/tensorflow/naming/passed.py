"""For which parameters calls may pass None: by itself, out of what other files keep, or a parameter of the caller's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property
from itertools import chain
from typing import TypeAlias

from codemods.tensorflow.facts import Call, Callee, CalleeKind
from codemods.tensorflow.program.tree import BodyKey, Tree
from codemods.tensorflow.reach.ways import bound_parameters
from codemods.tensorflow.text import Hole, Text

__all__ = ["Passed", "of_arguments"]

_Parameter: TypeAlias = tuple[BodyKey, str]


class Passed:
    """Follows arguments; `words` are those for what may be None wherever it is kept."""

    def __init__(self, tree: Tree, words: Set[str]) -> None:
        self.tree = tree
        self._words = words

    @cached_property
    def anyhow(self) -> Set[_Parameter]:
        """All such parameters."""
        return self._closed({*self._written[0], *self._kept})

    @cached_property
    def unseen(self) -> Set[_Parameter]:
        """Those for which no call itself says so."""
        return self._closed(self._kept) if self._kept else frozenset()

    @property
    def loose(self) -> Set[str]:
        """The keywords with which None is passed to what takes any, or to nobody knows what."""
        return self._written[1]

    @property
    def spare(self) -> Set[_Parameter]:
        """The keywords with which None is passed to what takes any, and that."""
        return self._written[2]

    @cached_property
    def _written(self) -> tuple[Set[_Parameter], Set[str], Set[_Parameter]]:
        passed: set[_Parameter] = set()
        loose: set[str] = set()
        spare: set[_Parameter] = set()
        for caller, _, event in self.tree.events():
            if not isinstance(event, Call) or not (places := _absent(event)):
                continue
            given = {
                target: of_arguments(places, self._names(target, event.callee))
                for target in self._targets(event, caller)
            }
            passed.update((target, name) for target, names in given.items() for name in names)
            beside = {item for item in places if isinstance(item, str)}.difference(*given.values())
            if given or event.callee.kind is not CalleeKind.IMPORTED:
                loose |= beside
            spare.update((target, name) for target in given for name in beside)
        return passed, loose, spare

    @cached_property
    def _kept(self) -> Set[_Parameter]:
        """The parameters that take what other files keep, which may be None there."""
        calls = ((caller, event) for caller, _, event in self.tree.events() if isinstance(event, Call) and event.kept)
        found: set[_Parameter] = set()
        for caller, event in calls:
            places = [place for place, words in event.kept if not self._words.isdisjoint(words)]
            targets = self._targets(event, caller) if places else ()
            found.update(
                (target, name) for target in targets for name in of_arguments(places, self._names(target, event.callee))
            )
        return found | self._handed

    @cached_property
    def _handed(self) -> Set[_Parameter]:
        """The parameters for which `partial(f, None)` passes None."""
        handed = (
            (path, callee, places) for path, file in self.tree.files.items() for callee, places in file.absences.handed
        )
        return {
            (target, name)
            for path, callee, places in handed
            for target in self.tree.bodies_of(callee, path)
            for name in of_arguments(places, self._names(target, callee))
        }

    def _closed(self, passed: Set[_Parameter]) -> Set[_Parameter]:
        """Some parameters, those for which they are passed on, and so on."""
        found, waiting = set(passed), list(passed)
        while waiting:
            fresh = [one for one in self._onward.get(waiting.pop(), ()) if one not in found]
            found.update(fresh)
            waiting += fresh
        return found

    @cached_property
    def _onward(self) -> Mapping[_Parameter, Sequence[_Parameter]]:
        """The parameters for which each is passed on."""
        found: dict[_Parameter, list[_Parameter]] = {}
        for caller, _, event in self.tree.events():
            given = [*_parameters(event)] if isinstance(event, Call) else []
            for target in self._targets(event, caller) if given else ():  # type: ignore[arg-type]
                names = self._names(target, event.callee)  # type: ignore[union-attr]
                for place, own in given:
                    bound = of_arguments([place], names)
                    found.setdefault((caller, own), []).extend((target, name) for name in bound)
        return found

    def _targets(self, call: Call, caller: BodyKey) -> Sequence[BodyKey]:
        return self.tree.targets(call, caller)

    def _names(self, target: BodyKey, callee: Callee) -> Sequence[str]:
        return bound_parameters(self.tree.body(target), callee)


def of_arguments(places: Sequence[int | str], names: Sequence[str]) -> Set[str]:
    """Those of the names that arguments have in their order which stand at some places, or are keywords."""
    by_place = (names[place] for place in places if isinstance(place, int) and place < len(names))
    return {*by_place, *(place for place in places if isinstance(place, str) and place in names)}


def _given(call: Call) -> Iterator[tuple[int | str, Text | None]]:
    """What is known of each argument, with its place or keyword."""
    return chain(enumerate(call.positional), call.keywords)


def _absent(call: Call) -> Sequence[int | str]:
    """The places and keywords of arguments that are None, or that may be: `None if tied else "w"`."""
    return [*call.unset, *(place for place, text in _given(call) if text is not None and text.may_be_none)]


def _parameters(call: Call) -> Iterator[tuple[int | str, str]]:
    """The places and keywords of arguments that are parameters of the caller, with these."""
    for place, text in _given(call):
        match text.parts if text is not None else ():
            case (Hole(parameter=own),) if own:
                yield place, own
