"""The folders that a file adds to where modules are looked for: `sys.path.append(os.path.join(HERE, "models"))`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

__all__ = ["ADDING", "folders"]

ADDING = ("sys.path", "addsitedir")  # without one of these nothing is added
_FOLDER = re.compile(r"(?:\.{0,2}[/\\])*([\w-]+(?:[/\\][\w-]+)*)[/\\]?")
_LONGEST = 100  # characters of a path


def folders(texts: Iterable[str]) -> Iterator[str]:
    """What the strings of such a file can name, as the front of a dotted name: `nets.models` for `../nets/models`.

    A folder is mostly put together, and by names: which strings are parts of it nobody tells, the modules there do.
    """
    for text in texts:
        found = _FOLDER.fullmatch(text) if len(text) <= _LONGEST else None
        if found:
            yield found[1].replace("\\", "/").replace("/", ".")
