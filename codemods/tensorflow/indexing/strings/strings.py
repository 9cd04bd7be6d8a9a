"""What is known of the string that an expression makes: literals, formats, sums, with what a name stands for."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from codemods.tensorflow.indexing.lookups.variable_names import holds_name
from codemods.tensorflow.indexing.strings.fields import braces, percents
from codemods.tensorflow.text import ANYTHING, NONE, Hole, Text, first_of, joined, literal, one_of
from migrate.syntax.calls import called_name

__all__ = ["is_handed_slash", "missing", "text_of"]

_Known = Callable[[ast.Name | ast.Subscript | ast.Call], Text]
_FORMAT = re.compile(r"%[-#0 +]*\d*(?:\.\d+)?[diouxXeEfFgGcrs]")
_FIELD = re.compile(r"\{[^{}]*\}")
_PLAIN = frozenset({"%s", "%d", "%i", "{}", "{:d}"})  # fields that put a string or an integer in as it is
_ONE_TO_ONE = re.compile(r"%[-#0 +]*\d*[dioxXsr]|\{[^{}.%eEfFgGcn]*\}")  # that make another text of each
_DIGITS = re.compile(r"%0?\d*[di]|\{:0?\d*d\}")  # that take a number
_FALSE = (NONE, literal(""))
# How many arguments in front are looked for, or taken away, and not put in.
_SOUGHT = {
    "replace": 1,
    "sub": 1,
    "removeprefix": 1,
    "removesuffix": 1,
    "split": 2,
    "rsplit": 2,
    "lstrip": 1,
    "rstrip": 1,
}


def text_of(node: ast.expr, name: _Known) -> Text:
    """What is known of the string that `node` evaluates to; `name` says what is known of a name or an element."""
    return joined(_parts(node, name))


def _parts(node: ast.expr, name: _Known) -> list[str | Hole]:
    match node:
        case ast.Constant(value=str() as value):
            return [value]
        case ast.Constant() | ast.UnaryOp():
            return [_plain(node)]
        case ast.Name() | ast.Subscript():
            return list(name(node).parts)
        case ast.JoinedStr(values=values):
            return [part for value in values for part in _shown(value, name)]
        case ast.FormattedValue(value=value, format_spec=None):
            return _shown(value, name)
        case ast.FormattedValue(value=value, format_spec=ast.JoinedStr(values=[ast.Constant(value=str() as spec)])):
            return [_formatted(part, f"{{:{spec}}}") for part in _parts(value, name)]
        case ast.BinOp() | ast.Call():
            return _computed(node, name)
        case ast.IfExp() | ast.BoolOp(op=ast.Or()):
            return [_chosen(node, name)]
    return _by_attribute(node) or [Hole(derived=True) if holds_name(node) else ANYTHING]


def _by_attribute(node: ast.expr) -> list[str | Hole]:
    """The parts of `os.sep`, and of the whole name that a variable scope keeps of its name scope; none of others."""
    match node:
        case ast.Attribute(value=ast.Name(id="os" | "path") | ast.Attribute(attr="path"), attr="sep"):
            return ["/"]  # where it is another character, it makes no name
        case ast.Attribute(attr="original_name_scope"):
            return [Hole(folders=True, slashed=True)]  # "" for the scope around all
    return []


def _chosen(node: ast.IfExp | ast.BoolOp, name: _Known) -> Hole:
    """One of several strings: an arm that its test says to be one, or what stands before an `or`, is not None."""
    if isinstance(node, ast.BoolOp):
        return first_of([text_of(one, name) for one in node.values], _FALSE)
    tests = [(node.body, node.test), (node.orelse, ast.UnaryOp(ast.Not(), node.test))]
    given = [arm for arm, test in tests if _shows_given(test, arm)]
    if len(given) != 1:
        return one_of([text_of(arm, name) for arm, _ in tests])
    other = node.orelse if given[0] is node.body else node.body
    return first_of([text_of(given[0], name), text_of(other, name)], _skipped(node.test))


def missing(test: ast.expr, node: ast.expr) -> tuple[Text, ...]:
    """What `node` may be where a test holds that asks whether it is missing; empty for any other test."""
    return _skipped(test) if _shows_given(ast.UnaryOp(ast.Not(), test), node) else ()


def _skipped(test: ast.expr) -> tuple[Text, ...]:
    """What a test that asks whether a string is given takes for none."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return _skipped(inner)
        case ast.Compare(comparators=[ast.Constant(value=value)]):
            return (NONE,) if value is None else _FALSE[1:]
    return _FALSE


