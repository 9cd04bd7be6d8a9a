"""Names as the analysis sees them: strings with holes for what only a call or a run can fill in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain, product
from math import prod
from typing import Literal, TypeAlias

from migrate.codemod import Fact
from migrate.syntax.records import record

__all__ = [
    "ANYTHING",
    "FOREIGN",
    "NONE",
    "PERHAPS_NONE",
    "UNKNOWN",
    "Hole",
    "Loop",
    "Text",
    "first_of",
    "is_no_folder",
    "joined",
    "literal",
    "may_be_one_path",
    "one_of",
    "overlaps",
    "parameter",
    "substitute",
    "without_number",
]

Loop: TypeAlias = tuple[str, tuple[int, int]]  # the file of a loop, and its place there
_NUMBERED = re.compile(r"(.+)_\d+")
_MAX_TEXTS = 256  # strings that are compared one by one


@record(frozen=True, slots=True)
class Hole(Fact):
    """What is not known: a parameter of the body (`parameter`), a loop's counter (`loop`), or anything (``).

    `choices` are all the strings that it can be, where they are known. A `number` is an integer that no string holds
    yet; once one does, its `digits` are known to be such. One that is `signed` may be negative. A `term` is one of a
    sum, where it is a number. What is `derived` is made of another variable's name, and changes with it. `none` says
    whether it is None. One with `folders` may hold a `/`, one that is `slashed` end in one. It is one of those that
    it is `among`, where a parameter in them has to be filled in first; where it `skips` some, it is the first that is
    none of these.
    What is `foreign` comes from another program, and may be any string whatever this one holds. Digits that are not
    signed are those of a number that is `least` or more.
    """

    parameter: str = ""
    loop: Loop | None = None  # each of its rounds fills the hole differently
    choices: tuple[str, ...] = ()
    number: bool = False
    digits: bool = False
    signed: bool = False
    term: bool = False
    derived: bool = False
    none: Literal["", "perhaps", "surely"] = ""
    folders: bool = False
    slashed: bool = False
    among: tuple[Text, ...] = ()
    skips: tuple[Text, ...] = ()
    foreign: bool = False
    least: int = 0

    @property
    def is_filled_in(self) -> bool:
        """Whether what it is depends on a parameter of the body."""
        return bool(self.parameter or self.among)

    @property
    def shown(self) -> str | Hole:
        """What stands in a string for it."""
        if len(self.choices) == 1:
            return self.choices[0]
        return replace(self, number=False, digits=True) if self.number else self


@record(frozen=True, slots=True)
class Text(Fact):
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
        if len(self.parts) == 1 and isinstance(self.parts[0], str):
            return self.parts[0]  # as nearly always
        return "".join(part if isinstance(part, str) else "*" for part in self.parts)

    @property
    def tells(self) -> bool:
        """Whether anything of it is known."""
        return any(isinstance(part, str) or bool(part.choices) for part in self.parts)

    @property
    def is_open(self) -> bool:
        """Whether a part of it may be any string."""
        return any(isinstance(part, Hole) and not (part.choices or part.digits or part.number) for part in self.parts)

    @property
    def ends_folder(self) -> bool:
        """Whether it surely ends in a `/`, as the whole name of a scope does."""
        return bool(self.parts) and isinstance(self.parts[-1], str) and self.parts[-1].endswith("/")

    @property
    def texts(self) -> tuple[str, ...]:
        """All that it can be, where that is known and not too much; else empty."""
        if self.literal:
            return self.parts  # type: ignore[return-value]
        several = [(part,) if isinstance(part, str) else part.choices for part in self.parts]
        if not all(several) or prod(map(len, several)) > _MAX_TEXTS:
            return ()
        return tuple("".join(parts) for parts in product(*several))

    @property
    def may_be_none(self) -> bool:
        """Whether it may be None rather than a string."""
        return len(self.parts) == 1 and isinstance(self.parts[0], Hole) and bool(self.parts[0].none)

    @property
    def may_have_folders(self) -> bool:
        """Whether it holds a `/`, as far as that shows."""
        held = (("/" in part if isinstance(part, str) else part.derived or part.folders) for part in self.parts)
        return any(held) or any("/" in text for text in self.texts)

    @property
    def is_none(self) -> bool:
        """Whether it is None, and no string."""
        return self.may_be_none and self == NONE

    @property
    def is_derived(self) -> bool:
        """Whether a part of it is made of another variable's name."""
        return any(isinstance(part, Hole) and part.derived for part in self.parts)

    @property
    def is_foreign(self) -> bool:
        """Whether a part of it comes from another program."""
        return any(isinstance(part, Hole) and part.foreign for part in self.parts)

    @property
    def loops(self) -> frozenset[Loop]:
        """The loops whose rounds give different strings: not where two holes can share out the same characters."""
        holes = [part for part in self.parts if isinstance(part, Hole)]
        found = frozenset(part.loop for part in holes if part.loop)
        if len(holes) < 2 or len({text.lower() for text in self.texts}) == len(self.texts) > 0:
            return found
        return found if self._is_separated(holes) else frozenset()

    def _is_separated(self, holes: Sequence[Hole]) -> bool:
        """Whether one can tell where each hole ends: all but one hold digits, with something else in between."""
        between = [part for part in self.parts[1:-1] if isinstance(part, str)]
        if len(between) < len(holes) - 1 or any(part.isdigit() for part in between):
            return False
        return sum(not (part.digits or part.number) for part in holes) <= 1


