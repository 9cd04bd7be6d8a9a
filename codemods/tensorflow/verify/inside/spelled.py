"""Which ops the user's code names itself: read off the statement that makes them, for frames do not tell.

Inside TensorFlow a `name` is soon replaced by a default, so the frames below the user's call hold names that nobody
wrote. The statement in the user's file says whether one was.
"""
# ruff: noqa: UP006, UP035  (Python 3.6 knows no `list[str]` and no `str | None`)

import ast
from typing import Dict, FrozenSet, Iterator, List, Tuple

_VARIABLES = frozenset(["Variable", "get_variable"])


class Statement:
    """The names written as literals in one statement's calls, and the functions that get a computed one."""

    def __init__(self, literals: FrozenSet[str], computed: FrozenSet[str]) -> None:
        self.literals = literals
        self.computed = computed


_NOTHING = Statement(frozenset(), frozenset())


class Spelled:
    """Reads files once, and knows their statements by line."""

    def __init__(self) -> None:
        self._files: Dict[str, Dict[int, Statement]] = {}

    def at(self, path: str, line: int) -> Statement:
        """The innermost statement that covers a line of a file."""
        if path not in self._files:
            self._files[path] = _read(path)
        return self._files[path].get(line, _NOTHING)


def _read(path: str) -> Dict[int, Statement]:
    try:
        with open(path, "rb") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError):
        return {}
    found: List[Tuple[int, int, Statement]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            lines = [inner.lineno for inner in ast.walk(node) if hasattr(inner, "lineno")]
            found.append((min(lines), max(lines), _statement(node)))
    by_line: Dict[int, Statement] = {}
    for start, end, statement in sorted(found, key=lambda one: one[0] - one[1]):
        for line in range(start, end + 1):
            by_line[line] = statement
    return by_line


def _statement(node: ast.stmt) -> Statement:
    literals, computed = set(), set()
    for call in _calls(node):
        function = getattr(call.func, "attr", None) or getattr(call.func, "id", "")
        if function in _VARIABLES:
            continue
        given = [word.value for word in call.keywords if word.arg == "name"]
        for value in [*given, *call.args]:
            text = getattr(value, "value", getattr(value, "s", None))
            if isinstance(text, str):
                literals.add(text.rstrip("/").split("/")[-1])
        if given and not isinstance(getattr(given[0], "value", getattr(given[0], "s", None)), str):
            computed.add(str(function))
    return Statement(frozenset(literals), frozenset(computed))


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """The calls of a statement itself, without those of the statements inside it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            continue
        if isinstance(child, ast.Call):
            yield child
        yield from _calls(child)
