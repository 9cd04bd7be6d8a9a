"""Rewrites every `tf.Variable` of a text as the codemod would for a given name, for the tests of values and calls."""

from __future__ import annotations

import ast
from typing import Any

from codemods.tensorflow.knowledge import canonical
from codemods.tensorflow.request import CallRequest
from codemods.tensorflow.writing.call import CallEdit, Refusal, build
from migrate.edits import apply
from migrate.source import Source
from migrate.syntax.module import Module
from migrate.syntax.names import resolve
from migrate.syntax.walk import CallSite, walk

__all__ = ["answers", "rewritten"]


_ROOTS = {"tf": "tensorflow", "tf2": "tensorflow", "np": "numpy"}


def answers(text: str, **options: Any) -> tuple[Module, list[tuple[CallSite, CallEdit | Refusal]]]:
    """What `build` says of each creation in `text`, which reaches TensorFlow as `tf`."""
    module = Module(Source("program.py", text, text, "utf-8", b""))
    sites = [site for site in walk(module.tree).calls if _creates(site)]
    found = [(site, build(module, site.node, request(site, **options), site)) for site in sites]
    return module, found


def _creates(site: CallSite) -> bool:
    resolved = canonical(resolve(site.node.func, site.scope))
    return resolved == "tensorflow.Variable" or ast.unparse(site.node.func) in ("tf.Variable", "tf2.Variable")


def request(site: CallSite, **options: Any) -> CallRequest:
    """A request that keeps the call's own name, `"w"` where it has none."""

    def name_of(node: ast.expr) -> str | None:
        dotted = canonical(resolve(node, site.scope))
        first, _, rest = ast.unparse(node).partition(".")
        if dotted is None and first in _ROOTS:
            dotted = f"{_ROOTS[first]}.{rest}"
        return canonical(dotted)

    own = next((ast.unparse(word.value) for word in site.node.keywords if word.arg == "name"), None)
    place = 4 if options.get("version_2") else 5
    if own is None and len(site.node.args) > place:
        own = ast.unparse(site.node.args[place])
    defaults: dict[str, Any] = {
        "name": (own or '"w"').replace("'", '"'),
        "spell": lambda dotted: f"tf.{dotted}",
        "resolve": name_of,
        "scope": site.scope,
    }
    return CallRequest(**{**defaults, **options})


def rewritten(text: str, **options: Any) -> str:
    """`text` with each of its creations rewritten; refused ones stay."""
    module, found = answers(text, **options)
    changes = [change for _, answer in found if isinstance(answer, CallEdit) for change in answer.changes]
    return apply(module.source.text, changes)
