"""The decision table: what a `tf.Variable` in its place becomes, row by row. The first row that fits decides.

What is measured of TensorFlow stands behind each row: `tf.Variable` numbers names, `get_variable` raises; name scopes
count for the one, variable scopes for the other; the graph can be asked which name `tf.Variable` would get.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from codemods.tensorflow.naming.choosing import old_suffix
from codemods.tensorflow.naming.claims import Claims
from codemods.tensorflow.naming.hazards import hazards
from codemods.tensorflow.naming.old_names import OldNames
from codemods.tensorflow.naming.outcomes import (
    kept_by_graph,
    left_to_its_scope,
    left_to_the_store,
    left_without_name,
    named_after_target,
    named_by_counter,
    named_by_graph,
    named_by_graph_after_target,
    named_in_full,
    named_in_wrap,
    named_under_a_root,
    numbered,
    numbered_anew,
    relative_name,
    renumbered_by_graph,
    same_name,
)
from codemods.tensorflow.naming.question import SCOPED, Question
from codemods.tensorflow.naming.sites import Place, Site
from codemods.tensorflow.plan import LeavePlan, NamePlan
from codemods.tensorflow.scopes.own_layers import OwnLayers
from codemods.tensorflow.scopes.table import ScopeTable
from codemods.tensorflow.text import is_no_folder
from migrate.model import Level

__all__ = ["ROOTED", "ROWS", "Decider", "Row"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where `fits` holds, `becomes` says what the creation becomes, or None for the next row to decide."""

    says: str
    fits: Callable[[Question], bool]
    becomes: Callable[[Question], NamePlan | LeavePlan | None]


_PLAIN = (Place.ROOT, Place.IN_STEP)  # both calls give one name there

ROWS: tuple[Row, ...] = (
    Row("a scope would change the variable: left", lambda q: bool(q.hazard) and not q.unsafe, left_to_its_scope),
    Row("its name may be none: left", lambda q: any(map(is_no_folder, q.site.names)), left_without_name),
    Row("it goes into a scope of its layer: a name in there", lambda q: bool(q.site.wraps), named_in_wrap),
    # without a name
    Row("the store may be there first: left", lambda q: q.keeps_unnamed and q.blocked, left_to_the_store),
    Row("its name is kept: the graph says which it is", lambda q: q.keeps_unnamed, kept_by_graph),
    Row("a counter or a key tells it from others: that is its name", lambda q: q.site.counts, named_by_counter),
    Row("it recurs: a number of its target's name", lambda q: q.unnamed and q.recurs, named_by_graph_after_target),
    Row("it happens once: its target's name", lambda q: q.unnamed, named_after_target),
    # with a name
    Row("the store may be there first: left", lambda q: q.blocked, left_to_the_store),
    Row("nothing else bears the name: it stays", lambda q: q.place in _PLAIN and q.single, same_name),
    Row("its value would be asked for first: the new number", lambda q: q.place in _PLAIN and q.nests, numbered_anew),
    Row("its number changes: the graph says", lambda q: q.place in _PLAIN and q.renumbered, renumbered_by_graph),
    Row("the second `w` in a known order: `w_1`", lambda q: q.place in _PLAIN, numbered),
    Row("name scopes that stay: the full name", lambda q: q.place in SCOPED and q.unshared, named_in_full),
    Row("scopes out of step: the name within them", lambda q: q.place is Place.BROKEN and q.relative, relative_name),
    Row("its number changes: the graph says", lambda q: q.place not in _PLAIN and q.renumbered, renumbered_by_graph),
    Row("anything else: the graph says", lambda _: True, named_by_graph),
)


# Under a root scope for the sake of others no name of its own holds.
ROOTED: tuple[Row, ...] = (Row("under a root scope: the graph says", lambda _: True, named_under_a_root),)


@dataclass(frozen=True, slots=True)
class Decider:
    """Decides one site after another; `claims` holds every name of the tree and grows with each name that is chosen."""

    scopes: ScopeTable
    claims: Claims
    old: OldNames
    keep: bool
    unsafe: bool
    layers: OwnLayers

    def decide(self, site: Site, *, rooted: bool = False) -> NamePlan | LeavePlan:
        """What becomes of one creation; `rooted`: others in its statement get a root scope around it."""
        site.suffix = old_suffix(site, self.claims)
        hazard = hazards(site.instances, self.scopes.reach)
        question = Question(site, self.scopes, self.claims, self.old, self.keep, self.unsafe, hazard, self.layers)
        outcomes = (row.becomes(question) for row in (ROOTED if rooted else ROWS) if row.fits(question))
        decision = next(outcome for outcome in outcomes if outcome is not None)
        decision = replace(decision, shifts=self.old.shifts(site, question.moves_if_left))
        if isinstance(decision, LeavePlan):
            return decision
        if decision.level is Level.EXACT and (self.old.carries(site) or question.meets_derived):
            decision = replace(decision, level=Level.RENAMES, renames=self.old.derived(site))
        if decision.level is Level.EXACT:
            decision = replace(decision, renames=self.old.kept(site))
        return replace(decision, level=Level.UNSAFE, warning=hazard) if hazard else decision
