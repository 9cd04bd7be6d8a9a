"""The scopes of a program: each place that enters a name scope or variable scope, with every way that leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codemods.tensorflow.facts import At, Enter, ScopeFacts, ScopeKind
from codemods.tensorflow.program.tree import BodyKey
from codemods.tensorflow.reach.extent import Extent
from codemods.tensorflow.reach.table import ReachTable
from codemods.tensorflow.reach.ways import Instance, Stand, scope_name
from codemods.tensorflow.text import Text

__all__ = ["Item", "ItemKey", "find_items", "scope_names", "scopes_around"]

ItemKey = tuple[str, At]


@dataclass(frozen=True, slots=True)
class Item:
    """One place that enters a name scope or variable scope."""

    key: ItemKey
    body: BodyKey
    scope: ScopeFacts
    instances: tuple[Instance, ...]
    texts: tuple[Text, ...]  # its name in each instance, arguments filled in

    @property
    def fresh_by_itself(self) -> bool:
        """`variable_scope(None, default_name=...)`: another scope each time."""
        return self.scope.kind is ScopeKind.VARIABLE and self.scope.name is None and self.scope.default is not None

    @property
    def goes_back(self) -> bool:
        """Whether a variable scope is entered by an object, or by a name that something in it tells."""
        if self.scope.kind is not ScopeKind.VARIABLE:
            return False
        if self.scope.name is None and self.scope.default is None:
            return True
        return any(text.is_derived or (text.may_be_none and not text.is_none) for text in self.texts)


def find_items(reach: ReachTable, extent: Extent) -> Iterator[Item]:
    """Every scope that a tree enters."""
    for body, number, event in reach.tree.events():
        if isinstance(event, Enter) and not (event.scope.told and not reach.tree.imports.importers[body[0]]):
            instances = reach.instances(body, number)
            scope = _as_entered(event, body, extent)
            yield Item((body[0], event.at), body, scope, instances, _texts(event, instances))


def _as_entered(event: Enter, body: BodyKey, extent: Extent) -> ScopeFacts:
    """The scope as its `with` item knows it, which has its alias; a scope that no `with` enters is no candidate."""
    for _, other in extent.inside(body, event.at):
        for frame in other.frames:
            if frame.at == event.at and frame.scope is not None:
                return frame.scope
    return event.scope


def _texts(event: Enter, instances: tuple[Instance, ...]) -> tuple[Text, ...]:
    scope = event.scope
    entered = scope.kind is ScopeKind.VARIABLE and "auxiliary_name_scope" not in scope.hazards
    if not entered and scope.name is None and scope.default is None:
        return (Text(()),) * len(instances)  # it leaves the scopes around it, or makes no name scope of that one's name
    return tuple(scope_name(scope, instance.way.arguments) for instance in instances)


def scopes_around(instance: Instance) -> tuple[Stand, ...]:
    """The name scopes and variable scopes around an instance, outermost first."""
    return instance.way.scopes


def scope_names(instance: Instance) -> list[Text]:
    """The names of the scopes around an instance, outermost first."""
    return [stand.name for stand in instance.way.scopes]
