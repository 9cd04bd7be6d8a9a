"""The graph names that variables had and will have, as far as they are known: the entries of the rename report."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property

from codemods.tensorflow.facts import Call, Creation, NamedOp, ScopeFacts, ScopeKind, StoreUse
from codemods.tensorflow.naming.sites import UNNAMED, Site, names_of
from codemods.tensorflow.reach.surroundings import DERIVED
from codemods.tensorflow.reach.ways import SCOPES, Instance, Stand, Way
from codemods.tensorflow.scopes.hidden import are_held, may_be_hidden, unseen_items
from codemods.tensorflow.scopes.items import scopes_around
from codemods.tensorflow.scopes.table import ScopeTable, Step
from codemods.tensorflow.text import Hole, Text, literal, overlaps, without_number
from migrate.model import Rename, Shift

__all__ = ["OldNames"]

_NUMBERED = re.compile(rf"{UNNAMED}(?:_\d+)?(?:/.*)?", re.IGNORECASE)
_SCOPES = frozenset({"name_scope", "variable_scope"})


class OldNames:
    """Knows what `tf.Variable` called each variable. A part that only a run can tell is a `*`."""

    def __init__(
        self, scopes: ScopeTable, sites: Sequence[Site], *, renames_others: bool, uncounted: frozenset[str]
    ) -> None:
        self.scopes = scopes
        unnamed = (site for site in sites if not site.is_named)
        self.renames_unnamed = renames_others and any(not site.looked_up for site in unnamed)
        moving = [site for site in sites if site.wraps or not (site.is_named or site.looked_up)]
        self.moves = renames_others and bool(moving)
        self.uncounted = uncounted  # files with unnamed variables that are not among the sites
        self.renames_others = renames_others
        self.wraps = any(site.wraps for site in sites)
        words = scopes.reach.tree.vocabulary
        self._spelled = any(words.makes(s.creation.target) for s in moving if not s.wraps and s.creation.target)
        self._moving = {text for site in moving for text in site.graph_names}
        self._numbers = self._number([site for site in sites if not site.is_named or site.may_be_none])

    def _number(self, unnamed: list[Site]) -> dict[tuple[object, ...], tuple[int, int]]:
        """The series and number of each unnamed variable in its scope, where all that counts is known."""
        if any(self._is_anywhere(one) for site in unnamed for one in site.instances) or self._counts_others():
            return {}
        places: dict[tuple[object, str], list[tuple[tuple[int, ...], Site]]] = {}
        roots: dict[object, set[str]] = {}  # which of several modules runs first is not known
        uncertain: set[object] = set()
        resets = self.scopes.reach.resets
        begins_anew = resets.may_be_skipped or resets.may_be_unseen  # who knows when
        strays: dict[str, list[Way]] = {}  # to what is in any graph, by the prefix there
        for site in unnamed:
            for instance in site.instances:
                place = self._place(instance)
                places.setdefault(place, []).append((instance.way.order, site))
                roots.setdefault(place, set()).add(instance.way.root)
                if instance.way.graph[0] == "other" and instance.way.root:
                    strays.setdefault("*" if "*" in place[1] else place[1], []).append(instance.way)
                if (
                    site.body[0] in self.uncounted
                    or site.may_be_none
                    or self.scopes.places.repeats(instance)
                    or instance.conditional
                    or not instance.way.root
                    or instance.way.graph[0] == "other"  # which one, and what else is in it, is not known
                    or (begins_anew and instance.way.graph[0] not in ("reset", "new"))
                    or "*" in place[1]
                ):
                    uncertain.add(place)
        return {
            (site.key, *roots[place], order): (series, number)
            for series, (place, found) in enumerate(places.items())
            if place not in uncertain and len({site.body[0] for _, site in found}) == 1 and len(roots[place]) == 1
            for until in [_until(roots[place], (*strays.get(place[1], ()), *strays.get("*", ())))]
            for number, (order, site) in enumerate(sorted(found, key=lambda pair: pair[0]))
            if until is None or order < until
        }

    def _is_anywhere(self, instance: Instance) -> bool:
        """Whether an instance may be in any scope, or between any others: whoever it is handed to runs it there."""
        way = instance.way
        first = way.calls[0][0] if way.calls else instance.body
        handed = way.unknown and self.scopes.reach.graph.is_handed_on(first)
        return handed or self._place(instance)[1].startswith("*")

    def _counts_others(self) -> bool:
        """Whether something else may be called `Variable` or `Variable_1`, or the default graph is another one."""
        tree = self.scopes.reach.tree
        if ScopeKind.OTHER_GRAPH in tree.by_hand:
            return True
        names = [text for item in self.scopes.items.values() for text in item.texts]
        for body, number, event in tree.events():
            if isinstance(event, NamedOp | StoreUse | Creation) and event.name is not None:
                names += names_of(event, self.scopes.reach.instances(body, number))
            elif isinstance(event, Call) and event.callee.name.rpartition(".")[2] in _SCOPES:  # of who knows what graph
                names += [text for text in (*event.positional, *dict(event.keywords).values()) if text is not None]
        return any(_may_be_unnamed(name) for name in names)

    def _place(self, instance: Instance) -> tuple[tuple[object, ...], str]:
        return instance.way.graph, self.prefix(instance, new=False)

    def prefix(self, instance: Instance, *, new: bool) -> str:
        """What the scopes around an instance put before a name: before the migration, or (`new`) for `get_variable`."""
        parts = ["*"] if instance.way.partial or may_be_hidden(instance, self.scopes) else []
        for stand in instance.way.stands:
            scope = stand.frame.scope
            if scope is not None and scope.kind is ScopeKind.OTHER_GRAPH and parts:
                parts = ["*"]  # it has scopes of its own, if it is another one
            if scope is None or scope.kind not in SCOPES or (new and self.scopes.step(stand).is_name):
                continue
            if stand.name.tells and not stand.resets:
                parts.append(f"{stand.name.pattern}{'' if self._is_called_so(stand, scope, new=new) else '*'}/")
            else:
                parts = ["*"]  # it may be the scope's whole name, or none
        return "".join(parts)

    def _is_called_so(self, stand: Stand, scope: ScopeFacts, *, new: bool) -> bool:
        """Whether a scope surely puts its name before others as it is passed, if entered again only for the store."""
        shared = new and self.scopes.step(stand) is Step.BROKEN and scope.name is not None
        return shared or self.scopes.is_sure(stand)

    def old(self, site: Site, instance: Instance, name: Text | None) -> str:
        """The name that `tf.Variable` gave."""
        prefix = self.prefix(instance, new=False)
        if name is not None and not name.is_none:
            return f"{prefix}{name.pattern}{'*' if site.repeats else site.suffix}"
        _, number = self._numbers.get((site.key, instance.way.root, instance.way.order), (0, None))
        if number is None:
            return f"{prefix}{UNNAMED}*"
        return f"{prefix}{UNNAMED}_{number}" if number else f"{prefix}{UNNAMED}"

    def wrapped(self, site: Site, new_name: str = "") -> tuple[Rename, ...]:
        """The entries of a site that goes into wraps: its own, or those around the calls of its factory.

        Without a new name the variable bears, within them, the one that it passes.
        """
        entries = []
        for place, instance in enumerate(site.instances):
            if site.keeps_name(instance):
                entries.append(_same(self.old(site, instance, site.names[place])))
                continue
            wrap = site.call_wraps.get(instance.way.calls[-1]) if instance.way.calls else None
            wrap = wrap or site.wraps[0][1]
            scope = f"{wrap.name}*/" if wrap.unique else f"{wrap.name}/"
            old = self.old(site, instance, site.names[place] if site.names else None)
            own = site.names[place] if site.names else None
            met = (own is not None and self._meets_ops(own)) or _repeats_scope(old, wrap.name, new_name)
            asked = new_name.endswith("*")  # the graph is, for what the call passes
            numbers = "*" if asked or met else ""
            passed = own is not None and (not new_name or ((site.may_be_none or asked) and not own.is_none))
            given = own.pattern if own and passed else new_name.rstrip("*")
            new = self.prefix(instance, new=True) + scope + given + numbers
            entries.append(Rename(_tidy(old), _tidy(new), "*" not in old + new))
        return tuple(dict.fromkeys(entries))

    def asked(self, site: Site, base: str) -> tuple[Rename, ...]:
        """The entries of a site whose name is asked of the graph, which puts the name scopes in front as before."""
        entries = []
        for place, instance in enumerate(site.instances):
            own = site.names[place] if site.names else None
            old = self.old(site, instance, own)
            new = f"{self.prefix(instance, new=False)}{base if own is None or own.is_none else own.pattern}*"
            if own is not None and not own.is_none:
                old = f"{old}*"  # others of its name may have come before it
            entries.append(Rename(_tidy(old), _tidy(new), False))
        return tuple(dict.fromkeys(entries))

    def renumbered(self, site: Site, numbers: str) -> tuple[Rename, ...]:
        """The entries of a site that bears the name that it passes, and had a number where others came before it.

        It still has one, `numbers`, where ops that bear its name as well are left.
        """
        return tuple(
            Rename(
                _tidy(f"{self.old(site, instance, name)}*"),
                _tidy(self.prefix(instance, new=True) + name.pattern + numbers),
                False,
            )
            for instance, name in zip(site.instances, site.names, strict=True)
        )

    def shifts(self, site: Site, moved: Collection[Text]) -> tuple[Shift, ...]:
        """What becomes of a variable that is left: another number, as those before it are counted no more.

        A name of its own keeps its number unless it is among those of which others get others (`moved`).
        """
        carried = self.carries(site)
        if not self.renames_others or not (carried or moved or not site.is_named or site.may_be_none):
            return ()
        found: list[Shift] = []
        for place, instance in enumerate(site.instances):
            prefix = self.prefix(instance, new=False)
            series, number = self._numbers.get((site.key, instance.way.root, instance.way.order), (0, None))
            names = (_tidy(prefix + own) for own in _staying(site, place, moved))
            found += [Shift(self.scopes.reach.tree.program, name, number, series, carried) for name in names]
        return tuple(dict.fromkeys(found))

    def kept(self, site: Site) -> tuple[Rename, ...]:
        """The entries of a site that keeps its names."""
        names = site.names or (None,) * len(site.instances)
        olds = (_tidy(self.old(site, *pair)) for pair in zip(site.instances, names, strict=True))
        return tuple(Rename(old, old, "*" not in old) for old in dict.fromkeys(olds))

    def carries(self, site: Site) -> bool:
        """Whether names that are kept may change with others, of which they are made or with which they are counted."""
        if not self.moves:
            return False
        stands = [stand for instance in site.instances for stand in scopes_around(instance)]
        unseen = unseen_items(site.instances, self.scopes)
        unsure = [stand.name for stand in stands if not self.scopes.is_sure(stand)]
        unsure += [text for item in unseen for text in item.texts if text.tells]
        derived = any(one.is_derived for one in (*site.names, *(stand.name for stand in stands)))
        derived = derived or DERIVED in self.scopes.reach.surroundings.above(site.body)
        counted = any(self.is_counted(text) for text in unsure) or any(map(self._meets_ops, site.names))
        return derived or counted or site.creation.derived or (are_held(site.instances, self.scopes) and self._holds)

    @cached_property
    def _holds(self) -> bool:
        """Whether any scope of the program may bear another name or number then: so may what is made elsewhere."""
        texts = (text for item in self.scopes.items.values() for text in item.texts)
        return any(text.is_derived or (text.tells and self.is_counted(text)) for text in texts)

    def is_counted(self, scope: Text) -> bool:
        """Whether a scope may bear a name, or a number, that it shares with what gets another name."""
        if not scope.tells:  # hardly what TensorFlow calls what nobody names
            return self._spelled or any(name.literal != UNNAMED for name in self._moving)
        return self._meets_ops(scope) or any(overlaps(one, name) for name in self._moving for one in _stems(scope))

    def _meets_ops(self, name: Text) -> bool:
        """Whether ops that go under new scopes may have taken a name first."""
        return self.wraps and name.pattern.rpartition("/")[2].lower() in self.scopes.reach.tree.op_names

    def _beside_ops(self, name: Text, numbers: str) -> str:
        """A name that stays, with a number where ops and slots may bear it that nobody names, such as `w/Adam`."""
        taken = name.pattern.rpartition("/")[2].lower() in self.scopes.reach.tree.op_names
        return f"{name.pattern}*" if taken else name.pattern + numbers

    def derived(self, site: Site) -> tuple[Rename, ...]:
        """The entries of a site whose name is made of another's, which may change."""
        return tuple(Rename(one.old, one.new, False) for one in self.kept(site))

    def renames(self, site: Site, new_name: str = "", numbers: str = "") -> tuple[Rename, ...]:
        """The entries of a site whose new name, relative to its variable scope, is `new_name`, or the one it passes.

        That one gets a number, `numbers`, where something in the graph bears it.
        """
        entries = []
        for place, instance in enumerate(site.instances):
            old = self.old(site, instance, site.names[place] if site.names else None)
            new = self.prefix(instance, new=True) + (new_name or self._beside_ops(site.names[place], numbers))
            if old != new or "*" in old:
                entries.append(Rename(_tidy(old), _tidy(new), "*" not in old + new))
        return tuple(dict.fromkeys(entries))


