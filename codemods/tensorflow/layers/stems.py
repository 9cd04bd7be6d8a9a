"""The name of a layer in the names of what belongs to it: `conv1` in `W_conv1`, `b_conv1` and `h_conv1`."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Stem", "is_role", "stem_of"]

_ROLES = r"W|w|b|B|h|H|z|Z|a|A|weights?|Weights?|bias(?:es)?|Bias(?:es)?|kernel|gamma|beta|scale|offset"
_KIND = r"init|initial|var|variable|value|mat|matrix|vec|vector"  # what a variable is, and not of which layer
_ROLE = re.compile(rf"_*({_ROLES})(?:_(?:{_KIND}))?_*")
_FIRST = re.compile(rf"_*({_ROLES})_?(\d+|(?<=_)(?!(?:{_KIND})_*\Z)\w+)_*")
_LAST = re.compile(rf"_*(\w+?)_({_ROLES})_*")


@dataclass(frozen=True, slots=True)
class Stem:
    """A target's layer and the part that it plays there, such as `conv1` and `W`."""

    layer: str
    role: str


def is_role(target: str) -> bool:
    """Whether a target's name is nothing but a part that variables play in their layers, such as `w`."""
    return _ROLE.fullmatch(target) is not None


def stem_of(target: str) -> Stem | None:
    """The layer in a target's name; None where the name tells of none."""
    match = _FIRST.fullmatch(target)
    if match:
        role, rest = match.groups()
        return Stem(f"layer{rest}" if rest.isdigit() else rest, role)
    match = _LAST.fullmatch(target)
    return Stem(match.group(1), match.group(2)) if match else None
