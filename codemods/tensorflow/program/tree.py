"""The files of a run seen as one program: which bodies a call can run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property

from codemods.tensorflow.facts import (
    SESSION,
    BodyFacts,
    Call,
    Callee,
    CalleeKind,
    Creation,
    Enter,
    Event,
    ScopeKind,
    StoreUse,
)
from codemods.tensorflow.file_facts import FileFacts
from codemods.tensorflow.indexing.by_name import LOADED, OWN
from codemods.tensorflow.knowledge import DEFAULT_OP_NAMES, IMPORTERS, KNOWN_MODULES, MADE_OP_NAMES, RESOURCES_OFF
from codemods.tensorflow.program.classes import BodyKey, Classes
from codemods.tensorflow.program.imports import Imports
from codemods.tensorflow.program.namesakes import Namesakes
from codemods.tensorflow.program.symbols import Symbols
from codemods.tensorflow.program.vocabulary import Vocabulary

__all__ = ["BodyKey", "Tree"]


class Tree:
    """Resolves calls over all files. Where several targets are possible, all of them are given."""

    def __init__(self, files: Mapping[str, FileFacts]) -> None:
        self.files = files
        self.imports = Imports(files)
        self.symbols = Symbols(self.imports)
        self.classes = Classes(self.symbols)
        self.namesakes = Namesakes(self.imports)
        self._targets: dict[tuple[str, Callee], list[BodyKey]] = {}

    def body(self, key: BodyKey) -> BodyFacts:
        """The facts of a body."""
        return self.files[key[0]].bodies[key[1]]

    def bodies(self) -> Iterator[tuple[BodyKey, BodyFacts]]:
        """Every body of every file."""
        for path, file in self.files.items():
            for body in file.bodies:
                yield (path, body.index), body

    def events(self) -> Sequence[tuple[BodyKey, int, Event]]:
        """Every event with its body and its number there."""
        return self._events

    @cached_property
    def _events(self) -> list[tuple[BodyKey, int, Event]]:
        return [(key, number, event) for key, body in self.bodies() for number, event in enumerate(body.events)]

    @property
    def program(self) -> str:
        """What the program is called: its first file."""
        return min(self.files, default="")

    @cached_property
    def looking_up(self) -> tuple[str, ...]:
        """The files that look ops up by name."""
        asking = (key[0] for key, body in self.bodies() if body.asks)
        telling = (path for path, file in self.files.items() if file.lookups.names or file.lookups.patterns)
        return tuple(sorted({*asking, *telling}))

    @cached_property
    def ordering(self) -> tuple[str, ...]:
        """The files that put the variables of the graph into the order of their names."""
        handed = frozenset[str]().union(*(file.lookups.hands_graph for file in self.files.values()))
        asked = ((path, file.lookups) for path, file in self.files.items())
        return tuple(sorted(path for path, one in asked if one.orders or not handed.isdisjoint(one.orders_passed)))

    def restoring(self, path: str) -> str:
        """`file:line` of a call that restores what the variable store holds of a file in some scope; "" for none."""
        return next((place for place, paths in self._restoring.items() if path in paths), "")

    @cached_property
    def _restoring(self) -> Mapping[str, Set[str]]:
        """The places of such calls, with the files of their programs: for one that nobody imports what it brings in.

        Others may be brought in beside whatever something imports, but not beside what starts a run without them.
        """
        mapped = any(file.maps_scopes for file in self.files.values())
        found: dict[str, Set[str]] = {}
        for path, file in self.files.items():
            for one in file.restores:
                if one.told or mapped or not one.folders.isdisjoint(self._scope_names):
                    shared = self.imports.importers[path]
                    beside = self.files.keys() - (self._starts - self.imports.leading_to(path))
                    found[f"{path}:{one.line}"] = beside if shared else self._brought_in({path}, frozenset())
        return found

    @cached_property
    def _starts(self) -> frozenset[str]:
        """The files that nothing imports, such as tests: a run begins with them, or does without."""
        return frozenset(path for path, importers in self.imports.importers.items() if not importers)

    @cached_property
    def _scope_names(self) -> frozenset[str]:
        """What the scopes of the program are called, as far as it is known, in lower case."""
        scopes = (event.scope for _, _, event in self.events() if isinstance(event, Enter))
        names = (name for scope in scopes for name in (scope.name, scope.default) if name is not None)
        return frozenset(text.lower() for name in names for text in name.texts)

    def guards(self, key: BodyKey, line: int) -> bool:
        """Whether a line of a body stands where a module does what it does as the program itself, and nobody else's.

        Who runs a file by its name in a string may do so as the program itself.
        """
        guarded = self.files[key[0]].guarded if self.body(key).is_module else ()
        return any(first <= line <= last for first, last in guarded) and key[0] not in self.imports.loaded

    @cached_property
    def reloads(self) -> bool:
        """Whether something runs a module of the program again."""
        return any(file.told.reloads for file in self.files.values())

    @cached_property
    def turns_resources_off(self) -> bool:
        """Whether the program has version 2's `get_variable` make variables that are no resources."""
        return any(not file.functions_used.isdisjoint(RESOURCES_OFF) for file in self.files.values())

    @cached_property
    def makes_unseen(self) -> bool:
        """Whether the program may make variables that are not among its creations."""
        return any(file.told.makes_unseen for file in self.files.values())

    def unknown_words(self, path: str) -> frozenset[str]:
        """What a file, or one that imports it, may name besides what is seen to be named, in lower case."""
        beside = (self.files[one].words.unknown for one in self.imports.importers[path])
        return self.files[path].words.unknown.union(*beside)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What names may be of which nothing is known."""
        names = (
            one.name for _, _, one in self.events() if isinstance(one, Creation | StoreUse) and one.name is not None
        )
        variables = {text.lower().rpartition("/")[2] for name in names for text in name.texts}
        return Vocabulary(frozenset().union(*(file.words.spare for file in self.files.values())), variables)

    @cached_property
    def mixes_case(self) -> bool:
        """Whether names that nobody knows may differ in case alone, by the strings of the program."""
        return any(file.words.mixes_case for file in self.files.values())

    @cached_property
    def threads(self) -> bool:
        """Whether something starts threads."""
        return any(file.told.threads for file in self.files.values())

    @cached_property
    def op_names(self) -> frozenset[str]:
        """What ops are called, in lower case, that the program makes without naming them, by the functions it calls."""
        called = {name.lower() for file in self.files.values() for name in file.functions_used}
        plain = {name.removeprefix("reduce_").removesuffix("optimizer") for name in called}
        joined = (name.replace("_", "") for name in (*called, *plain))
        made = (one for name in called for one in MADE_OP_NAMES.get(name, ()))
        named = frozenset({*called, *plain, *joined, *made, *DEFAULT_OP_NAMES})
        return named - {"variable"}  # which claims know better

    @cached_property
    def by_hand(self) -> frozenset[ScopeKind]:
        """What the program enters other than by a `with`: from then on all of it may stand in there."""
        takers = ((callee, path) for path, file in self.files.items() for callee in file.told.scope_takers)
        unseen = any(self._is_out_of_sight(callee, path) for callee, path in takers)
        by_hand = frozenset(kind for file in self.files.values() for kind in file.told.by_hand)
        return by_hand | {ScopeKind.VARIABLE} if unseen else by_hand

    def _is_out_of_sight(self, callee: Callee, path: str) -> bool:
        """Whether what a file calls of another one is the program's, or a library's, and nothing of it is seen."""
        owner = (callee if callee.receiver is None else callee.receiver).name.partition(".")[0]
        return owner not in KNOWN_MODULES and not self.bodies_of(callee, path)

    def is_among_eager(self, path: str) -> bool:
        """Whether the files that import this one, and those that it imports, are eager code where they tell."""
        around = (*self.imports.importers[path], *self.imports.imports[path])
        told = [self.files[one] for one in around]
        told = [one for one in told if one.evidence.eager or one.evidence.graph]
        return bool(told) and not any(one.evidence.graph for one in told)

    def is_started_eager(self, path: str) -> bool:
        """Whether only files that turn eager execution on bring this one in."""
        return path in self._started_eager

    @cached_property
    def _started_eager(self) -> frozenset[str]:
        eager = {path for path, file in self.files.items() if file.evidence.starts_eager}
        if not eager:
            return frozenset()
        others = {path for path, importers in self.imports.importers.items() if not importers} - eager
        return self._brought_in(eager, frozenset()) - self._brought_in(others, eager)

    def _brought_in(self, paths: Set[str], stops: Set[str]) -> frozenset[str]:
        """Some files and all that they import, directly or not, but for what only `stops` do."""
        found = dict.fromkeys(paths)
        queue = list(found)
        while queue:
            fresh = [one for one in self.imports.imports[queue.pop()] if one not in found and one not in stops]
            found.update(dict.fromkeys(fresh))
            queue += fresh
        return frozenset(found)

    def targets(self, call: Call, caller: BodyKey) -> list[BodyKey]:
        """Every body of the tree that a call can run."""
        return self.bodies_of(call.callee, caller[0])

    def bodies_of(self, callee: Callee, path: str) -> list[BodyKey]:
        """Every body of the tree that a callee can be, as a file names it."""
        known = self._targets.get((path, callee))
        if known is None:
            known = self._targets[path, callee] = self._find_targets(callee, path)
        return known

    def _find_targets(self, callee: Callee, path: str) -> list[BodyKey]:
        match callee.kind:
            case CalleeKind.BODY:
                return [(path, callee.index)]
            case CalleeKind.CLASS:
                return self.classes.method((path, callee.index), "__init__")
            case CalleeKind.IMPORTED:
                return self.targets_of_symbol(callee.name, path) or self._of_held(callee.name, path)
            case CalleeKind.METHOD:
                return self.classes.called_on_self((path, callee.index), callee.name)
            case CalleeKind.SUPER:
                return self.classes.inherited((path, callee.index), callee.name)
            case CalleeKind.ATTRIBUTE:
                return self._attribute(callee, path)
            case CalleeKind.OPAQUE if callee.receiver is not None:
                return self._called_objects(callee.receiver, path)
        return []

    def _called_objects(self, maker: Callee, path: str) -> list[BodyKey]:
        """What calling an object runs that a class makes (`cell = Cell()`): nothing where others may make it."""
        made = self.symbols.classes(maker, path)
        if maker.kind is CalleeKind.IMPORTED and len(made) < len(self.symbols.find(maker.name, path)):
            return []
        found = [self.classes.method(one, "__call__") for one in made]
        return [key for keys in found for key in keys] if all(found) else []

    def _of_held(self, dotted: str, path: str) -> list[BodyKey]:
        """The methods that a call of what another file has at its top can mean: `lib.net.build()`, of `net = Net()`."""
        holder, _, name = dotted.rpartition(".")
        files = self.symbols.holding(holder, path) if holder else ()
        return list(dict.fromkeys(key for file in files for key in self.namesakes.methods(file, name)))

    def targets_of_symbol(self, dotted: str, path: str) -> list[BodyKey]:
        """The bodies that calling a dotted name runs."""
        return self._run_by(self.symbols.find(dotted, path))

    def defined(self, dotted: str, path: str) -> list[BodyKey]:
        """The bodies that calling something at the top of a module runs, of the file itself for `OWN`."""
        if dotted == LOADED:
            modules = sorted(self.imports.loaded)
        else:
            modules = [path] if dotted == OWN else self.imports.modules(dotted, path)
        return self._run_by(meaning for module in modules for meaning in self.symbols.all_at_top(module))

    def _run_by(self, meanings: Iterable[tuple[str, Callee]]) -> list[BodyKey]:
        """The bodies that calling any of some definitions runs, each with its file."""
        found: list[BodyKey] = []
        for owner, callee in meanings:
            match callee.kind:
                case CalleeKind.BODY:
                    found.append((owner, callee.index))
                case CalleeKind.CLASS:
                    found += self.classes.method((owner, callee.index), "__init__")
                case CalleeKind.METHOD:
                    found += self.classes.method((owner, callee.index), callee.name)
        return found

    def _attribute(self, callee: Callee, path: str) -> list[BodyKey]:
        if callee.receiver is None:
            known = dict.fromkeys(self.namesakes.callables(path, callee.name))
            return list(known | dict.fromkeys(self._run_by(self.symbols.at_top(callee.name, path))))
        if callee.receiver.name in IMPORTERS:
            return self.namesakes.functions(callee.name)
        if callee.receiver == SESSION:
            return [key for key in self.namesakes.methods(path, callee.name) if self.namesakes.is_session(key)]
        classes = self.symbols.classes(callee.receiver, path)
        if classes or callee.receiver.kind is CalleeKind.CLASS:
            return [key for found in classes for key in self.classes.method(found, callee.name)]
        return self.namesakes.methods(path, callee.name)
