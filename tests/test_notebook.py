"""Notebooks: cells as one program, changes back into the JSON byte for byte, and everything that is no notebook."""

from __future__ import annotations

import ast
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate import edits
from migrate.model import Edit, Span, Wrap
from migrate.notebook import Place, view
from migrate.notebook import read as read_notebook
from migrate.source import SourceError, read
from migrate.syntax.module import Module
from migrate.text.jsonspans import elements, members, string, value_end

PYTHON = {"kernelspec": {"language": "python", "name": "python3"}, "language_info": {"name": "python"}}


def code(source: str | list[str], **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": source, **more}


def notebook(*cells: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": PYTHON, "nbformat": 4, "nbformat_minor": 2, **more}


def dump(content: object, **style: Any) -> bytes:
    return (json.dumps(content, **{"indent": 1, "ensure_ascii": False, **style}) + "\n").encode()


def changed(data: bytes, *pairs: tuple[str, str]) -> bytes:
    """The notebook with each old piece replaced by its new one."""
    source = read("a.ipynb", data)
    changes = []
    for old, new in pairs:
        start = source.text.index(old)
        changes.append(Edit(Span(start, start + len(old)), new))
    return source.to_bytes(edits.apply(source.text, changes, code=source.code))


def refusal(data: bytes) -> tuple[str, int]:
    with pytest.raises(SourceError) as raised:
        Module(read("a.ipynb", data))
    return raised.value.cause, raised.value.line


# Reading


def test_code_cells_form_one_program_under_their_numbers() -> None:
    data = dump(notebook(code(["import x\n", "y = 1"]), {"cell_type": "markdown", "source": "# %% no"}, code("z\n")))
    assert view(data) == "# %% cell 1\nimport x\ny = 1\n# %% cell 3\nz\n\n"
    module = Module(read("a.ipynb", data))
    assert [type(node).__name__ for node in module.tree.body] == ["Import", "Assign", "Expr"]


def test_lines_have_their_place_in_a_cell() -> None:
    found = read_notebook(dump(notebook(code("a\r\nb"), {"cell_type": "raw"}, code(""), code("c\n\n"))))
    places = [found.place(line) for line in range(1, 11)]
    assert places == [
        None,
        Place(1, 1),
        Place(1, 2),
        None,
        Place(3, 1),
        None,
        Place(4, 1),
        Place(4, 2),
        Place(4, 3),
        Place(4, 4),
    ]
    assert all(found.text.splitlines()[cell.line - 2].endswith(f"cell {cell.number}") for cell in found.cells)


def test_magics_are_masked_and_calls_keep_their_places() -> None:
    data = dump(
        notebook(code("%matplotlib inline\nx = !ls 'é"), code("%%bash\necho '''"), code("w = tf.Variable('%s'\n% 1)"))
    )
    module = Module(read("a.ipynb", data))
    assert [module.text(node) for node in ast.walk(module.tree) if isinstance(node, ast.Call)] == [
        "tf.Variable('%s'\n% 1)"
    ]
    assert module.source.masked(Span(0, len(module.source.text)))


def test_python_2_cells_are_read_through_the_same_mask() -> None:
    module = Module(read("a.ipynb", dump(notebook(code("!ls\nprint 'é', f(x)"), code("%time y = 1")))))
    assert [module.text(node) for node in ast.walk(module.tree) if isinstance(node, ast.Call)] == ["f(x)"]


def test_a_cell_that_is_indented_as_a_whole_is_read_as_ipython_reads_it() -> None:
    module = Module(read("a.ipynb", dump(notebook(code("\n  a = 1\n  b = 2"), code("c = 3")))))
    assert [type(node).__name__ for node in module.tree.body] == ["If", "Assign"]


def test_a_cell_that_looks_like_a_marker_gets_longer_markers() -> None:
    data = dump(notebook(code("# %% cell 2\nx = 1"), code("y = 2")))
    assert view(data).startswith("# %%% cell 1\n# %% cell 2\n")
    after = changed(data, ("x = 1", "x = 3"), ("y = 2", "y = 4"))
    assert [cell.text for cell in read_notebook(after).cells] == ["# %% cell 2\nx = 3", "y = 4"]


@pytest.mark.parametrize("version", [2, 3])
def test_old_formats_are_read_and_written(version: int) -> None:
    cell = {"cell_type": "code", "input": ["a = 1\n", "b"], "language": "python", "outputs": []}
    data = dump({"metadata": {}, "nbformat": version, "worksheets": [{"cells": [cell, {**cell, "language": "perl"}]}]})
    assert view(data) == "# %% cell 1\na = 1\nb\n"
    assert changed(data, ("a = 1", "a = 2")) == data.replace(b"a = 1", b"a = 2", 1)


@pytest.mark.parametrize(
    "content",
    [
        notebook(),
        notebook({"cell_type": "markdown", "source": ["a"]}),
        notebook(code("x <- 1"), metadata={"kernelspec": {"language": "R"}}),
        notebook(code("x <- 1"), metadata={"language_info": {"name": "julia"}}),
        notebook(code("let x", metadata={"vscode": {"languageId": "javascript"}})),
        notebook({"cell_type": "code", "metadata": {}}),
        {"nbformat": 4},
    ],
)
def test_a_notebook_without_python_has_nothing_to_migrate(content: object) -> None:
    data = dump(content)
    source = read("a.ipynb", data)
    assert Module(source).tree.body == []
    assert source.to_bytes(source.text) == data


@pytest.mark.parametrize(
    ("data", "cause", "line"),
    [
        (b"", "is empty", 1),
        (b"\xef\xbb\xbf \n", "is empty", 1),
        (b"[]", "the notebook is no object", 1),
        (b"{}", "it names no format", 0),
        (b'{"nbformat": 4,\n "cells": [\n}', "a value is missing", 3),
        (b'{"nbformat": 4, "cells": [],}', "a value is missing", 1),
        (b'{"nbformat": 4, "cells": [1,', "a value is missing", 1),
        (b'{"nbformat": 4,', "a string is missing", 1),
        (b'{"nbformat": 4}\n\nx', "something follows its end", 3),
        (b'{"nbformat": 4, "cells": [{"a" 1}]}', "`:` is missing", 1),
        (b'{"nbformat": 4, "a', "the end of a string is missing", 1),
        (b'{"nbformat": 4, "a\\q": 1}', "a valid string is missing", 1),
        (b'{"nbformat": 5, "cells": []}', "unknown format 5", 1),
        (b'{"nbformat": "4"}', "unknown format", 1),
        (b'{"nbformat": 4, "cells": {}}', "`cells` is no list", 1),
        (b'{"nbformat": 4,\n"cells": [1]}', "cell 1 is no object", 2),
        (b'{"nbformat": 4,\n"nbformat": 4}', "two members 'nbformat'", 2),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 1}]}', "source of cell 1 is no text", 1),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}', "no list of strings", 1),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "\\u0000"}]}', "NUL", 1),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "\\ud800"}]}', "surrogate", 1),
        (b'{"nbformat": 4,\n"cells": "\xff"}', "no valid UTF-8", 2),
        (b'{"nbformat": 01}', "", 1),
        ("{}".encode("utf-16"), "is UTF-16, which Python does not read", 1),
    ],
)
def test_what_is_no_notebook_is_refused_with_its_line(data: bytes, cause: str, line: int) -> None:
    said, at = refusal(data)
    assert cause in said
    assert at == line


