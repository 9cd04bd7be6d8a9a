"""The mask for Python 2: its statements and literals as long and, where possible, as telling in Python 3.

Names and calls inside a masked statement stay where they are: `print f(x), y` is read as `not   f(x), y`. What no text
of equal length can express is left as it is, and the parser says where; `indentation` sees to tabs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from migrate.text.lexer import Kind
from migrate.text.masks.literals import number, strings
from migrate.text.masks.words import Mask, Word, overlay, statements, words

__all__ = ["python2"]

_Rule = Callable[[Sequence[Word]], Iterator[Mask]]

_BINARY = frozenset({"and", "or", "in", "is", "if", "else", "for", "as"})  # words that begin no operand
_STARTS = frozenset({"-", "+", "~", "[", "{", "`"})
_NEW_CONSTANTS = frozenset({"True", "False", "None"})
_NEW_KEYWORDS = frozenset({"nonlocal", "async", "await"})
_ASYNC = frozenset({"def", "for", "with"})


def python2(code: str) -> str:
    """`code` with what only Python 2 knows masked; `code` itself where there is nothing."""
    masks = [mask for found in statements(words(code)) for rule in _RULES for mask in rule(found)]
    return overlay(code, masks) if masks else code


def _print(found: Sequence[Word]) -> Iterator[Mask]:
    """`print x, y` is a tuple of `not x` and `y`; `print >>f, x` and `print (x)` are valid already."""
    if found[0].text != "print" or len(found) < 2:
        return
    operand = found[1]
    if operand.text == "lambda":
        yield Mask(found[0].start, "yield")
    elif _begins_operand(operand) or [word.text for word in found[1:3]] == ["(", "yield"]:
        yield Mask(found[0].start, "not  ")


def _exec(found: Sequence[Word]) -> Iterator[Mask]:
    """`exec code in names` is a comparison."""
    if found[0].text == "exec" and len(found) > 1 and _begins_operand(found[1]):
        yield Mask(found[0].start, "not ")


def _begins_operand(word: Word) -> bool:
    match word.kind:
        case Kind.NAME:
            return word.text not in _BINARY
        case Kind.NUMBER | Kind.STRING:
            return True
        case _:
            return word.text in _STARTS


def _commas(found: Sequence[Word]) -> Iterator[Mask]:
    """`except X, e:` and `raise E, m` are sums, for `as` and brackets would take more room."""
    if found[0].text in {"except", "raise"}:
        yield from (Mask(word.start, "|") for word in found if word.text == "," and word.depth == found[0].depth)


def _comparisons(found: Sequence[Word]) -> Iterator[Mask]:
    yield from (Mask(word.start, "!=") for word in found if word.text == "<>")


def _backquotes(found: Sequence[Word]) -> Iterator[Mask]:
    quotes = [word.start for word in found if word.text == "`"]
    for index, start in enumerate(quotes):
        yield Mask(start, ")" if index % 2 else "(")


def _numbers(found: Sequence[Word]) -> Iterator[Mask]:
    for word in found:
        if word.kind is Kind.NUMBER:
            new = number(word.text)
            if new != word.text:
                yield Mask(word.start, new)


def _keywords(found: Sequence[Word]) -> Iterator[Mask]:
    """Words that were names before they became keywords get a capital, or lose it."""
    for index, word in enumerate(found):
        if word.text not in _NEW_CONSTANTS and word.text not in _NEW_KEYWORDS:
            continue
        before = found[index - 1].text if index else ""
        after = found[index + 1] if index + 1 < len(found) else None
        if before in {".", "def", "class", "import", "as"} or _used_as_name(word, index, after):
            yield Mask(word.start, word.text.swapcase())


def _used_as_name(word: Word, index: int, after: Word | None) -> bool:
    if word.text in _NEW_CONSTANTS:
        return False
    if word.text == "async":
        return after is None or after.text not in _ASYNC
    if word.text == "nonlocal":
        return index > 0 or after is None or after.kind is not Kind.NAME
    return after is None or not (_begins_operand(after) or after.text == "(")


def _constants(found: Sequence[Word]) -> Iterator[Mask]:
    """`True, False = 1, 0` and `def f(True=1)` bind names."""
    for index, word in enumerate(found[:-1]):
        if word.text in {"True", "False"} and found[index + 1].text == "=":
            yield Mask(word.start, word.text.swapcase())
            before = index - 1
            while word.depth == 0 and before > 0 and found[before].text == ",":
                if found[before - 1].text in {"True", "False"}:
                    yield Mask(found[before - 1].start, found[before - 1].text.swapcase())
                before -= 2


def _list_tuples(found: Sequence[Word]) -> Iterator[Mask]:
    """`[x for x in 1, 2]` loops over a sum."""
    inside: list[tuple[str, str]] = []  # each bracket, and where in a comprehension it is
    for word in found:
        bracket, state = inside[-1] if inside else ("", "")
        match word.text:
            case "(" | "[" | "{":
                inside.append((word.text, ""))
            case ")" | "]" | "}" if inside:
                inside.pop()
            case "for" if inside:
                inside[-1] = bracket, "for"
            case "in" if state == "for":
                inside[-1] = bracket, "in"
            case "," if bracket == "[" and state == "in":
                yield Mask(word.start, "|")


def _parameters(found: Sequence[Word]) -> Iterator[Mask]:
    """Tuples among parameters: of a `def` they become one name, of a `lambda` as many as they hold."""
    header = found[0].text == "def"
    lambdas: list[int] = []  # the depth of each `lambda` whose colon is to come
    for index, word in enumerate(found):
        if word.text == "lambda":
            lambdas.append(word.depth)
        elif lambdas and word.text == ":" and word.depth == lambdas[-1]:
            lambdas.pop()
        elif word.text == "(" and index and found[index - 1].text in {"(", ",", "lambda"}:
            own = bool(lambdas) and word.depth == lambdas[-1]
            if own or (header and word.depth == 1 and not lambdas):
                yield from _tuple(found[index : _closing(found, index) + 1], own)


def _closing(found: Sequence[Word], index: int) -> int:
    depth = found[index].depth
    return next((at for at in range(index + 1, len(found)) if found[at].depth <= depth), len(found) - 1)


def _tuple(found: Sequence[Word], loose: bool) -> Iterator[Mask]:
    """Masks for one tuple: `(k, v)` is `k, v` in a `lambda` (`loose`), else `_k__v_`, for calls to bind rightly."""
    if loose:
        for word, following in zip(found, [*found[1:], None], strict=True):
            trailing = word.text == "," and following is not None and following.text == ")"
            if word.text in {"(", ")"} or trailing:
                yield Mask(word.start, " ")
        return
    for word, following in zip(found, [*found[1:], None], strict=True):
        end = word.end if following is None else following.start
        yield Mask(word.start, (word.text if word.kind is Kind.NAME else "_").ljust(end - word.start, "_"))


_RULES: tuple[_Rule, ...] = (
    _print,
    _exec,
    _commas,
    _comparisons,
    _backquotes,
    _numbers,
    strings,
    _keywords,
    _constants,
    _list_tuples,
    _parameters,
)
