"""What leads on from a file to others: what it calls of them, what others import by way of it, unknown names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from codemods.tensorflow.facts import BodyFacts, Call, CalleeKind, Creation, Enter, StoreUse
from migrate.syntax.modules import fronts
from migrate.syntax.names import STAR

__all__ = ["gives_unknown", "passed_on", "passes_unknown"]


def passed_on(
    path: str, bodies: Iterable[BodyFacts], imports: Mapping[str, tuple[str, ...]], read: Collection[str]
) -> frozenset[str]:
    """The names through which a call from outside, or an import, can lead on to another file.

    `imports` is what the top level binds by import, `read` what the file reads of that other than by calling it.
    """
    calls = [(body, event.callee) for body in bodies for event in body.events if isinstance(event, Call)]
    led_to = {callee.name for body, callee in calls if callee.kind is CalleeKind.IMPORTED and not body.is_module}
    exported = {dotted for origins in imports.values() for dotted in origins}
    if STAR in imports or path.endswith("__init__.py"):
        return frozenset(led_to | exported)
    used = {*read, *(callee.name for _, callee in calls)}
    idle = exported.difference(front for name in used for front in fronts(name))
    return frozenset(led_to | idle)  # what is imported and not used is imported for others


def gives_unknown(body: BodyFacts) -> bool:
    """Whether a body makes a variable or enters a scope under a name of which nothing is known."""
    names = [event.name for event in body.events if isinstance(event, Creation | StoreUse)]
    names += [event.scope.name for event in body.events if isinstance(event, Enter)]
    return any(name is not None and name.is_open for name in names)


def passes_unknown(body: BodyFacts) -> bool:
    """Whether a body passes another file's function what may be a name, or hold one, of which nothing is known."""
    calls = [one for one in body.events if isinstance(one, Call) and one.callee.kind is CalleeKind.IMPORTED]
    given = (text for one in calls for text in (*one.positional, *dict(one.keywords).values()))
    return any(text is not None and text.is_open for text in given)
