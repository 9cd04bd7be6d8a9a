"""Checks the Markdown case files of codemods, and fills them in: for authors of codemods, in their own tests too.

`python -m migrate.testing PATHS` checks case files (`casefile` tells their format); with `--update` it writes what the
codemods produce into them. In a test: `assert not check(case, registry.load())` for each case that `collect` finds.
"""

from __future__ import annotations

import ast
import codecs
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrate import registry, runner, settings
from migrate.casefile import Case, CaseError, collect, filled, read
from migrate.model import Finding, Left, Rewrite
from migrate.registry import Registry

__all__ = [
    "Case",
    "CaseError",
    "Produced",
    "Transform",
    "check",
    "collect",
    "expected",
    "produce",
    "read",
    "show",
    "update",
]


@dataclass(frozen=True, slots=True)
class Produced:
    """What the codemods made of a case: bytes by path, and the findings, their paths as in the case."""

    files: Mapping[str, bytes]
    findings: tuple[tuple[str, Finding], ...]
    failures: tuple[str, ...]


def produce(case: Case, known: Registry, transform: Transform | None = None) -> Produced:
    """Runs the codemods over a case's files, changed by `transform` first."""
    change = transform or Transform()
    with tempfile.TemporaryDirectory(prefix="migrate-case-") as directory:
        root = Path(os.path.realpath(directory))
        for path, text in case.before.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(change.apply(text))
        return _run(root, case, known)


@dataclass(frozen=True, slots=True)
class Transform:
    """A variant of a text that must not matter: other newlines, a byte order mark."""

    newline: str = "\n"
    bom: bytes = b""

    def apply(self, text: str) -> bytes:
        """The variant's bytes."""
        return self.bom + text.replace("\n", self.newline).encode("utf-8")

    def __str__(self) -> str:
        return ("CRLF" if self.newline == "\r\n" else "LF") + (" with a byte order mark" if self.bom else "")


VARIANTS = (Transform("\r\n"), Transform(bom=codecs.BOM_UTF8))


def expected(case: Case) -> dict[str, str]:
    """What each file must be after the run."""
    return {**case.before, **case.after}


def check(case: Case, known: Registry) -> list[str]:
    """What is wrong with a case, in sentences; empty where nothing is."""
    produced = produce(case, known)
    problems = [*produced.failures, *_texts(expected(case), produced), *_parses(produced)]
    shown = show(produced, case)
    if case.findings is not None and list(case.findings) != shown:
        problems.append("the findings are\n" + _indent(shown) + "\nand not\n" + _indent(case.findings))
    problems += _second_run(case, produced, known)
    for variant in VARIANTS:
        problems += _variant(case, variant, produced, known)
    return problems


def show(produced: Produced, case: Case) -> list[str]:
    """The findings as a case file lists them."""
    several = len(case.before) > 1
    return [_show(path, finding, several=several) for path, finding in produced.findings]


def update(file: Path, known: Registry) -> bool:
    """Writes what the codemods produce into a file's `after` and `findings` blocks; whether that changed it."""

    def fill(case: Case) -> tuple[Mapping[str, str], list[str]]:
        produced = produce(case, known)
        return {path: data.decode("utf-8") for path, data in produced.files.items()}, show(produced, case)

    text = file.read_text(encoding="utf-8")
    new = filled(file, text, fill)
    if new != text:
        file.write_text(new, encoding="utf-8")
    return new != text


def main(arguments: Sequence[str] | None = None) -> int:
    """Checks or updates case files: `python -m migrate.testing [--update] PATHS`."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    writing = "--update" in given
    paths = [Path(one) for one in given if one != "--update"]
    if not paths or any(str(path).startswith("-") for path in paths):
        sys.stderr.write("usage: python -m migrate.testing [--update] PATHS\n")
        return 2
    known = registry.load()
    if writing:
        for file in dict.fromkeys(case.file for case in collect(paths)):
            if update(file, known):
                sys.stdout.write(f"{file}: updated\n")
        return 0
    wrong = [(case, problem) for case in collect(paths) for problem in check(case, known)]
    for case, problem in wrong:
        sys.stdout.write(f"{case.file}:{case.line}: {case.title}: {problem}\n")
    return 1 if wrong else 0


def _run(root: Path, case: Case, known: Registry) -> Produced:
    given: dict[str, Any] = {"isolated": True, "executor": "serial", "whole_project": False, **case.engine_options}
    for name in ("select", "ignore"):
        if name in given:
            given[name] = tuple(str(given[name]).split(","))
    report = runner.run(settings.load(known, given), [str(root)])
    files = {path: (root / path).read_bytes() for path in case.before}
    findings = []
    for result in report.results:
        path = Path(os.path.realpath(result.path)).relative_to(root).as_posix()
        findings += [(path, finding) for finding in result.findings]
        if result.changed and result.after is not None:
            files[path] = result.after
    failures = tuple(f"{one.path}: {one.failure.cause}" for one in report.failures if one.failure)
    return Produced(files, tuple(findings), failures)


def _texts(wanted: Mapping[str, str], produced: Produced) -> Iterator[str]:
    for path, text in wanted.items():
        made = produced.files[path].decode("utf-8")
        if made != text:
            yield f"{path} becomes\n{_indent(made.splitlines())}\nand not\n{_indent(text.splitlines())}"


def _parses(produced: Produced) -> Iterator[str]:
    for path, data in produced.files.items():
        if path.endswith(".py"):
            try:
                ast.parse(data)
            except SyntaxError as error:
                yield f"{path} does not parse any more: {error}"


def _second_run(case: Case, produced: Produced, known: Registry) -> Iterator[str]:
    after = {path: data.decode("utf-8") for path, data in produced.files.items()}
    again = produce(Case(case.file, case.line, case.title, after, {}, None, case.options), known)
    for path, data in again.files.items():
        if data != produced.files[path]:
            yield f"a second run changes {path} into\n{_indent(data.decode('utf-8').splitlines())}"


def _variant(case: Case, variant: Transform, produced: Produced, known: Registry) -> Iterator[str]:
    varied = produce(case, known, variant)
    for path, data in varied.files.items():
        if data != variant.apply(produced.files[path].decode("utf-8")):
            yield f"{path} comes out otherwise as {variant}"
    if show(varied, case) != show(produced, case):
        yield f"the findings are others as {variant}:\n{_indent(show(varied, case))}"


def _show(path: str, finding: Finding, *, several: bool) -> str:
    match finding.outcome:
        case Rewrite(level):
            word = level.value
        case Left():
            word = "left"
        case _:
            word = "notice"
    place = f"{path}:{finding.line}" if several else str(finding.line)
    renames = ", ".join(f"{one.old} -> {one.new}" for one in finding.renames if one.changes)
    return " ".join(filter(None, [place, finding.code, word, renames]))


def _indent(lines: Iterable[str]) -> str:
    return "\n".join("    " + line for line in lines)


if __name__ == "__main__":
    sys.exit(main())
