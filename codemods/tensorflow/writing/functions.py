"""A function in the place of a lambda that makes a variable, so that a scope can go around the call."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Sequence
from itertools import count, pairwise, takewhile

from codemods.tensorflow.indexing.bodies import position
from codemods.tensorflow.indexing.targets import target_of
from codemods.tensorflow.writing.lines import longest, width
from codemods.tensorflow.writing.reading import LINE_END, comments, line_start
from migrate.edits import apply, indent_unit
from migrate.model import Edit, Span
from migrate.syntax.calls import keyword_or_place
from migrate.syntax.module import Module
from migrate.syntax.names import resolve
from migrate.syntax.nodes import nodes
from migrate.syntax.walk import BindingKind, CallSite, Scope

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
    statement = module.span(site.statement)
    start, end = line_start(text, statement.start), statement.end
    new = _moved(text, call, changes)
    between = text[whole.start : call.start] + text[call.end : whole.end]
    if new is None or comments(between) or module.source.masked(Span(start, end)):
        return None
    bound, earlier = _bound_to(site.statement, made), _earlier(site.statement, made, site.scope)
    name = bound or _free_name(module, site, (*earlier, made))
    indent = text[start : statement.start]
    unit = indent_unit(text, indent)
    lines = [f"def {name}({ast.unparse(made.args)}):", unit + header, *_returned(new, 2 * unit, len(indent), text)]
    newline, most = module.source.newline, 1 if indent else 2
    above = "" if earlier else newline * (most - _blank_above(text, start, most))
    written = above + newline.join(indent + line for line in lines)
    if bound:
        return (Edit(Span(start, end), written + newline * (most - _blank_below(text, end, most))),)
    return (Edit(Span(start, start), written + newline * (most + 1)), Edit(whole, name))


def _blank_above(text: str, start: int, most: int) -> int:
    """How many blank lines stand above a line, of those that PEP 8 wants there; all behind a header or a comment."""
    lines = LINE_END.split(text[:start])[:-1]
    if not any(lines) or lines[-1].rstrip().endswith(":") or lines[-1].lstrip().startswith("#"):
        return most
    return _blank(reversed(lines), most)


def _blank_below(text: str, end: int, most: int) -> int:
    """The same below a statement; all where something stands behind it on its line."""
    rest, *lines = LINE_END.split(text[end:])
    if rest.strip() or not any(map(str.strip, lines)):
        return most
    return _blank(lines, most)


def _blank(lines: Iterable[str], most: int) -> int:
    return min(most, sum(1 for _ in takewhile(lambda line: not line.strip(), lines)))


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
    cut = new.encode()  # what `ast` counts in; what it parsed had a bracket in front
    arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    starts = [one.col_offset - 1 for one in arguments]
    head, *rows = (cut[start:end].decode() for start, end in pairwise([0, *starts, len(cut)]))
    lines, below = [f"{indent}return {head}"], indent + ("\t" if "\t" in indent else "    ")
    for number, row in enumerate(map(str.rstrip, rows)):
        fits = number > 1 and deep + longest(f"{lines[-1]} {row}") <= width(text)  # the name has a line of its own
        lines[-1:] = [f"{lines[-1]} {row}"] if fits else [lines[-1], below + row]
    return lines


def _bound_to(statement: ast.stmt, made: ast.Lambda) -> str:
    """The name that a statement gives to a lambda, and does nothing else; "" for any other statement."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is made:
            return name
    return ""


def _free_name(module: Module, site: CallSite, lambdas: Iterable[ast.Lambda]) -> str:
    """A name for the last of a statement's functions that nothing else bears, nor another one of them."""
    names: list[str] = []
    for one in lambdas:
        names.append(_unlike(names, _base_name(site.statement, one), module, site))
    return names[-1]


def _unlike(taken: Collection[str], base: str, module: Module, site: CallSite) -> str:
    """The first of `base`, `base_2` and so on that is not taken, neither bound nor read, and in no string."""
    names = (base if number == 1 else f"{base}_{number}" for number in count(1))
    return next(name for name in names if name not in taken and _is_free(name, module, site))


def _is_free(name: str, module: Module, site: CallSite) -> bool:
    """Whether a name means nothing here; where it is read and not bound, a star or something else brings it in."""
    read = (one for found in (module.walk.reads_of, module.walk.calls_of) for one in found([name]))
    return site.scope.find(name) is None and not any(read) and name not in module.walk.strings


def _base_name(statement: ast.stmt, made: ast.Lambda) -> str:
    """What a function in the place of a lambda does: it makes what the lambda's variable is for."""
    assert isinstance(made.body, ast.Call)
    given = keyword_or_place(made.body, "name", 5)
    named = given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""
    target = target_of(statement, made.body, "").name or named
    return f"make_{target}" if target.isidentifier() else "make_variable"


def _earlier(statement: ast.stmt, made: ast.Lambda, scope: Scope) -> list[ast.Lambda]:
    """The lambdas of a statement that stand before one of them and may make a variable, too."""
    lambdas = [one for one in nodes(statement) if isinstance(one, ast.Lambda) and isinstance(one.body, ast.Call)]
    earlier = (one for one in lambdas if position(one) < position(made))
    return sorted((one for one in earlier if _may_make(one.body, scope)), key=position)


def _may_make(call: ast.expr, scope: Scope) -> bool:
    """Whether a call is of no name, or of one that ends as TensorFlow's maker does: `tf.constant` is none.

    Nor is a function of the module's own.
    """
    if not isinstance(call, ast.Call):
        return True
    found = scope.find(call.func.id) if isinstance(call.func, ast.Name) else None
    if found is not None and all(one.kind is BindingKind.DEF for one in found[1]):
        return False
    name = resolve(call.func, scope)
    return name is None or name.endswith("Variable")
