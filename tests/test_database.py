"""The database of the cache: what is put is there, room is bounded, and what is wrong with the file ends its use."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from migrate.caching.database import Database

DAYS = 86_400


def opened(folder: Path, room: int = 10_000_000) -> Database:
    return Database(str(folder / "kept" / "rows.sqlite3"), room)


def used(folder: Path, key: bytes) -> int:
    with sqlite3.connect(folder / "kept" / "rows.sqlite3") as connection:
        return int(connection.execute("SELECT used FROM rows WHERE key = ?", (key,)).fetchone()[0])


def test_what_is_put_is_there_for_the_next(tmp_path: Path) -> None:
    first = opened(tmp_path)
    first.put({b"a": b"1", b"b": b"\0" * 9999})
    assert first.get(b"a") == b"1"
    first.close()
    second = opened(tmp_path)
    assert second.get(b"b") == b"\0" * 9999
    assert second.get(b"c") is None
    second.put({b"a": b"2"})
    assert second.get(b"a") == b"2"


def test_two_share_a_file(tmp_path: Path) -> None:
    one, other = opened(tmp_path), opened(tmp_path)
    one.put({b"a": b"1"})
    other.put({b"b": b"2"})
    assert (one.get(b"b"), other.get(b"a")) == (b"2", b"1")


def test_many_processes_write_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from migrate.caching.database import Database; mine = sys.argv[2]\n"
        "for number in range(20):\n"
        "    one = Database(sys.argv[1], 10_000_000)\n"
        "    one.put({f'{mine}-{number}'.encode(): b'x' * 5000})\n"
        "    one.close()\n"
    )
    path = str(tmp_path / "kept" / "rows.sqlite3")
    running = [subprocess.Popen([sys.executable, "-c", code, path, str(mine)]) for mine in range(4)]
    assert [one.wait() for one in running] == [0] * 4
    found = opened(tmp_path)
    there = sum(found.get(f"{mine}-{number}".encode()) == b"x" * 5000 for mine in range(4) for number in range(20))
    assert there > 40  # who waits too long for another goes without, and breaks nothing


def test_what_was_not_used_for_longest_makes_room(tmp_path: Path) -> None:
    database = opened(tmp_path, 150_000)
    database.put({b"old %d" % number: b"x" * 1000 for number in range(90)})
    with sqlite3.connect(tmp_path / "kept" / "rows.sqlite3") as connection:
        connection.execute("UPDATE rows SET used = used - ?", (9 * DAYS,))
    again = opened(tmp_path, 150_000)
    assert again.get(b"old 7") == b"x" * 1000
    again.put({b"new %d" % number: b"y" * 1000 for number in range(90)})
    kept = opened(tmp_path)
    assert kept.get(b"old 7") == b"x" * 1000
    assert all(kept.get(b"new %d" % number) for number in range(90))
    assert sum(kept.get(b"old %d" % number) is not None for number in range(90)) < 80


def test_use_is_noted_once_a_day(tmp_path: Path) -> None:
    opened(tmp_path).put({b"a": b"1"})
    now = used(tmp_path, b"a")
    with sqlite3.connect(tmp_path / "kept" / "rows.sqlite3") as connection:
        connection.execute("UPDATE rows SET used = ?", (now - 100,))
    today = opened(tmp_path)
    today.get(b"a")
    today.put({})
    assert used(tmp_path, b"a") == now - 100
    with sqlite3.connect(tmp_path / "kept" / "rows.sqlite3") as connection:
        connection.execute("UPDATE rows SET used = ?", (now - 2 * DAYS,))
    today.get(b"a")
    today.put({})
    assert used(tmp_path, b"a") >= now


@pytest.mark.parametrize("damage", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "kept" / "rows.sqlite3"
    opened(tmp_path).close()
    path.write_bytes(damage)
    broken = opened(tmp_path)
    assert broken.get(b"a") is None
    broken.put({b"a": b"1"})
    fresh = opened(tmp_path)
    fresh.put({b"a": b"1"})
    assert fresh.get(b"a") == b"1"


def test_a_damaged_schema_is_made_anew(tmp_path: Path) -> None:
    opened(tmp_path).close()
    path = tmp_path / "kept" / "rows.sqlite3"
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE rows", b"CREATE T\xfc\xfc\xfc\xfc rows"))
    opened(tmp_path).put({b"a": b"1"})
    fresh = opened(tmp_path)
    fresh.put({b"a": b"1"})
    assert fresh.get(b"a") == b"1"


@pytest.mark.parametrize("value", ["a text", 10**12, 1.5])
def test_a_row_that_holds_no_bytes_is_none(tmp_path: Path, value: object) -> None:
    opened(tmp_path).put({b"a": b"1"})
    with sqlite3.connect(tmp_path / "kept" / "rows.sqlite3") as connection:
        connection.execute("UPDATE rows SET value = ?", (value,))
    assert opened(tmp_path).get(b"a") is None


@pytest.mark.parametrize(
    "harm", ["CREATE TABLE other AS SELECT zeroblob(200000)", "ALTER TABLE rows RENAME COLUMN used TO last"]
)
def test_a_file_of_another_make_is_made_anew(tmp_path: Path, harm: str) -> None:
    opened(tmp_path).close()
    with sqlite3.connect(tmp_path / "kept" / "rows.sqlite3") as connection:
        connection.execute(harm)
    opened(tmp_path, 150_000).put({b"a": b"1"})
    fresh = opened(tmp_path, 150_000)
    fresh.put({b"a": b"2"})
    assert fresh.get(b"a") == b"2"


def test_a_file_that_is_no_database_is_closed_before_it_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept" / "rows.sqlite3"
    path.parent.mkdir(0o700)
    path.write_bytes(b"no database at all" * 100)
    closed: list[str] = []

    class Watched(sqlite3.Connection):
        def close(self) -> None:
            closed.append("closed")
            super().close()

    connect, unlink = sqlite3.connect, os.unlink
    monkeypatch.setattr("sqlite3.connect", lambda *given, **named: connect(*given, **named, factory=Watched))
    monkeypatch.setattr("os.unlink", lambda path: (closed.append("removed"), unlink(path)))
    opened(tmp_path)
    assert closed[:2] == ["closed", "removed"]


def test_a_file_that_is_locked_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrate.caching.database._WAIT", 0.01)
    database = opened(tmp_path)
    database.put({b"a": b"1"})
    other = sqlite3.connect(tmp_path / "kept" / "rows.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    database.put({b"b": b"2"})
    other.execute("ROLLBACK")
    assert (opened(tmp_path).get(b"a"), opened(tmp_path).get(b"b")) == (b"1", None)


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
@pytest.mark.parametrize("mode", [0o777, 0o770])
def test_a_folder_in_which_others_can_write_is_not_used(tmp_path: Path, mode: int) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept").chmod(mode)
    database = opened(tmp_path)
    database.put({b"a": b"1"})
    assert database.get(b"a") is None
    assert list((tmp_path / "kept").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="links of POSIX")
def test_a_folder_behind_a_link_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(0o700)
    (tmp_path / "kept").symlink_to(tmp_path / "elsewhere")
    opened(tmp_path).put({b"a": b"1"})
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
def test_the_folder_is_the_user_s_own(tmp_path: Path) -> None:
    opened(tmp_path).close()
    assert os.stat(tmp_path / "kept").st_mode & 0o777 == 0o700


def test_a_place_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file")
    database = opened(tmp_path)
    database.put({b"a": b"1"})
    assert database.get(b"a") is None
