"""The masks: equal length, valid Python 3, names and calls still in their places; and the lexer that they read with."""

from __future__ import annotations

import ast
import io
import os
import shutil
import subprocess
import time
import tokenize
import warnings
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from migrate.source import Source, SourceError, read
from migrate.syntax.module import Module
from migrate.text.lexer import Kind, LineState, line_states, tokens
from migrate.text.masks.literals import number
from migrate.text.masks.magics import magics
from migrate.text.masks.python2 import python2

_PYENV = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
PYTHON2 = next((path for path in sorted(_PYENV.glob("versions/2.7*/bin/python"))), None) or shutil.which("python2.7")


def same_shape(text: str, code: str) -> bool:
    """Whether two texts have the same length and the same line ends in the same places."""
    return len(text) == len(code) and all(
        (old if old in "\r\n" else "") == (new if new in "\r\n" else "") for old, new in zip(text, code, strict=True)
    )


# Python 2

STATEMENTS = [
    ("print x", "not   x"),
    ("print x, f(y),", "not   x, f(y),"),
    ("print", "print"),
    ("print(x)", "print(x)"),
    ("print (x), y", "print (x), y"),
    ("print ('%s') % x", "print ('%s') % x"),
    ('print"%s" % x', 'not  "%s" % x'),
    ("print >>f, x", "print >>f, x"),
    ("print -1", "not   -1"),
    ("print [x for x in y]", "not   [x for x in y]"),
    ("print {}, `x`", "not   {}, (x)"),
    ("print not x", "not   not x"),
    ("print lambda: x", "yield lambda: x"),
    ("print (yield)", "not   (yield)"),
    ("print \\\n  x", "not   \\\n  x"),
    ("if x: print y; print z", "if x: not   y; not   z"),
    ("f = lambda: 1; print f", "f = lambda: 1; not   f"),
    ("exec code", "not  code"),
    ("exec code in ns, l", "not  code in ns, l"),
    ("exec(code) in ns", "exec(code) in ns"),
    ("try: a\nexcept X, e: b", "try: a\nexcept X| e: b"),
    ("try: a\nexcept (X, Y), e: b", "try: a\nexcept (X, Y)| e: b"),
    ("try: a\nexcept (X, Y): b", "try: a\nexcept (X, Y): b"),
    ("raise E, m", "raise E| m"),
    ("raise E, (m, n), tb", "raise E| (m, n)| tb"),
    ("a <> b", "a != b"),
    ("`a, b` + `c`", "(a, b) + (c)"),
    ("0777, 07, 010, 0100, 00, 08.5, 07e1, 07j", "5_11, 7 , 0x8, 0x40, 00, 08.5, 07e1, 07j"),
    ("10L, 1l, 0xFFL, 0L, 0777L, 0o7L, 0b1L", "1_0, 1 , 0x0FF, 00, 5_1_1, 0o07, 0b01"),
    (f"{'7' * 5_000}, {'7' * 5_000}L", f"0x{'7' * 4_998}, 0x{'7' * 4_998}0"),
    ("ur'\\d{é}'", "fr'\\d_é_'"),
    ("u'a' b'b' br'c'", "u'a' u'b' fr'c'"),
    ("b'é'", "b'?'"),
    ("'C:\\Users', '\\u12', '\\N'", "'C:/Users', '/u12', '/N'"),
    ("'\\u1234\\U00101234\\N{none}\\\\U'", "'\\u1234\\U00101234/N{none}\\\\U'"),
    ("u'\\u1234\\N{EM DASH}'", "u'\\u1234\\N{EM DASH}'"),
    ("lambda (k, v): k", "lambda  k, v : k"),
    ("lambda(k, (v,)), w: k", "lambda k,  v   , w: k"),
    ("def f(a, (b, c), d=(1, 2)): pass", "def f(a, _b__c_, d=(1, 2)): pass"),
    ("def f(a=1, (b, c)=(2, 3)): pass", "def f(a=1, _b__c_=(2, 3)): pass"),
    ("[x for x, y in 1, 2 if x in y]", "[x for x, y in 1| 2 if x in y]"),
    ("[a in b, c in d]", "[a in b, c in d]"),
    ("f(async=1); x.await = nonlocal", "f(ASYNC=1); x.AWAIT = NONLOCAL"),
    ("def async(): pass", "def ASYNC(): pass"),
    ("async def f(): await g()", "async def f(): await g()"),
    ("True, False = 1, 0", "tRUE, fALSE = 1, 0"),
    ("x.None", "x.nONE"),
    ("x = True", "x = True"),
    ("class C: print 1", "class C: not   1"),
]


