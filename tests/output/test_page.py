"""The page of `--report`, opened in a real browser: nothing hostile runs, everything is found, at every size."""

from __future__ import annotations

import io
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import awkward
import browser
import pytest
from browser import Browser

from migrate.model import FileResult, Finding, Left, Level, Rename, Report, Rewrite, Span
from migrate.output import emit

pytestmark = pytest.mark.skipif(bool(browser.missing()), reason=browser.missing())


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    with Browser() as window:
        window.resize(1400, 1000)
        yield window


def written(path: Path, report: Report) -> Path:
    out = io.BytesIO()
    emit("html", report, awkward.view(), out)
    path.write_bytes(out.getvalue())
    return path


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("page") / "report.html", awkward.report())


def test_nothing_hostile_runs_and_nothing_is_loaded(window: Browser, tmp_path: Path) -> None:
    evil = '</script><script>window.owned = 1</script><img src=x onerror="window.owned = 1"><!--'
    made = awkward.Made(f"src/{evil.replace('/', '')}.py", f'a = tf.Variable(1)  # {evil}\nb = "{evil!a}"\n'.encode())
    change = made.edit("tf.Variable(1)", "tf.get_variable(1)")
    made.find("TY101", "tf.Variable(1)", Rewrite(Level.EXACT, (change,)), message=evil)
    page = written(tmp_path / "evil.html", Report((made.result(),), 1))
    window.open(page)
    assert window.run("return window.owned") is None
    assert window.run("return document.images.length") == 0
    assert evil in window.run("return document.querySelector('.added').parentElement.textContent")
    assert window.log() == []
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//|@import|url\(""", page.read_text())


def test_every_line_of_every_diff_is_there(window: Browser, page: Path) -> None:
    window.open(page)
    window.run("document.querySelectorAll('.file').forEach(file => { file.open = true; })")
    time.sleep(0.3)
    data = json.loads(re.search(r'id="data">(.*?)</script>', page.read_text(), re.DOTALL)[1])  # type: ignore[index]
    for number, file in enumerate(data["files"]):
        script = "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)"
        removed = [line[1] for hunk in file["hunks"] for line in hunk["lines"] if line[0] == "-"]
        shown = window.run(script, f"#f{number} .row code.removed")
        assert len(shown) == len(removed)
        for text, source in zip(shown, removed, strict=True):
            plain = re.sub(r"U\+([0-9A-F]{4})", lambda match: chr(int(match[1], 16)), text)
            assert plain.removesuffix(" \\ No newline at end of file") == source
    assert window.log() == []


def test_syntax_and_marks(window: Browser, page: Path) -> None:
    window.open(page)
    kinds = window.run(
        "return [...document.querySelectorAll('#f0 [class^=s-]')].map(e => [e.className, e.textContent])"
    )
    assert ["s-keyword", "with"] in kinds
    assert ["s-string", '"conv"'] in kinds
    assert ["s-comment", "# ünïcode 😀 before"] in kinds
    assert ["s-string", '  two"""'] in kinds, "a string over two lines stays one"
    marks = window.run("return [...document.querySelectorAll('#f0 .added mark')].map(e => e.textContent)")
    assert "variable_scope" in marks


def test_filters_and_search(window: Browser, page: Path) -> None:
    window.open(page)
    shown = "return [...document.querySelectorAll('.file:not([hidden]) .path')].map(e => e.textContent)"
    assert len(window.run(shown)) == 6
    choose = (
        "const e = document.getElementById(arguments[0]); e.value = arguments[1]; e.dispatchEvent(new Event('change'))"
    )
    window.run(choose, "outcome", "left")
    assert window.run(shown) == ["src/bom.py", "src/left.py", "src/net.py", "src/windows.py"]
    assert window.run("return document.getElementById('shown').textContent") == "4 of 6 files"
    window.run("document.getElementById('filters').reset()")
    window.run("document.activeElement.blur()")
    window.type("/")
    assert window.run("return document.activeElement.id") == "search"
    window.type("WINDOWS loop")
    time.sleep(0.3)
    assert window.run(shown) == ["src/windows.py"]


def test_a_bar_filters_by_its_reason(window: Browser, page: Path) -> None:
    window.open(page)
    window.run("[...document.querySelectorAll('.bar')].find(e => e.textContent.startsWith('TY201')).click()")
    assert window.run("return document.getElementById('code').value") == "TY201"
    assert window.run("return document.querySelectorAll('.file:not([hidden])').length") == 4


def test_links_lead_to_lines(window: Browser, page: Path) -> None:
    window.open(page, "#f4-n8")
    assert window.run("return document.getElementById('f4').open")
    assert window.run("return document.querySelector('.at').id") == "f4-n8"
    top = window.run("return document.querySelector('.at').getBoundingClientRect().top")
    assert 0 <= top <= 1000
    hrefs = window.run(
        "return [...document.querySelectorAll('#f4 .findings a')].map(e => e.getAttribute('href').slice(1))"
    )
    assert hrefs
    assert all(window.run("return document.getElementById(arguments[0]) !== null", name) for name in hrefs)


