"""Small codemods that tests register by reference: `old(...)` becomes `new(...)`."""

from __future__ import annotations

import ast
import os
import signal
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from migrate.codemod import Analysis, Codemod, Options
from migrate.model import Edit, Finding, Left, Level, Rewrite, Rule, RuleKind
from migrate.syntax.module import Module


def _calls(module: Module, name: str) -> list[ast.Call]:
    calls = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    found = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id == name]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def _index(module: Module) -> int | None:
    return len(_calls(module, "old")) or None


def _link(facts: Mapping[str, int], options: Options) -> Mapping[str, Any]:
    return {path: {"total": sum(facts.values())} for path in facts}


def _rewrite(module: Module, plan: Any, options: Options) -> Iterator[Finding]:
    for call in _calls(module, "old"):
        if any(isinstance(one, ast.Starred) for one in call.args):
            yield module.finding("TY201", call, "passes a starred argument", Left("Write the arguments out."))
            continue
        edit = Edit(module.span(call.func), options.get("spelling", "new"))
        level = Level.UNSAFE if call.keywords else Level.RENAMES if call.args else Level.EXACT
        yield module.finding("TY101", call, "is called new", Rewrite(level, (edit,)))


PAGE = "## What it means\nA toy."
RULES = (
    Rule("TY101", "old-to-new", RuleKind.REWRITE, "old is called new", PAGE),
    Rule("TY201", "starred", RuleKind.LEFT, "Starred arguments are left", PAGE),
)
ANALYSIS = Analysis("toy", ((b"old(",),), _index, _link)
ABOUT = {"spelling": "Which name is put in."}
TOY = Codemod("toy", "Calls old new", RULES, ANALYSIS, _rewrite, {"spelling": ("new", "newer", "old")}, ABOUT)


def _crash(module: Module, plan: Any, options: Options) -> Iterator[Finding]:
    """Ends the process, raises, or takes its time, as the source says."""
    if "KILL" in module.source.text:
        os.kill(os.getpid(), signal.SIGKILL)
    if "RAISE" in module.source.text:
        raise LookupError("no such thing")
    if "SLEEP" in module.source.text:
        time.sleep(60)
    yield from _rewrite(module, plan, options)


def _break(module: Module, plan: Any, options: Options) -> Iterator[Finding]:
    """Rewrites that do not hold together: a result that does not parse, one that is never done, one beside another."""
    for call in _calls(module, "old"):
        span = module.span(call.func)
        match ast.unparse(call.args[0]) if call.args else "":
            case "'parse'":
                yield module.finding("TB101", call, "is made invalid", Rewrite(Level.EXACT, (Edit(span, "new("),)))
            case "'again'":
                yield module.finding("TB101", call, "is never done", Rewrite(Level.EXACT, (Edit(span, "(old)"[1:4]),)))
            case "'grow'":
                edit = Edit(module.span(call), f"{module.text(call)} + {module.text(call)}")
                yield module.finding("TB101", call, "grows", Rewrite(Level.EXACT, (edit,)))
            case "'clash'":
                yield module.finding("TB101", call, "is called one", Rewrite(Level.EXACT, (Edit(span, "one"),)))
                yield module.finding("TB102", call, "is called two", Rewrite(Level.EXACT, (Edit(span, "two"),)))


CRASHING = Codemod("crashing", "Crashes where it is told to", RULES, ANALYSIS, _crash)
BREAKING = Codemod(
    "breaking",
    "Breaks what it rewrites",
    (
        Rule("TB101", "broken", RuleKind.REWRITE, "Something is broken", PAGE),
        Rule("TB102", "broken-too", RuleKind.REWRITE, "Something else is broken", PAGE),
    ),
    ANALYSIS,
    _break,
)


# Calls across files: `use(name)` in one file is only right where another file's `make(name)` is rewritten.


def _index_pairs(module: Module) -> dict[str, list[str]] | None:
    made = [(call.args[0].value, call) for call in _calls(module, "make")]  # type: ignore[attr-defined]
    imports = [node.module for node in ast.walk(module.tree) if isinstance(node, ast.ImportFrom) and node.module]
    return {
        "made": [module.finding("TP101", call, "", Left("")).id + " " + name for name, call in made],
        "from": imports,
    }


def _link_pairs(facts: Mapping[str, dict[str, list[str]]], options: Options) -> Mapping[str, Any]:
    ids = {entry.split()[1]: entry.split()[0] for one in facts.values() for entry in one["made"]}
    return {path: {"ids": ids, "importers": len(facts)} for path in facts}


def _rewrite_pairs(module: Module, plan: Any, options: Options) -> Iterator[Finding]:
    for call in _calls(module, "make"):
        edit = Edit(module.span(call.func), "made")
        level = Level.UNSAFE if call.keywords else Level.EXACT
        yield module.finding("TP101", call, f"known to {plan['importers']} files", Rewrite(level, (edit,)))
    for call in _calls(module, "use"):
        edit = Edit(module.span(call.func), "used")
        needed = (plan["ids"][call.args[0].value],)  # type: ignore[attr-defined]
        yield module.finding("TP102", call, "is called used", Rewrite(Level.EXACT, (edit,)), requires=needed)


PAIRS = Codemod(
    "pairs",
    "Rewrites make and use together",
    (
        Rule("TP101", "make", RuleKind.REWRITE, "make is called made", PAGE),
        Rule("TP102", "use", RuleKind.REWRITE, "use is called used", PAGE),
    ),
    Analysis(
        "pairs",
        ((b"make(",), (b"use(",)),
        _index_pairs,
        _link_pairs,
        seeks=lambda facts: frozenset(name for one in facts if one["made"] for name in ("maker", *one["from"])),
    ),
    _rewrite_pairs,
)


# A codemod that takes its time, and one whose mistake no worker catches.


def _nap(module: Module) -> None:
    for call in _calls(module, "nap"):
        time.sleep(10 * ast.literal_eval(call.args[0]))


def _no_link(facts: Mapping[str, Any], options: Options) -> Mapping[str, Any]:
    raise ZeroDivisionError


def _nothing(module: Module, plan: Any, options: Options) -> Iterator[Finding]:
    yield from ()


SLEEPING = Codemod("sleeping", "Sleeps", (), Analysis("nap", ((b"nap(",),), _nap, lambda facts, options: {}), _nothing)
LINKLESS = Codemod("linkless", "Fails", (), Analysis("linkless", ((b"old(",),), _index, _no_link), _nothing)


# Files that no import joins are nothing to each other.


def _modules(facts: Iterable[int]) -> frozenset[str]:
    return frozenset({"a", "b", "c", "d"}) if [*facts] else frozenset()


APART = Codemod(
    "apart",
    "Calls old new",
    RULES,
    replace(ANALYSIS, name="apart", seeks=_modules, apart=True),
    _crash,
    TOY.options,
    ABOUT,
)
