"""Bytes by key in a file that several processes may share; whatever is wrong with the file, it is as if empty."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping

from migrate.places import is_own

__all__ = ["Database"]

_TABLE = "CREATE TABLE IF NOT EXISTS rows (key BLOB PRIMARY KEY, used INTEGER NOT NULL, value BLOB NOT NULL)"
_COLUMNS = ["key", "used", "value"]
_FIND = "SELECT used, value FROM rows WHERE key = ?"
_ADD = "INSERT OR REPLACE INTO rows VALUES (?, ?, ?)"
_TOUCH = "UPDATE rows SET used = ? WHERE key = ?"
_EVICT = "DELETE FROM rows WHERE key IN (SELECT key FROM rows ORDER BY used LIMIT (SELECT count(*) / 4 + 1 FROM rows))"
_WAIT = 1.0  # seconds for another process that is writing
_DAY = 86_400  # seconds: how exactly it is kept when a row was used


class Database:
    """The rows in `path`, of about `room` bytes: when they are more, the quarter that was not used for longest goes.

    The directory is made where there is none; one in which others can write is not used.
    """

    def __init__(self, path: str, room: int) -> None:
        self._path = path
        self._room = room
        self._now = int(time.time())
        self._used: set[bytes] = set()  # keys of rows that were used today and not yesterday
        self._connection: sqlite3.Connection | None = None
        with self._forgiving():
            if is_own(os.path.dirname(path)):
                self._connection = _connect(path)

    def get(self, key: bytes) -> bytes | None:
        """The value of a key, None where there is none."""
        with self._forgiving():
            row = self._connection.execute(_FIND, (key,)).fetchone() if self._connection else None
            match row:
                case (int(used), bytes(value)):
                    if used < self._now - _DAY:
                        self._used.add(key)
                    return value
        return None

    def put(self, rows: Mapping[bytes, bytes]) -> None:
        """Writes rows, all or none of them, and which were used."""
        if not rows and not self._used:
            return
        with self._forgiving():
            if self._connection is not None:
                with self._connection:  # commits, or rolls back
                    self._connection.execute("BEGIN IMMEDIATE")
                    self._write(self._connection, rows)
                self._used.clear()

    def _write(self, connection: sqlite3.Connection, rows: Mapping[bytes, bytes]) -> None:
        connection.executemany(_TOUCH, [(self._now, key) for key in self._used])
        connection.executemany(_ADD, [(key, self._now, value) for key, value in rows.items()])
        while _size(connection) > self._room:
            if connection.execute(_EVICT).rowcount < 1:
                raise sqlite3.DatabaseError("the room is taken by what is no row of this table")

    def close(self) -> None:
        """Lets go of the file."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    @contextlib.contextmanager
    def _forgiving(self) -> Iterator[None]:
        """Within the block whatever is wrong with the file ends its use, and what is no database goes."""
        try:
            yield
        except sqlite3.OperationalError:  # another process writes for long, or the disk is full
            self.close()
        except (sqlite3.DatabaseError, UnicodeDecodeError):  # messages quote a damaged schema
            self.close()
            with contextlib.suppress(OSError):
                os.unlink(self._path)
        except OSError:
            self.close()


def _connect(path: str) -> sqlite3.Connection:
    """Raises `sqlite3.Error`, and `sqlite3.DatabaseError` for a table of another shape."""
    connection = sqlite3.connect(path, _WAIT, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = OFF")  # what a power cut damages can be made again
        connection.execute(_TABLE)
        if [column for _, column, *_ in connection.execute("PRAGMA table_info(rows)")] != _COLUMNS:
            raise sqlite3.DatabaseError("the table has other columns")
    except (sqlite3.Error, UnicodeDecodeError):
        connection.close()  # Windows does not remove a file that is open
        raise
    return connection


def _size(connection: sqlite3.Connection) -> int:
    """The bytes of the pages in use."""
    pages, free, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in _PAGES)
    return int((pages - free) * size)


_PAGES = ("page_count", "freelist_count", "page_size")
