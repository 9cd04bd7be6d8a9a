"""Modules are kept from the index to the rewrite within bounds, and never for other bytes."""

from __future__ import annotations

import pickle

from migrate.kept import Kept
from migrate.source import read
from migrate.syntax.module import Module


def module(path: str, data: bytes) -> Module:
    return Module(read(path, data))


def test_a_module_is_given_out_once_and_for_its_own_bytes_only() -> None:
    kept, made = Kept(), module("a.py", b"x = 1\n")
    kept.keep(b"x = 1\n", made)
    assert kept.take("b.py", b"x = 1\n") is None
    assert kept.take("a.py", b"x = 1\n") is made
    assert kept.take("a.py", b"x = 1\n") is None
    kept.keep(b"x = 1\n", made)
    assert kept.take("a.py", b"x = 2\n") is None


def test_what_comes_first_is_kept_while_there_is_room() -> None:
    kept = Kept(room=14)
    for name in ("a.py", "b.py", "c.py"):
        kept.keep(b"x = 1\n", module(name, b"x = 1\n"))
    assert kept.take("c.py", b"x = 1\n") is None
    assert kept.take("b.py", b"x = 1\n") is not None
    kept.keep(b"y = 1\n", module("a.py", b"y = 1\n"))
    kept.keep(b"z = 1\n", module("c.py", b"z = 1\n"))
    assert kept.take("c.py", b"z = 1\n") is not None
    assert kept.take("a.py", b"x = 1\n") is None


def test_nothing_is_kept_in_another_process() -> None:
    kept = pickle.loads(pickle.dumps(Kept()))
    kept.keep(b"x\n", module("a.py", b"x\n"))
    assert kept.take("a.py", b"x\n") is None
