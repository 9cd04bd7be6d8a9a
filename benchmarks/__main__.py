"""`python -m benchmarks`: measures every line of the budget; `--write` puts the table into docs/benchmarks.md."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks import lines, peers, scale, trees
from benchmarks.lines import Bench, Row

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
LINES = (
    lines.sparse_tree,
    lines.tree_without_calls,
    lines.dense_tree,
    lines.run_again,
    lines.two_processes,
    lines.one_file,
    scale.many_copies,
    scale.fifty_thousand,
    scale.cluster,
)


def main() -> None:
    options = _arguments()
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    bench = Bench(work, trees.dense(work, options.archives), options.sparse, options.repeat, not options.quick)
    wanted = [line for line in LINES if not options.only or line.__name__ in options.only]
    rows: list[Row] = []
    for line in wanted:
        for row in line(bench):
            print(_cells(row), flush=True)
            rows.append(row)
    text = table(rows)
    if not options.write:
        sys.stdout.write("\n" + text)
        return
    _write("table", text)
    found = scale.spread(bench) if scale.cluster in wanted else None
    if found:
        _write("scale", scale.prose(found))


def _write(name: str, text: str) -> None:
    """Puts a text between its two marks on the page."""
    page = PAGE.read_text(encoding="utf-8")
    block = re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- end of {name} -->)", re.DOTALL)
    PAGE.write_text(block.sub(lambda _: text, page), encoding="utf-8")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--work", type=Path, default=trees.cache(), help="where downloads and trees are put")
    parser.add_argument("--archives", type=Path, help="wheels and source archives, instead of a download from PyPI")
    parser.add_argument("--sparse", type=Path, default=trees.sparse(), help="an installed site-packages")
    parser.add_argument("--repeat", type=_positive, default=3, help="how often each command is run; the least counts")
    parser.add_argument("--quick", action="store_true", help="without what takes minutes")
    parser.add_argument("--only", nargs="*", choices=[line.__name__ for line in LINES], help="only these lines")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    if not peers.is_installed():
        parser.error(f"migrate is not installed beside {sys.executable}: pip install -e .")
    return parser.parse_args()


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown, and what was measured under which versions."""
    head = "| work | migrate | against | ratio | budget | kept |\n|---|---|---|---|---|---|\n"
    body = "".join(f"| {' | '.join(_cells(row))} |\n" for row in rows)
    return f"{head}{body}\nMeasured on {date.today():%d %B %Y} with {', '.join(peers.versions())}.\n"


def _cells(row: Row) -> list[str]:
    if row.ratio is None:
        return [row.work, row.ours, row.other, "", "", ""]
    kept = "" if row.budget is None else "yes" if row.ratio <= row.budget else "no"
    return [row.work, row.ours, row.other, _times(row.ratio), _times(row.budget), kept]


def _times(ratio: float | None) -> str:
    """`2.0` for twice as much, `1/8` for an eighth."""
    if ratio is None:
        return ""
    return f"{ratio:.1f}" if ratio >= 0.7 else f"1/{1 / ratio:.1f}".removesuffix(".0")


if __name__ == "__main__":
    main()