def test_code_that_does_not_parse_is_refused_with_its_cell() -> None:
    cause, line = refusal(dump(notebook(code("a"), code("b\nc = = 1"))))
    assert cause == "invalid syntax (cell 2, line 2)"
    assert line == 0


# Writing

STYLES: list[dict[str, Any]] = [
    {},
    {"indent": 2, "ensure_ascii": True},
    {"indent": None},
    {"indent": None, "separators": (",", ":")},
    {"indent": "\t", "sort_keys": True},
]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_only_the_lines_that_change_are_written_anew(style: dict[str, Any], newline: bytes, bom: bytes) -> None:
    output = {"output_type": "stream", "text": ["é\n", "a = 1\n"]}
    data = dump(notebook(code(["a = 1\n", "é = 2\n", "c = 3"], outputs=[output]), code("d = '4'\ne")), **style)
    data = bom + data.replace(b"\n", newline)
    accent = "\\u00e9" if style.get("ensure_ascii") else "é"
    expected = data.decode().replace(f'"{accent} = 2\\n"', f'"{accent} = \\"ü\\"\\n"').replace("d = '4'", "d = '5'")
    expected = expected.replace("ü", "\\u00fc") if style.get("ensure_ascii") else expected
    assert changed(data, ("é = 2", 'é = "ü"'), ("'4'", "'5'")) == expected.encode()