def _shows_given(test: ast.expr, node: ast.expr) -> bool:
    """Whether a test that holds says that an expression is not None: `name`, `name is not None`."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=ast.UnaryOp(op=ast.Not(), operand=inner)):
            return _shows_given(inner, node)
        case ast.UnaryOp(op=ast.Not(), operand=ast.Compare(left=left, ops=[ast.Is() | ast.Eq()], comparators=[other])):
            pass
        case ast.Compare(left=left, ops=[ast.IsNot() | ast.NotEq()], comparators=[other]):
            pass
        case _:
            return ast.dump(test) == ast.dump(node)
    return isinstance(other, ast.Constant) and other.value in (None, "") and ast.dump(left) == ast.dump(node)


def _plain(node: ast.expr) -> Hole:
    """The number that is written out, with its sign, or None."""
    match node:
        case ast.Constant(value=None):
            return Hole(none="surely")
        case ast.Constant(value=value) if type(value) is int:
            return Hole(choices=(str(value),), number=True)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)) if type(value) is int:
            return Hole(choices=(str(-value),), number=True)
    return ANYTHING


def _computed(node: ast.BinOp | ast.Call, name: _Known) -> list[str | Hole]:
    match node:
        case ast.BinOp(left=ast.Constant(value=str() as form), op=ast.Mod(), right=right):
            if parts := _interpolated(_FORMAT, percents(form, right), name):
                return parts
        case ast.BinOp(left=left, op=operator, right=right):
            return _combined(_parts(left, name), operator, _parts(right, name))
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as form), attr="format")):
            if parts := _interpolated(_FIELD, braces(form, node), name):
                return parts
        case ast.Call(func=ast.Name(id="str"), args=[value]):
            return _shown(value, name)
        case ast.Call(func=ast.Name()) if not (holds_name(node) or _joins_folders(node)):
            return list(name(node).parts)
    derived, folders, slashed = holds_name(node), _joins_folders(node), is_handed_slash(node)
    return [Hole(derived=derived, folders=folders, slashed=slashed) if derived or folders or slashed else ANYTHING]


def _joins_folders(node: ast.expr) -> bool:
    """Whether an expression joins parts of a name: `"/".join(parts)`, `os.path.join(scope, "w")`, `"%s/%s" % parts`."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as form), attr="join" | "format")):
            return "/" in form
        case ast.BinOp(left=ast.Constant(value=str() as form), op=ast.Mod()):
            return "/" in form
        case ast.Call(func=ast.Attribute(attr="join")):
            return True
    return False


def is_handed_slash(node: ast.expr) -> bool:
    """Whether a call is handed a string such as `w/`, and may return it or end what it returns so."""
    if not isinstance(node, ast.Call):
        return False
    given = [*node.args[_SOUGHT.get(called_name(node), 0) :], *(word.value for word in node.keywords)]
    strings = (one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))
    return any(one.endswith("/") and one != "/" for one in strings)


def _shown(node: ast.expr, name: _Known) -> list[str | Hole]:
    """The parts of what `str` makes of something."""
    return [part if isinstance(part, str) else _written(part) for part in _parts(node, name)]


def _written(hole: Hole) -> str | Hole:
    return (replace(hole, none="") if hole.none else hole).shown


def _combined(left: list[str | Hole], operator: ast.operator, right: list[str | Hole]) -> list[str | Hole]:
    """A sum of strings, which stand side by side; a number with a constant, which is another number for each."""
    one, two = _number(left), _number(right)
    if isinstance(operator, ast.Mult) and any("/" in part for part in (*left, *right) if isinstance(part, str)):
        return [Hole(folders=True, slashed=True)]
    if one is None and two is None:
        if isinstance(operator, ast.Add):
            return _added(left, right)
        folders = any("/" in part for part in left if isinstance(part, str))  # `FORM % scope`
        return [Hole(folders=True) if folders else ANYTHING]
    if one is None or two is None or type(operator) not in _SHIFTS:
        return [ANYTHING]
    if not (_is_constant(one) or _is_constant(two)):
        return [Hole(number=True, signed=True)]
    shift, counter = _SHIFTS[type(operator)], one if _is_constant(two) else two
    choices = tuple(dict.fromkeys(str(shift(int(a), int(b))) for a in one.choices for b in two.choices))
    least = -1 if counter.signed else _least_of(shift, one, two, counter)
    return [Hole(loop=counter.loop, choices=choices, number=True, signed=least < 0, least=max(least, 0))]


def _least_of(shift: Callable[[int, int], int], one: Hole, two: Hole, counter: Hole) -> int:
    """What a counter that counts up and a constant give at least; below zero where that is not known."""
    if counter is one:
        return shift(one.least, int(two.choices[0]))
    return int(one.choices[0]) + two.least if shift is int.__add__ else -1


def _added(left: list[str | Hole], right: list[str | Hole]) -> list[str | Hole]:
    """One string behind the other; where neither is a string for sure, numbers may be summed up."""
    parts = [*left, *right]
    if any(isinstance(part, str) and not part.isdigit() for part in parts):
        return parts
    return [replace(part, term=True) if isinstance(part, Hole) else part for part in parts]


_SHIFTS: Mapping[type[ast.operator], Callable[[int, int], int]] = {ast.Add: int.__add__, ast.Sub: int.__sub__}


def _number(parts: list[str | Hole]) -> Hole | None:
    """The number that some parts are."""
    return parts[0] if len(parts) == 1 and isinstance(parts[0], Hole) and parts[0].number else None


def _is_constant(number: Hole) -> bool:
    return len(number.choices) == 1


def _interpolated(field: re.Pattern[str], filled: tuple[str, list[ast.expr]] | None, name: _Known) -> list[str | Hole]:
    """The parts of a format with its values; empty where they do not fit as they are written."""
    if filled is None:
        return []
    form, values = filled
    pieces, fields = field.split(form), field.findall(form)
    if len(pieces) != len(values) + 1 or any("%" in piece for piece in pieces):
        return []
    parts: list[str | Hole] = [pieces[0]]
    for one, value, piece in zip(fields, values, pieces[1:], strict=True):
        parts += _shown(value, name) if one in _PLAIN else [_formatted(part, one) for part in _parts(value, name)]
        parts.append(piece)
    return parts


def _formatted(part: str | Hole, field: str) -> Hole:
    """What a format such as `%03d` makes of a part: another text for each, but not the part itself."""
    if not isinstance(part, Hole):
        return Hole(digits=_DIGITS.fullmatch(field) is not None)
    loop = part.loop if _ONE_TO_ONE.fullmatch(field) else None
    return Hole(loop=loop, derived=part.derived, digits=_DIGITS.fullmatch(field) is not None)
