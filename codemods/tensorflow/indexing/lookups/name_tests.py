"""Strings that a program compares the names of variables with: `"bias" in v.name`, `scope="generator"`."""

from __future__ import annotations

import ast
import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from codemods.tensorflow import knowledge
from codemods.tensorflow.file_facts import NameTest
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.indexing.lookups.patterns import asks_anything, words
from codemods.tensorflow.indexing.lookups.variable_names import is_name
from codemods.tensorflow.indexing.targets import snake_case
from codemods.tensorflow.text import Hole
from migrate.syntax.calls import keyword_or_place
from migrate.syntax.module import Module
from migrate.syntax.names import resolve, single_value
from migrate.syntax.nodes import nodes
from migrate.syntax.walk import BindingKind, Scope, ScopeKind

__all__ = ["name_tests", "tells_apart", "told"]

_FILTERS = {  # the place of the argument by which these choose variables
    **dict.fromkeys(("get_collection", "get_collection_ref"), 1),
    **dict.fromkeys(("trainable_variables", "global_variables", "local_variables", "model_variables"), 0),
    **dict.fromkeys(("all_variables", "moving_average_variables"), 0),
}
_MATCHES = {"match": True, "fullmatch": True, "search": False}  # whether they look at how a name begins
_ASKING = frozenset({"startswith", "endswith", "find", "count"})
_GLOBS = frozenset({"fnmatch.fnmatch", "fnmatch.fnmatchcase"})
_NUMBER = re.compile(r"_\d*$|(?<=layer)\d+$")  # `w_1`, the layer `layer1` of `W1`


def name_tests(module: Module, callees: Callees) -> frozenset[NameTest]:
    """The strings and patterns that decide, by their names, which variables the program means."""
    return frozenset(test for asked in (*_tested(module), *_filters(module)) for test in _tests(asked, callees))


