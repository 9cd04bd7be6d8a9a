"""Draws `docs/preview.svg`: what a terminal shows while `migrate` previews an example, recorded from a real run."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

__all__ = ["COMMAND", "PICTURE", "draw", "record"]

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "preview.svg"
COMMAND = ("migrate", "--dry-run", "examples/name_scopes.py")
WIDTH = 114  # columns: no line of the run is longer, so none is folded

# The colours of a dark terminal; black is the background, on which marked words stand out.
THEME = TerminalTheme(
    (13, 17, 23),
    (201, 209, 217),
    [
        (13, 17, 23),
        (248, 113, 105),
        (86, 211, 100),
        (227, 179, 65),
        (110, 168, 254),
        (210, 153, 255),
        (86, 212, 221),
        (201, 209, 217),
    ],
)

_FONT_FACE = re.compile(r"\s*@font-face \{.*?\n    \}", re.DOTALL)  # would be fetched from elsewhere
_FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace"


def record(command: tuple[str, ...] = COMMAND, width: int = WIDTH) -> str:
    """What `command`, run in the project's root, writes to a terminal of `width` columns, escape sequences included."""
    reader, writer = pty.openpty()
    script = Path(sys.executable).with_name(command[0])
    with subprocess.Popen(
        [script, *command[1:]], cwd=ROOT, env=_environment(width), stdin=writer, stdout=writer, stderr=writer
    ):
        os.close(writer)
        pieces = list(iter(lambda: _read(reader), b""))
    os.close(reader)
    return b"".join(pieces).decode("utf-8").replace("\r\n", "\n")


def draw(recorded: str, command: tuple[str, ...] = COMMAND, width: int = WIDTH) -> str:
    """The picture of a terminal in which `command` wrote what was recorded."""
    console = Console(
        record=True,
        width=width,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
    )
    shown = " ".join(command)
    console.print(Text.assemble(("$ ", "dim"), (shown, "bold")))
    console.print(Text.from_ansi(recorded.rstrip("\n")), soft_wrap=True)
    picture = console.export_svg(title=shown, theme=THEME, unique_id="preview")
    return _FONT_FACE.sub("", picture).replace("Fira Code, monospace", _FONTS) + "\n"


def _environment(width: int) -> dict[str, str]:
    """An environment in which nothing but the command decides what is shown; without a bar, which depends on time."""
    own = ("NO_COLOR", "FORCE_COLOR", "GITHUB_STEP_SUMMARY")
    kept = {name: value for name, value in os.environ.items() if name not in own and not name.startswith("MIGRATE_")}
    return {**kept, "TERM": "xterm-256color", "COLUMNS": str(width), "CI": "1", "PYTHONIOENCODING": "utf-8"}


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # on Linux, the sign that the other end is closed
        return b""


if __name__ == "__main__":
    PICTURE.write_text(draw(record()), encoding="utf-8")
