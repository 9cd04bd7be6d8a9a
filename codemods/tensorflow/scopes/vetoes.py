"""What forbids that a scope becomes a variable scope of its own: two tables of vetoes, a row a line.

A scope is a candidate for what it is and holds; it stays one if the scopes that are converted with it suffice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from codemods.tensorflow.facts import ScopeKind
from codemods.tensorflow.reach.ways import SCOPES, Instance, Stand
from codemods.tensorflow.scopes.hidden import may_number_anew
from codemods.tensorflow.scopes.items import Item, ItemKey, scopes_around
from codemods.tensorflow.scopes.makers import Makers
from codemods.tensorflow.scopes.own_layers import OwnLayers
from codemods.tensorflow.scopes.rivals import surely_before
from codemods.tensorflow.scopes.table import ScopeTable, Step
from codemods.tensorflow.text import Text, is_no_folder, may_be_one_path

__all__ = ["OF_ITSELF", "OF_OTHERS", "Case", "Veto", "forbids"]


@dataclass(frozen=True)
class Case:
    """One scope, and all that a veto may look at; `chosen` are those that are to be converted."""

    item: Item
    scopes: ScopeTable
    makers: Makers
    layers: OwnLayers
    chosen: frozenset[ItemKey]

    @cached_property
    def rivals(self) -> list[Item]:
        """The scopes that may bear its name in its place."""
        return self.scopes.rivals.of(self.item)

    @cached_property
    def standing(self) -> list[Item]:
        """Those of them that stay what they are."""
        return self.scopes.rivals.outside(self.item, self.chosen)

    @cached_property
    def partial(self) -> bool:
        """Whether callers that nobody sees may run it."""
        return any(instance.way.partial for instance in self.item.instances)


@dataclass(frozen=True, slots=True)
class Veto:
    """One row: why the scope stays as it is, where it `holds`."""

    says: str
    holds: Callable[[Case], bool]


def forbids(vetoes: Iterable[Veto], case: Case) -> bool:
    """Whether a row of a table holds for a scope."""
    return any(veto.holds(case) for veto in vetoes)


# of what a scope is and holds


def _names_none(case: Case) -> bool:
    scope = case.item.scope
    name = scope.name or scope.default
    return name is None or any(_names_no_scope(text) for text in (name, *case.item.texts))


def _names_no_scope(name: Text) -> bool:
    """Whether a name may be one that no variable scope can have, or means something else to it: None, `""`, `a/`."""
    return name.may_be_none or is_no_folder(name)


def _is_its_own(case: Case) -> bool:
    is_variable = case.item.scope.kind is ScopeKind.VARIABLE
    return is_variable and case.scopes.places.enters_once(case.item) and not case.rivals


OF_ITSELF: tuple[Veto, ...] = (
    Veto("it is passed more than a name", lambda c: not c.item.scope.plain),
    Veto("what it is bound to is read, which is a string", lambda c: bool(c.item.scope.alias)),
    Veto("no `with` enters it", lambda c: c.item.scope.statement == (0, 0)),
    Veto("its name may be none that a variable scope can have", _names_none),
    Veto("nothing in it is rewritten", lambda c: not c.makers.are_in(c.item)),
    Veto("a layer of its name counts on the names of variables", lambda c: c.layers.may_count(c.item)),
    Veto("it is a variable scope already, entered once", _is_its_own),
    Veto("it holds variables of the store, which it would rename", lambda c: c.makers.share_store(c.item)),
)


# of the scopes that may bear its name, and of those around it


def _finds_name_taken(case: Case) -> bool:
    return any(not surely_before(rival, case.item) for rival in case.standing)


def _is_numbered_otherwise(case: Case) -> bool:
    return len(case.standing) > 1 or any(not case.scopes.places.enters_once(rival) for rival in case.standing)


def _may_differ(case: Case) -> bool:
    item = case.item
    kinds = case.scopes.rivals.kinds_of(item)
    return not all(rival.scope.name == item.scope.name or _are_unknown(rival, item) for rival in kinds)


def _are_unknown(*items: Item) -> bool:
    """Whether nothing is known of any name of some scopes: each gets its own number, as their name scopes did."""
    return not any(text.tells for item in items for text in item.texts)


def _may_stand_in_scopes(case: Case) -> bool:
    above = case.scopes.reach.surroundings.above(case.item.body)
    return case.partial and any(kind.value in above for kind in SCOPES)


def _may_be_numbered_anew(case: Case) -> bool:
    return any(may_number_anew(instance, case.scopes) for instance in case.item.instances)


def _is_out_of_step(case: Case) -> bool:
    around = (stand for instance in case.item.instances for stand in scopes_around(instance))
    return not all(_is_in_step(stand, case) for stand in around)


def _is_in_step(stand: Stand, case: Case) -> bool:
    """Whether a scope around it is converted as well, or has one name for both kinds of variables."""
    outer = case.scopes.items.get((stand.path, stand.frame.at))
    if outer is None:
        return False
    return outer.key in case.chosen or case.scopes.step(stand) in (Step.IN_STEP, Step.FRESH)


def _is_counted_elsewhere(case: Case) -> bool:
    """Whether the store has a variable scope of its name in its place that stands in a name scope, and in another."""
    called = case.scopes.rivals.called_apart(case.item)
    others = [one for other in called if other.scope.kind is ScopeKind.VARIABLE for one in other.instances]
    return any(
        case.scopes.places.meeting.may_meet(own, other) and may_be_one_path(_stored(own, case), _stored(other, case))
        for other in others
        for own in case.item.instances
    )


def _stored(instance: Instance, case: Case) -> list[Text]:
    """The names of the scopes around an instance that the store knows, or will."""
    stands = [(stand, stand.frame.scope) for stand in scopes_around(instance)]
    return [
        stand.name
        for stand, scope in stands
        if (scope and scope.kind is ScopeKind.VARIABLE) or (stand.path, stand.frame.at) in case.chosen
    ]


OF_OTHERS: tuple[Veto, ...] = (
    Veto("a name scope of its name stays", lambda c: any(one.scope.kind is ScopeKind.NAME for one in c.standing)),
    Veto("what stays may come later, and find its name taken", _finds_name_taken),
    Veto("a fresh scope counts variable scopes of its name, each once", _is_numbered_otherwise),
    Veto("whether another bears its name is not known", _may_differ),
    Veto("names differ in case alone, which name scopes ignore", lambda c: c.scopes.rivals.mixes_case(c.item)),
    Veto("a variable scope of its name counts in the store, out of its sight", _is_counted_elsewhere),
    Veto("an op may take its name first", lambda c: c.scopes.rivals.meets_an_op(c.item)),
    Veto("a thread of its own may number it anew", lambda c: bool(c.scopes.reach.tree.threads) and c.partial),
    Veto("some scope is entered by hand", lambda c: ScopeKind.VARIABLE in c.scopes.reach.tree.by_hand),
    Veto("scopes that nobody sees may be around it", _may_stand_in_scopes),
    Veto("one that nobody sees may be entered again, and forget its name", _may_be_numbered_anew),
    Veto("a scope around it stays out of step", _is_out_of_step),
)
