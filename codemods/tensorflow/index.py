"""Turns one module into its facts: every call is classified once, in the order of evaluation."""

from __future__ import annotations

import ast
import re

from codemods.tensorflow import knowledge
from codemods.tensorflow.blocks import statements_of
from codemods.tensorflow.callees import Callees, position
from codemods.tensorflow.facts import (
    At,
    BodyFacts,
    Call,
    Callee,
    CalleeKind,
    ClassFacts,
    Creation,
    Enter,
    Event,
    FileFacts,
    FrameFacts,
    NamedOp,
    Reset,
    StatementFacts,
    StoreUse,
)
from codemods.tensorflow.targets import target_of
from codemods.tensorflow.tensors import tensor_arguments
from codemods.tensorflow.text import Text, literal
from codemods.tensorflow.withs import entered_scope, keyword_or_place, scope_of
from migrate.syntax.module import Module
from migrate.syntax.names import resolve, visible_imports
from migrate.syntax.walk import BindingKind, CallSite, Frame, FrameKind, Scope, ScopeKind, Walk

__all__ = ["index"]

_TRANSPARENT_DECORATORS = ("staticmethod", "classmethod", "abc.abstractmethod")
_TENSOR_NAME = re.compile(r"[A-Za-z0-9.][\w.\-/]*:\d+")
_CONTROL_FLOW = frozenset(
    f"tensorflow.{name}" for name in ("while_loop", "map_fn", "scan", "foldl", "foldr", "cond", "case")
)
_ASKING = frozenset({"isinstance", "issubclass", "super", "type"})


def index(module: Module) -> FileFacts | None:
    """The facts of a module."""
    return _Indexer(module).facts()


