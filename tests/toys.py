"""Small codemods that tests register by reference: `old(...)` becomes `new(...)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
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
TOY = Codemod("toy", "Calls old new", RULES, ANALYSIS, _rewrite, {"spelling": ("new", "newer", "old")})
