"""One walk over a module's tree: its scopes with their bindings, and every call with the context that it runs in.

All codemods share the result, so that a file is walked once. Calls come in the order in which Python evaluates them.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Callable, Sequence

from migrate.syntax.nodes import BLOCKS, FIELDS
from migrate.syntax.scopes import Binding, BindingKind, CallSite, Frame, FrameKind, Scope, ScopeKind, Walk

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
        self.result = Walk(self.scope, {tree: self.scope})
        self.statements(tree.body)

    def statements(self, body: Sequence[ast.stmt]) -> None:
        outer = self.block, self.statement
        self.block = body
        for statement in body:
            self.statement = statement
            _HANDLERS[statement.__class__](self, statement)
        self.block, self.statement = outer

    def visit(self, node: ast.AST | None) -> None:
        _HANDLERS[node.__class__](self, node)

    def children(self, node: ast.AST) -> None:
        """Visits whatever a node of no kind of its own holds."""
        for name in FIELDS[node.__class__]:
            value = getattr(node, name, None)
            if value.__class__ is list:
                for item in value:
                    _HANDLERS[item.__class__](self, item)
            else:
                _HANDLERS[value.__class__](self, value)

    def nothing(self, value: object) -> None:
        """What is no node has nothing below it: None, or a name."""

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
            called = function.attr
            self.visit(function.value)
        elif isinstance(function, ast.Name):
            called = function.id
        else:
            called = ""
            self.visit(function)
        for argument in node.args:
            _HANDLERS[argument.__class__](self, argument)
        for keyword in node.keywords:
            _HANDLERS[keyword.value.__class__](self, keyword.value)
        site = CallSite(node, called, self.scope, self.frames, self.statement, self.block)
        self.result.calls.append(site)
        self.result.called[called].append(site)

    def name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.result.names[node.id].append((node, self.scope))
        else:
            self.scope.bind(node.id, Binding(BindingKind.OTHER, node))

    def attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.ctx, ast.Load):
            self.result.attributes[node.attr].append((node, self.scope))
        else:
            self.result.stored.add(node.attr)
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
                self.bind_import(alias.asname, node, alias.name)
            else:
                self.result.imports.append(node)
                root = alias.name.split(".")[0]
                self.bind_import(root, node, root)

    def import_from(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            separator = "" if module.endswith(".") else "."
            self.bind_import(alias.asname or alias.name, node, f"{module}{separator}{alias.name}")

    def bind_import(self, name: str, node: ast.Import | ast.ImportFrom, dotted: str) -> None:
        binding = Binding(BindingKind.IMPORT, node, dotted=dotted)
        self.scope.bind(name, binding)
        self.result.imported.append((name, binding, self.scope))

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
        self.scope.outer_names.update(dict.fromkeys(node.names, isinstance(node, ast.Global)))

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
        self.result.withs.append((node, self.scope))
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
    match test:
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]):
            return True
        case ast.Compare(left=ast.Constant(value="__main__"), ops=[ast.Eq()], comparators=[ast.Name(id="__name__")]):
            return True
    return False


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    extra = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]


class _Handlers(dict[type, Callable[..., None]]):
    """By the class of a node what visits it."""

    def __missing__(self, kind: type) -> Callable[..., None]:
        found = self[kind] = _Walker.children if issubclass(kind, ast.AST) else _Walker.nothing
        return found


_HANDLERS = _Handlers(
    {
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
)
if hasattr(ast, "TryStar"):
    _HANDLERS[ast.TryStar] = _Walker.try_
