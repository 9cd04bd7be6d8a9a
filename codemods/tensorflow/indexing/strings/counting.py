"""What the names that a loop binds run through: counters, and constants that are written out somewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from migrate.syntax.names import single_value
from migrate.syntax.nodes import nodes
from migrate.syntax.walk import Binding, BindingKind, Scope

__all__ = ["Counter", "around", "counters", "element_texts", "integer"]

_READERS = frozenset({"len", "enumerate", "zip", "range", "xrange", "list", "tuple", "reversed", "sorted", "print"})
_READING = frozenset({"items", "iteritems", "keys", "iterkeys", "values", "itervalues", "get", "index", "count"})
_REORDERED = frozenset({"sorted", "reversed", "list", "tuple", "iter"})
_MAX_CHOICES = 64  # rounds that are looked at one by one
_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Counter:
    """A name that a loop binds. `choices`: all that it can be, as texts; empty where that is not known."""

    name: ast.Name
    distinct: bool  # another value in each round
    choices: tuple[str, ...] = ()
    number: bool = False
    signed: bool = False  # a number that may be negative
    least: int = 0  # where it begins, if it counts up from there


def counters(target: ast.expr, iterated: ast.expr, scope: Scope) -> Iterator[Counter]:
    """What is known of the names of a loop's target, where `iterated` stands in `scope`."""
    if isinstance(target, ast.Name):
        counter = _counter(target, iterated, scope)
        if counter is not None:
            yield counter
        return
    if not isinstance(target, ast.Tuple | ast.List):
        return
    for part, inner in _pairs(target.elts, iterated, scope):
        yield from counters(part, inner, scope)


def _counter(name: ast.Name, iterated: ast.expr, scope: Scope) -> Counter | None:
    if isinstance(iterated, ast.Call) and isinstance(iterated.func, ast.Name) and iterated.func.id in _RANGES:
        choices = _range(iterated, scope)
        least = _least(iterated.args, scope)
        return Counter(name, True, choices, number=True, signed=least is None, least=least or 0)
    elements = _elements(iterated, scope)
    constants = [one.value if isinstance(one, ast.Constant) else None for one in elements or ()]
    if not constants or not all(type(one) in (str, int) for one in constants):
        return None
    texts = tuple(str(one) for one in constants)
    distinct = len({text.lower() for text in texts}) == len(texts)  # graphs ignore case
    numbers = all(type(one) is int for one in constants)
    mixed = not numbers and any(type(one) is int for one in constants)
    choices = _few(tuple(dict.fromkeys(texts)))
    known = distinct or len(choices) > 1 or choices == ("",)  # one string made again and again is no name of its own
    told = "" not in texts or bool(choices)  # an empty name is no name, which only who sees it can tell
    return Counter(name, distinct, choices, numbers) if known and not mixed and told else None


_RANGES = frozenset({"range", "xrange"})


def _few(choices: tuple[str, ...]) -> tuple[str, ...]:
    return choices if len(choices) <= _MAX_CHOICES else ()


def _least(bounds: Sequence[ast.expr], scope: Scope) -> int | None:
    """The first number of a range that counts up; None where it may be negative, or may count down."""
    if any(isinstance(one, ast.Starred) for one in bounds):
        return None
    first = integer(bounds[0], scope) if len(bounds) > 1 else 0
    step = integer(bounds[2], scope) if len(bounds) > 2 else 1
    return first if first is not None and first >= 0 and step is not None and step > 0 else None


def _range(call: ast.Call, scope: Scope) -> tuple[str, ...]:
    bounds = [integer(one, scope) for one in call.args]
    known = [bound for bound in bounds if bound is not None]
    if len(known) < len(bounds) or not 0 < len(known) <= 3 or call.keywords or (len(known) == 3 and not known[2]):
        return ()
    return _few(tuple(map(str, range(*known)))) if len(range(*known)) <= _MAX_CHOICES else ()


