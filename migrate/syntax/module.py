"""A parsed module: its tree, its nodes' spans, and the findings that point into it."""

from __future__ import annotations

import ast
from functools import cached_property

from migrate.model import Finding, Outcome, Rename, Span
from migrate.source import Source, SourceError

__all__ = ["Module"]


class Module:
    """One source and its syntax tree. Raises `SourceError` where the code does not parse."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.path = source.path
        self.tree = _parse(source)

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
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The parent of every node."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

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


def _parse(source: Source) -> ast.Module:
    try:
        return ast.parse(source.code, filename=source.path)
    except SyntaxError as error:
        raise SourceError(error.msg, error.lineno or 0) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise SourceError(str(error) or type(error).__name__) from error
