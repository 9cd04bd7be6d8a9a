"""How a text indents its blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from migrate.text.lexer import NEWLINE

__all__ = ["choose_unit", "counted_units", "indent_unit"]


def indent_unit(text: str, indentation: str) -> str:
    """One level of indentation for a block that begins with `indentation`.

    A tab where the block has tabs, else what most blocks of `text` use, else four spaces.
    """
    return choose_unit(counted_units(text), indentation)


def choose_unit(counts: Counter[str], indentation: str) -> str:
    """The unit of a block that begins with `indentation`, by how often each is used."""
    if "\t" in indentation:
        return "\t"
    fitting = Counter({unit: count for unit, count in counts.items() if not indentation or "\t" not in unit})
    return fitting.most_common(1)[0][0] if fitting else "    "


@lru_cache(maxsize=2)
def counted_units(text: str) -> Counter[str]:
    """How often each unit indents a block; the same text is asked about once for each of its calls."""
    return Counter(_units(text))


def _units(text: str) -> Iterator[str]:
    """The indentation that each block adds; texts in strings look like code here, but do not outnumber it."""
    opener: str | None = None
    for line in NEWLINE.split(text):
        content = line.lstrip(" \t\f")
        if not content or content.startswith("#"):
            continue
        indentation = line[: len(line) - len(content)].rpartition("\f")[2]
        if opener is not None and indentation.startswith(opener) and len(indentation) > len(opener):
            yield indentation[len(opener) :]
        opener = indentation if ":" in content and content.partition("#")[0].rstrip().endswith(":") else None
