"""The names that a statement's variables get within the scope of their layer, which may hold each of them once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from codemods.tensorflow.facts import Call
from codemods.tensorflow.indexing.targets import NO_TARGET
from codemods.tensorflow.layers.factories import Factory, FactoryCall
from codemods.tensorflow.layers.members import Member
from codemods.tensorflow.layers.stems import stem_of
from codemods.tensorflow.naming.sites import Site
from codemods.tensorflow.program.tree import Tree
from codemods.tensorflow.reach.ways import bound_parameters
from codemods.tensorflow.text import Text, without_number

__all__ = ["may_clash", "may_clash_within"]

_UNKNOWN = ""


def may_clash(member: Member, others: Iterable[Member], tree: Tree) -> bool:
    """Whether a member's variables may be called as those of others are, of which some come out of factories.

    What the block makes itself is numbered where it has to be; a factory's variables have one name in every scope.
    """
    own = set(_names(member, tree))
    for other in others:
        if not member.calls and not other.calls:
            continue
        names = set(_names(other, tree))
        if _UNKNOWN in own | names or own & names:
            return True
    return False


def may_clash_within(calls: Iterable[tuple[Factory, FactoryCall]], tree: Tree) -> bool:
    """Whether factories that one statement calls may give one name twice."""
    seen: set[str] = set()
    for factory, call in calls:
        names = set(_made(factory, call, tree))
        if seen and (_UNKNOWN in seen | names or not seen.isdisjoint(names)):
            return True
        seen |= names
    return False


def _names(member: Member, tree: Tree) -> Iterator[str]:
    for site in member.sites:
        yield from _of(site, site.names)
    for factory, call in member.calls:
        yield from _made(factory, call, tree)


def _made(factory: Factory, call: FactoryCall, tree: Tree) -> Iterator[str]:
    for site in factory.sites:
        yield from _of(site, _passed(site, call, tree))


def _of(site: Site, passed: Iterable[Text]) -> Iterator[str]:
    """The names that a site passes, or may be given for want of one, as graphs compare them: in lower case."""
    names = [text.literal or _UNKNOWN for text in passed]
    if not names:
        target = site.inner or site.creation.target
        stem = stem_of(target)
        names = [target or NO_TARGET, *([stem.role] if stem else [])]
    for name in names:
        yield without_number(name.lower())


def _passed(site: Site, call: FactoryCall, tree: Tree) -> list[Text]:
    """The names that a factory's variable is passed in one call of it; none where the call passes none."""
    if site.may_be_none and not _passes(site, call.call, tree):
        return []
    here = (call.body, call.number)
    pairs = zip(site.instances, site.names, strict=False)
    return [text for instance, text in pairs if instance.way.calls and instance.way.calls[-1] == here]


def _passes(site: Site, call: Call, tree: Tree) -> bool:
    """Whether a call passes the parameter that a variable's name is, which is None by default."""
    parameter = site.creation.optional_name
    names = bound_parameters(tree.body(site.body), call.callee)
    places = range(len(call.positional))
    positional = parameter in names and names.index(parameter) in places
    named = any(name == parameter and text is not None for name, text in call.keywords)
    return positional or call.opaque_arguments or named
