from __future__ import annotations

import ast

import pytest

from migrate.source import Source
from migrate.syntax.bindings import (
    assigned_values,
    attribute_values,
    is_bound_method,
    is_function,
    occurrences,
    used_once,
)
from migrate.syntax.module import Module
from migrate.syntax.walk import Scope


def parsed(text: str) -> Module:
    return Module(Source("m.py", text, text, "utf-8", b""))


def function_scope(module: Module, name: str = "f") -> Scope:
    walk = module.walk
    return next(scope for node, scope in walk.scopes.items() if getattr(node, "name", "") == name)


def shown(values: tuple[ast.expr, ...]) -> list[str]:
    return [ast.unparse(value) for value in values]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("n = 1", ["1"]),
        ("n = 1\nn = 2", ["1", "2"]),
        ("m, n = 1, 2", ["2"]),
        ("(m, [n]) = 1, [2]", []),
        ("m, n = helper()", []),
        ("m, *n = 1, 2", []),
        ("n = 1\nn /= 2", ["1", "1 / 2"]),
        ("for n in range(3): pass", []),
        ("import n", []),
        ("x = (n := 5)", ["5"]),
        ("m = 1", []),
    ],
)
def test_a_name_has_the_values_that_the_source_shows(text: str, values: list[str]):
    module = parsed(text + "\n")
    assert shown(assigned_values(module, "n", module.walk.module)) == values


def test_an_inner_scope_sees_the_outer_name_unless_it_has_its_own():
    module = parsed("n = 1\ndef f():\n    return n\ndef g(n):\n    return n\n")
    assert shown(assigned_values(module, "n", function_scope(module))) == ["1"]
    assert shown(assigned_values(module, "n", function_scope(module, "g"))) == []


def test_an_attribute_has_the_values_of_every_object():
    module = parsed("class A:\n    def f(self):\n        self.n = 1\n        self.n: int = 2\nother.n = 3\nm = 4\n")
    assert sorted(shown(attribute_values(module, "n"))) == ["1", "2", "3"]
    assert attribute_values(module, "m") == ()


USED_ONCE = [
    ("x = 1\nreturn x", True),
    ("x = 1\nreturn x + x", False),
    ("x = 1\nx = 2\nreturn x", False),
    ("x = 1\nx += 1\nreturn x", False),
    ("x = 1\ndel x", False),
    ("x = 1\nreturn lambda: x", True),
    ("x = 1\nreturn x, (lambda: x)", False),
    ("x = 1\nreturn [x for x in y]", False),
    ("x = 1\nreturn x, locals()", False),
    ("x = 1\nreturn eval('x')", False),
    ("global x\nx = 1\nreturn x", False),
    ("x, y = 1, 2\nreturn x", False),
    ("for x in y: pass\nreturn x", False),
    ("def g(x): return 1\nx = 1\nreturn x", False),
]


@pytest.mark.parametrize(("body", "once"), USED_ONCE)
def test_a_local_name_is_used_once_only_where_nothing_else_can_see_it(body: str, once: bool):
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    module = parsed(f"def f(y):\n{lines}")
    assert (used_once("x", function_scope(module)) is not None) is once


def test_module_and_class_names_belong_to_others_as_well():
    module = parsed("x = 1\ny = x\nclass A:\n    z = 1\n    w = z\n")
    assert used_once("x", module.walk.module) is None
    assert used_once("z", next(s for n, s in module.walk.scopes.items() if isinstance(n, ast.ClassDef))) is None


def test_occurrences_count_nested_scopes_and_declarations():
    module = parsed("def f(x):\n    def g():\n        nonlocal x\n        x = 2\n    return x\n")
    assert occurrences("x", function_scope(module)) == 5


FUNCTIONS = [
    ("lambda: 1", True, False),
    ("make", True, False),
    ("short", True, False),
    ("value", False, False),
    ("unknown", False, False),
    ("a.method", True, True),
    ("self.method", True, True),
    ("a.fixed", True, False),
    ("a.of_class", True, True),
    ("a.computed", False, False),
    ("a.cached", False, False),
    ("a.shadowed", False, False),
    ("a.twice", False, False),
    ("a.nowhere", False, False),
    ("make()", False, False),
]


@pytest.mark.parametrize(("text", "function", "method"), FUNCTIONS)
def test_functions_and_bound_methods_are_told_from_values(text: str, function: bool, method: bool):
    module = parsed(
        "def make(): pass\n"
        "short = lambda: 1\n"
        "value = 1\n"
        "class A:\n"
        "    def method(self): self.shadowed = 1\n"
        "    def shadowed(self): pass\n"
        "    def twice(self): pass\n"
        "    @staticmethod\n"
        "    def fixed(): pass\n"
        "    @classmethod\n"
        "    def of_class(cls): pass\n"
        "    @property\n"
        "    def computed(self): pass\n"
        "    @cached\n"
        "    def cached(self): pass\n"
        "class B:\n"
        "    def twice(self): pass\n"
        f"probe = {text}\n"
    )
    statement = module.tree.body[-1]
    assert isinstance(statement, ast.Assign)
    assert is_function(module, statement.value, module.walk.module) is function
    assert is_bound_method(module, statement.value, module.walk.module) is method
