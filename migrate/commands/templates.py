"""What `migrate new` writes: a codemod that works as it stands, and cases that hold it to that."""

from __future__ import annotations

__all__ = ["CASES", "CODEMOD"]

CODEMOD = '''"""@NAME@: say in one sentence what becomes of what.

Put a link here to what explains why.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from migrate.codemod import Analysis, Codemod, Options
from migrate.model import Edit, Finding, Left, Level, Rewrite, Rule, RuleKind
from migrate.syntax.module import Module

__all__ = ["CODEMOD"]

_OLD, _NEW = "old_name", "new_name"

_REWRITTEN = """## What it does
Calls of `old_name` become calls of `new_name`.

## Why
Say what is better afterwards, and which graph names or results change.
"""
_LEFT = """## What it means
The arguments are not known before the program runs, so that the call is left alone.

## What to do
Write the arguments out, and run again.
"""
_RULES = (
    Rule("@PREFIX@101", "@NAME@", RuleKind.REWRITE, "The call is rewritten", _REWRITTEN),
    Rule("@PREFIX@201", "@NAME@-star-arguments", RuleKind.LEFT, "Starred arguments are left alone", _LEFT),
)


def _calls(module: Module) -> list[ast.Call]:
    calls = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    return [node for node in calls if isinstance(node.func, ast.Name) and node.func.id == _OLD]


def _index(module: Module) -> int | None:
    """The facts of one file: small, picklable, None where there are none."""
    return len(_calls(module)) or None


def _link(facts: Mapping[str, int], options: Options) -> Mapping[str, int]:
    """The plan of each file, from the facts of all."""
    del options
    return facts


def _rewrite(module: Module, plan: int, options: Options) -> Iterator[Finding]:
    """A finding for every call: rewritten, or left with what a person can do."""
    del plan, options
    for call in _calls(module):
        if any(isinstance(argument, ast.Starred) for argument in call.args):
            yield module.finding("@PREFIX@201", call, "passes starred arguments", Left("Write the arguments out."))
        else:
            edit = Edit(module.span(call.func), _NEW)
            yield module.finding("@PREFIX@101", call, f"becomes {_NEW}", Rewrite(Level.EXACT, (edit,)))


_ANALYSIS = Analysis("@NAME@", triggers=((_OLD.encode(),),), index=_index, link=_link)
CODEMOD = Codemod("@NAME@", "Say in a few words what it does", _RULES, _ANALYSIS, _rewrite)
'''

CASES = """# @NAME@

## A call is rewritten
options: run=no

```python before
x = old_name(1)
```

```python after
x = new_name(1)
```

```findings
1 @PREFIX@101 exact
```

## Starred arguments are left alone
options: run=no

```python before
x = old_name(*arguments)
```

```findings
1 @PREFIX@201 left
```
"""
