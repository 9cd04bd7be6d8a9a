"""Methods behind a decorator that runs them once for each object and keeps what they return, perhaps in a scope.

The pattern is Danijar Hafner's (https://danijar.com/structuring-your-tensorflow-models): `lazy_property`,
`define_scope`. A constructor that reads such properties says when each of them runs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from codemods.tensorflow.facts import CalleeKind, Lazy, ScopeFacts, ScopeKind
from codemods.tensorflow.indexing.bodies import position
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.text import literal
from migrate.syntax.walk import Scope

__all__ = ["Kept", "kept_methods"]

_SIMPLE = (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign)


@dataclass(frozen=True, slots=True)
class Kept:
    """A method of which each object keeps the result: the scope that it runs in, and when it does, where that shows."""

    scope: ScopeFacts | None
    lazy: Lazy | None


def kept_methods(callees: Callees) -> tuple[dict[int, Kept], frozenset[int]]:
    """The methods of a module behind such decorators, by their bodies' numbers, and the decorators that open scopes."""
    keepers: dict[int, bool | None] = {}
    found: dict[int, Kept] = {}
    for scope in callees.class_scopes:
        scopes = {
            method: _scope(method, scope, callees, keepers)
            for method in getattr(scope.node, "body", ())
            if isinstance(method, ast.FunctionDef) and _keeps(method, scope, callees, keepers) is not None
        }
        if scopes:
            times = _times([*scopes], scope, callees)
            found |= {_number(method, callees): Kept(one, times.get(method.name)) for method, one in scopes.items()}
    return found, frozenset(index for index, scoped in keepers.items() if scoped)


def _number(function: ast.FunctionDef, callees: Callees) -> int:
    return callees.body(callees.scopes[function])


# The decorator


def _keeps(method: ast.FunctionDef, scope: Scope, callees: Callees, keepers: dict[int, bool | None]) -> bool | None:
    """Whether a method's decorator opens a scope named after it; None where it does not keep results at all."""
    if len(method.decorator_list) != 1:
        return None
    callee = callees.callee(method.decorator_list[0], scope)
    if callee.kind is not CalleeKind.BODY:
        return None
    if callee.index not in keepers:
        keepers[callee.index] = _keeper(callees.body_scopes[callee.index], callees)
    return keepers[callee.index]


def _scope(
    method: ast.FunctionDef, scope: Scope, callees: Callees, keepers: dict[int, bool | None]
) -> ScopeFacts | None:
    if not _keeps(method, scope, callees, keepers):
        return None
    at = position(method.decorator_list[0])
    return ScopeFacts(ScopeKind.VARIABLE, at, literal(method.name), plain=False)


def _keeper(scope: Scope, callees: Callees) -> bool | None:
    """Whether a decorator runs what it decorates in a scope; None where it is none that keeps what that returns."""
    function = scope.node
    if not isinstance(function, ast.FunctionDef) or not function.args.args:
        return None
    inner = [one for one in function.body if isinstance(one, ast.FunctionDef) and one in callees.scopes]
    passed_on = all(_passes_through(one, scope, callees) for one in function.decorator_list)
    if len(inner) != 1 or not passed_on or not _returns(function, inner[0].name):
        return None
    wrapped, kept = function.args.args[0].arg, _kept_statement(inner[0])
    if kept is None:
        return None
    statement, attribute = kept
    if f"{wrapped}.__name__" not in ast.unparse(_value(attribute, function)):
        return None
    owner = inner[0].args.args[0].arg
    call = ast.parse(f"setattr({owner}, {ast.unparse(attribute)}, {wrapped}({owner}))").body[0]
    if isinstance(statement, ast.With) and len(statement.body) == len(statement.items) == 1:
        opened = statement.items[0].context_expr
        named = _is_named_after(opened, wrapped, function, callees.scopes[inner[0]], callees)
        return True if named and ast.dump(statement.body[0]) == ast.dump(call) else None
    return False if ast.dump(statement) == ast.dump(call) else None


def _returns(function: ast.FunctionDef, name: str) -> bool:
    match function.body[-1]:
        case ast.Return(value=ast.Name(id=returned)):
            return returned == name
        case ast.Return(value=ast.Call(func=ast.Name(id="property"), args=[ast.Name(id=returned)])):
            return returned == name
    return False


