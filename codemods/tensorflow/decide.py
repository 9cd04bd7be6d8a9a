"""The decision for each creation: the table of what a `tf.Variable` in its place becomes, row by row."""

from __future__ import annotations

from dataclasses import replace

from codemods.tensorflow.naming import Claim, Claims, Place, Site
from codemods.tensorflow.old_names import OldNames
from codemods.tensorflow.plan import LeavePlan, NameForm, NamePlan, Strip
from codemods.tensorflow.reach import Instance
from codemods.tensorflow.scopes import ScopeTable, Step
from codemods.tensorflow.text import Text, literal
from codemods.tensorflow.withs import HAZARDS
from migrate.model import Level, Rename

__all__ = ["Decider", "hazards"]

_UNNAMED = "Variable"
_NO_TARGET = "variable"
_MAX_NUMBER = 200  # unnamed variables with one target in one place; more than that, and the graph chooses the name


def hazards(site: Site, scopes: ScopeTable) -> str:
    """What the scopes around a creation give to `get_variable` and not to `Variable`; "" for nothing."""
    found: list[str] = []
    for instance in site.instances:
        for stand in instance.way.stands:
            found += stand.frame.scope.hazards if stand.frame.scope is not None else ()
        if instance.way.partial:
            found += HAZARDS & scopes.reach.above(instance.body)
        if scopes.reach.switches_reuse(instance):
            found.append("reuse")
    return ", ".join(sorted(set(found)))


