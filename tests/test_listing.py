"""Paths are packed: they come out as they went in, in order, each once."""

from __future__ import annotations

import os
import random
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.paths.listing import Listing, Paths, unshared

MANY = [f"package{number % 97}/module{number}.py" for number in range(20_000)]
NAMES = st.lists(st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), min_size=1))


@given(NAMES)
def test_a_listing_is_the_sequence_that_went_in(names: list[str]) -> None:
    listing = Listing(names)
    assert listing == names
    assert [*listing] == names
    assert len(listing) == len(names)
    assert [listing[place] for place in range(-len(names), len(names))] == [*names, *names]
    assert listing[1:3] == names[1:3]


def test_a_listing_of_many() -> None:
    listing = Listing(MANY)
    assert [*listing] == [*listing] == MANY  # more than once
    assert (listing[511], listing[512], listing[-1]) == (MANY[511], MANY[512], MANY[-1])
    with pytest.raises(IndexError):
        listing[len(MANY)]


def test_names_that_are_no_text() -> None:
    name = os.fsdecode(b"caf\xe9.py")
    assert [*Listing([name])] == [name]


def test_nothing_is_not_one_empty_path() -> None:
    assert [*Listing([])] == []
    assert not Listing([])


def test_what_comes_in_any_order_is_sorted_and_each_once() -> None:
    shuffled = [*MANY, *MANY[::3]]
    random.Random(0).shuffle(shuffled)
    paths = Paths()
    for path in shuffled:
        paths.add(path)
    assert sorted({*paths}) == sorted(MANY)
    assert [*paths.sorted(["a.py", MANY[0]])] == sorted([*MANY, "a.py"])
    paths.add("late.py")
    assert [*paths.sorted()] == sorted([*MANY, "late.py"])


def test_fifty_thousand_paths_take_less_than_a_megabyte() -> None:
    tracemalloc.start()
    try:
        paths = Paths()
        for number in range(50_000):
            paths.add(f"/home/somebody/projects/tree/package{number // 100}/models/layers/module{number}.py")
        listing = paths.sorted()
        held, _ = tracemalloc.get_traced_memory()
        del paths
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(listing) == 50_000
    assert kept < 1_000_000
    assert held < 3_000_000  # while the runs are there that were sorted
    assert peak < 6_000_000


@given(st.sets(st.text("ab", min_size=1)), st.sets(st.text("ab", min_size=1)))
def test_what_only_one_of_two_holds(first: set[str], second: set[str]) -> None:
    assert [*unshared(sorted(first), sorted(second))] == sorted(first ^ second)
