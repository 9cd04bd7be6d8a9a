"""Reports `tf.Variable` where it is passed on as a value, or code in a string: what calls it then is out of sight."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from codemods.tensorflow import knowledge
from codemods.tensorflow.facts import At
from codemods.tensorflow.rules import GET_VARIABLE_RULES, advice
from migrate.model import Finding, Left, Shift, Span
from migrate.syntax.module import Module
from migrate.syntax.names import resolve
from migrate.syntax.walk import Scope, ScopeKind

__all__ = ["evaluated", "passed_on"]

_CODE = "GV212"
_ASKING = frozenset({"isinstance", "issubclass", "type", "hasattr", "getattr", "super"})
# Methods and functions of modules that ask as those do, or note the class for what is done with its instances.
_ASKING_MEMBERS = frozenset({"assertIsInstance", "assertNotIsInstance", "register_tensor_conversion_function"})
_TYPING = frozenset({"typing.TypeVar", "typing.NewType", "typing.cast"})
_KINDS = frozenset({"tensorflow.Tensor", "tensorflow.Operation"})  # of values: no program makes one by calling these


def passed_on(module: Module, shifts: tuple[Shift, ...]) -> Iterator[Finding]:
    """One finding for each place that hands `tf.Variable` to something that may call it.

    `shifts`: what it makes may get other numbers, as others get other names.
    """
    walk = module.walk
    for node, scope in chain(*walk.names.values(), *walk.attributes.values()):
        if knowledge.canonical(resolve(node, scope)) != knowledge.VARIABLE:
            continue
        if _may_be_called(module, node, scope) or _is_called_by_holder(module, node, scope):
            yield _left(module, node, GET_VARIABLE_RULES[_CODE].summary, shifts)


def evaluated(module: Module, calls: Iterable[tuple[At, At]], shifts: tuple[Shift, ...]) -> Iterator[Finding]:
    """One finding for each call that runs code in a string in which the class is called."""
    offset = module.source.offset
    for start, end in calls:
        span = Span(offset(*start), offset(*end))
        yield _left(module, span, "Code in a string calls tf.Variable", shifts)


def _left(module: Module, place: ast.AST | Span, message: str, shifts: tuple[Shift, ...]) -> Finding:
    return replace(module.finding(_CODE, place, message, Left(advice(_CODE))), shifts=shifts)


def _is_called_by_holder(module: Module, node: ast.expr, scope: Scope) -> bool:
    """Whether the file calls what it puts into a dictionary, an attribute or a default value, or one of two."""
    held, holder = node, module.parents[node]
    while isinstance(holder, ast.Dict | ast.List | ast.Tuple | ast.IfExp):
        if isinstance(holder, ast.Dict) and held in holder.keys:
            return False
        held, holder = holder, module.parents[holder]
    names = set(_holding(holder, held, scope))
    return bool(names) and any(_called(site.node.func) in names for site in module.walk.calls)


def _holding(holder: ast.AST, held: ast.expr, scope: Scope) -> Iterator[str]:
    """The names by which a file calls what is assigned, looped over or a default value, but for aliases."""
    match holder:
        case ast.Assign(targets=targets):
            for target in targets:
                if not isinstance(target, ast.Name) or not _is_followed(target.id, held, scope):
                    yield _called(target)
        case ast.For(iter=iterated, target=target) if iterated is held:
            yield _called(target)
        case ast.arguments(args=positional, posonlyargs=first, kwonlyargs=named):
            behind = [*first, *positional][len(first) + len(positional) - len(holder.defaults) :]
            pairs = [*zip(behind, holder.defaults, strict=True), *zip(named, holder.kw_defaults, strict=True)]
            yield from (parameter.arg for parameter, default in pairs if default is held)


def _is_followed(name: str, held: ast.expr, scope: Scope) -> bool:
    """Whether calls of a name are known to be calls of the class: `V = tf.Variable` outside of classes, once."""
    found = scope.find(name) if scope.kind is not ScopeKind.CLASS else None
    return isinstance(held, ast.Name | ast.Attribute) and found is not None and len(found[1]) == 1


def _called(function: ast.AST) -> str:
    """The last name in what is called, or in what holds it: `KINDS["v"](0.0)`, `self.make(0.0)`."""
    match function:
        case ast.Subscript(value=held) | ast.Call(func=ast.Attribute(value=held, attr="get")):
            return _called(held)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _may_be_called(module: Module, node: ast.expr, scope: Scope) -> bool:
    """Whether it goes into a call or comes out of a function; asking whether something is a variable calls nothing."""
    parent = module.parents[node]
    if isinstance(parent, ast.keyword):
        parent = module.parents[parent]
    if isinstance(parent, ast.Call):
        return node is not parent.func and not (_only_asks(parent.func, scope) or _is_a_kind(module, parent, scope))
    return isinstance(parent, ast.Return | ast.Lambda)


def _only_asks(function: ast.expr, scope: Scope) -> bool:
    """Whether a function calls no class that it is passed."""
    if isinstance(function, ast.Attribute) and function.attr in _ASKING_MEMBERS:
        return True
    return (isinstance(function, ast.Name) and function.id in _ASKING) or resolve(function, scope) in _TYPING


def _is_a_kind(module: Module, call: ast.Call, scope: Scope) -> bool:
    """Whether a call is told kinds of values: `kinds_of(tf.Tensor, tf.Variable)`, `@dispatch(tf.Variable)`."""
    holder = module.parents[call]
    if isinstance(holder, ast.FunctionDef | ast.AsyncFunctionDef) and call in holder.decorator_list:
        return True  # it says which values the function is for
    return any(knowledge.canonical(resolve(one, scope)) in _KINDS for one in call.args)
