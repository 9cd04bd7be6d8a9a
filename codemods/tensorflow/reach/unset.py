"""Which parameters are None or False in every call of their function: what a scope is given by them changes nothing."""

from __future__ import annotations

from codemods.tensorflow.facts import BodyFacts, Call, ScopeFacts
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.callgraph import Caller, CallGraph
from codemods.tensorflow.reach.ways import bound_parameters
from codemods.tensorflow.text import Hole, Text

__all__ = ["Unset"]


class Unset:
    """Follows the calls of functions, which may pass on parameters of their own."""

    def __init__(self, graph: CallGraph) -> None:
        self.graph = graph
        self.tree = graph.tree
        self._known: dict[tuple[BodyKey, str], bool] = {}

    def hazards(self, path: str, scope: ScopeFacts) -> tuple[str, ...]:
        """What a scope that stands in a file gives to `get_variable` only."""
        key = path, scope.body
        passed = (hazard for hazard, parameter in scope.passed if not self.is_unset(key, parameter))
        return (*scope.hazards, *passed)

    def is_unset(self, key: BodyKey, parameter: str) -> bool:
        """Whether every call of a body leaves a parameter at None or False."""
        asked = key, parameter
        if asked not in self._known:
            self._known[asked] = False  # what is passed on in circles is not known
            self._known[asked] = self.graph.is_closed(key) and all(
                self._leaves(caller, self.tree.body(key), parameter) for caller in self.graph.callers(key)
            )
        return self._known[asked]

    def _leaves(self, caller: Caller, body: BodyFacts, parameter: str) -> bool:
        """Whether one call leaves it there."""
        call = self.tree.body(caller[0]).events[caller[1]]
        assert isinstance(call, Call)
        if call.opaque_arguments:
            return False
        places = [*bound_parameters(body, call.callee)[: len(call.positional)]]
        given: list[tuple[int | str, Text | None]] = [(place, call.positional[place]) for place in range(len(places))]
        passed = dict(zip(places, given, strict=True)) | {name: (name, text) for name, text in call.keywords}
        if parameter not in passed:
            return parameter in body.unset
        place, text = passed[parameter]
        return place in call.unset or self._passes_on(text, caller[0])

    def _passes_on(self, text: Text | None, caller: BodyKey) -> bool:
        """Whether an argument is a parameter of the caller's that nobody sets."""
        match text.parts if text is not None else ():
            case (Hole(parameter=own),) if own:
                return self.is_unset(caller, own)
        return False
