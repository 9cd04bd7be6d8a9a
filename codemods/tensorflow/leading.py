"""Which files concern others: those with a creation that may be rewritten, what leads to one, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from codemods.tensorflow.eager import is_open
from codemods.tensorflow.facts import BodyFacts, CalleeKind, Creation, FileFacts
from codemods.tensorflow.program import relays
from codemods.tensorflow.program.imports import Imports
from codemods.tensorflow.program.relays import passing, settled
from codemods.tensorflow.program.tree import Tree
from migrate.syntax.modules import module_name

__all__ = ["follows", "opens", "seeks"]


def opens(facts: Mapping[str, FileFacts]) -> frozenset[str]:
    """The files with a creation that may be rewritten: nothing that stands beside others matters."""
    tree = Tree(settled(facts))
    return frozenset(path for path, file in _creating(tree) if any(_is_open(tree, path, one) for one in file.bodies))


def seeks(facts: Iterable[FileFacts]) -> frozenset[str]:
    """The modules with a function that leads to a creation that may be rewritten, and those that pass on TensorFlow."""
    files = {file.path: file for file in facts}
    tree = Tree(settled(files))
    leading = [path for path, file in _creating(tree) if any(_leads(tree, path, one) for one in file.bodies)]
    users: dict[str, list[str]] = {}
    for path, file in tree.files.items():
        for used in dict.fromkeys(found for dotted in file.passed_on for found in _owners(dotted, path, tree)):
            users.setdefault(used, []).append(path)
    found = set(leading)
    while leading:
        fresh = [user for user in users.get(leading.pop(), ()) if user not in found]
        found.update(fresh)
        leading += fresh
    return frozenset(map(module_name, found | passing(files)))


def follows(facts: Iterable[FileFacts]) -> frozenset[tuple[str, str]]:
    """The dotted names, each with the file that has it, which may be TensorFlow, or a class that variables rest on."""
    known = list(facts)
    return relays.follows(known) | _bases({file.path: file for file in known})


def _bases(files: Mapping[str, FileFacts]) -> frozenset[tuple[str, str]]:
    """The base classes of those in files that make variables, and theirs: what they call may run in their scopes."""
    imports, found = Imports(files), set[tuple[str, str]]()
    waiting = [path for path, file in files.items() if file.creates]
    seen = set(waiting)
    for path in waiting:  # which grows meanwhile
        bases = (base for one in files[path].classes for base in one.bases if base.kind is CalleeKind.IMPORTED)
        for name in dict.fromkeys(base.name for base in bases):
            found.add((name, path))
            fresh = {owner for owner, _ in imports.readings(name, path)} - seen
            waiting += sorted(fresh)
            seen |= fresh
    return frozenset(found)


def _creating(tree: Tree) -> Iterator[tuple[str, FileFacts]]:
    """Of all files, of which nine in ten make none, those that make variables."""
    return ((path, file) for path, file in tree.files.items() if file.creates)


def _leads(tree: Tree, path: str, body: BodyFacts) -> bool:
    """Whether it is for whoever calls a body that it makes variables."""
    return not body.is_module and _is_open(tree, path, body)


def _is_open(tree: Tree, path: str, body: BodyFacts) -> bool:
    """Whether a body makes a variable that can be rewritten."""
    return any(isinstance(event, Creation) and is_open(tree, (path, body.index), event) for event in body.events)


def _owners(dotted: str, origin: str, tree: Tree) -> list[str]:
    """The files that a dotted name can come from, or be."""
    while dotted.strip("."):
        found = tree.imports.modules(dotted, origin)
        if found:
            return found
        level = len(dotted) - len(dotted.lstrip("."))
        dotted = dotted[:level] + dotted[level:].rpartition(".")[0]
    return tree.imports.modules(dotted, origin) if dotted else []