def _pairs(parts: Sequence[ast.expr], iterated: ast.expr, scope: Scope) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The parts of a target, each with what it runs through by itself."""
    match iterated:
        case ast.Call(func=ast.Name(id="enumerate"), args=[inner, *start]) if len(parts) == 2:
            yield parts[0], _numbers(inner, start, iterated, scope)
            yield parts[1], inner
            return
        case ast.Call(func=ast.Name(id="zip"), args=several) if len(several) == len(parts):
            yield from zip(parts, several, strict=True)
            return
    elements = _elements(iterated, scope) or ()
    rows = [one.elts for one in elements if isinstance(one, ast.Tuple) and len(one.elts) == len(parts)]
    if rows and len(rows) == len(elements):  # lists may be changed
        for place, part in enumerate(parts):
            yield part, ast.List([row[place] for row in rows], ast.Load())


def _numbers(inner: ast.expr, start: list[ast.expr], call: ast.Call, scope: Scope) -> ast.expr:
    """The numbers of an enumeration as a range."""
    given = start[0] if start else next((word.value for word in call.keywords), ast.Constant(0))
    begin, elements = integer(given, scope), _elements(inner, scope)
    end = None if begin is None or elements is None else begin + len(elements)
    bounds = [ast.Name("", ast.Load()) if one is None else ast.Constant(one) for one in (begin, end)]
    return ast.Call(ast.Name("range", ast.Load()), [*bounds], [])


def _elements(iterated: ast.expr, scope: Scope, depth: int = 0) -> Sequence[ast.expr] | None:
    """What something runs through, in whatever order, where it is written out; None for anything else."""
    if depth > _MAX_DEPTH:
        return None
    match iterated:
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return None if any(isinstance(one, ast.Starred) for one in elements) else elements
        case ast.Dict(keys=keys):
            return None if None in keys else [key for key in keys if key is not None]
        case ast.Name():
            value = _unchanged(iterated, scope)
            return None if value is None else _elements(value, scope, depth + 1)
        case ast.Call(func=ast.Name(id=function), args=[inner]) if function in _REORDERED:
            return _elements(inner, scope, depth + 1)
        case ast.Call(func=ast.Attribute(value=holder, attr=attribute), args=[]):
            return _view(holder, attribute.removeprefix("iter"), scope)
    return None


def _view(holder: ast.expr, attribute: str, scope: Scope) -> Sequence[ast.expr] | None:
    """What `d.items()`, `d.keys()` and `d.values()` run through."""
    value = _unchanged(holder, scope) if isinstance(holder, ast.Name) else holder
    match value:
        case ast.Dict(keys=keys, values=values) if None not in keys:
            pairs = [(key, one) for key, one in zip(keys, values, strict=True) if key is not None]
        case ast.Call(
            func=ast.Name(id="OrderedDict") | ast.Attribute(attr="OrderedDict"), args=[ast.List(elts=rows)]
        ) if all(isinstance(row, ast.Tuple | ast.List) and len(row.elts) == 2 for row in rows):
            pairs = [(row.elts[0], row.elts[1]) for row in rows if isinstance(row, ast.Tuple | ast.List)]
        case _:
            return None
    match attribute:
        case "items":
            return [ast.Tuple([key, one], ast.Load()) for key, one in pairs]
        case "keys":
            return [key for key, _ in pairs]
        case "values":
            return [one for _, one in pairs]
    return None


def _unchanged(name: ast.Name, scope: Scope) -> ast.expr | None:
    """What a name is assigned once and holds from then on; None where that is not known, or may be changed."""
    found = scope.find(name.id)
    if found is None or len(found[1]) != 1 or found[1][0].kind is not BindingKind.ASSIGN:
        return None
    owner, value = found[0], found[1][0].value
    return value if isinstance(value, ast.Tuple) or (value is not None and _is_only_read(name.id, owner)) else None


def _is_only_read(name: str, owner: Scope) -> bool:
    """Whether nothing in a scope can change a list or dictionary: it is run through, indexed, measured."""
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
        case ast.Call(func=ast.Attribute(value=value, attr=attribute)) if attribute in _READING:
            yield value
        case ast.Compare(comparators=values):
            yield from values


def element_texts(node: ast.Subscript, scope: Scope) -> tuple[str, ...]:
    """All strings that an element can be of a list, a tuple or a dictionary that is written out; else empty."""
    held = _unchanged(node.value, scope) if isinstance(node.value, ast.Name) else node.value
    values = _view(held, "values", scope) if isinstance(held, ast.Dict) else None if held is None else _row(held)
    texts = [one.value if isinstance(one, ast.Constant) else None for one in values or ()]
    known = [text for text in texts if isinstance(text, str)]
    if len(known) < len(texts) or isinstance(node.slice, ast.Slice):
        return ()
    place = None if isinstance(held, ast.Dict) else integer(node.slice, scope)
    if place is not None and 0 <= place < len(known):
        return (known[place],)
    return _few(tuple(dict.fromkeys(known)))


def _row(held: ast.expr) -> Sequence[ast.expr] | None:
    """The elements of a list or a tuple that is written out, in their order."""
    if not isinstance(held, ast.List | ast.Tuple) or any(isinstance(one, ast.Starred) for one in held.elts):
        return None
    return held.elts


def integer(node: ast.expr, scope: Scope, depth: int = 0) -> int | None:
    """The integer that an expression is, where constants tell."""
    if depth > _MAX_DEPTH:
        return None
    match node:
        case ast.Constant(value=value):
            return value if type(value) is int else None
        case ast.Name():
            assigned = single_value(node.id, scope)
            return None if assigned is None else integer(assigned, scope, depth + 1)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            one, two = integer(left, scope, depth + 1), integer(right, scope, depth + 1)
            return None if one is None or two is None else _OPERATORS[type(operator)](one, two)
        case ast.Call(func=ast.Name(id="len"), args=[inner]):
            elements = _elements(inner, scope, depth + 1)
            return None if elements is None else len(elements)
    return None


_OPERATORS = {ast.Add: int.__add__, ast.Sub: int.__sub__, ast.Mult: int.__mul__}


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
