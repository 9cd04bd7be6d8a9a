"""Which expressions hold the names of variables: a list of them, or a dictionary that has them as its keys."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from codemods.tensorflow.indexing.lookups.variable_names import holds_name
from migrate.syntax.calls import called_name
from migrate.syntax.nodes import nodes
from migrate.syntax.walk import Binding, Scope

__all__ = ["bindings_of", "filled", "holds_names", "is_empty", "sources"]

_FILLING = frozenset({"append", "add", "insert", "setdefault"})
_TEXT = frozenset({"split", "rsplit", "replace", "lower", "upper", "strip", "rstrip", "lstrip", "join", "format"})
_TEXT |= {"partition", "rpartition", "sub", "str", "basename", "dirname", "unique_name"}


def holds_names(node: ast.expr | None, scope: Scope, seen: set[tuple[str, Scope]] | None = None) -> bool:
    """Whether what an expression holds are such names, by whatever names of the file and however they came there.

    Names that were `seen` are not looked at again.
    """
    seen = set() if seen is None else seen
    match node:
        case ast.ListComp(elt=made) | ast.SetComp(elt=made) | ast.GeneratorExp(elt=made) | ast.DictComp(key=made):
            return _is_name(made) or _goes_over_names(node, scope, seen)
        case ast.Dict(keys=made):
            return any(one is not None and _is_name(one) for one in made)
        case ast.List(elts=made) | ast.Tuple(elts=made) | ast.Set(elts=made):
            return any(map(_is_name, made))
        case ast.Lambda(body=made):
            return _is_name(made)
        case ast.Call(func=function, args=arguments):
            inner = [function.value] if isinstance(function, ast.Attribute) else []
            return any(holds_names(one, scope, seen) for one in (*inner, *arguments))
        case ast.Name(id=name) if (name, scope) not in seen:
            seen.add((name, scope))
            return any(holds_names(one, owner, seen) for one, owner in sources(node, scope))
    return False


def _goes_over_names(node: ast.expr, scope: Scope, seen: set[tuple[str, Scope]]) -> bool:
    """Whether a comprehension that passes on what it goes over does so over such names."""
    return any(holds_names(one.iter, scope, seen) for one in getattr(node, "generators", ()))


def _is_name(node: ast.expr) -> bool:
    """Whether an expression is such a name or made of one as text is, or a tuple that begins with one."""
    match node:
        case ast.Tuple(elts=[first, *_]):
            return _is_name(first)
        case ast.Call() if called_name(node) not in _TEXT:
            return False
    return holds_name(node)


def sources(name: ast.Name, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
    """What a name is ever assigned, and what it is filled with one by one, with the scope of each."""
    owner, bindings = scope.find(name.id) or (scope, [])
    values = [one.value for one in bindings if one.value is not None]
    filling = filled(name.id, owner) if any(map(is_empty, values)) else ()
    yield from ((value, owner) for value in (*values, *filling))


def bindings_of(name: str, scope: Scope) -> Iterable[Binding]:
    """What binds a name."""
    found = scope.find(name)
    return found[1] if found is not None else ()


def is_empty(node: ast.expr) -> bool:
    """Whether a container is made to be filled: `[]`, `{}`, `dict()`, `defaultdict(list)`."""
    match node:
        case ast.List(elts=held) | ast.Dict(values=held):
            return not held
    return isinstance(node, ast.Call) and called_name(node) in ("list", "set", "dict", "OrderedDict", "defaultdict")


def filled(name: str, owner: Scope) -> Sequence[ast.expr]:
    """What is put into a container: `names.append(v.name)`, `by_name[v.name] = v`; each as a list of its own."""
    return _fillings(owner.node).get(name, ())


@lru_cache(maxsize=4)  # it is asked for one name after the other
def _fillings(owner: ast.AST) -> Mapping[str, Sequence[ast.expr]]:
    """What is put into each container of a scope, by its name."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes(owner):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=held), attr=method), args=[*_, _]):
                if method in _FILLING:
                    found.setdefault(held, []).append(ast.List(node.args))
            case ast.Subscript(value=ast.Name(id=held), slice=key, ctx=ast.Store()):
                found.setdefault(held, []).append(ast.List([key]))
    return found
