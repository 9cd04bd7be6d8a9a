"""Which names take another value in each round of a loop: counters, and what runs through distinct constants."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from migrate.syntax.nodes import nodes
from migrate.syntax.walk import Binding, BindingKind, Scope

__all__ = ["around", "counting_names"]

_READERS = frozenset({"len", "enumerate", "zip", "range", "list", "tuple", "reversed", "print"})


def counting_names(target: ast.expr, iterated: ast.expr, scope: Scope) -> Iterator[ast.Name]:
    """The names of a loop's target that differ from round to round, where `iterated` stands in `scope`."""
    if isinstance(target, ast.Name):
        if _differs(iterated, scope):
            yield target
        return
    for part, inner in _pairs(target, iterated):
        if inner is None:
            yield from [part] if isinstance(part, ast.Name) else []
        else:
            yield from counting_names(part, inner, scope)


def _pairs(target: ast.expr, iterated: ast.expr) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """The parts of a target, each with what it runs through; None for the number of an enumeration."""
    match iterated, target:
        case ast.Call(func=ast.Name(id="enumerate"), args=[inner, *_]), ast.Tuple(elts=[number, value]):
            yield number, None
            yield value, inner
        case ast.Call(func=ast.Name(id="zip"), args=several), ast.Tuple(elts=parts) if len(several) == len(parts):
            yield from zip(parts, several, strict=True)
        case ast.Call(func=ast.Attribute(value=ast.Dict() as items, attr="items" | "iteritems")), ast.Tuple(
            elts=[key, _]
        ):
            yield key, ast.List([one or ast.Name("", ast.Load()) for one in items.keys], ast.Load())


def _differs(iterated: ast.expr, scope: Scope) -> bool:
    """Whether what something runs through is another name each time: a range, distinct constants."""
    match iterated:
        case ast.Call(func=ast.Name(id="range" | "xrange")):
            return True
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return _are_distinct(elements)
        case ast.Name():
            return _are_distinct(_constants(iterated, scope))
    return False


def _are_distinct(elements: Sequence[ast.expr]) -> bool:
    """Whether some elements are constants that give different names: graphs ignore case."""
    texts = [str(one.value).lower() if isinstance(one, ast.Constant) else "" for one in elements]
    return bool(texts) and "" not in texts and len(set(texts)) == len(texts)


def _constants(name: ast.Name, scope: Scope) -> list[ast.expr]:
    """The elements of a list or tuple that is assigned once and only read; none for anything else."""
    found = scope.find(name.id)
    if found is None or len(found[1]) != 1 or found[1][0].kind is not BindingKind.ASSIGN:
        return []
    owner, value = found[0], found[1][0].value
    if isinstance(value, ast.Tuple) or (isinstance(value, ast.List) and _is_only_read(name.id, owner)):
        return value.elts
    return []


def _is_only_read(name: str, owner: Scope) -> bool:
    """Whether nothing in a scope can change a list: it is run through, indexed, measured."""
    every = nodes(owner.node)
    harmless = {id(read) for node in every for read in _reads(node)}
    return all(
        id(node) in harmless
        for node in every
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    )


def _reads(node: ast.AST) -> Iterator[ast.expr]:
    """The parts of a node that it only reads."""
    match node:
        case ast.For(iter=value) | ast.comprehension(iter=value) | ast.Subscript(value=value, ctx=ast.Load()):
            yield value
        case ast.Call(func=ast.Name(id=function), args=values) if function in _READERS:
            yield from values


def around(reference: ast.Name, bindings: Sequence[Binding], owner: Scope) -> list[Binding]:
    """Of several bindings of a name those in the innermost loop around a reference that binds it."""
    loops = [loop for loop in owner.loops if _holds(loop, reference)]
    for loop in sorted(loops, key=lambda loop: loop.lineno, reverse=True):
        inside = [binding for binding in bindings if _holds(loop, binding.node)]
        if inside:
            return inside
    return []


def _holds(loop: ast.For | ast.AsyncFor, node: ast.AST) -> bool:
    place = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
    return (loop.lineno, loop.col_offset) <= place < (loop.end_lineno or 0, loop.end_col_offset or 0)
