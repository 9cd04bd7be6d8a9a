"""Names, links and permissions that trees really have, and that people make up to do harm."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from migrate import journal, registry, runner, settings, writer
from migrate.model import FileResult, Revision

OLD, NEW = b"x = 1\n", b"x = 22\n"
NAMES = [
    "with space.py",
    "new\nline.py",
    "[bracket].py",
    "[red]markup[/red].py",
    "*?.py",
    "-n.py",
    "$(touch evil).py",
    "quote'\".py",
    "back\\slash.py",
    "\x1b[31mescape.py",
    os.fsdecode(b"latin-\xe9.py"),
    "ünïcödé.py",
    "u\u0308.py",  # not composed
    "tab\t.py",
    ".hidden.py",
    "a" * 252 + ".py",
]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").touch()
    monkeypatch.chdir(root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return root


def result(path: str) -> FileResult:
    return FileResult(path, revision=Revision.of(OLD, NEW))


def causes(written: writer.Written) -> dict[str, str]:
    return {one.path: one.failure.cause for one in written.failures if one.failure}


def test_odd_names_are_written_and_undone(project: Path) -> None:
    (project / "[red]markup[").mkdir()
    for name in NAMES:
        (project / name).write_bytes(OLD)
    before = sorted(os.listdir(project))
    written = writer.apply([result(name) for name in NAMES], str(project))
    assert (written.written, written.failures) == (tuple(NAMES), ())
    assert {(project / name).read_bytes() for name in NAMES} == {NEW}
    assert journal.runs(str(project))[0].paths == tuple(NAMES)
    assert journal.undo(str(project)).restored == tuple(NAMES)
    assert {(project / name).read_bytes() for name in NAMES} == {OLD}
    assert sorted(os.listdir(project)) == sorted([*before, ".migrate_cache"])


def test_an_odd_directory_and_an_odd_root(tmp_path: Path) -> None:
    root = tmp_path / os.fsdecode(b"odd \xff\n[root]")
    (root / "in\nner").mkdir(parents=True)
    (root / "in\nner/a.py").write_bytes(OLD)
    path = str(root / "in\nner/a.py")
    assert writer.apply([result(path)], str(root)).written == (path,)
    assert journal.undo(str(root)).restored == (path,)


def test_names_that_differ_in_case_only(project: Path) -> None:
    (project / "a.py").write_bytes(OLD)
    (project / "A.py").write_bytes(OLD)
    written = writer.apply([result("a.py"), result("A.py")], str(project))
    assert written.written == ("a.py", "A.py")
    assert (project / "a.py").read_bytes() == (project / "A.py").read_bytes() == NEW
    distinct = not (project / "a.py").samefile(project / "A.py")
    assert len(journal.runs(str(project))[0].paths) == 1 + distinct


def test_link_loops_and_dead_links(project: Path) -> None:
    (project / "loop.py").symlink_to("loop.py")
    (project / "one").symlink_to("two")
    (project / "two").symlink_to("one")
    (project / "dead.py").symlink_to("nowhere.py")
    (project / "good.py").write_bytes(OLD)
    paths = ["loop.py", "one/a.py", "dead.py", "good.py"]
    written = writer.apply([result(path) for path in paths], str(project))
    assert written.written == ("good.py",)
    assert set(causes(written)) == set(paths[:3])
    assert not (project / "nowhere.py").exists()


def test_a_link_to_a_folder_above_does_not_end_the_search_for_hard_links(project: Path) -> None:
    (project / "sub").mkdir()
    (project / "sub/up").symlink_to("..")
    (project / "a.py").write_bytes(OLD)
    os.link(project / "a.py", project / "sub/b.py")
    assert writer.apply([result("sub/up/a.py")], str(project)).written == ("sub/up/a.py",)
    assert (project / "sub/b.py").read_bytes() == NEW
    assert (project / "sub/b.py").samefile(project / "a.py")


def test_an_immutable_file_fails_alone(project: Path) -> None:
    (project / "a.py").write_bytes(OLD)
    (project / "b.py").write_bytes(OLD)
    if subprocess.run(["chattr", "+i", "a.py"], capture_output=True, check=False).returncode:
        pytest.skip("no immutable files here")
    try:
        written = writer.apply([result("a.py"), result("b.py")], str(project))
    finally:
        subprocess.run(["chattr", "-i", "a.py"], check=True)
    assert (written.written, causes(written)) == (("b.py",), {"a.py": "is read-only"})


AS_ANOTHER = """
import os, sys
os.chdir(sys.argv[1])
from migrate import writer
from migrate.model import FileResult, Revision
os.setgid(65534); os.setgroups([]); os.setuid(65534)
results = [FileResult(path, revision=Revision.of(b"x = 1\\n", b"x = 22\\n")) for path in sys.argv[2:]]
written = writer.apply(results, sys.argv[1])
print(written.written, {one.path: one.failure.cause for one in written.failures})
"""


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A project that an ordinary user can reach."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only the superuser can become somebody else")
    root = tmp_path / "project"
    for folder in (root, *root.parents):
        if folder.owner() == "root" and folder.stat().st_mode & 0o005 != 0o005:
            folder.chmod(folder.stat().st_mode | 0o055)
    return root


def as_another(root: Path, *paths: str) -> str:
    command = [sys.executable, "-c", AS_ANOTHER, str(root), *paths]
    place = {"XDG_CACHE_HOME": str(root.parent / "theirs"), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    (root.parent / "theirs").mkdir(exist_ok=True)
    os.chown(root.parent / "theirs", 65534, 65534)
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **place}, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_read_only_directory_fails_alone(shared: Path) -> None:
    for name in ("closed", "open"):
        (shared / name).mkdir()
        (shared / name / "a.py").write_bytes(OLD)
        os.chown(shared / name / "a.py", 65534, 65534)
        os.chown(shared / name, 65534, 65534)
    (shared / "closed").chmod(0o555)
    told = as_another(shared, "closed/a.py", "open/a.py")
    assert "('open/a.py',)" in told
    assert "{'closed/a.py': 'stands in a read-only directory'}" in told
    assert (shared / "closed/a.py").read_bytes() == OLD
    assert not (shared / ".migrate_cache").exists()  # the root is not theirs: the journal is in their own cache
    assert list((shared.parent / "theirs/migrate").iterdir())


def test_an_unreadable_file_fails_alone(shared: Path) -> None:
    (shared / "a.py").write_bytes(OLD)
    (shared / "a.py").chmod(0o600)
    assert "could not be read again: Permission denied" in as_another(shared, "a.py")


def test_somebody_elses_file_keeps_its_owner(shared: Path) -> None:
    shared.chmod(0o777)
    (shared / "a.py").write_bytes(OLD)
    (shared / "a.py").chmod(0o666)
    inode = (shared / "a.py").stat().st_ino
    assert "('a.py',) {}" in as_another(shared, "a.py")
    assert (shared / "a.py").read_bytes() == NEW
    assert (shared / "a.py").stat().st_uid == 0
    assert (shared / "a.py").stat().st_ino == inode


def test_a_file_that_vanishes_and_a_folder_in_its_place(project: Path) -> None:
    (project / "b.py").mkdir()
    (project / "c.py").write_bytes(OLD)
    written = writer.apply([result("a.py"), result("b.py"), result("c.py")], str(project))
    assert written.written == ("c.py",)
    assert causes(written) == {
        "a.py": "could not be read again: No such file or directory",
        "b.py": "is no regular file",
    }


WIDE = "import tensorflow as tf\nw = tf.Variable(1.0, name='w')\n"


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("name", ["a.py", "a.ipynb"])
def test_wide_encodings_are_refused_and_not_passed_over(project: Path, encoding: str, mark: str, name: str) -> None:
    (project / name).write_bytes((mark + WIDE).encode(encoding))
    (project / "other.py").write_bytes((mark + "x = 1\n").encode(encoding))
    report = runner.run(settings.load(registry.load(), {"jobs": 1}), ["."])
    assert [one.path for one in report.failures] == [name]
    failure = report.failures[0].failure
    assert failure is not None
    assert (failure.cause.partition(",")[0].startswith("is UTF-"), failure.line) == (True, 1)