def test_lines_are_added_and_taken_in_the_layout_of_the_list() -> None:
    data = dump(notebook(code(["a\n", "b\n", "c"])))
    assert changed(data, ("b\n", "")) == data.replace(b'    "b\\n",\n', b"")
    assert changed(data, ("b\n", "b\nd\n")) == data.replace(b'    "b\\n",\n', b'    "b\\n",\n    "d\\n",\n')
    assert changed(data, ("c\n", "c\nd\n")) == data.replace(b'    "c"\n', b'    "c\\n",\n    "d"\n')
    assert changed(data, ("a\nb\nc\n", "")) == data.replace(b'[\n    "a\\n",\n    "b\\n",\n    "c"\n   ]', b"[]")


def test_an_empty_list_is_filled_in_the_steps_of_the_file() -> None:
    data = dump(notebook(code([])))
    assert changed(data, ("cell 1\n", "cell 1\na\nb")) == dump(notebook(code(["a\n", "b"])))
    small = dump(notebook(code([])), indent=None)
    assert changed(small, ("cell 1\n", "cell 1\na\nb")) == dump(notebook(code(["a\n", "b"])), indent=None)


def test_characters_are_written_as_the_cell_wrote_them() -> None:
    data = b'{"nbformat":4,"cells":[{"cell_type":"code","source":"a = \\"\\u003c\\/\\u00E9\\ud83d\\uDE00\\t\\""}]}'
    after = changed(data, ("a = ", "bc = a < é/😀\t'ü' "))
    new = b"bc = a \\u003c \\u00E9\\/\\ud83d\\uDE00\\t'\\u00fc' "
    assert after == data.replace(b"a = ", new)


def test_text_before_the_first_cell_goes_into_the_first_that_holds_python() -> None:
    data = dump(notebook(code("%%html\n<b>"), code("%matplotlib inline\na = 1")))
    source = read("a.ipynb", data)
    after = source.to_bytes("import b\n" + source.text)
    assert [cell.text for cell in read_notebook(after).cells] == ["%%html\n<b>", "import b\n%matplotlib inline\na = 1"]


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("# %% cell 2\n", "", "border"),
        ("# %% cell 2", "  # %% cell 2", "border"),
        ("# %% cell 2\n", "# %% cell 2\n# %% cell 2\n", "border"),
        ("%%time\n", "import x\n%%time\n", "magic at the start of cell 2"),
        ("a = 1", "a = '\ud800'", "surrogate"),
    ],
)
def test_a_change_that_does_not_fit_the_cells_is_refused(old: str, new: str, cause: str) -> None:
    source = read("a.ipynb", dump(notebook(code("a = 1"), code("%%time\nb = 2"))))
    with pytest.raises(SourceError, match=cause):
        source.to_bytes(source.text.replace(old, new))


def test_a_wrap_over_two_cells_is_a_conflict_and_one_in_a_cell_is_made() -> None:
    data = dump(notebook(code("a = 1\n%magic\nb = '''\n'''"), code("c = 3")))
    source = read("a.ipynb", data)
    start = source.text.index("a = 1")
    both = Wrap(Span(start, source.text.index("c = 3") + 5), "with s:")
    one = Wrap(Span(start, source.borders[1] - 1), "with s:")
    assert source.together(one.span)
    assert not source.together(both.span)
    with pytest.raises(edits.Conflict, match="border"):
        edits.apply(source.text, [one, both], code=source.code, borders=source.borders)
    last = Edit(Span(source.borders[1], source.borders[1]), "d\n")
    after = source.to_bytes(edits.apply(source.text, [one, last], code=source.code, borders=source.borders))
    assert read_notebook(after).cells[0].text == "with s:\n    a = 1\n    %magic\n    b = '''\n'''\nd"


# Properties

_TEXT = st.text(alphabet="ab =\n\r\t\"\\/'%!?#é漢😀\u2028\x0c\x7f<", max_size=30)
_CELLS = st.lists(_TEXT | _TEXT.map(lambda text: text.splitlines(keepends=True)), max_size=4)
_STYLE = st.sampled_from(STYLES)


