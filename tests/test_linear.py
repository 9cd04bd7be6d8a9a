"""The work grows with the tree and no faster: counted in function calls, which no busy machine changes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrate import registry, runner, settings
from migrate.model import Report
from migrate.output.replacements import replaced

LAYERS = """\
import tensorflow as tf

def weight(shape, name=None):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1), name=name)

class Layer:
    def __init__(self, size):
        self.scale = tf.Variable(tf.ones([size]))

def build(x):
    for number in range(3):
        with tf.name_scope("layer%d" % number):
            w = weight([3, 4], "w")
    return Layer(4)
"""
MAIN = """\
import tensorflow as tf
from .layers import build, weight

with tf.variable_scope("PACKAGE"):
    a = weight([2, 3])
    b = weight([3, 4])
    with tf.name_scope("net"):
        net = build(a)
    step = tf.Variable(0, name="step", trainable=False)
"""


def calls_for(packages: int, tree: Path, *, joined: bool) -> int:
    """How many Python functions one run over so many packages calls; `joined`: one program imports them all."""
    for number in range(packages):
        folder = tree / f"package_{number}"
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("")
        (folder / "layers.py").write_text(LAYERS)
        (folder / "main.py").write_text(MAIN.replace("PACKAGE", folder.name))
    if joined:
        (tree / "all.py").write_text("".join(f"import package_{number}.main\n" for number in range(packages)))
    return counted(tree, 2 * packages)


def counted(tree: Path, changed: int) -> int:
    """How many Python functions one run calls, which changes so many files."""
    made = settings.load(registry.load(), {"isolated": True, "jobs": 1})
    reports: list[Report] = []
    count = calls_of(lambda: reports.append(runner.run(made, [str(tree)])))
    assert len(reports[0].changed) == changed
    return count


def calls_of(work: Callable[[], object]) -> int:
    """How many Python functions some work calls."""
    count = 0

    def see(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(see)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("joined", [False, True], ids=["separate programs", "one program"])
def test_twice_the_tree_is_twice_the_work(tmp_path: Path, joined: bool) -> None:
    calls_for(1, tmp_path / "imports", joined=joined)  # what is imported and remembered once is not counted
    few, some, many = (calls_for(number, tmp_path / str(number), joined=joined) for number in (4, 8, 16))
    assert many - some < 2.2 * (some - few)


def star_calls(modules: int, tree: Path) -> int:
    """How many calls it takes to look names up in a package whose files all import everything from one another."""
    package = tree / "package"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    for number in range(modules):
        stars = "".join(f"from .m{other} import *\n" for other in range(modules) if other != number)
        used = "".join(f"    unknown_{one}(m{number})\n" for one in range(20))
        text = f"import tensorflow as tf\n{stars}\ndef make_{number}():\n    tf.Variable(0.0, name='v')\n{used}"
        (package / f"m{number}.py").write_text(text)
    return counted(tree, modules)


def test_star_imports_are_followed_no_further_than_they_lead(tmp_path: Path) -> None:
    few, some, many = (star_calls(number, tmp_path / str(number)) for number in (4, 8, 16))
    assert many - some < 4 * 2.2 * (some - few)  # as there are four times as many imports


HEAD = "import tensorflow as tf\n\ndef make(size):\n    return tf.Variable(tf.zeros([size]))\n\n"
ARM = """\
if flag({0}):
    fc{0}_w = tf.Variable(tf.zeros([3, 3]))
    fc{0}_b = tf.Variable(tf.zeros([3]))
"""
BODY = """\
def build_{0}(flag):
    if flag:
        return tf.Variable(0.0, name="a_{0}")
"""
ASKED = """\
a_{0} = tf.Variable(0.0, name="a_{0}")
t_{0} = tf.get_default_graph().get_tensor_by_name("a_{0}:0")
"""
SORTED = """\
vs = []
for v in tf.global_variables():
    vs.append(v)
vs = sorted(vs, key=lambda v: v.name)
a_{0} = tf.Variable(0.0, name="a_{0}")
"""
SWAPPED = """\
first = second
second = first
a_{0} = tf.Variable(0.0, name=first)
"""
HELD = """\
a, b = [], []
a.append(b)
b.append(a)
with tf.Graph().as_default() as graph:
    a_{0} = tf.Variable(a[0], name="a_{0}")
"""
RETURNED = """\
class Kind_{0}:
    def name(self, other):
        return other.name(self)

a_{0} = tf.Variable(0.0, name=Kind_{0}().name(None))
"""
SCOPE = """\
with tf.SCOPE("s"):
    v_{0} = tf.Variable(0.0, name="v")
"""
NESTED = """\
with tf.name_scope("n"):
    with tf.name_scope("s"):
        v_{0} = tf.Variable(0.0, name="v")
