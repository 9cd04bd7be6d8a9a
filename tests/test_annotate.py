"""`--add-ignore` and `--mark`: comments go where they are comments, cover the call, and are written once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from migrate import registry, runner, settings
from migrate.findings.rules import SUPPRESSED
from migrate.model import Left

AWKWARD = '''\
def f(*a):
    x = \\
        old(*a)
    z = old(*a, n="""
    long
    """)
    w = old(*a); v = """
    """
    if old(*a): v = """
    """
    for i in old(*a): \\
        print(1)
    for i in old(*a): v = 1 + \\
        2
    if 1: \\
        old(*a); b = """x
        """ + str(
            1)
    x = """
    """; y = old(*a); z = """
    """
    with old(*a) as q, \\
         old(*a) as r:
        pass
    s = f"""{old(*a)}
    """
    t = [old(*a),  # first
         # second
         old(*a)]  # noqa
    u = old(*a) ;
    if True: c = old(*a)
    else: d = old(*a)
    # a comment \\
    old(*a)  # and another \\
    @decorate(
        old(*a))
    def g(p=old(*a)):
        return old(*a)
    match old(*a):
        case 1 if old(*a): old(*a)
\treturn old(*a)\t\x0c'''.replace("\n\treturn", "\n    return")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(data: bytes, **given: object) -> bytes:
    """What a run makes of the file."""
    Path("a.py").write_bytes(data)
    (result,) = runner.run(settings.load(registry.of(["toys:TOY"]), {"jobs": 1, **given}), ["a.py"]).results
    return result.after or data


def codes(data: bytes) -> set[str]:
    Path("a.py").write_bytes(data)
    report = runner.run(settings.load(registry.of(["toys:TOY"]), {"jobs": 1}), ["a.py"])
    return {finding.code for finding in report.findings() if isinstance(finding.outcome, Left)}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("option", ["add_ignore", "mark"])
def test_comments_at_awkward_statements(option: str, newline: str) -> None:
    before = AWKWARD.replace("\n", newline).encode()
    after = run(before, **{option: True})
    assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(before))
    assert run(after, **{option: True}) == after
    if option == "add_ignore":
        assert codes(after) == {SUPPRESSED}


def test_what_a_string_or_a_backslash_carries_on_gets_its_comment_above() -> None:
    text = 'if 1:\n\tfor i in old(*a): \\\n\t\tprint(1)\n\tif old(*a): """\n""" + \\\n\t\tx\n'
    after = "if 1:\n\t# migrate: ignore[TY201]\n\tfor i in old(*a): \\\n\t\tprint(1)\n"
    after += '\tif old(*a): """\n""" + \\\n\t\tx  # migrate: ignore[TY201]\n'
    assert run(text.encode(), add_ignore=True).decode() == after


def test_a_place_within_a_string_gets_none() -> None:
    """The only line before the statement ends in a string, and the line behind it belongs to another statement."""
    text = b'x = """\n"""; \\\nfor_ = old(*a)\n'
    assert run(text, add_ignore=True) == b'x = """\n"""; \\\nfor_ = old(*a)  # migrate: ignore[TY201]\n'
