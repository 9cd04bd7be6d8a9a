"""Whether a program reads the name behind `with ... as name`: many are copied and never read."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

__all__ = ["Aliases"]

_With = ast.With | ast.AsyncWith
_LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)  # read the name when it may be another's


@dataclass(frozen=True, slots=True)
class _Read:
    """A place that reads a name, and the `with` statements in whose bodies it stands, outermost first."""

    name: str
    within: tuple[_With, ...]


@dataclass(slots=True)
class Aliases:
    """The names that each function, or the module itself, reads."""

    _reads: dict[ast.AST, list[_Read]] = field(default_factory=dict)

    def is_read(self, alias: str, statement: _With, owner: ast.AST) -> bool:
        """Whether what `statement`, which stands in `owner`, binds to `alias` may be read.

        It is not where every read of the name stands in the body of another `with` that binds it anew.
        """
        if owner not in self._reads:
            self._reads[owner] = list(_reads(list(ast.iter_child_nodes(owner)), ()))
        return any(
            read.name == alias and (statement in read.within or not any(_binds(one, alias) for one in read.within))
            for read in self._reads[owner]
        )


def _binds(statement: _With, alias: str) -> bool:
    return any(isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == alias for item in statement.items)


def _reads(nodes: Sequence[ast.AST], within: tuple[_With, ...]) -> Iterator[_Read]:
    for node in nodes:
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                yield _Read(node.id, within)
        elif isinstance(node, _With):
            yield from _reads(node.items, within)
            yield from _reads(node.body, (*within, node))
        else:
            yield from _reads(list(ast.iter_child_nodes(node)), () if isinstance(node, _LATER) else within)