"""
IN_AN_ARM = """\
if flag({0}):
    with tf.name_scope("s"):
        v_{0} = tf.Variable(0.0, name="v")
"""
SHAPES = {  # what stands before, what stands for each number, and what behind
    "a layer each": (HEAD, "a_{0} = make({0})\n", ""),
    "one tuple": (HEAD + "x = (\n", "    make({0}),\n", ")\n"),
    "two in an arm": (HEAD, ARM, ""),
    "a function each": (HEAD, BODY, ""),
    "asked for": (HEAD, ASKED, ""),
    "one name scope for all": (HEAD, SCOPE.replace("SCOPE", "name_scope"), ""),
    "one variable scope for all": (HEAD, SCOPE.replace("SCOPE", "variable_scope"), ""),
    "one scope for all, each in another": (HEAD, NESTED, ""),
    "one scope for all, each in an arm": (HEAD, IN_AN_ARM, ""),
}
ALIKE = {  # each is compared with all others, which takes few calls and the square of their number
    "one name for all": (HEAD, "w = tf.Variable(tf.zeros([3]))\n", ""),
}


def file_calls(number: int, shape: str, folder: Path) -> int:
    """How many calls one run over one file takes."""
    folder.mkdir(parents=True)
    before, each, behind = (SHAPES | NAMES | ALIKE)[shape]
    (folder / "long.py").write_text(before + "".join(each.format(one) for one in range(number)) + behind)
    return counted(folder, 1)


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_file_is_twice_the_work(tmp_path: Path, shape: str) -> None:
    file_calls(10, shape, tmp_path / "imports")
    few, some, many = (file_calls(number, shape, tmp_path / str(number)) for number in (100, 200, 400))
    assert many - some < 2.1 * (some - few)


NAMES = {
    "sorted again and again": (HEAD, SORTED, ""),
    "swapped again and again": (HEAD + "second = open('names').readline()\nfirst = second\n", SWAPPED, ""),
    "held by one another": (HEAD, HELD, ""),
    "returned by one another": (HEAD, RETURNED, ""),
}


@pytest.mark.parametrize("shape", NAMES)
def test_names_that_stand_for_one_another_are_followed_once(tmp_path: Path, shape: str) -> None:
    file_calls(5, shape, tmp_path / "imports")
    few, some, many = (file_calls(number, shape, tmp_path / str(number)) for number in (10, 20, 40))
    assert many - some < 6 * (some - few)  # each may be any of the others: four times as much, with the cube eight


@pytest.mark.parametrize("shape", ALIKE)
def test_twice_the_names_that_are_alike_are_four_times_the_work_at_most(tmp_path: Path, shape: str) -> None:
    file_calls(5, shape, tmp_path / "imports")
    few, some, many = (file_calls(number, shape, tmp_path / str(number)) for number in (25, 50, 100))
    assert many - some < 4.2 * (some - few)


def shown_calls(number: int, folder: Path) -> int:
    """How many calls it takes to find the replacements of a file in which a scope goes around each statement."""
    folder.mkdir(parents=True)
    before, each, _ = SHAPES["a layer each"]
    (folder / "long.py").write_text(before + "".join(each.format(one) for one in range(number)))
    made = settings.load(registry.load(), {"isolated": True, "jobs": 1})
    (result,) = runner.run(made, [str(folder)]).changed
    return calls_of(lambda: found.of([]) if (found := replaced(result)) else ())


def test_twice_the_scopes_are_twice_the_replacements(tmp_path: Path) -> None:
    few, some, many = (shown_calls(number, tmp_path / str(number)) for number in (50, 100, 200))
    assert many - some < 2.1 * (some - few)


def sum_calls(lines: list[str], tree: Path) -> int:
    """How many calls one run over a file takes in which a variable has a sum of arrays for its value."""
    tree.mkdir()
    text = ["import numpy as np", "import tensorflow as tf", "a0 = open('names')", *lines]
    (tree / "sums.py").write_text("\n".join([*text, "v = tf.Variable(w, dtype=tf.float32)\n"]))
    return counted(tree, 1)


@pytest.mark.parametrize("names", [True, False], ids=["of names", "of operands"])
def test_twice_the_sum_of_arrays_is_twice_the_work(tmp_path: Path, names: bool) -> None:
    def count(number: int) -> int:
        chain = [*(f"a{one + 1} = a{one} + a{one}" for one in range(number)), f"w = a{number} + a{number}"]
        return sum_calls(chain if names else ["w = a0" + " + np.ones(2)" * number], tmp_path / str(number))

    count(2)
    few, some, many = (count(number) for number in (5, 10, 20))
    assert many - some < 2.2 * (some - few)
