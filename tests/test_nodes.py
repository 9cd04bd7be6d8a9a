"""The nodes of a tree are those of `ast.walk`, in its order, but for contexts and operators; so are their parents."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from migrate.syntax.nodes import children, nodes, statements
from migrate.syntax.parents import Parents

BARE = (ast.expr_context, ast.operator, ast.cmpop, ast.unaryop, ast.boolop)
FILES = sorted(Path(__file__).parent.rglob("*.py"))
EVERYTHING = """
match x:
    case {"a": [1, *rest], **others} | C(y, z=None) as whole if a < b <= c and not -d:
        global e; nonlocal_ = f"{x!r:>{width}}" if x else (yield)
async def f(a, /, b: int = 1, *c, d, **e) -> None:
    async with a as b, c: await d
    return [i async for i in j if k], {**l}, {m: n for m in o}, lambda p=1: (q := p)
try: del a[1:2, ...], b.c
except (D, E) as error: raise F from error
else: a @= b
"""


@pytest.mark.parametrize("text", [EVERYTHING, *(path.read_text(encoding="utf-8") for path in FILES[::10])])
def test_they_are_those_of_the_standard_library(text: str) -> None:
    tree = ast.parse(text)
    wanted = [node for node in ast.walk(tree) if not isinstance(node, BARE)]
    assert nodes(tree) == wanted
    assert sorted(statements(tree), key=id) == sorted((one for one in wanted if isinstance(one, ast.stmt)), key=id)
    for node in wanted:
        assert children(node) == [one for one in ast.iter_child_nodes(node) if not isinstance(one, BARE)]


DECORATED = """
@first(lambda x: x)
@second
class C(B, metaclass=M):
    @third
    def f(self, a=d): return f"{a!r:>{w}} {'b' if c else f'{g}'}"
"""


@pytest.mark.parametrize("text", [EVERYTHING, DECORATED, *(path.read_text(encoding="utf-8") for path in FILES[::40])])
def test_each_has_its_parent(text: str) -> None:
    tree = ast.parse(text)
    for holder in nodes(tree):
        for child in children(holder):
            assert Parents(tree)[child] is holder
    with pytest.raises(KeyError):
        Parents(tree)[tree]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("text", [EVERYTHING, "a = 1; b = (\n1 +\n2); c = 3\n@d(e)\n@f\nclass G: pass\nh()\n"])
def test_parents_are_found_whichever_is_asked_for_first(text: str, *, backwards: bool) -> None:
    tree = ast.parse(text)
    wanted = {child: node for node in nodes(tree) for child in children(node)}
    parents = Parents(tree)
    for node in sorted(wanted, key=lambda one: getattr(one, "lineno", 0), reverse=backwards):
        assert parents[node] is wanted[node]
        assert Parents(tree)[node] is wanted[node]
    assert parents.get(tree) is None
    with pytest.raises(KeyError):
        parents[ast.Pass()]


def test_many_parents_take_no_more_than_the_nodes_of_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = ast.parse("w = f(0)\n" * 500)
    looked = 0

    def count(node: ast.AST) -> Any:
        nonlocal looked
        found = list(children(node))
        looked += len(found)
        return found

    monkeypatch.setattr("migrate.syntax.parents.children", count)
    parents = Parents(tree)
    for statement in tree.body:
        call = statement.value  # type: ignore[attr-defined]
        assert parents[call.func] is call
    assert looked < 50_000  # 250,000 from the top each time
