"""Strings that a program compares the names of variables with: `"bias" in v.name`, `scope="generator"`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from codemods.tensorflow import knowledge
from codemods.tensorflow.facts import NameTest
from codemods.tensorflow.targets import snake_case
from codemods.tensorflow.withs import keyword_or_place
from migrate.syntax.module import Module
from migrate.syntax.names import resolve
from migrate.syntax.walk import Scope

__all__ = ["name_tests", "reads_name", "tells_apart"]

_FILTERS = {  # the place of the argument by which these choose variables
    **dict.fromkeys(("get_collection", "get_collection_ref"), 1),
    **dict.fromkeys(("trainable_variables", "global_variables", "local_variables", "model_variables"), 0),
    **dict.fromkeys(("all_variables", "moving_average_variables"), 0),
}
_NUMBER = re.compile(r"_\d*$|(?<=layer)\d+$")  # `w_1`, the layer `layer1` of `W1`
_OWN = frozenset({"self", "cls", "args", "flags", "FLAGS", "os"})  # whose `name` is no variable's


def name_tests(module: Module) -> frozenset[NameTest]:
    """The strings that decide, by their names, which variables the program means."""
    compared = (NameTest(value, begins) for node, begins in _tested(module) for value in _values(node))
    return frozenset(compared) | {NameTest(value, begins=True) for value in _filters(module)}


def tells_apart(tests: Iterable[NameTest], words: Iterable[str]) -> bool:
    """Whether a test can have another answer for a name that is made of some words, or of the end of one."""
    known = {f"_{form}" for word in words for form in (word.lower(), snake_case(word))}
    return any(_may_hold(test, word) for test in tests for word in known)


def _may_hold(test: NameTest, word: str) -> bool:
    """Whether a test may hold for a name of a word, which has `_` in front, and of a number behind it."""
    stem = test.text.partition(":")[0].strip("/").rpartition("/")[2].lower()
    stem = f"_{stem}" if test.begins else stem
    unnumbered = _NUMBER.sub("", stem)
    return stem in word or (unnumbered != stem and word.endswith(unnumbered))


def _filters(module: Module) -> Iterator[str]:
    """The scopes by which variables are chosen: names that begin so."""
    for site in module.walk.calls:
        function = site.node.func
        called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        place = _FILTERS.get(called)
        if place is None or knowledge.canonical(resolve(function, site.scope)) != f"tensorflow.{called}":
            continue
        given = keyword_or_place(site.node, "scope", place)
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            yield given.value


def _tested(module: Module) -> Iterator[tuple[ast.expr, bool]]:
    """What each name is compared with, or asked by a method; and whether only how the name begins is asked."""
    for node, scope in module.walk.loads:
        if reads_name(node, scope):
            yield from _compared(node, module)


def reads_name(node: ast.AST, scope: Scope) -> bool:
    """Whether an expression may be the name of a variable or an op: `v.name`, `v.op.name`."""
    return isinstance(node, ast.Attribute) and node.attr == "name" and _may_be_variable(node.value, scope)


def _may_be_variable(holder: ast.expr, scope: Scope) -> bool:
    if isinstance(holder, ast.Attribute):
        return holder.attr == "op"
    found = scope.find(holder.id) if isinstance(holder, ast.Name) and holder.id not in _OWN else None
    return found is not None and resolve(holder, scope) is None


def _compared(node: ast.expr, module: Module) -> Iterator[tuple[ast.expr, bool]]:
    current: ast.AST = node
    while True:
        parent = module.parents[current]
        match parent:
            case ast.Compare(left=left, comparators=others):
                yield from ((one, False) for one in (left, *others) if one is not current)
                return
            case ast.Call(func=function, args=arguments) if function is current:
                if isinstance(function, ast.Attribute) and function.attr in ("startswith", "endswith", "find"):
                    begins = function.attr == "startswith" and function.value is node
                    yield from ((one, begins) for one in arguments[:1])
                    return
            case ast.Call(func=ast.Attribute(attr="match" | "search" | "fullmatch"), args=[pattern, *_]):
                yield pattern, False
                return
            case ast.Attribute() | ast.Subscript():
                pass
            case _:
                return
        current = parent


def _values(node: ast.expr) -> list[str]:
    """The strings that an expression holds; what is computed is mostly a name of the graph's own, and tells nothing."""
    match node:
        case ast.Constant(value=str() as value) if any(character.isalpha() for character in value):
            return [value]
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            return [value for element in elements for value in _values(element)]
    return []
