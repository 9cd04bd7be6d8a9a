"""The format of Markdown case files: a heading that says what it shows, then `before`, `after`, `findings`.

A case is a section of a Markdown file that holds fenced blocks whose info string says `before`, `after` or `findings`,
such as ```` ```python before ````, with a path behind it where a case has several files. A lone `before` must not
change. A line such as `options: level=exact names=keep` above the fences sets options of the run. `findings` holds a
line for each finding: `3 GV101 exact`, `7 GV210 left`, `4 GV101 renames Variable -> w`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["MAIN", "Case", "CaseError", "collect", "filled", "read"]

MAIN = "main.py"
_FENCE = re.compile(r"^(?P<ticks>`{3,})(?P<info>[^`\n]*)\n(?P<body>.*?)^(?P=ticks)[ \t]*$\n?", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+[ \t]+(?P<title>.*)$", re.MULTILINE)
_OPTIONS = re.compile(r"^options:(?P<pairs>.*)$", re.MULTILINE)
_KINDS = ("before", "after", "findings")
# Options that speak of how a case is run under the library that it uses, not of the codemods.
RUN_OPTIONS = ("run", "until", "compat", "main", "tensorflow")


class CaseError(Exception):
    """A case file that makes no sense; the message says where."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case: `before` and `after` hold texts by path; `findings` is None where the case does not list them."""

    file: Path
    line: int  # 1-based, of the first fence
    title: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    findings: tuple[str, ...] | None
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Names the case in a test report."""
        return f"{self.file.parent.name}/{self.file.stem}:{self.line}"

    @property
    def engine_options(self) -> dict[str, str]:
        """The options that the run of the codemods gets."""
        return {name: value for name, value in self.options.items() if name not in RUN_OPTIONS}


def collect(paths: Iterable[Path]) -> list[Case]:
    """The cases of all `.md` files among and below `paths`, in order. Raises `CaseError`."""
    files: list[Path] = []
    for path in paths:
        files += sorted(path.rglob("*.md")) if path.is_dir() else [path]
    return [case for file in files for case in read(file)]


def read(file: Path) -> Iterator[Case]:
    """The cases of one file. Raises `CaseError`."""
    text = file.read_text(encoding="utf-8")
    for section in _sections(text):
        if section.blocks:
            yield _case(file, section)


def filled(file: Path, text: str, produce: Callable[[Case], tuple[Mapping[str, str], Sequence[str]]]) -> str:
    """A case file's text with each `after` and `findings` as `produce` gives them: texts by path, and lines."""
    for section in reversed(_sections(text)):
        if section.blocks:
            case = _case(file, section)
            files, findings = produce(case)
            text = text[: section.start] + _rewritten(section, case, files, findings) + text[section.end :]
    return text


@dataclass(frozen=True, slots=True)
class _Block:
    kind: str
    path: str
    body: str
    start: int  # of the whole fence, in the file
    end: int
    ticks: str


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    text: str
    start: int
    end: int
    line: int
    blocks: tuple[_Block, ...]


def _sections(text: str) -> list[_Section]:
    """The parts of a file between headings, those inside of fences not counted."""
    fences = list(_FENCE.finditer(text))
    inside = [match.span() for match in fences]
    heads = [m for m in _HEADING.finditer(text) if not any(a <= m.start() < b for a, b in inside)]
    bounds = [(m.start(), m["title"].strip()) for m in heads] or [(0, "")]
    ends = [start for start, _ in bounds[1:]] + [len(text)]
    sections = []
    for (start, title), end in zip(bounds, ends, strict=True):
        blocks = tuple(_block(m) for m in fences if start <= m.start() < end and _kind(m) is not None)
        line = text.count("\n", 0, blocks[0].start) + 1 if blocks else 0
        sections.append(_Section(title, text[start:end], start, end, line, blocks))
    return sections


def _kind(match: re.Match[str]) -> str | None:
    return next((word for word in match["info"].split() if word in _KINDS), None)


def _block(match: re.Match[str]) -> _Block:
    words = [word for word in match["info"].split() if word not in _KINDS]
    path = next((word for word in words if "." in word), MAIN)
    return _Block(_kind(match) or "", path, match["body"], match.start(), match.end(), match["ticks"])


def _case(file: Path, section: _Section) -> Case:
    before = {block.path: block.body for block in section.blocks if block.kind == "before"}
    after = {block.path: block.body for block in section.blocks if block.kind == "after"}
    listed = [block.body for block in section.blocks if block.kind == "findings"]
    if not before:
        raise CaseError(f"{file}:{section.line}: `{section.title}` has no block `before`")
    if unknown := after.keys() - before.keys():
        raise CaseError(f"{file}:{section.line}: `{unknown.pop()}` comes after and not before")
    findings = tuple(line.strip() for body in listed for line in body.splitlines() if line.strip())
    return Case(
        file, section.line, section.title, before, after, findings if listed else None, _options(section)
    )  # fmt: skip


def _options(section: _Section) -> dict[str, str]:
    head = section.text[: section.blocks[0].start - section.start]
    pairs = [pair for match in _OPTIONS.finditer(head) for pair in match["pairs"].split()]
    return {name.replace("-", "_"): value for name, _, value in (pair.partition("=") for pair in pairs)}


def _rewritten(section: _Section, case: Case, files: Mapping[str, str], findings: Sequence[str]) -> str:
    """A section's text with its `after` and `findings` blocks as produced; new ones stand behind the last block."""
    kept = [block for block in section.blocks if block.kind == "before"]
    ticks = kept[0].ticks
    last = section.blocks[-1].end - section.start
    head, tail = section.text[:last], section.text[last:]
    for block in reversed(section.blocks):
        if block.kind != "before":
            start, end = block.start - section.start, block.end - section.start
            head = head[:start].rstrip("\n") + "\n" + head[end:]
    parts = [head.rstrip("\n")]
    for path, text in files.items():
        if text != case.before[path]:
            where = "" if path == MAIN else f" {path}"
            parts.append(f"{ticks}python after{where}\n{text}{ticks}")
    if findings:
        parts.append("\n".join([f"{ticks}findings", *findings, ticks]))
    return "\n\n".join(parts) + "\n" + tail
