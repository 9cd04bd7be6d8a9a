"""What the rows of the decision table make of a creation: a name in one of its forms, or a reason to leave it."""

from __future__ import annotations

from dataclasses import replace

from codemods.tensorflow.facts import Grip
from codemods.tensorflow.indexing.targets import NO_TARGET
from codemods.tensorflow.naming.choosing import (
    beside_numbers,
    claim_numbers,
    claim_text,
    free_name,
    full_name,
    numbered_base,
    numbered_name,
)
from codemods.tensorflow.naming.hazards import place_of_hazard
from codemods.tensorflow.naming.question import Question
from codemods.tensorflow.naming.sites import UNNAMED, Place
from codemods.tensorflow.plan import LeavePlan, NameForm, NamePlan, Strip
from codemods.tensorflow.scopes.crossing import may_have_folders
from codemods.tensorflow.text import literal
from migrate.model import Level

__all__ = [
    "kept_by_graph",
    "left_to_its_scope",
    "left_to_the_store",
    "left_without_name",
    "named_after_target",
    "named_by_counter",
    "named_by_graph",
    "named_by_graph_after_target",
    "named_in_full",
    "named_in_wrap",
    "named_under_a_root",
    "numbered",
    "numbered_anew",
    "relative_name",
    "renumbered_by_graph",
    "same_name",
]


_NO_ROOT = {  # why no root scope can go around a creation
    Grip.STATEMENT: "no scope can go around its statement without changing others",
    Grip.COMPREHENSION: "no scope can go around its statement without changing others",
    Grip.HEADER: "it stands in the head of a block, and a scope around that would hold the block too",
    Grip.LAMBDA: "no function can take the place of the lambda that it stands in",
    Grip.EXPRESSION: "it stands in a lambda or a generator, in which no scope can be entered",
}


def _target(q: Question) -> str:
    """What a person would call it."""
    return q.site.creation.target or NO_TARGET


# left alone


def left_to_its_scope(q: Question) -> LeavePlan:
    """A scope around it reuses, or gives an argument to `get_variable` only."""
    place = place_of_hazard(q.site.instances, q.scopes.reach)
    return LeavePlan("GV203", f"{q.hazard}, at {place}" if place else q.hazard)


def left_without_name(_: Question) -> LeavePlan:
    """TensorFlow finds another name for it, or takes it for that of a scope; `get_variable` takes it as it is."""
    return LeavePlan("GV204", "its name may be empty, or end in /")


def left_to_the_store(q: Question) -> LeavePlan:
    """Its own name would be taken when it asks for it, or would be taken from another."""
    name, place = q.site.graph_names[0].pattern, q.in_the_way
    told = name if name.strip("*") else "both names may be any, as far as the files tell"
    return LeavePlan("GV205", f"{told}, at {place}" if place else told)


# the name that it has


def same_name(q: Question) -> NamePlan:
    """The name as it stands. It was another where something that is renamed now came before it."""
    return _renumbered(q) if q.moved else NamePlan(NameForm.SAME, Level.EXACT)


def _renumbered(q: Question) -> NamePlan:
    """The name as it stands, which had a number where something that is called otherwise now came before it."""
    return NamePlan(NameForm.SAME, Level.RENAMES, renames=q.old.renumbered(q.site, "*" if q.rivals or q.unseen else ""))


def numbered(q: Question) -> NamePlan | None:
    """`w_1`, as TensorFlow calls the second `w`."""
    name = numbered_name(q.site, q.rivals, q.claims)
    own = name == q.site.names[0].literal
    if not name or not (own or q.counts_surely):
        return None
    form = NameForm.SAME if own else NameForm.LITERAL
    return NamePlan(form, Level.EXACT, name)


def numbered_anew(q: Question) -> NamePlan | None:
    """The same, where others that were counted with it are called otherwise now."""
    plan = numbered(q)
    return plan and replace(plan, level=Level.RENAMES, renames=q.old.asked(q.site, UNNAMED))


def named_in_full(q: Question) -> NamePlan | None:
    """The name scopes in front of the name, written out."""
    name = q.site.literal_name
    full = full_name(q.site, literal(name), q.scopes) if name is not None else ""
    if full and q.moved:
        return NamePlan(NameForm.LITERAL, Level.RENAMES, full, renames=q.old.asked(q.site, UNNAMED))
    return NamePlan(NameForm.LITERAL, Level.EXACT, full) if full else None


def relative_name(q: Question) -> NamePlan:
    """The name as it stands, within scopes of which it gets a part."""
    if q.moved:
        return _renumbered(q)
    return NamePlan(NameForm.SAME, Level.RENAMES, renames=q.old.renames(q.site, numbers="*" if q.rivals else ""))


# names asked of the graph


def named_by_graph(q: Question) -> NamePlan | LeavePlan:
    """The name that `tf.Variable` would have got at that moment."""
    return _asked(q, UNNAMED, Level.EXACT)


