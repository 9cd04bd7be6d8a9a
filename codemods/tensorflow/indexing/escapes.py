"""What a module reads other than to call it: functions and classes that others may call then, here or elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from itertools import chain

from codemods.tensorflow import knowledge
from codemods.tensorflow.facts import Callee, CalleeKind
from codemods.tensorflow.file_facts import Escapes
from codemods.tensorflow.indexing.callees import Callees
from migrate.syntax.names import STAR, resolve
from migrate.syntax.walk import Binding, BindingKind, Scope, Walk

__all__ = ["find_escapes"]

_PLAIN = (BindingKind.ASSIGN, BindingKind.PARAMETER, BindingKind.OTHER)  # a set would hash an enum, which is slow
_ABOUT = frozenset({"__doc__", "__module__", "__name__", "__qualname__"})  # what is asked of a function, not to call it


# What has decorators for classes that make none of them.
_DECORATING = knowledge.SAFE_MODULES | {"tensorflow", "dataclasses", "attr", "attrs", "pytest"}


@dataclass(slots=True)
class _Found:
    """What is read: this file's own, by imports, and attributes of nobody knows what; perhaps `tf.Variable` itself."""

    callees: list[Callee] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    variable: bool = False

    def note(self, dotted: str) -> None:
        """Notes what an import has brought."""
        self.variable |= knowledge.canonical(dotted) == knowledge.VARIABLE
        if not dotted.startswith("tensorflow"):
            self.imports.add(dotted)

    def facts(self) -> Escapes:
        bodies, classes = self._of(CalleeKind.BODY), self._of(CalleeKind.CLASS)
        return Escapes(bodies, classes, frozenset(self.imports), frozenset(self.attributes), self.variable)

    def _of(self, kind: CalleeKind) -> frozenset[int]:
        return frozenset(callee.index for callee in self.callees if callee.kind is kind)


def find_escapes(walk: Walk, callees: Callees, asked: Set[ast.AST]) -> Escapes:
    """What escapes from a module, but for nodes that something is only `asked` about."""
    found = _Found()
    asked = {*asked, *(node.value for node, _ in walk.attributes_of(_ABOUT))}
    for name, read in walk.attributes.items():
        for node, scope in read if name not in _ABOUT else ():
            if node in asked:
                continue
            if dotted := resolve(node, scope):
                found.note(dotted)  # `layers.dense`, passed to something
            else:
                found.attributes.add(name)
    for binding in _bound(walk, asked):
        if binding.kind is BindingKind.IMPORT:
            found.note(binding.dotted)
        elif (callee := callees.definition(binding)) is not None:
            found.callees.append(callee)
    found.callees += (callee for callee in map(callees.definition, _registered(callees)) if callee is not None)
    found.imports.update(name for name in _starred(walk, asked) if not name.startswith("tensorflow"))
    return found.facts()


def _bound(walk: Walk, asked: Set[ast.AST]) -> Iterator[Binding]:
    """What names that are read are bound to, but for mere values."""
    told = {name for name, _, _ in walk.imported}
    told.update(getattr(node, "name", "") for node in walk.scopes)  # functions and classes
    for node, scope in walk.reads_of(told):
        found = scope.find(node.id) if node not in asked else None
        yield from (one for one in found[1] if one.kind not in _PLAIN) if found else ()


def _registered(callees: Callees) -> Iterator[Binding]:
    """The classes that a decorator gets of which nobody knows what it does with them: perhaps it keeps them."""
    for scope in callees.class_scopes:
        if scope.parent is not None and any(
            not _is_known(one, scope.parent)
            for one in scope.node.decorator_list  # type: ignore[attr-defined]
        ):
            yield from (one for one in scope.parent.bindings[scope.node.name] if one.node is scope.node)  # type: ignore[attr-defined]


def _is_known(decorator: ast.expr, scope: Scope) -> bool:
    """Whether a decorator is of a library that makes no object of the class."""
    dotted = resolve(decorator.func if isinstance(decorator, ast.Call) else decorator, scope) or ""
    return dotted.partition(".")[0] in _DECORATING


def _starred(walk: Walk, asked: Set[ast.AST]) -> Iterator[str]:
    """What names may be that star imports may bring."""
    if STAR in walk.module.bindings:
        for node, scope in chain.from_iterable(walk.names.values()):
            dotted = resolve(node, scope) if node not in asked and scope.find(node.id) is None else None
            yield from [dotted] if dotted else []
