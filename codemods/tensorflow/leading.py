"""Which files concern others: those with a creation that may be rewritten, what leads to one, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

from codemods.tensorflow.eager import is_open
from codemods.tensorflow.facts import BodyFacts, Call, CalleeKind, Creation
from codemods.tensorflow.file_facts import FileFacts
from codemods.tensorflow.knowledge import SAFE_MODULES
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
    """The modules that lead to a creation that may be rewritten, and those that pass on TensorFlow.

    Some have a function that does. Others make variables as they are imported: whoever does so meets them, or makes
    others meet them that are imported beside them.
    """
    files = {file.path: file for file in facts}
    tree = Tree(settled(files))
    users: dict[str, list[str]] = {}
    for path, file in tree.files.items():
        for used in dict.fromkeys(found for dotted in file.passed_on for found in _owners(dotted, path, tree)):
            users.setdefault(used, []).append(path)
    leading = _and_users([path for path, file in _creating(tree) if _leads(tree, path, file)], users)
    running = [path for path, file in tree.files.items() if _runs(tree, path, file, leading)]
    return frozenset(map(module_name, leading | _and_users(running, tree.imports.importers) | passing(files)))


def _and_users(paths: list[str], users: Mapping[str, list[str]]) -> set[str]:
    """Some files, those that use them, and so on."""
    found = set(paths)
    for path in paths:  # which grows meanwhile
        fresh = [user for user in users.get(path, ()) if user not in found]
        found.update(fresh)
        paths += fresh
    return found


def follows(facts: Iterable[FileFacts]) -> frozenset[tuple[str, str]]:
    """The dotted names, each with the file that has it: of TensorFlow, of classes that variables rest on, of names.

    What a file imports may be a name, or hold some, where it gives one of which nothing is known.
    """
    known = {file.path: file for file in facts}
    names = {(dotted, path) for path in _naming(known) for dotted in _imported(known[path])}
    found, imports = relays.follows(known.values()) | _bases(known) | names, Imports(known)
    return frozenset((one, path) for dotted, path in found for one in imports.spellings(dotted, path))


def _naming(files: Mapping[str, FileFacts]) -> set[str]:
    """The files that give names of which nothing is known, and those that may pass them to these."""
    own = {path for path, file in files.items() if file.gives_unknown}
    imports = Imports(files)
    passing = (path for path, file in files.items() if own and file.passes_unknown)
    return {*own, *(path for path in passing if not own.isdisjoint(imports.of(path)))}


def _imported(file: FileFacts) -> Iterator[str]:
    """What a file imports, and something in there, but for what is no name of the program's and holds none."""
    for origins in file.top.imports.values():
        for dotted in origins:
            if dotted.partition(".")[0] not in SAFE_MODULES:
                yield from (dotted, f"{dotted}.name")


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


def _leads(tree: Tree, path: str, file: FileFacts) -> bool:
    """Whether a file makes variables for whoever calls its functions."""
    return any(_is_open(tree, path, one) for one in file.bodies if not one.is_module)


def _runs(tree: Tree, path: str, file: FileFacts, leading: Set[str]) -> bool:
    """Whether a file makes variables as it is imported, itself or by what it calls in one of the files `leading`."""
    modules = [body for body in file.bodies if body.is_module]
    if file.creates and any(_is_open(tree, path, body) for body in modules):
        return True
    called = (one.callee for body in modules for one in body.events if isinstance(one, Call))
    names = dict.fromkeys(one.name for one in called if one.kind is CalleeKind.IMPORTED)
    return any(not leading.isdisjoint(_owners(name, path, tree)) for name in names)


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
