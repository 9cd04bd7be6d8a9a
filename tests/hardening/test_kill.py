"""A part of the kill sweep; `kill_sweep.py` runs the whole of it."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="traces a child as Linux does")

import kill_sweep  # noqa: E402


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def applying() -> int:
    try:
        return kill_sweep.apply_stops()
    except NotImplementedError as error:
        pytest.skip(str(error))


def spread(stops: int, kills: int) -> list[int]:
    """About `kills` stops, odd and even ones, the last of all among them."""
    step = max(1, stops // kills) | 1
    return [*range(1, stops, step), stops]


def test_killed_while_applying(applying: int) -> None:
    sweep = kill_sweep.Sweep()
    assert all(sweep.kill_apply(stop) for stop in spread(applying, 60))
    assert min(sweep.counts[what] for what in ("rolled back", "undone by hand after a crash")) > 0


def test_killed_before_the_last_word(applying: int) -> None:
    sweep = kill_sweep.Sweep()
    last = next(stop for stop in range(applying | 1, 0, -2) if sweep.kill_apply(stop) and sweep.counts["finished"])
    assert last > applying // 2


def test_killed_while_undoing(applying: int) -> None:
    sweep, stops = kill_sweep.Sweep(), kill_sweep.undo_stops()
    assert all(sweep.kill_undo(stop) for stop in spread(stops, 40))


def test_killed_while_recovering(applying: int) -> None:
    sweep, chance = kill_sweep.Sweep(), random.Random(3)
    for _ in range(25):
        sweep.kill_recovery(chance.randint(applying // 2, applying), chance.randint(1, applying // 2))
    assert sweep.counts["kills"] > 10


def test_killed_at_any_time() -> None:
    sweep, chance = kill_sweep.Sweep(), random.Random(5)
    for _ in range(25):
        sweep.kill_by_clock(chance.uniform(0, 0.012))
    assert sweep.counts["kills"] > 5
