"""Under which words other files keep what a name is taken from: `cfg.NAME`, `args.name`, `for n in NAMES`, `pick(i)`.

`absent.py` says in the same words what may be None: an attribute, a field, a key or an option by itself, what a module
calls `NAME` as `NAME=`, an element of it as `NAME[]`, the result of a function as `pick()`, its argument as `(name)`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from codemods.tensorflow.dtypes import is_none
from codemods.tensorflow.indexing.bodies import behind, first_parameter
from codemods.tensorflow.indexing.strings.nones import iterated
from codemods.tensorflow.text import UNKNOWN, Text
from migrate.syntax.calls import Given
from migrate.syntax.names import resolve
from migrate.syntax.walk import Binding, BindingKind, Scope

__all__ = ["NOTHING", "argument", "constant", "element", "kept_arguments", "kept_words", "own_attribute", "result"]

KeptArgument: TypeAlias = tuple[int | str, tuple[str, ...]]
_Seen: TypeAlias = set[tuple[str, str, Scope]]  # names, what of them was asked for, and where they are bound
NOTHING = "None"  # the word for None itself
_LOOKUPS = frozenset({"get", "pop", "setdefault"})
_SAME = frozenset({"zip", "enumerate", "sorted", "reversed", "list", "tuple", "iter", "cycle", "items", "values"})


def constant(name: str) -> str:
    """What a module has under a name."""
    return f"{name}="


def element(name: str) -> str:
    """An element of a list or a dictionary that goes by a name, or a part of an element."""
    return f"{name}[]"


def result(name: str) -> str:
    """What a function gives back."""
    return f"{name}()"


def argument(name: str) -> str:
    """What a function that is handed on gets by a keyword."""
    return f"({name})"


def own_attribute(node: ast.expr, scope: Scope) -> str:
    """The attribute of its own object that a method reads; "" for anything else."""
    own = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id
    return node.attr if own and own == first_parameter(scope) else ""  # type: ignore[attr-defined]


def kept_words(node: ast.expr, scope: Scope) -> tuple[str, ...]:
    """The words for what an expression is taken from, as far as that may stand in another file, each once."""
    return tuple(dict.fromkeys(_words(node, scope, set())))


def _words(node: ast.expr, scope: Scope, seen: _Seen) -> Iterator[str]:
    """The same as they come, but for names that were `seen`."""
    match node:
        case ast.Name(id=name):
            yield from _bound(name, scope, seen)
        case ast.Attribute(value=value, attr=word):
            yield word
            if resolve(node, scope):
                yield constant(word)
            if word == "value":  # of a flag
                yield from _words(value, scope, seen)
        case ast.Subscript(slice=ast.Constant(value=str() as key)):
            yield key
        case ast.Subscript(value=value):
            yield from _elements(value, scope, seen)
        case ast.Call():
            yield from _called(node)
        case ast.IfExp(body=one, orelse=other):
            yield from (*_words(one, scope, seen), *_words(other, scope, seen))
        case ast.BoolOp(op=ast.Or(), values=[*_, last]):
            yield from _words(last, scope, seen)


def _called(call: ast.Call) -> Iterator[str]:
    """The key or attribute that a call looks up; else what it is the result of."""
    match call:
        case ast.Call(func=ast.Attribute(attr=called), args=[ast.Constant(value=str() as key), *_]) if (
            called in _LOOKUPS
        ):
            yield key
        case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str() as word), *_]):
            yield word
        case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)):
            yield result(called)


def _bound(name: str, scope: Scope, seen: _Seen) -> Iterator[str]:
    """The words for what a name is bound to."""
    owner, bindings = _fresh(name, "", scope, seen)
    for one in bindings:
        if one.kind is BindingKind.IMPORT:
            yield constant(one.dotted.rpartition(".")[2])
        elif one.value is not None:
            yield from _words(one.value, owner, seen)
        elif one.kind is BindingKind.OTHER:
            for iterable in iterated(one.node, owner):
                yield from _elements(iterable, owner, seen)


def _fresh(name: str, part: str, scope: Scope, seen: _Seen) -> tuple[Scope, Sequence[Binding]]:
    """What binds a name, of which a part is asked for, if that was not seen yet."""
    owner, bindings = scope.find(name) or (scope, [])
    if (name, part, owner) in seen:
        return owner, ()
    seen.add((name, part, owner))
    return owner, bindings


def _elements(node: ast.expr, scope: Scope, seen: _Seen) -> Iterator[str]:
    """The words for the elements of what a loop runs through."""
    match node:
        case ast.Call(func=ast.Name(id=called), args=parts) if called in _SAME:
            yield from (word for part in parts for word in _elements(part, scope, seen))
        case ast.Call(func=ast.Attribute(value=held, attr=called)) if called in _SAME:
            yield from _elements(held, scope, seen)
        case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)):
            yield element(called)
        case ast.Attribute(attr=word):
            yield element(word)
        case ast.Subscript(slice=ast.Constant(value=str() as word)):
            yield element(word)
        case ast.Name(id=name):
            owner, bindings = _fresh(name, "[]", scope, seen)
            for one in bindings:
                if one.kind is BindingKind.IMPORT:
                    yield element(one.dotted.rpartition(".")[2])
                elif one.value is not None:
                    yield from _elements(one.value, owner, seen)


def kept_arguments(call: ast.Call, given: Given, scope: Scope, texts: Iterable[Text | None]) -> Iterator[KeptArgument]:
    """The places and keywords of arguments of which a file knows nothing, with their words; also of None in stars."""
    for (place, value), text in zip(given.items(), texts, strict=True):
        if text is not None and text == UNKNOWN and (words := kept_words(value, scope)):
            yield place, words
    if given.more:
        first = next((one for one in call.args if isinstance(one, ast.Starred)), None)
        yield from _in_star(first, len(given.values), scope)
        for item in call.keywords:
            if item.arg is None:
                yield from _in_stars(item.value, scope)


def _in_star(node: ast.Starred | None, place: int, scope: Scope) -> Iterator[KeptArgument]:
    """The places at which `*values` may pass None."""
    shown = _shown(node.value, scope) if node is not None else ()
    items = (one.elts for one in shown if isinstance(one, ast.List | ast.Tuple))
    absent = {number for elements in items for number, one in enumerate(elements) if _may_be_none(one)}
    yield from ((place + number, (NOTHING,)) for number in sorted(absent))


def _in_stars(node: ast.expr, scope: Scope) -> Iterator[KeptArgument]:
    """The keywords with which `**options` may pass None."""
    pairs = (pair for one in _shown(node, scope) for pair in _entries(one))
    absent = dict.fromkeys(name for name, one in pairs if isinstance(name, str) and _may_be_none(one))
    yield from ((name, (NOTHING,)) for name in absent)


def _entries(node: ast.expr) -> Iterator[tuple[object, ast.expr]]:
    """The keys of a dictionary that is written out, each with its value."""
    match node:
        case ast.Dict(keys=keys, values=values):
            yield from ((getattr(key, "value", None), one) for key, one in zip(keys, values, strict=True))
        case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
            yield from ((item.arg, item.value) for item in keywords)


def _shown(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """What an expression is, by all that its name is assigned, or by the elements of what a loop runs through."""
    owner, bindings = (scope.find(node.id) or (scope, [])) if isinstance(node, ast.Name) else (scope, [])
    if not bindings:
        yield node
    for binding in bindings:
        if binding.value is not None:
            yield binding.value
        else:
            displays = (behind(one, owner) for one in iterated(binding.node, owner))
            yield from (item for one in displays for item in getattr(one, "elts", ()))


def _may_be_none(node: ast.expr) -> bool:
    """Whether an expression is None as it is written, or one of what it may be is."""
    match node:
        case ast.IfExp(body=one, orelse=other):
            return _may_be_none(one) or _may_be_none(other)
        case ast.BoolOp(op=ast.Or(), values=[*_, last]):
            return _may_be_none(last)
    return is_none(node)
