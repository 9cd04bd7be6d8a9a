"""Entry points are found once an environment, and again once anything is installed, removed or changed in it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from importlib.metadata import MetadataPathFinder
from pathlib import Path

import pytest
import shell

from migrate import installed

GROUP = "migrate.codemods"


@pytest.fixture(autouse=True)
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the search path into which things are installed, and a cache of one's own."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "path", [str(folder)])
    # `importlib_metadata`, which others import, adds a finder of its own and takes that of Python's away.
    own = [one for one in sys.meta_path if one is PathFinder or not hasattr(one, "find_distributions")]
    monkeypatch.setattr(sys, "meta_path", own)
    find = staticmethod(MetadataPathFinder.find_distributions)
    monkeypatch.setattr(PathFinder, "find_distributions", find, raising=False)
    yield folder
    installed._every.cache_clear()


def found(monkeypatch: pytest.MonkeyPatch) -> tuple[list[tuple[str, str]], bool]:
    """What another process finds, and whether it had to ask."""
    asked: list[bool] = []
    with monkeypatch.context() as patch:
        ask = installed._ask
        patch.setattr(installed, "_ask", lambda: (asked.append(True), ask())[1])
        installed._every.cache_clear()
        return installed.points(GROUP), bool(asked)


def kept(tmp_path: Path) -> Path:
    (file,) = (tmp_path / "cache" / "migrate-installed").iterdir()
    return file


def test_nobody_asks_twice(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.install(site, one="toys:TOY", another="toys:PAIRS")
    assert found(monkeypatch) == ([("one", "toys:TOY"), ("another", "toys:PAIRS")], True)
    assert found(monkeypatch) == ([("one", "toys:TOY"), ("another", "toys:PAIRS")], False)
    assert installed.points("migrate.commands") == []


def test_what_is_installed_changed_or_removed_is_seen(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(monkeypatch) == ([], True)
    shell.install(site, one="toys:TOY")
    assert found(monkeypatch) == ([("one", "toys:TOY")], True)
    points = site / "toys-1.0.dist-info" / "entry_points.txt"
    points.write_text("[migrate.codemods]\nlonger = toys:TOY\n")  # in place, which its folder does not tell
    assert found(monkeypatch) == ([("longer", "toys:TOY")], True)
    points.unlink()
    assert found(monkeypatch) == ([], True)
    assert found(monkeypatch) == ([], False)


@pytest.mark.parametrize("damage", ["", "{", "[]", "[" * 9999, '{"state": [], "points": {}}', "\\udc80"])
def test_a_damaged_answer_is_none(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    shell.install(site, one="toys:TOY")
    found(monkeypatch)
    kept(tmp_path).write_text(damage)
    assert found(monkeypatch) == ([("one", "toys:TOY")], True)


@pytest.mark.parametrize("points", [{GROUP: 1}, {GROUP: [["one"]]}, {GROUP: [["one", 2]]}, {GROUP: ["ab"]}])
def test_an_answer_of_another_form_is_none(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, points: object
) -> None:
    shell.install(site, one="toys:TOY")
    found(monkeypatch)
    file = kept(tmp_path)
    file.write_text(json.dumps(json.loads(file.read_text()) | {"points": points}))
    assert found(monkeypatch) == ([("one", "toys:TOY")], True)


def test_a_folder_in_which_others_can_write_is_not_used(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(monkeypatch)
    (tmp_path / "cache" / "migrate-installed").chmod(0o777)
    assert found(monkeypatch) == ([], True)


def test_other_ways_to_find_are_asked_each_time(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Finder:
        def find_spec(self, *_: object) -> None: ...
        def find_distributions(self, *_: object) -> tuple[()]:
            return ()

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder()])
    assert found(monkeypatch) == found(monkeypatch) == ([], True)


def test_a_cache_that_cannot_be_written_costs_nothing(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("no folder")
    shell.install(site, one="toys:TOY")
    assert found(monkeypatch) == ([("one", "toys:TOY")], True)


def test_an_archive_and_what_is_not_there_are_part_of_the_answer(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "more.zip"
    archive.write_bytes(b"PK\5\6" + bytes(18))
    monkeypatch.setattr(sys, "path", [str(site), str(archive), str(tmp_path / "absent")])
    assert [found(monkeypatch)[1] for _ in range(2)] == [True, False]
    os.utime(archive, (1, 1))
    assert [found(monkeypatch)[1] for _ in range(2)] == [True, False]
