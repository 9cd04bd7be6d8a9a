"""Names for new scopes that nothing bears which can meet them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from codemods.tensorflow.naming.sites import Site
from codemods.tensorflow.scopes.table import ScopeTable

__all__ = ["ScopeNames"]

_MAX_NUMBER = 1000  # layers of one name in one program


class ScopeNames:
    """The names that scopes, ops and variables bear, with the files that give them."""

    def __init__(self, scopes: ScopeTable) -> None:
        self.meeting = scopes.meeting
        self.op_names = scopes.reach.tree.op_names
        self._named: dict[str, list[str]] = defaultdict(list)
        self._taken: dict[str, list[str]] = defaultdict(list)
        for item in scopes.items.values():
            for text in item.texts:
                self._taken[(text.literal or "").lower()].append(item.key[0])
        for name, path in scopes.bearers.literal_names():
            self._named[name].append(path)

    def free(self, name: str, path: str, sites: Iterable[Site], *, unique: bool) -> str:
        """A scope name for file `path`, now taken; `sites` are inside and may have its name.

        One that is `unique` gets its number from TensorFlow, so that other scopes of its kind may share it.
        """
        if name.lower() in self.op_names:
            name = f"{name}_scope"  # TensorFlow compares the names of ops and scopes without regard to case
        own = {(text.literal or "").lower() for site in sites for text in site.names}
        for number in range(_MAX_NUMBER):
            candidate = f"{name}_{number}" if number and not unique else f"{name}_scope" if number else name
            key = candidate.lower()
            taken = [*self._taken[key], *(() if key in own else self._named[key])]
            if not any(self.meeting.files(path, other) for other in taken):
                break
            if number and unique:
                name = candidate
        if not unique:
            self._taken[key].append(path)
        return candidate
