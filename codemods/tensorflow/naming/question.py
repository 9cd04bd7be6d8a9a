"""What the rows of the decision table ask of one creation; each answer is found once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from codemods.tensorflow.knowledge import DEFAULT_OP_NAMES
from codemods.tensorflow.naming.claim import Claim
from codemods.tensorflow.naming.claims import Claims
from codemods.tensorflow.naming.old_names import OldNames
from codemods.tensorflow.naming.sites import Place, Site
from codemods.tensorflow.reach.ways import Instance, Stand
from codemods.tensorflow.scopes.hidden import may_be_hidden
from codemods.tensorflow.scopes.items import scopes_around
from codemods.tensorflow.scopes.own_layers import OwnLayers
from codemods.tensorflow.scopes.table import ScopeTable
from codemods.tensorflow.text import Hole, Text, is_no_folder, literal

__all__ = ["SCOPED", "Question"]

SCOPED = (Place.NAMED, Place.MIXED)  # the name in the store is the one in the graph, with all scopes in front


def _last_parts(names: Iterable[Text]) -> set[str | None]:
    """What stands behind the scopes in some names, None for what is not known."""
    return {None if name.literal is None else name.literal.rpartition("/")[2] for name in names}


def _depth(instance: Instance) -> int:
    """How many folders a name has at least that an instance bears in the graph; `a/` would put it elsewhere."""
    depth = 0
    for stand in reversed(scopes_around(instance)):
        if stand.resets or not stand.name.tells or is_no_folder(stand.name):
            return depth
        depth += 1
        last = stand.name.parts[-1]
        if isinstance(last, Hole) and not last.digits:
            return depth
    return depth


@dataclass(frozen=True)
class Question:
    """One site, and all that a decision may look at."""

    site: Site
    scopes: ScopeTable
    claims: Claims
    old: OldNames
    keep: bool
    unsafe: bool
    hazard: str
    layers: OwnLayers

    @property
    def place(self) -> Place:
        """What the scopes around it do to its name."""
        return self.site.place

    @property
    def unnamed(self) -> bool:
        """Whether the call passes no name."""
        return not self.site.is_named

    @property
    def keeps_unnamed(self) -> bool:
        """Whether it is unnamed and stays so, because names are kept or the program asks for it by name."""
        return self.unnamed and (self.keep or bool(self.site.looked_up))

    @property
    def recurs(self) -> bool:
        """Whether it can happen again under the same scopes, or under scopes that nobody knows."""
        return self.site.repeats or not self.known

    @cached_property
    def known(self) -> bool:
        """Whether every scope around it is seen being made."""
        return self.scopes.known(self.site.instances)

    @cached_property
    def rivals(self) -> list[Claim]:
        """The claims of others to its graph name."""
        names = zip(self.site.graph_names, self.site.instances, strict=True)
        domain = self.site.domain if self.site.is_named else None
        return [
            rival
            for name, instance in names
            for rival in self.claims.rivals(Claim(name, instance, self.site.key, creates=True, domain=domain))
            if not (rival.in_store and self._are_apart(rival.instance, instance))
        ]

    def _are_apart(self, rival: Instance, own: Instance) -> bool:
        """Whether one of two, of which all is seen, is in another graph than one that nobody is seen to call."""
        sees_all = self.scopes.extent.sees_all_of
        return any(self._is_astray(one) and sees_all(other) for one, other in ((rival, own), (own, rival)))

    def _is_astray(self, instance: Instance) -> bool:
        """Whether nobody is seen to call what leads to an instance."""
        return instance.way.graph == ("unknown",) and not instance.way.partial

    @cached_property
    def blocked(self) -> bool:
        """Whether `get_variable` makes one of its name already, not surely before it and whatever the graph has."""
        if next(self._blocking(), None) is not None:
            return True
        pairs = zip(self.site.graph_names, self.site.instances, strict=True)
        return self.site.is_named and not self.site.wraps and any(self.layers.may_hold(*pair) for pair in pairs)

    def _blocking(self) -> Iterator[Claim]:
        instances = self.site.instances
        stored = (one for one in self.rivals if one.in_store and not one.looks_first and self._shares_case(one))
        if self.place in SCOPED:
            depth = min(map(_depth, instances))
            stored = (one for one in stored if not self.scopes.is_above(one.name, one.instance, depth))
        return (one for one in stored if not all(map(one.instance.surely_before, instances)))

    @cached_property
    def number_blocked(self) -> bool:
        """Whether `get_variable` makes one of a number of its name, `w_1`, not surely before the graph is asked."""
        return next(self._blocking_numbers(), None) is not None

    def _blocking_numbers(self) -> Iterator[Claim]:
        for name, one in zip(self.site.graph_names, self.site.instances, strict=True):
            numbers = self.claims.numbers_in_store(Claim(name, one, self.site.key, creates=True))
            yield from (rival for rival in numbers if not rival.instance.surely_before(one))

    @property
    def in_the_way(self) -> str:
        """Where `get_variable` makes what blocks it, `file:line`; "" where that is what layers of the program hold."""
        one = next(chain(self._blocking(), self._blocking_numbers()), None)
        if one is None:
            return ""
        path, event = one.instance.body[0], self.scopes.reach.tree.body(one.instance.body).events[one.instance.event]
        unknown = any(name.texts for name in self.site.graph_names) and not one.name.texts
        return f"{path}:{event.at[0]}" + (", where the name is not known" if unknown else "")

    def _shares_case(self, rival: Claim) -> bool:
        """Whether a rival may bear its very name: the store, unlike the graph, tells `Step` from `step`."""
        own, other = (_last_parts(names) for names in (self.site.graph_names, (rival.name,)))
        return None in own | other or not own.isdisjoint(other)

    @cached_property
    def unshared(self) -> bool:
        """Whether it happens once, and no other variable of its name is made by `get_variable`, old or new."""
        stored = any(rival.in_store or (rival.in_new_store and rival.domain is None) for rival in self.rivals)
        return not self.site.repeats and not stored

    @property
    def single(self) -> bool:
        """Whether its name is surely one, and its own."""
        return self.unshared and not self.site.may_be_none

    @property
    def relative(self) -> bool:
        """Whether its name within its scopes can stand for it, so that its graph name may be another."""
        plain = not self.keep and self.single and self.known and not self._shows
        return plain and not self._needs_a_scope and not self._meets_hidden

    @property
    def _shows(self) -> bool:
        """Whether the scopes in front of the name may be what the program compares."""
        return bool(self.scopes.reach.name_tests)

    @property
    def _meets_hidden(self) -> bool:
        """Whether a variable of its name may stand in scopes that nobody sees, and be called as it would be there."""
        named = zip(self.site.names, self.site.instances, strict=True)
        own = (Claim(name, one, self.site.key) for name, one in named)
        others = (one for claim in own for one in self.claims.namesakes(claim) if one.owner != claim.owner)
        return any(one.in_new_store and may_be_hidden(one.instance, self.scopes) for one in others)

    @property
    def _needs_a_scope(self) -> bool:
        return not all(map(self.does_without_scopes, self.site.names))

    def does_without_scopes(self, name: Text) -> bool:
        """Whether a name, without the name scopes that stay around it, can be no other's, nor its own again."""
        stands = (stand for instance in self.site.instances for stand in scopes_around(instance))
        if not any(map(self._is_lost, stands)):
            return True
        own = (Claim(name, one, self.site.key) for one in self.site.instances)
        return all(map(self.claims.is_alone, own)) and not (self._recurs_without_scopes or self._shows)

    @cached_property
    def _recurs_without_scopes(self) -> bool:
        """Whether it can happen again under the scopes that `get_variable` counts."""
        return self.scopes.places.recurs(self.site.instances, self.site.names or None, drops=self._is_lost)

    def _is_lost(self, stand: Stand) -> bool:
        return self.scopes.step(stand).is_name

    @property
    def counted(self) -> bool:
        """Whether it may be unnamed, among others of which some get names: its number is another then."""
        return self.site.may_be_none and not self.keep

    @property
    def unseen(self) -> bool:
        """Whether the program may make variables that nobody sees."""
        return self.scopes.reach.tree.makes_unseen

    def number(self, name: str) -> str:
        """What may stand behind a name that is chosen for it: a number, where something unknown may have it first."""
        claims = (Claim(literal(name), one, self.site.key, creates=True) for one in self.site.instances)
        return "*" if any(map(self.claims.may_be_taken, claims)) else ""

    @cached_property
    def moved(self) -> frozenset[Text]:
        """The names that it passes of which something gets out of the way that may have come before: numbers change."""
        instances = self.site.instances if self.site.is_named else ()
        pairs = zip(self.site.names, instances, strict=True)
        return frozenset(name for name, instance in pairs if self._gives_way(name, instance))

    def _gives_way(self, name: Text, instance: Instance) -> bool:
        """Whether something gets out of the way of a name that it passes in an instance."""
        claim = Claim(name, instance, self.site.key, repeats=self.site.repeats)
        rivals = (rival.instance for rival in self.claims.wrapped_rivals(claim))
        return any(not all(one.surely_before(rival) for one in self.site.instances) for rival in rivals)

    @property
    def counts_surely(self) -> bool:
        """Whether its number is what the files tell: no op has its name by itself, and nothing may begin a graph."""
        resets = self.scopes.reach.resets
        begun = all(one.way.graph[0] == "reset" for one in self.site.instances)
        lost = resets.may_be_skipped or (resets.may_be_unseen and not begun)
        return not lost and not any((one.literal or "").lower() in DEFAULT_OP_NAMES for one in self.site.names)

    @property
    def meets_derived(self) -> bool:
        """Whether its name may be one that is made of another variable's, which gets another: its number changes."""
        made = (one.name for one in self.rivals if one.creates)
        return self.old.moves and any(name.is_derived and name.tells for name in made)

    @property
    def renumbered(self) -> bool:
        """Whether its number changes because others get new names."""
        return bool(self.moved) or self.counted

    @property
    def nests(self) -> bool:
        """Whether its number changes, and what its value makes would ask the graph for a name after it."""
        return bool(self.moved) and self.site.nested and not self.counted

    @property
    def moves_if_left(self) -> Collection[Text]:
        """The names that it passes of which others may get out of the way, left as it is."""
        return self.site.names if self.site.wraps else self.moved
