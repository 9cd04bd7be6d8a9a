"""Renames the tensors of a whole checkpoint, in either format, sharded or not.

V2 is a table `PREFIX.index` beside `PREFIX.data-00000-of-00001`, whose bytes need not change. V1 is one table
`PREFIX`, or several `PREFIX-00000-of-00002`, that hold the values themselves.
"""

from __future__ import annotations

import errno
import mmap
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from codemods.tensorflow.verify.checkpoint import entries, table

__all__ = ["Checkpoint", "CheckpointError", "Renamed", "find", "names", "rename"]

_SHARD = re.compile(r"-\d{5}-of-\d{5}$")
_PATTERN = re.compile(r"-\?{5}-of-\d{5}$")  # how a sharded Saver calls what it wrote in V1
_PART = re.compile(r"\.(index|meta|data-\d{5}-of-\d{5})$")  # what stands behind a prefix in the names of files
_STATE = re.compile(r'^model_checkpoint_path: "(?P<path>.*)"$', re.MULTILINE)


class CheckpointError(Exception):
    """A checkpoint that is not there, cannot be read, or cannot be renamed as asked; the message is one line."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint on disk: `tables` hold the names, `data` are files beside them without any."""

    prefix: Path
    version: int
    tables: tuple[Path, ...]
    data: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Renamed:
    """What was done: the files written, the renames made, and the names of the map that were not there."""

    files: tuple[Path, ...]
    renames: Mapping[str, str]
    absent: tuple[str, ...]


def find(path: Path) -> Checkpoint:
    """The checkpoint of a prefix such as `model.ckpt-100`, or the latest of a directory. Raises `CheckpointError`."""
    prefix = _latest(path) if path.is_dir() else path
    prefix = prefix.with_name(_PATTERN.sub("", prefix.name))
    if prefix.is_file():
        prefix = prefix.with_name(_PART.sub("", prefix.name))
    beside = sorted(prefix.parent.glob("*")) if prefix.parent.is_dir() else []
    own = [one for one in beside if one.name.startswith(prefix.name)]
    data = tuple(one for one in own if _rest(one, prefix).startswith(".data-"))
    index = prefix.with_name(prefix.name + ".index")
    if index.is_file():
        _check_shards(index, data)
        return Checkpoint(prefix, 2, (index,), data)
    if prefix.is_file():
        return Checkpoint(prefix, 1, (prefix,), ())
    shards = tuple(one for one in own if _SHARD.fullmatch(_rest(one, prefix)))
    if shards:
        _check_shards(prefix, shards)
        return Checkpoint(prefix, 1, shards, ())
    raise CheckpointError(f"{path} is no checkpoint: there is neither {index.name} nor {prefix.name}")


def _check_shards(whole: Path, shards: tuple[Path, ...]) -> None:
    """Every shard's name ends with how many there are."""
    if not shards or any(int(shard.name[-5:]) != len(shards) for shard in shards):
        raise CheckpointError(f"{whole} is not whole: {len(shards)} of its data files are there")


def names(checkpoint: Checkpoint) -> list[str]:
    """The names of all its tensors, sorted. Raises `CheckpointError`."""
    found: set[str] = set()
    for path in checkpoint.tables:
        with _opened(path) as data:
            for key, value in _entries(path, data):
                found.update(_names_in(path, key, value, checkpoint.version))
    return sorted(found)


def _names_in(path: Path, key: bytes, value: memoryview, version: int) -> list[str]:
    try:
        if key:
            return [entries.name_of_key(key)]
        return entries.names_in_meta(value) if version == 1 else []
    except (ValueError, IndexError) as error:
        raise CheckpointError(f"{path} cannot be read: it is no checkpoint of TensorFlow's") from error


def rename(old: Path, new: Path, renames: Mapping[str, str], *, force: bool = False) -> Renamed:
    """Writes checkpoint `old` as `new` with other names; the files of `old` stay as they are.

    The names are exchanged all at once, so that two may swap. Raises `CheckpointError` where two tensors would get one
    name, where no name of the map is there, and, unless `force`, where `new` exists.
    """
    checkpoint = find(old)
    present = names(checkpoint)
    made = {name: renames[name] for name in present if name in renames}
    _check_names(checkpoint, present, renames)
    _check_targets(checkpoint, new, force=force)
    files = tuple(_write(checkpoint, new, lambda name: made.get(name, name)))
    return Renamed(files, made, tuple(name for name in renames if name not in made))


