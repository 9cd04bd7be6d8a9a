"""What stands between the arguments of a call: line breaks, indentation, comments. None of it may be lost."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

__all__ = ["SPACE", "Gap", "close", "join", "read_gap"]

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Gap:
    """The text behind an argument's comma: `trail` on the same line, whole `lines`, and `indent` of the next argument.

    `indent` is None where the next argument, or the closing bracket, stands on the same line.
    """

    trail: str = ""
    lines: tuple[str, ...] = ()
    indent: str | None = None

    @property
    def breaks(self) -> bool:
        """Whether a new line begins here."""
        return self.indent is not None

    @property
    def comment(self) -> str:
        """The comment at the end of the line, empty where there is none."""
        return self.trail.strip() if "#" in self.trail else ""

    @property
    def comments(self) -> tuple[str, ...]:
        """Every comment in it."""
        return tuple(line.strip() for line in (self.trail, *self.lines) if "#" in line)

    def text(self) -> str:
        """The characters of the gap, with line feeds for line ends."""
        return self.trail if self.indent is None else "\n".join((self.trail, *self.lines, self.indent))

    def shifted(self, column: int, by: int) -> Gap:
        """The gap with lines that begin at `column` moved by `by` columns; others stand where they stood."""
        if self.indent is None or len(self.indent) != column or by == 0:
            return self
        return replace(self, lines=tuple(_move(line, by) for line in self.lines), indent=_move(self.indent, by))

    def at(self, indent: str) -> Gap:
        """The gap with everything behind its first line at another indentation; it breaks in any case."""
        return Gap(self.trail.rstrip(), tuple(indent + line.strip() for line in self.lines if line.strip()), indent)


SPACE = Gap(" ")


def _move(line: str, by: int) -> str:
    if not line.strip() and line == "":
        return line
    rest = line.lstrip(" ")
    return " " * max(0, len(line) - len(rest) + by) + rest if not line.startswith("\t") else _move_tabbed(line, by)


def _move_tabbed(line: str, by: int) -> str:
    tabs = len(line) - len(line.lstrip("\t"))
    return line[:tabs] + _move(line[tabs:], by)


def read_gap(text: str) -> Gap:
    """Reads a gap from its characters, the comma taken out; line continuations become nothing."""
    first, *rest = _LINE_END.split(text)
    if first.strip() == "\\":
        first = ""
    return Gap(first, tuple(rest[:-1]), rest[-1]) if rest else Gap(first)


def join(before: Gap, after: Gap) -> Gap:
    """The gap that is left where the argument between two gaps goes, and another argument follows."""
    indent = before.indent if before.indent is not None else after.indent
    if indent is None:
        return before
    if not before.breaks:
        return Gap(after.trail if after.comment else before.trail.rstrip(), after.lines, indent)
    own_line = (indent + after.comment,) if after.comment else ()
    return Gap(before.trail, (*before.lines, *own_line, *after.lines), indent)


def close(before: Gap, closing: Gap) -> Gap:
    """The same where only the closing bracket follows: it stays where it was unless a comment would swallow it."""
    comments = (*before.comments, *closing.comments)
    if not comments:
        return closing
    joined = join(before, closing) if before.breaks or closing.breaks else closing
    return joined if closing.indent is None else replace(joined, indent=closing.indent)
