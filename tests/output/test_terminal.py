"""What a person reads: source text comes out as it is, hostile text does no harm, colours and widths are as asked."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import awkward
import pytest

from migrate.diff import hunks
from migrate.model import FileResult, Report, Revision
from migrate.output import emit, summarize
from migrate.output.changed import marks
from migrate.output.colors import pieces
from migrate.output.view import columns, wants_color
from migrate.output.words import visible

ROOT = Path(__file__).parents[2]
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def preview(report: Report | None = None, **more: object) -> str:
    out = io.BytesIO()
    view = awkward.view(**more)
    emit("rich", report or awkward.report(), view, out)
    return out.getvalue().decode(view.encoding)


def one(before: str, after: str) -> Report:
    result = FileResult(
        "x.py",
        (awkward.program("x.py", awkward.PROGRAM.encode()).findings[0],),
        Revision.of(before.encode(), after.encode()),
    )
    return Report((result,), 1)


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("color", [True, False])
def test_every_line_of_the_diff_is_there_as_it_is(width: int, color: bool) -> None:
    """`[red]`, `Optional[int]`, emoji, tabs, 5,000 characters: nothing lost, folded, cropped, or expanded."""
    text = ANSI.sub("", preview(width=width, color=color))
    shown = text.split("\n")
    for result in awkward.report().changed:
        encoding = "latin-1" if "space" in result.path else "utf-8"
        for hunk in hunks(result.before or b"", result.after or b""):
            for line in hunk.lines:
                source = line.data.decode(encoding).removesuffix("\n")
                wanted = visible(source.removesuffix("\r").removeprefix("\ufeff"))
                assert any(row.endswith((f"{line.sign} {wanted}", f"{line.sign} {wanted}\\r")) for row in shown)


@pytest.mark.parametrize("color", [True, False])
def test_nothing_hostile_reaches_the_terminal(color: bool) -> None:
    text = ANSI.sub("", preview(color=color))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "\\x1b]0;owned\\x07" in text
    assert "src/hostile\\x1b[31m\\n.py" in text
    assert "\\u202e" in text


def test_colours_only_when_asked() -> None:
    assert "\x1b" not in preview(color=False)
    assert ANSI.search(preview(color=True))


def test_a_terminal_without_unicode() -> None:
    text = preview(encoding="ascii", color=True)
    assert text.isascii()
    assert "\\U0001f600" in text
    assert "-- src/net.py ---" in ANSI.sub("", text)


def test_headings_reach_across_but_never_cut_a_path() -> None:
    rows = ANSI.sub("", preview(width=60)).split("\n")
    heading = next(row for row in rows if "src/net.py" in row)
    assert len(heading) == 60
    narrow = ANSI.sub("", preview(width=10)).split("\n")
    assert any("src/net.py" in row and "rewritten" in row for row in narrow)


def test_changed_words_are_marked() -> None:
    text = preview(one('w = tf.Variable(0, name="w")\n', 'w = tf.get_variable(0, name="w")\n'), color=True)
    assert "\x1b[30;41mVariable\x1b[0m" in text
    assert "\x1b[30;42mget_variable\x1b[0m" in text


def test_marks_join_and_stay_inside_their_lines() -> None:
    old, new = marks(["a = old(x, y)", "b = 1"], ["with s:", "    a = new(x, y)", "    b = 1"])
    assert old == [[(4, 7)], []]
    assert new[1] == [(0, 4), (8, 11)]
    assert new[2] == [(0, 4)]
    assert marks(["completely"], ["different! lines? here: 1 2 3"]) == ([[]], [[]])


def test_mixed_newlines_show_their_carriage_returns() -> None:
    assert "\\r" in preview(one("a\r\nb\nc\n", "a\r\nB\nc\n"))
    assert "\\r" not in preview(one("a\r\nb\r\n", "a\r\nB\r\n"))


def test_a_missing_last_newline_shows() -> None:
    assert preview(one("a\nb", "a\nc")).count("\\ No newline at end of file") == 2


def test_syntax_pieces_of_strings_over_lines() -> None:
    found = pieces('@d\ndef f(x):  # c\n    """a\n  b"""\n    return print(1, x.print)\n')
    assert found[0] == [(0, 1, "decorator")]
    assert found[1] == [(0, 3, "keyword"), (4, 5, "defined"), (11, 14, "comment")]
    assert found[2:4] == [[(4, 8, "string")], [(0, 6, "string")]]
    assert found[4] == [(4, 10, "keyword"), (11, 16, "builtin"), (17, 18, "number")]


def summary(report: Report | None = None, **more: object) -> str:
    err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    summarize(report or awkward.report(), awkward.view(**more), err)
    err.seek(0)
    return err.read()


def test_the_summary_counts_and_names_what_failed() -> None:
    text = summary()
    assert "error: src/broken.py:3: cannot parse: invalid \\x1b[31msyntax\\n\n" in text
    assert "error: src/\\xe9.py: cannot be read\n" in text
    assert "5 files of 12 would change" in text
    assert "5 files of 12 changed" in summary(applied=True)
    assert re.search(r"\d+  TY201  Nobody knows", text)
    assert "conv/Variable -> conv/b" in text
    assert "Variable_* -> outer/inner/i_*  (* is known when the program runs)" in text


def test_a_quiet_summary_has_failures_only() -> None:
    assert summary(verbosity=-1).splitlines() == [line for line in summary().splitlines() if line.startswith("error:")]
    assert summary(Report((), 3), verbosity=-1) == ""
    assert summary(Report((), 3)) == "Nothing to migrate in 3 files.\n"


SCRIPT = """
import sys
sys.path[:0] = [{root!r}, {here!r}]
import awkward
from migrate.output import summarize
from migrate.output.view import columns, wants_color
view = awkward.view(color=wants_color("auto", sys.stderr), width=columns(stream=sys.stderr))
summarize(awkward.report(), view, sys.stderr)
"""


def in_terminal(**environ: str) -> str:
    """What the summary draws in a pseudo-terminal."""
    leader, follower = pty.openpty()
    env = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    env |= {"TERM": "xterm", "PYTHONUTF8": "1", **environ}
    script = SCRIPT.format(root=str(ROOT), here=str(Path(__file__).parent))
    child = subprocess.Popen([sys.executable, "-c", script], stderr=follower, env=env)
    os.close(follower)
    pieces = []
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        pieces.append(piece)
    assert child.wait() == 0
    os.close(leader)
    return b"".join(pieces).decode().replace("\r\n", "\n")


@pytest.mark.parametrize("width", [40, 200])
def test_the_closing_table_fits_the_width(width: int) -> None:
    text = ANSI.sub("", in_terminal(COLUMNS=str(width)))
    table = text[text.index("looked at") - 20 : text.index("Variables renamed")]
    assert all(len(row.rstrip()) <= width for row in table.split("\n"))
    assert "TY201" in text


def test_no_color_beats_force_color() -> None:
    assert ANSI.search(in_terminal())
    assert not ANSI.search(in_terminal(NO_COLOR="1", FORCE_COLOR="1"))


def test_a_terminal_without_unicode_gets_ascii_tables() -> None:
    text = in_terminal(PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert text.isascii()
    assert "conv/Variable -> conv/b" in text


def test_which_streams_get_colours() -> None:
    pipe = io.StringIO()
    assert wants_color("always", pipe, {"NO_COLOR": "1"})
    assert not wants_color("never", pipe, {"FORCE_COLOR": "1"})
    assert wants_color("auto", pipe, {"FORCE_COLOR": "1"})
    assert not wants_color("auto", pipe, {"FORCE_COLOR": "0"})
    assert not wants_color("auto", pipe, {"FORCE_COLOR": "1", "NO_COLOR": "1"})
    assert not wants_color("auto", pipe, {})


def test_the_width_is_columns_first() -> None:
    assert columns({"COLUMNS": "40"}) == 40
    assert columns({"COLUMNS": "wide"}, io.StringIO()) == 80
    assert columns({"COLUMNS": "²"}, io.StringIO()) == 80
    assert columns({"COLUMNS": "9" * 5_000}, io.StringIO()) == 80
    assert columns({}, io.StringIO()) == 80


def test_light_formats_import_neither_rich_nor_libcst() -> None:
    script = (
        "import io, sys, awkward; from migrate.output import emit, summarize\n"
        "for name in ('diff', 'concise'): emit(name, awkward.report(), awkward.view(), io.BytesIO())\n"
        "summarize(awkward.report(), awkward.view(), io.StringIO())\n"
        "print([name for name in ('rich', 'libcst', 'typer', 'json') if name in sys.modules])"
    )
    env = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{Path(__file__).parent}"}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_hunk_that_begins_within_a_long_string() -> None:
    """The quote stands far above; one in a comment, or in a short string, opens nothing."""
    head = "# \"\"\"\nx = \"'''\"\ny = '''one\n" + "if in while\n" * 20
    text = preview(one(head + "def old\n'''\n", head + "def new\n'''\n"), color=True)
    assert "\x1b[33mif in while\x1b[0m" in text
    assert "\x1b[35m" not in text, "a keyword in a string is none"
    assert pieces("a'''\nb = 1", "'''") == [[(0, 4, "string")], [(4, 5, "number")]]
