"""Finds names: one that is free, the number that TensorFlow gives, the full name with the scopes that stay in front."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from codemods.tensorflow.facts import ScopeKind
from codemods.tensorflow.indexing.targets import another
from codemods.tensorflow.naming.claim import Claim
from codemods.tensorflow.naming.claims import Claims
from codemods.tensorflow.naming.sites import Site
from codemods.tensorflow.reach.meeting import ANY_GRAPH
from codemods.tensorflow.reach.ways import Instance, standing
from codemods.tensorflow.scopes.items import scope_names, scopes_around
from codemods.tensorflow.scopes.table import ScopeTable, Step
from codemods.tensorflow.text import Text, literal

__all__ = [
    "beside_numbers",
    "claim_numbers",
    "claim_text",
    "free_name",
    "full_name",
    "numbered_base",
    "numbered_name",
    "old_suffix",
]

_MAX_NUMBER = 200  # unnamed variables with one target in one place; more than that, and the graph chooses the name


def free_name(site: Site, base: str, claims: Claims, domain: object = None) -> str:
    """`base`, or `base_1` and so on: the first name that nothing claims, now claimed; "" where none is free."""
    if domain is None and base.isdigit() and site.creation.group:
        base = f"{site.creation.group}_{base}"  # a number is a key, and no name
    if name := _told_apart(site, base, claims, domain) or _first_free(site, base, claims, domain):
        return name
    if site.repeats or domain is not None:
        return _first_free(site, another(base), claims, domain)
    names = (_first_free(site, word, claims, domain, beside_unknown=True) for word in _words_beside(base))
    return next(filter(None, names), "")


def _told_apart(site: Site, base: str, claims: Claims, domain: object) -> str:
    """The key of a dictionary, or that with the dictionary's name in front, which tells it from those of others."""
    group = site.creation.group if base == site.creation.target else ""
    names = (_first_free(site, name, claims, domain, most=1) for name in (base, f"{group}_{base}") if group)
    return next(filter(None, names), "")


def _words_beside(base: str) -> tuple[str, ...]:
    return another(base), f"{base}_variable", f"{base}_value"


def numbered_base(site: Site, base: str, claims: Claims) -> str:
    """The name of which the graph gives a number: `base` where it is free or all its bearers ask, too. Now claimed."""
    if name := _first_free(site, base, claims, None):
        return name
    return claim_numbers(site, base, claims) if _all_ask(base, site, claims) else _beside(site, base, claims)


def _all_ask(base: str, site: Site, claims: Claims) -> bool:
    """Whether all that bears a name gets a number of it from the graph, as another site may then."""
    rivals = _rivals_to(base, site, claims, None)
    asking = rivals and all(rival.chosen and rival.repeats for rival in rivals)
    return bool(asking) and not claims.has_number(base, site.body[0])


def _beside(site: Site, base: str, claims: Claims) -> str:
    """Another name, of which the graph gives the number."""
    return _first_free(site, another(base), claims, None) or beside_numbers(site, base, claims)


def beside_numbers(site: Site, base: str, claims: Claims) -> str:
    """The same, whatever else bears it but `get_variable`, which would raise where it comes later. Now claimed."""
    words = _words_beside(base)
    fitting = (word for word in words if not _may_be_stored(word, site, claims))
    return claim_numbers(site, next(fitting, words[0]), claims)


def _may_be_stored(name: str, site: Site, claims: Claims) -> bool:
    return any(rival.in_store for claim in _own(name, site, None) for rival in claims.rivals(claim))


def claim_numbers(site: Site, base: str, claims: Claims, domain: object = None) -> str:
    """`base`, of which the graph gives the numbers: now claimed, whatever else bears it."""
    for one in site.instances:
        claims.add(Claim(literal(base), one, site.key, creates=True, chosen=True, repeats=True, domain=domain))
    return base


def _first_free(
    site: Site, base: str, claims: Claims, domain: object, *, most: int = _MAX_NUMBER, beside_unknown: bool = False
) -> str:
    again = site.repeats and domain is None
    search = claims.search((base, domain, again, beside_unknown, most, *map(standing, site.instances)), site.key)
    for number in search.numbers(most):
        name = f"{base}_{number}" if number else base
        rivals = _rivals_to(name, site, claims, domain, beside_unknown=beside_unknown)
        if rivals == []:
            for claim in _own(name, site, domain):
                claims.add(claim)
            search.ends_at(number, site.key)
            return name
        numbers = number or again or claims.holds_unknown
        if rivals is None or (numbers and not all(rival.chosen for rival in rivals)):
            return ""  # what the program names itself gets these numbers from TensorFlow
    search.ends_at(most, site.key)
    return ""