ANYTHING = Hole()
UNKNOWN = Text((ANYTHING,))
NONE = Text((Hole(none="surely"),))
PERHAPS_NONE = Text((Hole(none="perhaps"),))
FOREIGN = Text((Hole(folders=True, foreign=True),))


def literal(value: str) -> Text:
    """A text without holes."""
    return Text((value,)) if value else Text(())


@lru_cache(maxsize=4096)
def parameter(name: str) -> Text:
    """What a parameter stands for, until a call says it."""
    return Text((Hole(parameter=name),))


def without_number(name: str) -> str:
    """What a name was before the graph put a number behind it: `w` for `w_1`; the name itself where it has none."""
    numbered = _NUMBERED.fullmatch(name)
    return numbered[1] if numbered else name


def is_no_folder(name: Text) -> bool:
    """Whether a name may be empty or end in `/`: a scope of it adds no part to the names inside, or an empty one."""
    if name.texts:
        return any(not text or text.endswith("/") for text in name.texts)
    return _may_end_in_slash(name)


def _may_end_in_slash(name: Text) -> bool:
    last = name.parts[-1] if name.parts else ""
    return last.endswith("/") if isinstance(last, str) else last.slashed


def joined(parts: Iterable[str | Hole]) -> Text:
    """The text of some parts, of which literal ones may stand side by side."""
    merged: list[str | Hole] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    if len(merged) == 1 and merged[0] is ANYTHING:
        return UNKNOWN
    return _shared(tuple(merged))


@lru_cache(maxsize=4096)
def _shared(parts: tuple[str | Hole, ...]) -> Text:
    """The text of some parts: of those in the facts of a tree half are one and the same hole."""
    return Text(parts)


def one_of(texts: Sequence[Text]) -> Hole:
    """One of some texts, and nobody knows which."""
    derived = any(text.is_derived for text in texts)
    if any(isinstance(part, Hole) and part.is_filled_in for text in texts for part in text.parts):
        return Hole(among=tuple(texts), derived=derived)
    several = [text.texts for text in texts]
    choices = tuple(dict.fromkeys(chain.from_iterable(several))) if all(several) else ()
    none: Literal["", "perhaps"] = "perhaps" if any(text.may_be_none for text in texts) else ""
    return Hole(choices=choices, derived=derived, none=none, slashed=any(map(_may_end_in_slash, texts)))


