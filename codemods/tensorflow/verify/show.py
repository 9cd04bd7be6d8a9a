"""A comparison for people: a table, variable by variable, before and after, and what a traceback has to do with it."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from codemods.tensorflow.verify.asked import Answer
from codemods.tensorflow.verify.comparison import Comparison, Difference, GraphPair, Pair, Verdict
from codemods.tensorflow.verify.dump import Dump, Frame, Variable
from migrate.model import Finding

__all__ = ["show"]

_STYLES = {Verdict.SAME: "green", Verdict.RENAMED: "yellow", Verdict.EMPTY: "red", Verdict.DIFFERENT: "red"}
_SENTENCES = {
    Verdict.SAME: "Both programs build the same variables.",
    Verdict.RENAMED: "Both programs build the same variables; some names change.",
    Verdict.EMPTY: "Neither program built a variable before it ended, so nothing is proved.",
    Verdict.DIFFERENT: "The programs differ.",
}
_FAILS_BEFORE = "The program fails as it is, so nothing can be proved."
_FAILS_AFTER = "The migrated program fails, and as it is it does not."
_WIDEST = 400  # characters of such a line
_HEADINGS = ("variable", "after", "shape", "dtype", "trained", "initial value")
_TAIL = 12  # lines of a failed program's output that are shown


def show(answer: Answer, console: Console) -> None:
    """Prints a comparison, and what is known about its differences."""
    comparison = answer.comparison
    for graph in comparison.graphs if comparison.after.end.complete else ():
        if graph.pairs:
            _variables(graph, console, several=len(comparison.graphs) > 1)
        for difference in graph.differences:
            console.print(_line(difference), style="red")
        for old, new in graph.renamed_ops:
            console.print(Text(f"op {old or '(none)'} -> {new or '(none)'}", style="yellow"))
    for difference in comparison.differences:
        console.print(_line(difference), style="red")
    for when, dump in (("before", comparison.before), ("after", comparison.after)):
        if dump.error is not None:
            _failure(dump, f"{when} the migration", answer.frames if when == "after" else {}, console)
    for line in answer.wavers:
        console.print(Text(f"the program differs from itself as it is: {line}", style="red"))
    for finding in answer.blamed:
        console.print(Text(f"guilty: {_place(finding)}", style="bold red"))
    _close(answer, console)


def _variables(graph: GraphPair, console: Console, *, several: bool) -> None:
    """A table, or a block for each variable where columns would be folded inside words."""
    title = Text(f"Graph {graph.index}") if several else None
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for heading in _HEADINGS:
        table.add_column(heading, overflow="fold")
    rows = [_cells(pair) for pair in graph.pairs]
    for row in rows:
        table.add_row(*row)
    if table.__rich_measure__(console, console.options).minimum <= console.width:
        console.print(table)
        return
    if title is not None:
        console.print(title)
    for name, *cells in rows:
        console.print(name)
        for heading, cell in zip(_HEADINGS[1:], cells, strict=True):
            console.print(Text(f"  {heading}: ").append_text(cell))


def _cells(pair: Pair) -> list[Text]:
    old, new = pair.before, pair.after
    if old is None or new is None:
        there = old or new
        assert there is not None
        name = Text(there.name, style="red")
        gone = Text("gone" if new is None else "new", style="red")
        return [*((name, gone) if new is None else (gone, name)), *_properties(there, {})]
    changed = {one.what: one for one in pair.differences}
    target = Text("same", style="dim") if old.name == new.name else Text(new.name, style="yellow")
    cells = [Text(old.name, style="red" if changed else ""), target, *_properties(old, changed)]
    rest = [one for what, one in changed.items() if what not in ("shape", "dtype", "trainable", "initial value")]
    for difference in rest:
        cells[-1].append("\n").append_text(_line(difference))
    return cells


def _properties(variable: Variable, changed: Mapping[str, Difference]) -> list[Text]:
    shape = (
        "?" if variable.shape is None else "x".join("?" if n is None else str(n) for n in variable.shape) or "scalar"
    )
    plain = {
        "shape": shape,
        "dtype": variable.dtype,
        "trainable": "yes" if variable.trainable else "no",
        "initial value": _initial(variable),
    }
    return [
        Text(f"{changed[what].before} -> {changed[what].after}", style="red") if what in changed else Text(text)
        for what, text in plain.items()
    ]


def _initial(variable: Variable) -> str:
    value = variable.initial.value
    if "error" in value:
        return "cannot be computed"
    if value.get("std") is None:
        return "(no numbers)"
    if value["std"] == 0:
        return f"{value['mean']:.6g}"
    kind = "random" if variable.initial.random else "values"
    return f"{kind}, mean {value['mean']:.3g}, std {value['std']:.3g}"


def _line(difference: Difference) -> Text:
    before, after = _shown(difference.before or "none"), _shown(difference.after or "none")
    return Text(f"{difference.what}: {before} -> {after}", style="red")


def _failure(dump: Dump, when: str, frames: Mapping[Frame, list[Finding]], console: Console) -> None:
    """What ended a program: the traceback of its own code, with the findings behind it, and what it printed last."""
    error = dump.error
    assert error is not None
    console.print(Text(f"\n{_shown(error.type)} {when}: {_shown(error.message.strip())}", style="bold red"))
    for frame in error.frames:
        console.print(Text(f"  {_shown(frame.file)}:{frame.line} in {_shown(frame.function)}"))
        console.print(Text(f"    {_shown(frame.text)}"))
        for finding in frames.get(frame, []):
            console.print(Text(f"    rewritten by {_place(finding)}", style="yellow"))
    printed = [line for line in _shown(dump.output).splitlines() if line.strip()][-_TAIL:]
    if printed:
        console.print(Text("  the last that it printed:", style="dim"))
    for line in printed:
        console.print(Text(f"    {line[:_WIDEST]}", style="dim"))


def _shown(text: str) -> str:
    """A program's own words with control characters as escapes, line ends excepted: they may not steer a terminal."""
    return "".join(one if one.isprintable() or one == "\n" else one.encode("unicode_escape").decode() for one in text)


def _place(finding: Finding) -> str:
    return _shown(f"{finding.code} at {finding.path}:{finding.line}:{finding.column}: {finding.message}")


def _close(answer: Answer, console: Console) -> None:
    comparison = answer.comparison
    verdict = comparison.verdict
    counts = {one: sum(pair.verdict is one for pair in comparison.pairs) for one in Verdict}
    numbers = ", ".join(f"{count} {one.value}" for one, count in counts.items() if count)
    sentence = Text(_sentence(comparison), style=f"bold {_STYLES[verdict]}")
    console.print(sentence, Text(f"({numbers})") if numbers and comparison.after.end.complete else "")
    for note in answer.notes:
        console.print(Text(_shown(note)))


def _sentence(comparison: Comparison) -> str:
    if not comparison.before.end.complete:
        return _FAILS_BEFORE
    return _SENTENCES[comparison.verdict] if comparison.after.end.complete else _FAILS_AFTER
