"""Edits and wraps: what they make of a text, where they clash, and what they never touch."""

from __future__ import annotations

import ast
import dataclasses
import textwrap
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.edits import Conflict, apply
from migrate.model import Change, Edit, Span, Wrap
from migrate.text.indentation import indent_unit


def replace(text: str, old: str, new: str) -> Edit:
    start = text.index(old)
    return Edit(Span(start, start + len(old)), new)


def wrap(text: str, piece: str, header: str = "with scope():") -> Wrap:
    start = text.index(piece)
    return Wrap(Span(start, start + len(piece)), header)


def insert(offset: int, text: str) -> Edit:
    return Edit(Span(offset, offset), text)


# Edits


def test_no_change_gives_the_same_text() -> None:
    text = "a\r\nb\x0c\rc"
    assert apply(text, []) == text


def test_edits_are_made_in_any_order() -> None:
    text = "a = b + c\n"
    assert apply(text, [replace(text, "c", "z"), replace(text, "a", "x"), replace(text, "b", "yy")]) == "x = yy + z\n"


def test_inserts_at_one_place_stand_in_the_order_given() -> None:
    assert apply("ab", [insert(1, "1"), insert(1, "2"), insert(1, "3")]) == "a123b"


def test_an_insert_stands_between_the_replacements_that_meet_there() -> None:
    assert apply("ab", [Edit(Span(1, 2), "B"), insert(1, "-"), Edit(Span(0, 1), "A")]) == "A-B"


def test_equal_edits_are_made_once_and_equal_inserts_each() -> None:
    assert apply("ab", [Edit(Span(0, 1), "x"), Edit(Span(0, 1), "x"), insert(2, "!"), insert(2, "!")]) == "xb!!"


@pytest.mark.parametrize(
    "changes",
    [
        [Edit(Span(0, 2), "x"), Edit(Span(1, 3), "y")],
        [Edit(Span(0, 2), "x"), Edit(Span(0, 2), "y")],
        [Edit(Span(0, 3), "x"), insert(1, "y")],
        [Edit(Span(0, 3), "x"), Edit(Span(1, 2), "")],
    ],
)
def test_overlapping_edits_clash(changes: list[Change]) -> None:
    with pytest.raises(Conflict) as raised:
        apply("abcd", changes)
    assert "overlap" in raised.value.cause
    assert {raised.value.first, raised.value.second} == {change.span for change in changes}


@pytest.mark.parametrize("span", [Span(-1, 0), Span(2, 1), Span(0, 5), Span(5, 5)])
def test_a_span_outside_of_the_text_is_an_error(span: Span) -> None:
    with pytest.raises(ValueError, match="in a text of 4"):
        apply("abcd", [Edit(span, "")])


# Wraps


def test_a_wrap_puts_statements_one_level_deeper() -> None:
    text = "a = 1\nb = 2\nc = 3\n"
    assert apply(text, [wrap(text, "a = 1\nb = 2")]) == "with scope():\n    a = 1\n    b = 2\nc = 3\n"


def test_a_wrap_in_a_block_keeps_its_indentation_and_comments() -> None:
    text = "def f():\n  # one\n  a = 1  # two\n\n  # three\n# four\n  b = 2  # five\n  return a\n"
    assert apply(text, [wrap(text, text[text.index("a = 1") : text.index("\n  return")])]) == (
        "def f():\n  # one\n  with scope():\n    a = 1  # two\n\n    # three\n  # four\n    b = 2  # five\n  return a\n"
    )


def test_a_comment_may_be_the_first_line_of_a_wrap() -> None:
    text = "if x:\n    # why\n    a = 1\n"
    assert apply(text, [wrap(text, "# why\n    a = 1")]) == ("if x:\n    with scope():\n        # why\n        a = 1\n")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_the_header_ends_as_the_wrapped_line_does(newline: str) -> None:
    text = f"x = 0{newline}y = 1{newline}"
    assert apply(text, [wrap(text, "y = 1")]) == f"x = 0{newline}with scope():{newline}    y = 1{newline}"


def test_mixed_line_ends_stay_mixed() -> None:
    text = "a = 1\nb = 2\r\nc = 3\rd = 4\n"
    assert apply(text, [wrap(text, "b = 2\r\nc = 3")]) == "a = 1\nwith scope():\r\n    b = 2\r\n    c = 3\rd = 4\n"


def test_a_missing_last_line_end_stays_missing() -> None:
    assert apply("a = 1\r\nb = 2", [Wrap(Span(7, 12), "with s:")]) == "a = 1\r\nwith s:\r\n    b = 2"
    assert apply("b = 2", [Wrap(Span(0, 5), "with s:")]) == "with s:\n    b = 2"