def first_of(texts: Sequence[Text], skips: tuple[Text, ...]) -> Hole:
    """The first of some texts that is none of `skips`, or the last one in any case: `name or "fc"`."""
    if any(isinstance(part, Hole) and part.is_filled_in for text in texts for part in text.parts):
        return Hole(among=tuple(texts), derived=any(text.is_derived for text in texts), skips=skips)
    left: list[Text] = []
    for text in texts[:-1]:
        if text not in skips:
            unsure = text.may_be_none and NONE in skips
            left.append(Text((Hole(derived=text.is_derived),)) if unsure else text)
            if text.literal is not None:
                return one_of(left)
    return one_of([*left, texts[-1]])


def _chosen(texts: Sequence[Text], skips: tuple[Text, ...]) -> Sequence[str | Hole]:
    """The parts of the first of some texts that is none of `skips`, where it is known which, else a hole for it."""
    first = texts[0]
    tells = any(isinstance(part, str) for part in first.parts)  # neither None nor empty, whatever its holes are
    if skips and tells and not any(overlaps(first, one) for one in skips if not one.may_be_none):
        return first.parts
    return (first_of(texts, skips) if skips else one_of(texts),)


def substitute(text: Text, arguments: Mapping[str, Text]) -> Text:
    """The text with parameters replaced by what a call passes; a parameter that is not passed becomes a plain hole."""
    if not any(isinstance(part, Hole) and part.is_filled_in for part in text.parts):
        return text
    parts: list[str | Hole] = []
    for part in text.parts:
        if isinstance(part, Hole) and part.parameter:
            given = arguments.get(part.parameter, Text((Hole(derived=part.derived),))).parts
            if part.term and any(_is_number(one) for one in given):
                return UNKNOWN
            parts.extend(one if isinstance(one, str) else one.shown for one in given)
        elif isinstance(part, Hole) and part.among:
            texts = [substitute(one, arguments) for one in part.among]
            parts.extend(one if isinstance(one, str) else one.shown for one in _chosen(texts, part.skips))
        else:
            parts.append(part)
    return joined(parts)


def _is_number(part: str | Hole) -> bool:
    return part.isdigit() if isinstance(part, str) else part.number


def overlaps(first: Text, second: Text) -> bool:
    """Whether the two can be the same graph name, which ignores case; of two with holes only the ends are compared."""
    one, two = first.texts, second.texts
    if one and two:
        return not {text.lower() for text in one}.isdisjoint(text.lower() for text in two)
    if one:
        return any(_matches(second, text) for text in one)
    if two:
        return any(_matches(first, text) for text in two)
    return _ends_meet(first, second)


def may_be_one_path(first: Sequence[Text], second: Sequence[Text]) -> bool:
    """Whether the names of some scopes, from the outermost on, can be those of others."""
    return len(first) == len(second) and all(map(overlaps, first, second))


def _matches(pattern: Text, value: str) -> bool:
    return _compiled(pattern).fullmatch(value) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: Text) -> re.Pattern[str]:
    return re.compile("".join(_expression(part) for part in pattern.parts), re.IGNORECASE | re.DOTALL)


def _expression(part: str | Hole) -> str:
    if isinstance(part, str):
        return re.escape(part)
    if part.choices:
        return f"(?:{'|'.join(map(re.escape, part.choices))})"
    if part.digits or part.number:
        return r"-?\d+" if part.signed else rf"{_not_below(part.least)}\d+"
    return ".+" if part.loop else ".*"  # a loop's counter is never empty


def _not_below(least: int) -> str:
    """That what follows is no number below another one, with zeros in front or without."""
    return f"(?!0*(?:{'|'.join(map(str, range(least)))})(?!\\d))" if 0 < least <= _MAX_TEXTS else ""


def _ends_meet(first: Text, second: Text) -> bool:
    heads = [text.parts[0].lower() if isinstance(text.parts[0], str) else "" for text in (first, second)]
    tails = [text.parts[-1].lower() if isinstance(text.parts[-1], str) else "" for text in (first, second)]
    return (heads[0].startswith(heads[1]) or heads[1].startswith(heads[0])) and (
        tails[0].endswith(tails[1]) or tails[1].endswith(tails[0])
    )
