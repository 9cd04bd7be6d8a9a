"""Copies of trees: what is in them, what stands in for big data, and that they go away."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from codemods.tensorflow.verify import scripts, trees
from codemods.tensorflow.verify.scripts import ScriptError, locate
from codemods.tensorflow.verify.trees import TreeError, checked_out, copied


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "project"
    (root / "pkg/.git").mkdir(parents=True)
    (root / "pkg/__pycache__").mkdir()
    (root / "pkg/a.py").write_text("a")
    (root / "pkg/.git/config").write_text("secret")
    (root / "relative").symlink_to("pkg/a.py")
    (root / "absolute").symlink_to(root / "pkg")
    (root / "broken").symlink_to("nowhere")
    (root.parent / "other").mkdir()
    (root / "outside").symlink_to(root.parent / "other")
    (root / "run.sh").write_text("x")
    (root / "run.sh").chmod(0o755)
    return root


def test_a_copy_has_the_files_links_and_modes(root):
    with copied(root, {"pkg/a.py": b"new", "pkg/sub/b.py": b"b"}) as tree:
        assert (tree / "pkg/a.py").read_bytes() == b"new"
        assert (tree / "relative").read_bytes() == b"new"
        assert os.readlink(tree / "absolute") == str(tree / "pkg")
        assert os.readlink(tree / "outside") == str(root.parent / "other")
        assert (tree / "pkg/sub/b.py").read_bytes() == b"b"
        assert (tree / "broken").is_symlink()
        assert (tree / "run.sh").stat().st_mode & 0o777 == 0o755
        assert sorted(path.name for path in (tree / "pkg").iterdir()) == ["a.py", "sub"]
        assert tree.name == "project"
    assert not tree.parent.exists()
    assert (root / "pkg/a.py").read_text() == "a"


def test_big_files_and_too_many_are_linked_to(root, monkeypatch):
    monkeypatch.setattr(trees, "_LINKED", 1000)
    monkeypatch.setattr(trees, "_BUDGET", 500)
    (root / "big.npy").write_bytes(b"x" * 1000)
    (root / "data").mkdir()
    for number in range(4):
        (root / f"data/{number}.txt").write_bytes(b"x" * 200)
        (root / f"data/{number}.py").write_bytes(b"x" * 200)
    with copied(root, {}) as tree:
        assert os.readlink(tree / "big.npy") == str(root / "big.npy")
        assert not any(path.is_symlink() for path in (tree / "data").glob("*.py"))
        assert any(path.is_symlink() for path in (tree / "data").glob("*.txt"))


def test_a_link_in_the_place_of_a_file_is_replaced_and_not_followed(root, monkeypatch):
    monkeypatch.setattr(trees, "_LINKED", 1)
    with copied(root, {"pkg/a.py": b"new"}) as tree:
        assert (tree / "pkg/a.py").read_bytes() == b"new"
    assert (root / "pkg/a.py").read_text() == "a"
    with copied(root, {"absolute/a.py": b"new"}) as tree:
        assert (tree / "pkg/a.py").read_bytes() == b"new"
    with pytest.raises(TreeError, match="leads out of project"), copied(root, {"outside/a.py": b"new"}):
        pass
    assert (root / "pkg/a.py").read_text() == "a"
    assert not list((root.parent / "other").iterdir())


def test_removing_a_copy_changes_nothing_around_it(root, monkeypatch):
    around = root.parent / "temporary"
    around.mkdir(mode=0o755)
    monkeypatch.setattr(trees.tempfile, "tempdir", str(around))
    with copied(root, {}) as tree:
        trees.shutil.rmtree(tree.parent)  # as a program may do
    with copied(root, {}) as tree:
        (tree / "pkg").chmod(0)
        tree.chmod(0)
    assert not list(around.iterdir())
    assert around.stat().st_mode & 0o777 == 0o755


def test_a_copy_within_its_own_tree_does_not_hold_itself(root, monkeypatch):
    monkeypatch.setattr(trees.tempfile, "tempdir", str(root / "pkg"))
    with copied(root, {}) as tree:
        assert sorted(path.name for path in (tree / "pkg").iterdir()) == ["a.py"]


def test_sockets_and_fifos_are_left_out(root):
    os.mkfifo(root / "fifo")
    with socket.socket(socket.AF_UNIX) as server:
        directory = os.getcwd()
        os.chdir(root)
        server.bind("socket")
        os.chdir(directory)
        with copied(root, {}) as tree:
            assert not (tree / "fifo").exists()
            assert not (tree / "socket").exists()


def test_what_is_no_repository_has_no_revisions(root):
    with pytest.raises(TreeError, match="HEAD cannot be checked out"), checked_out(root, "HEAD"):
        pass


def test_a_script_belongs_to_its_repository(tmp_path, monkeypatch):
    (tmp_path / "repo/.git").mkdir(parents=True)
    (tmp_path / "repo/src").mkdir()
    script = tmp_path / "repo/src/train.py"
    script.write_text("")
    monkeypatch.chdir(tmp_path / "repo/src")
    assert locate("train.py") == scripts.Script(tmp_path / "repo", "src/train.py", "src")
    monkeypatch.chdir(tmp_path)
    assert locate(str(script)) == scripts.Script(tmp_path / "repo", "src/train.py", ".")
    assert locate(str(script), tmp_path) == scripts.Script(tmp_path, "repo/src/train.py", ".")
    with pytest.raises(ScriptError, match="does not lie below"):
        locate(str(script), Path("/usr"))
