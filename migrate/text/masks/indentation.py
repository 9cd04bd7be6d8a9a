"""Indentation that mixes tabs and spaces as only Python 2 reads it, in columns of which Python 3 is sure."""

from __future__ import annotations

import ast
import re

from migrate.text.lexer import LineState, line_states

__all__ = ["expand", "shift"]

_MARGIN = re.compile(r"[ \t\f]*\t[ \t\f]*")
_LINE_END = re.compile(r"\r\n|\r|\n")


def expand(code: str) -> tuple[str, dict[int, int]]:
    """`code` with the tabs before its statements as spaces, and by 1-based line how many characters that added.

    Nothing of equal length can do this: a tab below four spaces has one character for two levels. So the tree of the
    new text is moved back instead, by `shift`.
    """
    pieces: list[str] = []
    added: dict[int, int] = {}
    done = 0
    states = dict(line_states(code, 0, len(code)))
    starts = [0, *(match.end() for match in _LINE_END.finditer(code))]
    for line, start in enumerate(starts, 1):
        match = _MARGIN.match(code, start)
        if match and states.get(start, LineState.LOGICAL) is LineState.LOGICAL:
            spaces = match.group().rpartition("\f")[2].expandtabs(8)
            pieces += code[done:start], spaces
            done = match.end()
            added[line] = len(spaces) - len(match.group())
    pieces.append(code[done:])
    return "".join(pieces), added


def shift(tree: ast.AST, added: dict[int, int]) -> None:
    """Moves the nodes of the tree of an expanded text to where they stand in the text as it was."""
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.stmt | ast.excepthandler | ast.arg | ast.keyword | ast.alias | ast.pattern):
            node.col_offset -= added.get(node.lineno, 0)
            if node.end_lineno is not None and node.end_col_offset is not None:
                node.end_col_offset -= added.get(node.end_lineno, 0)
