"""Results of clean programs: taken from other runs where all is equal, and never what would be written."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import toys  # noqa: F401 - the registry below loads it

from migrate import discover, registry, runner, settings
from migrate.caching.database import Database
from migrate.caching.shelf import FILE, ROOM, seal
from migrate.model import FileResult, Report, Revision
from migrate.programs import clean, program
from migrate.programs.extent import WHOLE
from migrate.runner import Extent


@pytest.fixture(autouse=True)
def looked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first files of the programs that are gone through."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found: list[str] = []
    look = program.Program.look

    def noted(self: program.Program) -> None:
        found.append(self.group.members[0])
        look(self)

    monkeypatch.setattr(program.Program, "look", noted)
    Path("tree").mkdir()
    write(a="old(*x)\n", a_main="import a\nimport helper\n", b="old(*x)\n", c="old()\n", helper="x = 1\n")
    write(**{f"more_{number}": "x = 1\n" for number in range(10)})
    return found


def write(**files: str) -> None:
    for name, text in files.items():
        Path("tree", f"{name}.py").write_text(text)


def run(extent: Extent = WHOLE, **given: Any) -> Report:
    made = settings.load(registry.of(("toys:APART",)), {"jobs": 1, "cache": True, **given})
    return runner.run(made, ["tree"], extent)


def test_what_is_clean_is_gone_through_once(looked: list[str]) -> None:
    first = run()
    assert looked == ["tree/a.py", "tree/b.py", "tree/c.py"]
    looked.clear()
    assert run() == first
    assert looked == ["tree/c.py"]


@pytest.mark.parametrize(
    "files",
    [
        {"a": "old(*x, y)\n"},
        {"a_main": "import a\nimport helper\nx = 1\n"},
        {"helper": "x = 2\n"},
        {"another": "import a\n"},
    ],
)
def test_whatever_changes_in_it_counts(files: dict[str, str], looked: list[str]) -> None:
    run()
    looked.clear()
    write(**files)
    run()
    assert looked == ["tree/a.py", "tree/c.py"]


@pytest.mark.parametrize("given", [{"level": "exact"}, {"spelling": "newer"}, {"ignore": ["TY101"]}, {"mark": True}])
def test_what_is_asked_counts(given: dict[str, Any], looked: list[str]) -> None:
    run()
    looked.clear()
    run(**given)
    assert "tree/b.py" in looked


def test_the_configuration_of_a_folder_counts(looked: list[str]) -> None:
    run()
    looked.clear()
    Path("tree/migrate.toml").write_text('level = "exact"\n')
    run()
    assert "tree/b.py" in looked


def test_a_program_with_a_broken_file_is_gone_through_each_time(looked: list[str]) -> None:
    write(a_main="import a\nx = = 1\n")
    first = run()
    looked.clear()
    assert run() == first
    assert "tree/a.py" in looked
    assert [one.path for one in first.failures] == ["tree/a_main.py"]


def test_parts_of_a_tree_and_runs_without_a_cache_are_not_served(looked: list[str]) -> None:
    run()
    looked.clear()
    run(Extent(only=lambda path: path == "tree/b.py"))
    run(cache=False)
    assert looked == ["tree/b.py", "tree/a.py", "tree/b.py", "tree/c.py"]


def test_what_would_be_written_is_not_taken_from_the_cache(monkeypatch: pytest.MonkeyPatch, looked: list[str]) -> None:
    keys: list[bytes] = []
    key_of = clean.CleanResults._key
    monkeypatch.setattr(clean.CleanResults, "_key", lambda *given: keys.append(key_of(*given)) or keys[-1])
    first = run()
    forged = pickle.dumps((FileResult("tree/b.py", (), Revision.of(b"old(*x)\n", b"evil()\n")),))
    database = Database(os.path.join("cache", "migrate-facts", FILE), ROOM)
    database.put({key: seal(key, forged) for key in keys})
    database.close()
    looked.clear()
    assert run() == first
    assert looked == ["tree/a.py", "tree/b.py", "tree/c.py"]


def test_a_file_that_changes_under_way_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    config = settings.load(registry.of(("toys:APART",)), {"jobs": 1, "cache": True})
    found = discover.find(["tree"], config)
    find = clean.CleanResults.find

    def changing(self: clean.CleanResults, group: Any) -> Any:
        results = find(self, group)
        if group.members[0] == "tree/c.py":
            write(c="old(1)\n")
        return results

    monkeypatch.setattr(clean.CleanResults, "find", changing)
    with runner.Session(config, found) as session:
        assert [one.path for one in session.report().failures] == ["tree/c.py"]
