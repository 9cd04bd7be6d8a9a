"""The facts of other runs: found again for equal sources and equal code, for nothing else, and told apart from harm."""

from __future__ import annotations

import os
import pickle
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from shell import Shell

from migrate.caching.cache import FactsCache
from migrate.caching.database import Database
from migrate.caching.fingerprint import of_package
from migrate.caching.shelf import seal
from migrate.engine import Indexed
from migrate.executors import Lost, R, T
from migrate.executors.caching import CachingExecutor
from migrate.executors.serial import SerialExecutor
from migrate.work import IndexTask, Work

TOY = ("toys:TOY",)
REAL = ("codemods.tensorflow.codemods:GET_VARIABLE",)
WORK = Work(TOY)
TASK = IndexTask("a.py", b"old()\n", ("toy",))
PROGRAM = b"""
import tensorflow as tf

def make(name):
    return tf.Variable(0.0, name=name)

for i in range(3):
    make("v")
"""


class Watched(SerialExecutor):
    """Notes what it is asked to do."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def map(self, function: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R | Lost]:
        for task in tasks:
            self.asked.append(task.path)
            yield function(task)


@pytest.fixture(autouse=True)
def _keeps_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrate.caching.cache._LEAST", 0)
    of_package.cache_clear()


def indexed(folder: Path, *tasks: IndexTask, work: Work = WORK) -> tuple[list[Indexed | Lost], list[str]]:
    """What a run finds in `tasks`, and for which of them it had to look."""
    return run(folder, tasks, work)


def run(
    folder: Path,
    tasks: Iterable[IndexTask],
    work: Work = WORK,
    keeps: Callable[[str], bool] = lambda _: True,
) -> tuple[list[Indexed | Lost], list[str]]:
    watched = Watched()
    with CachingExecutor(watched, work, str(folder / "facts"), keeps) as executor:
        return list(executor.map(work.index, tasks)), watched.asked


def test_an_equal_source_is_indexed_once(tmp_path: Path) -> None:
    first = indexed(tmp_path, TASK)
    assert first == ([Indexed("a.py", {"toy": 1})], ["a.py"])
    assert indexed(tmp_path, TASK) == (first[0], [])


@pytest.mark.parametrize(
    "other",
    [
        IndexTask("a.py", b"old(1)\n", ("toy",)),
        IndexTask("b.py", b"old()\n", ("toy",)),
        IndexTask("a.py", b"old()\n", ()),
        IndexTask("a.py", b"old()\n", ("toy",), whole=False),
    ],
)
def test_any_other_task_is_done(tmp_path: Path, other: IndexTask) -> None:
    indexed(tmp_path, TASK)
    assert indexed(tmp_path, other)[1] == [other.path]


def test_other_codemods_and_limits_find_their_own(tmp_path: Path) -> None:
    indexed(tmp_path, TASK)
    assert indexed(tmp_path, TASK, work=Work(TOY, largest=9))[1] == ["a.py"]
    assert indexed(tmp_path, TASK, work=Work((*TOY, "toys:PAIRS")))[1] == ["a.py"]


def test_a_package_that_is_not_there_is_told_from_one_that_is() -> None:
    """Code is compared all the same: nothing would stand for code that cannot be read."""
    assert of_package("nowhere_to_be_found")
    assert of_package("nowhere_to_be_found") != of_package("toys")


def another_process() -> None:
    """What follows goes on with the code that lies there now."""
    of_package.cache_clear()


@pytest.mark.parametrize("place", ["own", "borrowed", "deferred"])
def test_changed_code_finds_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """The code is the codemod's package, and that of whoever finds the facts."""
    mine, other = f"mine_{place}", f"other_{place}"
    index = {"own": "_index", "borrowed": f"{other}.index", "deferred": f"Deferred('{other}:index')"}[place]
    (tmp_path / f"{other}.py").write_text("from toys import _index\n\ndef index(module):\n    return _index(module)\n")
    (tmp_path / f"{mine}.py").write_text(
        f"from dataclasses import replace\nimport {other}\nfrom migrate.codemod import Deferred\n"
        f"from toys import ANALYSIS, TOY, _index\nMINE = replace(TOY, analysis=replace(ANALYSIS, index={index}))\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    work = Work((f"{mine}:MINE",))
    assert [indexed(tmp_path, TASK, work=work)[1] for _ in range(2)] == [["a.py"], []]
    source = tmp_path / f"{mine if place == 'own' else other}.py"
    source.write_text(source.read_text() + "\n")
    another_process()
    assert [indexed(tmp_path, TASK, work=work)[1] for _ in range(2)] == [["a.py"], []]


def test_code_that_changes_while_it_runs_finds_nothing_for_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server for editors runs for days, with the code that it was started with."""
    source = tmp_path / "served.py"
    source.write_text("from toys import TOY\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    work = Work(("served:TOY",))
    indexed(tmp_path, IndexTask("b.py", b"old()\n", ("toy",)), work=work)
    source.write_text("from toys import TOY\n\n")
    assert [indexed(tmp_path, TASK, work=work)[1] for _ in range(2)] == [["a.py"], []]
    another_process()
    assert indexed(tmp_path, TASK, work=work)[1] == ["a.py"]


def test_code_that_cannot_be_read_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive of another version would be taken for this one."""
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.writestr("zipped.py", "from toys import TOY\n")
    monkeypatch.syspath_prepend(str(tmp_path / "app.zip"))
    assert [indexed(tmp_path, TASK, work=Work(("zipped:TOY",)))[1] for _ in range(2)] == [["a.py"]] * 2


def test_a_source_that_leads_nowhere_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "locked"
    package.mkdir()
    (package / "__init__.py").write_text("from toys import TOY\n")
    (package / ".#lock.py").symlink_to("somebody@somewhere")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert [indexed(tmp_path, TASK, work=Work(("locked:TOY",)))[1] for _ in range(2)] == [["a.py"], []]


def test_results_come_in_the_order_of_the_tasks(tmp_path: Path) -> None:
    tasks = [IndexTask(f"{name}.py", b"old()\n" * (number + 1), ("toy",)) for number, name in enumerate("abcdef")]
    indexed(tmp_path, *tasks[1::2])
    found, asked = indexed(tmp_path, *tasks)
    assert found == [Indexed(f"{name}.py", {"toy": number + 1}) for number, name in enumerate("abcdef")]
    assert asked == ["a.py", "c.py", "e.py"]


def test_a_source_that_cannot_be_indexed_is_tried_by_each_run(tmp_path: Path) -> None:
    bad = IndexTask("a.py", b"old(\n", ("toy",))
    assert [indexed(tmp_path, bad)[1] for _ in range(2)] == [["a.py"]] * 2


def test_two_files_are_not_worth_a_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert [indexed(tmp_path, TASK)[1] for _ in range(2)] == [["a.py"]] * 2


def test_what_is_not_worth_keeping_is_not_kept(tmp_path: Path) -> None:
    other = IndexTask("b.py", b"old()\n", ("toy",))
    for _ in range(2):
        asked = run(tmp_path, [TASK, other], keeps=lambda path: path != "a.py")[1]
    assert asked == ["a.py"]


def test_an_interrupted_run_leaves_nothing(tmp_path: Path) -> None:
    def interrupt() -> Iterator[IndexTask]:
        yield TASK
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, interrupt())
    assert indexed(tmp_path, TASK)[1] == ["a.py"]


