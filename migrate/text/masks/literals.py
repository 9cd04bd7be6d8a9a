"""Python 2's numbers and strings as literals of Python 3 that are as long."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from migrate.text.lexer import Kind
from migrate.text.masks.words import Mask, Word

__all__ = ["number", "strings"]

_DIGITS = re.compile(r"[0-9]+")
_MOST_DIGITS = 4000  # Python reads no longer number but in hexadecimal digits
_OLD_OCTAL = re.compile(r"0[0-7]+")
_PREFIX = re.compile(r"[a-zA-Z]*")
_WIDE = re.compile(r"[^\x00-\x7f]")
# In Python 2 only unicode strings know these escapes; in others they are text: 'C:\Users'.
_ESCAPE = re.compile(r"\\(?:(?P<bad>N|u(?![0-9a-fA-F]{4})|U(?!00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4}))|\r\n|.)", re.DOTALL)


def number(text: str) -> str:
    """A number of the same value and length, `text` where Python 3 knows it: `0777` is `5_11`, `10L` is `1_0`.

    One that is longer than Python reads becomes another of that length.
    """
    digits = text.rstrip("lL")
    if digits[:2].lower() in {"0x", "0b", "0o"}:
        return digits[:2] + digits[2:].rjust(len(text) - 2, "0")
    if len(digits) > _MOST_DIGITS and _DIGITS.fullmatch(digits):
        return f"0x{digits[2:]}".ljust(len(text), "0")
    if not _DIGITS.fullmatch(digits) or (digits == text and not (_OLD_OCTAL.fullmatch(text) and text.strip("0"))):
        return text
    octal = digits.startswith("0") and _OLD_OCTAL.fullmatch(digits) is not None
    value = int(digits, 8) if octal else int(digits)
    return _spread(value, len(text))


def _spread(value: int, length: int) -> str:
    """An integer literal of exactly `length` characters; a space behind it lets `7L.bit_length` stay an attribute."""
    if value == 0:
        return "0" * length
    decimal = str(value)
    missing = length - len(decimal)
    if 0 <= missing < len(decimal):
        return "".join(f"{digit}_" for digit in decimal[:missing]) + decimal[missing:]
    wide = f"0x{value:0{max(length - 2, 1)}x}"
    return wide if len(wide) == length else decimal.ljust(length)


def strings(found: Sequence[Word]) -> Iterator[Mask]:
    """Masks for a statement's strings; those that stand side by side must not mix bytes and text in Python 3."""
    run: list[Word] = []
    for word in found:
        if word.kind is Kind.STRING:
            run.append(word)
        elif run:
            yield from _run(run)
            run = []
    yield from _run(run)


def _run(run: Sequence[Word]) -> Iterator[Mask]:
    mixed = len({"b" in _prefix(word) for word in run}) > 1
    for word in run:
        new = _string(word.text, mixed)
        if new != word.text:
            yield Mask(word.start, new)


def _prefix(word: Word) -> str:
    match = _PREFIX.match(word.text)
    return match.group().lower() if match else ""


def _string(text: str, mixed: bool) -> str:
    match = _PREFIX.match(text)
    prefix = match.group() if match else ""
    body = text[len(prefix) :]
    match prefix.lower():
        case "ur":
            return "fr" + body.replace("{", "_").replace("}", "_")
        case "br" | "rb" if mixed:
            return "fr" + body.replace("{", "_").replace("}", "_")
        case "b" if mixed:
            return "u" + _ESCAPE.sub(_blunt, body)
        case "b" | "br" | "rb":
            return prefix + _WIDE.sub("?", body)
        case "" if "\\" in body:
            return _ESCAPE.sub(_blunt, body)
    return text


def _blunt(match: re.Match[str]) -> str:
    return "/" + match["bad"] if match["bad"] else match.group()
