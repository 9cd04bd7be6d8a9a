"""A report about programs of every awkward kind: encodings, newlines, wraps in wraps, shared imports, hostile names.

The rewrites are made by `migrate.edits` from changes that are looked up in the text, as the engine makes them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from migrate import edits
from migrate.model import (
    Change,
    Edit,
    Failure,
    FileResult,
    Finding,
    Left,
    Level,
    Notice,
    Outcome,
    Rename,
    Report,
    Revision,
    Rewrite,
    Rule,
    RuleKind,
    Span,
    Wrap,
)
from migrate.output import View
from migrate.source import Source

RULES: Mapping[str, Rule] = {
    "TY101": Rule("TY101", "shape-form", RuleKind.REWRITE, "The call gets a name and a shape", "## What\nA *page*."),
    "TY102": Rule("TY102", "scope", RuleKind.REWRITE, "A scope goes around", "## What\nA page."),
    "TY201": Rule("TY201", "left-alone", RuleKind.LEFT, "Nobody knows", "## What\nA page."),
    "TY301": Rule("TY301", "look-here", RuleKind.NOTICE, "Worth a look", "## What\nA page."),
}

PROGRAM = '''\
"""A [red]program[/red] :smile: 😀"""
import tensorflow as tf


def net(x: Optional[int]):
    with tf.name_scope("conv"):
        w = tf.Variable(tf.zeros([2, 3]), name="w")  # ünïcode 😀 before
        text = """one
  two"""
        b = tf.Variable(0.1); c = tf.Variable(0.2)
    for i in range(3):\t# a tab

        deep(i,
             tf.Variable(i))
    return w, b, tf.Variable(*given)
'''


@dataclass
class Made:
    """Collects the findings in one file, and makes its result."""

    path: str
    data: bytes
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.source = Source.from_bytes(self.path, self.data)

    def span(self, snippet: str) -> Span:
        start = self.source.text.index(snippet)
        return Span(start, start + len(snippet))

    def edit(self, snippet: str, text: str) -> Edit:
        return Edit(self.span(snippet), text.replace("\n", self.source.newline))

    def find(self, code: str, snippet: str, outcome: Outcome, **more: object) -> Finding:
        span = self.span(snippet)
        line, column = self.source.position(span.start)
        message = more.pop("message", f"about {snippet.splitlines()[0]}")
        found = Finding(code, self.path, span, line, column, message, outcome, **more)  # type: ignore[arg-type]
        self.findings.append(found)
        return found

    def result(self) -> FileResult:
        changes: list[Change] = []
        seen: set[Change] = set()
        for finding in self.findings:
            if isinstance(finding.outcome, Rewrite):
                changes += [one for one in finding.outcome.changes if one not in seen]
                seen |= {one for one in finding.outcome.changes if isinstance(one, Edit)}
        after = self.source.to_bytes(edits.apply(self.source.text, changes))
        findings = tuple(sorted(self.findings, key=lambda finding: finding.span))
        return FileResult(self.path, findings, Revision.of(self.data, after))


def program(path: str, data: bytes) -> FileResult:
    """`PROGRAM` in some encoding, rewritten everywhere; its wraps nest, and its import is asked for twice."""
    made = Made(path, data)
    newline = made.source.newline
    above = Edit(Span(made.span("def net").start, made.span("def net").start), f"import scopes{newline}")
    start = made.span("for i in range").start
    end = made.span("tf.Variable(i))").end
    outer = Wrap(Span(start, end), 'with tf.variable_scope("outer"):')
    inner_start = made.span("deep(i,").start
    inner = Wrap(Span(inner_start, end), 'with tf.variable_scope("inner"):')
    scope = made.find("TY102", "for i in", Rewrite(Level.EXACT, (outer, inner)), message="a loop, twice\nwrapped")
    made.find(
        "TY101",
        "tf.Variable(i)",
        Rewrite(Level.RENAMES, (made.edit("tf.Variable(i)", 'tf.get_variable(\n    "i",\n    initializer=i)'), above)),
        requires=(scope.id,),
        renames=(Rename("Variable_*", "outer/inner/i_*", False),),
    )
    first = made.edit('tf.Variable(tf.zeros([2, 3]), name="w")', 'tf.get_variable("w", [2, 3])')
    made.find("TY101", "tf.Variable(tf.zeros", Rewrite(Level.EXACT, (first, above)))
    made.find("TY101", "name_scope", Rewrite(Level.UNSAFE, (made.edit("name_scope", "variable_scope"),)))
    second = made.edit("tf.Variable(0.1)", 'tf.get_variable("b", initializer=0.1)')
    renames = (Rename("conv/Variable", "conv/b", True),)
    made.find("TY101", "tf.Variable(0.1)", Rewrite(Level.RENAMES, (second,)), renames=renames)
    third = made.edit("tf.Variable(0.2)", 'tf.get_variable("c", initializer=0.2)')
    made.find("TY101", "tf.Variable(0.2)", Rewrite(Level.EXACT, (third,)))
    made.find("TY201", "tf.Variable(*given)", Left("Write the [int] arguments out: 100%, by hand."))
    made.find("TY301", "return w", Notice())
    return made.result()


def latin(path: str) -> FileResult:
    """A Latin-1 file without a last newline."""
    made = Made(path, "# -*- coding: latin-1 -*-\nä = tf.Variable(1)  # é".encode("latin-1"))
    made.find("TY101", "tf.Variable(1)", Rewrite(Level.EXACT, (made.edit("tf.Variable(1)", 'tf.get_variable("ä")'),)))
    return made.result()


def hostile(path: str) -> FileResult:
    """Escape sequences, a lone carriage return, a right-to-left override, a line of 5,000 characters, and a script."""
    text = (
        'x = "\x1b]0;owned\x07\x1b[31m"; a = tf.Variable(1)\r\n'
        'y = "\u202egnirts\u2066</script><!--"; b = tf.Variable(2)\r'
        f'z = "{"long " * 1000}"; c = tf.Variable(3)\n'
    )
    made = Made(path, text.encode())
    for number in (1, 2, 3):
        snippet = f"tf.Variable({number})"
        change = made.edit(snippet, f"tf.get_variable('v{number}')")
        made.find("TY101", snippet, Rewrite(Level.EXACT, (change,)), message=f"says \x1b[31m{number}\nand more")
    return made.result()


def report() -> Report:
    results = [
        program("src/net.py", PROGRAM.encode()),
        program("src/windows.py", PROGRAM.replace("\n", "\r\n").encode()),
        program("src/bom.py", b"\xef\xbb\xbf" + PROGRAM.replace("\n", "\r\n").encode()),
        latin(os.fsdecode(b"src/with space \xe9%.py")),
        hostile("src/hostile\x1b[31m\n.py"),
        FileResult("src/left.py", (Finding("TY201", "src/left.py", Span(0, 5), 1, 1, "alone", Left("Do it.")),)),
    ]
    failures = (
        FileResult("src/broken.py", failure=Failure("cannot parse: invalid \x1b[31msyntax\n", 3)),
        FileResult(os.fsdecode(b"src/\xe9.py"), failure=Failure("cannot be read")),
    )
    return Report(tuple(sorted(results, key=lambda one: one.path)), 12, failures)


def view(**more: object) -> View:
    settings = {"color": False, "width": 80, "applied": False, "verbosity": 0, "encoding": "utf-8", **more}
    return View(os.getcwd(), RULES, "1.2.3", **settings)  # type: ignore[arg-type]