def _rivals_to(
    name: str, site: Site, claims: Claims, domain: object, *, beside_unknown: bool = False
) -> list[Claim] | None:
    """The claims of others to a name; None where TensorFlow may give it to something, ops or a later variable.

    `beside_unknown`: not for what is in another file, may have any name and is in no store: that raises nothing.
    """
    tree, last, own = claims.scopes.reach.tree, name.rpartition("/")[2].lower(), _own(name, site, domain)
    if domain is None and (last in tree.op_names or last in tree.unknown_words(site.body[0])):
        return None
    if domain is None and not beside_unknown and any(map(claims.may_be_taken_elsewhere, own)):
        return None
    rivals = [rival for claim in own for rival in claims.rivals(claim)]
    again = site.repeats and domain is None
    return None if not rivals and again and claims.has_number(name, site.body[0]) else rivals


def _own(name: str, site: Site, domain: object) -> list[Claim]:
    again = site.repeats and domain is None
    return [
        Claim(literal(name), one, site.key, creates=True, chosen=True, repeats=again, domain=domain)
        for one in site.instances
    ]


def claim_text(site: Site, text: Text, claims: Claims) -> bool:
    """Claims a name of which a part is known, where nothing else claims one that it can be."""
    words = {text.pattern.partition("_")[0].lower(), *map(str.lower, text.texts)}
    if not words.isdisjoint(claims.scopes.reach.tree.op_names):
        return False
    own = [Claim(text, one, site.key, creates=True, in_new_store=True, chosen=True) for one in site.instances]
    if any(claims.rivals(claim) for claim in own):
        return False
    for claim in own:
        claims.add(claim)
    return True


def numbered_name(site: Site, rivals: Iterable[Claim], claims: Claims) -> str:
    """`w_1` for the second `w`, where each surely happens, once, in a known order and in one graph; "" elsewhere."""
    name, own = site.names[0].literal, site.instances[0]
    if name is None or not _may_be_numbered(site, claims):
        return ""
    place, is_first, countable = 0, not own.way.resets, _counts_with(own, own)
    for rival in rivals:
        follows = own.surely_before(rival.instance)
        alike = rival.creates and rival.name.literal == name
        if follows and not alike:
            continue
        is_first, countable = is_first and follows, countable and _counts_with(rival.instance, own)
        if not (is_first or (countable and alike)):
            return ""
        place += rival.instance.way.order < own.way.order
    if is_first:
        return name  # the first of them, wherever the others are
    if not countable or any(claims.scopes.step(stand) is Step.FRESH for stand in scopes_around(own)):
        return ""
    if not place:
        return name
    if claims.may_shift(Claim(site.names[0], own, site.key)):
        return ""
    numbered = f"{name}_{place}"
    others = claims.rivals(Claim(literal(numbered), own, site.key))
    return "" if any(rival.name.literal != name for rival in others) else numbered


def _counts_with(one: Instance, other: Instance) -> bool:
    """Whether an instance surely happens, once, in the graph of another one and in the same program."""
    way = one.way
    if one.conditional or way.resets or not way.runs_once or way.root != other.way.root:
        return False
    return way.graph == other.way.graph and way.graph not in ANY_GRAPH


def _may_be_numbered(site: Site, claims: Claims) -> bool:
    """Whether what else bears the site's name decides its number: it is known, and the site happens once."""
    known = site.names[0].literal is not None and len(site.instances) == 1 and not site.repeats
    tree = claims.scopes.reach.tree
    return known and ScopeKind.OTHER_GRAPH not in tree.by_hand and not tree.makes_unseen


def old_suffix(site: Site, claims: Claims) -> str:
    """What `tf.Variable` put behind the name that the call passes: nothing, `_1`, or `*` where only a run knows."""
    own = (Claim(name, one, site.key, creates=True) for name, one in zip(site.names, site.instances, strict=False))
    rivals = (one for claim in own for one in claims.former_rivals(claim))
    first = next(rivals, None)
    if first is None:
        by_default = (name.pattern.rpartition("/")[2].lower() for name in site.names)
        return "*" if claims.scopes.reach.tree.op_names.intersection(by_default) else ""
    if not all(claims.scopes.is_sure(stand) for one in site.instances for stand in scopes_around(one)):
        return "*"  # a scope that is entered again is another one
    name = numbered_name(site, chain([first], rivals), claims) if _may_be_numbered(site, claims) else ""
    suffix = name.removeprefix(site.names[0].pattern) if name else "*"
    lost = claims.scopes.reach.resets.may_be_unseen and any(one.way.graph[0] != "reset" for one in site.instances)
    return "*" if suffix and lost else suffix  # the graph may have been begun anew in between


def full_name(site: Site, name: Text, scopes: ScopeTable) -> str:
    """The name with the name scopes in front that stay, where all of it is known; "" elsewhere."""
    fulls = set()
    for instance in site.instances:
        parts: list[str | None] = []
        for stand, text in zip(scopes_around(instance), scope_names(instance), strict=True):
            step = scopes.step(stand)
            if step.is_name:
                parts.append(text.literal if step is Step.NAME else None)
        known = [part for part in [*parts, name.literal] if part is not None]
        fulls.add("/".join(known) if len(known) == len(parts) + 1 else "")
    return fulls.pop() if len(fulls) == 1 else ""
