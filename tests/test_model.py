"""What a run holds of the files that change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.model import FileResult, Revision

LINES = b"".join(b"w%d = tf.Variable(tf.zeros([%d]))\n" % (number, number * 7919 % 1000) for number in range(5000))


@given(st.binary(), st.binary())
def test_both_sides_come_out_as_they_went_in(before: bytes, after: bytes) -> None:
    revision = Revision.of(before, after)
    assert (revision.before, revision.after, revision.changes) == (before, after, before != after)


@pytest.mark.parametrize("length", [0, 1, 8191, 8192, 8193, 16384, len(LINES)])
@pytest.mark.parametrize("other", [0, 1, 8192, 8193, len(LINES)])
def test_sides_of_any_length(length: int, other: int) -> None:
    revision = Revision.of(LINES[:length], LINES[-other:] if other else b"")
    assert (revision.before, revision.after) == (LINES[:length], LINES[-other:] if other else b"")


def test_what_is_alike_takes_little_more_room_than_one_side() -> None:
    after = LINES.replace(b"w77 = tf.Variable(tf.zeros", b"w77 = tf.get_variable('w77', initializer=tf.zeros", 1)
    alone, both = Revision.of(LINES, b""), Revision.of(LINES, after)
    assert len(both.packed) < 1.2 * len(alone.packed) < 0.5 * len(LINES)


def test_a_result_without_a_revision_changes_nothing() -> None:
    result = FileResult("a.py")
    assert (result.before, result.after, result.changed) == (None, None, False)
    assert FileResult("a.py", revision=Revision.of(b"a", b"b")).changed
    assert not FileResult("a.py", revision=Revision.of(b"a", b"a")).changed
