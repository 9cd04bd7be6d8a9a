"""The data of reach: the ways by which a program comes to its code, and what is known on each.

A `Way` is one chain of calls from where a program starts down to a body.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from codemods.tensorflow.facts import BodyFacts, Call, Callee, CalleeKind, FrameFacts, ScopeFacts, ScopeKind
from codemods.tensorflow.program.tree import BodyKey, Tree
from codemods.tensorflow.text import NONE, PERHAPS_NONE, UNKNOWN, Hole, Text, is_no_folder, substitute
from migrate.syntax.records import record

__all__ = [
    "ANYWHERE",
    "SCOPES",
    "Instance",
    "Stand",
    "Way",
    "as_passed",
    "bind",
    "bound_parameters",
    "circumstances",
    "exclusive",
    "handed_through",
    "in_other_arms",
    "scope_name",
    "standing",
]

SCOPES = (ScopeKind.NAME, ScopeKind.VARIABLE)


ANYWHERE = "?"  # the outermost scope of what may be in any, or in none


@record(frozen=True, slots=True)
class Stand:
    """A frame at run time: the file that it stands in, and the calls (event numbers) that led there."""

    path: str
    order: tuple[int, ...]
    frame: FrameFacts
    name: Text  # of a scope, with the arguments of its body filled in

    @property
    def key(self) -> tuple[str, tuple[int, ...], tuple[int, int]]:
        """Names the construct in this chain of calls, whichever of its arms."""
        return self.path, self.order, self.frame.at

    @property
    def resets(self) -> bool:
        """Whether it may leave the scopes around it.

        So do a scope called None, `""` or `a/`, and a variable scope that is entered again or makes no name scope.
        """
        scope = self.frame.scope
        if scope is None or scope.kind not in SCOPES:
            return False
        if "auxiliary_name_scope" in scope.hazards:
            return True
        if scope.name is None or self.name.may_be_none:
            return scope.default is None
        return is_no_folder(self.name)


@record(frozen=True)  # with room for what is asked of each of them again and again
class Way:
    """A chain of calls to a body: where it starts, what it is within, and what is known of the body's arguments."""

    root: str  # the path of the module that starts it, "" where nobody in the tree does
    order: tuple[int, ...]
    stands: tuple[Stand, ...]
    arguments: Mapping[str, Text]
    repeats: bool = False
    unknown: bool = False
    reruns: bool = False  # its module, or the cell of a notebook, may run again
    perhaps: bool = False  # a call in it may run something else, or nothing
    guarded: bool = False  # only where its root is what the program starts with, and not where that is imported
    partial: bool = False  # stands for more ways than were followed: what is around them is not in `stands`
    graph: tuple[object, ...] = ("default",)
    calls: tuple[tuple[BodyKey, int], ...] = ()  # the body and the number of the call event, outermost first
    is_seen: bool = True  # something in the program starts it, or names what it begins with: not called only elsewhere

    @property
    def runs_once(self) -> bool:
        """Whether it happens at most once in its graph."""
        return not self.repeats and not self.unknown

    @cached_property
    def scopes(self) -> tuple[Stand, ...]:
        """The name scopes and variable scopes that it is within, outermost first."""
        return tuple(stand for stand in self.stands if stand.frame.scope and stand.frame.scope.kind in SCOPES)

    def full(self, name: Text) -> str | None:
        """A name with the scopes in front, in lower case as the graph compares it; None where not all is known."""
        last = name.literal
        return None if self.folder is None or last is None else self.folder + last.lower()

    @cached_property
    def around(self) -> tuple[object, ...]:
        """All that it is within, by value: each construct as a chain of calls came to it, its arm, its name."""
        return tuple((stand.key, stand.frame.arm, stand.name) for stand in self.stands)

    @cached_property
    def outermost(self) -> str:
        """The outermost scope, in lower case, or `ANYWHERE`: nothing in another one bears the same name."""
        first = self.scopes[0].name.literal if self.scopes else None
        return ANYWHERE if self.partial or self.resets or not first else first.lower().partition("/")[0]

    @cached_property
    def branches(self) -> tuple[Stand, ...]:
        """The arms of branches that it is in, outermost first."""
        return tuple(stand for stand in self.stands if stand.frame.kind == "branch")

    @cached_property
    def resets(self) -> bool:
        """Whether one of them may leave those around it."""
        return any(stand.resets for stand in self.scopes)

    @cached_property
    def folder(self) -> str | None:
        """What these put before a name, in lower case, such as `a/b/`; None where not all of it is known."""
        names = [stand.name.literal for stand in self.scopes]
        return None if None in names or self.partial or self.resets else "".join(f"{name}/" for name in names).lower()


