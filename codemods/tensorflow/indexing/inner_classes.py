"""Classes that stand in others, which make them by `self.Cell()`, and what takes their places."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.tensorflow.indexing.callees import Callees
from migrate.syntax.walk import Binding, BindingKind, Scope, Walk

__all__ = ["inner_classes", "replaced_classes"]


def inner_classes(owner: Scope, callees: Callees) -> dict[str, int]:
    """The classes that the body of another one defines, and -1 under each name by which it may have another one."""
    return {name: _number(bindings, callees) for name, bindings in owner.bindings.items() if _is_of_class(name)}


def _number(bindings: list[Binding], callees: Callees) -> int:
    if [one.kind for one in bindings] != [BindingKind.CLASS]:
        return -1
    return callees.class_numbers[callees.scopes[bindings[0].node]]


def replaced_classes(walk: Walk) -> Iterator[str]:
    """The attributes that a module assigns, of whatever object, which may be such classes."""
    yield from filter(_is_of_class, walk.stored)
    for site in walk.calls_of(("setattr", "object")):  # `mock.patch.object(Net, "Cell", Fake)`
        match site.node.args:
            case [_, ast.Constant(value=str(name)), *_] if _is_of_class(name):
                yield name


def _is_of_class(name: str) -> bool:
    """Whether a name is one that classes have: those that are called otherwise, nobody follows."""
    return name.lstrip("_")[:1].isupper()