def test_blank_lines_stay_as_they_are() -> None:
    text = "a = [\n\n  1,\n   \t\n]\n\n\nb = 2\n"
    assert apply(text, [wrap(text, text[:-1])]) == (
        "with scope():\n    a = [\n\n      1,\n   \t\n    ]\n\n\n    b = 2\n"
    )


@pytest.mark.parametrize(
    "literal",
    [
        '"""one\n two\nthree"""',
        "'one\\\ntwo'",
        "rb'''one\n\\\\'''",
        'f"""{\n1}\ntwo {3:>{4}}}}\n"""',
        '"" """\n# no comment\n"""',
        "'#' '''\n'''",
    ],
)
def test_lines_within_strings_are_never_touched(literal: str) -> None:
    text = f"a = g(1,\n  {literal},\n  2)\nb = 3\n"
    new = apply(text, [wrap(text, text[:-1])])
    assert literal in new
    assert new.endswith(",\n      2)\n    b = 3\n")
    block = ast.parse(new).body[0]
    assert isinstance(block, ast.With)
    assert [ast.dump(node) for node in block.body] == [ast.dump(node) for node in ast.parse(text).body]


def test_continued_lines_are_deepened() -> None:
    text = "if x:\n    a = 1 + \\\n  2\n"
    assert apply(text, [wrap(text, "a = 1 + \\\n  2")]) == "if x:\n    with scope():\n        a = 1 + \\\n      2\n"


def test_wraps_nest() -> None:
    text = "def f():\n\ta = 1\n\tif a:\n\t\tb = 2\n\treturn b\n"
    outer, inner = wrap(text, "a = 1\n\tif a:\n\t\tb = 2", "with o:"), wrap(text, "b = 2", "with i:")
    expected = "def f():\n\twith o:\n\t\ta = 1\n\t\tif a:\n\t\t\twith i:\n\t\t\t\tb = 2\n\treturn b\n"
    assert apply(text, [outer, inner]) == apply(text, [inner, outer]) == expected


def test_wraps_that_begin_or_end_together_nest() -> None:
    text = "  a = 1\n  b = 2\n  c = 3\n"
    first, last, whole = wrap(text, "a = 1", "1:"), wrap(text, "b = 2\n  c = 3", "2:"), wrap(text, text.strip(), "0:")
    assert apply(text, [last, first, whole, Wrap(first.span, "1.1:")]) == (
        "  0:\n      1:\n          1.1:\n              a = 1\n      2:\n          b = 2\n          c = 3\n"
    )


def test_equal_wraps_are_made_once() -> None:
    text = "a = 1\n"
    assert apply(text, [wrap(text, "a = 1"), wrap(text, "a = 1")]) == "with scope():\n    a = 1\n"


def joining(text: str, *pieces: str, header: str = "with scope():") -> list[Change]:
    return [dataclasses.replace(wrap(text, piece, header), joins=True) for piece in pieces]


def test_wraps_that_join_share_a_header() -> None:
    text = "a\n\n# why\nb  # so\nc\n"
    expected = "with scope():\n    a\n\n    # why\n    b  # so\n    c\n"
    assert apply(text, joining(text, "c", "a", "b")) == expected


@pytest.mark.parametrize("text", ["a\nx\nb\n", "if x:\n    a\nb\n", "if x:\n    a\nelse:\n    b\n"])
def test_wraps_join_within_one_block_only_and_with_nothing_between(text: str) -> None:
    assert apply(text, joining(text, "a", "b")).count("with scope():") == 2


def test_wraps_of_two_headers_or_two_cells_do_not_join() -> None:
    text = "a\nb\n"
    other = [*joining(text, "a"), *joining(text, "b", header="with other():")]
    assert apply(text, other) == "with scope():\n    a\nwith other():\n    b\n"
    assert apply(text, joining(text, "a", "b"), borders=[2]).count("with scope():") == 2
    assert apply(text, [wrap(text, "a"), wrap(text, "b")]).count("with scope():") == 2


def test_wraps_do_not_join_across_the_end_of_another() -> None:
    text = "a\nb\nc\n"
    changes = [*joining(text, "b", "c"), wrap(text, "a\nb", "with outer():")]
    expected = "with outer():\n    a\n    with scope():\n        b\nwith scope():\n    c\n"
    assert apply(text, changes) == expected


def test_edits_inside_a_wrap_are_made_and_their_lines_deepened() -> None:
    text = "w = Variable(1)\nv = 2\n"
    changes = [replace(text, "Variable(1)", 'get(\n    "w",\n    """\n""")'), wrap(text, text[:-1])]
    assert apply(text, changes) == ('with scope():\n    w = get(\n        "w",\n        """\n""")\n    v = 2\n')


