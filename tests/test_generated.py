"""Generated Python, odder than what people write: bytes come back, spans point rightly, and wraps keep the program."""

from __future__ import annotations

import ast
import unicodedata
import warnings

import pytest
from hypothesis import HealthCheck, given, settings

from migrate.edits import apply
from migrate.model import Span, Wrap
from migrate.source import read
from migrate.syntax.module import Module

hypothesmith = pytest.importorskip("hypothesmith")
slow = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def check(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = Module(read("x.py", text.encode()))
        source = module.source
        assert source.to_bytes(source.text) == text.encode()
        assert source.lenient().code.count("\n") == text.count("\n")
        body = module.tree.body
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Name):
                assert unicodedata.normalize("NFKC", module.text(node)) == node.id
        if not body or "\\\r" in text or "\\\n" in text:  # a backslash may join a blank line to the last statement
            return
        new = ast.parse(apply(source.text, [Wrap(_whole_lines(module), "with scope:")])).body
    assert len(new) == 1
    assert isinstance(new[0], ast.With)
    assert [ast.dump(node) for node in new[0].body] == [ast.dump(node) for node in body]


def _whole_lines(module: Module) -> Span:
    """From the first visible character of the module's statements to the end of the last one's line."""
    text, starts = module.source.text, module.source.line_starts
    first, last = module.tree.body[0], module.tree.body[-1]
    start = starts[min([first.lineno, *(one.lineno for one in getattr(first, "decorator_list", []))]) - 1]
    while text[start] in " \t\x0c\\\r\n":
        start += 1
    assert last.end_lineno is not None
    end = starts[last.end_lineno] if last.end_lineno < len(starts) else len(text)
    return Span(start, max(start, len(text[:end].rstrip("\r\n"))))


@slow
@given(hypothesmith.from_grammar())
def test_any_text_of_the_grammar(text: str) -> None:
    check(text)


@slow
@given(hypothesmith.from_node())
def test_any_tree(text: str) -> None:
    check(text)
