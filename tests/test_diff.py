"""The patch is taken by the real `git apply` and by `patch -p1`, and gives the bytes that applying writes."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate import diff
from migrate.diff import _nearest, hunks, patch, quote, relative, split
from migrate.model import FileResult, Revision

CONTENTS = {
    "lf": (b"a\nb\nc\n", b"a\nB\nc\n"),
    "crlf": (b"a\r\nb\r\nc\r\n", b"a\r\nB\r\nc\r\n"),
    "bom": (b"\xef\xbb\xbfa = 1\nb\n", b"\xef\xbb\xbfa = 2\nb\n"),
    "latin-1": (b"# -*- coding: latin-1 -*-\nx = '\xe9'\ny\n", b"# -*- coding: latin-1 -*-\nx = '\xe9\xe8'\ny\n"),
    "no last newline": (b"a\nb", b"a\nc"),
    "last newline added": (b"a\nb", b"a\nb\n"),
    "last newline lost": (b"a\nb\n", b"a\nb"),
    "mixed newlines": (b"a\r\nb\nc\rd\ne\r\n", b"a\r\nb\nC\rd\ne\r\n"),
    "lone carriage returns": (b"a\rb\rc", b"a\rB\rc"),
    "form feed and separators": ("a\x0cb\u2028c\x85d\nx\n".encode(), "a\x0cB\u2028c\x85d\nx\n".encode()),
    "from nothing": (b"", b"a\n"),
    "to nothing": (b"a\n", b""),
    "far apart": (
        b"".join(b"%d\n" % number for number in range(100)),
        b"".join(b"%d\n" % (number if number % 40 else -number - 1) for number in range(100)),
    ),
    "trailing blanks": (b"a  \n\t\nb\n", b"a  \n\t\nc \t\n"),
    "looks like a header": (b"-- a/x\n++ b/x\n@@ -1 +1 @@\n", b"-- a/y\n++ b/y\n@@ -1 +1 @@\n"),
}
NAMES = (
    b"x.py",
    b"dir/sub/x.py",
    b"with space.py",
    b"tab\tname.py",
    b'quo"te.py',
    b"back\\slash.py",
    b"new\nline.py",
    b"bell\x07 esc\x1b[31m.py",
    "é ünïcode.py".encode(),
    b"latin-\xe9.py",
    b"a/b/a/x.py",
    b" lead.py",
    b"trail ",
)


def result(path: str, before: bytes, after: bytes) -> FileResult:
    return FileResult(path, revision=Revision.of(before, after))


def apply(tree: Path, data: bytes, *command: str) -> None:
    done = subprocess.run(command, cwd=tree, input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace") + data.decode(errors="replace")


def lay(tree: Path, files: dict[bytes, tuple[bytes, bytes]]) -> bytes:
    """Writes the contents before, and returns the patch for all of them."""
    for name, (before, _) in files.items():
        path = os.path.join(os.fsencode(tree), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(before)
    return b"".join(patch(result(os.fsdecode(name), *contents)) for name, contents in files.items())


def check(tree: Path, files: dict[bytes, tuple[bytes, bytes]]) -> None:
    for name, (_, after) in files.items():
        with open(os.path.join(os.fsencode(tree), name), "rb") as file:
            assert file.read() == after, name


@pytest.mark.parametrize("contents", CONTENTS.values(), ids=CONTENTS)
def test_git_apply_gives_the_same_bytes(tmp_path: Path, contents: tuple[bytes, bytes]) -> None:
    data = lay(tmp_path, {b"x.py": contents})
    apply(tmp_path, data, "git", "apply")
    check(tmp_path, {b"x.py": contents})


@pytest.mark.skipif(shutil.which("patch") is None, reason="no patch program")
@pytest.mark.parametrize("contents", CONTENTS.values(), ids=CONTENTS)
def test_patch_gives_the_same_bytes(tmp_path: Path, contents: tuple[bytes, bytes]) -> None:
    data = lay(tmp_path, {b"x.py": contents})
    apply(tmp_path, data, "patch", "-p1", "--binary", "--silent")
    if contents[1]:  # patch removes a file that became empty
        check(tmp_path, {b"x.py": contents})


def test_git_apply_finds_every_name(tmp_path: Path) -> None:
    files = dict.fromkeys(NAMES, CONTENTS["lf"])
    apply(tmp_path, lay(tmp_path, files), "git", "apply")
    check(tmp_path, files)


def test_git_apply_below_the_top_of_a_repository(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    tree = tmp_path / "below"
    tree.mkdir()
    files = {b"x.py": CONTENTS["crlf"], b"deep/y.py": CONTENTS["lf"]}
    apply(tree, lay(tree, files), "git", "apply")
    check(tree, files)


def test_git_apply_takes_random_changes(tmp_path: Path) -> None:
    """Few distinct lines, many blanks: what makes a diff hard. 300 files in one patch."""
    dice = random.Random(20)
    alphabet = (b"\n", b"\r\n", b"a\n", b"b\n", b"\xff\n", b"x\ry\n")

    def content() -> list[bytes]:
        return dice.choices(alphabet, k=dice.randrange(1, 60))

    files: dict[bytes, tuple[bytes, bytes]] = {}
    for number in range(300):
        old = content()
        new = list(old)
        for _ in range(dice.randrange(1, 6)):
            at = dice.randrange(len(new) + 1)
            new[at : at + dice.randrange(4)] = dice.choices(alphabet, k=dice.randrange(4))
        tail = dice.choice((b"", b"tail"))
        files[b"f%d.py" % number] = (b"".join(old) + tail, b"".join(new) + dice.choice((b"", tail)))
    apply(tmp_path, lay(tmp_path, files), "git", "apply")
    check(tmp_path, files)


LINES = st.lists(st.sampled_from([b"\n", b"a\n", b"b\r\n", b"c\n", b"\x80\n"]), max_size=30)
TAIL = st.sampled_from([b"", b"a", b"\r"])


@given(LINES, TAIL, LINES, TAIL, st.integers(0, 4))
def test_hunks_hold_both_sides(old: list[bytes], old_tail: bytes, new: list[bytes], new_tail: bytes, rim: int) -> None:
    before, after = b"".join(old) + old_tail, b"".join(new) + new_tail
    old_lines, made = split(before), []
    at = 0
    for hunk in hunks(before, after, rim):
        start = hunk.old_start - (hunk.old_count > 0)
        made += old_lines[at:start]
        assert len(made) == hunk.new_start - (hunk.new_count > 0)
        assert [line.data for line in hunk.lines if line.sign != "+"] == old_lines[start : start + hunk.old_count]
        assert sum(line.sign != "-" for line in hunk.lines) == hunk.new_count
        assert hunk.lines[0].sign != " " or rim
        for line in hunk.lines:
            assert line.sign == "+" or old_lines[line.old - 1] == line.data
            assert line.sign == "-" or split(after)[line.new - 1] == line.data
        made += [line.data for line in hunk.lines if line.sign != "-"]
        at = start + hunk.old_count
    assert b"".join(made + old_lines[at:]) == after


def test_a_change_stays_small() -> None:
    """A line changed in each of 50 places is shown as such, and soon, though a fifth of the lines is blank."""
    dice = random.Random(1)
    old = [b"\n" if number % 5 == 0 else b"x = %d\n" % dice.randrange(8000) for number in range(20_000)]
    new = list(old)
    for number in range(0, len(old), 400):
        new[number] = b"changed\n"
    started = time.process_time()
    found = list(hunks(b"".join(old), b"".join(new)))
    assert time.process_time() - started < 2
    assert len(found) == 50
    assert all(sum(line.sign == "+" for line in hunk.lines) == 1 for hunk in found)


def test_a_thousand_changes_between_equal_lines_stay_apart() -> None:
    """With no line that is unique on both sides, one change a step would be looked for among all."""
    old = [b"w = old()\n", b"x = 1\n", b"y = 2\n"] * 1000
    new = [line.replace(b"old", b"new%d" % number) for number, line in enumerate(old)]
    new = [piece for line in new for piece in ((b"# two\n", line) if b"new3" in line else (line,))]
    started = time.process_time()
    found = list(hunks(b"".join(old), b"".join(new), context=0))
    assert time.process_time() - started < 2
    assert len(found) == 1000
    assert sum(hunk.old_count for hunk in found) == 1000
    assert sum(hunk.new_count for hunk in found) == len(new) - 2000


@given(st.lists(st.sampled_from([b"\n", b"a\n", b"b\n"]), max_size=30), st.lists(st.sampled_from([b"\n", b"a\n"])))
def test_what_is_hard_gives_both_sides_too(old: list[bytes], new: list[bytes]) -> None:
    made, at = [], 0
    for start, end, first, last in _nearest(old, new):
        made += [*old[at:start], *new[first:last]]
        at = end
    assert [*made, *old[at:]] == new


def test_nothing_changed_is_an_empty_patch() -> None:
    assert patch(result("x.py", b"a\n", b"a\n")) == b""
    assert patch(FileResult("x.py")) == b""


def test_an_absolute_path_becomes_relative_to_the_root() -> None:
    assert relative("/srv/x.py") == "srv/x.py"
    assert patch(result("/srv/x.py", b"a\n", b"b\n")).startswith(
        b"--- a/srv/x.py\n+++ b/srv/x.py\n@@ -1 +1 @@\n-a\n+b\n"
    )


@pytest.mark.parametrize("name", NAMES)
def test_quoting_is_gits_own(tmp_path: Path, name: bytes) -> None:
    lay(tmp_path, {name: (b"", b"")})
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    listed = subprocess.run(["git", "ls-files", "-o"], cwd=tmp_path, capture_output=True, check=True).stdout
    assert listed == quote(name) + b"\n"


def test_many_gaps_share_the_patience_of_one() -> None:
    """Each gap would be borne alone; the last of many is not."""
    gap = [b"a\n"] * 200
    patience = diff._Patience()
    assert patience.bears(gap, gap)
    assert not all(patience.bears(gap, gap) for _ in range(10))


def test_one_change_in_a_long_file_splits_what_is_around_it_alone() -> None:
    before = b"x\n" * 100_000 + b"old\n" + b"x\n" * 100_000
    after = before.replace(b"old", b"new")
    tracemalloc.start()
    (hunk,) = hunks(before, after)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert hunk.header == "@@ -99998,7 +99998,7 @@"
    assert [line.old for line in hunk.lines][:3] == [99_998, 99_999, 100_000]
    assert peak < 5 * len(before)  # a line of its own takes twenty times as much
