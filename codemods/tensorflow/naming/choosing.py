"""Finds names: one that is free, the number that TensorFlow gives, the full name with the scopes that stay in front."""

from __future__ import annotations

from codemods.tensorflow.facts import ScopeKind
from codemods.tensorflow.naming.claims import Claim, Claims
from codemods.tensorflow.naming.sites import Site
from codemods.tensorflow.reach.meeting import ANY_GRAPH
from codemods.tensorflow.scopes.items import scope_names, scopes_around
from codemods.tensorflow.scopes.table import ScopeTable, Step
from codemods.tensorflow.text import Text, literal

__all__ = ["free_name", "full_name", "numbered_name"]

_MAX_NUMBER = 200  # unnamed variables with one target in one place; more than that, and the graph chooses the name


def free_name(site: Site, base: str, claims: Claims, domain: object = None) -> str:
    """`base`, `base_var`, or one of them with a number: the first that nothing claims, now claimed; "" for none.

    What the program names, TensorFlow numbers: `w_1` is what it would call the next `w`. Then it is `w_var`.
    """
    rivals = _rivals_to(base, site, claims, domain)
    if rivals is None or not all(rival.chosen for rival in rivals):
        base = f"{base}_var"
    for number in range(_MAX_NUMBER):
        name = f"{base}_{number}" if number else base
        if _rivals_to(name, site, claims, domain) == []:
            for claim in _own(name, site, domain):
                claims.add(claim)
            return name
    return ""


def _rivals_to(name: str, site: Site, claims: Claims, domain: object) -> list[Claim] | None:
    """The claims of others to a name; None where TensorFlow may give it to something, ops or a later variable."""
    if domain is None and name.rpartition("/")[2].lower() in claims.scopes.reach.tree.op_names:
        return None
    rivals = [rival for claim in _own(name, site, domain) for rival in claims.rivals(claim)]
    again = site.repeats and domain is None
    return None if not rivals and again and claims.has_number(name, site.body[0]) else rivals


def _own(name: str, site: Site, domain: object) -> list[Claim]:
    again = site.repeats and domain is None
    return [
        Claim(literal(name), one, site.key, True, chosen=True, repeats=again, domain=domain) for one in site.instances
    ]


def numbered_name(site: Site, rivals: list[Claim], claims: Claims) -> str:
    """`w_1` for the second `w`, where each surely happens, once, in a known order and in one graph; "" elsewhere."""
    name = site.names[0].literal
    if name is None or len(site.instances) != 1 or site.repeats:
        return ""
    if ScopeKind.OTHER_GRAPH in claims.scopes.reach.tree.by_hand:
        return ""
    own = site.instances[0]
    members = [own, *(rival.instance for rival in rivals)]
    if any(rival.name.literal != name or not rival.creates for rival in rivals):
        return ""
    if any(one.conditional or not one.way.runs_once or one.way.root != own.way.root for one in members):
        return ""
    if any(one.way.graph != own.way.graph or one.way.graph in ANY_GRAPH for one in members):
        return ""
    if any(claims.scopes.step(stand) is Step.FRESH for stand in scopes_around(own)):
        return ""
    place = sum(one.way.order < own.way.order for one in members)
    if not place:
        return name
    numbered = f"{name}_{place}"
    others = claims.rivals(Claim(literal(numbered), own, site.key))
    return "" if any(rival.name.literal != name for rival in others) else numbered


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