def _kept_statement(inner: ast.FunctionDef) -> tuple[ast.stmt, ast.expr] | None:
    """What runs where `hasattr(self, attribute)` is false, and the attribute, which is then returned."""
    match [one for one in inner.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]:
        case [
            ast.If(
                test=ast.UnaryOp(op=ast.Not(), operand=ast.Call(func=ast.Name(id="hasattr"), args=[_, attribute])),
                body=[statement],
                orelse=[],
            ),
            ast.Return(value=ast.Call(func=ast.Name(id="getattr"), args=[_, returned])),
        ] if ast.dump(attribute) == ast.dump(returned) and len(inner.args.args) == 1:
            return statement, attribute
    return None


def _value(node: ast.expr, function: ast.FunctionDef) -> ast.expr:
    """What a name is assigned in a decorator, once; anything else stands for itself."""
    values = [
        one.value
        for one in function.body
        if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == ast.unparse(node)
    ]
    return values[0] if len(values) == 1 else node


def _is_named_after(opened: ast.expr, wrapped: str, function: ast.FunctionDef, scope: Scope, callees: Callees) -> bool:
    """Whether a scope is called what the decorated function is, where the decorator is given nothing else."""
    if not isinstance(opened, ast.Call) or callees.canonical(opened.func, scope) != "tensorflow.variable_scope":
        return False
    given = {ast.unparse(one) for one in [*opened.args[1:], *(word.value for word in opened.keywords)]}
    own = {f"*{function.args.vararg.arg}"} if function.args.vararg else set()
    own |= {function.args.kwarg.arg} if function.args.kwarg else set()
    if not opened.args or given - own:
        return False
    optional = [one.arg for one in function.args.args[1:]]
    name = ast.unparse(_value(opened.args[0], function))
    return name == f"{wrapped}.__name__" or name in {f"{one} or {wrapped}.__name__" for one in optional}


def _passes_through(decorator: ast.expr, scope: Scope, callees: Callees) -> bool:
    """Whether a decorator lets another be used without brackets: `if callable(args[0]): return f(args[0])`."""
    callee = callees.callee(decorator, scope.parent or scope)
    function = callees.body_scopes[callee.index].node if callee.kind is CalleeKind.BODY else None
    if not isinstance(function, ast.FunctionDef) or not function.args.args:
        return False
    wanted = f"return {function.args.args[0].arg}(args[0])"
    branches = (node for node in ast.walk(function) if isinstance(node, ast.If))
    return any("callable(args[0])" in ast.unparse(one.test) and ast.unparse(one.body[0]) == wanted for one in branches)


# When it runs


def _times(methods: list[ast.FunctionDef], scope: Scope, callees: Callees) -> Mapping[str, Lazy]:
    """When each method runs that the constructor surely is the first to ask for, and under no scope of its own."""
    functions = {one.name: one for one in getattr(scope.node, "body", ()) if isinstance(one, ast.FunctionDef)}
    constructor = functions.get("__init__")
    if constructor is None or any(isinstance(one, ast.Return) for one in ast.walk(constructor)):
        return {}
    kept, number = {method.name for method in methods}, _number(constructor, callees)
    met: set[str] = set()
    found: dict[str, Lazy] = {}
    for statement in constructor.body:
        read = list(_read(statement, constructor.args.args[0].arg))
        for name in read:
            if name in kept - met and isinstance(statement, _SIMPLE):
                found[name] = Lazy(number, position(statement), len(found))
            met |= {name, *_leads_to(name, functions)}
            if _ITSELF in met:
                return found
    return found


_ITSELF = ""  # the object itself is handed to something


def _read(node: ast.AST, owner: str) -> Iterator[str]:
    """The attributes of an object that some code reads, in the order of the source."""
    every = list(ast.walk(node))
    attributes = [
        one
        for one in every
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id == owner
    ]
    bases = {one.value for one in attributes}
    reads = [(position(one), one.attr) for one in attributes if isinstance(one.ctx, ast.Load)]
    reads += [
        (position(one), _ITSELF) for one in every if isinstance(one, ast.Name) and one.id == owner and one not in bases
    ]
    yield from (name for _, name in sorted(reads))


def _leads_to(name: str, functions: Mapping[str, ast.FunctionDef]) -> set[str]:
    """The attributes that reading, or calling, one of them may read in turn."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        function = functions.get(waiting.pop())
        if function is None or not function.args.args or _is_static(function):
            continue
        fresh = set(_read(ast.Module(function.body, []), function.args.args[0].arg)) - found
        found |= fresh
        waiting += fresh
    return found


def _is_static(function: ast.FunctionDef) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in function.decorator_list)
