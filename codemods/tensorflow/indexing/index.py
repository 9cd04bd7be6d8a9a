"""Turns one module into its facts: bodies with their events, classes, imports, and what tells eager from graph code."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain

from codemods.tensorflow import evidence, knowledge
from codemods.tensorflow.facts import Creation, Enter, Event, NamedOp
from codemods.tensorflow.facts import ScopeKind as FactKind
from codemods.tensorflow.file_facts import Absences, Evidence, FileFacts, Relayed, Told, TopLevel, Words
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.indexing.describing import Describer
from codemods.tensorflow.indexing.escapes import find_escapes
from codemods.tensorflow.indexing.events import Events
from codemods.tensorflow.indexing.inner_classes import replaced_classes
from codemods.tensorflow.indexing.late_imports import late_imports
from codemods.tensorflow.indexing.lookups.listed import listed
from codemods.tensorflow.indexing.lookups.lookups import find_lookups
from codemods.tensorflow.indexing.lookups.name_tests import name_tests
from codemods.tensorflow.indexing.lookups.restores import maps_scopes, restores
from codemods.tensorflow.indexing.modes import decorating, shows_eager, shows_graph
from codemods.tensorflow.indexing.onward import gives_unknown, passed_on, passes_unknown
from codemods.tensorflow.indexing.patches import patches
from codemods.tensorflow.indexing.properties import reads, scoped_reads
from codemods.tensorflow.indexing.relays import aliases, assumed, relays
from codemods.tensorflow.indexing.strings.absent import cleared, handed_none, kept_parameters, left_out
from codemods.tensorflow.indexing.strings.records import records
from codemods.tensorflow.indexing.strings.words import mixes_case, spare_words, words
from codemods.tensorflow.initializers import OPS
from codemods.tensorflow.triggers import lies_inside
from migrate.syntax.module import Module
from migrate.syntax.names import STAR, is_rebound, resolve
from migrate.syntax.run_names import RUNNERS, nameable
from migrate.syntax.search_path import ADDING, folders
from migrate.syntax.walk import Binding, BindingKind, Scope, is_main_guard

__all__ = ["creations", "index"]

_HOLDING = (ast.Call, ast.Name, ast.Attribute, ast.Subscript, ast.IfExp, ast.BoolOp, ast.Lambda)
_NOTHING: frozenset[str] = frozenset()  # one for all: Python makes a new one each time


def index(module: Module) -> FileFacts:
    """The facts of a module."""
    return _facts(module, creations=False)


def creations(module: Module) -> FileFacts:
    """As much of the facts of a module as tells whether what it creates can be rewritten."""
    return _facts(module, creations=True)


def _facts(module: Module, *, creations: bool) -> FileFacts:
    plain = _Indexer(module, creations=creations).facts()
    sources = relays(module.walk)
    each = [{name: stands_for} for name, stands_for in sources.items()]
    groups = [sources, *each] if len(each) > 1 else each
    relayed = tuple(_relayed(module, group, creations=creations) for group in groups)
    return replace(plain, relayed=relayed) if relayed else plain


def _relayed(module: Module, sources: dict[str, tuple[str, ...]], *, creations: bool) -> Relayed:
    with assumed(module.walk, sources):
        indexer = _Indexer(module, creations=creations)
        return Relayed(sources, indexer.facts(), indexer.version_1_root())


class _Indexer:
    """Collects one module's facts out of its walk."""

    def __init__(self, module: Module, *, creations: bool) -> None:
        self.module = module
        self.walk = module.walk
        self.callees = Callees(module.walk, module.path, _cells(module))
        self.events = Events(module, self.callees, creations=creations)
        self.lookups, asking = find_lookups(module, self.callees)
        self.describer = Describer(self.walk, self.callees, self.events, asking)
        for scope in self.callees.class_scopes:
            self.events.told.asked.update(scope.node.bases)  # type: ignore[attr-defined]
        self.events.collect()
        if not creations:
            self.events.told.note_makers()
        self.escapes = find_escapes(self.walk, self.callees, self.events.told.asked)
        self.names = {*self.events.names, *self.decorators()}

    def facts(self) -> FileFacts:
        bodies, top = (*self.describer.bodies(), *self.events.getters.bodies()), self.top()
        read_within = [*scoped_reads(self.walk, self.callees)]
        return FileFacts(
            path=self.module.path,
            bodies=bodies,
            classes=tuple(self.describer.classes()),
            top=top,
            modules=self.modules(),
            late_imports=tuple(dict.fromkeys((*late_imports(self.walk, self.callees), *self.events.told.late))),
            searched=frozenset(self.searched()) or _NOTHING,
            escapes=replace(self.escapes, imports=self.escapes.imports.union(self.rebound())),
            lookups=self.lookups,
            evidence=self.evidence(),
            words=self.words(),
            absences=self.absences(),
            told=self.told(),
            gives_unknown=any(map(gives_unknown, bodies)),
            passes_unknown=any(map(passes_unknown, bodies)),
            registrars=frozenset(self.registrars()) or _NOTHING,
            passed_on=passed_on(self.module.path, bodies, top.imports, self.escapes.imports),
            creates=any(isinstance(event, Creation) for event in self.all_events()),
            library=self.is_library(top),
            scoped_reads=frozenset(name for kind, name, _ in read_within if kind is FactKind.VARIABLE),
            named_reads=frozenset((name, at) for kind, name, at in read_within if kind is FactKind.NAME),
            reads=frozenset(reads(self.walk, self.callees)),
            version_2_root=self.version_2_root(),
            reruns=getattr(self.module.source, "reruns", False),
            cells=_cells(self.module),
            seeded=bool(self.names & knowledge.SEEDS),
            resource_scopes=self.events.resource_scopes,
            blocks=self.events.blocks,
            name_tests=name_tests(self.module, self.callees),
            listed=frozenset(listed(self.walk)) or _NOTHING,
            functions_used=frozenset(name.rpartition(".")[2] for name in self.names if name.startswith("tensorflow.")),
            restores=tuple(restores(self.module, self.callees)),
            maps_scopes=maps_scopes(self.module),
            guarded=tuple(self.guarded()),
            patches=patches(self.module),
            replaced=frozenset(replaced_classes(self.walk)) or _NOTHING,
        )

    def all_events(self) -> Iterator[Event]:
        return chain.from_iterable(self.events.by_body)

    def top(self) -> TopLevel:
        """What its top level binds."""
        bound = self.walk.module.bindings.items()
        defined = {name: tuple(filter(None, map(self.callees.definition, bindings))) for name, bindings in bound}
        imported = {name: [one.dotted for one in own if one.kind is BindingKind.IMPORT] for name, own in bound}
        return TopLevel(
            functions={name: own for name, own in defined.items() if own} | dict(self.events.getters.tops),
            imports={name: tuple(dict.fromkeys(own)) for name, own in imported.items() if own},
            held=frozenset(name for name, own in bound if any(isinstance(one.value, _HOLDING) for one in own)),
            tensors=frozenset(name for name, own in bound if any(map(self.makes_tensor, own))) or _NOTHING,
            alternatives=tuple(dict.fromkeys(self.alternatives())),
            aliases=aliases(self.walk.module),
        )

    def makes_tensor(self, binding: Binding) -> bool:
        """Whether a name at the top level is assigned what makes an op of the graph."""
        made = binding.value
        return isinstance(made, ast.Call) and self.callees.canonical(made.func, self.walk.module) in OPS

    def evidence(self) -> Evidence:
        """What tells how its code runs."""
        return Evidence(
            starts_eager=bool(self.names & evidence.EAGER_CALLS),
            eager=self.events.modes.reads_values or shows_eager(self.names) or self.imports_keras_2(),
            graph=shows_graph(self.names),
        )

    def told(self) -> Told:
        """What its calls tell; where `tf.Variable` is handed on, others may make variables by it."""
        told = self.events.told.facts()
        return replace(told, makes_unseen=True) if self.escapes.variable else told

    def words(self) -> Words:
        """What it may make names of."""
        found = words(self.module)
        spare = spare_words(self.module, self.callees) or _NOTHING
        return Words(spare, frozenset(self.unknown_words(found)) or _NOTHING, mixes_case(self.module, found))

    def absences(self) -> Absences:
        """Where None may come from that other files read, of which none matters where only creations count."""
        if self.events.creations:
            return Absences()
        return Absences(
            frozenset(cleared(self.module)) or _NOTHING,
            frozenset(left_out(self.module, self.callees)) or _NOTHING,
            kept_parameters(self.callees),
            self.records(),
            frozenset(handed_none(self.module, self.callees)),
        )

    def records(self) -> Mapping[str, tuple[tuple[str, ...], ...]]:
        """The fields of its named tuples and the like, of all that go by one name."""
        found = defaultdict[str, list[tuple[str, ...]]](list)
        for name, fields, _ in records(self.module):
            if fields:
                found[name].append(tuple(fields))
        return {name: tuple(several) for name, several in found.items()}

    def is_library(self, top: TopLevel) -> bool:
        """Whether it is a file of TensorFlow's own."""
        imported = chain.from_iterable(top.imports.values())
        return lies_inside(self.module.path) and any(name.startswith("tensorflow.python.") for name in imported)

    def guarded(self) -> Iterator[tuple[int, int]]:
        """The lines that run where the file is the program's first, unless it says itself that it is."""
        if "__name__" in self.walk.module.bindings:
            return
        for statement in self.walk.module.node.body:  # type: ignore[attr-defined]
            if isinstance(statement, ast.If) and is_main_guard(statement.test):
                yield statement.body[0].lineno, statement.body[-1].end_lineno or 0

    def unknown_words(self, found: frozenset[str]) -> Iterator[str]:
        """What may name something that the file does not show: words of its strings, and of code in strings."""
        if self.escapes.variable or self.events.told.makes_unseen or self.names_unknown():
            yield from map(str.lower, found)
        yield from (text.literal.lower() for text in self.events.told.asked_names if text.literal)

    def names_unknown(self) -> bool:
        """Whether it gives an op or a scope a name of which nothing is known."""
        names = (
            event.scope.name if isinstance(event, Enter) else event.name
            for event in self.all_events()
            if isinstance(event, Enter | NamedOp)
        )
        return any(name is not None and name.is_open and not name.ends_folder for name in names)

    # what the file holds beside its calls

    def decorators(self) -> Iterator[str]:
        """What of TensorFlow decorators are, or call."""
        for scope in self.callees.body_scopes:
            for one in getattr(scope.node, "decorator_list", ()):
                assert scope.parent is not None
                names = (self.callees.canonical(part, scope.parent) for part in decorating(one))
                yield from (name for name in names if name and name.startswith("tensorflow."))

    def registrars(self) -> Iterator[str]:
        """The modules, without their packages, whose decorators get functions of the file, to call at any time."""
        for scope in self.callees.body_scopes:
            for one in getattr(scope.node, "decorator_list", ()):
                assert scope.parent is not None
                name = resolve(one.func if isinstance(one, ast.Call) else one, scope.parent) or ""
                if "." in name and name.partition(".")[0] not in knowledge.KNOWN_MODULES:
                    yield name.split(".")[-2]

    def imports_keras_2(self) -> bool:
        """Whether the file imports `tf_keras`, which there is for TensorFlow 2 only."""
        return any(binding.dotted.partition(".")[0] == "tf_keras" for _, binding, _ in self.walk.imported)

    def modules(self) -> frozenset[str]:
        """What the module imports; by what it hands on, `map(import_module, names)`, whatever its strings name."""
        dotted = {binding.dotted for _, binding, _ in self.walk.imported}
        for node in self.walk.imports:
            dotted.update(alias.name for alias in node.names)
        dotted |= self.events.told.imported
        if not RUNNERS.keys().isdisjoint(self.escapes.imports):
            dotted.update(nameable(self.walk.strings, by_name=True))
        return frozenset(name for name in dotted if not name.startswith("tensorflow"))

    def rebound(self) -> Iterator[str]:
        """What it imports under names that stand for other things as well: which one is called nobody tells."""
        for name, binding, scope in self.walk.imported:
            if not binding.dotted.startswith("tensorflow") and is_rebound(name, scope):
                yield binding.dotted

    def searched(self) -> Iterator[str]:
        """The folders that it may add to where modules are looked for."""
        if any(word in self.module.source.code for word in ADDING):
            yield from folders(self.walk.strings)

    def alternatives(self) -> Iterator[tuple[str, ...]]:
        """The origins of each name that several imports bind, of which any may count."""
        origins = defaultdict[tuple[Scope, str], dict[str, None]](dict)
        for name, binding, scope in self.walk.imported:
            origins[scope, name][binding.dotted.removesuffix(STAR)] = None
        return (tuple(several) for several in origins.values() if len(several) > 1)

    def version_2_root(self) -> bool:
        """Whether plain `tensorflow` is TensorFlow 2's interface here: the file reaches for version 1 through it."""
        through = any(name.startswith("tensorflow.compat.v1.") for name in self.events.raw)
        return through and not self.version_1_root()

    def version_1_root(self) -> bool:
        """Whether the file uses what plain `tensorflow` has in version 1 only."""
        plain = (name for name in self.events.raw if not name.startswith("tensorflow.compat."))
        return any(name.startswith(evidence.VERSION_1_ONLY) and name not in evidence.IN_BOTH for name in plain)


def _cells(module: Module) -> tuple[int, ...]:
    """The lines at which cells that may run again begin."""
    source = module.source
    return tuple(bisect_right(source.line_starts, border) for border in source.cells)
