"""Each format through the installed command: what is previewed is what is written, and who reads it can."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from shell import SCRIPT, Shell, git, install

DOCS = Path(__file__).parents[1] / "docs" / "output-formats.md"
TREE = {
    "lf": b"a = old()\nb = 1\n",
    "crlf": b"a = old()\r\nb = old(2)\r\n",
    "bom": b"\xef\xbb\xbfa = old()\r\n",
    "latin": b"# -*- coding: latin-1 -*-\nx = '\xe9'; a = old()\n",
    "tail": b"a = 1\nb = old()",
    "mixed": b"a = old()\r\nb = 2\nc = old()\n",
    "form": b"a = 1\n\x0c\nb = old()\n",
    "deep__er": b"def f():\n\treturn [old(), Optional[int]]  # [red] :smile: \xf0\x9f\x98\x80\n",
    "sp ace": b"a = old()\n",
    'q"uote': b"a = old()\n",
    "caf\xe9": b"a = old()\n",
    "wide": b"a = '" + b"long " * 1000 + b"'; b = old()\n",
}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    site, cwd = tmp_path / "site", tmp_path / "work"
    install(site, toy="toys:TOY")
    cwd.mkdir()
    shell = Shell(cwd, site)
    shell.write(**TREE)
    (cwd / "pyproject.toml").write_text("")
    return shell


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.py"))}


@pytest.mark.parametrize("below", [False, True])
def test_the_preview_applied_by_git_is_what_is_written(shell: Shell, tmp_path: Path, below: bool) -> None:
    """Also from a directory below the top of the repository."""
    if below:
        git(tmp_path, "init", "-q")
    copy = tmp_path / "copy"
    shutil.copytree(shell.cwd, copy)
    preview = shell.run("--dry-run", ".")
    assert preview.returncode == 0
    subprocess.run(["git", "apply"], cwd=copy, input=preview.stdout, check=True)
    assert shell.run(".").returncode == 0
    assert contents(copy) == contents(shell.cwd)
    assert not any(b"old(" in data for data in contents(copy).values())
    again = shell.run("--dry-run", ".")
    assert (again.stdout, again.returncode) == (b"", 0)


@pytest.mark.parametrize("width", ["40", "200"])
def test_drawn_source_is_as_it_is_at_any_width(shell: Shell, width: str) -> None:
    shown = shell.run("--dry-run", "--color", "always", ".", COLUMNS=width, PYTHONUTF8="1").stdout.decode()
    text = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert "\treturn [old(), Optional[int]]  # [red] :smile: 😀\n" in text
    assert "long " * 1000 in text


def test_no_color_in_a_preview(shell: Shell) -> None:
    assert b"\x1b" not in shell.run("--dry-run", "--output-format", "rich", ".", NO_COLOR="1", FORCE_COLOR="1").stdout
    assert b"\x1b" in shell.run("--dry-run", "--output-format", "rich", ".", FORCE_COLOR="1").stdout


def test_a_closed_pipe_is_no_crash(shell: Shell) -> None:
    shell.write(**{f"many{number}": b"a = old()\n" * 200 for number in range(50)})
    script = f"{SCRIPT} --dry-run . | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=shell.cwd, env=shell.environment(), capture_output=True, check=True
    )
    lines = done.stdout.splitlines()
    assert lines[0].startswith(b"--- ")
    assert lines[-1] != b"1"
    assert b"Traceback" not in done.stderr


def test_the_recipe_in_the_docs_makes_the_edits(shell: Shell, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    names = [name for name in shell.cwd.iterdir() if name.suffix == ".py" or name.is_dir()]
    for one in names:
        if "\udce9" in one.name or "caf" in one.name:
            one.unlink()
    shutil.copytree(shell.cwd, copy)
    (copy / "report.json").write_bytes(shell.run("--dry-run", "--output-format", "json", ".").stdout)
    recipe = re.search(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert recipe is not None
    subprocess.run([SCRIPT.with_name("python"), "-c", recipe[1]], cwd=copy, check=True)
    shell.run(".")
    assert contents(copy) == contents(shell.cwd)


@pytest.mark.parametrize("name", ["json", "sarif", "gitlab"])
def test_machine_formats_are_json_on_standard_output(shell: Shell, name: str) -> None:
    done = shell.run("--dry-run", "--output-format", name, ".")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)


def test_an_output_file_and_a_report(shell: Shell) -> None:
    done = shell.run("--dry-run", "--output-format", "jsonl", "-o", "out.jsonl", "--report", "out.html", ".")
    assert (done.returncode, done.stdout) == (0, b"")
    assert json.loads((shell.cwd / "out.jsonl").read_bytes().splitlines()[-1])["type"] == "end"
    assert b"deep/er.py" in (shell.cwd / "out.html").read_bytes()


def test_the_step_summary_is_appended(shell: Shell) -> None:
    path = shell.cwd / "summary.md"
    path.write_text("before\n")
    done = shell.run("--check", "--output-format", "github", ".", GITHUB_STEP_SUMMARY=str(path))
    assert done.returncode == 1
    assert path.read_text().startswith("before\n## migrate\n")
    assert done.stdout.startswith(b"::notice title=TY101 old-to-new,file=")


@pytest.mark.parametrize("option", ["--report", "--output-file"])
def test_a_file_that_cannot_be_written_is_wrong_use(shell: Shell, option: str) -> None:
    done = shell.run("-q", option, "missing/out", ".")
    assert done.returncode == 2
    assert (
        done.stderr.decode().splitlines()[-1].endswith("missing/out cannot be written: there is no directory missing")
    )
    assert shell.read("lf.py") == TREE["lf"]
    assert b"Traceback" not in done.stderr


def notebook(*cells: str) -> bytes:
    code = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    made = [{**code, "source": cell.splitlines(keepends=True)} for cell in cells]
    whole = {"cells": made, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 2}
    return json.dumps(whole, indent=1).encode() + b"\n"


def test_notebooks_are_read_as_code_and_changed_as_json(shell: Shell, tmp_path: Path) -> None:
    path = shell.cwd / "n.ipynb"
    path.write_bytes(notebook("%matplotlib inline\na = old()  # é", 'b = "x"; c = old(1)'))
    drawn = shell.run("--dry-run", "--color", "always", "n.ipynb", PYTHONUTF8="1").stdout.decode()
    text = re.sub(r"\x1b\[[0-9;]*m", "", drawn)
    assert "- a = old()  # é\n" in text
    assert '+ b = "x"; c = new(1)\n' in text
    assert '\\"' not in text
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(path, copy)
    subprocess.run(["git", "apply"], cwd=copy, input=shell.run("--dry-run", "n.ipynb").stdout, check=True)
    (file,) = json.loads(shell.run("--dry-run", "--output-format", "json", "n.ipynb").stdout)["files"]
    edits = {
        (edit["start"]["byte"], edit["end"]["byte"], edit["text"])
        for finding in file["findings"]
        for edit in finding["edits"]
    }
    data = path.read_bytes()
    for start, end, new in sorted(edits, reverse=True):
        data = data[:start] + new.encode(file["encoding"]) + data[end:]
    assert shell.run("n.ipynb").returncode == 0
    assert path.read_bytes() == data == (copy / "n.ipynb").read_bytes()
    assert b"new(1)" in data