def test_the_scope_trees(window: Browser, page: Path) -> None:
    window.open(page)
    before, after = window.run("return [...document.querySelectorAll('.tree')].map(e => e.innerText.split('\\n'))")
    assert before == ["Before", "Variable_* → outer/inner/i_*", "conv/", "Variable → conv/b"]
    assert after == ["After", "conv/", "b ← conv/Variable", "outer/", "inner/", "i_* ← Variable_*"]


def test_a_very_long_name_leaves_room_for_others(window: Browser, tmp_path: Path) -> None:
    name = "n" * 5000
    finding = Finding(
        "TY101", "a.py", Span(0, 5), 7, 1, "alone", Left("Do it."), (Rename(name, f"{name}2", exact=True),)
    )
    window.open(written(tmp_path / "long.html", Report((FileResult("a.py", (finding,)),), 1)))
    assert window.run("return document.querySelector('.leaf').getBoundingClientRect().height") < 200
    window.run("document.getElementById('f0').open = true")
    time.sleep(0.2)
    assert window.run("return document.querySelector('.findings').getBoundingClientRect().height") < 300


def test_the_keyboard_reaches_every_file(window: Browser, page: Path) -> None:
    window.open(page)
    window.type("j")
    assert window.run("return document.activeElement.parentElement.id") == "f0"
    window.type("jj")
    assert window.run("return document.activeElement.parentElement.id") == "f2"
    window.type("k")
    was = window.run("return document.getElementById('f1').open")
    window.type("\ue007")  # Enter
    assert window.run("return document.getElementById('f1').open") is not was


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 820, 1400])
def test_no_size_scrolls_sideways(window: Browser, page: Path, width: int, dark: bool) -> None:
    """`MIGRATE_SCREENSHOTS` names a directory to keep the pictures in."""
    window.resize(width, 1400, dark=dark)
    window.open(page, "#f4")
    assert window.run("return document.documentElement.scrollWidth") <= width
    ratio = window.run(CONTRAST)
    assert ratio[0] >= 4.5, ratio
    folder = os.environ.get("MIGRATE_SCREENSHOTS")
    if folder:
        window.screenshot(Path(folder) / f"page-{width}-{'dark' if dark else 'light'}.png")
    window.resize(1400, 1000)


# The smallest contrast of text that is drawn, by WCAG's formula, and where it is.
CONTRAST = """
const linear = v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
const light = c => { const [r, g, b] = c.map(linear);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const numbers = c => c.match(/[\\d.]+/g).map(Number);
const ground = e => { for (; e; e = e.parentElement) { const c = numbers(getComputedStyle(e).backgroundColor);
  if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
let worst = [99, ''];
for (const e of document.querySelectorAll('main *, header *')) {
  if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
  if (!e.getClientRects().length || e.closest('svg')) continue;
  const [a, b] = [light(numbers(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio < worst[0]) worst = [ratio, e.outerHTML.slice(0, 100)];
}
return worst;
"""


def test_it_prints_the_diffs(window: Browser, page: Path) -> None:
    window.open(page)
    window.run("document.getElementById('close-all').click()")
    assert window.printed().startswith(b"%PDF")
    assert window.run("return document.querySelectorAll('.file[open] .diff').length") == 5


def test_two_thousand_files_open_at_once(window: Browser, tmp_path: Path) -> None:
    sample = awkward.program("x.py", awkward.PROGRAM.encode())
    results = tuple(
        FileResult(f"src/p{number % 40}/f{number:04}.py", sample.findings, sample.revision) for number in range(2000)
    )
    page = written(tmp_path / "many.html", Report(results, 2000))
    started = time.monotonic()
    window.open(page)
    assert time.monotonic() - started < 20
    assert window.run("return document.querySelectorAll('.file').length") == 2000
    assert window.run("return document.querySelectorAll('.diff').length") == 3, "a diff is drawn once it is opened"
    script = "const t = performance.now(); const e = document.getElementById('code'); e.value = 'TY201';"
    took = window.run(script + "e.dispatchEvent(new Event('change')); return performance.now() - t")
    assert took < 1000


def test_a_report_of_lefts_only(window: Browser, tmp_path: Path) -> None:
    finding = Finding("TY201", "src/left.py", Span(0, 5), 7, 1, "alone", Left("Do it."))
    window.open(written(tmp_path / "left.html", Report((FileResult("src/left.py", (finding,)),), 1)))
    assert window.run("return document.querySelector('#f0 .path').textContent") == "src/left.py"
    window.open(written(tmp_path / "none.html", Report((), 0)))
    assert window.log() == []