@pytest.mark.parametrize("gone", ["    a = 1\n", "a = 1\n    "])
def test_the_first_statement_of_a_wrap_may_be_deleted(gone: str) -> None:
    text = "if x:\n    a = 1\n    b = 2\n    c = 3\n"
    changes = [wrap(text, "a = 1\n    b = 2"), replace(text, gone, "")]
    assert apply(text, changes) == "if x:\n    with scope():\n        b = 2\n    c = 3\n"


@pytest.mark.parametrize("gone", ["    b = 2\n", "\n    b = 2", "b = 2\n    "])
def test_the_last_statement_of_a_wrap_may_be_deleted(gone: str) -> None:
    text = "if x:\n    a = 1\n    b = 2\n    c = 3\n"
    changes = [replace(text, gone, ""), wrap(text, "a = 1\n    b = 2")]
    assert apply(text, changes) == "if x:\n    with scope():\n        a = 1\n    c = 3\n"


def test_a_wrapped_line_may_be_replaced_whole() -> None:
    text = "if x:\n    a = 1\n    c = 3\n"
    changes = [replace(text, "    a = 1\n", "    b = 2\n"), wrap(text, "a = 1")]
    assert apply(text, changes) == "if x:\n    with scope():\n        b = 2\n    c = 3\n"


def test_a_wrap_of_which_nothing_is_left_clashes() -> None:
    text = "if x:\n    a = 1\n    c = 3\n"
    with pytest.raises(Conflict, match="nothing is left"):
        apply(text, [replace(text, "    a = 1\n", ""), wrap(text, "a = 1")])


def test_whole_lines_at_the_ends_of_a_wrap_stay_outside_and_pieces_go_inside() -> None:
    text = "a = 1\nb = 2\n"
    changes = [
        insert(0, "x."),
        wrap(text, "a = 1\nb = 2"),
        insert(11, "\nlast()"),
        insert(0, "import x\n"),
        insert(11, " + 3"),
    ]
    assert apply(text, changes) == "import x\nwith scope():\n    x.a = 1\n    b = 2 + 3\nlast()\n"


@pytest.mark.parametrize(
    ("text", "piece", "cause"),
    [
        ("a = 1; b = 2\n", "b = 2", "follows another"),
        ("a = 1; b = 2\n", "a = 1", "followed by another"),
        ("a = 1;\n", "a = 1", "followed by another"),
        ("if x: w = f()\n", "w = f()", "does not begin its line"),
        ("if x: \\\n  w = f()\n", "w = f()", "continued line"),
        ("if x:\n    a = 1\nelse:\n    b = 2\n", "a = 1\nelse:\n    b = 2", "not in one block"),
        ("if x:\n    a = 1\nelif y:\n    b = 2\n", "elif y:\n    b = 2", "is a clause"),
        ("a = g(\n1)\n", "a = g(", "ends within a statement"),
        ('a = """\n"""\n', 'a = """', "ends within a statement"),
        ("a = g(\n1)\n", "1)", ""),
        ("a = 1\n", "", "nothing is left"),
    ],
)
def test_a_wrap_that_does_not_hold_whole_lines_of_one_block_clashes(text: str, piece: str, cause: str) -> None:
    if not cause:  # what begins within brackets is only seen from around it
        changes = [wrap(text, text[:-1]), wrap(text, piece)]
        cause = "begins within a statement"
    else:
        changes = [wrap(text, piece)]
    with pytest.raises(Conflict, match=cause):
        apply(text, changes)


def test_wraps_that_overlap_clash() -> None:
    text = "a = 1\nb = 2\nc = 3\n"
    with pytest.raises(Conflict, match="two wraps overlap"):
        apply(text, [wrap(text, "a = 1\nb = 2"), wrap(text, "b = 2\nc = 3")])


@pytest.mark.parametrize("old", ["0\na", "1\nb", "0\na = 1\nb"])
def test_an_edit_over_the_end_of_a_wrap_clashes(old: str) -> None:
    text = "z = 0\na = 1\nb = 2\n"
    with pytest.raises(Conflict, match="overlaps one end"):
        apply(text, [wrap(text, "a = 1"), replace(text, old, "x")])


def test_statements_with_semicolons_within_a_wrap_are_deepened_as_a_line() -> None:
    text = "a = 1; b = 2\nif x: w = f()\n"
    assert apply(text, [wrap(text, text[:-1])]) == "with scope():\n    a = 1; b = 2\n    if x: w = f()\n"


def test_a_form_feed_stays_before_the_header() -> None:
    text = "x = 0\n\x0cif x:\n\x0c    a = 1\n \x0c    b = 2\n"
    new = apply(text, [wrap(text, "a = 1\n \x0c    b = 2")])
    assert new == "x = 0\n\x0cif x:\n\x0c    with scope():\n        a = 1\n \x0c        b = 2\n"
    ast.parse(new)


