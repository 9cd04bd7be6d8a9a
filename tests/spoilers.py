"""A codemod that is wrong on purpose: it rewrites each `tf.Variable` rightly, but for those whose name says how not."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from migrate.codemod import Analysis, Codemod, Options
from migrate.model import Edit, Finding, Level, Rewrite, Rule, RuleKind
from migrate.syntax.module import Module

# What is done to a call, by the beginning of the variable's name.
SPOILS = {
    "untrained": lambda text: text.replace(", trainable=False", ""),
    "wide": lambda text: text.replace("0.1", "0.2"),
    "crash": lambda text: text.replace("tf.Variable", "tf.Wariable"),
}


def _calls(module: Module) -> list[ast.Call]:
    """The calls that are still to be spoilt, by line."""
    calls = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    fresh = [node for node in calls if ast.unparse(node.func) == "tf.Variable" and "checked" not in module.text(node)]
    return sorted(fresh, key=lambda node: node.lineno)


def _rewrite(module: Module, plan: Any, options: Options) -> Iterator[Finding]:
    for call in _calls(module):
        text = module.text(call)
        name = next(word.value.value for word in call.keywords if word.arg == "name")
        new = SPOILS.get(name.rstrip("0123456789"), lambda text: text)(text)
        edit = Edit(module.span(call), new[:-1] + " if 'checked' else 0)")
        yield module.finding("SP101", call, f"spoils {name}", Rewrite(Level.EXACT, (edit,)))


def _index(module: Module) -> int | None:
    return len(_calls(module)) or None


def _link(facts: Mapping[str, int], options: Options) -> Mapping[str, Any]:
    return dict.fromkeys(facts, True)


RULES = (Rule("SP101", "spoil", RuleKind.REWRITE, "A call is spoilt", "A spoiler."),)
SPOILER = Codemod("spoiler", "Spoils calls", RULES, Analysis("spoiler", ((b"tf.Variable",),), _index, _link), _rewrite)
