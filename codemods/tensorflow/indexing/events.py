"""Classifies a module's calls: each becomes the event that it is for variables, or none."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace

from codemods.tensorflow import knowledge
from codemods.tensorflow.facts import (
    SESSION,
    At,
    Call,
    Callee,
    CalleeKind,
    Enter,
    Event,
    FrameFacts,
    Grip,
    Lent,
    NamedOp,
    Reset,
    ScopeKind,
    StatementFacts,
    StoreUse,
)
from codemods.tensorflow.indexing.blocks import around_arms, statements_of, with_arms
from codemods.tensorflow.indexing.bodies import position
from codemods.tensorflow.indexing.callees import Callees, calls_by_class
from codemods.tensorflow.indexing.contexts.scope_calls import entered_scope
from codemods.tensorflow.indexing.contexts.sessions import runs_session
from codemods.tensorflow.indexing.contexts.swallowing import is_manager
from codemods.tensorflow.indexing.creating import Creating
from codemods.tensorflow.indexing.frames import Frames
from codemods.tensorflow.indexing.gathering import Gathering
from codemods.tensorflow.indexing.getters import Getters
from codemods.tensorflow.indexing.graph_imports import IMPORTING
from codemods.tensorflow.indexing.handing import Handing
from codemods.tensorflow.indexing.modes import Modes
from codemods.tensorflow.indexing.strings.kept_names import kept_arguments
from codemods.tensorflow.indexing.targets import Target, target_of
from codemods.tensorflow.indexing.telling import Telling
from codemods.tensorflow.indexing.tensors import tensor_arguments
from codemods.tensorflow.text import NONE, UNKNOWN, Text, literal
from migrate.syntax.calls import Given, Unbound, arguments, called_name, given, keyword_or_place
from migrate.syntax.module import Module
from migrate.syntax.names import last_name, resolve, single_value
from migrate.syntax.nodes import nodes, place_among
from migrate.syntax.walk import CallSite, Frame, Scope

__all__ = ["Events"]

_CONTROL_FLOW = frozenset(
    f"tensorflow.{name}" for name in ("while_loop", "map_fn", "scan", "foldl", "foldr", "cond", "case")
)
_GRAPH_METHODS = {"unique_name": 0, "create_op": 4}  # with the places of the names that they take
_STRINGS = (*(ast.Name, ast.Attribute, ast.JoinedStr, ast.Call), *(ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.IfExp))
_GRAPHS = ("Graph(", "as_default", "reset_default_graph")  # what makes and enters graphs
_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return)
# What may be of this tree.
_FOLLOWED = (CalleeKind.BODY, CalleeKind.IMPORTED, CalleeKind.METHOD, CalleeKind.CLASS)


class Events:
    """The events of one module by body, and what else its calls tell; `collect` goes over all calls once.

    With `creations` alone it looks at no other call for longer than to see what it says of graph and eager code.
    """

    def __init__(self, module: Module, callees: Callees, *, creations: bool) -> None:
        self.module = module
        self.walk = module.walk
        self.callees = callees
        self.creations = creations
        self.by_body: list[list[Event]] = [[] for _ in callees.body_scopes]
        self.gathering = Gathering(module.walk, callees)
        self.frames = Frames(callees, self.gathering)
        self.told = Telling(module, callees)
        self.modes = Modes(module.walk, callees)
        self.names: set[str] = set()  # every TensorFlow name called, canonical
        self.raw: set[str] = set()  # the same as they resolve
        self.resource_scopes = False
        self.control_flow: set[int] = set()  # bodies that loops and branches of the graph run
        self.implicit: set[int] = set()  # bodies that run where an element or an attribute of something is read
        self.blocks: dict[At, tuple[StatementFacts, ...]] = {}
        self._creating = Creating(module, callees)
        self._handing = Handing(callees, self.frames, self.gathering)
        self.getters = Getters(module, callees, self.frames)
        self._makes_templates = "make_template" in module.source.code
        self._graph_lines = module.lines_with(_GRAPHS)

    def collect(self) -> None:
        """Classifies every call."""
        for site in self.walk.calls:
            self._classify(site, self.by_body[self.callees.body(site.scope)])

    def _classify(self, site: CallSite, events: list[Event]) -> None:
        """Adds what a call is, at most one event, and before it what others call at once that this one is given."""
        raw = resolve(site.node.func, site.scope)
        name = knowledge.canonical(raw)
        if name is None and self.callees.is_of_graph(site.node.func, site.scope, "name_scope"):
            raw = name = "tensorflow.name_scope"
        if name is not None and raw is not None and name.startswith("tensorflow."):
            self.names.add(name)
            self.raw.add(raw)
            self.modes.note(site, name)
            if self.creations and name != knowledge.VARIABLE:
                return
            event = self.getters.call(site) or self._tensorflow_event(site, name, raw)
            events += self._handing.by_tensorflow(site, name)
        elif self.creations:
            return
        else:
            event = self.getters.call(site) or self._call_event(site)
            if site.called == "create_op" and isinstance(event, Call):  # perhaps a graph's, by whatever it is called
                events.append(self._op_of_graph(site))
            events += self._handing.at_once(site)
            if self._makes_templates:
                events += self._handing.by_template(site)
        if event is not None:
            events.append(event)

    def _tensorflow_event(self, site: CallSite, name: str, raw: str) -> Event | None:
        at, frames = position(site.node), self.frames.facts(site.frames, site.scope)
        if name == knowledge.VARIABLE:
            self._note_block(site)
            self._note_arms(site)
            creation = self._creating.creation(site, at, frames, raw)
            self.told.makes_unseen |= creation.refusal == "star-arguments"
            return creation
        if name in knowledge.RESETS:
            return Reset(at, frames)
        if name in knowledge.MAIN_RUNNERS:
            return self._main_event(site, at, frames)
        if (name in knowledge.GRAPH_SWITCHES or name == SESSION.name) and _may_be_of_graph(site.node):
            self.told.note_session(site, entered=name in knowledge.GRAPH_SWITCHES)
        if name in knowledge.ESTIMATORS and (given := keyword_or_place(site.node, *knowledge.ESTIMATORS[name])):
            self.told.asked.add(given)
        if name in _CONTROL_FLOW:
            self.control_flow.update(self._handing.bodies(site))
        if knowledge.makes_store_variables(name):
            return self._store_use(site, at, frames, name)
        if name in knowledge.SCOPE_CALLS:
            return self._enter(site, at, frames, name)
        return None if name in IMPORTING else self._named_op(site, at, frames, name)

    def _named_op(self, site: CallSite, at: At, frames: tuple[FrameFacts, ...], name: str) -> NamedOp | None:
        named = self.callees.named(site.node, "name", knowledge.name_place(name), site.scope)
        if named is None and any(item.arg is None for item in site.node.keywords):
            named = UNKNOWN
        if named is None and name.startswith(knowledge.SPEAKING_OPS):
            named = literal("")  # its name or tag is the user's, wherever it comes from
        return NamedOp(at, frames, named) if named is not None else None

    def _enter(self, site: CallSite, at: At, frames: tuple[FrameFacts, ...], name: str) -> Enter:
        self.resource_scopes |= keyword_or_place(site.node, "use_resource", 10) is not None
        if "yield" in self.module.source.code and self._is_around_yield(site):
            self.told.by_hand.add(ScopeKind.VARIABLE)
        self.told.note_takers(site)
        return Enter(at, frames, entered_scope(name, site.node, site.scope, self.callees))

    def _is_around_yield(self, site: CallSite) -> bool:
        """Whether who goes through a generator stands in a scope of the generator's; not in a context manager's."""
        function = self.callees.body_scopes[self.callees.body(site.scope)].node
        if not isinstance(site.statement, ast.With) or not isinstance(function, ast.FunctionDef):
            return False
        yields = any(isinstance(one, ast.Yield | ast.YieldFrom) for one in nodes(site.statement))
        return yields and not any(is_manager(one) for one in function.decorator_list)

    def _store_use(self, site: CallSite, at: At, frames: tuple[FrameFacts, ...], name: str) -> StoreUse:
        if name in knowledge.STORED_NAMES:
            return StoreUse(at, frames, literal(knowledge.STORED_NAMES[name]), looks_first=True)
        place = 0 if "get_" in name else 99
        base = _asked_base(keyword_or_place(site.node, "name", place))
        if base is not None:
            target = target_of(site.statement, site.node, self.callees.function_name(site.scope)).name
            around = self.frames.facts(_without_root(site.frames), site.scope)
            return StoreUse(at, around, self.callees.text(base, site.scope), asked=True, target=target)
        scoped = name.rpartition(".")[2] not in knowledge.VARIABLE_MAKERS
        named = self.callees.named(site.node, "name", place, site.scope)
        if named is None and not scoped and any(item.arg is None for item in site.node.keywords):
            named = UNKNOWN
        return StoreUse(at, frames, named, scoped=scoped)

    def _main_event(self, site: CallSite, at: At, frames: tuple[FrameFacts, ...]) -> Event:
        """`tf.app.run()` calls `main`, or what it is given."""
        given = keyword_or_place(site.node, "main", 0) or ast.Name("main", ast.Load())
        self.told.asked.add(given)
        return Call(at, frames, self.callees.callee(given, site.scope), opaque_arguments=True)

    def _note_block(self, site: CallSite) -> None:
        """Keeps the statements of a block in which a layer may stand."""
        self._note(site.block)

    def _note(self, block: Sequence[ast.stmt]) -> tuple[StatementFacts, ...]:
        first = position(block[0])
        if first not in self.blocks:
            self.blocks[first] = statements_of(block, self.module.source)
        return self.blocks[first]

    def _note_arms(self, site: CallSite) -> None:
        """Keeps the statements beside an `if` in whose arm a variable is made."""
        block, own = around_arms(site)
        if own is None or not block:
            return
        place, facts = block.index(own), [*self._note(block)]
        if not facts[place].arms:
            facts[place] = with_arms(facts[place], own)
            self.blocks[position(block[0])] = tuple(facts)

    def _call_event(self, site: CallSite) -> Event | None:
        node = site.node
        callee = self.callees.callee(node.func, site.scope)
        self.told.note(site, callee)
        if callee.kind is CalleeKind.ATTRIBUTE and runs_session(node, site.scope, self.callees):
            callee = replace(callee, receiver=SESSION)
        if self._asks_a_graph(node.func, site.scope) and not _only_asks(node):
            return self._op_of_graph(site)
        if callee.name in knowledge.READ_BY_CALLING and not self._handing.takes_all(site):
            self.implicit.update(self._handing.bodies(site))
        if _is_harmless(callee, site) or _calls_initializer(callee):
            return None
        at, frames = position(node), self.frames.facts(site.frames, site.scope)
        self.resource_scopes |= callee.name == "set_use_resource"
        if callee.name in knowledge.SCOPE_SWITCHES:
            return StoreUse(at, frames, switches_reuse=True)
        target = self._target(site, callee)
        passed = self._passed(node, site.scope, callee)
        positional = tuple([self._argument(value, site.scope) for value in passed.values])
        keywords = tuple([(name, self._argument(value, site.scope)) for name, value in passed.keywords])
        return Call(
            at,
            frames,
            callee,
            positional,
            keywords,
            target.name if target else "",
            target.grip if target else Grip.HEADER,
            position(site.statement),
            passed.more,
            position(site.block[0]),
            _is_assigned(node, site.statement),
            tuple([place for place, value in passed.items() if _is_unset(value)]),
            tensor_arguments(passed, site.scope, self.callees) if callee.kind in _FOLLOWED else (),
            self._lent(passed, site.scope, callee),
            tuple(kept_arguments(node, passed, site.scope, (*positional, *[text for _, text in keywords]))),
            self.gathering.takes(node),
        )

    def _passed(self, node: ast.Call, scope: Scope, callee: Callee) -> Given:
        """What a call passes, behind its object where it names that one's class, of which it says nothing else then."""
        passed = given(node)
        if not calls_by_class(node, scope, callee):
            return passed
        self.told.asked.add(node.func.value)  # type: ignore[attr-defined]
        return replace(passed, values=passed.values[1:])

    def _op_of_graph(self, site: CallSite) -> NamedOp:
        """What takes the name that a method of a graph is given."""
        taken = self.callees.named(site.node, "name", _GRAPH_METHODS[site.called], site.scope) or UNKNOWN
        return NamedOp(position(site.node), self.frames.facts(site.frames, site.scope), taken)

    def _asks_a_graph(self, function: ast.expr, scope: Scope) -> bool:
        """Whether a function is a method of a graph that takes a name, by the graph or by what that is called."""
        if not isinstance(function, ast.Attribute) or function.attr not in _GRAPH_METHODS:
            return False
        return "graph" in last_name(function.value).lower() or self.callees.is_of_graph(function, scope, "unique_name")

    def _target(self, site: CallSite, callee: Callee) -> Target | None:
        """What a simple statement makes of a call that may be a factory's."""
        if not isinstance(site.statement, _SIMPLE) or callee.kind not in _FOLLOWED or _may_not_happen(site):
            return None
        self._note_block(site)
        return target_of(site.statement, site.node, self.callees.function_name(site.scope))

    def _lent(self, passed: Given, scope: Scope, callee: Callee) -> tuple[Lent, ...]:
        """The arguments that may be of another graph than the call, for one that may be of this tree's code."""
        if callee.kind is CalleeKind.OPAQUE or not self._is_among_graphs(self.callees.body(scope)):
            return ()
        return tuple(self._creating.tracing.lent(passed, scope))

    def _is_among_graphs(self, body: int) -> bool:
        """Whether a body makes or enters graphs, which is when what it passes may be of another one."""
        node = self.callees.body_scopes[body].node
        if isinstance(node, ast.Module):
            return bool(self._graph_lines)
        first, last = node.lineno, node.end_lineno or 0  # type: ignore[attr-defined]
        return bisect_left(self._graph_lines, first) < bisect_right(self._graph_lines, last)

    def _argument(self, node: ast.expr, scope: Scope) -> Text | None:
        """What is known of a string argument, or of a number that a name may be made with; None for anything else."""
        if isinstance(node, ast.Constant):
            return _constant(node.value)
        kept = isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice | ast.Tuple)  # `cfg["scope"]`
        return self.callees.given(node, scope) if kept or isinstance(node, _STRINGS) else None