def test_the_facts_of_real_codemods_come_back_equal(tmp_path: Path) -> None:
    tasks = [IndexTask("a.py", PROGRAM, ("tensorflow-variables",), whole=whole) for whole in (True, False)]
    found, _ = indexed(tmp_path, *tasks, work=Work(REAL))
    assert found == [Work(REAL).index(task) for task in tasks]
    assert indexed(tmp_path, *tasks, work=Work(REAL)) == (found, [])


class Harm:
    """Unpickled, it runs a function of Python's."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.mkdir, (str(self.path),)


CALL = b"cmigrate.codemod\nDeferred\n(Vos:mkdir\ntR(V%s\ntR."
OWN_CALL = b"ccallers\nCaller\n)R(V%s\ntR."
OWN_CLASS = b"ccallers\nMaker\n(V%s\ntR."
CLASS = f"c{Database.__module__}\nDatabase\n(V%s/rows\nI9\ntR.".encode()
CALLERS = """
import os
from dataclasses import dataclass

from toys import TOY


@dataclass
class Caller:
    def __call__(self, path):
        os.mkdir(path)


class Maker:
    def __init__(self, path):
        os.mkdir(path)
"""


def put(folder: Path, value: bytes, work: Work = WORK) -> None:
    """Whoever can write the database can seal what it holds."""
    cache = FactsCache(work, str(folder / "facts"))
    key = cache.key(TASK)
    database = Database(str(folder / "facts" / "facts.sqlite3"), 10_000_000)
    database.put({key: seal(key, value)})
    database.close()


@pytest.mark.parametrize("harm", ["function", "deferred", "class", "own class", "object of an own class"])
def test_what_is_no_facts_is_not_loaded(tmp_path: Path, harm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "callers.py").write_text(CALLERS)
    monkeypatch.syspath_prepend(str(tmp_path))
    work, path = Work(("callers:TOY",)), tmp_path / "harmed"
    values = {
        "function": pickle.dumps((Harm(path), {})),
        "deferred": CALL % bytes(path),
        "class": CLASS % bytes(path),
        "own class": OWN_CLASS % bytes(path),
        "object of an own class": OWN_CALL % bytes(path),
    }
    put(tmp_path, values[harm], work)
    assert indexed(tmp_path, TASK, work=work) == ([Indexed("a.py", {"toy": 1})], ["a.py"])
    assert not path.exists()


@pytest.mark.parametrize(
    "value",
    [b"\x80\x05garbage", pickle.dumps(3), pickle.dumps((1, 2)), pickle.dumps(({"other": 1}, {})), b"K\x01" * 9],
)
def test_what_has_another_shape_is_found_anew(tmp_path: Path, value: bytes) -> None:
    put(tmp_path, value)
    assert indexed(tmp_path, TASK) == ([Indexed("a.py", {"toy": 1})], ["a.py"])


def test_damaged_facts_are_found_anew(tmp_path: Path) -> None:
    """A power cut can leave any bytes of the file, and most of them still make facts."""
    indexed(tmp_path, TASK)
    cache = FactsCache(WORK, str(tmp_path / "facts"))
    database = Database(str(tmp_path / "facts" / "facts.sqlite3"), 10_000_000)
    value = database.get(cache.key(TASK)) or b""
    changed = value.replace(b"K\x01", b"K\x07")
    assert changed != value
    database.put({cache.key(TASK): changed})
    assert indexed(tmp_path, TASK) == ([Indexed("a.py", {"toy": 1})], ["a.py"])


@pytest.mark.parametrize("facts", [lambda: 1, (one for one in "ab")])
def test_what_cannot_be_kept_is_no_error(tmp_path: Path, facts: object) -> None:
    cache = FactsCache(WORK, str(tmp_path / "facts"))
    cache.keep(TASK, Indexed("a.py", {"toy": facts}))
    cache.close(keeps=True)
    assert indexed(tmp_path, TASK)[1] == ["a.py"]


def test_facts_nested_too_deep_are_no_error(tmp_path: Path) -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    test_what_cannot_be_kept_is_no_error(tmp_path, deep)


@pytest.fixture
def work_dir(tmp_path: Path) -> Shell:
    for number in range(12):
        path = tmp_path / "src" / f"m{number}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text("import tensorflow as tf\n" + "".join(f"v{one} = tf.Variable(0.0)\n" for one in range(20)))
    return Shell(tmp_path, tmp_path / "site")


def test_a_run_with_facts_of_another_reports_the_same(work_dir: Shell, tmp_path: Path) -> None:
    place, facts = {"XDG_CACHE_HOME": str(tmp_path / "cache")}, tmp_path / "cache" / "migrate-facts" / "facts.sqlite3"
    plain = work_dir.run("--dry-run", "--no-cache", "src", **place)
    assert b"get_variable" in plain.stdout
    assert not facts.exists()
    for jobs in ((), (), ("--executor", "processes")):
        ended = work_dir.run("--dry-run", *jobs, "src", **place)
        assert (ended.stdout, ended.stderr) == (plain.stdout, plain.stderr)
    assert facts.stat().st_size > 10_000
    with sqlite3.connect(facts) as connection:
        (kept,) = connection.execute("SELECT count(*) FROM rows").fetchone()
    assert kept == 12  # or each run would have added its own


def test_what_passes_through_is_not_kept(work_dir: Shell, tmp_path: Path) -> None:
    place, facts = {"XDG_CACHE_HOME": str(tmp_path / "cache")}, tmp_path / "cache" / "migrate-facts" / "facts.sqlite3"
    work_dir.run("--dry-run", "src", **place)
    before = facts.read_bytes()
    text = (tmp_path / "src" / "m3.py").read_bytes() + b"w = tf.Variable(0.0)\n" * 200
    ended = work_dir.run("-", "--stdin-filename", "src/m3.py", input=text, **place)
    assert ended.stdout.count(b"get_variable") == 220
    assert facts.read_bytes() == before


def test_few_files_need_no_cache(work_dir: Shell, tmp_path: Path) -> None:
    work_dir.run("--dry-run", "src/m1.py", XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert not (tmp_path / "cache" / "migrate-facts").exists()
