"""Applying: what is written, what a file keeps, what is refused, and what a failure leaves."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from migrate import journal, writer
from migrate.disk import atomic, store
from migrate.disk.record import State
from migrate.model import FileResult, Revision

OLD, NEW = b"x = 1\r\n", b"x = 2  # longer than before\r\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    (root / "src").mkdir(parents=True)
    (root / "pyproject.toml").touch()
    monkeypatch.chdir(root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return root


def source(path: Path, data: bytes = OLD) -> Path:
    path.write_bytes(data)
    return path


def result(path: Path | str, before: bytes = OLD, after: bytes = NEW) -> FileResult:
    return FileResult(str(path), revision=Revision.of(before, after))


def causes(written: writer.Written) -> dict[str, str]:
    return {one.path: one.failure.cause for one in written.failures if one.failure}


def litter(root: Path) -> list[Path]:
    return list(root.rglob(".migrate-*"))


def test_writes_what_changed_and_keeps_the_journal_out_of_git(project: Path) -> None:
    source(project / "src/a.py")
    untouched = FileResult("src/b.py", revision=Revision.of(OLD, OLD))
    written = writer.apply([result("src/a.py"), untouched], str(project))
    assert (written.run, written.written, written.failures) == ("1", ("src/a.py",), ())
    assert (project / "src/a.py").read_bytes() == NEW
    assert (project / ".migrate_cache/.gitignore").read_text() == "*\n"
    assert litter(project) == []


def test_nothing_to_write_makes_no_journal(project: Path) -> None:
    assert writer.apply([FileResult("src/a.py", revision=Revision.of(OLD, OLD))], str(project)) == writer.Written(None)
    assert not (project / ".migrate_cache").exists()


def test_keeps_mode_owner_and_attributes(project: Path) -> None:
    path = source(project / "src/a.py")
    path.chmod(0o754)
    attributes = {"user.note": b"\0kept"} if hasattr(os, "setxattr") else {}
    for name, value in attributes.items():
        os.setxattr(path, name, value)
    if os.geteuid() == 0:
        os.chown(path, 1234, 2345)
    status = path.stat()
    writer.apply([result(path)], str(project))
    now = path.stat()
    assert path.read_bytes() == NEW
    assert (now.st_mode, now.st_uid, now.st_gid) == (status.st_mode, status.st_uid, status.st_gid)
    assert {name: os.getxattr(path, name) for name in attributes} == attributes


def test_keeps_an_access_list(project: Path) -> None:
    path = source(project / "src/a.py")
    # version 2; user::rw-, user 4242:r--, group::r--, mask::r--, other::---
    entries = [(1, 6, 0xFFFFFFFF), (2, 4, 4242), (4, 4, 0xFFFFFFFF), (16, 4, 0xFFFFFFFF), (32, 0, 0xFFFFFFFF)]
    acl = (2).to_bytes(4, "little") + b"".join(
        tag.to_bytes(2, "little") + bits.to_bytes(2, "little") + who.to_bytes(4, "little") for tag, bits, who in entries
    )
    try:
        os.setxattr(path, "system.posix_acl_access", acl)
    except (AttributeError, OSError):
        pytest.skip("no access lists here")
    mode = path.stat().st_mode
    writer.apply([result(path)], str(project))
    assert os.getxattr(path, "system.posix_acl_access") == acl
    assert path.stat().st_mode == mode


def test_follows_symbolic_links_and_keeps_them(project: Path) -> None:
    source(project / "src/real.py")
    (project / "folder").symlink_to("src")
    (project / "link.py").symlink_to("folder/real.py")
    assert writer.apply([result("link.py")], str(project)).written == ("link.py",)
    assert os.readlink(project / "link.py") == "folder/real.py"
    assert (project / "src/real.py").read_bytes() == NEW


def test_refuses_what_a_link_leads_out_to(project: Path, tmp_path: Path) -> None:
    outside = source(tmp_path / "outside.py")
    (project / "link.py").symlink_to(outside)
    assert "outside" in causes(writer.apply([result("link.py")], str(project)))["link.py"]
    assert outside.read_bytes() == OLD


@pytest.mark.parametrize("inside", [".git/config.py", ".migrate_cache/x.py", "src/.GIT/x.py"])
def test_refuses_what_belongs_to_other_tools(project: Path, inside: str) -> None:
    (project / inside).parent.mkdir()
    source(project / inside)
    assert "another tool" in causes(writer.apply([result(inside)], str(project)))[inside]


def test_keeps_hard_links_within_the_project(project: Path) -> None:
    source(project / "src/a.py")
    (project / "b").mkdir()
    os.link(project / "src/a.py", project / "b/a.py")
    assert writer.apply([result("src/a.py")], str(project)).written == ("src/a.py",)
    assert (project / "b/a.py").read_bytes() == NEW
    assert (project / "b/a.py").samefile(project / "src/a.py")
    assert (project / "b/a.py").stat().st_nlink == 2


def test_keeps_hard_links_that_lead_out_of_the_project(project: Path, tmp_path: Path) -> None:
    source(project / "src/a.py")
    os.link(project / "src/a.py", tmp_path / "other.py")
    inode = (tmp_path / "other.py").stat().st_ino
    writer.apply([result("src/a.py")], str(project))
    assert (tmp_path / "other.py").read_bytes() == NEW
    assert (project / "src/a.py").stat().st_ino == inode
    assert journal.undo(str(project)).restored == ("src/a.py",)
    assert (tmp_path / "other.py").read_bytes() == OLD


def test_one_file_under_several_paths_is_written_once(project: Path) -> None:
    source(project / "src/a.py")
    os.link(project / "src/a.py", project / "src/b.py")
    (project / "c.py").symlink_to("src/a.py")
    paths = ("src/a.py", "./src/a.py", str(project / "src/a.py"), "src/b.py", "c.py")
    written = writer.apply([result(path) for path in paths], str(project))
    assert (written.written, written.failures) == (paths, ())
    assert len(journal.runs(str(project))[0].paths) == 1


def test_one_file_rewritten_in_two_ways_is_refused(project: Path) -> None:
    source(project / "src/a.py")
    (project / "c.py").symlink_to("src/a.py")
    written = writer.apply([result("src/a.py"), result("c.py", after=b"other\n")], str(project))
    assert written.written == ("src/a.py",)
    assert "same file as src/a.py" in causes(written)["c.py"]


def test_a_file_changed_meanwhile_is_refused_and_the_others_written(project: Path) -> None:
    source(project / "src/a.py", b"somebody else's\n")
    source(project / "src/b.py")
    written = writer.apply([result("src/a.py"), result("src/b.py"), result("src/gone.py")], str(project))
    assert written.written == ("src/b.py",)
    assert causes(written) == {
        "src/a.py": "changed while migrate was running; run it again",
        "src/gone.py": "could not be read again: No such file or directory",
    }
    assert (project / "src/a.py").read_bytes() == b"somebody else's\n"


def test_a_file_changed_between_check_and_swap_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source(project / "src/a.py")
    source(project / "src/b.py")
    stage = atomic.stage

    def stage_then_edit(root: str, relative: str, temporary: str, data: bytes, mode: int | None = None) -> None:
        stage(root, relative, temporary, data, mode)
        if relative == "src/a.py":
            source(project / relative, b"edited\n")

    monkeypatch.setattr(atomic, "stage", stage_then_edit)
    written = writer.apply([result("src/a.py"), result("src/b.py")], str(project))
    assert (written.written, list(causes(written))) == (("src/b.py",), ["src/a.py"])
    assert (project / "src/a.py").read_bytes() == b"edited\n"
    assert litter(project) == []
    assert journal.undo(str(project)).restored == ("src/b.py",)


def test_a_file_with_its_new_bytes_is_no_failure(project: Path) -> None:
    source(project / "src/a.py", NEW)
    written = writer.apply([result("src/a.py")], str(project))
    assert (written.run, written.already, written.failures) == (None, ("src/a.py",), ())
    assert journal.runs(str(project)) == ()


def test_a_parent_swapped_for_a_link_leads_nowhere(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source(project / "src/a.py")
    (tmp_path / "evil").mkdir()
    outside = source(tmp_path / "evil/a.py")
    locate = atomic.locate

    def locate_then_swap(path: str, root: str) -> str:
        relative = locate(path, root)
        (project / "src").rename(project / "moved")
        (project / "src").symlink_to(tmp_path / "evil")
        return relative

    monkeypatch.setattr(atomic, "locate", locate_then_swap)
    written = writer.apply([result("src/a.py")], str(project))
    assert written.written == ()
    assert list(causes(written)) == ["src/a.py"]
    assert outside.read_bytes() == OLD
    assert os.listdir(tmp_path / "evil") == ["a.py"]


def test_a_read_only_file_is_refused_and_the_others_written(project: Path) -> None:
    source(project / "src/a.py").chmod(0o444)
    source(project / "src/b.py")
    written = writer.apply([result("src/a.py"), result("src/b.py")], str(project))
    assert (written.written, causes(written)) == (("src/b.py",), {"src/a.py": "is read-only"})


@pytest.mark.parametrize("make", ["folder", "fifo"])
def test_what_is_no_regular_file_is_refused(project: Path, make: str) -> None:
    (project / "src/a.py").mkdir() if make == "folder" else os.mkfifo(project / "src/a.py")
    assert list(causes(writer.apply([result("src/a.py")], str(project)))) == ["src/a.py"]


def test_a_full_disk_while_staging_writes_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abc":
        source(project / f"src/{name}.py")
    stage = atomic.stage

    def fill(root: str, relative: str, temporary: str, data: bytes, mode: int | None = None) -> None:
        if relative == "src/c.py":
            raise OSError(errno.ENOSPC, "No space left on device")
        stage(root, relative, temporary, data, mode)

    monkeypatch.setattr(atomic, "stage", fill)
    written = writer.apply([result(f"src/{name}.py") for name in "abc"], str(project))
    assert (written.run, written.written, len(written.failures)) == (None, (), 3)
    assert "No space left on device; no file of this run was" in causes(written)["src/a.py"]
    assert {(project / f"src/{name}.py").read_bytes() for name in "abc"} == {OLD}
    assert litter(project) == []


def test_an_interrupt_between_two_swaps_rolls_back(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source(project / "src/a.py")
    source(project / "src/b.py")
    swap = atomic.swap

    def interrupt(root: str, relative: str, temporary: str, links: tuple[str, ...] = ()) -> None:
        if relative == "src/b.py" and not temporary.startswith("done"):
            monkeypatch.setattr(atomic, "swap", swap)
            raise KeyboardInterrupt
        swap(root, relative, temporary, links)

    monkeypatch.setattr(atomic, "swap", interrupt)
    with pytest.raises(KeyboardInterrupt):
        writer.apply([result("src/a.py"), result("src/b.py")], str(project))
    assert {(project / f"src/{name}.py").read_bytes() for name in "ab"} == {OLD}
    assert litter(project) == []
    assert [run.state for run in journal.runs(str(project))] == [State.UNDONE]


def test_two_runs_at_once_do_not_interleave(project: Path) -> None:
    source(project / "src/a.py")
    with store.locked(str(project), 0.0):
        with pytest.raises(writer.BusyError, match=f"process {os.getpid()}"):
            writer.apply([result("src/a.py")], str(project), wait=0.1)
        assert (project / "src/a.py").read_bytes() == OLD
    assert writer.apply([result("src/a.py")], str(project), wait=0.0).written == ("src/a.py",)


def test_a_second_run_waits_for_the_first(project: Path) -> None:
    source(project / "src/a.py")
    hold = (
        "import sys, time; from migrate.disk import store\n"
        "with store.locked(sys.argv[1], 0.0): print('held', flush=True); time.sleep(0.4)"
    )
    with subprocess.Popen([sys.executable, "-c", hold, str(project)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        start = time.monotonic()
        assert writer.apply([result("src/a.py")], str(project)).written == ("src/a.py",)
        assert time.monotonic() - start > 0.1


def test_without_a_writable_root_the_journal_goes_to_the_users_cache(project: Path, tmp_path: Path) -> None:
    (project / ".migrate_cache").write_text("not a directory")
    source(project / "src/a.py")
    assert writer.apply([result("src/a.py")], str(project)).run == "1"
    assert list((tmp_path / "cache/migrate").iterdir())
    assert journal.undo(str(project)).restored == ("src/a.py",)


def test_a_relative_cache_is_no_cache(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "somewhere")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (project / ".migrate_cache").write_text("not a directory")
    source(project / "src/a.py")
    assert writer.apply([result("src/a.py")], str(project)).run == "1"
    assert not (project / "somewhere").exists()
    monkeypatch.chdir(tmp_path)
    assert journal.undo(str(project)).restored == ("project/src/a.py",)


def test_without_any_place_for_the_journal_nothing_is_written(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", "no/home")
    (project / ".migrate_cache").write_text("not a directory")
    path = source(project / "src/a.py")
    with pytest.raises(journal.JournalError, match="no place for the journal"):
        writer.apply([result("src/a.py")], str(project))
    assert path.read_bytes() == OLD
    assert not (project / "no").exists()


def test_a_cache_directory_that_is_a_link_is_not_used(project: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (project / ".migrate_cache").symlink_to(tmp_path / "elsewhere")
    source(project / "src/a.py")
    assert writer.apply([result("src/a.py")], str(project)).written == ("src/a.py",)
    assert os.listdir(tmp_path / "elsewhere") == []


def test_old_runs_are_forgotten(project: Path) -> None:
    path = source(project / "src/a.py", b"0")
    for number in range(25):
        writer.apply([result(path, b"%d" % number, b"%d" % (number + 1))], str(project))
    assert [run.id for run in journal.runs(str(project))] == [str(number) for number in range(25, 5, -1)]
    assert len(os.listdir(project / ".migrate_cache/runs")) == 20


def test_project_root(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source(project / "src/a.py")
    assert writer.project_root(["src/a.py"]) == writer.project_root([]) == str(project)
    assert writer.project_root([str(project / "src")]) == str(project)
    (project / "src/pyproject.toml").touch()
    assert writer.project_root(["src/a.py"]) == str(project / "src")
    (project / ".git").mkdir()
    assert writer.project_root(["src/a.py"]) == str(project)  # one journal for all packages of a repository
    (project / ".git").rmdir()
    (project / "src/pyproject.toml").unlink()
    (project / "pyproject.toml").unlink()
    (tmp_path / "other").mkdir()
    assert writer.project_root(["src/a.py"]) == str(project)  # here
    assert writer.project_root(["src", str(tmp_path / "other")]) == str(tmp_path)
    assert writer.project_root([str(tmp_path / "other")]) == str(tmp_path / "other")


def test_mode_bits_beyond_the_permissions_stay(project: Path) -> None:
    path = source(project / "src/a.py")
    path.chmod(0o2755)
    writer.apply([result(path)], str(project))
    assert stat.S_IMODE(path.stat().st_mode) == 0o2755


def test_says_which_files_had_uncommitted_changes(project: Path) -> None:
    def git(*arguments: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, *arguments], cwd=project, check=True, capture_output=True)

    git("init")
    for name in ("clean", "odd é\n", "dirty"):
        source(project / f"src/{name}.py")
    git("add", ".")
    git("commit", "-m", "all")
    for name in ("odd é\n", "dirty"):
        source(project / f"src/{name}.py", b"y = 1\n")
    paths = ("src/clean.py", "src/odd é\n.py", "src/dirty.py")
    befores = (OLD, b"y = 1\n", b"y = 1\n")
    written = writer.apply([result(path, before) for path, before in zip(paths, befores, strict=True)], str(project))
    assert (written.written, written.mixed) == (paths, paths[1:])