@pytest.mark.parametrize(("text", "code"), STATEMENTS)
def test_python_2_is_masked_by_python_3_of_equal_length(text: str, code: str) -> None:
    masked = python2(text)
    assert masked == code
    assert same_shape(text, masked)
    ast.parse(masked)


@pytest.mark.parametrize(("text", "code"), STATEMENTS)
def test_a_mask_is_not_masked_again(text: str, code: str) -> None:
    assert python2(code) == code


def test_what_nothing_of_equal_length_can_mask_is_refused_with_its_line() -> None:
    with pytest.raises(SourceError, match="invalid syntax") as raised:
        Module(read("x.py", b"print 1\nx = [f() for f in lambda: 1, lambda: 2]\n"))
    assert raised.value.line == 2


def test_an_attribute_of_a_long_number_stays_one() -> None:
    module = Module(read("x.py", b"print 7L.real, -7L.__index__(), 2**7L\n"))
    assert [module.text(node) for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)] == [
        "7L.real",
        "7L.__index__",
    ]


def test_a_file_that_neither_python_reads_is_refused_with_the_line_that_no_mask_mends() -> None:
    with pytest.raises(SourceError, match="read as Python 2") as raised:
        Module(read("x.py", b"print 1\nx = = 2\n"))
    assert raised.value.line == 2


@pytest.mark.parametrize(
    "text",
    [
        "if x:\n\ta\n        b\n        if c:\n\t\td\n\te\nf\n",
        "if x:\n    if y:\n\tz = é, b\n\tfor i in j:\n\t    print '''é\n\t''', w\n    v(\n\t1)\n",
        "def f():\r\n  \x0c    if x:\r\n\t@d\r\n\tclass C: a\r\n        try: b\r\n\texcept E, e: c\r\n",
    ],
)
def test_indentation_that_only_python_2_reads_keeps_every_place(text: str) -> None:
    module = Module(read("x.py", text.encode()))
    with pytest.raises(TabError):
        ast.parse(module.source.code)
    names = [node for node in ast.walk(module.tree) if isinstance(node, ast.Name)]
    assert len(names) > 3
    assert all(module.text(node) == node.id for node in names)


def test_indentation_that_no_python_reads_is_refused() -> None:
    with pytest.raises(SourceError, match="unindent") as raised:
        Module(read("x.py", b"if x:\n\ta\n    b\n"))
    assert raised.value.line == 3


