from __future__ import annotations

import ast

import pytest

from migrate.syntax.calls import Unbound, arguments, bind, called_name


def call(text: str) -> ast.Call:
    node = ast.parse(text, mode="eval").body
    assert isinstance(node, ast.Call)
    return node


def test_positional_and_keyword_arguments_find_their_parameters():
    bound = bind(call("f(1, c=3, b=2)"), ("a", "b", "c", "d"))
    assert not isinstance(bound, Unbound)
    assert {name: ast.unparse(item.value) for name, item in bound.items()} == {"a": "1", "c": "3", "b": "2"}
    assert [(item.index, item.keyword) for item in bound.values()] == [(0, None), (1, "c"), (2, "b")]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("f(*a)", Unbound.STAR),
        ("f(1, **k)", Unbound.STAR),
        ("f(1, 2, 3)", Unbound.TOO_MANY),
        ("f(z=1)", Unbound.UNKNOWN),
        ("f(1, a=2)", Unbound.TWICE),
    ],
)
def test_a_call_that_does_not_fit_says_why(text: str, why: Unbound):
    assert bind(call(text), ("a", "b")) is why


def test_a_call_without_arguments_binds_nothing():
    assert bind(call("f()"), ("a",)) == {}
    assert arguments(call("f()")) == ()


@pytest.mark.parametrize(
    ("text", "name"), [("f()", "f"), ("a.b.c()", "c"), ("f()()", ""), ("a[0]()", ""), ("a().b()", "b")]
)
def test_a_call_goes_by_the_last_name(text: str, name: str) -> None:
    assert called_name(call(text)) == name