@given(_CELLS, _STYLE, st.sampled_from([b"", b"\xef\xbb\xbf"]), st.sampled_from([b"\n", b"\r\n"]))
def test_without_a_change_every_byte_stays(cells: list[Any], style: dict[str, Any], bom: bytes, newline: bytes) -> None:
    data = bom + dump(notebook(*map(code, cells)), **style).replace(b"\n", newline)
    source = read("a.ipynb", data)
    assert source.to_bytes(source.text) == data
    assert len(source.code) == len(source.text)


@given(_CELLS, _STYLE, st.data())
def test_a_change_in_one_cell_changes_that_cell_only(
    cells: list[Any], style: dict[str, Any], data: st.DataObject
) -> None:
    before = notebook(*map(code, cells))
    source = read("a.ipynb", dump(before, **style))
    assert source.notebook is not None
    if not cells:
        return
    index = data.draw(st.integers(0, len(cells) - 1))
    new = data.draw(_TEXT).replace("%", "")
    old = source.notebook.cells[index].text
    if "%%" in old:
        return
    start = source.line_starts[source.notebook.cells[index].line - 1]
    assert source.text.startswith(old, start)
    after = source.to_bytes(source.text[:start] + new + source.text[start + len(old) :])
    loaded = json.loads(after)
    joined = ["".join(cell["source"]) for cell in loaded["cells"]]
    assert joined == [new if at == index else "".join(cell) for at, cell in enumerate(cells)]
    for at, cell in enumerate(loaded["cells"]):
        assert type(cell["source"]) is type(cells[at])
        cell["source"] = cells[at]
    assert loaded == before
    again = read("a.ipynb", after)  # a first cell with other line ends has other marker lines
    assert again.notebook is not None
    start = again.line_starts[again.notebook.cells[index].line - 1]
    back = json.loads(again.to_bytes(again.text[:start] + old + again.text[start + len(new) :]))
    assert ["".join(cell["source"]) for cell in back["cells"]] == ["".join(cell) for cell in cells]


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    ),
    _STYLE,
)
def test_the_scanner_agrees_with_json(value: Any, style: dict[str, Any]) -> None:
    text = json.dumps(value, **style)
    assert value_end(text, 0) == len(text)
    if isinstance(value, dict):
        assert [member.key for member in members(text, 0)] == list(json.loads(text))
    if isinstance(value, list):
        assert len(list(elements(text, 0))) == len(value)
    if isinstance(value, str):
        assert string(text, 0, len(text)) == value


@given(st.binary(max_size=80) | st.text(alphabet='{}[]",:\\u04 nbformatcels', max_size=60).map(str.encode))
def test_any_bytes_are_a_notebook_or_are_refused(data: bytes) -> None:
    try:
        source = read("a.ipynb", data)
    except SourceError:
        return
    assert source.to_bytes(source.text) == data


_JSON_TOKENS = st.lists(
    st.sampled_from(
        ["{", "}", "[", "]", ",", ":", '"a"', '"a', "1", "-", "true", "nul", " ", '"\\"', "01", "1.", "1e5"]
    ),
    max_size=12,
)


@given(_JSON_TOKENS.map("".join))
def test_the_scanner_takes_what_json_takes(text: str) -> None:
    try:
        json.loads(text)
        good = True
    except ValueError:
        good = False
    start = len(text) - len(text.lstrip())
    try:
        mine = not text[value_end(text, start) :].strip() if text[start:] else False
    except SourceError:
        mine = False
    assert mine == good


# Hostile notebooks


def test_depth_and_size_neither_crash_nor_take_long() -> None:
    head = b'{"nbformat": 4, "cells": [], "metadata": '
    deep = read("a.ipynb", head + b"[" * 500_000 + b"]" * 500_000 + b"}")
    assert deep.text == ""
    assert refusal(head + b'{"a": ' * 300_000)[0].endswith("is missing")
    quotes = dump(notebook(code("a = 1", outputs=[{"text": '"\\' * 1_000_000}]), code("b = 2")))
    begin = time.process_time()
    assert changed(quotes, ("a = 1", "a = 2")) == quotes.replace(b"a = 1", b"a = 2")
    assert time.process_time() - begin < 20


def test_time_grows_with_the_cells_only() -> None:
    def seconds(count: int) -> float:
        data = dump(notebook(*(code([f"a = {number}\n", "b"]) for number in range(count))))
        begin = time.process_time()
        source = read("a.ipynb", data)
        source.to_bytes(source.text.replace("a = ", "c = "))
        return time.process_time() - begin

    seconds(10)
    assert seconds(3000) < 30 * max(seconds(300), 0.02)
