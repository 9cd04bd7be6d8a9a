"""Comments in the code: what they cover, which codes they name, and which of them are of no use."""

from __future__ import annotations

import pytest

from migrate.findings import suppress
from migrate.findings.statements import Statements
from migrate.findings.suppress import Suppressions
from migrate.model import Finding, Left, Span
from migrate.source import Source
from migrate.syntax.module import Module


def read(text: str) -> Suppressions:
    module = Module(Source.from_bytes("a.py", text.encode()))
    return suppress.read(module, Statements(module))


def finding(line: int, code: str = "TY101") -> Finding:
    return Finding(code, "a.py", Span(0, 1), line, 1, "", Left(""))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("x = old()  # migrate: ignore\ny = 1\n", {1}),
        ("x = old(\n    1,\n)  # migrate: ignore\n", {1, 2, 3}),
        ("x = old(  # migrate: ignore\n    1,\n)\n", {1, 2, 3}),
        ("x = (\n    # migrate: ignore\n    old(),\n)\ny = 1\n", {1, 2, 3, 4}),
        ("# migrate: ignore\nx = old(\n)\ny = 1\n", {2, 3}),
        ("if old():  # migrate: ignore\n    old()\n", {1}),
        ("if True:\n    # migrate: ignore\n    old()\nold()\n", {3}),
        ("class A:\n    x = old()  # migrate: ignore\n    y = old()\n", {2}),
        ("match old():\n    case 1:  # migrate: ignore\n        old()\n", {2}),
        ("@dec\ndef f(\n    a=old(),  # migrate: ignore\n):\n    old()\n", {1, 2, 3, 4}),
        ("# migrate: ignore\n@dec(\n    old())\n@two\nclass C:\n    old()\n", {2, 3, 4, 5}),
        ("class C:\n    @dec(old())  # migrate: ignore\n    def f(self):\n        old()\n", {2, 3}),
        ("x = 1; y = old()  # migrate: ignore\n", {1}),
        ("x = '# migrate: ignore'\n", set()),
        ("x = old()  # please migrate: ignore nothing\n", set()),
        ("x = old()  # migrate: ignored\n", set()),
        ("x = old()  # noqa  # migrate: ignore[TY101] read by name\n", {1}),
        ("# migrate: ignore\n\nx = old()\n", {1}),
    ],
)
def test_covers_the_statement(text: str, lines: set[int]) -> None:
    found = read(text)
    assert {line for line in range(1, 8) if found.of(finding(line))} == lines


def test_names_codes() -> None:
    found = read("old()  # migrate: ignore[TY1, gv201] until the checkpoint is gone\n")
    assert found.of(finding(1, "TY101"))
    assert found.of(finding(1, "GV201"))
    assert not found.of(finding(1, "GV202"))
    assert found.of(finding(1, "GV202"), "TY102")
    assert found.ignores[0].reason == "until the checkpoint is gone"


def test_a_list_that_is_not_closed_names_its_codes() -> None:
    found = read("old()  # migrate: ignore[GV201, TY1\n")
    assert found.ignores[0].codes == ("GV201", "TY1")
    assert not found.of(finding(1, "GV101"))


def test_one_comment_may_hold_several() -> None:
    found = read("x = old()  # migrate: ignore[TY999] once  # migrate: ignore[TY101]\n")
    assert [(one.codes, one.reason) for one in found.ignores] == [(("TY999",), "once"), (("TY101",), "")]
    assert found.of(finding(1)) is found.ignores[1]


def test_position_of_a_comment_behind_tabs_and_wide_characters() -> None:
    text = "\tx\n".strip() + " = 'ä𝄞'  # migrate: ignore[A]  \r\ny = 2\r\n"
    found = read(text)
    span = found.ignores[0].span
    assert text[span.start : span.end] == "# migrate: ignore[A]"


def test_skips_the_file_from_any_line() -> None:
    assert read("x = 1\n# migrate: skip-file\n").skip_file
    assert not read("x = '# migrate: skip-file'\n").skip_file
