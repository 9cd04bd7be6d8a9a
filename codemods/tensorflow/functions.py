"""A function in the place of a lambda that makes a variable, so that a scope can go around the call."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from itertools import count, pairwise, takewhile

from codemods.tensorflow.lines import longest, width
from codemods.tensorflow.reading import LINE_END, comments, line_start
from codemods.tensorflow.targets import target_of
from migrate.edits import apply, indent_unit
from migrate.model import Edit, Span
from migrate.syntax.calls import keyword_or_place
from migrate.syntax.module import Module
from migrate.syntax.nodes import nodes
from migrate.syntax.walk import CallSite

__all__ = ["function_for"]

_OPENED = re.compile(r"([(\[{])[ \t]*[\r\n]\s*")
_CLOSED = re.compile(r",?\s*[\r\n]\s*([)\]}])")
_BREAK = re.compile(r"\s*[\r\n]\s*")


def function_for(
    module: Module, site: CallSite, made: ast.Lambda, changes: Sequence[Edit], header: str
) -> tuple[Edit, ...] | None:
    """The edits that put a function above the statement of a lambda, which calls it by name then.

    `changes` are those to the call that the lambda is, `header` goes around it. None where it holds what cannot move: a
    comment, a string of several lines, a magic.
    """
    text, call, whole = module.source.text, module.span(site.node), module.span(made)
    start = line_start(text, module.span(site.statement).start)
    new = _moved(text, call, changes)
    between = text[whole.start : call.start] + text[call.end : whole.end]
    if new is None or comments(between) or module.source.masked(Span(start, module.span(site.statement).end)):
        return None
    bound = _bound_to(site.statement, made)
    name = bound or _free_name(site, made)
    indent = text[start : module.span(site.statement).start]
    unit = indent_unit(text, indent)
    lines = [f"def {name}({ast.unparse(made.args)}):", unit + header, *_returned(new, 2 * unit, len(indent), text)]
    newline, end = module.source.newline, module.span(site.statement).end
    most = 1 if indent else 2
    above = "" if _earlier(site.statement, made) else newline * (most - _blank_above(text, start, most))
    written = above + newline.join(indent + line for line in lines)
    if bound:
        return (Edit(Span(start, end), written + newline * (most - _blank_below(text, end, most))),)
    return (Edit(Span(start, start), written + newline * (most + 1)), Edit(whole, name))


def _blank_above(text: str, start: int, most: int) -> int:
    """How many blank lines stand above a line, of those that PEP 8 wants there; all behind a header or a comment."""
    lines = LINE_END.split(text[:start])[:-1]
    if not any(lines) or lines[-1].rstrip().endswith(":") or lines[-1].lstrip().startswith("#"):
        return most
    return min(most, len(list(takewhile(lambda line: not line.strip(), reversed(lines)))))


def _blank_below(text: str, end: int, most: int) -> int:
    """The same below a statement; all where something stands behind it on its line."""
    rest, *lines = LINE_END.split(text[end:])
    if rest.strip() or not any(map(str.strip, lines)):
        return most
    return min(most, len(list(takewhile(lambda line: not line.strip(), lines))))


def _moved(text: str, call: Span, changes: Sequence[Edit]) -> str | None:
    """The new call in one line; None where it cannot be. A line that breaks before the call does not, then."""
    inside = [one for one in changes if call.start <= one.span.start and one.span.end <= call.end]
    if any(one.text.strip(" \t\r\n\\") for one in changes if one not in inside):
        return None
    moved = [Edit(Span(one.span.start - call.start, one.span.end - call.start), one.text) for one in inside]
    new = apply(text[call.start : call.end], moved)
    if comments(new):
        return None
    joined = _BREAK.sub(" ", _CLOSED.sub(r"\1", _OPENED.sub(r"\1", new)))
    return joined if ast.dump(_parsed(joined)) == ast.dump(_parsed(new)) else None


def _parsed(call: str) -> ast.expr:
    return ast.parse(f"({call})", mode="eval").body


def _returned(new: str, indent: str, deep: int, text: str) -> list[str]:
    """The lines that return a call, with its arguments below it where one line is too short."""
    line = f"{indent}return {new}"
    call = _parsed(new)
    if deep + longest(line) <= width(text) or not isinstance(call, ast.Call):
        return [line]
    starts = [*(one.col_offset - 1 for one in call.args), *(item.col_offset - 1 for item in call.keywords)]
    head, rows = new[: starts[0]], [new[start:end].rstrip() for start, end in pairwise([*starts, len(new)])]
    lines, below = [f"{indent}return {head}"], indent + ("\t" if "\t" in indent else "    ")
    for number, row in enumerate(rows):
        fits = number > 1 and deep + longest(f"{lines[-1]} {row}") <= width(text)  # the name has a line of its own
        lines[-1:] = [f"{lines[-1]} {row}"] if fits else [lines[-1], below + row]
    return lines


def _bound_to(statement: ast.stmt, made: ast.Lambda) -> str:
    """The name that a statement gives to a lambda, and does nothing else; "" for any other statement."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is made:
            return name
    return ""


def _free_name(site: CallSite, made: ast.Lambda) -> str:
    """A name for the function that nothing else bears: after what the lambda's variables are for."""
    given = keyword_or_place(site.node, "name", 5)
    named = given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""
    target = target_of(site.statement, site.node, "").name or named
    base = f"make_{target}" if target.isidentifier() else "make_variable"
    numbered = count(len(_earlier(site.statement, made)) + 1)
    names = (base if number == 1 else f"{base}_{number}" for number in numbered)
    return next(name for name in names if site.scope.find(name) is None)


def _earlier(statement: ast.stmt, made: ast.Lambda) -> list[ast.Lambda]:
    """The lambdas of a statement that stand before one of them and call the same."""
    lambdas = (one for one in nodes(statement) if isinstance(one, ast.Lambda) and _begins(one) < _begins(made))
    return [one for one in lambdas if _called(one) == _called(made)]


def _called(made: ast.Lambda) -> str:
    return ast.unparse(made.body.func) if isinstance(made.body, ast.Call) else ""


def _begins(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset
