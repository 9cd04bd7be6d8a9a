"""The trees that are measured: TensorFlow 1 packages, many copies of them, an installed site-packages, one file."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["DENSE", "cache", "copies", "dense", "find", "one_file", "sparse", "without_calls"]

# Packages of the TensorFlow 1 years in which variables are made by hand.
DENSE = (
    "cleverhans==3.0.1",
    "edward==1.3.5",
    "openrec==0.3.0",
    "OpenNMT-tf==1.25.1",
    "prettytensor==0.7.4",
    "tensorfx==0.1.3",
    "tflearn==0.5.0",
    "trfl==1.2.0",
)


def dense(work: Path, archives: Path | None) -> Path:
    """The packages' Python files below `work`, from archives that are there already or else from PyPI.

    A tree that lacks a package is made anew, as may be what was made of it: the package may be to be had by now.
    """
    tree = work / "dense"
    if tree.exists() and not all((tree / _folder(wanted)).exists() for wanted in DENSE):
        for one in (tree, *work.glob("times*")):
            shutil.rmtree(one)
    with _made(tree) as making:
        if making:
            _unpack_all(archives or _download(work / "archives"), making)
    return tree


def _unpack_all(archives: Path, target: Path) -> None:
    for wanted in DENSE:
        name = _folder(wanted)
        for archive in sorted(archives.iterdir()):
            if archive.is_file() and archive.name.replace("-", "_").lower().startswith(name + "_"):
                _unpack(archive, target / name)


def _folder(wanted: str) -> str:
    """Where the files of a package such as `trfl==1.2.0` lie."""
    return wanted.partition("==")[0].replace("-", "_").lower()


def _download(archives: Path) -> Path:
    """`pip download --no-deps`; a package that pip cannot get any more is left out, which is said."""
    archives.mkdir(parents=True, exist_ok=True)
    for wanted in DENSE:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(archives), wanted]
        if subprocess.run(command, check=False).returncode:
            print(f"{wanted} is not to be had here and is left out", file=sys.stderr)
    return archives


def _unpack(archive: Path, target: Path) -> None:
    """Only the Python files, and those of the sources alone."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(target, [name for name in wheel.namelist() if name.endswith(".py")])
    elif archive.name.endswith(".tar.gz"):
        with tarfile.open(archive) as sources:
            members = [one for one in sources.getmembers() if one.isfile() and one.name.endswith(".py")]
            sources.extractall(target, members, filter="data")


def sparse() -> Path:
    """The site-packages that hold TensorFlow, without which the budget's line means little; else this Python's own."""
    found = importlib.util.find_spec("tensorflow")
    return Path(found.origin).parent.parent if found and found.origin else Path(sysconfig.get_path("purelib"))


def cache() -> Path:
    """Where the trees are put if nobody says otherwise: the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "migrate-benchmarks"


def copies(tree: Path, number: int, target: Path) -> Path:
    """`number` times the Python files of a tree, under other names; links, so that it takes no space."""
    with _made(target) as making:
        for count in range(number) if making else ():
            _link(tree, making / f"copy{count:03}", _any)
    return target


def without_calls(tree: Path, work: Path) -> Path:
    """The tree less the files that hold both words which a call of TensorFlow needs; one below `work` for each tree."""
    target = work / f"without-{zlib.crc32(os.fsencode(tree.resolve())):08x}"
    with _made(target) as making:
        if making:
            _link(tree, making, lambda data: not (b"tensorflow" in data and b"Variable" in data))
    return target


@contextmanager
def _made(target: Path) -> Iterator[Path | None]:
    """Where to build a tree that is not there yet, for it to be there only once it is whole; None where it is."""
    if target.exists():
        yield None
        return
    making = target.with_name(f"{target.name}.part")
    shutil.rmtree(making, ignore_errors=True)
    yield making
    making.rename(target)


def _any(_: bytes) -> bool:
    return True


def _link(tree: Path, target: Path, wanted: Callable[[bytes], bool]) -> None:
    for path in find(tree):
        if wanted(path.read_bytes()):
            copy = target / path.relative_to(tree)
            copy.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(path, copy)
            except OSError:
                shutil.copyfile(path, copy)


def find(tree: Path) -> Iterator[Path]:
    """The Python files of a tree."""
    return (path for path in sorted(tree.rglob("*.py")) if path.is_file())


def one_file(work: Path) -> Path:
    """A file of the size that most have, with calls of the usual kinds."""
    path = work / "one" / "model.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_MODEL)
    return path


_MODEL = (
    "import tensorflow as tf\n\n"
    'x = tf.placeholder(tf.float32, [None, 784], name="x")\n'
    + "".join(
        f"""
with tf.name_scope("layer{number}"):
    W{number} = tf.Variable(tf.truncated_normal([784, 100], stddev=0.1), name="weights")
    b{number} = tf.Variable(tf.zeros([100]), name="biases")
    h{number} = tf.nn.relu(tf.matmul(x, W{number}) + b{number})
"""
        for number in range(8)
    )
    + "\nstep = tf.Variable(0, trainable=False)\n"
)
