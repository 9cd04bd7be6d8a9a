"""Names as the analysis sees them: strings with holes for what only a call or a run can fill in."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

__all__ = ["NONE", "PERHAPS_NONE", "Hole", "Text", "literal", "overlaps", "reads_names", "substitute", "text_of"]

_FORMAT = re.compile(r"%[-#0 +]*\d*(?:\.\d+)?[diouxXeEfFgGcrs]")
_OWN = frozenset({"self", "cls", "args", "flags", "FLAGS", "os"})  # whose `name` is no variable's
_FIELD = re.compile(r"\{[^{}]*\}")
_PLAIN = frozenset({"%s", "%d", "%i", "{}"})  # fields that put a string or an integer in as it is
_BRACES = re.compile(r"\{(\w*)(?:[!:][^{}]*)?\}")


@dataclass(frozen=True, slots=True)
class Hole:
    """What is not known: a parameter of the body (`parameter`), a loop's counter (`loop`), or anything (``)."""

    parameter: str = ""
    loop: tuple[int, int] = (0, 0)  # where the loop stands; each of its rounds fills the hole differently
    none: str = ""  # "perhaps" or "surely" None
    term: bool = False  # of a sum, where it is a number
    derived: bool = False  # made of another variable's name, and changes with it
    folders: bool = False  # may hold a `/`


@dataclass(frozen=True, slots=True)
class Text:
    """A string in parts, with no two literal parts side by side."""

    parts: tuple[str | Hole, ...]

    @property
    def literal(self) -> str | None:
        """The string itself where all of it is known."""
        if not self.parts:
            return ""
        head = self.parts[0]
        return head if len(self.parts) == 1 and isinstance(head, str) else None

    @property
    def pattern(self) -> str:
        """The string with `*` for each hole, as the rename report shows it."""
        return "".join(part if isinstance(part, str) else "*" for part in self.parts)

    @property
    def may_be_none(self) -> bool:
        """Whether it may be None rather than a string."""
        return len(self.parts) == 1 and isinstance(self.parts[0], Hole) and bool(self.parts[0].none)

    @property
    def may_have_folders(self) -> bool:
        """Whether it holds a `/`, as far as that shows."""
        return any("/" in part if isinstance(part, str) else part.derived or part.folders for part in self.parts)

    @property
    def is_derived(self) -> bool:
        """Whether a part of it is made of another variable's name."""
        return any(isinstance(part, Hole) and part.derived for part in self.parts)

    @property
    def is_none(self) -> bool:
        """Whether it is None, and no string."""
        return self.may_be_none and self == NONE

    @property
    def loops(self) -> frozenset[tuple[int, int]]:
        """The loops whose rounds give different strings: not where two holes can share out the same digits."""
        between = [part for part in self.parts[1:-1] if isinstance(part, str)]
        holes = [part for part in self.parts if isinstance(part, Hole)]
        if len(holes) > 1 and (len(between) < len(holes) - 1 or any(part.isdigit() for part in between)):
            return frozenset()
        return frozenset(part.loop for part in holes if part.loop[0])


NONE = Text((Hole(none="surely"),))
PERHAPS_NONE = Text((Hole(none="perhaps"),))


def literal(value: str) -> Text:
    """A text without holes."""
    return Text((value,)) if value else Text(())


def _joined(parts: list[str | Hole]) -> Text:
    merged: list[str | Hole] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    return _shared(tuple(merged))


@lru_cache(maxsize=4096)
def _shared(parts: tuple[str | Hole, ...]) -> Text:
    """The text of some parts: of those in the facts of a tree half are one and the same hole."""
    return Text(parts)


def substitute(text: Text, arguments: Mapping[str, Text]) -> Text:
    """The text with parameters replaced by what a call passes; a parameter that is not passed becomes a plain hole."""
    if not any(isinstance(part, Hole) and part.parameter for part in text.parts):
        return text
    parts: list[str | Hole] = []
    for part in text.parts:
        if isinstance(part, Hole) and part.parameter:
            given = arguments.get(part.parameter, Text((Hole(),)))
            if part.term and (given.literal or "").isdigit():
                return Text((Hole(),))
            parts.extend(given.parts)
        else:
            parts.append(part)
    return _joined(parts)


def overlaps(first: Text, second: Text) -> bool:
    """Whether the two can be the same graph name, which ignores case; of two with holes only the ends are compared."""
    one, two = first.literal, second.literal
    if one is not None and two is not None:
        return one.lower() == two.lower()
    if one is not None:
        return _matches(second, one)
    if two is not None:
        return _matches(first, two)
    return _ends_meet(first, second)


