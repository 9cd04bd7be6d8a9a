from __future__ import annotations

from pathlib import Path

import pytest
from shell import Shell

from codemods.tensorflow.file_facts import NameTest
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.indexing.lookups.name_tests import name_tests, tells_apart
from codemods.tensorflow.indexing.lookups.patterns import asks_anything, words
from migrate.source import Source
from migrate.syntax.module import Module

_HEAD = """
import re
import tensorflow.compat.v1 as tf
from fnmatch import fnmatch
PREFIX = "gen"
PATTERN = re.compile("gen|dis")
v = tf.trainable_variables()[0]
name = v.op.name
"""


@pytest.mark.parametrize(
    ("line", "tests"),
    [
        ("'gen' in v.name", {("gen", False)}),
        ("v.name == 'gen:0'", {("gen:0", True)}),
        ("v.op.name in ('gen', 'dis')", {("gen", True), ("dis", True)}),
        ("v.name.split('/')[0] == 'gen'", {("gen", False)}),
        ("v.name.endswith(':0')", set()),
        ("v.name.startswith('gen')", {("gen", True)}),
        ("v.op.name.startswith(('gen', 'dis'))", {("gen", True), ("dis", True)}),
        ("name.startswith('gen')", {("gen", True)}),
        ("v.name.startswith(PREFIX)", {("gen", True)}),
        ("any(part in v.name for part in ('gen', 'dis'))", {("gen", False), ("dis", False)}),
        ("re.match('gen.*/w', v.name)", {("gen", True), ("/w", False)}),
        ("re.search('gen', v.name)", {("gen", False)}),
        ("re.match('gen', v.name.split('/')[1])", {("gen", False)}),
        ("PATTERN.match(v.name)", {("gen", True), ("dis", True)}),
        ("re.compile('gen').match(v.name)", {("gen", True)}),
        ("re.match('.*', v.name)", set()),
        ("re.match('[a-z]+', v.name)", {("", False)}),
        ("fnmatch(v.name, 'gen_*')", {("gen_", True)}),
        ("tf.get_collection('variables', scope='gen.*')", {("gen", True)}),
        ("tf.get_collection('variables', 'gen/.*bias')", {("gen/", True), ("bias", False)}),
        ("tf.global_variables('.*')", set()),
        ("v.name.startswith(tf.get_variable_scope().name)", set()),
    ],
)
def test_what_names_are_compared_with_is_found(line: str, tests: set[tuple[str, bool]]):
    text = _HEAD + line + "\n"
    module = Module(Source("m.py", text, text, "utf-8", b""))
    found = name_tests(module, Callees(module.walk, module.path))
    assert {(test.text, test.begins) for test in found} == tests
    assert {test.line for test in found} <= {_HEAD.count("\n") + 1, 5, 6}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("gen.*", [("gen", True)]),
        ("^gen/", [("gen/", True)]),
        ("(gen|dis)/w", [("gen", True), ("dis", True), ("/w", False)]),
        ("a(b|c)", [("a", True), ("b", False), ("c", False)]),
        (r"gen\.x", [("gen.x", True)]),
        ("layers?_", [("layer", True), ("_", False)]),
        ("[Gg]en", [("en", False)]),
        (r"\w+_x{2}y", [("_", False), ("y", False)]),
        ("(?P<head>gen)", [("gen", True)]),
        ("(?!.*bias)", [("bias", False)]),
    ],
)
def test_the_words_of_a_pattern(pattern: str, found: list[tuple[str, bool]]):
    assert list(words(pattern)) == found


def test_a_pattern_that_asks_anything():
    assert asks_anything("^.*$")
    assert not asks_anything("[a-z]*")


def test_a_test_without_words_may_hold_for_any_name():
    assert tells_apart([NameTest("")], ["w"])
    assert not tells_apart([NameTest("gen")], ["w"])


def test_a_variable_that_keeps_its_name_says_for_which_comparison(tmp_path: Path):
    shell = Shell(tmp_path, tmp_path)
    shell.write(
        net="import tensorflow.compat.v1 as tf\n\nkernel = tf.Variable(tf.zeros([2]))\n",
        train="import tensorflow.compat.v1 as tf\nimport net\n\nfor v in tf.global_variables():\n"
        '    if "kernel" in v.name:\n        print(v)\n',
        use="import tensorflow.compat.v1 as tf\nbias = tf.Variable(tf.zeros([2]))\n"
        'print(tf.get_default_graph().get_tensor_by_name("Variable:0"))\n',
    )
    printed = shell.run("--dry-run", "--output-format", "concise", ".").stdout.decode()
    assert "; it keeps the name that TensorFlow gives, as train.py:5 compares names of variables\n" in printed
    assert "; it keeps the name that TensorFlow gives, as use.py looks it up\n" in printed