def test_calls_in_masked_statements_keep_their_places() -> None:
    module = Module(read("x.py", "print 'é', tf.Variable(0777, name=ur'w')\nexec f(x) in g(y)\n".encode()))
    calls = [module.text(node) for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    assert sorted(calls) == ["f(x)", "g(y)", "tf.Variable(0777, name=ur'w')"]
    call = next(node for node in ast.walk(module.tree) if isinstance(node, ast.Call) and len(node.args) == 1)
    assert module.source.masked(module.span(call)) == ("0777" in module.text(call))


def test_python_3_is_not_masked() -> None:
    source = read("x.py", b"print(x)\nasync def f():\n    await g()\n    return 0o777, f'{x!r:>{y}}'\n")
    assert source.lenient() is source
    assert Module(source).source is source


@given(st.integers(0, 10**12), st.sampled_from(["%d", "0%o", "00%o", "%dL", "0%oL", "0x%xL", "0b%sL", "0o%ol"]))
def test_numbers_keep_their_value(value: int, form: str) -> None:
    text = form.replace("%s", f"{value:b}") if "%s" in form else form % value
    new = number(text)
    assert len(new) == len(text)
    assert ast.literal_eval(new) == value


_WORDS = """
    print exec except raise lambda def for in async await True False None x y 0777 10L 7L ur'a' b'é' 'x' %time ls pip
"""
_SIGNS = ["\\\n", "\n", "\r\n", "\r", "\t", "\x0c", "\u2028", "'''", "<>", *"[](){}`,:;=.#\"'é%!?"]
_PIECES = st.sampled_from([*_WORDS.split(), *_SIGNS])


@given(st.lists(_PIECES, max_size=30).map(" ".join) | st.text(max_size=40))
@example("def f(a, (b,\n c)): pass")
@example("lambda (a")
def test_any_text_keeps_its_shape_under_every_mask(text: str) -> None:
    assert same_shape(text, python2(text))
    assert same_shape(text, magics(text))


@pytest.mark.skipif(PYTHON2 is None, reason="needs a Python 2.7")
def test_the_tests_of_python_2_itself_are_masked(tmp_path: Path) -> None:
    assert PYTHON2 is not None
    where = subprocess.run([PYTHON2, "-c", "import os; print(os.__file__)"], capture_output=True, text=True, check=True)
    library = Path(where.stdout.strip()).parent
    lister = tmp_path / "list.py"
    lister.write_text(
        "import sys\nfor path in sys.stdin.read().split('\\n'):\n    try:\n"
        "        compile(open(path, 'U').read() + '\\n', path, 'exec', 0, 1)\n"
        "        print(path)\n    except Exception:\n        pass\n"
    )
    paths = "\n".join(map(str, sorted(library.glob("test/test_*.py"))))
    listed = subprocess.run([PYTHON2, "-W", "ignore", lister], input=paths, capture_output=True, text=True, check=True)
    good = listed.stdout.split()
    failed = [path for path in good if not _parses(Path(path))]
    assert len(good) > 400
    assert len(failed) <= len(good) // 100, failed


def _parses(path: Path) -> bool:
    try:
        source = Module(read("x.py", path.read_bytes())).source
    except SourceError:
        return False
    assert same_shape(source.text, source.code)
    return True


def test_time_grows_with_the_text_only() -> None:
    def seconds(count: int) -> float:
        begin = time.process_time()
        python2("[x in 1, 2 for x in y]; print '''a''', `b`, lambda (a, b): c\n" * count + "(" * count)
        magics("!ls ' (\nx = !ls\n%time f(x)\ny = [\n% z]\n" * count)
        return time.process_time() - begin

    seconds(10)
    assert seconds(3000) < 30 * max(seconds(300), 0.01)


# Magics

CELLS = [
    ("%matplotlib inline\nx = 1", "##################\nx = 1"),
    ("!ls 'a\nx", "######\nx"),
    ("!ls \\\n  'a\nx", "#####\n####\nx"),
    ("x = !ls \\\n  -l\ny", "x = ...##\n####\ny"),
    ("x = %env A", "x = ...###"),
    ("x=!l", "x=__"),
    ("a, b = f(x=%z)", "a, b = f(x=%z)"),
    ("?x", "##"),
    ("x.y?\nx.y??", "####\n#####"),
    ("x = '?'", "x = '?'"),
    ("if x:\n    !ls\n  ", "if x:\n    0##\n  "),
    ("if x:\n    %cd a", "if x:\n    pass#"),
    ("if x:\n    pass\n  %% (a, b)", "if x:\n    pass\n  pass#####"),
    ("x = ('%s %s'\n% (a, b))\n%m", "x = ('%s %s'\n% (a, b))\n##"),
    ("x = '%s' \\\n  % a", "x = '%s' \\\n  % a"),
    ("x = '''\n%m\n'''", "x = '''\n%m\n'''"),
    ("%time x = f(y)", "if 1: x = f(y)"),
    ("%timeit -n 10 -r3 f(y)", "if 1:             f(y)"),
    ("%time !ls", "#########"),
    ("%%time\nf(x)\n%%time", "######\nf(x)\n######"),
    ("\n%%capture out\n%%time\nx", "\n#############\n######\nx"),
    ("%%bash\necho '''\n\nls", "######\n########\n\n##"),
    ("%%javascript\r\nlet x;\r\n", "############\r\n######\r\n"),
    ("pip install x\ncd ..\nls -l\nls = 1", "#############\n#####\nls -l\nls = 1"),
    ("/f x\n,f a b\n;f a", "####\n######\n####"),
    ("# %x\nx  # !y\nx!", "# %x\nx  # !y\nx!"),
    ("x = a != b\nif not x: %m", "x = a != b\nif not x: %m"),
]


@pytest.mark.parametrize(("cell", "code"), CELLS)
def test_magics_are_masked(cell: str, code: str) -> None:
    masked = magics(cell)
    assert masked == code
    assert same_shape(cell, masked)


# The lexer

_SOURCES = [Path(tokenize.__file__), Path(ast.__file__), Path(subprocess.__file__), Path(io.__file__), Path(__file__)]


@pytest.mark.parametrize("path", _SOURCES, ids=lambda path: path.name)
def test_the_lexer_agrees_with_tokenize(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    mine = [text[start:end] for kind, start, end in tokens(text) if kind in _KNOWN]
    theirs = "".join(
        token.string for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.string.strip()
    )
    assert "".join(mine) == theirs or _joined(mine) == _joined([theirs])


_KNOWN = {Kind.NAME, Kind.NUMBER, Kind.STRING, Kind.OPERATOR, Kind.COMMENT}


def _joined(pieces: list[str]) -> str:
    return "".join("".join(pieces).split())


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("f'{x}'", 6),
        ("f'{{'", 5),
        ("f'{x!r:>{y}}}}'", 15),
        ("f'{{{x:4}}}' y", 12),
        ('f"{x["a"]}" y', 11),
        ('f"""{\n"""a"""}"""', 17),
        ("f'{a:{b}}' '}'", 10),
        ("rf'\\{x}'", 8),
        ("f'\\N{DASH}'", 11),
        ("f'{lambda: x}'", 14),
        ("f'{(lambda x: 1)(2)!r}'", 23),
        ("f'{f\"{f'''{1}'''}\"}' x", 20),
        ("f'{x:%H:%M}'", 12),
        ("'a\\'b' c", 6),
        ("'''a\\''''  ", 9),
        ("b'''''' + x", 7),
    ],
)
def test_strings_end_where_python_says(text: str, end: int) -> None:
    first = next(tokens(text))
    assert (first.kind, first.end) == (Kind.STRING, end)


