"""The modules that a program may import within scopes: what they make at their top stands in there."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from codemods.tensorflow.facts import Call
from codemods.tensorflow.program.tree import BodyKey, Tree

__all__ = ["late_modules", "run_by"]


def late_modules(tree: Tree, in_scopes: Callable[[BodyKey], bool]) -> frozenset[str]:
    """Such modules, and those that only these import; `in_scopes` tells of a body whether it may run within some."""
    late = ((path, one) for path, file in tree.files.items() for one in file.late_imports)
    brought = (((path, one.body), one.scoped, _brought_in(one.dotted, path, tree)) for path, one in late)
    found = dict.fromkeys(one for body, scoped, own in brought if own and (scoped or in_scopes(body)) for one in own)
    waiting = [*found]
    for path in waiting:  # which grows meanwhile
        fresh = [one for one in tree.imports.imports[path] if one not in found]
        fresh = [one for one in fresh if all(other in found for other in tree.imports.importers[one])]
        found.update(dict.fromkeys(fresh))
        waiting += fresh
    return frozenset(found)


def _brought_in(dotted: str, path: str, tree: Tree) -> list[str]:
    """What importing a module in a file runs: that, and the packages that it lies in where the file does not."""
    packages = tree.imports.packages(dotted, path)
    around = (one for one in packages if not path.startswith(one.removesuffix("__init__.py")))
    return [*tree.imports.imported(dotted, path), *around]


def run_by(tree: Tree, modules: Iterable[str]) -> frozenset[BodyKey]:
    """What some modules run as they are imported: their own code, and all that it calls."""
    found = dict.fromkeys((path, 0) for path in modules)
    waiting = [*found]
    for key in waiting:  # which grows meanwhile
        calls = (one for one in tree.body(key).events if isinstance(one, Call))
        fresh = dict.fromkeys(target for call in calls for target in tree.targets(call, key) if target not in found)
        found.update(fresh)
        waiting += fresh
    return frozenset(found)
