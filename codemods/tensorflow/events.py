"""Classifies a module's calls: each becomes the event that it is for variables, or none."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.tensorflow import knowledge
from codemods.tensorflow.blocks import statements_of
from codemods.tensorflow.bodies import position
from codemods.tensorflow.by_name import asked_names, asks_for_variable, evaluates_variable, run_modules
from codemods.tensorflow.callees import Callees
from codemods.tensorflow.counted import counted_name, keyed_name
from codemods.tensorflow.dtypes import is_none
from codemods.tensorflow.facts import (
    At,
    Call,
    Callee,
    CalleeKind,
    Counted,
    Creation,
    Enter,
    Event,
    FrameFacts,
    Grip,
    NamedOp,
    Reset,
    ScopeFacts,
    ScopeKind,
    StatementFacts,
    StoreUse,
)
from codemods.tensorflow.modes import Modes, frame_mode
from codemods.tensorflow.scope_calls import entered_scope
from codemods.tensorflow.signatures import none_defaults
from codemods.tensorflow.spelling import spells_scopes
from codemods.tensorflow.swallowing import is_manager
from codemods.tensorflow.targets import Target, target_of
from codemods.tensorflow.tensors import tensor_arguments
from codemods.tensorflow.text import Hole, Text, is_no_folder, literal
from codemods.tensorflow.variable_names import is_name
from codemods.tensorflow.withs import entered_by_hand, scope_of
from migrate.syntax.calls import called_name, keyword_or_place
from migrate.syntax.module import Module
from migrate.syntax.names import resolve, single_value
from migrate.syntax.nodes import nodes
from migrate.syntax.walk import CallSite, Frame, FrameKind, Scope

__all__ = ["Events"]

_CONTROL_FLOW = frozenset(
    f"tensorflow.{name}" for name in ("while_loop", "map_fn", "scan", "foldl", "foldr", "cond", "case")
)
_STRINGS = (
    *(ast.Constant, ast.Name, ast.Attribute, ast.JoinedStr, ast.Call),
    *(ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.IfExp),
)
_CALLERS = frozenset(name.rpartition(".")[2] for name in knowledge.REDUCERS | knowledge.COLLECTORS | knowledge.MAPPERS)
_ASKING = frozenset({"isinstance", "issubclass", "super", "type"})
_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return)
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
        self.frames: dict[tuple[Frame, ...], tuple[FrameFacts, ...]] = {(): ()}
        self.by_body: list[list[Event]] = [[] for _ in callees.body_scopes]
        self.names: set[str] = set()  # every TensorFlow name called, canonical
        self.raw: set[str] = set()  # the same as they resolve
        self.reloads = False
        self.modes = Modes(module.walk, callees)
        self.threads = False
        self.makes_unseen = False  # by `tf.Variable` under a name in a string, or by arguments that nobody knows
        self.evaluated: list[tuple[At, At]] = []  # calls that run such code, which is known
        self.resource_scopes = False
        self.imported: set[str] = set()  # modules that are imported by a string
        self.by_hand: set[ScopeKind] = set()  # what is entered without a `with`
        self.control_flow: set[int] = set()  # bodies that loops and branches of the graph run
        self.blocks: dict[At, tuple[StatementFacts, ...]] = {}
        self.asked_names: set[Text] = set()  # what is reached by a name in a string that is not all known
        self.asked: set[ast.AST] = set()  # classes that `isinstance` and the like name: not created, not escaped
        self.aliases = {frame.item.optional_vars for site in self.walk.calls for frame in site.frames if frame.item}

    def collect(self) -> None:
        """Classifies every call."""
        for site in self.walk.calls:
            self.by_body[self.callees.body(site.scope)] += self._events(site)

    def frame_facts(self, frames: tuple[Frame, ...], scope: Scope) -> tuple[FrameFacts, ...]:
        """The facts of frames, shared by all that stands in them."""
        known = self.frames.get(frames)
        if known is None:
            last = frames[-1]
            eager = frame_mode(last, scope, self.callees)
            if last.kind is FrameKind.WITH:
                assert last.item is not None
                assert isinstance(last.node, ast.With | ast.AsyncWith)
                entered = scope_of(last.item, last.node, scope, self.callees)
                fact = FrameFacts("with", entered.at, scope=entered, eager=eager)
            else:
                fact = FrameFacts(last.kind.value, position(last.node), last.arm, eager=eager)
            known = (*self.frame_facts(frames[:-1], scope), fact)
            self.frames[frames] = known
        return known

    def _events(self, site: CallSite) -> Iterator[Event]:
        """What a call is: at most one event, and for a template what it calls besides."""
        raw = resolve(site.node.func, site.scope)
        name = knowledge.canonical(raw) or self.callees.canonical(site.node.func, site.scope)
        raw = raw or name
        if raw is not None and name is not None and name.startswith("tensorflow."):
            self.names.add(name)
            self.raw.add(raw)
            self.modes.note(site, name)
            if self.creations and name != knowledge.VARIABLE:
                return
            event = self._tensorflow_event(site, name, raw)
            if name in knowledge.RUNNERS:
                yield self._run_inside(site, *knowledge.RUNNERS[name])
            for argument in knowledge.BRANCHING.get(name, ()):
                yield from self._run_here(site, *argument)
        else:
            self.modes.note(site, "")
            event = None if self.creations else self._call_event(site)
            if called_name(site.node) in _CALLERS and site.node.args and not self.creations:
                yield from self._run_at_once(site)
        if event is not None:
            yield event

    def _run_inside(self, site: CallSite, keyword: str, place: int, hazard: str) -> Call:
        """The call of the function that this call is given, again and again, in a scope which it opens."""
        at, frames = position(site.node), self.frame_facts(site.frames, site.scope)
        given = keyword_or_place(site.node, keyword, place) or ast.Constant(None)
        scope = ScopeFacts(ScopeKind.VARIABLE, at, hazards=(hazard,), plain=False)
        inside = (FrameFacts("loop", at), FrameFacts("with", at, scope=scope))
        return Call(at, (*frames, *inside), self._function(given, site.scope), opaque_arguments=True)

    def _run_here(self, site: CallSite, keyword: str, place: int) -> Iterator[Call]:
        """The call of a function that this call is given; a lambda is known by where it stands."""
        given = keyword_or_place(site.node, keyword, place)
        if given is not None and not isinstance(given, ast.Lambda | ast.Constant):
            frames = self.frame_facts(site.frames, site.scope)
            yield Call(position(site.node), frames, self._function(given, site.scope), opaque_arguments=True)

    def _run_at_once(self, site: CallSite) -> Iterator[Call]:
        """The calls of a function by `reduce(f, ...)`, `list(map(f, ...))` or a loop over `map(f, ...)`."""
        node, name = site.node, self.callees.callee(site.node.func, site.scope).name
        runs = name in knowledge.REDUCERS
        if name in knowledge.COLLECTORS:
            node = self._collected(node.args[0], site.scope)
            runs = self.callees.callee(node.func, site.scope).name in knowledge.MAPPERS
        elif name in knowledge.MAPPERS:  # by itself it says nothing of when
            runs = isinstance(site.statement, ast.For) and site.statement.iter is node
        if runs and node.args:
            at, frames = position(site.node), self.frame_facts(site.frames, site.scope)
            callee = self._function(node.args[0], site.scope)
            yield Call(at, (*frames, FrameFacts("loop", at)), callee, opaque_arguments=True)

    def _collected(self, given: ast.expr, scope: Scope) -> ast.Call:
        """The call whose result is gone through: what stands there, or what a name is assigned once."""
        value = single_value(given.id, scope) if isinstance(given, ast.Name) else given
        return value if isinstance(value, ast.Call) else ast.Call(ast.Constant(None), [], [])

    def _function(self, given: ast.expr, scope: Scope) -> Callee:
        """The function that a call is given: by its name, as a lambda, or some of its arguments with it."""
        while isinstance(given, ast.Call) and (self.callees.canonical(given.func, scope) or "").endswith("partial"):
            given = given.args[0] if given.args else ast.Constant(None)
        if isinstance(given, ast.Lambda):
            return Callee(CalleeKind.BODY, self.callees.body(self.walk.scopes[given]))
        return self.callees.callee(given, scope)

    def _tensorflow_event(self, site: CallSite, name: str, raw: str) -> Event | None:
        at, frames = position(site.node), self.frame_facts(site.frames, site.scope)
        if name == knowledge.VARIABLE:
            return self._creation(site, at, frames, raw)
        if name in knowledge.RESETS:
            return Reset(at, frames)
        if name in knowledge.MAIN_RUNNERS:
            return self._main_event(site, at, frames)
        if name in knowledge.GRAPH_SWITCHES and keyword_or_place(site.node, "graph", 1) is not None:
            self.by_hand.add(ScopeKind.OTHER_GRAPH)
        if name in _CONTROL_FLOW:
            self._mark_control_flow(site)
        if knowledge.makes_store_variables(name):
            return self._store_use(site, at, frames, name)
        if name in knowledge.SCOPE_CALLS:
            return self._enter(site, at, frames, name)
        named = self._named(site, "name", knowledge.name_place(name))
        if named is None and any(item.arg is None for item in site.node.keywords):
            named = Text((Hole(),))
        if named is None and name.startswith(knowledge.SPEAKING_OPS):
            named = literal("")  # its name or tag is the user's, wherever it comes from
        return NamedOp(at, frames, named) if named is not None else None

    def _enter(self, site: CallSite, at: At, frames: tuple[FrameFacts, ...], name: str) -> Enter:
        self.resource_scopes |= keyword_or_place(site.node, "use_resource", 10) is not None
        if self._is_lent(site):
            self.by_hand.add(ScopeKind.VARIABLE)
        return Enter(at, frames, entered_scope(name, site.node, site.scope, self.callees))

    def _is_lent(self, site: CallSite) -> bool:
        """Whether who goes through a generator stands in a scope of the generator's; not in a context manager's."""
        function = self.callees.body_scopes[self.callees.body(site.scope)].node
        if not isinstance(site.statement, ast.With) or not isinstance(function, ast.FunctionDef):
            return False
        lends = any(isinstance(one, ast.Yield | ast.YieldFrom) for one in nodes(site.statement))
        return lends and not any(is_manager(one) for one in function.decorator_list)

    def _store_use(self, site: CallSite, at: At, frames: tuple[FrameFacts, ...], name: str) -> StoreUse:
        if name in knowledge.STORED_NAMES:
            return StoreUse(at, frames, literal(knowledge.STORED_NAMES[name]), looks_first=True)
        place = 0 if "get_" in name else 99
        base = _asked_base(keyword_or_place(site.node, "name", place))
        if base is not None:
            target = target_of(site.statement, site.node, self._function_name(site.scope)).name
            return StoreUse(at, frames, self.callees.text(base, site.scope), asked=True, target=target)
        scoped = name.rpartition(".")[2] not in knowledge.VARIABLE_MAKERS
        return StoreUse(at, frames, self._named(site, "name", place), scoped=scoped)

    def _named(self, site: CallSite, keyword: str, place: int) -> Text | None:
        node = keyword_or_place(site.node, keyword, place)
        if node is None or (isinstance(node, ast.Constant) and not isinstance(node.value, str)):
            return None
        return self.callees.given(node, site.scope)

    def _mark_control_flow(self, site: CallSite) -> None:
        for argument in (*site.node.args, *(item.value for item in site.node.keywords)):
            if isinstance(argument, ast.Lambda):
                self.control_flow.add(self.callees.body(self.walk.scopes[argument]))
            elif isinstance(argument, ast.Name):
                callee = self.callees.callee(argument, site.scope)
                if callee.kind is CalleeKind.BODY:
                    self.control_flow.add(callee.index)

    def _main_event(self, site: CallSite, at: At, frames: tuple[FrameFacts, ...]) -> Event:
        """`tf.app.run()` calls `main`, or what it is given."""
        given = keyword_or_place(site.node, "main", 0) or ast.Name("main", ast.Load())
        self.asked.add(given)
        return Call(at, frames, self.callees.callee(given, site.scope), opaque_arguments=True)

    def _creation(self, site: CallSite, at: At, frames: tuple[FrameFacts, ...], raw: str) -> Creation:
        target = target_of(site.statement, site.node, self._function_name(site.scope))
        self._note_block(site)
        refusal = _refusal(site.node, raw) or self._scope_as_name(site)
        self.makes_unseen |= refusal == "star-arguments"
        computes = any(self._may_make_ops(one, site.scope) for value in _values(site.node) for one in nodes(value))
        return Creation(
            at,
            frames,
            self._named(site, "name", 5),
            target.name,
            target.group,
            target.grip,
            position(site.statement),
            position(site.block[0]),
            target.returned,
            (site.node.end_lineno or 0, site.node.end_col_offset or 0),
            computes=computes,
            beside_op=computes and _may_be_called(target.name.lower(), _values(site.node)),
            optional_name=self._optional_name(site),
            derived=self._is_derived(site),
            counted=self._counted(site, target.name),
            refusal=refusal,
            spells_scopes=spells_scopes(site),
        )

    def _counted(self, site: CallSite, target: str) -> Counted | None:
        keyed = keyed_name(self.module, site, target, self.callees)
        return keyed or counted_name(target, site.scope, self.callees)

    def _may_make_ops(self, node: ast.AST, scope: Scope) -> bool:
        """Whether evaluating a node may put ops into the graph: a call does, but for one that makes an array."""
        if not isinstance(node, ast.Call):
            return False
        dotted = resolve(node.func, scope)
        if dotted is None and isinstance(node.func, ast.Name) and scope.find(node.func.id) is None:
            dotted = node.func.id
        return dotted not in knowledge.ARRAY_MAKERS

    def _is_derived(self, site: CallSite) -> bool:
        """Whether a name is made of another's, and changes with it."""
        given = keyword_or_place(site.node, "name", 5)
        return given is not None and any(is_name(part, site.scope) for part in ast.walk(given))

    def _scope_as_name(self, site: CallSite) -> str:
        """A name that ends in `/`, as the one behind `with tf.name_scope(...) as scope` does, is the whole name.

        An empty one leaves it to TensorFlow to find one.
        """
        node = keyword_or_place(site.node, "name", 5)
        found = site.scope.find(node.id) if isinstance(node, ast.Name) else None
        aliased = found is not None and any(binding.node in self.aliases for binding in found[1])
        ends = isinstance(node, ast.Constant) and isinstance(node.value, str) and is_no_folder(literal(node.value))
        return "scope-as-name" if aliased or ends or _is_handed_folder(node) else ""

    def _note_block(self, site: CallSite) -> None:
        """Keeps the statements of a block in which a layer may stand."""
        first = position(site.block[0])
        if first not in self.blocks:
            self.blocks[first] = statements_of(site.block, self.module.source)

    def _optional_name(self, site: CallSite) -> str:
        """The parameter with default None that the call passes on as its name."""
        node = keyword_or_place(site.node, "name", 5)
        body = self.callees.body_scopes[self.callees.body(site.scope)].node
        if isinstance(node, ast.Name) and isinstance(body, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return node.id if node.id in none_defaults(body.args) else ""
        return ""

    def _function_name(self, scope: Scope) -> str:
        return getattr(self.callees.body_scopes[self.callees.body(scope)].node, "name", "")

    def _call_event(self, site: CallSite) -> Event | None:
        node = site.node
        callee = self.callees.callee(node.func, site.scope)
        self.reloads |= callee.name in knowledge.RELOADERS
        self.threads |= callee.name in knowledge.THREADS
        if callee.name in knowledge.FILE_RUNNERS:
            told = node.args and self.callees.text(node.args[0], site.scope).literal is not None
            self.reloads |= callee.name != "builtins.exec" or not told
            self.imported.update(run_modules(node))
        if callee.name in knowledge.IMPORTERS and node.args:
            self.imported |= {self.callees.text(node.args[0], site.scope).literal or ""} - {""}
        self.by_hand |= entered_by_hand(node, site.scope, self.callees)
        if isinstance(node.func, ast.Name) and node.func.id in _ASKING:
            self.asked.update(node.args)
        self.asked_names.update(asked_names(self.module, site, callee.name, self.callees))
        self.makes_unseen |= asks_for_variable(self.module, site, callee.name, self.callees)
        if evaluates_variable(site, callee.name, self.callees):
            self.evaluated.append((position(node), (node.end_lineno or 0, node.end_col_offset or 0)))
        if self.callees.is_of_graph(node.func, site.scope, "unique_name") and not _only_asks(node):
            taken = self._named(site, "name", 0) or Text((Hole(),))
            return NamedOp(position(node), self.frame_facts(site.frames, site.scope), taken)
        harmless = _is_harmless(callee) or _is_of_a_table(node.func, site.scope)
        if harmless and not any(item.arg == "name" for item in node.keywords):
            return None
        if _calls_initializer(callee):
            return None
        at, frames = position(node), self.frame_facts(site.frames, site.scope)
        self.resource_scopes |= callee.name == "set_use_resource"
        if callee.name in knowledge.SCOPE_SWITCHES:
            return StoreUse(at, frames, switches_reuse=True)
        target = self._target(site, callee)
        keywords = ((item.arg, self._argument(item.value, site.scope)) for item in node.keywords)
        return Call(
            at,
            frames,
            callee,
            tuple(self._argument(argument, site.scope) for argument in node.args),
            tuple((name, text) for name, text in keywords if name),
            target.name if target else "",
            target.grip if target else Grip.HEADER,
            position(site.statement),
            any(isinstance(item, ast.Starred) for item in node.args) or any(not item.arg for item in node.keywords),
            position(site.block[0]),
            node in _assigned(site.statement),
            _unset(node),
            self._tensors(site, callee),
        )

    def _target(self, site: CallSite, callee: Callee) -> Target | None:
        """What a simple statement makes of a call that may be a factory's."""
        if not isinstance(site.statement, _SIMPLE) or callee.kind not in _FOLLOWED or _may_not_happen(site):
            return None
        self._note_block(site)
        return target_of(site.statement, site.node, self._function_name(site.scope))

    def _tensors(self, site: CallSite, callee: Callee) -> tuple[int | str, ...]:
        """The arguments that may hold a tensor, for a call that may be of this tree's code."""
        return tensor_arguments(site.node, site.scope, self.callees) if callee.kind in _FOLLOWED else ()

    def _argument(self, node: ast.expr, scope: Scope) -> Text | None:
        """What is known of a string argument, or of a number that a name may be made with; None for anything else."""
        if isinstance(node, ast.Constant) and type(node.value) is int:
            return literal(str(node.value))
        if isinstance(node, ast.Constant) and node.value is not None and not isinstance(node.value, str):
            return None
        if isinstance(node, _STRINGS):
            return self.callees.given(node, scope)
        return None


def _is_handed_folder(name: ast.expr | None) -> bool:
    """Whether a name comes from a call that is handed a string such as `w/`, and may return it."""
    given = [*name.args, *(word.value for word in name.keywords)] if isinstance(name, ast.Call) else []
    strings = (one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))
    return any(one.endswith("/") and one != "/" for one in strings)