def _constant(value: object) -> Text | None:
    """A string, a number as it would stand in one, or None as an argument."""
    if value is None:
        return NONE
    return literal(str(value)) if type(value) in (str, int) else None


def _may_not_happen(site: CallSite) -> bool:
    """Whether a call stands in a part of its statement that is not always evaluated."""
    return any(isinstance(frame.node, ast.IfExp | ast.BoolOp) for frame in (*site.scope.frames, *site.frames))


def _is_assigned(node: ast.Call, statement: ast.stmt) -> bool:
    """Whether a statement assigns or returns a call as it is: as its value, or in its tuple."""
    value = getattr(statement, "value", None)
    if not isinstance(value, ast.Tuple):
        return value is node
    place = place_among(value.elts, node)
    return place >= 0 and value.elts[place] is node


def _is_harmless(callee: Callee, site: CallSite) -> bool:
    """Whether a call can run nothing of the program's, and names no op."""
    if callee.kind is CalleeKind.IMPORTED:
        safe = callee.name.partition(".")[0] in knowledge.SAFE_MODULES
        foreign = safe and callee.name.rpartition(".")[2] not in knowledge.EVALUATORS
    else:
        foreign = callee.kind is CalleeKind.OPAQUE and _is_of_a_table(site.node.func, site.scope)
    return foreign and not any(item.arg == "name" for item in site.node.keywords)


