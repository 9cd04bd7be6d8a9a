"""One walk over a module's tree: its scopes with their bindings, and every call with the context that it runs in.

All codemods share the result, so that a file is walked once. Calls come in the order in which Python evaluates them.
"""

from __future__ import annotations

import ast
import enum
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from migrate.syntax.nodes import BLOCKS, FIELDS

__all__ = [
    "Binding",
    "BindingKind",
    "CallSite",
    "Frame",
    "FrameKind",
    "Scope",
    "ScopeKind",
    "Walk",
    "is_main_guard",
    "walk",
]


class ScopeKind(enum.Enum):
    """What opens a scope of names."""

    MODULE = "module"
    FUNCTION = "function"
    CLASS = "class"
    LAMBDA = "lambda"
    COMPREHENSION = "comprehension"


class BindingKind(enum.Enum):
    """How a name is bound."""

    IMPORT = "import"
    DEF = "def"
    CLASS = "class"
    PARAMETER = "parameter"
    ASSIGN = "assign"  # one name, one value
    OTHER = "other"  # unpacking, augmented, loop target, `with ... as`, `except ... as`, `del`


@dataclass(slots=True)
class Binding:
    """One place that binds a name: `value` for an assignment, `dotted` for an import, `context` for `with ... as`."""

    kind: BindingKind
    node: ast.AST
    value: ast.expr | None = None
    dotted: str = ""
    context: ast.expr | None = None


@dataclass(slots=True, eq=False)
class Scope:
    """A scope of names. `frames` are the ones around its definition, within the scope that encloses it.

    `synonyms`, which all scopes of a module share, has the true names of what the module imports from elsewhere, where
    other files tell: `common.tf` is `tensorflow`.
    """

    kind: ScopeKind
    node: ast.AST
    parent: Scope | None
    frames: tuple[Frame, ...]
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    global_names: set[str] = field(default_factory=set)
    outer_names: set[str] = field(default_factory=set)  # declared global or nonlocal
    loops: list[ast.For | ast.AsyncFor] = field(default_factory=list)
    synonyms: dict[str, str] = field(default_factory=dict)

    def bind(self, name: str, binding: Binding) -> None:
        """Adds a binding; a walrus in a comprehension binds in the scope around it.

        What is declared global or nonlocal is bound there as well, to what only this scope can tell.
        """
        scope = self
        while scope.kind is ScopeKind.COMPREHENSION and binding.kind is BindingKind.ASSIGN and scope.parent:
            scope = scope.parent
        scope.bindings.setdefault(name, []).append(binding)
        if name in scope.outer_names and (home := scope._home(name)) is not scope:
            kept = binding.kind is BindingKind.IMPORT
            home.bindings.setdefault(name, []).append(binding if kept else Binding(BindingKind.OTHER, binding.node))

    def _home(self, name: str) -> Scope:
        """The scope in which a name lives that is declared global or nonlocal here."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
            if name not in self.global_names and scope.kind is ScopeKind.FUNCTION and name not in scope.outer_names:
                return scope
        return scope

    def find(self, name: str) -> tuple[Scope, list[Binding]] | None:
        """The scope that `name` refers to from here and its bindings there, by Python's rules."""
        scope: Scope | None = self
        first = True
        while scope is not None:
            visible = first or scope.kind is not ScopeKind.CLASS
            if visible and name in scope.bindings and name not in scope.outer_names:
                return scope, scope.bindings[name]
            if scope.kind is not ScopeKind.COMPREHENSION:
                first = False
            scope = scope.parent
        return None


class FrameKind(enum.Enum):
    """What can make code run more than once, not at all, or under a context."""

    LOOP = "loop"
    BRANCH = "branch"
    TRY = "try"
    WITH = "with"


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One enclosing construct within a scope; `arm` tells exclusive branches apart, `item` is a `with`'s context."""

    kind: FrameKind
    node: ast.AST
    arm: int = 0
    item: ast.withitem | None = None