@pytest.mark.parametrize("text", ["'a", "'a\nb'", "f'{x", "f'a\n'", '"""a', "f'{x:", "f'{'a"])
def test_unclosed_strings_are_told(text: str) -> None:
    assert next(tokens(text)).kind is Kind.UNCLOSED


def test_line_states() -> None:
    text = "a = (\n1, '''\n''')\\\n + 2\r\n\rb"
    states = [(text[start:][:1], state.value) for start, state in line_states(text, 0, len(text))]
    assert states == [
        ("1", "continued"),
        ("'", "string"),
        (" ", "continued"),
        ("\r", "logical"),
        ("b", "logical"),
    ]
    assert LineState.LOGICAL.value == "logical"


@given(st.lists(_PIECES, max_size=30).map("".join) | st.text(max_size=40))
def test_tokens_cover_any_text_in_order(text: str) -> None:
    done = 0
    for kind, start, end in tokens(text):
        assert done <= start < end <= len(text)
        assert not text[done:start].strip(" \t\f")
        assert kind in Kind
        done = end
    assert not text[done:].strip(" \t\f")


def test_no_warning_escapes_from_a_trial_parse() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert magics("%time x = '\\d'").startswith("if 1:")


def test_edits_land_in_the_text_not_in_the_mask() -> None:
    data = b"print tf.Variable(0)\n"
    source: Source = Module(read("x.py", data)).source
    assert source.to_bytes(source.text.replace("Variable", "get_variable")) == b"print tf.get_variable(0)\n"
