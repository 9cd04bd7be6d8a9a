"""What git knows of a working tree: its files, and the lines changed since a revision. Git is asked once for each."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["GitError", "Listing", "changed_lines", "files", "repository", "uncommitted"]

# A hook runs with the repository's own variables set; they would redirect every question to that repository.
_LOCAL = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")
_MODULE = re.compile(rb"^\s*path\s*=\s*(.+?)\s*$", re.MULTILINE)
_UNREADABLE = re.compile(rb"could not open directory '(.*?)/?'")
_HUNK = re.compile(rb"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


_PLAIN = (
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--find-renames",
    "--ignore-submodules",  # git would ask each of them, under its own configuration
    "--src-prefix=a/",
    "--dst-prefix=b/",
)


class GitError(Exception):
    """What git refused; the message is one line."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What git lists below some folders, relative to the repository: files, repositories inside, unreadable folders."""

    files: Sequence[str]
    repositories: Sequence[str]
    unreadable: Sequence[str]


def repository(folder: str) -> str | None:
    """The working tree that holds an absolute path, None where there is none."""
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder


def files(root: str, folders: Iterable[str], suffixes: Sequence[str]) -> Listing | None:
    """Tracked and untracked files with one of `suffixes`, without the ignored; None where git cannot be asked."""
    wanted = [os.path.relpath(folder, root) for folder in folders]
    ended = _run(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *wanted)
    if ended is None or ended.returncode:
        return None
    names = ended.stdout.split(b"\0")
    endings = tuple(suffix.encode() for suffix in suffixes)
    inside = [name[:-1] for name in names if name.endswith(b"/")]
    if os.path.exists(os.path.join(root, ".gitmodules")):
        listed = set(names)
        inside += [name for name in _submodules(root) if name in listed]
    modules = set(inside)
    found = (name for name in dict.fromkeys(names) if name.endswith(endings) and name not in modules)
    return Listing(
        [os.fsdecode(name) for name in found],
        [os.fsdecode(name) for name in inside],
        [os.fsdecode(name) for name in _UNREADABLE.findall(ended.stderr)],
    )


def changed_lines(folder: str, revision: str) -> dict[str, list[range]]:
    """By absolute path, the lines (1-based) of each file that differ from `revision`, untracked files whole.

    Where the current branch and `revision` have parted, what counts is where they did: what others have changed since
    is not this branch's doing. Raises `GitError` where there is no repository or no such revision.
    """
    root = repository(os.path.abspath(folder))
    if root is None:
        raise GitError("--since needs a git repository, and there is none here")
    checked = _run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
    if checked is None or checked.returncode:
        raise GitError(f"--since: git knows no revision {revision}")
    commit = checked.stdout.decode().strip()
    parted = _run(root, "merge-base", commit, "HEAD")  # none where a shallow clone does not reach so far
    if parted is not None and not parted.returncode:
        commit = parted.stdout.decode().strip()
    diff = _run(root, "-c", "core.quotePath=false", "diff", "-U0", *_PLAIN, commit)
    others = _run(root, "ls-files", "-z", "--others", "--exclude-standard")
    if diff is None or diff.returncode or others is None or others.returncode:
        raise GitError(f"--since: git could not compare with {revision}")
    found = {os.path.join(root, os.fsdecode(name)): [range(1, 2**31)] for name in others.stdout.split(b"\0") if name}
    for name, ranges in _hunks(diff.stdout):
        found[os.path.join(root, name)] = ranges
    return found


def uncommitted(root: str) -> frozenset[str]:
    """The tracked files of the working tree `root`, relative to it, that differ from the last commit."""
    ended = _run(root, "status", "--porcelain", "-z", "--untracked-files=no", "--no-renames", "--ignore-submodules")
    if ended is None or ended.returncode:
        return frozenset()
    return frozenset(os.fsdecode(entry[3:]) for entry in ended.stdout.split(b"\0") if entry)


def _hunks(diff: bytes) -> Iterable[tuple[str, list[range]]]:
    """Each file's changed lines; where lines were only taken away, the lines beside the gap."""
    for part in re.split(rb"^diff --git ", diff, flags=re.MULTILINE)[1:]:
        header = re.search(rb"^\+\+\+ (.*?)\t?$", part, re.MULTILINE)
        if header is None or header[1] == b"/dev/null":
            continue
        hunks = [(int(match[1]), 1 if match[2] is None else int(match[2])) for match in _HUNK.finditer(part)]
        ranges = [range(first, first + count) if count else range(first, first + 2) for first, count in hunks]
        yield _unquoted(header[1]).removeprefix("b/"), ranges


def _unquoted(name: bytes) -> str:
    """Git writes names with quotes, backslashes or control characters as C does."""
    if not name.startswith(b'"'):
        return os.fsdecode(name)
    return os.fsdecode(name[1:-1].decode("unicode_escape").encode("latin-1"))


def _submodules(root: str) -> list[bytes]:
    try:
        with open(os.path.join(root, ".gitmodules"), "rb") as file:
            return _MODULE.findall(file.read())
    except OSError:
        return []


@dataclass(frozen=True, slots=True)
class _Ended:
    returncode: int
    stdout: bytes
    stderr: bytes


def _without_filters(root: str) -> dict[str, str]:
    """Settings, as environment, that empty the filters which the repository, maybe a stranger's, asks git to run."""
    pattern = r"^filter\..*\.(clean|process)$"
    ended = _run(root, "config", "--show-scope", "--name-only", "-z", "--get-regexp", pattern)
    words = [] if ended is None else [os.fsdecode(word) for word in ended.stdout.split(b"\0")]
    pairs = zip(words[::2], words[1::2], strict=False)
    keys = [key for scope, key in pairs if scope in {"local", "worktree"}]
    settings = {"GIT_CONFIG_COUNT": str(len(keys))}
    for index, key in enumerate(keys):
        settings |= {f"GIT_CONFIG_KEY_{index}": key, f"GIT_CONFIG_VALUE_{index}": ""}
    return settings


def _run(root: str, *arguments: str) -> _Ended | None:
    """Runs git in `root`; None where there is no git. Nothing that the repository configures is run."""
    import subprocess  # noqa: PLC0415

    environment = {name: value for name, value in os.environ.items() if name not in _LOCAL}
    environment |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    # A clone may lack objects and say by which program they are to be fetched: nothing is.
    environment |= {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
    if not {"diff", "status"}.isdisjoint(arguments):  # these two read the files, and so filter them
        environment |= _without_filters(root)
    try:
        ended = subprocess.run(
            ["git", "-c", "core.fsmonitor=false", "-C", root, *arguments],
            capture_output=True,
            env=environment,
            check=False,
        )
    except OSError:
        return None
    return _Ended(ended.returncode, ended.stdout, ended.stderr)