def _may_not_happen(site: CallSite) -> bool:
    """Whether a call stands in a part of its statement that is not always evaluated."""
    return any(isinstance(frame.node, ast.IfExp | ast.BoolOp) for frame in (*site.scope.frames, *site.frames))


def _assigned(statement: ast.stmt) -> list[ast.expr]:
    """What a statement assigns or returns as it is: its value, or each in its tuple."""
    value = getattr(statement, "value", None)
    return [*value.elts] if isinstance(value, ast.Tuple) else [value] if isinstance(value, ast.expr) else []


def _is_harmless(callee: Callee) -> bool:
    """Whether a call can run nothing of the program's."""
    foreign = callee.kind is CalleeKind.IMPORTED and callee.name.rpartition(".")[2] not in knowledge.EVALUATORS
    return foreign and callee.name.split(".")[0] in knowledge.SAFE_MODULES


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


def _values(node: ast.Call) -> list[ast.expr]:
    """The initial value that a call passes, if any."""
    value = keyword_or_place(node, "initial_value", 0)
    return [] if value is None else [value]


def _may_be_called(name: str, values: list[ast.expr]) -> bool:
    """Whether what makes an initial value may make an op of a name; a call of one op makes that, of others any."""
    if name not in knowledge.DEFAULT_OP_NAMES:
        return False
    calls = [one for value in values for one in nodes(value) if isinstance(one, ast.Call | ast.BinOp)]
    alone = called_name(calls[0]) if len(calls) == 1 and isinstance(calls[0], ast.Call) else ""
    return alone not in _SINGLE_OPS or name == _SINGLE_OPS[alone]