def test_the_mask_tells_what_is_a_string() -> None:
    text = "%magic it's '''\na = 1\nb = 2\n"
    code = "pass###########\na = 1\nb = 2\n"
    assert apply(text, [wrap(text, text[:-1])], code=code) == (
        "with scope():\n    %magic it's '''\n    a = 1\n    b = 2\n"
    )


@pytest.mark.parametrize(
    ("text", "indentation", "unit"),
    [
        ("a = 1\n", "", "    "),
        ("if x:\n  a = 1\n", "", "  "),
        ("if x:\n\ta = 1\n", "", "\t"),
        ("if x:\n\ta = 1\n", "  ", "    "),
        ("if x:\n  a = 1\n", "\t", "\t"),
        ("if x:  # why\n\n   # c\n   a = 1\n   if y:\n      z\nif q:\n  w\n", "", "   "),
        ("\x0cif x:\r\n  \x0c     a = 1\r\n", "", "     "),
    ],
)
def test_the_unit_is_the_files_own(text: str, indentation: str, unit: str) -> None:
    assert indent_unit(text, indentation) == unit


def test_time_grows_with_the_text_and_the_changes_only() -> None:
    def seconds(count: int) -> float:
        text = "if x:\n    a = f(1)\n    b = '''\n'''\n" * count
        changes: list[Change] = []
        for start in range(0, len(text), len(text) // count):
            changes += Edit(Span(start + 14, start + 18), "g(2)"), Wrap(Span(start + 10, start + 35), "with s:")
        begin = time.process_time()
        apply(text, changes)
        return time.process_time() - begin

    seconds(100)
    assert seconds(8000) < 30 * max(seconds(800), 0.005)


# Properties

_LINES = st.sampled_from(
    [
        "a = 1",
        "",
        "# c",
        "b = '''\n x\n'''",
        "c = (1,\n 2)",
        "if a:\n    b = 2\n\n    c = f'''{\na}'''",
        "d = 1 + \\\n 2",
        "e; f",
    ]
)


@given(st.lists(_LINES, min_size=1), st.data(), st.sampled_from(["", "  ", "\t"]), st.sampled_from(["\n", "\r\n"]))
def test_wrapping_any_statements_keeps_the_rest_of_the_program(
    lines: list[str], data: st.DataObject, indentation: str, newline: str
) -> None:
    body = "\n".join(["a = b = 0", *lines, "end"])
    text = body if not indentation else "def f():\n" + _shift(body, indentation)
    text = text.replace("\n", newline)
    tree = ast.parse(text)
    statements = tree.body[0].body if isinstance(tree.body[0], ast.FunctionDef) else tree.body
    first = data.draw(st.integers(0, len(statements) - 1))
    last = data.draw(st.integers(first, len(statements) - 1))
    starts = [0]
    for line in text.split(newline):
        starts.append(starts[-1] + len(line) + len(newline))
    begin = starts[statements[first].lineno - 1] + len(indentation)
    end = starts[statements[last].end_lineno or 0] - len(newline)
    if statements[first].col_offset != len(indentation) or last + 1 < len(statements):
        same_line = last + 1 < len(statements) and statements[last + 1].lineno == statements[last].end_lineno
        if statements[first].col_offset != len(indentation) or same_line:
            return
    new = apply(text, [Wrap(Span(begin, end), "with scope():")])
    after = ast.parse(new)
    body_after = after.body[0].body if isinstance(after.body[0], ast.FunctionDef) else after.body
    block = body_after[first]
    assert isinstance(block, ast.With)
    flat = [*body_after[:first], *block.body, *body_after[first + 1 :]]
    assert [ast.dump(node) for node in flat] == [ast.dump(node) for node in statements]


def _shift(body: str, indentation: str) -> str:
    inside = textwrap.indent(body, indentation)
    # `textwrap` knows no strings: shifted strings are as good as any others here.
    return inside if inside.startswith(indentation) else indentation + inside


@given(
    st.text(max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), st.text(max_size=3)), max_size=6)
)
def test_edits_that_do_not_overlap_compose(text: str, raw: list[tuple[int, int, str]]) -> None:
    edits, done = [], 0
    for gap, length, new in raw:
        start = done + gap % 7
        if start + length > len(text):
            break
        edits.append(Edit(Span(start, start + length), new))
        done = start + length + 1
    expected = text
    for edit in reversed(edits):
        expected = expected[: edit.span.start] + edit.text + expected[edit.span.end :]
    assert apply(text, edits) == apply(text, reversed(edits)) == expected