def _check_names(checkpoint: Checkpoint, present: list[str], renames: Mapping[str, str]) -> None:
    if renames and not renames.keys() & set(present):
        raise CheckpointError(f"{checkpoint.prefix} holds none of the map's names{_hint(present)}")
    after: dict[str, str] = {}
    for name in present:
        target = renames.get(name, name)
        if target in after:
            raise CheckpointError(f"{after[target]} and {name} would both be called {target}")
        after[target] = name


def _check_targets(checkpoint: Checkpoint, new: Path, *, force: bool) -> None:
    if os.path.abspath(new) == os.path.abspath(checkpoint.prefix):
        raise CheckpointError("the new checkpoint must not be the old one")
    if not force and (taken := next((path for path in _targets(checkpoint, new) if path.exists()), None)):
        raise CheckpointError(f"{taken} exists; --force replaces it")


def _hint(present: list[str]) -> str:
    if any(name.startswith("_CHECKPOINTABLE_OBJECT_GRAPH") for name in present):
        return ": tf.train.Checkpoint wrote it, which names attributes, not variables, and needs no renaming"
    return f"; it holds {', '.join(present[:5])}{', ...' if len(present) > 5 else ''}"


def _targets(checkpoint: Checkpoint, new: Path) -> list[Path]:
    """The files of the new checkpoint: data first, so that its index never speaks of what is not there."""
    return [new.with_name(new.name + _rest(path, checkpoint.prefix)) for path in (*checkpoint.data, *checkpoint.tables)]


def _write(checkpoint: Checkpoint, new: Path, change: Callable[[str], str]) -> list[Path]:
    """Writes all files under other names first, so that what cannot be finished leaves nothing behind."""
    targets = _targets(checkpoint, new)
    temporary: dict[Path, Path] = {}
    try:
        new.parent.mkdir(parents=True, exist_ok=True)
        for source, target in zip((*checkpoint.data, *checkpoint.tables), targets, strict=True):
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), target)
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            os.close(handle)
            temporary[target] = Path(name)
            _write_file(checkpoint, source, Path(name), change)
        for target in targets:
            os.replace(temporary[target], target)
    except OSError as error:
        raise CheckpointError(f"{new} cannot be written: {error.strerror}") from error
    finally:
        for path in temporary.values():
            path.unlink(missing_ok=True)
    return targets


def _write_file(checkpoint: Checkpoint, source: Path, target: Path, change: Callable[[str], str]) -> None:
    if source in checkpoint.data:
        shutil.copyfile(source, target)
    else:
        _write_table(source, target, checkpoint.version, change)
    shutil.copymode(source, target)


def _write_table(source: Path, target: Path, version: int, change: Callable[[str], str]) -> None:
    with _opened(source) as data, target.open("wb") as out:
        items = [
            (entries.renamed_key(key, change), partial(_value, key, value, version, change))
            for key, value in _entries(source, data)
        ]
        items.sort(key=lambda item: item[0])
        table.write(out, items)
        out.flush()
        os.fsync(out.fileno())
        items.clear()


def _value(key: bytes, value: memoryview, version: int, change: Callable[[str], str]) -> bytes:
    """A value under new names; those of V2 hold none."""
    if version == 2:
        return bytes(value)
    return entries.renamed_slice(value, change) if key else entries.renamed_meta(value, change)


def _entries(path: Path, data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    try:
        yield from table.entries(data)
    except (table.TableError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from error


class _opened:  # noqa: N801 - used like a function
    """A file's bytes without reading them all; `with` closes it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> memoryview:
        try:
            with self._path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise CheckpointError(f"{self._path} cannot be read: {error}") from error
        return memoryview(self._map)

    def __exit__(self, *_: object) -> None:
        """The map closes with its last view, which a traceback may hold."""


def _latest(directory: Path) -> Path:
    try:
        state = (directory / "checkpoint").read_text(encoding="utf-8")
    except OSError as error:
        raise CheckpointError(f"{directory} has no file `checkpoint` that names the latest one") from error
    match = _STATE.search(state)
    if match is None:
        raise CheckpointError(f"{directory / 'checkpoint'} names no checkpoint")
    return directory / match["path"]


def _rest(path: Path, prefix: Path) -> str:
    return path.name[len(prefix.name) :]
