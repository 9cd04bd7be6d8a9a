"""Names that variables get from what counts them: a comprehension's counter, or the key that they are filed under."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.tensorflow.facts import Counted
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.text import Hole, Text
from migrate.syntax.module import Module
from migrate.syntax.walk import CallSite, Scope

__all__ = ["counted_name", "keyed_name"]

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_VALID = re.compile(r"[\w.\\/-]+", re.ASCII)
_FIRST = re.compile(r"[A-Za-z0-9.]")


def counted_name(target: str, scope: Scope, callees: Callees) -> Counted | None:
    """The name of what a comprehension makes and assigns to `target`; None where its rounds may give one name twice."""
    if not target:
        return None
    counters = [*_counters(scope, callees)]
    known = [one for one in counters if one is not None]
    if not known or len({one.name for one in known}) < len(counters):  # `_` in `_`: the outer one is out of sight
        return None
    parts = [part for one in known for part in ("_", *one.hole.parts)]
    return Counted(Text((f"{target}_", *parts[1:])), _written(target, known))


@dataclass(frozen=True, slots=True)
class _Counter:
    name: str
    hole: Text
    is_text: bool


def _counters(scope: Scope, callees: Callees) -> Iterator[_Counter | None]:
    """What counts the rounds of each comprehension around, outermost first; None for one that nothing counts."""
    if not isinstance(scope.node, _COMPREHENSIONS):
        return
    if scope.parent is not None:
        yield from _counters(scope.parent, callees)
    generators = scope.node.generators
    yield _counter(generators[0], scope, callees) if len(generators) == 1 else None


def _counter(generator: ast.comprehension, scope: Scope, callees: Callees) -> _Counter | None:
    """A range's or an enumeration's number, or what runs through a display of words or of numbers."""
    match generator:
        case ast.comprehension(target=ast.Name() as name, iter=ast.List(elts=values) | ast.Tuple(elts=values)):
            constants = [value.value if isinstance(value, ast.Constant) else None for value in values]
        case ast.comprehension(target=ast.Name() as name, iter=ast.Call(func=ast.Name(id="range" | "xrange"))):
            constants = [0]
        case ast.comprehension(
            target=ast.Tuple(elts=[ast.Name() as name, _]), iter=ast.Call(func=ast.Name(id="enumerate"))
        ):
            constants = [0]
        case _:
            return None
    text = callees.text(name, scope)
    is_text = all(isinstance(one, str) and _VALID.fullmatch(one) for one in constants)
    if not text.loops or not (is_text or all(type(one) is int for one in constants)):
        return None
    return _Counter(name.id, text, is_text)


def keyed_name(module: Module, site: CallSite, target: str, callees: Callees) -> Counted | None:
    """The key, where it is computed, under which a statement files what a call makes; None where it is no name."""
    match site.statement:
        case ast.Assign(targets=[ast.Subscript(slice=key)], value=value) if value is site.node:
            pass
        case _:
            return None
    if isinstance(key, ast.Constant) or not all(isinstance(node, _PURE) for node in ast.walk(key)):
        return None
    text, source = callees.text(key, site.scope), module.text(key)
    if key.lineno != key.end_lineno:
        source = ast.unparse(key)
    if len(text.parts) == 1 and isinstance(text.parts[0], Hole) and text.parts[0].number:
        number = text.parts[0].shown
        return Counted(Text((f"{target}_", number)), f'"{target}_%d" % {_operand(key, source)}') if target else None
    return Counted(text, source) if _is_name(text) else None


_PURE = (ast.Constant, ast.Name, ast.BinOp, ast.operator, ast.expr_context, ast.JoinedStr, ast.FormattedValue, ast.Call)


def _operand(key: ast.expr, source: str) -> str:
    return source if isinstance(key, ast.Name) else f"({source})"


def _is_name(text: Text) -> bool:
    """Whether a string is surely one that a variable can be called: all of it is known, or digits."""
    parts = [(part,) if isinstance(part, str) else part.choices for part in text.parts]
    digits = (isinstance(part, Hole) and part.digits for part in text.parts)
    known = all(one or numeral for one, numeral in zip(parts, digits, strict=True))
    return known and all(_VALID.fullmatch(one) for several in parts for one in several) and _begins_well(parts)


def _begins_well(parts: list[tuple[str, ...]]) -> bool:
    return bool(parts) and bool(parts[0]) and all(_FIRST.match(one) for one in parts[0])


def _written(target: str, counters: list[_Counter]) -> str:
    names = [counter.name for counter in counters]
    if len(counters) == 1 and counters[0].is_text:
        return f'"{target}_" + {names[0]}'
    form = "".join("_%s" if counter.is_text else "_%d" for counter in counters)
    values = names[0] if len(names) == 1 else f"({', '.join(names)})"
    return f'"{target}{form}" % {values}'
