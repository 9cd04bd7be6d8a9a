"""Going back: what undo restores and refuses, what a dead run leaves, and what a forged journal cannot do."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrate import journal, writer
from migrate.disk import atomic, record
from migrate.disk.record import State
from migrate.model import FileResult, Revision

OLD, NEW = b"x = 1\n", b"x = 22\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    (root / "src").mkdir(parents=True)
    (root / "pyproject.toml").touch()
    for name in "abc":
        (root / f"src/{name}.py").write_bytes(OLD)
    monkeypatch.chdir(root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return root


def write(project: Path, names: str = "abc", before: bytes = OLD, after: bytes = NEW) -> writer.Written:
    results = [FileResult(f"src/{name}.py", revision=Revision.of(before, after)) for name in names]
    written = writer.apply(results, str(project))
    assert not written.failures
    return written


def contents(project: Path) -> list[bytes]:
    return [(project / f"src/{name}.py").read_bytes() for name in "abc"]


def causes(undone: journal.Undone | journal.Recovered) -> dict[str, str]:
    return {one.path: one.failure.cause for one in undone.refused if one.failure}


def die(project: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Leaves what a process leaves that dies when `after` files are swapped in; the roll back does not run either."""
    swap, swapped = atomic.swap, []

    def swap_or_die(root: str, relative: str, temporary: str, links: tuple[str, ...] = ()) -> None:
        if len(swapped) == after:
            raise MemoryError
        swapped.append(relative)
        swap(root, relative, temporary, links)

    with monkeypatch.context() as patch:
        patch.setattr(atomic, "swap", swap_or_die)
        patch.setattr(writer, "roll_back", lambda run, root: None)
        with pytest.raises(MemoryError):
            write(project)


def test_restores_bytes_and_modes(project: Path) -> None:
    (project / "src/a.py").chmod(0o751)
    write(project)
    (project / "src/a.py").chmod(0o600)
    undone = journal.undo(str(project))
    assert undone == journal.Undone("1", ("src/a.py", "src/b.py", "src/c.py"))
    assert contents(project) == [OLD] * 3
    assert (project / "src/a.py").stat().st_mode & 0o777 == 0o751


def test_nothing_to_undo(project: Path) -> None:
    assert journal.undo(str(project)) == journal.Undone(None)
    assert not (project / ".migrate_cache").exists()
    write(project)
    assert journal.undo(str(project)).run == "1"
    assert journal.undo(str(project)) == journal.Undone(None)


def test_goes_back_run_by_run(project: Path) -> None:
    write(project)
    write(project, "a", NEW, b"x = 333\n")
    assert [(run.id, run.state, run.paths) for run in journal.runs(str(project))] == [
        ("2", State.APPLIED, ("src/a.py",)),
        ("1", State.APPLIED, ("src/a.py", "src/b.py", "src/c.py")),
    ]
    assert journal.undo(str(project)).run == "2"
    assert contents(project) == [NEW] * 3
    assert journal.undo(str(project)).run == "1"
    assert contents(project) == [OLD] * 3


def test_a_file_edited_since_is_refused_and_the_others_restored(project: Path) -> None:
    write(project)
    (project / "src/a.py").write_bytes(b"mine\n")
    (project / "src/b.py").unlink()
    undone = journal.undo(str(project))
    assert undone.restored == ("src/c.py",)
    assert causes(undone) == {"src/a.py": "was edited since", "src/b.py": "was removed since"}
    assert (project / "src/a.py").read_bytes() == b"mine\n"
    (project / "src/a.py").write_bytes(NEW)
    (project / "src/b.py").write_bytes(OLD)
    assert journal.undo(str(project)) == journal.Undone("1", ("src/a.py",), ("src/b.py", "src/c.py"))


def test_an_older_run_says_which_one_stands_before_it(project: Path) -> None:
    write(project)
    write(project, "a", NEW, b"x = 333\n")
    undone = journal.undo(str(project), "1")
    assert causes(undone) == {"src/a.py": "was changed again by run 2, which must be undone first"}
    assert undone.restored == ("src/b.py", "src/c.py")


@pytest.mark.parametrize("run", ["7", "../1", "", "1/../1", "-1"])
def test_an_unknown_run(project: Path, run: str) -> None:
    with pytest.raises(journal.JournalError, match="no run"):
        journal.undo(str(project), run)
    write(project)
    with pytest.raises(journal.JournalError, match="no run"):
        journal.undo(str(project), run)


