"""The review, driven as a person would: the installed command in a real pseudo-terminal, answers typed to prompts."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest
from shell import SCRIPT, Shell, install

from migrate.review import Memory

ANSI = re.compile(r"\x1b\[[0-9;]*m")
PROMPT = "[y,n,a,d,q,e,?]? "


class Terminal:
    """A `migrate` that runs in a pseudo-terminal of 80 columns."""

    def __init__(self, shell: Shell, *arguments: str, **environ: str) -> None:
        self.leader, follower = pty.openpty()
        environment = shell.environment(TERM="xterm", PYTHONUTF8="1", COLUMNS="80", **environ)
        self.child = subprocess.Popen(
            [str(SCRIPT), *arguments],
            cwd=shell.cwd,
            env=environment,
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
        )
        os.close(follower)
        self.raw = ""

    def until(self, text: str) -> str:
        """What is shown up to and with `text`, since the last time."""
        end = time.monotonic() + 60
        while text not in self.text():
            if not self._read(end - time.monotonic()):
                raise AssertionError(f"no {text!r} in {self.text()!r}")
        found, self.raw = self.text(), ""
        return found

    def type(self, keys: str) -> None:
        os.write(self.leader, keys.encode())

    def answer(self, *answers: str) -> list[str]:
        """Types each answer to the next prompt; what was shown before each of them."""
        shown = []
        for one in answers:
            shown.append(self.until(PROMPT))
            self.type(one + "\n")
        return shown

    def end(self) -> tuple[int, str]:
        """The exit code, and all that was still shown."""
        while self._read(60):
            pass
        os.close(self.leader)
        return self.child.wait(60), self.text()

    def text(self) -> str:
        return ANSI.sub("", self.raw).replace("\r\n", "\n")

    def _read(self, wait: float) -> bool:
        if not select.select([self.leader], [], [], max(wait, 0))[0]:
            return False
        try:
            piece = os.read(self.leader, 65536)
        except OSError:  # the other end is closed
            return False
        self.raw += piece.decode(errors="replace")
        return bool(piece)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    site, cwd = tmp_path / "site", tmp_path / "work"
    install(site, toy="toys:TOY", pairs="toys:PAIRS")
    cwd.mkdir()
    (cwd / "pyproject.toml").write_text("")
    return Shell(cwd, site)


THREE = "a = old()\nfiller = 1\nb = old(1)\nmore = 2\nc = old()\n"


def review(shell: Shell, *arguments: str, **environ: str) -> Terminal:
    return Terminal(shell, "--interactive", *arguments, ".", **environ)


def test_yes_and_no(shell: Shell) -> None:
    shell.write(x=THREE)
    terminal = review(shell)
    shown = terminal.answer("y", "n", "y")
    code, rest = terminal.end()
    assert code == 0, rest
    assert shell.read("x.py").decode() == THREE.replace("a = old", "a = new").replace("c = old", "c = new")
    assert "(1/3) x.py" in shown[0]
    assert "1 - a = old()" in shown[0]
    assert "1 + a = new()" in shown[0]
    assert "2   filler = 1" in shown[0]
    assert "b = new(1)" not in shown[0], "only the change that is asked about is shown"
    assert "M005" in rest


def test_colours_in_the_terminal(shell: Shell) -> None:
    shell.write(x=THREE)
    terminal = review(shell)
    while PROMPT not in terminal.text():
        assert terminal._read(60)
    assert "\x1b[30;42mnew\x1b[0m" in terminal.raw
    terminal.type("q\n")
    terminal.end()
    plain = review(shell, NO_COLOR="1", FORCE_COLOR="1")
    while PROMPT not in plain.text():
        assert plain._read(60)
    assert "\x1b[3" not in plain.raw
    plain.type("q\n")
    plain.end()


def test_all_and_none_of_a_file(shell: Shell) -> None:
    shell.write(x=THREE, y=THREE, z="d = old()\n")
    terminal = review(shell)
    terminal.answer("n", "a", "y", "d", "y")
    code, rest = terminal.end()
    assert code == 0, rest
    assert shell.read("x.py").decode() == THREE.replace("old", "new").replace("a = new", "a = old")
    assert shell.read("y.py").decode() == THREE.replace("a = old", "a = new")
    assert shell.read("z.py") == b"d = new()\n"


def test_help_and_nonsense_ask_again(shell: Shell) -> None:
    shell.write(x="a = old()\n")
    terminal = review(shell)
    shown = terminal.answer("?", "what", "Y")
    assert terminal.end()[0] == 0
    assert "q - stop here" in shown[1]
    assert "q - stop here" in shown[2]
    assert shell.read("x.py") == b"a = new()\n"


def test_what_depends_on_each_other_is_taken_together(shell: Shell) -> None:
    """`use` in one file needs `make` in another: one question, both files, both or none."""
    files = {"maker": "make('w')\nkeep = 1\n", "user": "from maker import w\nuse('w')\n"}
    shell.write(**files)
    terminal = review(shell)
    (shown,) = terminal.answer("n")
    assert terminal.end()[0] == 0
    assert "(1/1) maker.py, user.py" in shown
    assert "made('w')" in shown
    assert "used('w')" in shown
    assert shell.read("maker.py").decode() == files["maker"]
    assert shell.read("user.py").decode() == files["user"]
    terminal = review(shell)
    terminal.answer("y")
    assert terminal.end()[0] == 0
    assert shell.read("maker.py") == b"made('w')\nkeep = 1\n"
    assert shell.read("user.py") == b"from maker import w\nused('w')\n"


def test_quit_makes_what_was_accepted_and_resume_asks_for_the_rest(shell: Shell) -> None:
    shell.write(x=THREE + "d = old()\n")
    terminal = review(shell)
    terminal.answer("n", "y", "q")
    code, rest = terminal.end()
    assert code == 0
    assert "2 changes not decided: the same command with --resume goes on.\n" in rest
    assert shell.read("x.py").decode() == THREE.replace("old(1)", "new(1)") + "d = old()\n"
    terminal = review(shell, "--resume")
    shown = terminal.answer("y", "n")
    assert terminal.end()[0] == 0
    assert "1 change of 3 had an answer before" in shown[0]
    assert "c = new()" in shown[0]
    assert (
        shell.read("x.py").decode() == THREE.replace("old(1)", "new(1)").replace("c = old", "c = new") + "d = old()\n"
    )
    assert not list(shell.cwd.glob("**/review.json"))


def test_a_key_interrupt_writes_nothing_and_keeps_the_answers(shell: Shell) -> None:
    shell.write(x=THREE)
    terminal = review(shell)
    terminal.answer("y", "n")
    terminal.until(PROMPT)
    os.killpg(terminal.child.pid, signal.SIGINT)
    code, rest = terminal.end()
    assert code == 130, rest
    assert "Traceback" not in rest
    assert shell.read("x.py").decode() == THREE
    terminal = review(shell, "--resume")
    (shown,) = terminal.answer("n")
    assert terminal.end()[0] == 0
    assert "2 changes of 3 had an answer before" in shown
    assert shell.read("x.py").decode() == THREE.replace("a = old", "a = new")


def test_the_end_of_the_answers_is_an_interrupt(shell: Shell) -> None:
    shell.write(x=THREE)
    terminal = review(shell)
    terminal.answer("y")
    terminal.until(PROMPT)
    terminal.type("\x04")
    code, rest = terminal.end()
    assert code == 130, rest
    assert shell.read("x.py").decode() == THREE


def test_without_resume_everything_is_asked_again(shell: Shell) -> None:
    shell.write(x=THREE)
    terminal = review(shell)
    terminal.answer("n", "q")
    terminal.end()
    terminal = review(shell)
    shown = terminal.answer("n", "n", "n")
    assert terminal.end()[0] == 0
    assert "(1/3)" in shown[0]


def editor(shell: Shell, script: str) -> str:
    """An editor that does to the file what a line of Python does to `text`."""
    path = shell.cwd.parent / "edit.py"
    path.write_text(
        "import sys\npath = sys.argv[1]\ntext = open(path).read()\n"
        f"open({str(shell.cwd.parent / 'seen')!r}, 'w').write(text)\n{script}\nopen(path, 'w').write(text)\n"
    )
    return f"{SCRIPT.with_name('python')} {path}"


def test_edit_makes_what_a_person_writes(shell: Shell) -> None:
    shell.write(x=THREE.replace("\n", "\r\n"))
    terminal = review(shell, EDITOR=editor(shell, "text = text.replace('new(1)', 'new(2)  # mine\\nextra = 3')"))
    terminal.answer("y", "e", "n")
    code, rest = terminal.end()
    assert code == 0, rest
    expected = "a = new()\nfiller = 1\nb = new(2)  # mine\nextra = 3\nmore = 2\nc = old()\n"
    assert shell.read("x.py").decode() == expected.replace("\n", "\r\n")
    seen = (shell.cwd.parent / "seen").read_text()
    assert seen.startswith("#| Edit the lines")
    assert seen.endswith("#| --- x.py:3\nb = new(1)\n")


def test_an_edit_that_is_no_python_is_asked_again(shell: Shell) -> None:
    shell.write(x="a = old()\n")
    terminal = review(shell, EDITOR=editor(shell, "text = text.replace('new()', 'new(')"))
    shown = terminal.answer("e", "n")
    assert terminal.end()[0] == 0
    assert "That would not be Python: x.py:1: " in shown[1]
    assert shell.read("x.py") == b"a = old()\n"


@pytest.mark.parametrize("command", ["false", "no-such-editor --wait", "vi 'unclosed"])
def test_an_editor_that_fails_changes_nothing(shell: Shell, command: str) -> None:
    shell.write(x="a = old()\n")
    terminal = review(shell, VISUAL="", EDITOR=command)
    shown = terminal.answer("e", "y")
    assert terminal.end()[0] == 0
    assert "The editor ($VISUAL, $EDITOR) failed" in shown[1]
    assert shell.read("x.py") == b"a = new()\n"


def test_emptied_pieces_mean_no(shell: Shell) -> None:
    shell.write(x="a = old()\n")
    script = "text = ''.join(line for line in text.splitlines(True) if line.startswith('#|'))"
    terminal = review(shell, EDITOR=editor(shell, script))
    terminal.answer("e")
    assert terminal.end()[0] == 0
    assert shell.read("x.py") == b"a = old()\n"


def test_two_changes_on_a_line_cannot_be_edited_apart(shell: Shell) -> None:
    shell.write(x="a = old(); b = old()\n")
    terminal = review(shell, EDITOR="false")
    shown = terminal.answer("e", "n", "y")
    assert terminal.end()[0] == 0
    assert "Another change touches the same lines" in shown[1]
    assert shell.read("x.py") == b"a = old(); b = new()\n"


def test_an_edit_is_remembered(shell: Shell) -> None:
    shell.write(x=THREE)
    terminal = review(shell, EDITOR=editor(shell, "text = text.replace('new()', 'mine()')"))
    terminal.answer("e")
    terminal.until(PROMPT)
    terminal.type("\x04")
    assert terminal.end()[0] == 130
    (kept,) = shell.cwd.glob("**/review.json")
    assert ["a = mine()\n"] in [
        answer for line in kept.read_text().splitlines() for answer in json.loads(line).values()
    ]
    terminal = review(shell, "--resume")
    terminal.answer("n", "n")
    assert terminal.end()[0] == 0
    assert shell.read("x.py").decode() == THREE.replace("a = old", "a = mine")


def test_nothing_to_review(shell: Shell) -> None:
    shell.write(x="a = 1\n")
    code, rest = review(shell).end()
    assert code == 0
    assert "Nothing to migrate" in rest


def test_a_notebook_is_one_question(shell: Shell) -> None:
    code = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    cells = [{**code, "source": ["a = old()\n", "b = 1"]}, {**code, "source": ["c = old()"]}]
    whole = {"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 2}
    path = shell.cwd / "n.ipynb"
    path.write_text(json.dumps(whole, indent=1))
    terminal = review(shell, EDITOR="false")
    shown = terminal.answer("e", "y")
    assert terminal.end()[0] == 0
    assert "(1/1) n.ipynb" in shown[0]
    assert "+ c = new()" in shown[0]
    assert "cannot be edited here" in shown[1]
    assert path.read_text().count("new()") == 2


def test_an_answer_is_written_behind_the_others(tmp_path: Path) -> None:
    """A thousand answers do not write all of them a thousand times; a line that a kill has cut off is asked again."""
    memory = Memory(str(tmp_path / "review.json"), {"a": "y"})
    memory.note(["b", "c"], "n")
    before = (tmp_path / "review.json").read_bytes()
    memory.note(["d"], ["mine\n"])
    after = (tmp_path / "review.json").read_bytes()
    assert after.startswith(before)
    assert loaded(tmp_path) == {"a": "y", "b": "n", "c": "n", "d": ["mine\n"]}
    (tmp_path / "review.json").write_bytes(after[:-3])
    assert loaded(tmp_path) == {"a": "y", "b": "n", "c": "n"}
    (tmp_path / "review.json").write_bytes(b"[]\n")
    assert loaded(tmp_path) == {}


def loaded(folder: Path) -> dict[str, str | list[str]]:
    memory = Memory(str(folder / "review.json"))
    memory.load()
    return memory.answers
