"""How a program looks ops and variables up by their names: strings, and calls that are given a computed name."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from codemods.tensorflow.file_facts import Lookups
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.indexing.lookups.name_order import compares_names, handed, passed, sorting, sorts_the_graph
from codemods.tensorflow.indexing.lookups.op_types import op_types
from codemods.tensorflow.indexing.strings.nones import iterated
from codemods.tensorflow.text import Hole, Text
from migrate.syntax.module import Module
from migrate.syntax.nodes import nodes
from migrate.syntax.walk import CallSite, Scope

__all__ = ["find_lookups"]

_TENSOR_NAME = re.compile(r"[A-Za-z0-9.][\w.\-/]*:\d+")
_OUTPUT = re.compile(r":\d+$")
_ASKING = frozenset({"get_tensor_by_name", "get_operation_by_name", "as_graph_element"})
_HELD = frozenset({"get_operations", "as_graph_def"})  # give all that a graph holds
_UNNAMED = re.compile(r"(?:.*/)?Variable(?:_\d+)?(?:/.*)?(?::\d+)?")
_NAMING = frozenset({"name", "scope", "default_name", "name_or_scope"})
_NAMED_BY_PLACE = frozenset({"getattr", "setattr", "hasattr", "get_variable", "unique_name", "patch", "object"})
_END = ":0"  # of the name of an op's first output
_WORD = re.compile(r"[A-Za-z]")
_NOTHING: frozenset[str] = frozenset()  # one for all: Python makes a new one each time


def find_lookups(module: Module, callees: Callees) -> tuple[Lookups, frozenset[int]]:
    """The lookups of a module, and its bodies that ask for a name of which nothing is known."""
    strings = frozenset(module.walk.strings)
    names = {value for value in strings if ":" in value and _TENSOR_NAME.fullmatch(value)}
    names.update(_unnamed(module))
    patterns: set[Text] = set()
    bodies = (
        {callees.body(site.scope) for site in module.walk.calls if _builds_tensor_name(site)}
        if _END in strings
        else set()
    )
    ordered, compared = sorting(module), compares_names(module)
    if ordered or compared:
        bodies.add(callees.body(module.walk.module))  # all that the file makes may be in that order
    for site, node in _asked(module):
        text = callees.text(node, site.scope)
        last = _last_part(text)
        if text.literal:
            names.add(text.literal)
        elif _tells(last):
            patterns.add(last)
        else:
            bodies.add(callees.body(site.scope))
    plain = {_OUTPUT.sub("", name) for name in names}
    owners = plain.union(*map(_owners, plain))
    orders = compared or any(map(sorts_the_graph, ordered))
    found = Lookups(
        frozenset(owners),
        frozenset(patterns),
        orders,
        frozenset(passed(ordered)) or _NOTHING,
        frozenset(handed(module)) or _NOTHING,
    )
    return found, frozenset(bodies)


def _owners(name: str) -> Iterator[str]:
    """What may own an op: `w/Adam` is a slot of `w`, `w/read` what reads it."""
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name


def _unnamed(module: Module) -> Iterator[str]:
    """Strings that are names which TensorFlow gives to unnamed variables, used for anything but to name something."""
    found = Counter(value for value in module.walk.strings if "Variable" in value and _UNNAMED.fullmatch(value))
    if found:
        found.subtract(value for site in module.walk.calls for value in _given_names(site))
        found.subtract(op_types(module))
        yield from (value for value, count in found.items() if count > 0)


def _given_names(site: CallSite) -> Iterator[str]:
    """The strings by which a call names a variable, an op or a scope; a mock of the class is named after it too."""
    given = [item.value for item in site.node.keywords if item.arg in _NAMING]
    given += site.node.args if site.called in _NAMED_BY_PLACE or site.called.endswith("scope") else []
    yield from (one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))


def _builds_tensor_name(site: CallSite) -> bool:
    """Whether a call is given a tensor's name that is put together: `session.run(name + ":0")`."""
    return any(
        isinstance(one, ast.BinOp) and isinstance(one.right, ast.Constant) and one.right.value == _END
        for one in site.node.args
        if not _is_its_own(site, one)
    )


def _asked(module: Module) -> Iterator[tuple[CallSite, ast.expr]]:
    for site in module.walk.calls_of(_ASKING):
        if isinstance(site.node.func, ast.Attribute):
            given = [*site.node.args, *(item.value for item in site.node.keywords)]
            if given and not _is_its_own(site, given[0]):
                yield site, given[0]


def _is_its_own(site: CallSite, asked: ast.expr) -> bool:
    """Whether a graph is asked for what is found by going through it: `graph.as_graph_element(op.name)`."""
    match site.node.func, asked:
        case (
            ast.Attribute(value=graph),
            ast.Attribute(value=ast.Name(id=name), attr="name")
            | ast.BinOp(left=ast.Attribute(value=ast.Name(id=name), attr="name"), right=ast.Constant()),
        ):
            found = site.scope.find(name)
            return found is not None and all(_goes_through(graph, one.node, found[0]) for one in found[1])
    return False


def _goes_through(graph: ast.expr, target: ast.AST, owner: Scope) -> bool:
    """Whether a loop with this target goes through what a graph holds."""
    wanted = ast.dump(graph)
    calls = (one for through in iterated(target, owner) for one in nodes(through) if isinstance(one, ast.Call))
    functions = (one.func for one in calls if isinstance(one.func, ast.Attribute))
    return any(one.attr in _HELD and ast.dump(one.value) == wanted for one in functions)


def _last_part(name: Text) -> Text:
    """What stands behind the last `/` of a tensor's name, without its number."""
    parts: list[str | Hole] = []
    for part in name.parts:
        _, slash, last = part.rpartition("/") if isinstance(part, str) else ("", "", part)
        parts = [last] if slash else [*parts, last]
    if parts and isinstance(parts[-1], str):
        parts[-1] = _OUTPUT.sub("", parts[-1])
    return Text(tuple(part for part in parts if part != ""))


def _tells(text: Text) -> bool:
    return any(isinstance(part, str) and _WORD.search(part) for part in text.parts)