def _unset(node: ast.Call) -> tuple[int | str, ...]:
    """The positions and keywords of the arguments that are None or False."""
    given: list[tuple[int | str, ast.expr]] = [*enumerate(node.args)]
    given += [(item.arg or "", item.value) for item in node.keywords]
    return tuple(place for place, value in given if isinstance(value, ast.Constant) and value.value in (None, False))


def _asked_base(name: ast.expr | None) -> ast.expr | None:
    """What `graph.unique_name(base, ...)`, with or without `.split("/")[-1]`, is given; None for any other name."""
    match name:
        case ast.Subscript(value=ast.Call(func=ast.Attribute(value=inner, attr="split"))):
            return _asked_base(inner)
        case ast.Call(func=ast.Attribute(attr="unique_name"), args=[base, *_]):
            return base
    return None


def _only_asks(node: ast.Call) -> bool:
    """Whether a call of `graph.unique_name` leaves the name to who makes something of it."""
    marks = keyword_or_place(node, "mark_as_used", 1)
    return isinstance(marks, ast.Constant) and not marks.value


# What the op is called that alone makes an initial value, by the function.
_SINGLE_OPS = {
    **{name: name for name in ("zeros", "ones", "random_normal", "random_uniform", "truncated_normal", "fill")},
    "constant": "const",
}
_NO_COUNTERPART = {"variable_def": 6, "import_scope": 9}
_AGREED = 2  # the arguments that both versions' `tf.Variable` take at the same place


def _refusal(node: ast.Call, raw: str | None) -> str:
    """Why this call has no counterpart, whatever stands around it; `raw` is what it calls."""
    keywords = {item.arg for item in node.keywords}
    if None in keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
        return "star-arguments"
    given = [keyword_or_place(node, name, place) for name, place in _NO_COUNTERPART.items()]
    if any(value is not None and not is_none(value) for value in given):
        return "no-counterpart"
    if raw == knowledge.PRIVATE and len(node.args) > _AGREED:
        return "order-by-version"
    if not node.args and not keywords & {"initial_value"}:
        return "no-initial-value"
    return ""