def _until(roots: Collection[str], strays: Iterable[Way]) -> tuple[int, ...] | None:
    """When the first variable in what may be any graph, `with self.session:`, may have taken a number."""
    return min((way.order if way.root in roots else () for way in strays), default=None)


def _may_be_unnamed(name: Text) -> bool:
    """Whether a name may be one that TensorFlow gives to what nobody names; of holes alone a variable's name may."""
    if name.ends_folder:
        return False  # a scope's own name, which is looked at itself
    if name.literal is not None:
        return _NUMBERED.fullmatch(name.literal) is not None
    return overlaps(name, Text((UNNAMED, Hole()))) if name.tells else name.is_derived


def _staying(site: Site, place: int, moved: Collection[Text]) -> Iterator[str]:
    """What a site that is left is called before numbers: its own name, none where that may be None."""
    name = site.names[place] if site.is_named else None
    if name is not None and (not site.may_be_none or (name.tells and name in moved)):
        yield name.pattern
    if name is None or (site.may_be_none and name.literal is None):
        yield UNNAMED


def _stems(scope: Text) -> Iterator[Text]:
    """A name, and what it may be a number of: `w_1` is also what the second `w` is called."""
    yield scope
    yield from (literal(stem) for text in scope.texts if (stem := without_number(text)) != text)


def _repeats_scope(old: str, wrap: str, name: str) -> bool:
    """Whether a name in a wrap of the same name may be that of the wrap itself, in an unknown scope called so too."""
    return old.startswith("*") and wrap.lower() == name.lower()


def _same(name: str) -> Rename:
    """The entry of a variable that keeps its name."""
    return Rename(_tidy(name), _tidy(name), "*" not in name)


def _tidy(pattern: str) -> str:
    """A pattern in which two unknown parts side by side are one."""
    return re.sub(r"\*+", "*", pattern)