def _matches(pattern: Text, value: str) -> bool:
    return _compiled(pattern).fullmatch(value) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: Text) -> re.Pattern[str]:
    return re.compile("".join(_expression(part) for part in pattern.parts), re.IGNORECASE | re.DOTALL)


def _expression(part: str | Hole) -> str:
    if isinstance(part, str):
        return re.escape(part)
    return ".+" if part.loop[0] else ".*"  # a loop's counter is never empty


def _ends_meet(first: Text, second: Text) -> bool:
    heads = [text.parts[0].lower() if isinstance(text.parts[0], str) else "" for text in (first, second)]
    tails = [text.parts[-1].lower() if isinstance(text.parts[-1], str) else "" for text in (first, second)]
    return (heads[0].startswith(heads[1]) or heads[1].startswith(heads[0])) and (
        tails[0].endswith(tails[1]) or tails[1].endswith(tails[0])
    )


def text_of(node: ast.expr, name: Callable[[ast.Name], Text]) -> Text:
    """What is known of the string that `node` evaluates to; `name` says what is known of a name."""
    return _joined(_parts(node, name))


def _parts(node: ast.expr, name: Callable[[ast.Name], Text]) -> list[str | Hole]:
    match node:
        case ast.Constant(value=str() as value):
            return [value]
        case ast.Name():
            return list(name(node).parts)
        case ast.JoinedStr(values=values):
            return [part for value in values for part in _parts(value, name)]
        case ast.FormattedValue(value=value, format_spec=None):
            return _parts(value, name)
        case ast.BinOp():
            return _operation(node, name)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as form), attr="format"), args=values):
            if all(not match.group(1) for match in _BRACES.finditer(form)):
                return _interpolated(_FIELD.split(form), _FIELD.findall(form), values, name)
        case ast.Call(func=ast.Name(id="str"), args=[value]):
            return _parts(value, name)
    return [Hole(derived=reads_names(node))]


def reads_names(node: ast.expr) -> bool:
    """Whether an expression holds what may be the name of a variable or an op: `v.name`, `v.op.name`."""
    attributes = (part for part in ast.walk(node) if isinstance(part, ast.Attribute))
    return any(part.attr == "name" and _may_be_variable(part.value) for part in attributes)


def _may_be_variable(node: ast.expr) -> bool:
    return node.attr == "op" if isinstance(node, ast.Attribute) else isinstance(node, ast.Name) and node.id not in _OWN


def _operation(node: ast.BinOp, name: Callable[[ast.Name], Text]) -> list[str | Hole]:
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=ast.Constant(value=int())):
            return _counted(_parts(left, name))
        case ast.BinOp(left=ast.Constant(value=int()), op=ast.Add(), right=right):
            return _counted(_parts(right, name))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _added(_parts(left, name), _parts(right, name))
        case ast.BinOp(left=ast.Constant(value=str() as form), op=ast.Mod(), right=right):
            values = right.elts if isinstance(right, ast.Tuple) else [right]
            return _interpolated(_FORMAT.split(form), _FORMAT.findall(form), values, name)
    return [Hole()]


def _counted(parts: list[str | Hole]) -> list[str | Hole]:
    """A number to which another is added: as distinct from round to round as it was."""
    match parts:
        case [Hole(loop=loop)]:
            return [Hole(loop=loop)]
    return [Hole()]


def _added(left: list[str | Hole], right: list[str | Hole]) -> list[str | Hole]:
    """One string behind the other; where neither is a string for sure, numbers may be summed up."""
    parts = [*left, *right]
    if any(isinstance(part, str) and not part.isdigit() for part in parts):
        return parts
    return [replace(part, term=True) if isinstance(part, Hole) else part for part in parts]


def _interpolated(
    pieces: list[str], fields: list[str], values: list[ast.expr], name: Callable[[ast.Name], Text]
) -> list[str | Hole]:
    if len(pieces) != len(values) + 1 or any("%" in piece for piece in pieces):
        return [Hole()]
    parts: list[str | Hole] = [pieces[0]]
    for field, value, piece in zip(fields, values, pieces[1:], strict=True):
        parts += [part if field in _PLAIN else _formatted(part) for part in _parts(value, name)]
        parts.append(piece)
    return parts


def _formatted(part: str | Hole) -> Hole:
    """What a format such as `%03d` makes of a part: another text for each, but not the part itself."""
    return Hole(loop=part.loop, derived=part.derived) if isinstance(part, Hole) else Hole()