def test_an_undone_run(project: Path) -> None:
    write(project)
    journal.undo(str(project), "1")
    with pytest.raises(journal.JournalError, match="undone already"):
        journal.undo(str(project), "1")


def test_a_new_hard_link_is_not_cut(project: Path) -> None:
    write(project, "a")
    os.link(project / "src/a.py", project / "src/new.py")
    assert "hard link" in causes(journal.undo(str(project)))["src/a.py"]
    assert (project / "src/a.py").read_bytes() == (project / "src/new.py").read_bytes() == NEW


@pytest.mark.parametrize("after", [0, 1, 2])
def test_the_next_run_rolls_a_dead_one_back(project: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    die(project, monkeypatch, after)
    assert contents(project) == [NEW] * after + [OLD] * (3 - after)
    recovered = writer.recover(str(project))
    assert recovered == journal.Recovered("1", False, tuple(f"src/{name}.py" for name in "abc"[:after]))
    assert contents(project) == [OLD] * 3
    assert list(project.rglob(".migrate-*")) == []
    assert writer.recover(str(project)) is None


def test_applying_recovers_by_itself_and_says_so(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    die(project, monkeypatch, 1)
    written = write(project)
    assert written.recovered == journal.Recovered("1", False, ("src/a.py",))
    assert (written.run, contents(project)) == ("2", [NEW] * 3)


def test_a_run_that_died_behind_its_last_file_is_finished(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(record, "mark", lambda run, state: (_ for _ in ()).throw(MemoryError))
        patch.setattr(writer, "roll_back", lambda run, root: None)
        with pytest.raises(MemoryError):
            write(project)
    assert writer.recover(str(project)) == journal.Recovered("1", True)
    assert contents(project) == [NEW] * 3
    assert journal.undo(str(project)).run == "1"


def test_undo_rolls_a_dead_run_back(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project)
    journal.undo(str(project))
    die(project, monkeypatch, 2)
    assert journal.undo(str(project)) == journal.Undone("2", ("src/a.py", "src/b.py"), ("src/c.py",))
    assert contents(project) == [OLD] * 3


def test_what_was_edited_after_a_crash_stays(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    die(project, monkeypatch, 2)
    (project / "src/a.py").write_bytes(b"mine\n")
    recovered = writer.recover(str(project))
    assert recovered is not None
    assert (recovered.restored, causes(recovered)) == (("src/b.py",), {"src/a.py": "was edited since"})
    assert contents(project) == [b"mine\n", OLD, OLD]
    assert writer.recover(str(project)) is None


def forge(project: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = project / ".migrate_cache/runs/1/plan.json"
    plan = json.loads(path.read_text())
    change(plan)
    path.write_text(json.dumps(plan))


FORGERIES: dict[str, Callable[[dict[str, Any]], object]] = {
    "up": lambda plan: plan["files"][0].update(path="../victim.py"),
    "absolute": lambda plan: plan["files"][0].update(path="/victim.py"),
    "hidden up": lambda plan: plan["files"][0].update(path="src/../../victim.py"),
    "link up": lambda plan: plan["files"][0].update(links=["../victim.py"]),
    "git": lambda plan: plan["files"][0].update(path=".git/config"),
    "git in capitals": lambda plan: plan["files"][0].update(path="src/.Git/config"),
    "nul": lambda plan: plan["files"][0].update(path="a\0b"),
    "setuid": lambda plan: plan["files"][0].update(mode=0o4755),
    "no bytes": lambda plan: plan["files"][0]["before"].update(start=-1),
    "digest": lambda plan: plan["files"][0]["before"].update(digest="x"),
    "types": lambda plan: plan["files"][0].update(links="ab"),
    "surrogate": lambda plan: plan["files"][0].update(path="\ud800.py"),
    "no time": lambda plan: plan.update(started=float("nan")),
    "no time of this world": lambda plan: plan.update(started=1e300),
    "no files": lambda plan: plan.pop("files"),
    "format": lambda plan: plan.update(format=2),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_plan_is_not_followed(project: Path, tmp_path: Path, forgery: str) -> None:
    victim = tmp_path / "victim.py"
    victim.write_bytes(NEW)
    write(project)
    forge(project, FORGERIES[forgery])
    assert [run.state for run in journal.runs(str(project))] == [State.DAMAGED]
    with pytest.raises(journal.JournalError, match="damaged"):
        journal.undo(str(project), "1")
    assert journal.undo(str(project)) == journal.Undone(None)
    assert victim.read_bytes() == NEW
    assert contents(project) == [NEW] * 3
    assert write(project, "a", NEW, OLD).run == "2"


def test_forged_bytes_are_not_restored_and_block_nothing(project: Path) -> None:
    write(project)
    (project / ".migrate_cache/runs/1/bytes").write_bytes(b"evil()" * 9)
    refused = causes(journal.undo(str(project)))
    assert len(refused) == 3
    assert all("damaged" in cause for cause in refused.values())
    assert contents(project) == [NEW] * 3
    assert write(project, "a", NEW, OLD).run == "2"


@pytest.mark.parametrize("blob", [{"size": 10**30}, {"start": 10**30}, {"size": 2**62}])
def test_a_forged_size_is_damage(project: Path, blob: dict[str, int]) -> None:
    write(project)
    forge(project, lambda plan: [file["before"].update(blob) for file in plan["files"]])
    assert all("damaged" in cause for cause in causes(journal.undo(str(project))).values())
    assert contents(project) == [NEW] * 3


@pytest.mark.parametrize("part", ["runs/1/plan.json", "runs/1/bytes", "runs/1/state", "lock"])
def test_a_pipe_in_the_journal_does_not_hang(project: Path, part: str) -> None:
    write(project)
    path = project / ".migrate_cache" / part
    path.unlink()
    os.mkfifo(path)
    with contextlib.suppress(journal.JournalError):
        journal.undo(str(project), "1")
    assert write(project, "a", (project / "src/a.py").read_bytes(), b"x = 333\n").written == ("src/a.py",)


def test_a_forged_run_that_takes_the_last_number_does_not_take_undo_away(project: Path) -> None:
    write(project)
    (project / ".migrate_cache/runs/999999999").mkdir()
    with pytest.raises(journal.JournalError, match="no number left"):
        write(project, "a", NEW, OLD)
    assert contents(project) == [NEW] * 3


def test_a_recorded_path_that_became_a_link_is_not_followed(project: Path, tmp_path: Path) -> None:
    write(project)
    outside = tmp_path / "outside"
    outside.mkdir()
    for name in "abc":
        (outside / f"{name}.py").write_bytes(NEW)
    shutil.rmtree(project / "src")
    (project / "src").symlink_to(outside)
    assert len(journal.undo(str(project)).refused) == 3
    assert {path.read_bytes() for path in outside.iterdir()} == {NEW}
    assert len(os.listdir(outside)) == 3


@pytest.mark.parametrize("part", ["runs", "runs/1", "runs/1/plan.json", "runs/1/bytes", "runs/1/state"])
def test_a_journal_whose_part_became_a_link_is_not_followed(project: Path, tmp_path: Path, part: str) -> None:
    write(project)
    real = project / ".migrate_cache" / part
    moved = tmp_path / "moved"
    shutil.move(real, moved)
    real.symlink_to(moved)
    before = {path: path.read_bytes() for path in tmp_path.glob("moved*") if path.is_file()}
    with contextlib.suppress(journal.JournalError, OSError):
        assert journal.undo(str(project)).restored == ()
    assert contents(project) == [NEW] * 3
    assert {path: path.read_bytes() for path in before} == before


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.dictionaries(st.sampled_from("abc"), st.tuples(st.binary(max_size=300), st.binary(max_size=300))))
def test_undo_after_apply_gives_the_same_bytes(project: Path, data: dict[str, tuple[bytes, bytes]]) -> None:
    for name, (before, _) in data.items():
        (project / f"src/{name}.py").write_bytes(before)
    old = contents(project)
    results = [
        FileResult(f"src/{name}.py", revision=Revision.of(before, after)) for name, (before, after) in data.items()
    ]
    written = writer.apply(results, str(project))
    assert not written.failures
    assert all((project / f"src/{name}.py").read_bytes() == after for name, (_, after) in data.items())
    if written.run:
        assert journal.undo(str(project), written.run).run == written.run
    assert contents(project) == old


@settings(max_examples=300, deadline=None)
@given(
    one=st.text("ab", max_size=2000), other=st.text("bc", max_size=2000), cut=st.integers(0, 2000), at=st.integers(0)
)
def test_a_half_written_file_is_known_by_both_its_versions(one: str, other: str, cut: int, at: int) -> None:
    torn = (other[:cut] + one[min(cut, len(other)) :]).encode()
    assert journal._mixed(torn, one.encode(), other.encode())
    if torn:
        place = at % len(torn)
        edited = torn[:place] + b"z" + torn[place + 1 :]
        assert not journal._mixed(edited, one.encode(), other.encode())
    assert not journal._mixed(max(one, other, key=len).encode() + b"b", one.encode(), other.encode())
