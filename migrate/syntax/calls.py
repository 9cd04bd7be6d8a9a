"""What a call calls by its last name, and its arguments: one of them, or all bound to the parameters."""

from __future__ import annotations

import ast
import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrate.syntax.names import last_name

__all__ = ["Argument", "Given", "Unbound", "arguments", "bind", "called_name", "given", "keyword_or_place"]


class Unbound(enum.Enum):
    """Why a call's arguments cannot be bound to parameters by reading the call alone."""

    STAR = "it passes *args or **kwargs"
    TOO_MANY = "it passes more positional arguments than there are parameters"
    UNKNOWN = "it passes a keyword that is no parameter"
    TWICE = "it passes one parameter twice"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call: `index` counts in the order of the source, `keyword` is None where it is positional."""

    index: int
    keyword: str | None
    value: ast.expr


@dataclass(frozen=True, slots=True)
class Given:
    """What a call passes by position and by keyword, as far as that shows, and whether it unpacks `more`.

    What is unpacked where it is written counts as written out: `f(*[a, b], **{"name": "w"})`.
    """

    values: Sequence[ast.expr]
    keywords: Sequence[tuple[str, ast.expr]]
    more: bool

    def items(self) -> Iterator[tuple[int | str, ast.expr]]:
        """The arguments by their positions and keywords."""
        yield from enumerate(self.values)
        yield from self.keywords


def given(call: ast.Call) -> Given:
    """What a call passes; behind a list that does not show, nobody knows the positions."""
    values: list[ast.expr] = []
    more = False
    for value in call.args:
        shown = _listed(value)
        if shown is None:
            more = True
            break
        values += shown
    keywords: list[tuple[str, ast.expr]] = []
    for item in call.keywords:
        pairs = _paired(item)
        more |= pairs is None
        keywords += pairs or ()
    return Given(values, keywords, more)


def _listed(value: ast.expr) -> Sequence[ast.expr] | None:
    """An argument, or those that are unpacked here; None where they do not show."""
    if not isinstance(value, ast.Starred):
        return (value,)
    items = value.value.elts if isinstance(value.value, ast.List | ast.Tuple) else None
    return None if items is None or any(isinstance(one, ast.Starred) for one in items) else items


def _paired(item: ast.keyword) -> Sequence[tuple[str, ast.expr]] | None:
    """A keyword and its value, or those that are unpacked here; None where they do not show."""
    if item.arg is not None:
        return ((item.arg, item.value),)
    if not isinstance(item.value, ast.Dict):
        return None
    names = [one.value if isinstance(one, ast.Constant) else None for one in item.value.keys]
    pairs = [(name, one) for name, one in zip(names, item.value.values, strict=True) if isinstance(name, str)]
    return pairs if len(pairs) == len(names) else None


def called_name(call: ast.Call) -> str:
    """The last name by which a call is written, whatever it stands for: `c` for `a.b.c()`; "" for `a[0]()`."""
    return last_name(call.func)


def keyword_or_place(call: ast.Call, keyword: str, place: int) -> ast.expr | None:
    """The argument that a call passes by keyword or at a position; None where it passes none."""
    for item in call.keywords:
        if item.arg == keyword:
            return item.value
    return call.args[place] if len(call.args) > place else None


def arguments(call: ast.Call) -> tuple[Argument, ...] | Unbound:
    """The arguments of `call` in the order of the source; `Unbound.STAR` where one of them is starred."""
    if any(isinstance(value, ast.Starred) for value in call.args) or any(word.arg is None for word in call.keywords):
        return Unbound.STAR
    # Without stars every positional argument stands before every keyword.
    pairs = [(None, value) for value in call.args] + [(word.arg, word.value) for word in call.keywords]
    return tuple(Argument(index, keyword, value) for index, (keyword, value) in enumerate(pairs))


def bind(call: ast.Call, parameters: Sequence[str]) -> Mapping[str, Argument] | Unbound:
    """Each passed parameter's argument, in the order of the source.

    `parameters` are the names in positional order. Says why where the call does not fit them.
    """
    passed = arguments(call)
    if isinstance(passed, Unbound):
        return passed
    bound: dict[str, Argument] = {}
    for argument in passed:
        if argument.keyword is None and argument.index >= len(parameters):
            return Unbound.TOO_MANY
        name = parameters[argument.index] if argument.keyword is None else argument.keyword
        if name not in parameters:
            return Unbound.UNKNOWN
        if name in bound:
            return Unbound.TWICE
        bound[name] = argument
    return bound