def kept_by_graph(q: Question) -> NamePlan | LeavePlan:
    """The same for one without a name, whose number is another where others get names."""
    outcome = _asked(q, UNNAMED, Level.RENAMES if q.old.renames_unnamed else Level.EXACT)
    return replace(outcome, kept="" if q.keep else q.site.looked_up) if isinstance(outcome, NamePlan) else outcome


def renumbered_by_graph(q: Question) -> NamePlan | LeavePlan:
    """The same, where others that were counted with it are called otherwise now."""
    return _asked(q, UNNAMED, Level.RENAMES)


def named_under_a_root(q: Question) -> NamePlan | LeavePlan:
    """The name that `tf.Variable` would have got, or a number of its target's, where a root scope is around it."""
    if q.unnamed and not q.keeps_unnamed:
        return named_by_graph_after_target(q, rooted=True)
    renumbered = q.renumbered or (q.unnamed and q.old.renames_unnamed)
    return _asked(q, UNNAMED, Level.RENAMES if renumbered else Level.EXACT, rooted=True)


def _asked(q: Question, base: str, level: Level, *, rooted: bool = False) -> NamePlan | LeavePlan:
    site = q.site
    if site.nested:
        return LeavePlan("GV211")
    if base == UNNAMED and q.number_blocked:
        return left_to_the_store(q)
    names = site.names or (literal(base),)
    strip = Strip.NOTHING if site.place in (Place.ROOT, Place.NAMED) else Strip.FOLDERS
    words = q.scopes.reach.tree.vocabulary
    seen = any(one.way.is_seen for one in site.instances)
    folders = any(name.may_have_folders or (seen and may_have_folders(name, words)) for name in names)
    escapes = rooted or site.place in (Place.BROKEN, Place.MIXED) or (strip is Strip.FOLDERS and folders)
    if escapes:
        if not site.bears_a_root:
            return LeavePlan("GV204", _NO_ROOT[site.creation.grip])
        strip = Strip.NOTHING
    renames = q.old.asked(site, base) if level is Level.RENAMES else ()
    fallback = base if site.may_be_none else ""
    return NamePlan(NameForm.UNIQUE, level, base, fallback, strip, renames, escapes=escapes)


# names taken from targets


def named_by_graph_after_target(q: Question, *, rooted: bool = False) -> NamePlan | LeavePlan:
    """A number of a name that nothing else bears."""
    target = _target(q)
    return _asked(q, numbered_base(q.site, target, q.claims), Level.RENAMES, rooted=rooted)


def named_by_counter(q: Question) -> NamePlan | None:
    """What counts it: the target's name with a comprehension's counter behind it, a key."""
    site, counted = q.site, q.site.creation.counted
    if counted is None or not claim_text(site, counted.text, q.claims):
        return None
    renames = q.old.renames(site, counted.text.pattern + q.number(counted.text.pattern))
    return NamePlan(NameForm.COUNTED, Level.RENAMES, counted.source, renames=renames)


def named_after_target(q: Question) -> NamePlan | LeavePlan:
    """The target's name with the name scopes in front that stay, or a free one like it."""
    target = _target(q)
    if q.place is Place.NAMED and not full_name(q.site, literal(target), q.scopes):
        return _asked(q, numbered_base(q.site, target, q.claims), Level.RENAMES)
    name = free_name(q.site, target, q.claims)
    if not name or (q.place is not Place.NAMED and not q.does_without_scopes(literal(name))):
        return _asked(q, beside_numbers(q.site, target, q.claims), Level.RENAMES)
    if q.place is Place.NAMED:
        name = full_name(q.site, literal(name), q.scopes)
    return NamePlan(NameForm.LITERAL, Level.RENAMES, name, renames=q.old.renames(q.site, name + q.number(name)))


def _beside_ops(q: Question, name: str) -> str:
    """A name for what goes into a wrap, other than those that the ops of its own value may get there."""
    return f"{name}_var" if q.site.creation.beside_op else name


def named_in_wrap(q: Question) -> NamePlan:
    """Inside a wrap a name meets only what the same wrap holds."""
    site = q.site
    named = site.is_named and not site.may_be_none
    if named and not any(rival.domain is not None for rival in q.rivals):
        return NamePlan(NameForm.SAME, Level.RENAMES, renames=q.old.wrapped(site))
    base = (site.literal_name if named else site.inner) or _beside_ops(q, _target(q))
    name = free_name(site, base, q.claims, site.domain)
    if not name:
        claim_numbers(site, base, q.claims, site.domain)
        renames = q.old.wrapped(site, f"{base}*")
        fallback = base if site.may_be_none else ""
        return NamePlan(NameForm.UNIQUE, Level.RENAMES, base, fallback, Strip.FOLDERS, renames)
    form, fallback = (NameForm.SAME, name) if site.may_be_none else (NameForm.LITERAL, "")
    return NamePlan(form, Level.RENAMES, name, fallback, renames=q.old.wrapped(site, name))
