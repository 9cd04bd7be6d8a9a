"""The interactive review: shows each change, asks y, n, a, d, q, e or ?, and remembers the answers."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from rich.console import Console
from rich.segment import Segment, Segments

from migrate.disk.store import locked
from migrate.model import Report
from migrate.output.preview import console_on, draw_file, draw_told
from migrate.output.replacements import Replaced, replaced
from migrate.output.view import View
from migrate.output.words import label, plural, visible_path
from migrate.units import Region, Unit, conflicts, merge, problem, regions, units

__all__ = ["Memory", "conduct"]

HELP = """\
y - make this change
n - leave this code as it is
a - make this change and all later ones in the file
d - leave this one and all later ones in the file
q - stop here: what was accepted is made, the rest waits for --resume
e - edit the new lines in $EDITOR, and make that instead
? - show this help
"""
_WAIT = 10.0  # seconds: another run that writes in the project lets go of its lock within that
_HEAD = {"version": 2}
_MARKER = "#| "
_INTRO = (
    "Edit the lines below as you want them to be; lines that begin with #| are taken out again.",
    "Keep the marker above each piece. Leave nothing but markers, and the change is not made.",
)


@dataclass(slots=True)
class Memory:
    """The answers of a review in a file that outlives the process: by a unit's key, `y`, `n` or a person's own text."""

    path: str
    answers: dict[str, str | list[str]] = field(default_factory=dict)
    _is_written: bool = False  # by this process, so that more can be put behind

    @classmethod
    def of(cls, root: str) -> Memory:
        """The memory of the project at `root`, empty. Raises `journal.JournalError` where nothing can be kept."""
        with locked(root, _WAIT) as folder:
            return cls(os.path.join(folder, "review.json"))

    def load(self) -> None:
        """Reads the answers of a review that was stopped; none where there are none.

        A line each, the last of which may have been cut off by a kill, and is then asked again.
        """
        try:
            with open(self.path, encoding="utf-8") as file:
                head, *lines = file.read().split("\n")[:-1] or [""]
                if json.loads(head) == _HEAD:
                    self.answers = {key: answer for line in lines for key, answer in json.loads(line).items()}
        except (FileNotFoundError, ValueError, AttributeError):
            return

    def note(self, keys: Iterable[str], answer: str | list[str]) -> None:
        """Adds an answer, and writes it behind the others."""
        fresh = dict.fromkeys(keys, answer)
        self.answers |= fresh
        if self._is_written and os.path.exists(self.path):  # another review of the project may have ended
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(fresh) + "\n")
        else:
            self.save()

    def save(self) -> None:
        """Writes the answers so that a kill leaves the old ones or the new ones."""
        beside = f"{self.path}.{os.getpid()}"
        with open(beside, "w", encoding="utf-8") as file:
            # In pieces it would take ten times as long.
            file.write(f"{json.dumps(_HEAD)}\n{json.dumps(self.answers)}\n")
        os.replace(beside, self.path)
        self._is_written = True

    def keep_refusals(self) -> None:
        """Saves what was refused only: what was accepted is made now, and its keys may then name something else."""
        self.answers = {key: answer for key, answer in self.answers.items() if answer == "n"}
        self.save()

    def forget(self) -> None:
        """Removes the file, for the review is done."""
        if os.path.exists(self.path):
            os.remove(self.path)


@dataclass(frozen=True, slots=True)
class _Terminal:
    """Where the review is held."""

    answers: TextIO
    out: TextIO
    console: Console
    view: View

    def say(self, text: str) -> None:
        self.console.print(Segments([Segment(text + "\n")]), soft_wrap=True, end="")

    def ask(self, question: str) -> str:
        """One answer, in lower case. Raises `KeyboardInterrupt` where there are no more."""
        self.console.print(Segments([Segment(question + " ")]), soft_wrap=True, end="")
        self.out.flush()
        line = self.answers.readline()
        if not line:
            self.say("")
            raise KeyboardInterrupt
        return line.strip().lower()


def conduct(
    report: Report,
    decline: Callable[[Iterable[str]], Report],
    view: View,
    memory: Memory,
    streams: tuple[TextIO, TextIO],
) -> Report:
    """Asks about every rewrite in `report`, and returns the report of what is to be made.

    `decline` gives the report without the findings of some ids and what requires them; `streams` are where answers come
    from and where the review is shown. What `memory` has loaded is not asked again; it is saved after every answer.
    Raises `KeyboardInterrupt` at the end of the answers, with nothing lost.
    """
    files = {one.path: change for one in report.results if (change := replaced(one)) is not None}
    answers, out = streams
    terminal = _Terminal(answers, out, console_on(out, view), view)
    review = _Review(terminal, files, memory, units(report, files))
    stopped = review.run()
    left = [name for unit in review.units if not review.accepted(unit) for name in unit.ids]
    if stopped:
        memory.keep_refusals()
    else:
        memory.forget()
    own = {unit: found for unit in review.units if (found := review.edited.get(unit.key))}
    if not left:
        return report
    return merge(decline(left), own, files)


@dataclass(slots=True)
class _Review:
    """The state of a review: which units there are, what was said of them, and what a person wrote instead."""

    terminal: _Terminal
    files: Mapping[str, Replaced]
    memory: Memory
    units: Sequence[Unit]
    edited: dict[str, tuple[Region, ...]] = field(default_factory=dict)

    def accepted(self, unit: Unit) -> bool:
        """Whether the unit is made as it was offered."""
        return self.memory.answers.get(unit.key) == "y"

    def run(self) -> bool:
        """Asks about each unit; whether the review was stopped before its end."""
        self._recall()
        for number, unit in enumerate(self.units, start=1):
            if unit.key in self.memory.answers:
                continue
            self._show(unit, number)
            if self._decide(unit) == "q":
                waiting = sum(one.key not in self.memory.answers for one in self.units)
                self.terminal.say(f"{plural(waiting, 'change')} not decided: the same command with --resume goes on.")
                return True
        return False

    def _recall(self) -> None:
        """Takes up what a person wrote in a review that was stopped, as far as it still fits."""
        for unit in self.units:
            texts = self.memory.answers.get(unit.key)
            found = regions(unit, self.files)
            if isinstance(texts, list):
                if len(texts) == len(found):
                    self.edited[unit.key] = _with_texts(found, texts)
                else:
                    del self.memory.answers[unit.key]
        known = sum(unit.key in self.memory.answers for unit in self.units)
        if known:
            self.terminal.say(f"{plural(known, 'change')} of {len(self.units):,} had an answer before.")

    def _show(self, unit: Unit, number: int) -> None:
        alone = unit.alone
        paths = ", ".join(visible_path(one.path) for one in alone)
        segments = [Segment(f"\n({number}/{len(self.units)}) {paths}\n")]
        for finding in unit.findings:
            segments += draw_told(finding, self.terminal.view)
        for result in alone:
            if len(alone) > 1:
                segments.append(Segment(f"{visible_path(result.path)}\n"))
            segments += draw_file(result)
        self.terminal.console.print(Segments(segments), soft_wrap=True, end="")

    def _decide(self, unit: Unit) -> str:
        """Asks until there is an answer, and notes it."""
        level = "/".join(dict.fromkeys(label(finding) for finding in unit.findings))
        while True:
            answer = self.terminal.ask(f"Make this change ({level}) [y,n,a,d,q,e,?]?")
            match answer:
                case "y" | "n":
                    self._note([unit], answer)
                case "a" | "d":
                    self._note(self._rest_of_file(unit), "y" if answer == "a" else "n")
                case "q":
                    self.memory.save()
                case "e":
                    if not self._edit(unit):
                        continue
                case _:
                    self.terminal.say(HELP.rstrip("\n"))
                    continue
            return answer

    def _rest_of_file(self, unit: Unit) -> list[Unit]:
        path = unit.findings[0].path
        later = self.units[self.units.index(unit) :]
        return [one for one in later if one.findings[0].path == path and one.key not in self.memory.answers]

    def _note(self, decided: Iterable[Unit], answer: str | list[str]) -> None:
        self.memory.note([unit.key for unit in decided], answer)

    def _edit(self, unit: Unit) -> bool:
        """Lets a person write the unit's new lines; whether that is an answer."""
        found = regions(unit, self.files)
        why = self._not_editable(unit, found)
        if why:
            self.terminal.say(why)
            return False
        texts = _edited_texts(found)
        if texts is None:
            self.terminal.say("The editor ($VISUAL, $EDITOR) failed, or a marker is missing; nothing is changed.")
            return False
        if not any(text.strip() for text in texts):
            self._note([unit], "n")
            return True
        changed = _with_texts(found, texts)
        cause = problem(changed, self.files)
        if cause:
            self.terminal.say(f"That would not be Python: {cause}")
            return False
        self.edited[unit.key] = changed
        self._note([unit], texts)
        return True

    def _not_editable(self, unit: Unit, found: Sequence[Region]) -> str:
        if not found:
            return "There is nothing to edit: others share all that this one changes."
        if any(region.path.lower().endswith(".ipynb") for region in found):
            return "A notebook's cells cannot be edited here."
        if any(conflicts(region, unit, self.files) for region in found):
            return "Another change touches the same lines; decide with y or n."
        return ""


