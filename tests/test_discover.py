"""Which sources a search finds: git, `.gitignore`, excludes, links, and everything on a disk that is not a source."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import shell
import toys  # noqa: F401 - the registry below loads it

from migrate import discover, registry, settings
from migrate.discover import Found, PathError
from migrate.model import Failure
from migrate.paths import recent


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def tree(*names: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("old()\n")


def find(*paths: str | Path, **given: Any) -> Found:
    return discover.find([str(path) for path in paths], settings.load(registry.of(["toys:TOY"]), given))


def files(*paths: str | Path, **given: Any) -> list[str]:
    return list(find(*paths, **given).files)


@pytest.fixture(params=["git", "no git"])
def repository(request: pytest.FixtureRequest, here: Path) -> bool:
    """The same answers, whether git gives them or the file system."""
    if request.param == "git":
        shell.git(here, "init")
    return request.param == "git"


def test_finds_the_extensions_in_order(repository: bool) -> None:
    tree("b.py", "a/z.pyi", "a/c.pyw", "n.ipynb", "a/x.txt", "a.pyc", "py", "a/.hidden.py")
    assert files(".") == ["a/.hidden.py", "a/c.pyw", "a/z.pyi", "b.py", "n.ipynb"]


def test_skips_what_git_ignores(repository: bool) -> None:
    tree(
        "a.py", "gen/b.py", "keep/gen.py", "keep/c_pb2.py", "keep/d_pb2.py", "deep/er/x.py", "deep/er/y.py", "log/l.py"
    )
    Path(".gitignore").write_text("gen/\n*_pb2.py\n/log\n# x.py\n")
    Path("keep/.gitignore").write_text("!d_pb2.py\n")
    Path("deep/.gitignore").write_text("er/x.py\n")
    assert files(".") == ["a.py", "deep/er/y.py", "keep/d_pb2.py", "keep/gen.py"]
    assert files("deep", "keep") == ["deep/er/y.py", "keep/d_pb2.py", "keep/gen.py"]
    assert len(files(".", respect_gitignore=False)) == 8


def test_what_is_named_is_wanted_although_git_ignores_it(repository: bool) -> None:
    tree("gen/b.py", "gen/build/c.py", "gen/sub/d.py")
    Path(".gitignore").write_text("gen/\n")
    assert files("gen/b.py") == ["gen/b.py"]
    assert files("gen") == ["gen/b.py", "gen/sub/d.py"]


def test_skips_the_usual_folders_unless_they_are_named(repository: bool) -> None:
    tree("a.py", "build/b.py", "src/node_modules/c.py", ".venv/d.py", "build/dist/e.py", "src/build.py")
    assert files(".") == ["a.py", "src/build.py"]
    assert files("build") == ["build/b.py"]
    assert files("build/dist", "build/b.py") == ["build/b.py", "build/dist/e.py"]
    assert files("build", "build/b.py", force_exclude=True) == []
    assert files(".", exclude=["nothing"]) == [
        ".venv/d.py",
        "a.py",
        "build/b.py",
        "build/dist/e.py",
        "src/build.py",
        "src/node_modules/c.py",
    ]


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("b.py", ["a.py", "s/t/c.py"]),
        ("s", ["a.py"]),
        ("t", ["a.py", "s/b.py"]),
        ("s/t", ["a.py", "s/b.py"]),
        ("./s/t/", ["a.py", "s/b.py"]),
        ("[ab].py", ["s/t/c.py"]),
        ("[!a].py", ["a.py"]),
        ("s/*.py", ["a.py", "s/t/c.py"]),
        ("s/**/*.py", ["a.py"]),
        ("**/c.py", ["a.py", "s/b.py"]),
        ("?.py", []),
        ("a.p", ["a.py", "s/b.py", "s/t/c.py"]),
        ("a.py,t", ["s/b.py"]),
    ],
)
def test_globs(pattern: str, left: list[str], repository: bool) -> None:
    tree("a.py", "s/b.py", "s/t/c.py")
    assert files(".", extend_exclude=[pattern]) == left


def test_globs_of_a_file_are_relative_to_it(repository: bool) -> None:
    tree("a.py", "s/a.py", "s/t/a.py", "s/t/b.py")
    Path("s/migrate.toml").write_text('extend-exclude = ["t/a.py"]\n')
    assert files(".") == ["a.py", "s/a.py", "s/t/b.py"]
    assert files(".", isolated=True) == ["a.py", "s/a.py", "s/t/a.py", "s/t/b.py"]


def test_overlapping_paths_are_visited_once(here: Path, repository: bool) -> None:
    tree("s/a.py", "s/t/b.py")
    assert files("s", "s/t", "s/a.py", ".", here / "s", "s/../s") == ["s/a.py", "s/t/b.py"]


def test_paths_outside_are_absolute(here: Path, repository: bool) -> None:
    outside = here.parent / "other"
    tree("a.py", str(outside / "b.py"))
    assert files(".", "../other") == [str(outside / "b.py"), "a.py"]


def test_links(here: Path, repository: bool) -> None:
    tree("s/a.py", str(here.parent / "far.py"))
    os.symlink("a.py", "s/0_link.py")
    os.symlink(here.parent / "far.py", "s/far_link.py")
    os.symlink("nowhere.py", "s/broken.py")
    os.symlink(".", "s/loop")
    os.symlink("s", "linked")
    assert files(".") == ["s/a.py", "s/far_link.py"]
    assert files("linked") == ["s/a.py", "s/far_link.py"]
    assert files("s/0_link.py") == ["s/a.py"]


def test_a_linked_folder_is_spelled_as_it_was_named(here: Path) -> None:
    tree(str(here.parent / "far/a.py"))
    os.symlink(here.parent / "far", "near")
    assert files("near") == ["near/a.py"]


def test_what_looks_like_a_source_and_is_none(repository: bool) -> None:
    tree("a.py", "x.py/b.py")
    os.mkfifo("pipe.py")
    found = find(".")
    assert list(found.files) == ["a.py", "x.py/b.py"]
    assert not found.failures
    assert files("x.py") == ["x.py/b.py"]
    named = find("pipe.py")
    assert [one.failure for one in named.failures] == [Failure("is not a regular file")]


def test_a_missing_path() -> None:
    with pytest.raises(PathError, match=r"^nope: no such file or directory$"):
        find("nope")
    with pytest.raises(PathError):
        find("a\0b")
    tree("a.py")
    with pytest.raises(PathError, match="Not a directory"):
        find("a.py/b")


def test_names_that_are_no_text(here: Path, repository: bool) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    tree(name, "new\nline.py", "sp ace.py", "ünï.py")
    assert sorted(files(".")) == sorted([name, "new\nline.py", "sp ace.py", "ünï.py"])
    assert discover.read(name) == b"old()\n"


def test_a_repository_in_a_repository(here: Path) -> None:
    shell.git(here, "init")
    tree("a.py", "inner/b.py", "inner/gen.py", "module/c.py", "module/gen.py")
    for inner in ("inner", "module"):
        Path(inner, ".gitignore").write_text("gen.py\n")
        shell.git(here / inner, "init")
    shell.git(here / "module", "add", ".")
    shell.git(here / "module", "commit", "-m", "x")
    shell.git(here, "-c", "protocol.file.allow=always", "submodule", "add", "./module", "module")
    assert files(".") == ["a.py", "inner/b.py", "module/c.py"]
    assert files("module", "inner") == ["inner/b.py", "module/c.py"]


def test_repositories_in_a_folder_that_is_none(here: Path) -> None:
    tree("one/a.py", "one/gen.py", "b.py")
    shell.git(here / "one", "init")
    Path("one/.git/info/exclude").write_text("gen.py\n")
    assert files(".") == ["b.py", "one/a.py"]


def test_tracked_files_that_were_deleted(here: Path) -> None:
    shell.git(here, "init")
    tree("a.py", "gone.py")
    shell.git(here, "add", ".")
    Path("gone.py").unlink()
    assert discover.read("gone.py", named=False) is None
    assert isinstance(discover.read("gone.py"), Failure)


def test_a_hook_s_environment_does_not_lead_astray(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.git(here, "init")
    tree("a.py", "gen.py")
    Path(".gitignore").write_text("gen.py\n")
    monkeypatch.setenv("GIT_DIR", str(here / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", "nowhere")
    assert files(".") == ["a.py"]


def test_without_git_the_files_are_read(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.git(here, "init")
    tree("a.py", "gen.py")
    Path(".gitignore").write_text("gen.py\n")
    monkeypatch.setenv("PATH", str(here))
    assert files(".") == ["a.py"]


NOBODY = """
import os
from migrate import discover, registry, settings
wanted = settings.load(registry.of(["toys:TOY"]), {})
os.setuid(65534)
found = discover.find(["."], wanted)
print(list(found.files), [(one.path, one.failure.cause) for one in found.failures])
print(discover.read("locked.py"))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to become somebody who may not read")
def test_what_may_not_be_read(here: Path) -> None:
    tree("a.py", "locked.py", "shut/b.py")
    for folder in (here, *here.parents):
        if folder.stat().st_uid == os.getuid() and folder != folder.parent:
            folder.chmod(folder.stat().st_mode | 0o055)
    os.chmod("locked.py", 0)
    os.chmod("shut", 0)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(shell.HERE), str(shell.HERE.parent)])}
    command = [sys.executable, "-c", NOBODY]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    listed, read = ended.stdout.splitlines()
    assert listed == "['a.py', 'locked.py'] [('shut', 'cannot be read: Permission denied')]"
    assert read == "Failure(cause='cannot be read: Permission denied', line=0)"


