"""The tools beside which `migrate` is measured; one that is not installed is None."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.measure import Command, python

__all__ = [
    "ast_grep",
    "floor",
    "importing_libcst",
    "is_installed",
    "libcst_runner",
    "migrate",
    "ripgrep",
    "upgrade",
    "versions",
]

HERE = Path(__file__).parent
SCRIPTS = Path(sys.executable).parent
MIGRATE = SCRIPTS / ("migrate.exe" if os.name == "nt" else "migrate")


def is_installed() -> bool:
    """Whether what is measured is there: the command beside this Python, of whatever checkout it is."""
    return MIGRATE.exists()


def migrate(tree: Path, *options: str) -> Command:
    """Our side; what stands above the tree and its settings do not count, nor do other runs, unless with `--cache`."""
    alone = ("--isolated", "--no-whole-project", "--no-cache")
    words = [MIGRATE, *alone, "--exclude", "nothing", *options, tree]
    return Command(words, codes=frozenset({0, 1, 3} if "--check" in options else {0, 3}))


def floor(what: str, tree: Path) -> Command:
    return Command([sys.executable, HERE / "floors.py", what, tree])


def importing_libcst() -> Command | None:
    """What takes the time of LibCST's import and no more."""
    return python("import libcst") if importlib.util.find_spec("libcst") else None


def libcst_runner(tree: Path, copy: Path) -> Command | None:
    """LibCST's own runner in one process; it writes, so that each run gets a copy."""

    def fresh() -> None:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(tree, copy)

    if importlib.util.find_spec("libcst") is None:
        return None
    words = [sys.executable, "-m", "libcst.tool", "codemod", "-x", "plain_libcst.PlainVariable"]
    words += ["-j", "1", "--hide-progress", "--no-format", str(copy)]
    # It exits with 1 for files of Python 2, which it cannot parse.
    codes, environment = frozenset({0, 1}), {"PYTHONPATH": str(HERE)}
    return Command(words, HERE, codes, "Finished codemodding", fresh, environment=environment)


def upgrade(tree: Path, work: Path) -> Command | None:
    """TensorFlow's own script, which renames calls and knows no scopes."""
    target = work / "upgraded"
    words = [
        sys.executable,
        "-m",
        "tensorflow.tools.compatibility.tf_upgrade_v2_main",
        "--intree",
        tree,
        "--outtree",
        target,
        "--reportfile",
        work / "report.txt",
        "--copyotherfiles",
        "False",
    ]
    if importlib.util.find_spec("tensorflow") is None:
        return None
    return Command(words, work, says="Converted", prepare=lambda: shutil.rmtree(target, ignore_errors=True))


def ast_grep(tree: Path) -> Command | None:
    """Only finds the calls."""
    script = shutil.which("ast-grep", path=f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}")
    words = [script, "run", "--no-ignore", "vcs", "-l", "py", "-p", "tf.Variable($$$)", str(tree)] if script else []
    return Command(words, says="tf.Variable(") if script else None


def ripgrep(tree: Path) -> Command | None:
    """Only finds the files that hold the word."""
    script = shutil.which("rg")
    words = [script, "-l", "--no-ignore", "--hidden", "-g", "*.py", r"\btf\.Variable\(", str(tree)] if script else []
    return Command(words, codes=frozenset({0, 1})) if script else None


def versions() -> list[str]:
    """What was measured, with versions."""
    found = [f"Python {sys.version.split()[0]}", f"{os.cpu_count()} processors"]
    for name in ("migrate-variables", "libcst", "tensorflow-cpu", "tensorflow", "ast-grep-cli", "distributed"):
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    if shutil.which("rg"):
        found.append(
            subprocess.run(["rg", "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[0]
        )
    return found
