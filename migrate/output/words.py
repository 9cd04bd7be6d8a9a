"""What every format says of a finding, in the same words, and text made safe to be shown."""

from __future__ import annotations

import os
import re

from migrate.model import FileResult, Finding, Left, Notice, Rewrite

__all__ = ["HIDDEN", "cause", "label", "path_bytes", "plural", "readable", "said", "visible", "visible_path"]

# Controls but for the tab, what turns the direction of writing around, the two separators that some readers take for
# line ends, invisible joiners, and the lone surrogates that stand for bytes which are not UTF-8.
HIDDEN = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def visible(text: str) -> str:
    """The text with every control or hidden character, tabs excepted, written as a hexadecimal escape."""
    return HIDDEN.sub(_escape, text)


def visible_path(path: str) -> str:
    """A path in one line, tabs escaped as well; a byte that is no UTF-8 shows as its escape."""
    return visible(path).replace("\t", "\\t")


def readable(text: str) -> str:
    """The text with each byte that is no UTF-8 as its escape: strict readers of JSON refuse lone surrogates."""
    return "".join(_escaped(ord(char)) if "\ud800" <= char <= "\udfff" else char for char in text)


def label(finding: Finding) -> str:
    """The finding's level as one word: that of its rewrite, `left`, or `notice`."""
    match finding.outcome:
        case Rewrite(level):
            return level.value
        case Left():
            return "left"
        case Notice():
            return "notice"


def said(finding: Finding) -> str:
    """The finding's message in one line, and for a call that is left what a person can do about it."""
    match finding.outcome:
        case Left(advice) if advice:
            text = f"{finding.message} ({advice.rstrip('.')})"
        case _:
            text = finding.message
    return visible(text).replace("\t", " ")


def cause(result: FileResult) -> str:
    """Why a file could not be processed, in one line."""
    return visible(result.failure.cause).replace("\t", " ") if result.failure else ""


def plural(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _escape(match: re.Match[str]) -> str:
    return _escaped(ord(match.group()))


def _escaped(code: int) -> str:
    if 0xDC80 <= code <= 0xDCFF:  # a byte that os.fsdecode could not decode
        return f"\\x{code - 0xDC00:02x}"
    named = {10: "\\n", 13: "\\r"}.get(code)
    return named or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def path_bytes(path: str) -> bytes:
    """The path in one line as bytes, as the file system has it, so that an editor can open it."""
    return b"".join(
        os.fsencode(char) if 0xDC80 <= ord(char) <= 0xDCFF else visible_path(char).encode() for char in path
    )
