"""The imported names by which a file leads on to others: what it calls of them, what others have of it by import."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from codemods.tensorflow.facts import BodyFacts, Call, CalleeKind
from migrate.syntax.names import STAR

__all__ = ["passed_on"]


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
    fronts = {front for name in used if "." in name for front in _fronts(name)}
    return frozenset(led_to | (exported - used - fronts))  # what is imported and not used is imported for others


def _fronts(name: str) -> Iterator[str]:
    """`a.b` and `a` for `a.b.c`."""
    while name := name.rpartition(".")[0]:
        yield name