class Decider:
    """Decides names one site at a time; `claims` holds every name of the tree and grows with each decision."""

    def __init__(self, scopes: ScopeTable, claims: Claims, old: OldNames, *, keep: bool, unsafe: bool) -> None:
        self.scopes = scopes
        self.claims = claims
        self.old = old
        self.keep = keep
        self.unsafe = unsafe

    def decide(self, site: Site) -> NamePlan | LeavePlan:
        """What becomes of one creation."""
        hazard = hazards(site, self.scopes)
        if hazard and not self.unsafe:
            return LeavePlan("GV203", hazard, self.old.shifted(site))
        decision = self._decide(site)
        if isinstance(decision, NamePlan) and decision.level is Level.EXACT:
            decision = replace(decision, renames=self.old.kept(site))
        if hazard and isinstance(decision, NamePlan):
            return replace(decision, level=Level.UNSAFE, warning=hazard)
        return decision

    def _decide(self, site: Site) -> NamePlan | LeavePlan:
        if site.wraps:
            return self._wrapped(site)
        if site.creation.name is None:
            return self._kept(site) if self.keep or site.looked_up else self._unnamed(site)
        return self._named(site)

    # names that the program gives

    def _named(self, site: Site) -> NamePlan | LeavePlan:
        rivals = self._rivals(site)
        blocked = [rival for rival in rivals if rival.in_store and not self._surely_after(site, rival)]
        if blocked:
            return LeavePlan("GV205", site.names[0].pattern)
        stored = [rival for rival in rivals if rival.in_store or (rival.in_new_store and rival.domain is None)]
        if site.place in (Place.ROOT, Place.IN_STEP):
            if not site.repeats and not stored and not site.may_be_none:
                return self._same(site)
            if self._moved(site) or (site.may_be_none and not self.keep):
                return self._unique(site, _UNNAMED, Level.RENAMES)
            return self._numbered(site, rivals) or self._unique(site, _UNNAMED)
        if site.place in (Place.NAMED, Place.MIXED) and not site.repeats and not stored:
            full = self._full_name(site, site.names[0])
            if full:
                return NamePlan(NameForm.LITERAL, Level.EXACT, full)
        relative = not self.keep and not site.repeats and not stored and not site.may_be_none
        if site.place is Place.BROKEN and relative and self.scopes.known(site.instances):
            return NamePlan(NameForm.SAME, Level.RENAMES, renames=self.old.renames(site))
        counted = site.may_be_none and not self.keep  # among unnamed ones, some of which get names
        return self._unique(site, _UNNAMED, Level.RENAMES if counted else Level.EXACT)

    def _same(self, site: Site) -> NamePlan:
        """The name as it stands. It was another where something that is renamed now came before it."""
        if not self._moved(site):
            return NamePlan(NameForm.SAME, Level.EXACT)
        renames = tuple(
            Rename(f"{self.old.old(site, instance, name)}*", self.old.prefix(instance, new=True) + name.pattern, False)
            for instance, name in zip(site.instances, site.names, strict=True)
        )
        return NamePlan(NameForm.SAME, Level.RENAMES, renames=renames)

    def _moved(self, site: Site) -> bool:
        """Whether something of its name gets out of the way that may have come before it: its number changes."""
        return any(not self._surely_before(site, rival) for rival in self._wrapped_rivals(site))

    def _numbered(self, site: Site, rivals: list[Claim]) -> NamePlan | None:
        """`w_1` for the second `w`, where every one of them surely happens, once, in a known order."""
        name = site.names[0].literal
        if name is None or len(site.instances) != 1 or site.repeats:
            return None
        own = site.instances[0]
        members = [own, *(rival.instance for rival in rivals)]
        if any(rival.name.literal != name or not rival.creates for rival in rivals):
            return None
        if any(one.conditional or not one.way.runs_once or one.way.root != own.way.root for one in members):
            return None
        if any(self.scopes.step(stand) is Step.FRESH for stand in self.scopes.stands(own)):
            return None
        place = sum(one.way.order < own.way.order for one in members)
        numbered = f"{name}_{place}" if place else name
        others = self.claims.rivals(Claim(literal(numbered), own, site.key))
        if place and any(rival.name.literal != name for rival in others):
            return None
        return NamePlan(NameForm.LITERAL if place else NameForm.SAME, Level.EXACT, numbered)

    def _full_name(self, site: Site, name: Text) -> str:
        """The name with the name scopes in front that stay, where all of it is known."""
        fulls = set()
        for instance in site.instances:
            parts = []
            for stand, text in zip(self.scopes.stands(instance), self.scopes.path(instance), strict=True):
                step = self.scopes.step(stand)
                if step is Step.NAME:
                    parts.append(text.literal)
                elif step is Step.NAME_MANY:
                    parts.append(None)
            fulls.add(
                "/".join([*map(str, parts), name.literal or "None"]) if None not in [*parts, name.literal] else ""
            )
        return fulls.pop() if len(fulls) == 1 else ""

    # names asked of the graph

    def _unique(self, site: Site, base: str, level: Level = Level.EXACT) -> NamePlan | LeavePlan:
        """The name that the graph would give at this moment, which is what `tf.Variable` would have got."""
        if site.nested:
            return LeavePlan("GV211", renames=self.old.shifted(site))
        names = site.names or (literal(base),)
        strip = Strip.NOTHING if site.place in (Place.ROOT, Place.NAMED) else Strip.FOLDERS
        folders = any("/" in part for name in names for part in name.parts if isinstance(part, str))
        escapes = site.place in (Place.BROKEN, Place.MIXED) or (strip is Strip.FOLDERS and folders)
        if escapes:
            if not site.alone:
                return LeavePlan("GV204", renames=self.old.shifted(site))
            strip = Strip.NOTHING
        renames = self.old.asked(site, names[0].pattern if site.names else base) if level is Level.RENAMES else ()
        fallback = base if site.may_be_none else ""
        return NamePlan(NameForm.UNIQUE, level, base, fallback, strip, renames, escapes=escapes)

    def _kept(self, site: Site) -> NamePlan | LeavePlan:
        """An unnamed creation keeps the name that TensorFlow gives it."""
        claims = [Claim(literal(_UNNAMED), instance, site.key) for instance in site.instances]
        rivals = [rival for claim in claims for rival in self.claims.rivals(claim)]
        if any(rival.in_store and not self._surely_after(site, rival) for rival in rivals):
            return LeavePlan("GV205", _UNNAMED)
        return self._unique(site, _UNNAMED)

    # names taken from targets

    def _unnamed(self, site: Site) -> NamePlan | LeavePlan:
        target = site.creation.target or _NO_TARGET
        if site.repeats or not self.scopes.known(site.instances):
            return self._unique(site, self._free(site, target, domain=None) or f"{target}_var", Level.RENAMES)
        if site.place is Place.NAMED:
            full = self._full_name(site, literal(target))
            if not full:
                return self._unique(site, target, Level.RENAMES)
            target = full
        name = self._free(site, target, domain=None)
        if not name:
            return self._unique(site, f"{site.creation.target or _NO_TARGET}_var", Level.RENAMES)
        return NamePlan(NameForm.LITERAL, Level.RENAMES, name, renames=self.old.renames(site, name))

    def _wrapped(self, site: Site) -> NamePlan | LeavePlan:
        """Inside a wrap a name meets only what the same wrap holds."""
        if site.creation.name is not None and not site.may_be_none:
            rivals = self._rivals(site)
            if not any(rival.domain is not None for rival in rivals):
                return NamePlan(NameForm.SAME, Level.RENAMES, renames=self.old.wrapped(site))
            base = site.names[0].literal or site.creation.target or _NO_TARGET
        else:
            base = site.inner or site.creation.target or _NO_TARGET
        name = self._free(site, base, domain=site.domain)
        if not name:
            renames = self.old.wrapped(site, f"{base}*")
            return NamePlan(NameForm.UNIQUE, Level.RENAMES, base, strip=Strip.FOLDERS, renames=renames)
        form, fallback = (NameForm.SAME, name) if site.may_be_none else (NameForm.LITERAL, "")
        return NamePlan(form, Level.RENAMES, name, fallback, renames=self.old.wrapped(site, name))

    def _free(self, site: Site, base: str, domain: object) -> str:
        """`base`, or `base_1` and so on: the first name that nothing claims; "" where a pattern claims them all."""
        for number in range(_MAX_NUMBER):
            name = f"{base}_{number}" if number else base
            again = site.repeats and domain is None
            claims = [
                Claim(literal(name), one, site.key, True, chosen=True, repeats=again, domain=domain)
                for one in site.instances
            ]
            rivals = [rival for claim in claims for rival in self.claims.rivals(claim)]
            if not rivals and not (again and self.claims.has_number(name, site.body[0])):
                for claim in claims:
                    self.claims.add(claim)
                return name
            if number == 0 and not all(rival.chosen for rival in rivals):
                base = f"{base}_var"  # `base_1` is what TensorFlow would call the next one that the program names so
        return ""

    # rivals

    def _rivals(self, site: Site) -> list[Claim]:
        return [
            rival
            for name, instance in zip(site.names, site.instances, strict=True)
            for rival in self.claims.rivals(Claim(name, instance, site.key, creates=True, domain=site.domain))
        ]

    def _wrapped_rivals(self, site: Site) -> list[Claim]:
        return [
            rival
            for name, instance in zip(site.names, site.instances, strict=True)
            for rival in self.claims.wrapped_rivals(Claim(name, instance, site.key))
        ]

    def _surely_after(self, site: Site, rival: Claim) -> bool:
        return all(_ordered(rival.instance, one) for one in site.instances)

    def _surely_before(self, site: Site, rival: Claim) -> bool:
        return all(_ordered(one, rival.instance) for one in site.instances)


def _ordered(first: Instance, second: Instance) -> bool:
    """Whether `first` surely happens before `second`."""
    return first.way.root == second.way.root and first.way.runs_once and first.way.order < second.way.order
