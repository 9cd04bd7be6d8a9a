"""What is asked about one call: its new name, and what the file and the tree know of the place it stands in."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from migrate.syntax.walk import Scope

__all__ = ["CallRequest"]


def _never(_: ast.expr) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class CallRequest:
    """What the naming decided for one call, and what the file and the tree know about it.

    `name` is the source text of the name argument. `spell` turns a canonical name without its root, such as
    `get_variable`, into the text by which this file reaches it; `resolve` turns an expression into a canonical
    dotted name (`tensorflow.zeros`; None where it is no imported thing). `scope` is the scope that the call runs in.
    `dynamic` says whether an expression may be a tensor. `seeded`: the program sets a graph seed, so the number of
    ops must stay. `in_control_flow`: the call runs in the body of a `while_loop`, `cond`, `map_fn` or `scan`.
    `default_names`: those of ops that other files give to something in its place.
    `held`: it stands under `control_dependencies`, which ops of an initializer escape.
    `version_2`: the call is written against the root of TensorFlow 2. `on_resources`: it has to say that it makes a
    resource. `deeper`: by how many columns new scopes will indent the call.
    """

    name: str
    spell: Callable[[str], str]
    resolve: Callable[[ast.expr], str | None]
    scope: Scope
    form: Literal["shape", "value"] = "shape"
    seeded: bool = False
    in_control_flow: bool = False
    default_names: frozenset[str] = frozenset()
    held: bool = False
    version_2: bool = False
    on_resources: bool = False
    deeper: int = 0
    dynamic: Callable[[ast.expr], bool] = _never

    def creates(self, node: ast.AST) -> bool:
        """Whether an expression holds a creation, which has edits of its own."""
        return any(
            isinstance(part, ast.Call) and self.resolve(part.func) == "tensorflow.Variable" for part in ast.walk(node)
        )
