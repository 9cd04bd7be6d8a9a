"""A parsed module: its tree, its nodes' spans, and the findings that point into it."""

from __future__ import annotations

import ast
import sys
import warnings
from functools import cached_property

from migrate.lexer import Kind, tokens
from migrate.model import Finding, Outcome, Rename, Span
from migrate.source import Source, SourceError
from migrate.syntax.nodes import children, nodes
from migrate.syntax.walk import Walk, walk

__all__ = ["Module"]


class Module:
    """One source and its syntax tree. Raises `SourceError` where the code does not parse."""

    def __init__(self, source: Source) -> None:
        self.path = source.path
        self.source, self.tree = _parse(source)

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
        try:
            return walk(self.tree)
        except RecursionError as error:
            raise SourceError("is nested too deeply") from error

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes, level by level, but for contexts and operators."""
        return nodes(self.tree)

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The parent of every node."""
        return {child: node for node in self.nodes for child in children(node)}

    def finding(
        self,
        code: str,
        node: ast.AST,
        message: str,
        outcome: Outcome,
        *,
        renames: tuple[Rename, ...] = (),
        requires: tuple[str, ...] = (),
    ) -> Finding:
        """A finding that points at `node`."""
        span = self.span(node)
        line, column = self.source.position(span.start)
        return Finding(code, self.path, span, line, column, message, outcome, renames, requires)


def _parse(source: Source) -> tuple[Source, ast.Module]:
    """The tree, and the source that it belongs to: masked, where only Python 2 understands it."""
    try:
        return source, _tree(source.code)
    except SyntaxError as error:
        masked = source.lenient()
        if masked is source:
            raise source.error(error.msg, error.lineno or 0) from error
    try:
        return masked, _tree(masked.code)
    except SyntaxError as error:
        raise source.error(f"{error.msg} (read as Python 2)", error.lineno or 0) from error


def _tree(code: str) -> ast.Module:
    """Parses without a word: what a compiler would warn of is none of a rewriter's business."""
    if sys.version_info < (3, 11) and _overflows(code):
        raise SourceError("is nested too deeply to be parsed")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _parsed(code)
    except (RecursionError, MemoryError) as error:
        raise SourceError("is nested too deeply to be parsed") from error
    except ValueError as error:  # a lone surrogate, which no file on disk holds
        raise SourceError(str(error)) from error


def _parsed(code: str) -> ast.Module:
    try:
        return ast.parse(code)
    except TabError:
        from migrate.masks.indentation import expand, shift  # noqa: PLC0415 - hardly any file needs it

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