def _with_texts(found: Sequence[Region], texts: Sequence[str]) -> tuple[Region, ...]:
    return tuple(dataclasses.replace(one, text=text) for one, text in zip(found, texts, strict=True))


def _edited_texts(found: Sequence[Region]) -> list[str] | None:
    """What a person makes of the regions' texts in the editor; None where that fails. Line ends stay as they were."""
    pieces = [f"{_MARKER}{line}\n" for line in _INTRO]
    newlines = ["\r\n" if "\r\n" in region.text else "\n" for region in found]
    for region, newline in zip(found, newlines, strict=True):
        text = region.text.replace(newline, "\n")
        pieces += f"{_MARKER}--- {visible_path(region.path)}:{region.line}\n", text, "" if text.endswith("\n") else "\n"
    written = _run_editor("".join(pieces))
    if written is None:
        return None
    _, *parts = re.split(rf"^{re.escape(_MARKER)}--- .*\n", written, flags=re.MULTILINE)
    if len(parts) != len(found):
        return None
    texts = []
    for part, region, newline in zip(parts, found, newlines, strict=True):
        text = "".join(line for line in part.splitlines(keepends=True) if not line.startswith(_MARKER))
        text = text if region.text.endswith(("\n", "\r")) else text.removesuffix("\n")
        texts.append(text.replace("\n", newline))
    return texts


def _run_editor(text: str) -> str | None:
    try:
        command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    except ValueError:  # a quote that is not closed
        return None
    with tempfile.TemporaryDirectory(prefix="migrate-") as folder:
        path = os.path.join(folder, "change.py")
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        try:
            if subprocess.run([*command, path], check=False).returncode:
                return None
            with open(path, encoding="utf-8", newline="\n") as file:
                return file.read()
        except (OSError, UnicodeDecodeError):
            return None