@dataclass(slots=True)
class CallSite:
    """A call, the scope and frames that it runs in (outermost first), the statement that holds it, and its block."""

    node: ast.Call
    scope: Scope
    frames: tuple[Frame, ...]
    statement: ast.stmt
    block: Sequence[ast.stmt]  # the statement and its siblings


@dataclass(slots=True)
class Walk:
    """What one walk finds. `loads` are names and attributes read other than as the function of a call.

    `imports` are those without an alias, `strings` all string constants outside of annotations.
    """

    module: Scope
    scopes: dict[ast.AST, Scope]
    calls: list[CallSite]
    loads: list[tuple[ast.expr, Scope]]
    imports: list[ast.Import]
    strings: list[str]


def walk(tree: ast.Module, lines: Sequence[int] | None = None) -> Walk:
    """Walks `tree` once; where sorted `lines` are given, only those functions' bodies that hold one of them."""
    return _Walker(tree, lines).result


class _Walker:
    """The state of one walk: the scope, the frames and the statement that the current node stands in."""

    def __init__(self, tree: ast.Module, lines: Sequence[int] | None) -> None:
        self.lines = lines
        self.scope = Scope(ScopeKind.MODULE, tree, None, ())
        self.frames: tuple[Frame, ...] = ()
        self.statement: ast.stmt = ast.Pass()
        self.block: Sequence[ast.stmt] = ()
        self.result = Walk(self.scope, {tree: self.scope}, [], [], [], [])
        self.statements(tree.body)

    def statements(self, body: Sequence[ast.stmt]) -> None:
        outer = self.block, self.statement
        self.block = body
        for statement in body:
            self.statement = statement
            self.visit(statement)
        self.block, self.statement = outer

    def visit(self, node: ast.AST | None) -> None:
        handler = _HANDLERS.get(type(node))
        if handler is not None:
            handler(self, node)
        elif isinstance(node, ast.AST):
            self.children(node)

    def children(self, node: ast.AST) -> None:
        for name in FIELDS[node.__class__]:
            value = getattr(node, name, None)
            if value.__class__ is list:
                for item in value:
                    self.visit(item)
            elif isinstance(value, ast.AST):
                self.visit(value)

    def within(self, frame: Frame, body: Sequence[ast.stmt]) -> None:
        """Walks statements inside one more frame."""
        outer = self.frames
        self.frames = (*outer, frame)
        self.statements(body)
        self.frames = outer

    def expression_within(self, frame: Frame, node: ast.AST) -> None:
        outer = self.frames
        self.frames = (*outer, frame)
        self.visit(node)
        self.frames = outer

    def enter(self, kind: ScopeKind, node: ast.AST) -> Scope:
        scope = Scope(kind, node, self.scope, self.frames, synonyms=self.scope.synonyms)
        self.result.scopes[node] = scope
        return scope

    def constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.result.strings.append(node.value)

    # expressions

    def call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Attribute):
            self.visit(function.value)
        elif not isinstance(function, ast.Name):
            self.visit(function)
        for argument in node.args:
            self.visit(argument)
        for keyword in node.keywords:
            self.visit(keyword.value)
        self.result.calls.append(CallSite(node, self.scope, self.frames, self.statement, self.block))

    def name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.result.loads.append((node, self.scope))
        else:
            self.scope.bind(node.id, Binding(BindingKind.OTHER, node))

    def attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.ctx, ast.Load):
            self.result.loads.append((node, self.scope))
        self.visit(node.value)

    def conditional(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        self.expression_within(Frame(FrameKind.BRANCH, node, 0), node.body)
        self.expression_within(Frame(FrameKind.BRANCH, node, 1), node.orelse)

    def boolean(self, node: ast.BoolOp) -> None:
        self.visit(node.values[0])
        for value in node.values[1:]:
            self.expression_within(Frame(FrameKind.BRANCH, node, 0), value)

    def walrus(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.scope.bind(node.target.id, Binding(BindingKind.ASSIGN, node, node.value))

    def lambda_(self, node: ast.Lambda) -> None:
        self.defaults(node.args)
        self.function_scope(ScopeKind.LAMBDA, node, node.args, node.body)

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        first, *rest = node.generators
        self.visit(first.iter)
        scope, outer = self.enter(ScopeKind.COMPREHENSION, node), self.scope
        frames = self.frames
        self.scope, self.frames = scope, (*frames, Frame(FrameKind.LOOP, node))
        self.visit(first.target)
        for condition in first.ifs:
            self.visit(condition)
        for generator in rest:
            self.visit(generator.iter)
            self.visit(generator.target)
            for condition in generator.ifs:
                self.visit(condition)
        if isinstance(node, ast.DictComp):
            self.visit(node.key)
            self.visit(node.value)
        else:
            self.visit(node.elt)
        self.scope, self.frames = outer, frames

    # definitions

    def defaults(self, arguments: ast.arguments) -> None:
        for default in (*arguments.defaults, *arguments.kw_defaults):
            self.visit(default)

    def function_scope(
        self, kind: ScopeKind, node: ast.AST, arguments: ast.arguments, body: Sequence[ast.stmt] | ast.expr
    ) -> None:
        scope, outer, frames = self.enter(kind, node), self.scope, self.frames
        self.scope, self.frames = scope, ()
        for argument in _parameters(arguments):
            scope.bind(argument.arg, Binding(BindingKind.PARAMETER, argument))
        if isinstance(body, ast.expr):
            self.visit(body)
        else:
            self.statements(body)
        self.scope, self.frames = outer, frames

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
        self.defaults(node.args)
        self.scope.bind(node.name, Binding(BindingKind.DEF, node))
        self.function_scope(ScopeKind.FUNCTION, node, node.args, node.body if self.matters(node) else ())

    def matters(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        """Whether a function holds one of the lines that the walk is for."""
        if self.lines is None:
            return True
        place = bisect_left(self.lines, node.lineno)
        return place < len(self.lines) and self.lines[place] <= (node.end_lineno or 0)

    def class_(self, node: ast.ClassDef) -> None:
        for expression in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self.visit(expression)
        self.scope.bind(node.name, Binding(BindingKind.CLASS, node))
        scope, outer = self.enter(ScopeKind.CLASS, node), self.scope
        self.scope = scope
        self.statements(node.body)
        self.scope = outer

    # statements

    def import_(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.asname:
                self.scope.bind(alias.asname, Binding(BindingKind.IMPORT, node, dotted=alias.name))
            else:
                self.result.imports.append(node)
                root = alias.name.split(".")[0]
                self.scope.bind(root, Binding(BindingKind.IMPORT, node, dotted=root))

    def import_from(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            separator = "" if module.endswith(".") else "."
            dotted = f"{module}{separator}{alias.name}"
            self.scope.bind(alias.asname or alias.name, Binding(BindingKind.IMPORT, node, dotted=dotted))

    def assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self.target(target, node, node.value)

    def annotated(self, node: ast.AnnAssign) -> None:
        self.visit(node.value)
        if node.value is not None:
            self.target(node.target, node, node.value)

    def target(self, target: ast.expr, node: ast.AST, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.scope.bind(target.id, Binding(BindingKind.ASSIGN, node, value))
        else:
            self.visit(target)

    def augmented(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        self.visit(node.target)

    def outer_names(self, node: ast.Global | ast.Nonlocal) -> None:
        self.scope.outer_names.update(node.names)
        if isinstance(node, ast.Global):
            self.scope.global_names.update(node.names)

    def for_(self, node: ast.For | ast.AsyncFor) -> None:
        self.scope.loops.append(node)
        self.visit(node.iter)
        self.visit(node.target)
        self.within(Frame(FrameKind.LOOP, node), node.body)
        self.loop_else(node)

    def while_(self, node: ast.While) -> None:
        self.expression_within(Frame(FrameKind.LOOP, node), node.test)
        self.within(Frame(FrameKind.LOOP, node), node.body)
        self.loop_else(node)

    def loop_else(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        """What runs behind a loop, if no `break` ends that."""
        if node.orelse and _may_break(node.body):
            self.within(Frame(FrameKind.BRANCH, node, 1), node.orelse)
        else:
            self.statements(node.orelse)

    def if_(self, node: ast.If) -> None:
        self.visit(node.test)
        if is_main_guard(node.test) and not node.orelse:
            self.statements(node.body)  # a script's own code: what is asked of a script is asked of it
            return
        self.within(Frame(FrameKind.BRANCH, node, 0), node.body)
        self.within(Frame(FrameKind.BRANCH, node, 1), node.orelse)

    def try_(self, node: ast.Try) -> None:
        self.within(Frame(FrameKind.TRY, node, 0), node.body)
        for index, handler in enumerate(node.handlers):
            self.visit(handler.type)
            if handler.name:
                self.scope.bind(handler.name, Binding(BindingKind.OTHER, handler))
            self.within(Frame(FrameKind.BRANCH, node, index + 1), handler.body)
        self.within(Frame(FrameKind.TRY, node, 0), node.orelse)
        self.statements(node.finalbody)

    def match_(self, node: ast.Match) -> None:
        self.visit(node.subject)
        for index, case in enumerate(node.cases):
            self.visit(case.pattern)
            self.visit(case.guard)
            self.within(Frame(FrameKind.BRANCH, node, index), case.body)

    def with_(self, node: ast.With | ast.AsyncWith) -> None:
        outer = self.frames
        for item in node.items:
            self.visit(item.context_expr)
            if isinstance(item.optional_vars, ast.Name):
                entered = Binding(BindingKind.OTHER, item.optional_vars, context=item.context_expr)
                self.scope.bind(item.optional_vars.id, entered)
            else:
                self.visit(item.optional_vars)
            self.frames = (*self.frames, Frame(FrameKind.WITH, node, item=item))
        self.statements(node.body)
        self.frames = outer


def _may_break(body: Sequence[ast.AST]) -> bool:
    """Whether a `break` among some statements ends the loop that they are the body of."""
    waiting = [*body]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.Break):
            return True
        if isinstance(one, ast.For | ast.AsyncFor | ast.While):
            waiting += one.orelse
        elif not isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            waiting += [part for name in BLOCKS[type(one)] for part in getattr(one, name)]
    return False


def is_main_guard(test: ast.expr) -> bool:
    """`__name__ == "__main__"`."""
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    extra = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]


_HANDLERS: dict[type, Callable[..., None]] = {
    ast.Call: _Walker.call,
    ast.Name: _Walker.name,
    ast.Attribute: _Walker.attribute,
    ast.IfExp: _Walker.conditional,
    ast.BoolOp: _Walker.boolean,
    ast.NamedExpr: _Walker.walrus,
    ast.Lambda: _Walker.lambda_,
    ast.ListComp: _Walker.comprehension,
    ast.SetComp: _Walker.comprehension,
    ast.DictComp: _Walker.comprehension,
    ast.GeneratorExp: _Walker.comprehension,
    ast.FunctionDef: _Walker.function,
    ast.AsyncFunctionDef: _Walker.function,
    ast.ClassDef: _Walker.class_,
    ast.Import: _Walker.import_,
    ast.ImportFrom: _Walker.import_from,
    ast.Assign: _Walker.assign,
    ast.AnnAssign: _Walker.annotated,
    ast.AugAssign: _Walker.augmented,
    ast.Global: _Walker.outer_names,
    ast.Nonlocal: _Walker.outer_names,
    ast.For: _Walker.for_,
    ast.AsyncFor: _Walker.for_,
    ast.While: _Walker.while_,
    ast.If: _Walker.if_,
    ast.Try: _Walker.try_,
    ast.Match: _Walker.match_,
    ast.With: _Walker.with_,
    ast.AsyncWith: _Walker.with_,
    ast.Constant: _Walker.constant,
}
if hasattr(ast, "TryStar"):
    _HANDLERS[ast.TryStar] = _Walker.try_