def told(value: str, test: NameTest) -> Iterator[NameTest]:
    """A test with a string that is passed."""
    if test.pattern:
        yield from _of_pattern(value, test.begins, test.line, plain=test.plain)
    elif value.partition(":")[0]:  # every name of an output has its `:0`
        yield NameTest(value, test.begins, test.line, test.plain)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What names are compared with at one place; `begins`: only how they begin counts."""

    node: ast.expr
    scope: Scope
    begins: bool = False
    pattern: Callable[[str], str] | None = None  # makes a regular expression of the string, where it is a pattern
    computed: bool = False  # one of which nothing is known counts, too
    plain: bool = False  # nothing is asked but how a whole name begins, or whether it holds the string


def _tests(asked: _Asked, callees: Callees) -> Iterator[NameTest]:
    line = asked.node.lineno
    values = _values(asked.node, asked.scope)
    test = NameTest("", asked.begins, line, asked.plain, pattern=asked.pattern is not None)
    if asked.computed and not values and _is_kept(asked.node):
        yield NameTest("", True, line)
    if not values and asked.pattern in (None, str):
        yield from _passed(asked, test, callees)
        if _is_of_a_list(asked):
            yield replace(test, listed=True)
    for value in values:
        yield from told(asked.pattern(value) if asked.pattern else value, test)


def _passed(asked: _Asked, test: NameTest, callees: Callees) -> Iterator[NameTest]:
    """The test with what the function around it is passed: `scope in v.name`."""
    scope = asked.scope
    while scope.kind is ScopeKind.LAMBDA and scope.parent is not None:  # which goes through the names
        scope = scope.parent
    text = callees.text(asked.node, scope)
    if any(isinstance(part, Hole) and part.is_filled_in for part in text.parts):
        yield replace(test, passed=text, body=callees.body(scope))


def _is_of_a_list(asked: _Asked) -> bool:
    """Whether it is an element of a list that comes from elsewhere, or may be such a list: `v.op.name in names`."""
    if not isinstance(asked.node, ast.Name):
        return False
    found = asked.scope.find(asked.node.id)
    if found is None or [one.kind for one in found[1]] == [BindingKind.PARAMETER]:
        return found is not None and asked.begins
    return isinstance(_bound(asked.node.id, asked.scope), ast.Name | ast.Attribute)


def _is_kept(node: ast.expr) -> bool:
    """Whether a string is made of what the program keeps, rather than what it asks the graph for."""
    return not isinstance(node, ast.Constant) and not any(isinstance(one, ast.Call) for one in nodes(node))


def _of_pattern(pattern: str, begins: bool, line: int, *, plain: bool) -> Iterator[NameTest]:
    """A test for each word of a regular expression; one that holds for whatever name where it has no words."""
    if asks_anything(pattern):
        return
    told = [(word, first and begins) for word, first in words(pattern) if any(map(str.isalpha, word))]
    for word, first in told or [("", False)]:
        yield NameTest(word, first, line, plain and word == pattern)


def tells_apart(tests: Iterable[NameTest], words: Iterable[str]) -> list[NameTest]:
    """The tests that can have another answer for a name that is made of some words, or of the end of one."""
    known = {f"_{form}" for word in words for form in (word.lower(), snake_case(word))}
    return [one for one in tests if not one.is_computed and any(_may_hold(one, word) for word in known)]


def _may_hold(test: NameTest, word: str) -> bool:
    """Whether a test may hold for a name of a word, which has `_` in front, and of a number behind it."""
    stem = test.text.partition(":")[0].strip("/").rpartition("/")[2].lower()
    stem = f"_{stem}" if test.begins else stem
    unnumbered = _NUMBER.sub("", stem)
    return stem in word or (unnumbered != stem and word.endswith(unnumbered))


def _filters(module: Module) -> Iterator[_Asked]:
    """The scopes by which variables are chosen: patterns of what names begin with."""
    for site in module.walk.calls_of(_FILTERS):
        if knowledge.canonical(resolve(site.node.func, site.scope)) != f"tensorflow.{site.called}":
            continue
        given = keyword_or_place(site.node, "scope", _FILTERS[site.called])
        if given is not None:
            yield _Asked(given, site.scope, begins=True, pattern=str, computed=True, plain=True)


def _tested(module: Module) -> Iterator[_Asked]:
    """What each name is compared with, or asked by a method or a pattern."""
    for attribute, scope in module.walk.attributes_of(("name",)):
        if is_name(attribute, scope):
            yield from _compared(attribute, scope, module)
    named = _named(module)
    for name, scope in module.walk.reads_of(dict.fromkeys(name for name, _ in named)):
        if (name.id, scope) in named:
            yield from _compared(name, scope, module)


def _named(module: Module) -> set[tuple[str, Scope]]:
    """The names that are assigned the name of a variable, once: `name = v.name`; with the scopes that they live in."""
    return {
        (name, scope)
        for scope in module.walk.scopes.values()
        for name, bindings in scope.bindings.items()
        if len(bindings) == 1 and bindings[0].value is not None and is_name(bindings[0].value, scope)
    }


def _compared(node: ast.expr, scope: Scope, module: Module) -> Iterator[_Asked]:
    current: ast.AST = node
    while True:
        parent = module.parents[current]
        match parent:
            case ast.Compare(left=left, comparators=others):
                whole = current is node and _is_whole(parent, node)
                asked = (part for one in (left, *others) if one is not current for part in _parts(one))
                held = others == [node] and isinstance(parent.ops[0], ast.In | ast.NotIn)
                yield from (_Asked(one, scope, begins=whole, plain=held) for one in asked)
                return
            case ast.Call(func=function, args=arguments) if function is current:
                if isinstance(function, ast.Attribute) and function.attr in _ASKING:
                    begins = function.attr == "startswith" and function.value is node
                    yield from (_Asked(one, scope, begins, computed=begins, plain=begins) for one in arguments[:1])
                    return
            case ast.Call(func=ast.Name(id="len")):
                counts = current is not node and isinstance(module.parents[parent], ast.Compare)
                yield from [_Asked(ast.copy_location(ast.Constant("/"), parent), scope)] if counts else []
                return
            case ast.Call(func=ast.Attribute() | ast.Name() as function) if function is not current:
                yield from _matched(parent, function, scope, whole=current is node)
                return
            case ast.Attribute() | ast.Subscript():
                pass
            case _:
                return
        current = parent


def _parts(node: ast.expr) -> list[ast.expr]:
    """What is compared one by one: `v.op.name in ("w", "b")`."""
    return node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]


def _is_whole(compared: ast.Compare, name: ast.expr) -> bool:
    """Whether a comparison asks for all of a name, `v.op.name == "w"`, rather than for what it holds."""
    same = all(isinstance(one, ast.Eq | ast.NotEq) for one in compared.ops)
    return same or (compared.left is name and all(isinstance(one, ast.In | ast.NotIn) for one in compared.ops))


def _matched(call: ast.Call, function: ast.Attribute | ast.Name, scope: Scope, *, whole: bool) -> Iterator[_Asked]:
    """The pattern that a name is matched with, by `re` or by what it has compiled; `whole`: all of the name is."""
    dotted = resolve(function, scope) or ""
    called = function.attr if isinstance(function, ast.Attribute) else dotted.rpartition(".")[2]
    if dotted in _GLOBS and len(call.args) > 1:
        yield _Asked(call.args[1], scope, begins=whole, pattern=fnmatch.translate)
    elif called in _MATCHES and call.args:
        pattern = call.args[0] if dotted else _compiled(function, scope) or call.args[0]
        yield _Asked(pattern, scope, begins=whole and _MATCHES[called], pattern=str)


def _compiled(method: ast.expr, scope: Scope) -> ast.expr | None:
    """The pattern of `re.compile(...)` whose method this is."""
    made = method.value if isinstance(method, ast.Attribute) else None
    if isinstance(made, ast.Name):
        made = single_value(made.id, scope)
    compiles = isinstance(made, ast.Call) and resolve(made.func, scope) == "re.compile"
    return made.args[0] if isinstance(made, ast.Call) and compiles and made.args else None


def _values(node: ast.expr, scope: Scope) -> list[str]:
    """The strings that an expression may be; what is computed is mostly a name of the graph's own."""
    match node:
        case ast.Constant(value=str() as value):
            return [value]
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            return [value for element in elements for value in _values(element, scope)]
        case ast.Name(id=name):
            found = _bound(name, scope)
            found = single_value(found.id, scope) if isinstance(found, ast.Name) else found
            return [] if found is None or isinstance(found, ast.Name) else _values(found, scope)
    return []


def _bound(name: str, scope: Scope) -> ast.expr | None:
    """What a name is assigned once, or goes over in the only loop that binds it."""
    found = scope.find(name)
    if found is None or len(found[1]) != 1:
        return None
    binding, owner = found[1][0], found[0]
    loops = [*owner.loops, *getattr(owner.node, "generators", ())]
    return binding.value or next((loop.iter for loop in loops if loop.target is binding.node), None)