@record(frozen=True, slots=True)
class Instance:
    """One way to one event, such as a creation."""

    way: Way
    body: BodyKey
    event: int

    @property
    def conditional(self) -> bool:
        """Whether it may not happen at all."""
        return self.way.perhaps or any(stand.frame.may_be_skipped for stand in self.way.stands)

    @property
    def in_loop(self) -> bool:
        """Whether a loop is around it, here or where it is called."""
        return any(stand.frame.kind == "loop" for stand in self.way.stands)

    @property
    def loops(self) -> frozenset[object]:
        """The loops around it, each as one run of its body enters it."""
        return frozenset(stand.key for stand in self.way.stands if stand.frame.kind == "loop")

    def surely_before(self, other: Instance) -> bool:
        """Whether it happens once, and before `other`, if at all."""
        return self.way.root == other.way.root and self.way.runs_once and self.way.order < other.way.order

    def always_before(self, other: Instance) -> bool:
        """Whether all of its runs come before `other`: what repeats it are loops that `other` is not in."""
        way = self.way
        if way.root != other.way.root or way.unknown or way.partial or way.reruns or not way.order < other.way.order:
            return False
        return not way.repeats or (self.in_loop and self.loops.isdisjoint(other.loops))


def standing(instance: Instance) -> object:
    """All by which what happens in an instance is compared with what happens in others, but for the order."""
    return instance.way.around, *circumstances(instance)


def circumstances(instance: Instance) -> tuple[object, ...]:
    """All of that but what is around it: in which file and graph it happens, how often, and who starts it."""
    way = instance.way
    often = way.repeats, way.unknown, way.reruns, way.perhaps, way.partial
    return instance.body[0], way.graph, often, way.root, way.guarded, way.is_seen


def exclusive(first: Instance, second: Instance) -> bool:
    """Whether the two stand in different arms of one branch, so that at most one of them happens."""
    one, two = first.way.branches, second.way.branches
    if not one or not two:
        return False
    arms = {stand.key: stand.frame.arm for stand in one}
    return any(arms.get(stand.key, stand.frame.arm) != stand.frame.arm for stand in two)


def in_other_arms(first: Instance, second: Instance) -> bool:
    """Whether two stand in different arms of one branch, whichever calls have led there."""
    arms = {(one.path, one.frame.at): one.frame.arm for one in first.way.branches}
    return any(arms.get((one.path, one.frame.at), one.frame.arm) != one.frame.arm for one in second.way.branches)


def scope_name(scope: ScopeFacts | None, arguments: Mapping[str, Text]) -> Text:
    """The name of a scope where its body is given `arguments`: that of a name scope may be its default name."""
    if scope is None:
        return Text(())
    name = substitute(scope.name or scope.default or UNKNOWN, arguments)
    if scope.kind is not ScopeKind.NAME or scope.default is None or not name.may_be_none:
        return name
    return substitute(scope.default, arguments) if name.is_none else UNKNOWN


def bound_parameters(body: BodyFacts, callee: Callee) -> tuple[str, ...]:
    """The parameters that a call's arguments are bound to: those of a method without its `self`.

    A method of another file that is called by its class, `layers.Layer.build(self, name)`, is given that as well.
    """
    if body.owner < 0 or body.static or _is_by_class(body, callee):
        return body.parameters
    return body.parameters[1:]


def _is_by_class(body: BodyFacts, callee: Callee) -> bool:
    imported = callee.kind is CalleeKind.IMPORTED and body.of_class != "" and body.name != "__init__"
    return imported and callee.name.endswith(f".{body.of_class}.{body.name}")


def handed_through(body: BodyFacts, call: Call, parameter: str) -> tuple[str, ...]:
    """The caller's own parameters of which a call makes a body's parameter; none where the caller names what it is."""
    text = _given(body, call).get(parameter)
    return tuple(part.parameter for part in text.parts if isinstance(part, Hole) and part.parameter) if text else ()


def as_passed(name: Text, instance: Instance, tree: Tree) -> Text:
    """A name as it is put together: where all of it is a parameter, what the call passes, and so on outwards."""
    body = instance.body
    for caller, number in reversed(instance.way.calls):
        call, own = tree.body(caller).events[number], _whole_parameter(name)
        given = _given(tree.body(body), call) if isinstance(call, Call) else {}
        if own not in given:
            return name
        name, body = given[own] or UNKNOWN, caller
    return name


def _given(body: BodyFacts, call: Call) -> Mapping[str, Text | None]:
    """What is known of the arguments that a call writes, by the parameters of a body that it runs."""
    return {**dict(zip(bound_parameters(body, call.callee), call.positional, strict=False)), **dict(call.keywords)}


def _whole_parameter(name: Text) -> str:
    """The parameter that is all of a name, "" for none."""
    match name.parts:
        case (Hole(parameter=own),):
            return own
    return ""


def bind(body: BodyFacts, call: Call, outer: Mapping[str, Text]) -> Mapping[str, Text]:
    """What is known of a body's parameters in one call; a parameter that is passed something else is a plain hole.

    Where arguments are unpacked, any that is not written may be among them.
    """
    bound: dict[str, Text] = dict.fromkeys(body.unset, PERHAPS_NONE if call.opaque_arguments else NONE)
    if not call.opaque_arguments:
        bound |= body.defaults
    for name, text in zip(bound_parameters(body, call.callee), call.positional, strict=False):
        bound[name] = substitute(text, outer) if text is not None else UNKNOWN
    for name, text in call.keywords:
        bound[name] = substitute(text, outer) if text is not None else UNKNOWN
    return bound
