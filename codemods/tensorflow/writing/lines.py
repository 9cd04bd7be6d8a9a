"""Where new calls stand on their lines: several that share one get a line each, after the commas between them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from codemods.tensorflow.writing.reading import LINE_END, line_start
from migrate.model import Edit, Span
from migrate.syntax.module import Module

__all__ = ["LATEST_COLUMN", "PRAGMA", "Line", "closes_below", "line_of", "longest", "width"]

LATEST_COLUMN = 60  # arguments are not aligned to a bracket further right
_WIDTH, _WIDEST = 100, 120  # a new call breaks its lines here; further right where the file has longer ones
_NARROW, _NARROW_FROM = 80, 100  # a file of so many lines with none longer than this keeps to it
_SPACES = re.compile(r"[ \t]*")
_OPENED = re.compile(r"[(\[{][ \t]*[\r\n]")
_CLOSED = re.compile(r"[\r\n][ \t]*[)\]}]")
# A comment that some tool reads on this very line: it is no reason to break it.
PRAGMA = re.compile(r"\s*#\s*(?:pylint|type|noqa|nosec|NOLINT|pragma|fmt|yapf|mypy|pyright|isort|ruff)\b.*")
_CREATION = re.compile(r"\w*[vV]ariable\(")
# By how many characters a call grows: with an initializer for its value, with the value as it is, with a name already.
_GROWTH = {
    re.compile(r"[vV]ariable\((?=\w+[.(])"): 38,
    re.compile(r"[vV]ariable\((?!\w+[.(])"): 25,
    re.compile(r"\bname="): -14,
}


@dataclass(frozen=True, slots=True)
class Line:
    """What stands before and behind a new call on its line; `edit` puts it there. `shared`: with another new call."""

    before: str
    behind: str
    edit: Edit | None = None

    @property
    def shared(self) -> bool:
        """Whether another new call is on it."""
        return bool(_CREATION.search(self.before) or _CREATION.search(self.behind))


@dataclass(frozen=True, slots=True)
class _Element:
    """One of several expressions between commas, with its key or keyword."""

    start: int
    end: int
    value: ast.expr


def line_of(module: Module, call: ast.Call, creates: Callable[[ast.AST], bool]) -> Line:
    """The line of a call; where others of its kind share it and it would be too long, one of its own."""
    text, span = module.source.text, module.span(call)
    start = line_start(text, span.start)
    end = span.end + len(LINE_END.split(text[span.end : span.end + 500], maxsplit=1)[0])
    line = Line(text[start : span.start], text[span.end : end])
    crowded = len(_CREATION.findall(text[start:end])) > 1
    if not crowded or module.source.unbreakable(span.start) or not _too_long(text, start, end):
        return line
    return _own_line(module, call, creates, line) or line


def _too_long(text: str, start: int, end: int) -> bool:
    """Whether a line will be too long once all that it holds is rewritten: all calls on it have to agree."""
    growth = sum(by * len(pattern.findall(text[start:end])) for pattern, by in _GROWTH.items())
    return end - start + growth > width(text)


def _own_line(module: Module, call: ast.Call, creates: Callable[[ast.AST], bool], line: Line) -> Line | None:
    text, span = module.source.text, module.span(call)
    node: ast.AST = call
    while not isinstance(node, ast.stmt):
        node = module.parents[node]
        elements = [one for one in _elements(module, node) if one.start >= span.start - len(line.before)]
        row = _row(text, elements)
        place = next((place for place, one in enumerate(row) if one.start <= span.start < one.end), None)
        creating = (one for one in row if creates(one.value))
        if place is None or len([*islice(creating, 2)]) < 2:
            continue
        after = row[place + 1] if place + 1 < len(row) and creates(row[place + 1].value) else None
        behind = text[span.end : after.start].rstrip() if after else line.behind
        if not place:
            return Line(line.before, behind)
        indent = _indent(text, row[0].start)
        break_ = "\n" if _in_brackets(module, node) else " \\\n"
        gap = _gap(text, row[place - 1].end)
        edit = Edit(gap, break_.replace("\n", module.source.newline) + indent)
        return Line(indent + text[gap.end : span.start], behind, edit)
    return None


def _row(text: str, elements: list[_Element]) -> list[_Element]:
    """Those of some elements that end on the line on which the first of them begins."""
    line_end = LINE_END.search(text, elements[0].start) if elements else None
    return [one for one in elements if line_end is None or one.end <= line_end.start()]


def _gap(text: str, end: int) -> Span:
    """The spaces behind the comma after an element: a bracket may close before it, and one open behind."""
    comma = text.index(",", end) + 1
    return Span(comma, _SPACES.match(text, comma).end())  # type: ignore[union-attr]


def _elements(module: Module, node: ast.AST) -> list[_Element]:
    """The expressions that stand between the commas of a node."""
    match node:
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            pairs: Iterator[tuple[ast.AST, ast.expr]] = iter([(part, part) for part in parts])
        case ast.Dict(keys=keys, values=values):
            pairs = ((key or value, value) for key, value in zip(keys, values, strict=True))
        case ast.Call(args=args, keywords=words):
            pairs = iter([*((part, part) for part in args), *((word, word.value) for word in words)])
        case _:
            return []
    found = [_Element(module.span(first).start, module.span(value).end, value) for first, value in pairs]
    return sorted(found, key=lambda one: one.start)


def _in_brackets(module: Module, node: ast.AST) -> bool:
    """Whether a line may end anywhere in a node; it may not in a tuple without brackets of its own or around it.

    What is yielded needs none either: `yield a, b`, `x = yield a, b`.
    """
    while isinstance(node, ast.Tuple | ast.Yield):
        if _is_enclosed(module.text(node)):
            return True
        node = module.parents[node]
    return not isinstance(node, ast.stmt)


def _is_enclosed(text: str) -> bool:
    """Whether a tuple has brackets of its own, and not only its first element and its last: `(a, b), (c, d)`."""
    if not text.startswith("("):
        return False
    try:
        ast.parse(f"[{text[1:-1]}\n]")
    except SyntaxError:
        return False
    return text.endswith(")")


def _indent(text: str, start: int) -> str:
    begin = line_start(text, start)
    column, before = start - begin, text[begin:start]
    own = before[: len(before) - len(before.lstrip())]
    return own + " " * (column - len(own) if column <= LATEST_COLUMN else 4)


@lru_cache(maxsize=2)
def width(text: str) -> int:
    """How long the lines of a file may be, judging by those that it has."""
    found = longest(text)
    if found <= _NARROW and len(LINE_END.findall(text)) >= _NARROW_FROM:
        return _NARROW
    return min(max(_WIDTH, found), _WIDEST)


@lru_cache(maxsize=2)
def closes_below(text: str) -> bool:
    """Whether brackets that end a line are closed on a line of their own in a file, as black does."""
    opened, closed = len(_OPENED.findall(text)), len(_CLOSED.findall(text))
    return 0 < opened <= closed


def longest(text: str) -> int:
    """The length of the longest line."""
    return max(map(len, LINE_END.split(text)))