def _calls_initializer(callee: Callee) -> bool:
    """Whether what is called is an initializer, made there or by one name: it runs nothing of the program's."""
    if callee.kind is not CalleeKind.OPAQUE or callee.receiver is None:
        return False
    name = knowledge.canonical(callee.receiver.name) or ""
    return name.startswith("tensorflow.") and (name.endswith("_initializer") or ".initializers." in name)


def _is_of_a_table(function: ast.expr, scope: Scope) -> bool:
    """Whether what is called comes from a table of a library that makes no variables: `np.cast["float32"]`."""
    picked = single_value(function.id, scope) if isinstance(function, ast.Name) else function
    dotted = resolve(picked.value, scope) if isinstance(picked, ast.Subscript) else None
    return (dotted or "").partition(".")[0] in knowledge.SAFE_MODULES


def _is_unset(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value in (None, False)


def _asked_base(name: ast.expr | None) -> ast.expr | None:
    """What `graph.unique_name(base, ...)`, with or without `.split("/")[-1]`, is given; None for any other name."""
    match name:
        case ast.Subscript(value=ast.Call(func=ast.Attribute(value=inner, attr="split"))):
            return _asked_base(inner)
        case ast.Call(func=ast.Attribute(attr="unique_name"), args=[base, *_]):
            return base
    return None


def _without_root(frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """Frames without a root scope around what the graph is asked a name for: the name has the scopes outside of it."""
    match frames[-1].item.context_expr if frames and frames[-1].item is not None else None:
        case ast.Call(args=[ast.Call(args=[], keywords=[ast.keyword(arg="reuse"), *_]) as made]):
            return frames[:-1] if called_name(made) == "VariableScope" else frames
    return frames


def _only_asks(node: ast.Call) -> bool:
    """Whether a call of `graph.unique_name` leaves the name to who makes something of it."""
    if called_name(node) != "unique_name":
        return False
    marks = keyword_or_place(node, "mark_as_used", 1)
    return isinstance(marks, ast.Constant) and not marks.value


def _may_be_of_graph(session: ast.Call) -> bool:
    """Whether a session is given a graph, perhaps among arguments that nobody sees."""
    return arguments(session) is Unbound.STAR or keyword_or_place(session, "graph", 1) is not None