def test_a_file_that_lies_elsewhere_is_taken_once_by_whatever_names(here: Path, tmp_path_factory: Any) -> None:
    real = tmp_path_factory.mktemp("elsewhere") / "real"
    real.mkdir()
    for name in ("a.py", "main.py"):
        (real / name).write_text("old()\n")
    link = real.with_name("link")
    link.symlink_to(real)
    assert files(real / "a.py", link) == sorted([f"{link}/main.py", f"{real}/a.py"])
    assert files(link / "a.py", real) == sorted([f"{link}/a.py", f"{real}/main.py"])


def test_a_file_that_lies_elsewhere_goes_by_the_name_that_it_was_given_first(tmp_path_factory: Any) -> None:
    real = tmp_path_factory.mktemp("elsewhere") / "real"
    real.mkdir()
    (real / "a.py").write_text("old()\n")
    link = real.with_name("link")
    link.symlink_to(real)
    for first, second in ((real, link), (link, real)):
        found = find(first / "a.py", second / "a.py")
        assert (found.files, found.named) == ([f"{first}/a.py"], {f"{first}/a.py"})


def test_folders_that_have_to_be_looked_at_again_hold_the_same(
    repository: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        tree(f"p{number}/a/b/c.py", f"p{number}/gen/d/e.py", f"p{number}/a/own/gen/f.py", f"p{number}/a/own/x/g.py")
        Path(f"p{number}/a/own/migrate.toml").write_text('extend-exclude = ["x"]\n')
        Path(f"p{number}/migrate.toml").write_text('extend-exclude = ["gen"]\n')
    expected = [f"p{number}/a/{name}.py" for number in range(4) for name in ("b/c", "own/gen/f")]
    assert files(".") == expected
    monkeypatch.setattr(recent, "_MOST", 1)
    assert files(".") == expected
    assert files("p1/gen") == ["p1/gen/d/e.py"]


def test_a_broken_configuration_where_nothing_is_a_source_is_nobodys_error(repository: bool) -> None:
    tree("a.py", "gen/b.py", "data/c.txt")
    Path(".gitignore").write_text("gen/\n")
    for folder in ("gen", "data"):
        Path(folder, "pyproject.toml").write_text("[tool.migrate\n")
    assert files(".") == ["a.py"]
