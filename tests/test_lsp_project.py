"""A project that is looked at again and again says what a run from scratch would say."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("pygls")

from migrate import registry, runner, settings
from migrate.lsp.documents import Text
from migrate.lsp.project import Look, Project, Watch
from migrate.lsp.publishing import moved
from migrate.model import Report, Rewrite
from migrate.runner import Extent

USER = "import tensorflow as tf\nfrom pkg.layers import dense\n\ndense(1)\n"
LAYERS = """\
import tensorflow as tf

def dense(x):
    with tf.name_scope("dense"):
        return x * tf.Variable(tf.zeros([2]), name="w")
"""
BESIDE = "from pkg import layers\n\nlayers.dense(2)\n"  # without a word that an analysis looks for
PLAIN = "import os\n\nprint(os.sep)\n"


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    before = os.getcwd()
    (tmp_path / "pkg").mkdir()
    for name, text in (("pkg/layers", LAYERS), ("user", USER), ("beside", BESIDE), ("plain", PLAIN)):
        (tmp_path / f"{name}.py").write_text(text)
    yield tmp_path
    os.chdir(before)


def last(project: Project, documents: list[Text]) -> Look:
    looks = list(project.looks({}, documents, Watch(lambda: None), whole=True))
    assert looks[-1].complete
    assert looks[-1].finished
    return looks[-1]


def afresh(root: Path, documents: list[Text]) -> Report:
    os.chdir(root)
    overlay = {os.path.relpath(one.path): one.data for one in documents}
    options = settings.load(registry.load(), {})
    return runner.run(options, ["."], Extent(overlay, only=overlay.__contains__))


def texts(root: Path, **texts: str) -> list[Text]:
    paths = {"layers": root / "pkg" / "layers.py", "user": root / "user.py", "beside": root / "beside.py"}
    return [Text(paths[name].as_uri(), str(paths[name]), 1, text) for name, text in texts.items()]


def test_every_look_is_what_a_run_would_say(root: Path) -> None:
    project = Project(registry.load(), str(root))
    versions = [
        texts(root, layers=LAYERS),
        texts(root, layers=LAYERS, user=USER + "dense(3)\n"),
        texts(root, layers=LAYERS, user="", beside=""),
        texts(root, layers=LAYERS.replace("dense", "thick"), user=USER),
        texts(root, layers=LAYERS, user=USER, beside="import os\n"),
        texts(root, layers=LAYERS),
    ]
    reports = []
    for documents in versions:
        report = last(project, documents).own.report
        assert report == afresh(root, documents)
        reports.append(report)
    assert reports[0] == reports[-1]
    assert len({str(report.results) for report in reports}) > 2, "all versions are alike: nothing was tried"


def test_files_on_disk_are_read_again_when_told(root: Path) -> None:
    project = Project(registry.load(), str(root))
    documents = texts(root, layers=LAYERS)
    first = last(project, documents).own.report
    (root / "user.py").write_text(PLAIN)
    (root / "beside.py").write_text(BESIDE.replace("2", "3"))
    assert last(project, documents).own.report == first
    project.forget([str(root / "user.py"), str(root / "beside.py")], listing=False)
    second = last(project, documents).own.report
    assert second == afresh(root, documents) != first
    (root / "more.py").write_text(USER + "dense(2)\n")
    project.refresh()
    assert last(project, documents).own.report == afresh(root, documents) != second


def test_what_was_done_is_not_done_again(root: Path) -> None:
    done: list[str] = []
    project = Project(registry.load(), str(root))
    documents = texts(root, layers=LAYERS)
    last(project, documents)
    original = registry.load().analyses[0]
    index = original.index

    def counted(module):
        done.append(module.path)
        return index(module)

    object.__setattr__(original, "index", counted)
    try:
        last(project, documents)
        assert done == []
        last(project, texts(root, layers=LAYERS + "#"))
    finally:
        object.__setattr__(original, "index", index)
    assert set(done) == {"pkg/layers.py"}


def test_what_a_fix_needs_in_files_that_are_not_open(tmp_path: Path) -> None:
    """Rewrites that stand or fall together, in two files of which one is open."""
    known = registry.of(["toys:PAIRS"])
    (tmp_path / "a.py").write_text("make('x')\n")
    (tmp_path / "b.py").write_text("use('x')\n")
    before = os.getcwd()
    project = Project(known, str(tmp_path))
    path = tmp_path / "b.py"
    try:
        look = last(project, [Text(path.as_uri(), str(path), 1, "use('x')\n")])
        os.chdir(tmp_path)
        everything = runner.run(settings.load(known, {}), ["."])
    finally:
        os.chdir(before)
    rewrites = [one for one in everything.findings() if isinstance(one.outcome, Rewrite)]
    assert {one.path for one in rewrites} == {"a.py", "b.py"}
    (own,) = [one for one in rewrites if one.path == "b.py"]
    assert set(look.own.together([own.id])) == set(rewrites)


def test_diagnostics_move_with_their_lines() -> None:
    from lsprotocol import types

    def on(line: int) -> types.Diagnostic:
        return types.Diagnostic(types.Range(types.Position(line, 1), types.Position(line, 4)), str(line))

    old = ["a", "b", "c", "d", "e"]
    found = [on(line) for line in range(5)]
    new = ["a", "b", "x", "y", "z", "d", "e"]
    assert [(one.message, one.range.start.line) for one in moved(found, old, new)] == [
        ("0", 0), ("1", 1), ("3", 5), ("4", 6),
    ]  # fmt: skip
    assert moved(found, old, old) == found
    assert moved(found, old, []) == []
    repeated = moved([on(0), on(1)], ["a", "a"], ["a", "a", "a"])
    assert [one.range.start.line for one in repeated] == [0, 1]
