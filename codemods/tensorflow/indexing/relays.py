"""TensorFlow by way of another module of the tree: `from common import tf`, `import common` and `common.tf`, stars.

A file alone cannot tell that such a name is TensorFlow, so its facts are found twice, without and with that; which
ones hold is decided over all files (`program.relays`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from codemods.tensorflow import evidence, knowledge
from migrate.syntax.names import STAR, is_none, resolve
from migrate.syntax.walk import Binding, BindingKind, Scope, Walk

__all__ = ["aliases", "assumed", "relays"]

_NAMES = frozenset({"tf", "tensorflow"})  # what TensorFlow is called where it is passed on
_ELSEWHERE = frozenset({"tensorflow", "torch", "chainer", "sympy", "theano", "keras"})  # have a `Variable` of their own
# What a module that passes on `Variable` may pass on with it: what tells of scopes, of graphs, of initial values.
_TELLING = frozenset(
    {
        *(name.split(".")[1] for name in (*knowledge.SCOPE_CALLS, *evidence.GRAPH_ONLY) if name.count(".") == 1),
        *("zeros", "ones", "constant", "fill", "device", "float32", "float64", "int32", "int64", "bool", "string"),
        *("zeros_initializer", "ones_initializer", "constant_initializer", "random_normal_initializer"),
    }
)


def relays(walk: Walk) -> dict[str, tuple[str, ...]]:
    """The dotted names that would be TensorFlow, as they resolve, each with the names that it may stand for."""
    stars = [binding.dotted.removesuffix(STAR) for binding in walk.module.bindings.get(STAR, ())]
    local = {*_imported(walk), *(_NAMES if stars else ())}
    found: dict[str, tuple[str, ...]] = {}
    named: list[tuple[ast.expr, Scope]] = [*walk.attributes_of(_NAMES), *walk.reads_of(local)]
    for node, scope in sorted(named, key=lambda one: (one[0].lineno, one[0].col_offset)):
        dotted = resolve(node, scope)
        if dotted and _is_relay(dotted):
            found[dotted] = tuple(_sources(node, dotted, scope, stars))
    found.update({dotted: (dotted,) for dotted in _single(walk)})
    found.update({dotted: tuple(sources) for dotted, sources in _called(walk, stars)})
    return {dotted: sources for dotted, sources in found.items() if sources}


def _single(walk: Walk) -> Iterator[str]:
    """What may be single names of TensorFlow's: `Variable` from another module, and what else comes from there."""
    dotted_names = (binding.dotted for _, binding, _ in walk.imported)
    imported = [dotted for dotted in dotted_names if dotted.partition(".")[0] not in _ELSEWHERE]
    modules = {module for module, _, name in (dotted.rpartition(".") for dotted in imported) if name == "Variable"}
    for dotted in imported:
        module, _, name = dotted.rpartition(".")
        if module in modules and (name == "Variable" or name in _TELLING):
            yield dotted


def _called(walk: Walk, stars: list[str]) -> Iterator[tuple[str, Iterator[str]]]:
    """What is called as `common.Variable(...)`, or by a name that a star may bring in."""
    for site in walk.calls_of(("Variable",)):
        function = site.node.func
        dotted = resolve(function, site.scope)
        if dotted and dotted.rpartition(".")[2] == "Variable" and dotted.partition(".")[0] not in _ELSEWHERE:
            yield dotted, _sources(function, dotted, site.scope, stars)


def _sources(node: ast.expr, dotted: str, scope: Scope, stars: list[str]) -> Iterator[str]:
    unbound = isinstance(node, ast.Name) and scope.find(node.id) is None
    name = dotted.rpartition(".")[2]
    for source in (star + name for star in stars) if unbound else (dotted,):
        if source.partition(".")[0] not in knowledge.SAFE_MODULES:
            yield source


def _imported(walk: Walk) -> Iterator[str]:
    """What the file calls whatever it imports under one of the names."""
    return (name for name, binding, _ in walk.imported if binding.dotted.rpartition(".")[2] in _NAMES)


def _is_relay(dotted: str) -> bool:
    """Whether a dotted name is one that a module which is not TensorFlow's may have for it."""
    module, _, name = dotted.rpartition(".")
    return name in _NAMES and dotted != name and module.partition(".")[0] != "tensorflow"


@contextmanager
def assumed(walk: Walk, names: Iterable[str]) -> Iterator[None]:
    """Within this, dotted names of a module resolve as TensorFlow, or as what it has under their last part."""
    lasts = ((name, name.rpartition(".")[2]) for name in names)
    walk.assume({name: "tensorflow" if last in _NAMES else f"tensorflow.{last}" for name, last in lasts})
    try:
        yield
    finally:
        walk.assume({})


def aliases(top: Scope) -> dict[str, tuple[str, ...]]:
    """What each name of a module's top level may be an alias of, where imports alone do not tell; `*` for its stars.

    There is no origin where a name that may be TensorFlow's is, or may be, something else.
    """
    found = {STAR: tuple(one.dotted.removesuffix(STAR) for one in top.bindings.get(STAR, ()))}
    for name, bindings in top.bindings.items():
        ambiguous = name in _NAMES or _is_mixed(bindings)
        if ambiguous or any(isinstance(binding.value, ast.Name | ast.Attribute) for binding in bindings):
            origins = _origins(name, bindings, top)
            if origins or ambiguous:
                found[name] = origins
    return {name: origins for name, origins in found.items() if origins or name != STAR}


def _is_mixed(bindings: list[Binding]) -> bool:
    """Whether a name is imported, and bound by something else as well."""
    imported = sum(binding.kind is BindingKind.IMPORT for binding in bindings)
    return 0 < imported < len(bindings)


def _origins(name: str, bindings: list[Binding], top: Scope) -> tuple[str, ...]:
    imported = [binding.dotted for binding in bindings if binding.kind is BindingKind.IMPORT]
    found = dict.fromkeys(imported)
    for binding in bindings:
        if binding.kind is BindingKind.IMPORT or is_none(binding):
            continue
        if not isinstance(binding.value, ast.Name | ast.Attribute):
            return ()
        head, dot, rest = ast.unparse(binding.value).partition(".")
        own = [f"{one}{dot}{rest}" for one in imported] if head == name else [resolve(binding.value, top)]
        found.update((one, None) for one in own if one)
        if not all(own):
            return ()
    return tuple(found)
