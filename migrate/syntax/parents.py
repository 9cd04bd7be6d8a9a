"""Which node stands above another, found on the way down to it: a map of all takes as long as a walk."""

from __future__ import annotations

import ast

from migrate.syntax.nodes import children, nodes

__all__ = ["Parents"]

_MANY = 50  # ways down, from which on a map of all costs less: each looks at every statement of the module


class Parents:
    """The parent of every node of a tree."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._known: dict[ast.AST, ast.AST] = {}
        self._ways = 0

    def __getitem__(self, node: ast.AST) -> ast.AST:
        """Raises `KeyError` for the root, and for a node of another tree."""
        if node not in self._known and self._ways < _MANY:
            self._ways += 1
            self._descend(node)
        if node not in self._known:  # many ways, or in an f-string, where Python before 3.12 gives no right place
            self._known.update((child, holder) for holder in nodes(self._tree) for child in children(holder))
        return self._known[node]

    def get(self, node: ast.AST) -> ast.AST | None:
        """The parent, None for the root."""
        return None if node is self._tree else self[node]

    def _descend(self, node: ast.AST) -> None:
        """Notes the children of all nodes within whose text `node` stands."""
        waiting: list[ast.AST] = [self._tree]
        while waiting:
            holder = waiting.pop()
            for child in children(holder):
                self._known[child] = holder
                if _may_hold(child, node):
                    waiting.append(child)


def _may_hold(holder: ast.AST, node: ast.AST) -> bool:
    """Whether a node can stand below another, by their places; those without one of their own may hold any."""
    if not hasattr(holder, "lineno") or not hasattr(node, "lineno"):
        return True
    first = (*getattr(holder, "decorator_list", ()), holder)[0]
    return _begin(first) <= _begin(node) and _end(node) <= _end(holder)


def _begin(node: ast.AST) -> tuple[int, int]:
    return node.lineno, node.col_offset  # type: ignore[attr-defined]


def _end(node: ast.AST) -> tuple[int, int]:
    return node.end_lineno, node.end_col_offset  # type: ignore[attr-defined]
