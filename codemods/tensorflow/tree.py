"""The files of a run seen as one program: which file a dotted name means, and which bodies a call can run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property

from codemods.tensorflow import knowledge
from codemods.tensorflow.facts import BodyFacts, Call, Callee, CalleeKind, ClassFacts, FileFacts
from migrate.syntax.modules import Modules

__all__ = ["BodyKey", "ClassKey", "Tree"]

BodyKey = tuple[str, int]  # a path and a body's index
ClassKey = tuple[str, int]
_MAX_REEXPORTS = 6
_MAX_NAMESAKES = 3  # methods of one name that a call on an unknown object is taken to mean; more say nothing


class Tree:
    """Resolves names and calls over all files. Where several targets are possible, all of them are given."""

    def __init__(self, files: Mapping[str, FileFacts]) -> None:
        self.files = files
        self._modules = Modules(files)
        self._targets: dict[tuple[str, Callee], list[BodyKey]] = {}
        self._bases: dict[ClassKey, list[ClassKey]] = {}
        self._own_functions: dict[str, dict[str, list[BodyKey]]] = {}

    @cached_property
    def importers(self) -> Mapping[str, list[str]]:
        """The files that import each file."""
        importers: dict[str, list[str]] = {path: [] for path in self.files}
        for path, imports in self.imports.items():
            for imported in imports:
                importers[imported].append(path)
        return importers

    @cached_property
    def imports(self) -> Mapping[str, Collection[str]]:
        """The files that each file imports."""
        return {
            path: dict.fromkeys(found for module in sorted(file.modules) for found in self._imported(module, path))
            for path, file in self.files.items()
        }

    def programs(self) -> list[list[str]]:
        """The files by what imports join, in whatever direction: what one file does can concern no other's program."""
        joined: dict[str, list[str]] = defaultdict(list)
        for path, leader in self._programs.items():
            joined[leader].append(path)
        return list(joined.values())

    def _imported(self, dotted: str, path: str) -> list[str]:
        """The files that an import of `dotted` brings in: `a.b` may be a module, or `b` something within `a`."""
        found = self.modules(dotted, path)
        parent = dotted.rpartition(".")[0]
        if not found and parent.strip("."):
            found = self.modules(parent, path)
        return [other for other in found if other != path]

    @cached_property
    def _programs(self) -> Mapping[str, str]:
        """Files that imports join, in whatever direction, have the same value here."""
        leader = {path: path for path in self.files}

        def find(path: str) -> str:
            while leader[path] != path:
                leader[path] = path = leader[leader[path]]
            return path

        for imported, importers in self.importers.items():
            for importer in importers:
                leader[find(importer)] = find(imported)
        return {path: find(path) for path in self.files}

    # files and symbols

    def modules(self, dotted: str, origin: str) -> list[str]:
        """The files that module name `dotted`, as written in file `origin`, can mean."""
        if dotted.partition(".")[0] in knowledge.SAFE_MODULES:
            return []  # the standard library's `logging`, whatever the tree has under that name
        return self._modules.find(dotted, origin)

    def symbol(self, dotted: str, origin: str, depth: int = 0) -> list[tuple[str, Callee]]:
        """What a dotted name means: functions and classes with their files; re-exports are followed."""
        level = len(dotted) - len(dotted.lstrip("."))
        parts = dotted[level:].split(".")
        for cut in range(len(parts) - 1, -1 if level else 0, -1):
            module = dotted[:level] + ".".join(parts[:cut])
            for path in self.modules(module, origin) if module else ():
                found = self._member(path, parts[cut:], depth)
                if found:
                    return found
        return []

    def _member(self, path: str, names: list[str], depth: int) -> list[tuple[str, Callee]]:
        file = self.files[path]
        own = file.functions.get(names[0])
        if own is not None and len(names) == 1:
            return [(path, own)]
        if own is not None and own.kind is CalleeKind.CLASS and len(names) == 2:
            return [(p, Callee(CalleeKind.BODY, index)) for p, index in self.method((path, own.index), names[1])]
        passed_on = file.imports.get(names[0])
        if passed_on is not None and depth < _MAX_REEXPORTS:
            return self.symbol(".".join([passed_on, *names[1:]]), path, depth + 1)
        return []

    @cached_property
    def looking_up(self) -> tuple[str, ...]:
        """The files that look ops up by name."""
        return tuple(path for path, file in self.files.items() if file.lookups)

    # bodies and classes

    def body(self, key: BodyKey) -> BodyFacts:
        """The facts of a body."""
        return self.files[key[0]].bodies[key[1]]

    def class_facts(self, key: ClassKey) -> ClassFacts:
        """The facts of a class."""
        return self.files[key[0]].classes[key[1]]

    def bases(self, key: ClassKey) -> list[ClassKey]:
        """The classes of the tree that a class directly derives from."""
        found = self._bases.get(key)
        if found is None:
            found = self._bases[key] = []
            for base in self.class_facts(key).bases:
                found += [(path, callee.index) for path, callee in self._classes(base, key[0])]
        return found

    def ancestors(self, key: ClassKey) -> Iterator[ClassKey]:
        """A class and the classes that it derives from, nearest first."""
        seen = {key}
        queue = [key]
        while queue:
            current = queue.pop(0)
            yield current
            for base in self.bases(current):
                if base not in seen:
                    seen.add(base)
                    queue.append(base)

    @cached_property
    def subclasses(self) -> Mapping[ClassKey, list[ClassKey]]:
        """The classes that derive from each class, directly or not."""
        below: dict[ClassKey, list[ClassKey]] = defaultdict(list)
        for path, file in self.files.items():
            for facts in file.classes:
                for ancestor in self.ancestors((path, facts.index)):
                    if ancestor != (path, facts.index):
                        below[ancestor].append((path, facts.index))
        return below

    def method(self, key: ClassKey, name: str) -> list[BodyKey]:
        """The method that a class has under `name`, its own or inherited."""
        for ancestor in self.ancestors(key):
            index = self.class_facts(ancestor).methods.get(name)
            if index is not None:
                return [(ancestor[0], index)]
        return []

    @cached_property
    def _methods(self) -> Mapping[str, Mapping[str, list[BodyKey]]]:
        """All methods by name, then by file."""
        named: dict[str, dict[str, list[BodyKey]]] = defaultdict(dict)
        for path, file in self.files.items():
            for body in file.bodies:
                if body.owner >= 0:
                    named[body.name].setdefault(path, []).append((path, body.index))
        return named

    # calls

    def targets(self, call: Call, caller: BodyKey) -> list[BodyKey]:
        """Every body of the tree that a call can run."""
        key = (caller[0], call.callee)
        known = self._targets.get(key)
        if known is None:
            known = self._targets[key] = self._find_targets(call.callee, caller[0])
        return known

    def _find_targets(self, callee: Callee, path: str) -> list[BodyKey]:
        match callee.kind:
            case CalleeKind.BODY:
                return [(path, callee.index)]
            case CalleeKind.CLASS:
                return self.method((path, callee.index), "__init__")
            case CalleeKind.IMPORTED:
                return self.targets_of_symbol(callee.name, path)
            case CalleeKind.METHOD:
                return self._own_method((path, callee.index), callee.name)
            case CalleeKind.SUPER:
                return self._inherited((path, callee.index), callee.name)
            case CalleeKind.ATTRIBUTE:
                return self._attribute(callee, path)
        return []

    def targets_of_symbol(self, dotted: str, path: str) -> list[BodyKey]:
        """The bodies that calling a dotted name runs."""
        found: list[BodyKey] = []
        for owner, callee in self.symbol(dotted, path):
            if callee.kind is CalleeKind.BODY:
                found.append((owner, callee.index))
            elif callee.kind is CalleeKind.CLASS:
                found += self.method((owner, callee.index), "__init__")
        return found

    def _own_method(self, key: ClassKey, name: str) -> list[BodyKey]:
        found = self.method(key, name)
        for subclass in self.subclasses.get(key, ()):
            index = self.class_facts(subclass).methods.get(name)
            if index is not None:
                found.append((subclass[0], index))
        return found

    def _inherited(self, key: ClassKey, name: str) -> list[BodyKey]:
        for base in self.bases(key):
            found = self.method(base, name)
            if found:
                return found
        return []

    def _attribute(self, callee: Callee, path: str) -> list[BodyKey]:
        if callee.receiver is not None:
            classes = self._classes(callee.receiver, path)
            if classes or callee.receiver.kind is CalleeKind.CLASS:
                return [key for owner, found in classes for key in self.method((owner, found.index), callee.name)]
        functions = self._functions(path).get(callee.name, ()) if callee.receiver is None else ()
        found = [*self._known_methods(path, callee.name), *functions]
        return found if len(found) <= _MAX_NAMESAKES else []

    def _functions(self, path: str) -> Mapping[str, list[BodyKey]]:
        """The functions of a file that are no methods, by name."""
        known = self._own_functions.get(path)
        if known is None:
            known = self._own_functions[path] = defaultdict(list)
            for body in self.files[path].bodies:
                if body.owner < 0:
                    known[body.name].append((path, body.index))
        return known

    def _known_methods(self, path: str, name: str) -> Iterator[BodyKey]:
        """The methods of that name which a file can mean, in the order of their files."""
        named = self._methods.get(name, {})
        known = {path, *self.imports[path]}
        for owner in sorted(known) if len(known) < len(named) else named:
            if owner in known:
                yield from named.get(owner, ())

    def _knows(self, path: str, other: str) -> bool:
        """Whether a file can be taken to mean the other's methods by their names: its own, and those it imports."""
        return path == other or other in self.imports[path]

    def unclear(self, key: BodyKey) -> bool:
        """Whether calls on unknown objects may run a method, without anybody knowing which method they mean."""
        name = self.body(key).name
        callers = self._attribute_calls.get((self._programs[key[0]], name), set())
        namesakes = sum(map(len, self._methods.get(name, {}).values()))
        return any(namesakes > _MAX_NAMESAKES or not self._knows(caller, key[0]) for caller in callers)

    @cached_property
    def _attribute_calls(self) -> Mapping[tuple[str, str], set[str]]:
        """The files that call a method by a name on an object of unknown class, by program and name."""
        calls: dict[tuple[str, str], set[str]] = defaultdict(set)
        for path, file in self.files.items():
            for body in file.bodies:
                for event in body.events:
                    if isinstance(event, Call) and event.callee.kind is CalleeKind.ATTRIBUTE:
                        calls[self._programs[path], event.callee.name].add(path)
        return calls

    def _classes(self, callee: Callee, path: str) -> list[tuple[str, Callee]]:
        if callee.kind is CalleeKind.CLASS:
            return [(path, callee)]
        if callee.kind is CalleeKind.IMPORTED:
            return [found for found in self.symbol(callee.name, path) if found[1].kind is CalleeKind.CLASS]
        return []
