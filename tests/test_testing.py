"""The collector of case files, tried with a toy codemod: each way in which a case can be wrong is noticed."""

from __future__ import annotations

import pytest

from migrate import registry
from migrate.testing import CaseError, check, collect, main, produce, show, update

TOYS = registry.of(["toys:TOY"])

GOOD = """\
# A call is rewritten

Words between a heading and its fences are for readers.

```python before
x = old(1)
y = old(*x)
```

```python after
x = new(1)
y = old(*x)
```

```findings
1 TY101 renames
2 TY201 left
```

## It spells as it is told

options: spelling=newer

```python before
x = old()
# A heading inside of a fence is none.
```

```python after
x = newer()
# A heading inside of a fence is none.
```

## A level keeps it

options: level=exact

```python before
x = old(1)
```
"""


def cases(tmp_path, text):
    (tmp_path / "toy").mkdir(exist_ok=True)
    (tmp_path / "toy" / "case.md").write_text(text)
    return collect([tmp_path])


def problems(tmp_path, text):
    return "\n".join(problem for case in cases(tmp_path, text) for problem in check(case, TOYS))


def test_good_cases_pass(tmp_path):
    found = cases(tmp_path, GOOD)
    assert [case.title for case in found] == ["A call is rewritten", "It spells as it is told", "A level keeps it"]
    assert [case.line for case in found] == [5, 24, 38]
    assert problems(tmp_path, GOOD) == ""


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("x = new(1)", "x = new(2)", "main.py becomes"),
        ("```python after\nx = new(1)\ny = old(*x)\n```\n", "", "and not"),
        ("1 TY101 renames", "2 TY101 renames", "the findings are"),
        ("2 TY201 left\n", "", "the findings are"),
        ("options: level=exact", "options: level=renames", "main.py becomes"),
        ("options: spelling=newer", "options: spelling=old", "main.py becomes"),
    ],
)
def test_a_wrong_case_is_noticed(tmp_path, old, new, word):
    assert old in GOOD
    assert word in problems(tmp_path, GOOD.replace(old, new, 1))


def test_a_case_without_before_is_an_error(tmp_path):
    with pytest.raises(CaseError, match=r"case\.md:3: `Lost` has no block `before`"):
        cases(tmp_path, "# Lost\n\n```python after\nx\n```\n")


def test_several_files(tmp_path):
    text = "# Two\n\n```python before a.py\nold()\n```\n\n```python before b/c.py\nold(2)\n```\n"
    after = "```python after b/c.py\nnew(2)\n```\n\n```python after a.py\nnew()\n```\n"
    found = "```findings\na.py:1 TY101 exact\nb/c.py:1 TY101 renames\n```\n"
    assert problems(tmp_path, text + after + found) == ""


def test_update_fills_in_what_is_produced(tmp_path):
    empty = GOOD.replace("x = new(1)\ny = old(*x)\n", "").replace("1 TY101 renames\n2 TY201 left\n", "")
    (case, *_) = cases(tmp_path, empty)
    assert problems(tmp_path, empty) != ""
    assert update(case.file, TOYS)
    text = case.file.read_text()
    assert problems(tmp_path, text) == ""
    assert "Words between a heading and its fences are for readers." in text
    assert "1 TY101 renames\n2 TY201 left\n" in text
    assert not update(case.file, TOYS)


def test_findings_are_shown_as_a_case_lists_them(tmp_path):
    (case, *_) = cases(tmp_path, GOOD)
    assert show(produce(case, TOYS), case) == ["1 TY101 renames", "2 TY201 left"]


def test_the_command_refuses_what_it_does_not_know(capsys):
    assert main(["--nope"]) == 2
    assert "usage" in capsys.readouterr().err