class _Indexer:
    """Collects one module's facts out of its walk."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.walk: Walk = module.walk
        self.callees = Callees(module.walk)
        self.frames: dict[tuple[Frame, ...], tuple[FrameFacts, ...]] = {(): ()}
        self.events: list[list[Event]] = [[] for _ in self.callees.body_scopes]
        self.names: set[str] = set()  # every TensorFlow name called, canonical
        self.raw: set[str] = set()  # the same as they resolve
        self.control_flow: set[int] = set()
        self.blocks: dict[At, tuple[StatementFacts, ...]] = {}
        self.asked: set[ast.AST] = set()  # classes that `isinstance` and the like name: not created, not escaped

    def facts(self) -> FileFacts:
        for scope in self.callees.class_scopes:
            self.asked.update(scope.node.bases)  # type: ignore[attr-defined]
        for site in self.walk.calls:
            event = self.event(site)
            if event is not None:
                self.events[self.callees.body(site.scope)].append(event)
        escaped, escaped_imports, attributes = self.escapes()
        top = self.walk.module.bindings
        return FileFacts(
            path=self.module.path,
            bodies=tuple(self.body(number, scope) for number, scope in enumerate(self.callees.body_scopes)),
            classes=tuple(self.class_facts(number, scope) for number, scope in enumerate(self.callees.class_scopes)),
            functions={
                name: callee
                for name, bindings in top.items()
                if len(bindings) == 1 and (callee := self.callees.definition(bindings[0])) is not None
            },
            imports={
                name: bindings[0].dotted
                for name, bindings in top.items()
                if all(binding.kind is BindingKind.IMPORT for binding in bindings)
            },
            modules=self.modules(),
            escaped=frozenset(callee.index for callee in escaped if callee.kind is CalleeKind.BODY),
            escaped_classes=frozenset(callee.index for callee in escaped if callee.kind is CalleeKind.CLASS),
            escaped_imports=frozenset(escaped_imports),
            escaped_attributes=frozenset(attributes),
            eager=bool(self.names & knowledge.EAGER_CALLS),
            eager_evidence=any(name.startswith(knowledge.EAGER_EVIDENCE) for name in self.names),
            graph_evidence=any(name.startswith(knowledge.GRAPH_EVIDENCE) for name in self.names),
            names_tensorflow="tensorflow" in map(knowledge.canonical, visible_imports(self.walk.module).values()),
            version_2_root=self.version_2_root(),
            reruns=getattr(self.module.source, "reruns", False),
            seeded=bool(self.names & knowledge.SEEDS),
            blocks=self.blocks,
            lookups=self.lookups(),
        )

    # what the file holds beside its calls

    def body(self, number: int, scope: Scope) -> BodyFacts:
        node = scope.node
        if isinstance(node, ast.Module):
            return BodyFacts(number, "", is_module=True, events=tuple(self.events[number]))
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        assert scope.parent is not None
        decorators = [self.callees.canonical(item, scope.parent) or _bare(item) for item in _decorators(node)]
        self.names.update(name for name in decorators if name.startswith("tensorflow."))  # used without being called
        in_class = scope.parent.kind is ScopeKind.CLASS
        return BodyFacts(
            number,
            getattr(node, "name", "<lambda>"),
            tuple(argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)),
            self.defaults(node.args, scope.parent),
            frozenset(_none_defaults(node.args)),
            owner=self.callees.class_number(scope.parent) if in_class else -1,
            parent=self.callees.body(scope.parent),
            at=position(node),
            is_lambda=isinstance(node, ast.Lambda),
            decorated=any(name not in _TRANSPARENT_DECORATORS for name in decorators),
            static="staticmethod" in decorators,
            eager=bool(knowledge.EAGER_DECORATORS & set(decorators)),
            in_control_flow=number in self.control_flow,
            events=tuple(self.events[number]),
            frames=self.frame_facts(scope.frames, scope.parent),
        )

    def defaults(self, arguments: ast.arguments, scope: Scope) -> dict[str, Text]:
        return {
            name: self.callees.text(value, scope)
            for name, value in _defaults(arguments)
            if isinstance(value, ast.Constant) and isinstance(value.value, str)
        }

    def class_facts(self, number: int, scope: Scope) -> ClassFacts:
        node = scope.node
        assert isinstance(node, ast.ClassDef)
        assert scope.parent is not None
        names = [self.callees.canonical(base, scope.parent) or "" for base in node.bases]
        return ClassFacts(
            number,
            node.name,
            tuple(self.callees.callee(base, scope.parent) for base in node.bases),
            {
                name: callee.index
                for name, bindings in scope.bindings.items()
                if len(bindings) == 1
                and (callee := self.callees.definition(bindings[0])) is not None
                and callee.kind is CalleeKind.BODY
            },
            eager=any(name.startswith(knowledge.EAGER_BASES) for name in names),
            is_test="tensorflow.test.TestCase" in names,
        )

    def modules(self) -> frozenset[str]:
        dotted: set[str] = set()
        for scope in self.walk.scopes.values():
            for bindings in scope.bindings.values():
                dotted.update(binding.dotted for binding in bindings if binding.kind is BindingKind.IMPORT)
        for node in self.walk.imports:
            dotted.update(alias.name for alias in node.names)
        return frozenset(name for name in dotted if not name.startswith("tensorflow"))

    def escapes(self) -> tuple[list[Callee], set[str], set[str]]:
        """Functions and classes that are referred to other than by calling them, here or from other files."""
        callees: list[Callee] = []
        imports: set[str] = set()
        attributes: set[str] = set()
        for node, scope in self.walk.loads:
            if node in self.asked:
                continue
            if isinstance(node, ast.Attribute):
                if resolve(node, scope) is None:
                    attributes.add(node.attr)
            elif isinstance(node, ast.Name):
                found = scope.find(node.id)
                for binding in found[1] if found else ():
                    callee = self.callees.definition(binding)
                    if callee is not None:
                        callees.append(callee)
                    elif binding.kind is BindingKind.IMPORT and not binding.dotted.startswith("tensorflow"):
                        imports.add(binding.dotted)
        return callees, imports, attributes

    def lookups(self) -> frozenset[str]:
        strings = (node.value for node in ast.walk(self.walk.module.node) if isinstance(node, ast.Constant))
        return frozenset(value for value in strings if isinstance(value, str) and _TENSOR_NAME.fullmatch(value))

    def version_2_root(self) -> bool:
        """Whether plain `tensorflow` is TensorFlow 2's interface here: the file reaches for version 1 through it."""
        through = any(name.startswith("tensorflow.compat.v1.") for name in self.raw)
        plain = {name for name in self.raw if not name.startswith("tensorflow.compat.")}
        return through and not any(name.startswith(knowledge.VERSION_1_ONLY) for name in plain)

    # frames and calls

    def frame_facts(self, frames: tuple[Frame, ...], scope: Scope) -> tuple[FrameFacts, ...]:
        known = self.frames.get(frames)
        if known is None:
            last = frames[-1]
            if last.kind is FrameKind.WITH:
                assert last.item is not None
                assert isinstance(last.node, ast.With | ast.AsyncWith)
                entered = scope_of(last.item, last.node, scope, self.callees)
                fact = FrameFacts("with", entered.at, 0, entered)
            else:
                fact = FrameFacts(last.kind.value, position(last.node), last.arm)
            known = (*self.frame_facts(frames[:-1], scope), fact)
            self.frames[frames] = known
        return known

    def event(self, site: CallSite) -> Event | None:
        raw = resolve(site.node.func, site.scope)
        name = knowledge.canonical(raw)
        if raw is not None and name is not None and name.startswith("tensorflow."):
            self.names.add(name)
            self.raw.add(raw)
            return self.tensorflow_event(site, name, raw)
        return self.call_event(site)

    def tensorflow_event(self, site: CallSite, name: str, raw: str) -> Event | None:
        at, frames = position(site.node), self.frame_facts(site.frames, site.scope)
        if name == knowledge.VARIABLE:
            return self.creation(site, at, frames, raw)
        if name == "tensorflow.reset_default_graph":
            return Reset(at, frames)
        if name in knowledge.MAIN_RUNNERS:
            return self.main_event(site, at, frames)
        if name in _CONTROL_FLOW:
            self.mark_control_flow(site)
        if knowledge.makes_store_variables(name):
            return self.store_use(site, at, frames, 0 if "get_" in name else 99)
        if name in knowledge.SCOPE_CALLS:
            return Enter(at, frames, entered_scope(name, site.node, site.scope, self.callees))
        named = self.named(site, "name", 99)
        if named is None and name.startswith(knowledge.SPEAKING_OPS):
            named = literal("")  # its name or tag is the user's, wherever it comes from
        return NamedOp(at, frames, named) if named is not None else None

    def store_use(self, site: CallSite, at: At, frames: tuple[FrameFacts, ...], place: int) -> StoreUse:
        base = _asked_base(keyword_or_place(site.node, "name", place))
        if base is not None:
            return StoreUse(at, frames, self.callees.text(base, site.scope), asked=True)
        return StoreUse(at, frames, self.named(site, "name", place))

    def named(self, site: CallSite, keyword: str, place: int) -> Text | None:
        node = keyword_or_place(site.node, keyword, place)
        if node is None or (isinstance(node, ast.Constant) and not isinstance(node.value, str)):
            return None
        return self.callees.text(node, site.scope)

    def mark_control_flow(self, site: CallSite) -> None:
        for argument in (*site.node.args, *(item.value for item in site.node.keywords)):
            if isinstance(argument, ast.Lambda):
                self.control_flow.add(self.callees.body(self.walk.scopes[argument]))
            elif isinstance(argument, ast.Name):
                callee = self.callees.callee(argument, site.scope)
                if callee.kind is CalleeKind.BODY:
                    self.control_flow.add(callee.index)

    def main_event(self, site: CallSite, at: At, frames: tuple[FrameFacts, ...]) -> Event:
        """`tf.app.run()` calls `main`, or what it is given."""
        given = keyword_or_place(site.node, "main", 0) or ast.Name("main", ast.Load())
        self.asked.add(given)
        return Call(at, frames, self.callees.callee(given, site.scope), opaque_arguments=True)

    def creation(self, site: CallSite, at: At, frames: tuple[FrameFacts, ...], raw: str) -> Creation:
        target = target_of(site.statement, site.node, self.function_name(site.scope))
        self.note_block(site)
        return Creation(
            at,
            frames,
            self.named(site, "name", 5),
            target.name,
            target.group,
            target.grip,
            position(site.statement),
            (site.statement.end_lineno or 0, site.statement.end_col_offset or 0),
            position(site.block[0]),
            target.returned,
            (site.node.end_lineno or 0, site.node.end_col_offset or 0),
            optional_name=self.optional_name(site),
            refusal=_refusal(site.node) or self.scope_as_name(site),
            plain_root=raw == knowledge.VARIABLE,
        )

    def scope_as_name(self, site: CallSite) -> str:
        """A name that ends in `/`, as the one behind `with tf.name_scope(...) as scope` does, is the whole name."""
        node = keyword_or_place(site.node, "name", 5)
        found = site.scope.find(node.id) if isinstance(node, ast.Name) else None
        aliased = found is not None and any(_is_alias(binding.node, self.walk) for binding in found[1])
        ends = isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith("/")
        return "scope-as-name" if aliased or ends else ""

    def note_block(self, site: CallSite) -> None:
        """Keeps the statements of a block in which a layer may stand."""
        first = position(site.block[0])
        if first not in self.blocks:
            self.blocks[first] = statements_of(site.block, self.module.source)

    def optional_name(self, site: CallSite) -> str:
        """The parameter with default None that the call passes on as its name."""
        node = keyword_or_place(site.node, "name", 5)
        body = self.callees.body_scopes[self.callees.body(site.scope)].node
        if isinstance(node, ast.Name) and isinstance(body, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return node.id if node.id in _none_defaults(body.args) else ""
        return ""

    def function_name(self, scope: Scope) -> str:
        return getattr(self.callees.body_scopes[self.callees.body(scope)].node, "name", "")

    def call_event(self, site: CallSite) -> Event | None:
        node = site.node
        callee = self.callees.callee(node.func, site.scope)
        if isinstance(node.func, ast.Name) and node.func.id in _ASKING:
            self.asked.update(node.args)
        if callee.kind is CalleeKind.IMPORTED and callee.name.split(".")[0] in knowledge.SAFE_MODULES:
            return None
        at, frames = position(node), self.frame_facts(site.frames, site.scope)
        if callee.name == "reuse_variables":
            return StoreUse(at, frames, switches_reuse=True)
        target = target_of(site.statement, node, self.function_name(site.scope))
        statement = site.statement
        whole = isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is node
        if whole and target.name and callee.kind is not CalleeKind.OPAQUE:
            self.note_block(site)
        keywords = ((item.arg, self.argument(item.value, site.scope)) for item in node.keywords)
        return Call(
            at,
            frames,
            callee,
            tuple(self.argument(argument, site.scope) for argument in node.args),
            tuple((name, text) for name, text in keywords if name and text is not None),
            "" if target.returned else target.name,
            target.grip,
            position(site.statement),
            any(isinstance(item, ast.Starred) for item in node.args) or any(not item.arg for item in node.keywords),
            position(site.block[0]),
            whole,
            self.tensors(site, callee),
        )

    def tensors(self, site: CallSite, callee: Callee) -> tuple[int | str, ...]:
        """The arguments that may hold a tensor, for a call that may be of this tree's code."""
        followed = (CalleeKind.BODY, CalleeKind.IMPORTED, CalleeKind.METHOD, CalleeKind.CLASS)
        return tensor_arguments(site.node, site.scope, self.callees) if callee.kind in followed else ()

    def argument(self, node: ast.expr, scope: Scope) -> Text | None:
        """What is known of a string argument; None for what is clearly no string."""
        if isinstance(node, ast.Constant) and not isinstance(node.value, str):
            return None
        if isinstance(node, ast.Constant | ast.Name | ast.JoinedStr | ast.BinOp | ast.Call):
            return self.callees.text(node, scope)
        return None


def _defaults(arguments: ast.arguments) -> list[tuple[str, ast.expr]]:
    named = [*arguments.posonlyargs, *arguments.args]
    pairs = [(item.arg, value) for item, value in zip(reversed(named), reversed(arguments.defaults), strict=False)]
    keyword_only = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return [*pairs, *((item.arg, value) for item, value in keyword_only if value is not None)]


def _none_defaults(arguments: ast.arguments) -> list[str]:
    return [name for name, value in _defaults(arguments) if isinstance(value, ast.Constant) and value.value is None]


def _asked_base(name: ast.expr | None) -> ast.expr | None:
    """What `graph.unique_name(base, ...)`, with or without `.split("/")[-1]`, is given; None for any other name."""
    match name:
        case ast.Subscript(value=ast.Call(func=ast.Attribute(value=inner, attr="split"))):
            return _asked_base(inner)
        case ast.Call(func=ast.Attribute(attr="unique_name"), args=[base, *_]):
            return base
    return None


def _is_alias(node: ast.AST, walk: Walk) -> bool:
    """Whether a name is bound behind the `as` of a `with`."""
    return any(
        frame.item is not None and frame.item.optional_vars is node for site in walk.calls for frame in site.frames
    )


def _decorators(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.expr]:
    return [] if isinstance(node, ast.Lambda) else node.decorator_list


def _bare(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _refusal(node: ast.Call) -> str:
    """Why this call has no counterpart, whatever stands around it."""
    keywords = {item.arg for item in node.keywords}
    if None in keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
        return "star-arguments"
    if keywords & {"variable_def", "import_scope"} or len(node.args) > 6:
        return "no-counterpart"
    if not node.args and not keywords & {"initial_value"}:
        return "no-initial-value"
    return ""
