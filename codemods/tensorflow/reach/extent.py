"""What runs inside a `with` block or a body, also through calls: whether it makes variables, and by which way."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from codemods.tensorflow import knowledge
from codemods.tensorflow.facts import (
    AT_ONCE,
    At,
    Call,
    Callee,
    CalleeKind,
    Creation,
    Enter,
    Event,
    NamedOp,
    StatementFacts,
    StoreUse,
)
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.callgraph import CallGraph
from codemods.tensorflow.reach.ways import Instance

__all__ = ["Extent"]

_HANDED = (CalleeKind.OPAQUE, CalleeKind.METHOD, CalleeKind.ATTRIBUTE)  # how what a parameter holds is called
_ACTIVATIONS = re.compile(r"act|nonlin|init|relu|sigm|tanh|fn|func|transfer", re.IGNORECASE)


class Extent:
    """Follows calls to say what a piece of code can do to the variable store."""

    def __init__(self, graph: CallGraph) -> None:
        self.graph = graph
        self.tree = graph.tree
        self._inside: dict[BodyKey, Mapping[At, list[tuple[int, Event]]]] = {}
        self._sorted: dict[BodyKey, list[Event]] = {}

    def inside(self, body: BodyKey, at: At) -> list[tuple[int, Event]]:
        """The events of a body, with their numbers, within the construct that stands at `at`."""
        if body not in self._inside:
            held: dict[At, list[tuple[int, Event]]] = defaultdict(list)
            for number, event in enumerate(self.tree.body(body).events):
                for place in {frame.at for frame in event.frames}:
                    held[place].append((number, event))
            self._inside[body] = held
        return self._inside[body].get(at, [])

    def between(self, body: BodyKey, start: At, end: At) -> list[Event]:
        """The events of a body whose calls begin from `start` on and before `end`."""
        if body not in self._sorted:
            self._sorted[body] = sorted(self.tree.body(body).events, key=lambda event: event.at)
        events = self._sorted[body]
        first = bisect_left(events, start, key=lambda event: event.at)
        return events[first : bisect_left(events, end, lo=first, key=lambda event: event.at)]

    def held(self, statement: StatementFacts, body: BodyKey) -> Iterator[tuple[BodyKey, Event]]:
        """The events of a statement with their bodies: its own, and those of the lambdas in it."""
        start, end = statement.at, statement.end
        yield from ((body, event) for event in self.between(body, start, end))
        for key in self._lambdas.get(body, ()):
            if start <= self.tree.body(key).at < end:
                yield from self.deferred(key)

    def deferred(self, body: BodyKey) -> Iterator[tuple[BodyKey, Event]]:
        """The events of a lambda with their bodies: its own, and those of the lambdas in it."""
        waiting = [body]
        for key in waiting:  # which grows meanwhile
            yield from ((key, event) for event in self.tree.body(key).events)
            waiting += self._lambdas.get(key, ())

    @cached_property
    def _lambdas(self) -> Mapping[BodyKey, list[BodyKey]]:
        """The lambdas by the bodies that hold them."""
        found: dict[BodyKey, list[BodyKey]] = defaultdict(list)
        for key, body in self.tree.bodies():
            if body.is_lambda:
                found[key[0], body.parent].append(key)
        return found

    def hands_makers(self, statement: StatementFacts, body: BodyKey) -> bool:
        """Whether a statement gives the graph a function to run that names something: `tf.while_loop(test, step)`."""
        return not statement.reads.isdisjoint(self._run_by_graph.get(body[0], ()))

    @cached_property
    def _run_by_graph(self) -> Mapping[str, set[str]]:
        """The names of such functions by their files."""
        found: dict[str, set[str]] = defaultdict(set)
        for key, body in self.tree.bodies():
            if body.in_control_flow and not body.is_lambda and self.names_something(key):
                found[key[0]].add(body.name)
        return found

    def resumes_makers(self, statement: StatementFacts, body: BodyKey) -> bool:
        """Whether a statement may go on with a generator that names something: `next(made)` after `made = layers()`."""
        return not statement.reads.isdisjoint(self._suspended.get(body[0], ()))

    @cached_property
    def _suspended(self) -> Mapping[str, set[str]]:
        """The names of such generators by the files that assign them."""
        found: dict[str, set[str]] = defaultdict(set)
        makers = {key for key, body in self.tree.bodies() if body.leaves == AT_ONCE and self.names_something(key)}
        for key, _, event in self.tree.events() if makers else ():
            if isinstance(event, Call) and event.target and not makers.isdisjoint(self.tree.targets(event, key)):
                found[key[0]].add(event.target)
        return found

    def uses_store(self, events: Iterable[Event], body: BodyKey) -> bool:
        """Whether something makes variables through the store there, or may for all that is known."""
        return any(
            _uses_store(event)
            or (isinstance(event, Call) and any(target in self._stores for target in self.tree.targets(event, body)))
            or (isinstance(event, Call) and self._is_opaque(event, body))
            for event in events
        )

    def _is_opaque(self, call: Call, body: BodyKey) -> bool:
        """Whether a call that leads nowhere in the tree may make variables, or run what does."""
        if self.tree.targets(call, body):
            return False
        return _opaque(call) or self._may_run_maker(call, body[0])

    def _may_run_maker(self, call: Call, path: str) -> bool:
        """Whether what a call runs may be a function that makes variables: `activation(y)`, `activation=prelu`."""
        callee = call.callee
        if not callee.is_element and (callee.kind not in _HANDED or callee.name not in self._parameters):
            return False
        knows, taken = self.tree.imports.knows, len(call.positional)
        return any(taken <= takes and any(knows(one, path) for one in files) for takes, files in self._handed_makers)

    @cached_property
    def _parameters(self) -> frozenset[str]:
        """The names by which bodies know what they are handed; an attribute that keeps it is called alike."""
        return frozenset(name for _, body in self.tree.bodies() for name in body.parameters)

    @cached_property
    def _handed_makers(self) -> Sequence[tuple[int, list[str]]]:
        """How many arguments such functions take that are handed on, and the files that do so."""
        makers = self._leading_to(lambda event, _: isinstance(event, Creation | StoreUse))
        plain = (key for key in makers if self.tree.body(key).owner < 0 and not self.tree.body(key).in_control_flow)
        handed = [(key, [path for path in self.tree.files if self.graph.refers(path, key)]) for key in plain]
        return [(len(self.tree.body(key).parameters), files) for key, files in handed if files]

    def creates(self, call: Call, body: BodyKey) -> bool:
        """Whether a call runs code of the tree that creates variables."""
        return any(target in self._creators for target in self.tree.targets(call, body))

    def speaks(self, call: Call, body: BodyKey) -> bool:
        """Whether a call makes ops that the code names itself, which a new scope would rename."""
        targets = self.tree.targets(call, body)
        if not targets and call.callee.is_element and call.callee.kind is CalleeKind.OPAQUE:
            return bool(self._speaking_lambdas)
        return _names_unknown(call, targets) or any(target in self._speakers for target in targets)

    @cached_property
    def _speaking_lambdas(self) -> frozenset[BodyKey]:
        """The lambdas that do, of which any may be an element of a list or a dictionary."""
        return frozenset(key for key in self._speakers if self.tree.body(key).is_lambda)

    def names_something(self, body: BodyKey) -> bool:
        """Whether a body makes variables or ops that have names, directly or through calls."""
        return body in self._creators or body in self._speakers or body in self._stores

    def sees_all_of(self, instance: Instance) -> bool:
        """Whether only what is seen happens in the graph of an instance: a block has it for itself, and calls no other.

        What nobody in the tree is seen to call runs in another graph then.
        """
        kind, *key = instance.way.graph
        bodies = (instance.body, *(caller for caller, _ in instance.way.calls))
        return kind == "new" and any(body[0] == key[0] and self._is_closed(body, key[-1]) for body in bodies)

    def _is_closed(self, body: BodyKey, at: object) -> bool:
        held = [event for event in self.tree.body(body).events if any(frame.at == at for frame in event.frames)]
        opened = {frame.scope for event in held for frame in event.frames if frame.at == at}
        alone = bool(held) and all(scope is not None and scope.plain and not scope.alias for scope in opened)
        return alone and not any(self._leads_out(event, body) for event in held)

    def _leads_out(self, event: Event, body: BodyKey) -> bool:
        """Whether an event may run what nobody is seen to call."""
        if not isinstance(event, Call):
            return False
        targets = self.tree.targets(event, body)
        return any(target in self._leading_out for target in targets) or self._is_unseen(event, body)

    def _is_unseen(self, event: Event, body: BodyKey) -> bool:
        """Whether an event is a call of code outside the tree that may call back: of a class's base, of a function."""
        if not isinstance(event, Call) or self.tree.targets(event, body):
            return False
        callee = event.callee
        own = callee.receiver is not None and bool(self.tree.symbols.classes(callee.receiver, body[0]))
        return own or callee.kind in (CalleeKind.METHOD, CalleeKind.SUPER) or _opaque(event)

    @cached_property
    def _leading_out(self) -> frozenset[BodyKey]:
        return self._leading_to(self._is_unseen)

    @cached_property
    def _speakers(self) -> frozenset[BodyKey]:
        return self._leading_to(
            lambda event, body: (
                isinstance(event, NamedOp | Enter)
                or (isinstance(event, Call) and _names_unknown(event, self.tree.targets(event, body)))
            )
        )

    @cached_property
    def _stores(self) -> frozenset[BodyKey]:
        return self._leading_to(
            lambda event, body: _uses_store(event) or (isinstance(event, Call) and self._is_opaque(event, body))
        )

    @cached_property
    def _creators(self) -> frozenset[BodyKey]:
        return self._leading_to(lambda event, _: isinstance(event, Creation))

    def _leading_to(self, wanted: Callable[[Event, BodyKey], bool]) -> frozenset[BodyKey]:
        """The bodies in which a wanted event happens, directly or through calls."""
        return self.graph.leading_to(
            key for key, body in self.tree.bodies() if any(wanted(event, key) for event in body.events)
        )


def _uses_store(event: Event) -> bool:
    return isinstance(event, StoreUse)


def _names_unknown(call: Call, targets: Collection[BodyKey]) -> bool:
    """Whether a call gives a name to what a function makes that nobody knows: `init([2], name="w_init")`."""
    return not targets and call.callee.kind is CalleeKind.OPAQUE and any(word == "name" for word, _ in call.keywords)


def _opaque(call: Call) -> bool:
    """Whether a call that leads nowhere in the tree may make variables through the store."""
    callee = call.callee
    match callee.kind:
        case CalleeKind.IMPORTED:
            return not callee.name.startswith("builtins.")
        case CalleeKind.METHOD | CalleeKind.SUPER | CalleeKind.ATTRIBUTE:
            return callee.name in knowledge.STORE_METHODS and not _keeps_nothing(callee.receiver)
        case CalleeKind.OPAQUE:
            return not _ACTIVATIONS.search(callee.name)
    return False


def _keeps_nothing(maker: Callee | None) -> bool:
    """Whether what makes an object makes an optimizer without slots."""
    return maker is not None and knowledge.canonical(maker.name) in knowledge.SLOTLESS
