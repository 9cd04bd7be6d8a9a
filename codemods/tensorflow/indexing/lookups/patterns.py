"""What a regular expression asks for, as far as names go: the words in it, and which of them a match begins with."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["asks_anything", "words"]

_TOKEN = re.compile(
    r"(?P<any>\.(?:[*+]\??)?|\^|\$|\\[AZbB])"  # says nothing of which letters there are
    r"|(?P<kind>\[\^?\]?(?:\\.|[^\]\\])*\]|\\[dDwWsS])"
    r"|(?P<open>\((?:\?(?:P<\w+>|[aiLmsux-]*:|<?[=!]|[aiLmsux-]+(?=\))))?)"
    r"|(?P<close>\))"
    r"|(?P<bar>\|)"
    r"|(?P<times>[*?+]\??|\{\d*,?\d*\}\??)"
    r"|\\(?P<escaped>.)|(?P<plain>.)",
    re.DOTALL,
)


def words(pattern: str) -> Iterator[tuple[str, bool]]:
    """Each run of plain characters, and whether it stands where the pattern begins."""
    word, begins, starts = "", True, [True]
    for token in _TOKEN.finditer(pattern):
        kind, text = token.lastgroup, token.group(token.lastgroup or 0)
        if kind in ("plain", "escaped"):
            word += text
            continue
        if kind == "times" and text[0] in "*?{":
            word = word[:-1]  # its last character may be missing
        if word:
            yield word, begins
        word, begins = "", _begins_next(kind, text, begins and not word, starts)
    if word:
        yield word, begins


def _begins_next(kind: str | None, text: str, begins: bool, starts: list[bool]) -> bool:
    """Whether what follows a token can be the beginning of a match; `starts` has that for each open bracket."""
    if kind == "open":
        starts.append(begins)
        return begins
    if kind == "bar":
        return starts[-1]
    if kind == "close":
        return len(starts) > 1 and starts.pop() and False
    return begins and text in ("^", "\\A", "\\b", "\\B")


def asks_anything(pattern: str) -> bool:
    """Whether every name matches, as for `.*`."""
    return all(token.lastgroup == "any" for token in _TOKEN.finditer(pattern))
