"""A parsed module: its tree, its nodes' spans, and the findings that point into it."""

from __future__ import annotations

import ast
import copy
import re
import sys
import warnings
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property

from migrate.model import Finding, Outcome, Rename, Span
from migrate.source import Source, SourceError
from migrate.syntax.nodes import nodes
from migrate.syntax.parents import Parents
from migrate.syntax.walk import Walk, walk
from migrate.text.lexer import NEWLINE as _LINE_END
from migrate.text.lexer import Kind, tokens

__all__ = ["Module"]


class Module:
    """One source and its syntax tree. Raises `SourceError` where the code does not parse.

    A `known` source has been parsed before: it is parsed again only if somebody asks for its tree.
    """

    def __init__(self, source: Source, *, known: bool = False) -> None:
        self.path = source.path
        self.source = source
        if not known:
            self.tree  # noqa: B018 - raises

    @cached_property
    def tree(self) -> ast.Module:
        """The tree of the code, which from now on is masked where only Python 2 understands it."""
        self.source, tree = _parse(self.source)
        return tree

    def span(self, node: ast.AST) -> Span:
        """Where a node stands, in character offsets; decorators are not part of a definition's span."""
        offset = self.source.offset
        return Span(
            offset(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            offset(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def text(self, node: ast.AST) -> str:
        """The node's characters as they stand in the file."""
        span = self.span(node)
        return self.source.text[span.start : span.end]

    @cached_property
    def walk(self) -> Walk:
        """The module's scopes and calls, found in one walk that all codemods share."""
        return walk(self.tree)

    def only(self, words: re.Pattern[str]) -> Module:
        """The same module, of whose functions only those are walked whose text has a match of `words`."""
        starts = self.source.line_starts
        lines = sorted({bisect_right(starts, found.start()) for found in words.finditer(self.source.code)})
        narrowed_walk = walk(self.tree, lines)
        narrowed = copy.copy(self)
        narrowed.__dict__["walk"] = narrowed_walk
        return narrowed

    def lines_with(self, words: Iterable[str]) -> list[int]:
        """The 1-based numbers of the lines that hold one of some words, in order: ten times faster than by pattern."""
        code, found = self.source.code, set[int]()
        for word in words:
            at = code.find(word)
            while at >= 0:
                found.add(bisect_right(self.source.line_starts, at))
                at = code.find(word, at + 1)
        return sorted(found)

    @contextmanager
    def bounded(self) -> Iterator[None]:
        """Makes a `SourceError` of the `RecursionError` of whoever descends into this module, if the module is deep."""
        try:
            yield
        except RecursionError as error:
            depth, line = _deepest(self.tree)
            if depth < _DEEP:  # nothing to blame but the code that descends
                raise
            arms, first = _longest_chain(self.tree)
            if arms >= _DEEP:
                raise self.source.error(f"has an `if` with {arms} `elif`, too many to be followed", first) from error
            raise self.source.error("is nested too deeply", line) from error

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes, level by level, but for contexts and operators."""
        return nodes(self.tree)

    @cached_property
    def parents(self) -> Parents:
        """The parent of every node."""
        return Parents(self.tree)

    def finding(
        self,
        code: str,
        place: ast.AST | Span,
        message: str,
        outcome: Outcome,
        *,
        renames: tuple[Rename, ...] = (),
        requires: tuple[str, ...] = (),
    ) -> Finding:
        """A finding that points at a node or a span."""
        span = place if isinstance(place, Span) else self.span(place)
        line, column = self.source.position(span.start)
        return Finding(code, self.path, span, line, column, message, outcome, renames, requires)


_DEEP = 100  # levels, of which each takes several calls: Python allows 1,000 of them
_LONG = 300  # tokens in one statement, from which on it may be what the parser cannot take


def _deepest(tree: ast.AST) -> tuple[int, int]:
    """How deep a tree is, and the line of its deepest node."""
    deepest, place, waiting = 0, 0, [(tree, 0, 0)]
    while waiting:
        node, depth, line = waiting.pop()
        line = getattr(node, "lineno", line)
        if depth > deepest:
            deepest, place = depth, line
        waiting.extend((child, depth + 1, line) for child in ast.iter_child_nodes(node))
    return deepest, place


def _longest_chain(tree: ast.Module) -> tuple[int, int]:
    """How many `elif` the longest `if` has, and its line: each of them stands within the one before it."""
    longest, place, chained = 0, 0, set[ast.AST]()
    for node in nodes(tree):  # those outside come first
        arms, last = 0, None if node in chained else node
        while isinstance(last, ast.If) and [type(one) for one in last.orelse] == [ast.If]:
            arms, last = arms + 1, last.orelse[0]
            chained.add(last)
        if arms > longest:
            longest, place = arms, getattr(node, "lineno", 0)
    return longest, place


def _longest(code: str) -> int:
    """The line on which the longest statement begins, 0 where none is long."""
    best, start, length, first = 0, 0, 0, 0
    for kind, begin, _ in tokens(code):
        first = first if length else begin
        length = 0 if kind is Kind.NEWLINE else length + 1
        if length > max(best, _LONG):
            best, start = length, first
    return len(_LINE_END.findall(code, 0, start)) + 1 if best else 0


def _parse(source: Source) -> tuple[Source, ast.Module]:
    """The tree, and the source that it belongs to: masked, where only Python 2 understands it."""
    try:
        return source, _tree(source)
    except SyntaxError as error:
        masked = source.lenient()
        if masked is source:
            raise source.error(error.msg, error.lineno or 0) from error
    try:
        return masked, _tree(masked)
    except SyntaxError as error:
        raise source.error(f"{error.msg} (read as Python 2)", error.lineno or 0) from error


def _tree(source: Source) -> ast.Module:
    """Parses without a word: what a compiler would warn of is none of a rewriter's business."""
    code = source.code
    if sys.version_info < (3, 11) and _overflows(code):
        raise source.error("is nested too deeply to be parsed", _longest(code))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _parsed(code)
    except (RecursionError, MemoryError) as error:
        raise source.error("is nested too deeply to be parsed", _longest(code)) from error
    except ValueError as error:  # a lone surrogate, which no file on disk holds
        raise SourceError(str(error)) from error


def _parsed(code: str) -> ast.Module:
    try:
        return ast.parse(code)
    except TabError:
        from migrate.text.masks.indentation import expand, shift  # noqa: PLC0415 - hardly any file needs it

        wide, added = expand(code)
        tree = ast.parse(wide)
        shift(tree, added)
        return tree


def _overflows(code: str) -> bool:
    """Whether an expression is so deep, by some 100,000 levels, that Python 3.10 crashes and does not raise."""
    limit = 50_000
    if len(code) <= limit or max(map(len, code.split(","))) <= limit:
        return False
    depth = 0
    for kind, start, _ in tokens(code):
        depth = 0 if kind is Kind.NEWLINE or code[start] == "," else depth + (kind is Kind.OPERATOR)
        if depth > limit:
            return True
    return False
