"""Bytes to text and back, positions in characters, UTF-8 and UTF-16, and what is refused with which line."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
import warnings

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from migrate.model import Span
from migrate.source import Source, SourceError, read
from migrate.syntax.module import Module

# Every character that some tool takes for a line end, and characters of 1 to 4 bytes, 1 and 2 UTF-16 units.
ODD = "\n\r\t\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029 aé漢😀#'\"\\"


def refusal(data: bytes, path: str = "x.py") -> tuple[str, int]:
    with pytest.raises(SourceError) as raised:
        Module(read(path, data))
    return raised.value.cause, raised.value.line


# Encodings


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"", "utf-8"),
        (b"x = '\xc3\xa9'", "utf-8"),
        (b"\xef\xbb\xbfx = 1\r\n", "utf-8"),
        (b"\xef\xbb\xbf# coding: utf8\nx = 1\n", "utf-8"),
        (b"\xef\xbb\xbf# coding: utf-8-sig\nx = 1\n", "utf-8"),
        (b"# coding: utf-8-sig\nx = 1\n", "utf-8"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "iso8859-1"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n", "cp1252"),
        (b"\n\x0c # coding=latin-1-unix\r\nx = '\xe9'", "iso8859-1"),
        (b"# one\r# coding: koi8-r\rx = '\xc1'", "koi8-r"),
        (b"# -*- coding: UTF_8_unix -*-\n", "utf-8"),
        (b"x = 1\n# coding: latin-1\n", "utf-8"),
        (b"# coding: shift_jis\nx = '\x83\x5c'\n", "shift_jis"),
        (b"# coding: gbk\nx = '\xc4\xe3'\n", "gbk"),
    ],
)
def test_bytes_come_back_as_they_were(data: bytes, encoding: str) -> None:
    source = read("x.py", data)
    assert source.encoding == encoding
    assert source.to_bytes(source.text) == data


@pytest.mark.parametrize(
    ("data", "cause", "line"),
    [
        (b"\xff\xfex\0\n\0", "is UTF-16", 1),
        (b"\xfe\xff\0x", "is UTF-16", 1),
        (b"\xff\xfe\0\0x\0\0\0", "is UTF-32", 1),
        ("x = 1\n".encode("utf-16-le"), "is UTF-16 or UTF-32", 1),
        (b"x = 1\ny = '\0'\n", "holds a NUL byte", 2),
        (b"x = 1\r\n\ry = '\xe9'\n", "byte 0xe9 is not valid utf-8, and no coding comment", 3),
        (b"# coding: ascii\ny = '\xe9'\n", "byte 0xe9 is not valid ascii", 2),
        (b"\xef\xbb\xbf# coding: latin-1\n", "byte order mark but declares iso8859-1", 1),
        (b"\n# coding: nonsense\n", "declares the encoding nonsense, which Python does not know", 2),
        (b"# coding: rot13\n", "no encoding of text", 1),
        (b"# coding: zlib\n", "no encoding of text", 1),
        (b"# coding: undefined\n", "cannot be decoded", 1),
        (b"# coding: utf-16\nxy", "declares utf-16, in which it is not written", 1),
        (b"# coding: unicode_escape\nx = '\\ud800'", "does not survive", 1),
        (b"# coding: utf-7\n+AGE-", "does not survive", 1),
        (b"x = 1\nif:\n", "invalid syntax", 2),
    ],
)
def test_what_python_cannot_read_is_refused_with_its_line(data: bytes, cause: str, line: int) -> None:
    said, at = refusal(data)
    assert cause in said
    assert at == line


def test_a_new_text_that_the_encoding_cannot_express_is_refused_with_its_line() -> None:
    source = read("x.py", b"# coding: latin-1\nx = 1\n")
    with pytest.raises(SourceError, match="cannot express") as raised:
        source.to_bytes(source.text + "y = '漢'\n")
    assert raised.value.line == 3


@given(st.binary(max_size=60) | st.binary(max_size=40).map(lambda data: b"# coding: " + data))
@example(b"# coding: idna\n\xff")
@example(b"# coding: punycode\n-")
def test_any_bytes_are_read_and_come_back_or_are_refused(data: bytes) -> None:
    try:
        source = read("x.py", data)
    except SourceError:
        return
    assert source.to_bytes(source.text) == data


@given(st.binary(max_size=60))
def test_python_takes_the_same_encoding(data: bytes) -> None:
    data = b"# coding: latin-1\nx = '''" + data.replace(b"'", b"").replace(b"\\", b"").replace(b"\0", b"") + b"'''\n"
    source = read("x.py", data)
    value = ast.parse(data).body[0]
    assert isinstance(value, ast.Assign)
    assert ast.dump(value) == ast.dump(ast.parse(source.code).body[0])


# Positions


@given(st.text(alphabet=ODD, max_size=40))
def test_lines_are_those_of_python(inside: str) -> None:
    inside = inside.replace("'", "").replace("\\", "")
    source = read("x.py", f"a = '''{inside}'''; b = 1".encode())
    first, second = ast.parse(source.code).body
    assert second.end_lineno == len(source.line_starts)
    start = source.offset(second.lineno, second.col_offset)
    end = source.offset(second.end_lineno or 0, second.end_col_offset or 0)
    assert source.text[start:end] == "b = 1"
    assert source.text[: source.offset(first.end_lineno or 0, first.end_col_offset or 0)] == f"a = '''{inside}'''"


@given(st.text(alphabet=ODD, max_size=60), st.data())
def test_offsets_come_back_from_every_count(text: str, data: st.DataObject) -> None:
    source = Source("x.py", text, text, "utf-8", b"")
    offset = data.draw(st.integers(0, len(text)))
    line, column = source.position(offset)
    start = source.line_starts[line - 1]
    assert start + column - 1 == offset
    assert source.offset(line, len(text[start:offset].encode())) == offset
    assert source.utf16(offset) == (line - 1, len(text[start:offset].encode("utf-16-le")) // 2)
    if not text[start:offset].endswith("\r"):  # between the two halves of a line end LSP knows no position
        assert source.from_utf16(*source.utf16(offset)) == offset


def test_positions_behind_the_end_are_the_end() -> None:
    source = read("x.py", "é😀\r\nb".encode())
    assert source.from_utf16(0, 99) == 2
    assert source.from_utf16(0, 2) == 1  # within the two units of one character
    assert source.from_utf16(9, 0) == len(source.text)


def test_columns_are_counted_in_the_code_that_is_parsed_not_in_the_text() -> None:
    source = Source("x.py", "é = é; b\n", "e = é; b\n", "utf-8", b"")
    assert source.offset(1, 7) == 6
    assert source.masked(Span(0, 2))
    assert not source.masked(Span(1, 8))
    assert not read("x.py", b"abc").masked(Span(0, 3))


@pytest.mark.parametrize(
    ("path", "text", "reruns"),
    [
        ("x.py", "a = 1\n", False),
        ("x.py", "# %% one\na = 1\n", True),
        ("x.pyw", "a = 1\r#%%\ra = 2", True),
        ("x.pyi", "a: int  # %% no\n", False),
        ("x.py", "a = b %% c\n", False),
        ("x.ipynb", '{"nbformat": 4, "cells": []}', True),
    ],
)
def test_code_in_cells_may_run_again(path: str, text: str, reruns: bool) -> None:
    assert read(path, text.encode()).reruns is reruns


def test_magics_in_a_python_file_with_cells_are_masked() -> None:
    module = Module(read("x.py", b"# %%\n%matplotlib inline\nx = 1\n!ls '\n"))
    assert [type(node).__name__ for node in module.tree.body] == ["Assign"]


# Hostile sources

DEEP = {
    "brackets": "(" * 100_000,
    "signs": "-" * 200_000 + "1",
    "attributes": "x" + ".a" * 200_000,
    "calls": "x" + "()" * 200_000,
    "sums": "1" + "+1" * 200_000,
    "nots": "not " * 100_000 + "1",
    "clauses": "if x:\n pass\n" + "elif y:\n pass\n" * 50_000,
    "blocks": "".join(" " * level + "if x:\n" for level in range(500)),
    "lambdas": "lambda:" * 100_000 + "1",
    "formats": 'f"{' * 50_000,
    "backquotes": "`" * 50_000,
    "conditions": "a if b else " * 50_000 + "c",
}


@pytest.mark.parametrize("kind", sorted(DEEP))
def test_deep_nesting_is_refused_and_crashes_nothing(kind: str) -> None:
    # In a process of its own: what overflows the stack cannot be caught.
    program = (
        "import sys; from migrate.source import *; from migrate.syntax.module import Module\n"
        "try: Module(read('x.py', sys.stdin.buffer.read()))\n"
        "except SourceError as error: print('refused', error.cause)"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, input=DEEP[kind].encode(), capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout.startswith(b"refused ")


def test_warnings_of_the_parser_are_not_heard() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Module(read("x.py", b"x = '\\d' is 1\n1or 1\n"))


def test_time_in_a_very_long_line_grows_with_its_length_only() -> None:
    def seconds(count: int) -> float:
        module = Module(read("x.py", ("x = [" + "'é', " * count + "]").encode()))
        nodes = [node for node in ast.walk(module.tree) if isinstance(node, ast.Constant)]
        begin = time.process_time()
        assert all(module.text(node) == "'é'" for node in nodes)
        return time.process_time() - begin

    seconds(100)
    assert seconds(20_000) < 40 * max(seconds(2_000), 0.005)
