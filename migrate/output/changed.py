"""The changed words inside changed lines, and a file's hunks as text ready to be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from migrate.diff import Hunk, Line, hunks
from migrate.model import FileResult, Revision
from migrate.output.colors import long_strings, open_at
from migrate.text.encoding import SourceError, decode

__all__ = ["Block", "Shown", "blocks", "decoder", "marks", "readable_sides"]

Mark = tuple[int, int]  # from and to which character of a line

_WORDS = re.compile(
    r"\n|\w+| {4}|[^\w\n]"
)  # blanks by four, so that one level of indentation more is all that is marked
_MOST = 1_000_000  # pairs of words that are compared in one run of changed lines; longer ones are not marked
_LEAST = 0.35  # how alike two runs of lines must be for their differences to be worth marking


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of a hunk as text without its ending, and where in it words changed."""

    line: Line
    text: str
    marks: tuple[Mark, ...]
    ended: bool  # whether a line feed ends it


@dataclass(frozen=True, slots=True)
class Block:
    """One hunk, its lines as they are shown, and the quotes of long strings that are open before it on either side."""

    hunk: Hunk
    lines: tuple[Shown, ...]
    opened: tuple[str, str]


def readable_sides(result: FileResult) -> FileResult:
    """The result with what a person wants to read on both sides: of a notebook its code, not its JSON."""
    if not result.path.lower().endswith(".ipynb"):
        return result
    from migrate import notebook  # noqa: PLC0415 (most runs see none)

    try:
        before, after = (notebook.view(side or b"").encode() for side in (result.before, result.after))
    except SourceError:
        return result
    return replace(result, revision=Revision.of(before, after))


def decoder(data: bytes) -> str:
    """The encoding to show a file's lines in: its own, or UTF-8 where that is not known."""
    try:
        return decode(data).encoding
    except SourceError:
        return "utf-8"


def blocks(result: FileResult, context: int = 3) -> Iterator[Block]:
    """A changed file's hunks as text, each changed word marked.

    Carriage returns in front of line feeds are left out where every line of the file has one, and kept where newlines
    are mixed, for there they may be the change.
    """
    before, after = result.before or b"", result.after or b""
    encoding = decoder(before)
    old_strings, new_strings = (long_strings(side.decode(encoding, "replace")) for side in (before, after))
    ending = "\r" if _all_crlf(before) and _all_crlf(after) else ""
    for hunk in hunks(before, after, context):
        texts = [line.data.decode(encoding, "replace") for line in hunk.lines]
        bare = [text.removesuffix("\n").removesuffix(ending).removeprefix("\ufeff") for text in texts]
        marked = _mark_all(hunk.lines, bare)
        shown = (
            Shown(line, text, tuple(marked.get(number, ())), line.data.endswith(b"\n"))
            for number, (line, text) in enumerate(zip(hunk.lines, bare, strict=True))
        )
        opened = open_at(old_strings, hunk.old_start), open_at(new_strings, hunk.new_start)
        yield Block(hunk, tuple(shown), opened)


def marks(old: Sequence[str], new: Sequence[str]) -> tuple[list[list[Mark]], list[list[Mark]]]:
    """Where words differ between some old lines and the new ones in their place, for each line of either side."""
    from difflib import SequenceMatcher  # noqa: PLC0415

    old_words, new_words = _words(old), _words(new)
    found: tuple[list[list[Mark]], list[list[Mark]]] = ([[] for _ in old], [[] for _ in new])
    if not old or not new or len(old_words) * len(new_words) > _MOST:
        return found
    matcher = SequenceMatcher(None, [word[2] for word in old_words], [word[2] for word in new_words], autojunk=False)
    if matcher.ratio() < _LEAST:
        return found
    for tag, first, last, new_first, new_last in matcher.get_opcodes():
        if tag != "equal":
            _join(found[0], old_words[first:last])
            _join(found[1], new_words[new_first:new_last])
    return found


def _all_crlf(data: bytes) -> bool:
    return data.count(b"\r\n") == data.count(b"\n") > 0


def _words(lines: Sequence[str]) -> list[tuple[int, int, str]]:
    """Each word's line and place in it; a line begins with a word for the line end before it."""
    return [
        (number, max(match.start() - 1, 0), match.group())
        for number, line in enumerate(lines)
        for match in _WORDS.finditer("\n" + line)
    ]


def _join(lines: list[list[Mark]], words: Sequence[tuple[int, int, str]]) -> None:
    """Marks `words`, those that touch as one."""
    for number, start, word in words:
        end = start + len(word) - (word == "\n")
        marked = lines[number]
        if marked and marked[-1][1] == start:
            marked[-1] = (marked[-1][0], end)
        elif start < end:
            marked.append((start, end))


def _mark_all(lines: Sequence[Line], texts: Sequence[str]) -> dict[int, list[Mark]]:
    """The marks of a hunk's lines by their index: each run of removed lines against the added ones behind it."""
    found: dict[int, list[Mark]] = {}
    at = 0
    while at < len(lines):
        middle = _run(lines, at, "-")
        end = _run(lines, middle, "+")
        if at < middle < end:
            old, new = marks(texts[at:middle], texts[middle:end])
            found.update(zip(range(at, end), [*old, *new], strict=True))
        at = max(end, at + 1)
    return found


def _run(lines: Sequence[Line], start: int, sign: str) -> int:
    while start < len(lines) and lines[start].sign == sign:
        start += 1
    return start
